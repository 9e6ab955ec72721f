//! What a wire format is: a request to a body, a body or its events to a draft of a reply. Pure, and adds no words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};
use url::Url;

use super::caps::ModelCaps;
use crate::agents::agent::StructuredMode;
use crate::agents::reply::{AgentReply, ToolCall, Warning};
use crate::agents::request::AgentRequest;
use crate::debate::{Refusal, StopReason, Usage};
use crate::http::Headers;
use crate::ids::{AgentId, MicroUsd};

/// One wire format. The exchange around it sends, times, limits, signs and records.
pub(super) trait Codec: fmt::Debug + Send + Sync {
    /// The base with this wire's path for the model appended; the base's own query is kept.
    fn url(&self, base: &Url, model: &str, stream: bool) -> Result<Url, String>;

    /// Sets header fields that every request of this wire carries; credentials and content types are not among them.
    fn headers(&self, request: &AgentRequest, headers: &mut Headers);

    /// The request in the vendor's words.
    fn encode(&self, voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded;

    /// A reader for one response to this request.
    fn reader(&self) -> Box<dyn Reader>;

    /// What a refusal teaches about this model; `None` if nothing that was sent could be left out. The default knows
    /// the names at the top of a body.
    fn lesson(&self, learnt: &Learnt, encoded: &Encoded, refused: Refused<'_>) -> Option<Lesson> {
        super::learnt::lesson(learnt, encoded, refused)
    }
}

/// Reads one response, whole or as events, into a draft.
pub(super) trait Reader: fmt::Debug + Send {
    /// A whole JSON body. `Err` says why it is no reply of this wire.
    fn whole(&mut self, document: &Value, draft: &mut Draft) -> Result<Added, String>;

    /// One event of a stream by its name (`message` if it has none) and data.
    fn event(&mut self, name: &str, document: &Value, draft: &mut Draft) -> Added;

    /// `[DONE]` arrived, after which nothing is read. Only some wires take it for a good end.
    fn done(&mut self, _draft: &mut Draft) {}

    /// Nothing more comes, be it because the reply is complete or because it broke off: puts into the draft what was
    /// kept apart while pieces arrived, such as the arguments of tool calls. Called once.
    fn close(&mut self, _draft: &mut Draft) {}
}

/// A refusal that may be about a knob.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused<'a> {
    /// The field the provider names apart, e.g. `reasoning.effort`; often empty.
    pub(super) param: &'a str,
    /// The provider's code and words.
    pub(super) told: &'a str,
}

/// What a refusal taught.
#[derive(Clone, Debug)]
pub(super) struct Lesson {
    pub(super) learnt: Learnt,
    /// For the reply's warnings.
    pub(super) detail: String,
    /// Whether the next request asks for less than the caller wanted; not so where only a name differs.
    pub(super) loses: bool,
}

/// Who speaks: everything about the agent that shapes its requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice<'a> {
    pub(super) me: &'a AgentId,
    pub(super) model: &'a str,
    pub(super) structured: StructuredMode,
    pub(super) caps: &'a ModelCaps,
    pub(super) learnt: &'a Learnt,
    /// The request's metadata that may leave the process; empty unless configured.
    pub(super) metadata: &'a BTreeMap<String, String>,
}

/// A request in the vendor's words.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    pub(super) body: Map<String, Value>,
    /// Where the structured value will stand in the reply.
    pub(super) value: ValueAt,
    /// Whether it comes wrapped in `{"value": ..}`.
    pub(super) wrapped: bool,
    /// How structured output was asked for, if it was.
    pub(super) mode: Option<JsonMode>,
    pub(super) warnings: Vec<Warning>,
}

/// Where a structured value stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ValueAt {
    /// No value was asked for.
    #[default]
    Nowhere,
    /// The whole text.
    Text,
    /// The arguments of the forced tool `respond`, whose call then is no tool call.
    Tool,
}

impl Encoded {
    /// Notes something about the request that the reply will tell, e.g. `knob_ignored` or `knob_clamped`.
    pub(super) fn warn(&mut self, code: &str, detail: impl Into<String>) {
        self.warnings.push(Warning { code: code.to_owned(), detail: detail.into() });
    }
}

/// The best structured output there is, best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum JsonMode {
    /// The schema in the system text.
    Instructed,
    /// Some JSON object, and the schema in the system text.
    Object,
    /// A forced tool named `respond` whose input is the value.
    Tool,
    /// The schema is enforced.
    Schema,
}

/// What a model turned out not to accept, learnt from its refusals; shared by all agents of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Learnt {
    /// Knobs that are left out.
    pub(super) omitted: BTreeSet<String>,
    /// The other name of the output limit.
    pub(super) max_tokens: Option<&'static str>,
    /// The best structured output that was not refused.
    pub(super) json: Option<JsonMode>,
}

/// What has arrived of a reply.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) reasoning: String,
    /// Kept apart from the text.
    pub(super) refusal: Option<Refusal>,
    pub(super) tools: Vec<ToolCall>,
    pub(super) stop: Option<StopReason>,
    /// The vendor's own word for it.
    pub(super) stop_raw: Option<String>,
    pub(super) usage: Option<Usage>,
    /// What the vendor says it cost.
    pub(super) cost: Option<MicroUsd>,
    /// Usage by model where several answered one call, priced one by one.
    pub(super) parts: Vec<(String, Usage)>,
    pub(super) service_tier: Option<String>,
    pub(super) model: String,
    pub(super) id: String,
    pub(super) warnings: Vec<Warning>,
    /// Whether anything that belongs to a reply has arrived.
    pub(super) begun: bool,
    /// Whether the wire's terminal sign has arrived: from here on a broken end is only a warning.
    pub(super) finished: bool,
}

/// What one piece added.
#[derive(Debug, Default)]
pub(super) struct Added {
    pub(super) text: String,
    pub(super) reasoning: String,
    /// The part of the piece that says what went wrong, if it does; `Value::Null` if it says no more than that.
    pub(super) error: Option<Value>,
    /// An event that says more about the error may follow; the first stays the error if none does.
    pub(super) more: bool,
    /// Nothing follows that matters.
    pub(super) end: bool,
}

impl Draft {
    /// The reply so far, without structured value, cost, ids of the exchange and timing.
    pub(super) fn into_reply(self) -> AgentReply {
        let mut warnings = self.warnings;
        let inconsistent =
            |u: Usage| u.reasoning > u.output_total || u.cache_read.saturating_add(u.cache_write) > u.input_total;
        if self.usage.is_some_and(inconsistent) {
            let detail = "a part is reported larger than its whole; numbers are kept as reported";
            warnings.push(Warning { code: "usage_inconsistent".into(), detail: detail.into() });
        }
        AgentReply {
            text: self.text,
            reasoning: Some(self.reasoning).filter(|text| !text.is_empty()),
            tool_calls: self.tools,
            refusal: self.refusal,
            stop: self.stop.unwrap_or_default(),
            stop_raw: self.stop_raw,
            usage: self.usage,
            model: self.model,
            response_id: Some(self.id).filter(|id| !id.is_empty()),
            warnings,
            ..AgentReply::default()
        }
    }
}
