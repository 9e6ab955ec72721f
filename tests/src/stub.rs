//! A model that is not one: says what a test gives it, keeps the ledger as an adapter does, and gives way between
//! pieces, so that it can be dropped at each of them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aragora_core::agents::{
    Agent, AgentKind, AgentProfile, AgentReply, AgentRequest, Attempt, AttemptOutcome, CostSource, Output,
    PartialReply, Target, TargetId, Usage,
};
use aragora_core::clock::{Clock, ManualClock};
use aragora_core::ids::MicroUsd;
use aragora_core::{Error, ErrorKind, Result};
use async_trait::async_trait;

use crate::agents::agent_id;

/// What the stub does with one call.
#[derive(Clone, Debug)]
pub enum Say {
    /// Answers in pieces, streamed.
    Pieces(Vec<&'static str>),
    /// Answers this reply.
    Reply(Box<AgentReply>),
    /// Fails.
    Fail(Error),
    /// Says something and breaks off.
    Breaks(&'static str),
    /// Says something and never ends.
    Hangs(&'static str),
}

/// The stub. Clones share what they were asked and what is left to say; the last thing is said for ever.
#[derive(Clone, Debug)]
pub struct Stub {
    profile: AgentProfile,
    clock: ManualClock,
    plan: Arc<Mutex<VecDeque<Say>>>,
    asked: Arc<Mutex<Vec<AgentRequest>>>,
    in_flight: Arc<AtomicUsize>,
    usage: Option<Usage>,
    cost: Option<MicroUsd>,
    target: Option<Arc<Target>>,
}

/// What every answer of a stub uses unless it is told otherwise.
pub const USED: Usage = Usage { input_total: 100, output_total: 20, cache_read: 0, cache_write: 0, reasoning: 0 };

impl Stub {
    /// A model of this provider and name that says these things in turn.
    pub fn new(id: &str, target: &str, clock: &ManualClock, plan: impl IntoIterator<Item = Say>) -> Self {
        crate::logs::keep();
        let (provider, model) = target.split_once('/').unwrap_or(("", target));
        let profile = AgentProfile {
            provider: provider.to_owned(),
            model: model.to_owned(),
            streams: true,
            targets: vec![TargetId::new(target)],
            ..AgentProfile::new(agent_id(id), AgentKind::Model)
        };
        Self {
            profile,
            clock: clock.clone(),
            plan: Arc::new(Mutex::new(plan.into_iter().collect())),
            asked: Arc::default(),
            in_flight: Arc::default(),
            usage: Some(USED),
            cost: Some(MicroUsd(50)),
            target: None,
        }
    }

    /// Answers use this and cost this.
    #[must_use]
    pub fn using(mut self, usage: Option<Usage>, cost: Option<u64>) -> Self {
        (self.usage, self.cost) = (usage, cost.map(MicroUsd));
        self
    }

    /// Shares this target with others.
    #[must_use]
    pub fn at(mut self, target: &Arc<Target>) -> Self {
        self.target = Some(Arc::clone(target));
        self
    }

    /// Is of this kind.
    #[must_use]
    pub fn of_kind(mut self, kind: AgentKind) -> Self {
        self.profile.kind = kind;
        self
    }

    /// The same to be shared.
    pub fn shared(&self) -> Arc<dyn Agent> {
        Arc::new(self.clone())
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<AgentRequest> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Calls under way.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    fn next(&self) -> Say {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        match plan.len() {
            0 => Say::Fail(Error::new(ErrorKind::ScriptExhausted, "the stub has nothing to say")),
            1 => plan.front().cloned().unwrap_or(Say::Hangs("")),
            _ => plan.pop_front().unwrap_or(Say::Hangs("")),
        }
    }

    fn reply(&self, text: &str) -> AgentReply {
        AgentReply {
            usage: self.usage,
            cost: self.cost,
            cost_source: CostSource::Provider,
            provider: self.profile.provider.clone(),
            model: self.profile.model.clone(),
            ..AgentReply::text(text)
        }
    }
}

/// One attempt: recorded once, also when it is dropped.
struct Sent<'a> {
    stub: &'a Stub,
    output: Output,
    attempt: Attempt,
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        self.stub.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.output.record(self.attempt.clone());
    }
}

#[async_trait]
impl Agent for Stub {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.target.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        request.validate(&self.profile.id)?;
        if request.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled"));
        }
        if request.deadline.is_some_and(|deadline| deadline.passed(&self.clock)) {
            return Err(Error::new(ErrorKind::DeadlineExceeded, "late"));
        }
        let request = request.visible_to(&self.profile.id);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        let attempt = Attempt {
            target: self.profile.targets.first().cloned().unwrap_or_else(|| TargetId::new("none")),
            started: self.clock.now(),
            outcome: AttemptOutcome::Cancelled,
            code: None,
            usage: None,
            cost: None,
            cost_source: CostSource::Unknown,
            request_id: None,
            latency: Duration::ZERO,
            hedge: false,
        };
        let mut sent = Sent { stub: self, output: output.clone(), attempt };
        tokio::task::yield_now().await;
        let ended = match self.next() {
            Say::Pieces(pieces) => {
                for piece in &pieces {
                    output.text(piece);
                    tokio::task::yield_now().await;
                }
                Ok(self.reply(&pieces.concat()))
            }
            Say::Reply(reply) => Ok(AgentReply { usage: self.usage, cost: self.cost, ..*reply }),
            Say::Fail(error) => Err(error),
            Say::Breaks(text) => {
                output.text(text);
                let error = Error::new(ErrorKind::Interrupted, "the stream broke off");
                Err(PartialReply::attach(error, AgentReply::text(text)))
            }
            Say::Hangs(text) => {
                output.text(text);
                let deadline = async {
                    match request.deadline {
                        Some(deadline) => self.clock.sleep_until(deadline.monotonic()).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = request.cancel.cancelled() => return Err(Error::new(ErrorKind::Cancelled, "cancelled")),
                    () = deadline => Err(Error::new(ErrorKind::DeadlineExceeded, "late")),
                }
            }
        };
        match &ended {
            Ok(_) => {
                sent.attempt.outcome = AttemptOutcome::Ok;
                (sent.attempt.usage, sent.attempt.cost) = (self.usage, self.cost);
            }
            Err(error) => {
                sent.attempt.outcome = AttemptOutcome::Failed;
                sent.attempt.code = Some(error.code().to_owned());
            }
        }
        ended
    }
}
