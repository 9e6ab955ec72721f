//! The JSON forms of what crosses and has no such form of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::agents::layers::LayersDocument;
use crate::agents::providers::ProviderDocument;
use crate::agents::{AgentReply, AgentRequest, PendingTurn, Sampling, ToolCall, Warning};
use crate::config::Secret;
use crate::debate::{
    Author, CostSource, Expect, Persona, Phase, Refusal, Reputation, Role, StopReason, Usage, Visibility,
};
use crate::engine::{BreakerEvent, EventData, StreamEvent};
use crate::ids::{AgentId, DebateId, MessageId, MicroUsd, RequestId, TurnId};

/// What an agent is asked in one turn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AgentRequest"))]
pub struct RequestDocument {
    /// Identifies the turn: `{debate}/{turn}`.
    pub id: RequestId,
    /// The debate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debate: Option<DebateId>,
    /// The round.
    pub round: u32,
    /// What is asked for.
    pub phase: Phase,
    /// The part to play.
    pub role: Role,
    /// Who to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// Rules and output format.
    pub system: String,
    /// The conversation as this agent may see it.
    pub messages: Vec<RequestMessage>,
    /// What must be returned.
    pub expect: Expect,
    /// How a model should sample.
    pub sampling: Sampling,
    /// Milliseconds until the answer is of no use any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// Facts of the host.
    pub metadata: BTreeMap<String, String>,
    /// Members of a provider's body.
    pub extra: Map<String, Value>,
}

/// One message of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestMessage {
    /// Its id.
    pub id: MessageId,
    /// Who said it.
    pub author: Author,
    /// The text.
    pub text: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether a provider's prompt cache may end here.
    pub cache_point: bool,
}

impl RequestDocument {
    pub(super) fn of(request: &AgentRequest, me: &AgentId, monotonic: Duration) -> Self {
        let left =
            |deadline: Duration| u64::try_from(deadline.saturating_sub(monotonic).as_millis()).unwrap_or(u64::MAX);
        let messages = request.messages_for(me).map(|message| RequestMessage {
            id: message.id.clone(),
            author: message.author.clone(),
            text: message.text.to_string(),
            visibility: message.visibility.clone(),
            cache_point: message.cache_point,
        });
        Self {
            id: request.id.clone(),
            debate: request.debate.clone(),
            round: request.round,
            phase: request.phase,
            role: request.role.clone(),
            persona: request.persona.clone(),
            system: request.system.clone(),
            messages: messages.collect(),
            expect: request.expect.clone(),
            sampling: request.sampling.clone(),
            deadline_ms: request.deadline.map(|deadline| left(deadline.monotonic())),
            metadata: request.metadata.clone(),
            extra: request.extra.clone(),
        }
    }
}

/// What an agent answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AgentReply"))]
#[serde(deny_unknown_fields)]
pub struct ReplyDocument {
    /// The text; may be empty where `structured` says it all.
    #[serde(default)]
    pub text: String,
    /// The structured value, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structured: Option<Value>,
    /// What a model thought, where it shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Tools a model asked for; they are recorded, never run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// A refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Why the text ends, default `end`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopReason>,
    /// Tokens used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Cost in micro-dollars, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micros: Option<MicroUsd>,
    /// Who served it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider: String,
    /// The model that answered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The provider's id of the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_id: Option<String>,
    /// What a reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl ReplyDocument {
    pub(super) fn into_reply(self) -> AgentReply {
        let mut text = self.text;
        if text.is_empty()
            && let Some(value) = &self.structured
        {
            text = value.to_string();
        }
        AgentReply {
            text,
            structured: self.structured,
            reasoning: self.reasoning,
            tool_calls: self.tool_calls,
            refusal: self.refusal,
            stop: self.stop.unwrap_or_default(),
            usage: self.usage,
            cost: self.cost_micros,
            cost_source: if self.cost_micros.is_some() { CostSource::Provider } else { CostSource::default() },
            provider: self.provider,
            model: self.model,
            response_id: self.response_id,
            warnings: self.warnings,
            ..AgentReply::default()
        }
    }
}

