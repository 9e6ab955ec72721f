//! Counts what a call of an agent took, used and cost. Ids, codes, times and numbers only; never a text.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::agent::{Agent, AgentProfile, TargetId};
use super::notice::{BreakerState, Notice};
use super::output::{Delta, Output, TokenSink};
use super::reply::{AgentReply, Attempt};
use super::target::Target;
use crate::debate::{AttemptOutcome, CostSource, Served, Usage};
use crate::error::Result;
use crate::telemetry::{Followed as _, Gauge, Parts, Telemetry, names};

/// One call that is measured. Dropped without [`Measure::end`], it was cancelled.
#[derive(Debug)]
pub(crate) struct Measure {
    parts: Parts,
    profile: AgentProfile,
    output: Output,
    target: Option<Arc<Target>>,
    in_flight: Gauge,
    breaker: Option<Gauge>,
    began: Duration,
    ended: bool,
}

impl Measure {
    /// Begins to measure a call, unless somebody around it does already; the agent gets the output that is returned.
    pub(crate) fn begin(
        parts: &Parts,
        agent: &dyn Agent,
        profile: &AgentProfile,
        output: &Output,
    ) -> (Output, Option<Self>) {
        if !output.claim(&parts.telemetry) {
            return (output.clone(), None);
        }
        let watcher = Watcher { telemetry: parts.telemetry.clone(), profile: profile.clone() };
        let output = output.watched(Arc::new(watcher));
        let in_flight = parts.telemetry.gauge(&names::AGENT_IN_FLIGHT, &[&profile.provider]);
        in_flight.add(1.0);
        let target = agent.target();
        let breaker = target.as_ref().map(|target| {
            let gauge = parts.telemetry.gauge(&names::CIRCUIT_BREAKER_STATE, &[profile.id.as_str()]);
            // An open circuit half-opens by time alone, and calls of other agents move it.
            let target: Weak<Target> = Arc::downgrade(target);
            gauge.follow(target);
            gauge
        });
        let measure = Self {
            parts: parts.clone(),
            profile: profile.clone(),
            output: output.clone(),
            target,
            in_flight,
            breaker,
            began: parts.clock.monotonic(),
            ended: false,
        };
        (output, Some(measure))
    }

    /// Counts how it ended.
    pub(crate) fn end(mut self, outcome: &Result<AgentReply>) {
        self.ended = true;
        let telemetry = &self.parts.telemetry;
        let (agent, provider) = (self.profile.id.as_str(), self.profile.provider.as_str());
        match outcome {
            Ok(reply) => {
                self.responded(match reply.served {
                    Served::Live | Served::Fallback { .. } => "ok",
                    Served::Cache => "cache",
                    Served::Recorded => "recorded",
                });
                telemetry.histogram(&names::AGENT_QUEUE_SECONDS, &[provider]).observe_seconds(reply.latency.queued);
                let target = self.target.as_ref().filter(|_| reply.served == Served::Live);
                if target.is_some_and(|target| self.took() > target.settings().service_target) {
                    telemetry.counter(&names::AGENT_TARGET_MISSED_TOTAL, &[agent, provider, "slow"]).increment();
                }
                if let Some(first) = reply.latency.first_token {
                    telemetry.histogram(&names::AGENT_FIRST_TOKEN_SECONDS, &[provider]).observe_seconds(first);
                }
                match reply.served {
                    Served::Cache => telemetry.counter(&names::AGENT_CACHE_HITS_TOTAL, &[agent, provider]).increment(),
                    Served::Recorded => return,
                    Served::Live | Served::Fallback { .. } => {}
                }
                if self.output.attempts().is_empty() && reply.served != Served::Cache {
                    self.used(provider, &self.profile.model, reply.usage);
                    if reply.usage.is_some() || reply.cost.is_some() {
                        self.cost(provider, reply.cost.map(|cost| cost.0), &reply.cost_source);
                    }
                }
            }
            Err(error) => {
                self.responded(error.code());
                let attempted = |attempt: &Attempt| attempt.code.as_deref() == Some(error.code());
                if !self.output.attempts().iter().any(attempted) {
                    telemetry.counter(&names::AGENT_ERRORS_TOTAL, &[agent, provider, error.code()]).increment();
                }
            }
        }
        self.attempts();
    }

