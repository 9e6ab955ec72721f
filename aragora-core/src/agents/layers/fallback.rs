//! Other targets, when the first one fails.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::{Decisions, Layer, target_of};
use crate::agents::agent::{Agent, AgentProfile, TargetId};
use crate::agents::conduct::ready;
use crate::agents::notice::Notice;
use crate::agents::output::Output;
use crate::agents::reply::{AgentReply, Warning};
use crate::agents::request::AgentRequest;
use crate::agents::target::Target;
use crate::debate::{Author, Served, Visibility};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::AgentId;
use crate::telemetry::Parts;

/// Asks the next target when one failed in a way that another may not ([`Decisions::falls_back`]).
///
/// What was shown is taken back first; where it cannot be, the failure is returned at once. The reply says whom it
/// stands in for (`served`), whoever answered is in its provider, model and attempts. If all fail the error is the
/// first target's, with the others in its context entry `fallbacks` and the shortest wait that any of them names.
///
/// The others answer in the first one's name: they see what it may see, and its words are theirs.
#[derive(Clone, Debug)]
pub struct Fallback {
    parts: Parts,
    others: Vec<Arc<dyn Agent>>,
    decisions: Arc<Decisions>,
}

impl Fallback {
    /// These agents after the first, in this order.
    pub fn new(parts: Parts, others: Vec<Arc<dyn Agent>>) -> Self {
        Self { parts, others, decisions: Arc::default() }
    }

    /// The same, going on after what this table goes on after.
    #[must_use]
    pub fn with_decisions(mut self, decisions: Arc<Decisions>) -> Self {
        self.decisions = decisions;
        self
    }
}

impl Layer for Fallback {
    fn name(&self) -> &'static str {
        "fallback"
    }

    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent> {
        let mut profile = inner.profile();
        if profile.targets.is_empty() {
            profile.targets.push(target_of(&profile));
        }
        for other in &self.others {
            let other = other.profile();
            let targets = if other.targets.is_empty() { vec![target_of(&other)] } else { other.targets };
            profile.targets.extend(targets);
        }
        Arc::new(Chain { profile, inner, fallback: self.clone() })
    }
}

#[derive(Debug)]
struct Chain {
    profile: AgentProfile,
    inner: Arc<dyn Agent>,
    fallback: Fallback,
}

#[async_trait]
impl Agent for Chain {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.inner.target()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let Self { profile, inner, fallback } = self;
        let (me, clock) = (&profile.id, &*fallback.parts.clock);
        let first = match inner.respond(request.clone(), output.clone()).await {
            Err(error) if fallback.decisions.falls_back(&error) => error,
            outcome => return outcome,
        };
        let from = target_of(&inner.profile());
        let mut failures: Vec<(String, Error)> = Vec::new();
        let (mut failed, mut code) = (from.clone(), first.code());
        let mut warnings: Vec<Warning> = refused_credential(&from, &first).into_iter().collect();
        for other in &fallback.others {
            // No time left, or what was shown stays shown: the failure is the answer.
            match ready(clock, me, &request) {
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Ok(()) if output.may_restart() => {}
                _ => break,
            }
            let theirs = other.profile();
            let to = target_of(&theirs);
            output.reset();
            output.notice(&Notice::Fallback { from: failed.clone(), to: to.clone(), code });
            let asked = in_name_of(me, &theirs.id, request.clone());
            match other.respond(asked, output.clone()).await {
                Ok(mut reply) => {
                    reply.served = Served::Fallback { from: from.to_string() };
                    reply.warnings.splice(0..0, warnings);
                    return Ok(reply);
                }
                // The caller broke off: no target's failure.
                Err(error) if matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::DeadlineExceeded) => {
                    return Err(error);
                }
                Err(error) => {
                    let goes_on = fallback.decisions.falls_back(&error);
                    (failed, code) = (to.clone(), error.code());
                    warnings.extend(refused_credential(&to, &error));
                    failures.push((to.to_string(), error));
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        Err(together(first, &failures))
    }
}

/// Somebody else answers, and a key must be fixed all the same: whoever let that happen is told every time.
fn refused_credential(target: &TargetId, error: &Error) -> Option<Warning> {
    let opened_by = || ErrorKind::from_code(error.context().get("opened_by")?);
    let kind = if error.kind() == ErrorKind::CircuitOpen { opened_by()? } else { error.kind() };
    if !matches!(kind, ErrorKind::Unauthenticated | ErrorKind::PermissionDenied) {
        return None;
    }
    let code = kind.code();
    tracing::warn!(target: "aragora::agents", model = %target, code, "another target answers for a refused credential");
    let detail = format!("{target} refuses its credential ({code}), another target was asked");
    Some(Warning { code: "fallback_on_auth".into(), detail })
}

/// The first target's error with the others'.
fn together(first: Error, failures: &[(String, Error)]) -> Error {
    if failures.is_empty() {
        return first;
    }
    let waits = failures.iter().map(|(_, error)| error.retry_after()).chain([first.retry_after()]);
    let shortest = waits.flatten().min();
    let others: Vec<Value> = failures
        .iter()
        .map(|(target, error)| json!({"target": target, "code": error.code(), "reason": error.reason()}))
        .collect();
    // Worth repeating if any of them is.
    let retryable = first.retryable() || failures.iter().any(|(_, error)| error.retryable());
    let error = first.with("fallbacks", Value::Array(others)).retryable_if(retryable);
    match shortest {
        Some(wait) => error.retry_after_of(wait),
        None => error,
    }
}

/// The request as somebody else answers it in the name of the first.
fn in_name_of(me: &AgentId, other: &AgentId, request: AgentRequest) -> AgentRequest {
    if me == other {
        return request;
    }
    let mut request = request.visible_to(me);
    for message in &mut request.messages {
        message.visibility = Visibility::All;
        // Its own words stay its own; a participant that bears the other's name is not taken for it.
        message.author = match &message.author {
            Author::Agent(author) if author == me => Author::Agent(other.clone()),
            Author::Agent(author) if author == other => Author::Agent(me.clone()),
            author => author.clone(),
        };
    }
    request
}