/// One participant's place in a debate.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SeatDocument {
    /// Who answers.
    pub agent: AgentDocument,
    /// The part played when the protocol gives none.
    #[serde(default)]
    pub role: Option<Role>,
    /// Who it is asked to be.
    #[serde(default)]
    pub persona: Option<Persona>,
    /// Above 0, at most 100.
    #[serde(default)]
    pub weight: Option<f64>,
    /// Whether it votes.
    #[serde(default)]
    pub votes: Option<bool>,
    /// Whether it judges.
    #[serde(default)]
    pub judges: Option<bool>,
    /// Ratings, where the host has them.
    #[serde(default)]
    pub reputation: Option<Reputation>,
    /// Layers around this agent, of whatever kind it is, in place of the instance's; default the instance's around a
    /// model and none around others. Budgets and kept replies stay the instance's.
    #[serde(default)]
    pub layers: Option<LayersDocument>,
    /// Agents that stand in for this one when it fails, in this order, in its name and behind layers of their own, in
    /// place of the models the layers name.
    #[serde(default)]
    pub stand_ins: Vec<AgentDocument>,
}

/// A function of the host that gives the header fields which authenticate a request.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CredentialsDocument {
    /// Its number.
    pub participant: u64,
}

/// Who answers.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AgentDocument {
    /// A participant of the host.
    Foreign {
        /// Its number.
        participant: u64,
        /// Its id.
        id: AgentId,
        /// Provider behind it.
        #[serde(default)]
        provider: String,
        /// Model behind it.
        #[serde(default)]
        model: String,
        /// Model lineage.
        #[serde(default)]
        family: String,
        /// Its version.
        #[serde(default)]
        version: String,
        /// `native`, `instructed` (default) or `none`.
        #[serde(default)]
        structured: Option<String>,
        /// Whether it streams.
        #[serde(default)]
        streams: bool,
        /// The model's window in tokens.
        #[serde(default)]
        context_tokens: Option<u64>,
    },
    /// A model, by its name, by a configuration, or by a name with a configuration of everything else.
    Model {
        /// Its name, `provider/model`, or a provider alone for its default model.
        #[serde(default)]
        name: Option<String>,
        /// Its configuration; without provider and model where a name is given.
        #[serde(default)]
        config: Option<Box<ProviderDocument>>,
        /// Where it is reached, before what the configuration says.
        #[serde(default)]
        base_url: Option<String>,
        /// Its key, default the one the instance's configuration holds for the provider; never shown.
        #[serde(default)]
        api_key: Option<Secret>,
        /// A participant that gives the header fields which authenticate a request; not beside a key.
        #[serde(default)]
        credentials: Option<CredentialsDocument>,
        /// Its id, default made of provider and model.
        #[serde(default)]
        id: Option<AgentId>,
    },
    /// A script.
    Scripted {
        /// Its id.
        id: AgentId,
        /// The steps.
        steps: Vec<ScriptDocument>,
        /// `error` (default), `repeat` or `cycle`.
        #[serde(default)]
        at_end: Option<String>,
    },
    /// Templates and the words of the question.
    Demo {
        /// Its id.
        id: AgentId,
        /// `supportive`, `critical`, `balanced` or `contrarian`.
        style: String,
        /// Its seed.
        #[serde(default)]
        seed: u64,
    },
    /// A person, asked at the desk of the debate's organisation.
    Human {
        /// Its id.
        id: AgentId,
    },
    /// A recording.
    Recorded {
        /// Its id.
        id: AgentId,
        /// The log of a debate this seat took part in.
        #[serde(default)]
        log: Option<String>,
        /// A cassette.
        #[serde(default)]
        cassette: Option<String>,
    },
}