    fn took(&self) -> Duration {
        self.parts.clock.monotonic().saturating_sub(self.began)
    }

    fn responded(&self, outcome: &str) {
        let labels = [self.profile.id.as_str(), &self.profile.provider, outcome];
        self.parts.telemetry.histogram(&names::AGENT_RESPONSE_SECONDS, &labels).observe_seconds(self.took());
    }

    fn attempts(&self) {
        for attempt in self.output.attempts() {
            let (provider, model) = words(&attempt.target, &self.profile);
            self.used(provider, model, attempt.usage);
            self.cost(provider, attempt.cost.map(|cost| cost.0), &attempt.cost_source);
            if attempt.outcome == AttemptOutcome::Failed {
                let code = attempt.code.as_deref().unwrap_or("unknown");
                let labels = [self.profile.id.as_str(), provider, code];
                self.parts.telemetry.counter(&names::AGENT_ERRORS_TOTAL, &labels).increment();
            }
        }
    }

    fn used(&self, provider: &str, model: &str, usage: Option<Usage>) {
        let usage = usage.unwrap_or_default();
        // The kinds are disjoint: what was cached is no plain input, what was reasoning no plain output.
        let kinds = [
            ("input", usage.input_total.saturating_sub(usage.cache_read).saturating_sub(usage.cache_write)),
            ("cache_read", usage.cache_read),
            ("cache_write", usage.cache_write),
            ("output", usage.output_total.saturating_sub(usage.reasoning)),
            ("reasoning", usage.reasoning),
        ];
        for (kind, tokens) in kinds.into_iter().filter(|(_, tokens)| *tokens > 0) {
            let labels = [self.profile.id.as_str(), provider, model, kind];
            self.parts.telemetry.counter(&names::TOKENS_USED_TOTAL, &labels).add(tokens);
        }
    }

    fn cost(&self, provider: &str, cost: Option<u64>, source: &CostSource) {
        let agent = self.profile.id.as_str();
        let Some(cost) = cost else {
            return self.parts.telemetry.counter(&names::AGENT_UNPRICED_TOTAL, &[agent, provider]).increment();
        };
        let source = match source {
            CostSource::Provider => "provider",
            CostSource::PriceBook(_) => "price_book",
            CostSource::Estimate => "estimate",
            CostSource::Free => "free",
            CostSource::Unknown => "unknown",
        };
        let labels = [agent, provider, source];
        self.parts.telemetry.counter(&names::AGENT_COST_MICRODOLLARS_TOTAL, &labels).add(cost);
    }
}

impl Drop for Measure {
    fn drop(&mut self) {
        self.in_flight.add(-1.0);
        if let (Some(target), Some(gauge)) = (&self.target, &self.breaker) {
            // For readers that come when the target is gone.
            gauge.set(target.reading());
        }
        if !self.ended {
            self.responded("cancelled");
            self.attempts();
        }
    }
}

/// Provider and model of a target, as its name has them; those of the agent if it has none.
pub(super) fn words<'a>(target: &'a TargetId, profile: &'a AgentProfile) -> (&'a str, &'a str) {
    target.as_str().split_once('/').unwrap_or((&profile.provider, &profile.model))
}

/// Counts what layers tell.
#[derive(Debug)]
struct Watcher {
    telemetry: Telemetry,
    profile: AgentProfile,
}

impl TokenSink for Watcher {
    fn push(&self, _seq: u64, _delta: Delta) {}

    fn notice(&self, notice: &Notice) {
        let (agent, provider) = (self.profile.id.as_str(), self.profile.provider.as_str());
        match notice {
            Notice::Retry { code, .. } => {
                self.telemetry.counter(&names::AGENT_RETRIES_TOTAL, &[agent, provider, code]).increment();
            }
            Notice::Fallback { from, to, .. } => {
                let labels = [agent, from.as_str(), to.as_str()];
                self.telemetry.counter(&names::AGENT_FALLBACKS_TOTAL, &labels).increment();
            }
            Notice::Breaker { state: BreakerState::Open, .. } => {
                self.telemetry.counter(&names::CIRCUIT_BREAKER_TRIPS_TOTAL, &[agent]).increment();
            }
            Notice::Breaker { .. } | Notice::Failed { .. } | Notice::RateLimitWait { .. } | Notice::Budget(_) => {}
        }
    }
}
