//! Holds replies to the shape that was asked for, with one request to repair.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use super::Layer;
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::conduct::ready;
use crate::agents::output::Output;
use crate::agents::partial::PartialReply;
use crate::agents::reply::AgentReply;
use crate::agents::request::AgentRequest;
use crate::agents::target::Target;
use crate::debate::{Author, Ballot, Expect, Message, StopReason, Usage, Visibility, parse_ballot};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, Digest, MessageId, MicroUsd, RequestId};
use crate::telemetry::Parts;

/// What of an unusable reply is shown to its author again, in bytes.
const SHOWN: usize = 16 << 10;

/// Checks replies against [`Expect`]. An empty text is `empty_reply`; a value that is absent or breaks the caller's
/// schema is `invalid_reply`, with what is wrong in the context and the reply attached as
/// [`PartialReply`]. Before that the agent is asked once to repair its answer. An unreadable ballot is returned as it
/// is after that: the engine records it as invalid.
///
/// Refusals, filtered and paused replies and calls for tools pass untouched.
#[derive(Clone, Debug)]
pub struct Shape {
    parts: Parts,
    repair: u32,
}

impl Shape {
    /// One request to repair.
    pub fn new(parts: Parts) -> Self {
        Self { parts, repair: 1 }
    }

    /// So many requests to repair, default 1, at most 3.
    #[must_use]
    pub fn with_repairs(mut self, repair: u32) -> Self {
        self.repair = repair.min(3);
        self
    }
}

impl Layer for Shape {
    fn name(&self) -> &'static str {
        "shape"
    }

    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent> {
        Arc::new(Shaped { profile: inner.profile(), inner, shape: self.clone() })
    }
}

#[derive(Debug)]
struct Shaped {
    profile: AgentProfile,
    inner: Arc<dyn Agent>,
    shape: Shape,
}

/// What is wrong with a reply.
enum Fault {
    Empty,
    Value(Vec<String>),
    Ballot(String),
}

#[async_trait]
impl Agent for Shaped {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.inner.target()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let (me, clock) = (&self.profile.id, &*self.shape.parts.clock);
        ready(clock, me, &request)?;
        request.expect.check_schema()?;
        let mut asked = request.clone();
        let mut before: Option<AgentReply> = None;
        for repair in 1.. {
            let answered = self.inner.respond(asked, output.clone()).await;
            let mut reply = match (answered, before.take()) {
                (Ok(reply), Some(earlier)) => together(&earlier, reply),
                (Ok(reply), None) => reply,
                // The answer that could not be read is worth more than the failure to repair it.
                (Err(error), Some(earlier)) if matches!(request.expect, Expect::Ballot(_)) => {
                    let _ = error;
                    output.reset();
                    return Ok(earlier);
                }
                (Err(error), _) => return Err(error),
            };
            let Some(fault) = fault(&request.expect, &mut reply) else { return Ok(reply) };
            let time = ready(clock, me, &request);
            if let Err(error) = &time
                && error.kind() == ErrorKind::Cancelled
            {
                return Err(PartialReply::attach(error.clone(), reply));
            }
            if repair > self.shape.repair || time.is_err() || !output.may_restart() {
                return match fault {
                    Fault::Ballot(_) => Ok(reply),
                    fault => Err(fault.into_error(reply)),
                };
            }
            asked = again(&request, me, &reply, &fault, repair);
            output.reset();
            before = Some(reply);
        }
        Err(Error::internal("an endless loop ended"))
    }
}

/// What is wrong with a reply, if something is. A value found in the text becomes the reply's own.
fn fault(expect: &Expect, reply: &mut AgentReply) -> Option<Fault> {
    let passes = reply.refusal.is_some()
        || matches!(
            reply.stop,
            StopReason::Refusal | StopReason::ContentFilter | StopReason::Pause | StopReason::ToolCalls
        );
    if passes {
        return None;
    }
    if reply.text.trim().is_empty() && reply.structured.is_none() {
        return Some(Fault::Empty);
    }
    match expect {
        Expect::Text => None,
        Expect::Json(_) => match expect.resolve_checked(&reply.text, reply.structured.as_ref()) {
            Ok(value) => {
                reply.structured = Some(value);
                None
            }
            Err(wrong) => Some(Fault::Value(wrong)),
        },
        Expect::Ballot(shape) => {
            match parse_ballot(&reply.text, reply.structured.as_ref(), &reply.stop, shape).ballot {
                Ballot::Invalid { why, .. } => Some(Fault::Ballot(why.as_str().replace('_', " "))),
                _ => None,
            }
        }
    }
}

impl Fault {
    fn told(&self) -> String {
        match self {
            Self::Empty => "Your reply was empty. Answer the request above.".to_owned(),
            Self::Value(wrong) => format!(
                "Your reply does not have the form that was asked for:\n- {}\nAnswer again with only the corrected JSON value.",
                wrong.join("\n- ")
            ),
            Self::Ballot(why) => format!(
                "Your ballot could not be read ({why}). Answer again with only a ballot in the form that was asked for."
            ),
        }
    }

    fn into_error(self, reply: AgentReply) -> Error {
        let stop = reply.stop_raw.clone();
        let error = match self {
            Self::Value(wrong) => {
                let reason = "the reply does not have the form that was asked for";
                Error::new(ErrorKind::InvalidReply, reason).with("wrong", serde_json::Value::from(wrong))
            }
            Self::Empty | Self::Ballot(_) => Error::new(ErrorKind::EmptyReply, "the reply holds no text"),
        };
        let error = match stop {
            Some(stop) => error.with("stop", stop),
            None => error,
        };
        PartialReply::attach(error, reply)
    }
}

/// The request again, with the unusable reply and what is wrong with it after the conversation.
fn again(request: &AgentRequest, me: &AgentId, reply: &AgentReply, fault: &Fault, repair: u32) -> AgentRequest {
    let mut again = request.clone();
    // Its own id: a recording or a provider that knows the first question would give the first answer again.
    let id = format!("{}/repair-{repair}", request.id.as_str());
    again.id = if id.len() <= 256 { RequestId::new(id) } else { RequestId::new(Digest::of(&id).to_string()) };
    let mut say = |author: Author, text: &str| {
        let visibility = Visibility::Only(BTreeSet::from([me.clone()]));
        let id = MessageId::trusted(format!("repair-{repair}"));
        again.messages.push(Message { id, author, text: text.into(), visibility, cache_point: false });
    };
    let shown = reply.text.get(..reply.text.floor_char_boundary(SHOWN)).unwrap_or_default();
    if !shown.trim().is_empty() {
        say(Author::Agent(me.clone()), shown);
    }
    say(Author::Moderator, &fault.told());
    again
}

/// The later reply with what both used.
fn together(earlier: &AgentReply, mut later: AgentReply) -> AgentReply {
    later.usage = match (earlier.usage, later.usage) {
        (Some(a), Some(b)) => Some(Usage::plus(a, b)),
        (a, b) => a.or(b),
    };
    // A sum with an unknown part is unknown.
    later.cost = earlier.cost.zip(later.cost).map(|(a, b)| MicroUsd::plus(a, b));
    let mut warnings = earlier.warnings.clone();
    warnings.append(&mut later.warnings);
    later.warnings = warnings;
    later.latency.total += earlier.latency.total;
    later.latency.queued += earlier.latency.queued;
    later
}
