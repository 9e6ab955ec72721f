//! What is said in a debate: phases, roles, messages and who may see them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, MessageId};

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident $(default $default:ident)? { $($(#[doc = $vdoc:literal])+ $variant:ident = $word:literal,)+ })+) => {$(
        $(
            #[allow(clippy::derivable_impls)] // the list of variants is written once, for words and values alike
            impl Default for $name {
                fn default() -> Self {
                    Self::$default
                }
            }
        )?
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
        pub enum $name { $($(#[doc = $vdoc])+ #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// The snake_case word used in events and in every language.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}
pub(crate) use words;

words! {
    /// What a step asks for; part of the turn id.
    Phase {
        /// Gathering of context before anybody answers.
        Context = "context",
        /// An answer to the question.
        Answer = "answer",
        /// Criticism of the answers of others.
        Critique = "critique",
        /// A new version of the own answer.
        Revise = "revise",
        /// A contribution in turn order.
        Speech = "speech",
        /// A ballot.
        Vote = "vote",
        /// A ranking of what others said.
        Rank = "rank",
        /// A judgement.
        Judge = "judge",
        /// A moderator's word.
        Moderate = "moderate",
        /// Merging of several contributions into one.
        Synthesize = "synthesize",
        /// An attack in a stress test.
        Attack = "attack",
        /// The defence against an attack.
        Defend = "defend",
        /// A probe of an agent's habits.
        Probe = "probe",
        /// A review of a document or diff.
        Review = "review",
        /// Confirmation or refutation of findings.
        Confirm = "confirm",
    }

    /// What a message is.
    MessageKind {
        /// A first or repeated answer.
        Answer = "answer",
        /// Criticism.
        Critique = "critique",
        /// A revised answer.
        Revision = "revision",
        /// A speech.
        Speech = "speech",
        /// A ballot, raw.
        Ballot = "ballot",
        /// A ranking, raw.
        Ranking = "ranking",
        /// A judgement.
        Judgement = "judgement",
        /// A synthesis.
        Synthesis = "synthesis",
        /// A message of the library to participants.
        Intervention = "intervention",
        /// A person's word that is nobody's turn.
        Human = "human",
    }

    /// The position a persona argues from.
    Stance {
        /// For.
        Affirmative = "affirmative",
        /// Against.
        Negative = "negative",
        /// Neither.
        Neutral = "neutral",
    }
}

impl Phase {
    /// Whether a reply in this phase is the seat's position.
    pub const fn is_position(self) -> bool {
        matches!(self, Self::Answer | Self::Revise | Self::Speech)
    }

    /// What a reply in this phase is.
    pub const fn message_kind(self) -> MessageKind {
        match self {
            Self::Answer | Self::Context | Self::Probe => MessageKind::Answer,
            Self::Critique | Self::Review | Self::Confirm | Self::Attack => MessageKind::Critique,
            Self::Revise => MessageKind::Revision,
            Self::Speech | Self::Moderate | Self::Defend => MessageKind::Speech,
            Self::Vote => MessageKind::Ballot,
            Self::Rank => MessageKind::Ranking,
            Self::Judge => MessageKind::Judgement,
            Self::Synthesize => MessageKind::Synthesis,
        }
    }
}

/// The part a participant plays in one turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename_all = "snake_case", extend("x-open" = true))
)]
pub enum Role {
    /// Proposes answers; the default.
    #[default]
    Proposer,
    /// Criticises.
    Critic,
    /// Revises the own answer.
    Reviser,
    /// Votes.
    Voter,
    /// Judges.
    Judge,
    /// Merges.
    Synthesizer,
    /// Any other part, by name.
    #[cfg_attr(feature = "schema", schemars(skip))]
    Custom(String),
}

impl Role {
    /// The word used in events; a custom role is its own word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Proposer => "proposer",
            Self::Critic => "critic",
            Self::Reviser => "reviser",
            Self::Voter => "voter",
            Self::Judge => "judge",
            Self::Synthesizer => "synthesizer",
            Self::Custom(name) => name,
        }
    }
}

impl Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match String::deserialize(deserializer)?.as_str() {
            "proposer" => Self::Proposer,
            "critic" => Self::Critic,
            "reviser" => Self::Reviser,
            "voter" => Self::Voter,
            "judge" => Self::Judge,
            "synthesizer" => Self::Synthesizer,
            other => Self::Custom(other.to_owned()),
        })
    }
}

/// Who a participant is asked to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// A short name, e.g. `Economist`.
    pub name: String,
    /// The side to argue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stance: Option<Stance>,
    /// What the persona cares about and how it speaks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instructions: String,
}

/// Who said something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A participant.
    Agent(AgentId),
    /// A person who is not a participant.
    Human(String),
    /// The library, speaking for the protocol.
    Moderator,
}

/// Who may see a message. What is hidden from an agent reaches no body, digest, log or cache key of its calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody.
    #[default]
    All,
    /// These agents only.
    Only(BTreeSet<AgentId>),
    /// Everybody but these agents.
    Except(BTreeSet<AgentId>),
}

impl Visibility {
    /// Whether this agent may see it.
    pub fn allows(&self, agent: &AgentId) -> bool {
        match self {
            Self::All => true,
            Self::Only(set) => set.contains(agent),
            Self::Except(set) => !set.contains(agent),
        }
    }

    /// Whether this is [`Visibility::All`]; used to leave it out of records.
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// One rendered message of a request to an agent. Author = the asked agent maps to the assistant role, every
/// other author to the user role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Identifies the message inside its request.
    pub id: MessageId,
    /// Who said it.
    pub author: Author,
    /// The whole text, unchanged.
    pub text: Arc<str>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether a provider may cache the prompt up to and including this message.
    #[serde(default)]
    pub cache_point: bool,
}