/// One step of a script; exactly one of its verbs is given.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ScriptDocument {
    /// Only in this phase.
    pub phase: Option<Phase>,
    /// Answers this text.
    pub say: Option<String>,
    /// Answers this reply.
    pub reply: Option<ReplyDocument>,
    /// Answers this JSON value.
    pub json: Option<Value>,
    /// Votes: a ballot as in the log.
    pub ballot: Option<crate::debate::Ballot>,
    /// With a ballot: stated confidence.
    pub confidence: Option<f64>,
    /// With a ballot: stated reason.
    pub reason: Option<String>,
    /// Fails with this code.
    pub fail: Option<String>,
    /// With a failure: when to try again.
    pub retry_after_ms: Option<u64>,
    /// Waits, then goes on with the next step.
    pub sleep_ms: Option<u64>,
    /// Says nothing until cancelled.
    pub hang: bool,
    /// Streams the pieces.
    pub stream: Option<Vec<String>>,
}

/// A protocol of the host.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProtocolDocument {
    /// The participant.
    pub participant: u64,
    /// The registered name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its parameters.
    #[serde(default)]
    pub params: Value,
    /// Voting seats it needs at least.
    #[serde(default = "two")]
    pub min_seats: usize,
    /// Voting seats it takes at most.
    #[serde(default = "sixty_four")]
    pub max_seats: usize,
    /// The most calls it makes.
    #[serde(default)]
    pub planned_calls: Option<PlannedCalls>,
    /// Which methods it has beside `next`.
    #[serde(default)]
    pub members: Vec<String>,
}

fn two() -> usize {
    2
}

fn sixty_four() -> usize {
    64
}

/// `constant + per_seat * seats + per_seat_round * seats * rounds`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PlannedCalls {
    /// Independent of seats and rounds.
    pub constant: u64,
    /// Per debating seat.
    pub per_seat: u64,
    /// Per debating seat and round.
    pub per_seat_round: u64,
}

/// One event of a stream, with the event's own members apart from the envelope.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Event"))]
pub struct EventDocument {
    /// The type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// For recorded events their place in the log, for live ones that of the last recorded event.
    pub seq: u64,
    /// Whether it is in the log.
    pub class: crate::engine::EventClass,
    /// The debate.
    pub debate_id: DebateId,
    /// 1 + the number of resumes before it.
    pub run: u32,
    /// The participant it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// Counts the events of one participant in one run from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_seq: Option<u64>,
    /// The round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// When, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub time: String,
    /// What, by the type.
    #[cfg_attr(feature = "schema", schemars(with = "LiveEvent"))]
    pub data: Value,
}

/// What a live event says; recorded ones say what the log says.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "EventData"))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveEvent {
    /// A turn begins to stream.
    TokenStart {
        /// The turn.
        turn: TurnId,
    },
    /// A piece of text.
    TokenDelta {
        /// The turn.
        turn: TurnId,
        /// The piece; adjacent ones are joined for slow readers.
        text: String,
    },
    /// Forget the text of this turn so far: another attempt begins.
    TokenReset {
        /// The turn.
        turn: TurnId,
    },
    /// A turn is done streaming.
    TokenEnd {
        /// The turn.
        turn: TurnId,
        /// Characters of the text.
        chars: u64,
    },
    /// A piece of thinking, where a model shows it.
    AgentThinking {
        /// The turn.
        turn: TurnId,
        /// The piece.
        text: String,
    },
    /// An attempt of a turn failed.
    AgentError {
        /// The turn.
        turn: TurnId,
        /// The error's code.
        code: String,
        /// Which attempt of its target, from 1.
        attempt: u32,
    },
    /// A turn is asked again of the same target.
    AgentRetry {
        /// The turn.
        turn: TurnId,
        /// The attempt that follows, from 2.
        attempt: u32,
        /// Code of the failure before.
        code: String,
        /// The pause before it, in milliseconds.
        delay_ms: u64,
    },
    /// A turn is asked of another target.
    AgentFallbackTriggered {
        /// The turn.
        turn: TurnId,
        /// The target that failed.
        from: String,
        /// The target asked now.
        to: String,
        /// Code of the failure.
        code: String,
    },
    /// A turn waits under a provider's rate limit.
    RateLimitWait {
        /// The provider.
        provider: String,
        /// For how long at most, in milliseconds.
        wait_ms: u64,
    },
    /// A turn's failure opened a circuit breaker: nothing is sent to its target for a while.
    BreakerOpened {
        /// What it guards: `agent`.
        scope: String,
        /// Whose, e.g. `openai/gpt-5`.
        name: String,
        /// Failures that counted when it changed.
        failures: u32,
    },
    /// A circuit breaker lets one probe through.
    BreakerHalfOpen {
        /// What it guards: `agent`.
        scope: String,
        /// Whose, e.g. `openai/gpt-5`.
        name: String,
        /// Failures that counted when it changed.
        failures: u32,
    },
    /// A circuit breaker closed: its target answers again.
    BreakerClosed {
        /// What it guards: `agent`.
        scope: String,
        /// Whose, e.g. `openai/gpt-5`.
        name: String,
        /// Failures that counted when it changed.
        failures: u32,
    },
    /// Nothing happened for 30 seconds; the debate still runs.
    Heartbeat {},
    /// This reader fell behind; recorded events are read again from the log, live ones are gone.
    Lagged {
        /// First seq.
        from: u64,
        /// Last seq.
        to: u64,
        /// Live events lost since the stream began.
        dropped: u64,
    },
}

