//! A person's turn as it is kept while the person thinks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agents::conduct::MAX_REPLY_BYTES;
use crate::agents::reply::AgentReply;
use crate::agents::request::AgentRequest;
use crate::clock::Timestamp;
use crate::debate::{Author, Ballot, CostSource, Expect, Persona, Phase, Role, StopReason, parse_ballot};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, DebateId, Digest, MicroUsd, PrincipalId, RequestId};
use crate::storage::{TableDef, TableRecord};

/// What a person is asked, and what became of it. It holds only the messages that participant may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PendingTurn {
    /// The request, and the key of this record.
    pub id: RequestId,
    /// Who is asked.
    pub agent: AgentId,
    /// Digest of the request: an answer is used for this question only.
    pub digest: Digest,
    /// The debate, for sorting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debate: Option<DebateId>,
    /// The round, for sorting.
    pub round: u32,
    /// The phase, for sorting.
    pub phase: Phase,
    /// The part to play.
    pub role: Role,
    /// Who to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// Rules and output format.
    pub system: String,
    /// The conversation as this participant sees it.
    pub messages: Vec<SeenMessage>,
    /// What must be answered.
    pub expect: Expect,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When the answer is no longer of use.
    pub deadline: Timestamp,
    /// What became of it.
    pub state: TurnState,
}

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SeenMessage {
    /// Who said it.
    pub author: Author,
    /// The text.
    pub text: String,
}

/// What became of a person's turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PendingState"))]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum TurnState {
    /// Nobody has answered yet.
    Pending,
    /// Answered.
    Answered {
        /// The answer.
        reply: HumanReply,
        /// By whom.
        by: PrincipalId,
        /// When.
        at: Timestamp,
    },
    /// Declined.
    Declined {
        /// Why.
        reason: String,
        /// By whom.
        by: PrincipalId,
        /// When.
        at: Timestamp,
    },
    /// Nobody answered in time.
    Expired,
    /// The debate no longer needs it.
    Cancelled,
}

impl TurnState {
    /// The word for it, e.g. `pending`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Answered { .. } => "answered",
            Self::Declined { .. } => "declined",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A person's answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HumanReply {
    /// The text, at most 4 MiB.
    pub text: String,
    /// The structured value, e.g. from a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structured: Option<Value>,
}

impl HumanReply {
    /// A free text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), structured: None }
    }

    /// A structured value.
    pub fn structured(value: Value) -> Self {
        Self { text: value.to_string(), structured: Some(value) }
    }

    /// What is wrong with this as an answer, as `invalid_reply`.
    pub(super) fn check(&self, expect: &Expect) -> Result<()> {
        let invalid = |reason: String| Err(Error::new(ErrorKind::InvalidReply, reason));
        let bytes = self.text.len();
        if bytes > MAX_REPLY_BYTES {
            return Err(Error::new(
                ErrorKind::ReplyTooLarge,
                format!("an answer of {bytes} bytes, at most {MAX_REPLY_BYTES} are allowed"),
            ));
        }
        match expect {
            Expect::Text if self.text.trim().is_empty() => invalid("the answer is blank, expected some text".into()),
            Expect::Text => Ok(()),
            Expect::Json(shape) => match expect.resolve(&self.text, self.structured.as_ref()) {
                Some(_) => Ok(()),
                None => invalid(format!("the answer holds no JSON value, expected one of shape {:?}", shape.name)),
            },
            Expect::Ballot(shape) => {
                match parse_ballot(&self.text, self.structured.as_ref(), &StopReason::End, shape).ballot {
                    Ballot::Invalid { why, .. } => invalid(format!("the answer is no valid ballot: {why}")),
                    _ => Ok(()),
                }
            }
        }
    }

    pub(super) fn into_reply(self) -> AgentReply {
        AgentReply {
            text: self.text,
            structured: self.structured,
            cost: Some(MicroUsd(0)),
            cost_source: CostSource::Free,
            provider: super::PROVIDER.into(),
            ..AgentReply::default()
        }
    }
}

impl PendingTurn {
    pub(super) fn new(
        request: &AgentRequest,
        agent: &AgentId,
        asked_at: Timestamp,
        deadline: Timestamp,
    ) -> Result<Self> {
        let seen = |message: &crate::debate::Message| SeenMessage {
            author: message.author.clone(),
            text: message.text.as_ref().to_owned(),
        };
        Ok(Self {
            id: request.id.clone(),
            agent: agent.clone(),
            digest: request.digest(agent)?,
            debate: request.debate.clone(),
            round: request.round,
            phase: request.phase,
            role: request.role.clone(),
            persona: request.persona.clone(),
            system: request.system.clone(),
            messages: request.messages_for(agent).map(seen).collect(),
            expect: request.expect.clone(),
            asked_at,
            deadline,
            state: TurnState::Pending,
        })
    }
}

impl TableRecord for PendingTurn {
    type Key = String;
    // Watchers in other processes are worth waking: a person's answer usually arrives in another one.
    const DEF: TableDef = TableDef { signals: true, ..TableDef::tenant("pending_turn", 1) };

    fn key(&self) -> String {
        self.id.as_str().to_owned()
    }
}
