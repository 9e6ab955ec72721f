//! Failures on purpose, for tests of everything around an agent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::Layer;
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::conduct::{ready, within};
use crate::agents::output::{Delta, Output, TokenSink};
use crate::agents::partial::PartialReply;
use crate::agents::reply::{AgentReply, Attempt};
use crate::agents::request::AgentRequest;
use crate::agents::target::Target;
use crate::debate::AttemptOutcome;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It fails with an error of this kind.
    Error(ErrorKind),
    /// It fails with this kind, and the provider asks to wait so long.
    Wait(ErrorKind, Duration),
    /// It takes this much longer.
    Delay(Duration),
    /// It never ends by itself.
    Hang,
    /// The answer breaks off after so many bytes of text.
    Cut(usize),
}

/// A plan of [`Fault`]s: first those given, one per call in the order in which calls begin, then those drawn by a
/// seed. Clones and all agents wrapped share one plan.
#[derive(Clone, Debug)]
pub struct Faults {
    parts: Parts,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Debug)]
struct Plan {
    given: VecDeque<Fault>,
    seed: u64,
    percent: u64,
    kinds: Vec<Fault>,
}

impl Faults {
    /// These faults in this order, then none.
    pub fn script(parts: Parts, faults: impl IntoIterator<Item = Fault>) -> Self {
        let given = faults.into_iter().collect();
        let plan = Plan { given, seed: 0, percent: 0, kinds: Vec::new() };
        Self { parts, plan: Arc::new(Mutex::new(plan)) }
    }

    /// In so many of a hundred calls one of these faults, drawn by the seed.
    pub fn random(parts: Parts, seed: u64, percent: u64, kinds: Vec<Fault>) -> Self {
        let plan = Plan { given: VecDeque::new(), seed, percent, kinds };
        Self { parts, plan: Arc::new(Mutex::new(plan)) }
    }

    fn next(&self) -> Fault {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

impl Plan {
    fn next(&mut self) -> Fault {
        if let Some(fault) = self.given.pop_front() {
            return fault;
        }
        if self.kinds.is_empty() || self.draw() % 100 >= self.percent {
            return Fault::None;
        }
        let index = self.draw() as usize % self.kinds.len();
        self.kinds.get(index).cloned().unwrap_or(Fault::None)
    }

    // SplitMix64, after Steele, Lea and Flood: the same faults on every platform.
    fn draw(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Layer for Faults {
    fn name(&self) -> &'static str {
        "fault"
    }

    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent> {
        Arc::new(Faulty { profile: inner.profile(), inner, faults: self.clone() })
    }
}

#[derive(Debug)]
struct Faulty {
    profile: AgentProfile,
    inner: Arc<dyn Agent>,
    faults: Faults,
}

#[async_trait]
impl Agent for Faulty {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.inner.target()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let Self { profile, inner, faults } = self;
        let clock = &*faults.parts.clock;
        ready(clock, &profile.id, &request)?;
        let mut sent = Sent::new(profile, &faults.parts, &output);
        match faults.next() {
            Fault::None => {
                sent.real = true;
                inner.respond(request, output).await
            }
            Fault::Error(kind) => Err(sent.failed(failure(kind))),
            Fault::Wait(kind, wait) => Err(sent.failed(failure(kind).retry_after_of(wait))),
            Fault::Hang => match within(clock, &request, std::future::pending::<Result<()>>()).await {
                Ok(()) => Err(Error::internal("a wait without an end ended")),
                Err(error) => Err(error),
            },
            Fault::Delay(wait) => {
                let until = clock.monotonic().saturating_add(wait);
                within(clock, &request, async {
                    clock.sleep_until(until).await;
                    Ok(())
                })
                .await?;
                sent.real = true;
                inner.respond(request, output).await
            }
            Fault::Cut(bytes) => {
                sent.real = true;
                let mut reply = inner.respond(request, output.copy(Arc::new(Deaf), false)).await?;
                if reply.text.len() <= bytes {
                    return Ok(reply);
                }
                reply.text.truncate(reply.text.floor_char_boundary(bytes));
                output.text(&reply.text);
                Err(PartialReply::attach(failure(ErrorKind::Interrupted), reply))
            }
        }
    }
}

/// Hears nothing: what is shown of an answer that breaks off is decided once it is known.
#[derive(Debug)]
struct Deaf;

impl TokenSink for Deaf {
    fn push(&self, _seq: u64, _delta: Delta) {}
}

fn failure(kind: ErrorKind) -> Error {
    Error::new(kind, "a fault of the plan")
}

/// An attempt that only the plan knows of: it goes into the ledger like one that reached the wire, once.
struct Sent {
    attempt: Attempt,
    output: Output,
    real: bool,
}

impl Sent {
    fn new(profile: &AgentProfile, parts: &Parts, output: &Output) -> Self {
        let attempt = Attempt {
            target: super::target_of(profile),
            started: parts.clock.now(),
            outcome: AttemptOutcome::Cancelled,
            code: None,
            usage: None,
            cost: None,
            cost_source: crate::debate::CostSource::Unknown,
            request_id: None,
            latency: Duration::ZERO,
            hedge: false,
        };
        Self { attempt, output: output.clone(), real: false }
    }

    fn failed(mut self, error: Error) -> Error {
        self.attempt.outcome = AttemptOutcome::Failed;
        self.attempt.code = Some(error.code().to_owned());
        error
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if !self.real {
            self.output.record(self.attempt.clone());
        }
    }
}