impl From<&StreamEvent> for EventDocument {
    fn from(event: &StreamEvent) -> Self {
        let kind = event.kind();
        let StreamEvent { seq, class, debate_id, run, agent, agent_seq, round, time, data } = event.clone();
        let live = match data {
            EventData::Recorded(event) => Err(event),
            EventData::TokenStart { turn } => Ok(LiveEvent::TokenStart { turn }),
            EventData::TokenDelta { turn, text } => Ok(LiveEvent::TokenDelta { turn, text }),
            EventData::TokenReset { turn } => Ok(LiveEvent::TokenReset { turn }),
            EventData::TokenEnd { turn, chars } => Ok(LiveEvent::TokenEnd { turn, chars }),
            EventData::AgentThinking { turn, text } => Ok(LiveEvent::AgentThinking { turn, text }),
            EventData::AgentError { turn, code, attempt } => Ok(LiveEvent::AgentError { turn, code, attempt }),
            EventData::AgentRetry { turn, attempt, code, delay_ms } => {
                Ok(LiveEvent::AgentRetry { turn, attempt, code, delay_ms })
            }
            EventData::AgentFallbackTriggered { turn, from, to, code } => {
                Ok(LiveEvent::AgentFallbackTriggered { turn, from, to, code })
            }
            EventData::RateLimitWait { provider, wait_ms } => Ok(LiveEvent::RateLimitWait { provider, wait_ms }),
            EventData::BreakerOpened(BreakerEvent { scope, name, failures }) => {
                Ok(LiveEvent::BreakerOpened { scope, name, failures })
            }
            EventData::BreakerHalfOpen(BreakerEvent { scope, name, failures }) => {
                Ok(LiveEvent::BreakerHalfOpen { scope, name, failures })
            }
            EventData::BreakerClosed(BreakerEvent { scope, name, failures }) => {
                Ok(LiveEvent::BreakerClosed { scope, name, failures })
            }
            EventData::Heartbeat => Ok(LiveEvent::Heartbeat {}),
            EventData::Lagged { from, to, dropped } => Ok(LiveEvent::Lagged { from, to, dropped }),
        };
        let mut data = match live {
            Ok(live) => serde_json::to_value(live),
            Err(recorded) => serde_json::to_value(recorded.as_ref()),
        }
        .unwrap_or_default();
        if let Value::Object(members) = &mut data {
            members.remove("type");
        }
        Self { kind, seq, class, debate_id, run, agent, agent_seq, round, time: time.to_string(), data }
    }
}

/// Turns people have not answered yet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PendingTurns {
    /// The turns, in the order of their ids.
    pub turns: Vec<PendingTurn>,
    /// Whether there are more than were asked for.
    pub more: bool,
}
