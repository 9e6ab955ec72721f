//! One turn: a permit, a deadline, a call that may panic.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::inner::Inner;
use super::machine::{AttemptFacts, TurnError};
use super::quotes::with_estimate;
use crate::agents::{Agent, AgentProfile, AgentReply, AgentRequest, Measure, Output, Warning};
use crate::clock::Deadline;
use crate::crypto::canonical::to_canonical;
use crate::debate::{AttemptOutcome, CostSource, ErrorInfo};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, DebateId, OrgId, TurnId};

pub(super) struct Turn {
    pub(super) engine: Arc<Inner>,
    pub(super) tenant: OrgId,
    pub(super) debate: DebateId,
    pub(super) id: TurnId,
    pub(super) seat: AgentId,
    pub(super) agent: Arc<dyn Agent>,
    pub(super) request: AgentRequest,
    pub(super) output: Output,
    pub(super) limit: Duration,
    pub(super) debate_deadline: Deadline,
}

/// A turn that ended.
#[derive(Debug)]
pub(super) struct TurnDone {
    pub(super) turn: TurnId,
    pub(super) result: Result<AgentReply>,
    pub(super) latency: Duration,
}

impl Turn {
    pub(super) async fn run(mut self) -> TurnDone {
        let clock = self.engine.parts.clock.clone();
        let _counted = self.engine.count_turn();
        let waited = clock.monotonic();
        let permit = self.engine.permits.acquire(&self.tenant, &self.debate).await;
        let began = clock.monotonic();
        self.engine.metrics.queue_wait.observe_seconds(began.saturating_sub(waited));
        let deadline = Deadline::at((began + self.limit).min(self.debate_deadline.monotonic()));
        self.request.deadline = Some(deadline);
        let id = self.id.clone();
        let result = match self.request.validate(&self.seat) {
            Ok(()) => self.call(deadline).await,
            Err(error) => Err(error),
        };
        drop(permit);
        let latency = clock.monotonic().saturating_sub(began);
        TurnDone { turn: id, result, latency }
    }

    async fn call(self, deadline: Deadline) -> Result<AgentReply> {
        let Self { engine, seat, agent, request, output, limit, .. } = self;
        let clock = &engine.parts.clock;
        // The agent knows its deadline; one that ignores it is dropped a little later.
        let overtime = clock.sleep_until(deadline.monotonic() + engine.config.overtime);
        let (output, measure) = Measure::begin(&engine.parts, &*agent, &agent.profile(), &output);
        let answer = AssertUnwindSafe(async { agent.respond(request, output).await }).catch_unwind();
        let result = tokio::select! {
            biased;
            answer = answer => match answer {
                Ok(result) => result,
                Err(panic) => Err(Error::new(ErrorKind::AgentFailed, format!("agent {seat} panicked: {}", panic_text(panic.as_ref())))),
            },
            () = overtime => Err(Error::new(ErrorKind::DeadlineExceeded, format!("agent {seat} did not answer in {} ms", limit.as_millis()))),
        };
        if let Some(measure) = measure {
            measure.end(&result);
        }
        result
    }
}

pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".into()).chars().take(200).collect()
}

/// What the log keeps of a turn's attempts: those the agent recorded, else the one that its result implies.
pub(super) fn attempts_of(
    engine: &Inner,
    agent: &Arc<dyn Agent>,
    output: &Output,
    prompt: u64,
    done: Option<&TurnDone>,
) -> Vec<AttemptFacts> {
    let recorded = output.attempts_shown();
    if !recorded.is_empty() {
        let (parts, profile) = (engine.agents.parts(), agent.profile());
        let estimated = |(attempt, shown)| with_estimate(parts, &profile, attempt, prompt, shown);
        return recorded.into_iter().map(estimated).map(|attempt| AttemptFacts::from(&attempt)).collect();
    }
    let Some(done) = done else { return Vec::new() };
    let profile = agent.profile();
    let target = match profile.targets.first() {
        Some(target) => target.to_string(),
        None if profile.provider.is_empty() => profile.id.to_string(),
        None => format!("{}/{}", profile.provider, profile.model),
    };
    let latency_ms = u64::try_from(done.latency.as_millis()).unwrap_or(u64::MAX);
    vec![match &done.result {
        Ok(reply) => AttemptFacts {
            target,
            outcome: AttemptOutcome::Ok,
            usage: reply.usage,
            cost: reply.cost,
            cost_source: reply.cost_source.clone(),
            latency_ms,
            hedge: false,
            error: None,
        },
        Err(error) => AttemptFacts {
            target,
            outcome: if error.kind() == ErrorKind::Cancelled {
                AttemptOutcome::Cancelled
            } else {
                AttemptOutcome::Failed
            },
            usage: None,
            cost: None,
            cost_source: CostSource::Unknown,
            latency_ms,
            hedge: false,
            error: Some(ErrorInfo::from(error)),
        },
    }]
}

/// The outcome of a turn as the machine takes it.
pub(super) fn outcome_of(result: Result<AgentReply>) -> std::result::Result<AgentReply, TurnError> {
    let mut reply = result.map_err(|error| TurnError::from(&error))?;
    // A value that has no canonical form (1e300) cannot enter the log; the text still can.
    if reply.structured.as_ref().is_some_and(|value| to_canonical(value).is_err()) {
        reply.structured = None;
        let detail = "the structured value has no canonical form and was left out".to_owned();
        reply.warnings.push(Warning { code: "structured_dropped".to_owned(), detail });
    }
    Ok(reply)
}

/// Logs what an agent did. Ids, latency and tokens only; never a text.
pub(super) fn log(debate: &DebateId, agent: &AgentProfile, done: &TurnDone) {
    let outcome = done.result.as_ref().map_or_else(Error::code, |_| "ok");
    let usage = done.result.as_ref().ok().and_then(|reply| reply.usage).unwrap_or_default();
    let latency_ms = u64::try_from(done.latency.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(
        target: "aragora::agents",
        %debate, turn = %done.turn, agent = %agent.id, provider = agent.provider, latency_ms,
        tokens_in = usage.input_total, tokens_out = usage.output_total, outcome, "turn ended"
    );
}
