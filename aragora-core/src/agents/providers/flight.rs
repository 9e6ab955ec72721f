//! The ledger record of one attempt on the wire.

use std::time::Duration;

use super::agent::ProviderAgent;
use super::codec::Draft;
use crate::agents::output::Output;
use crate::agents::prices::PriceQuery;
use crate::agents::reply::Attempt;
use crate::clock::Timestamp;
use crate::debate::{AttemptOutcome, CostSource, Usage};
use crate::error::Error;
use crate::ids::MicroUsd;

/// One attempt on its way. Recorded exactly once: when it lands, or as cancelled when it is dropped before; an attempt
/// that was never sent is not recorded.
pub(super) struct Flight<'a> {
    agent: &'a ProviderAgent,
    output: &'a Output,
    started: Timestamp,
    began: Duration,
    landed: bool,
    pub(super) sent: bool,
    pub(super) usage: Option<Usage>,
    reported: Option<MicroUsd>,
    model: String,
    service_tier: Option<String>,
    parts: Vec<(String, Usage)>,
    pub(super) first_token: Option<Duration>,
    pub(super) request_id: Option<String>,
}

impl<'a> Flight<'a> {
    pub(super) fn start(agent: &'a ProviderAgent, output: &'a Output) -> Self {
        let clock = &agent.endpoint.clock;
        Self {
            agent,
            output,
            started: clock.now(),
            began: clock.monotonic(),
            landed: false,
            sent: false,
            usage: None,
            reported: None,
            model: String::new(),
            service_tier: None,
            parts: Vec::new(),
            first_token: None,
            request_id: None,
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.agent.endpoint.clock.monotonic().saturating_sub(self.began)
    }

    pub(super) fn token(&mut self) {
        if self.first_token.is_none() {
            self.first_token = Some(self.elapsed());
        }
    }

    /// Keeps what a price is made of, so that a dropped attempt is charged for what it reported.
    pub(super) fn note(&mut self, draft: &Draft) {
        self.usage = draft.usage.or(self.usage);
        self.reported = draft.cost.or(self.reported);
        if self.model != draft.model {
            self.model.clone_from(&draft.model);
        }
        if self.service_tier != draft.service_tier {
            self.service_tier.clone_from(&draft.service_tier);
        }
        if self.parts.len() != draft.parts.len() {
            self.parts.clone_from(&draft.parts);
        }
    }

    /// What it cost: nothing where the host says so, else as the provider says, else by the price book.
    pub(super) fn cost(&self) -> (Option<MicroUsd>, CostSource) {
        if self.agent.config.free {
            return (Some(MicroUsd(0)), CostSource::Free);
        }
        if self.reported.is_some() {
            return (self.reported, CostSource::Provider);
        }
        match self.priced() {
            Some(cost) => (Some(cost), CostSource::PriceBook(self.agent.prices.version())),
            None => (None, CostSource::Unknown),
        }
    }

    // Where several models answered one call, each is priced; one unknown price makes the whole unknown.
    fn priced(&self) -> Option<MicroUsd> {
        let asked = &self.agent.endpoint.model;
        let answered = if self.model.is_empty() { asked } else { &self.model };
        let price = |model: &str, usage: &Usage| {
            let mut query = PriceQuery::new(self.agent.endpoint.provider, model, usage, self.started);
            query.service_tier = self.service_tier.as_deref();
            self.agent.prices.price(&query)
        };
        if self.parts.is_empty() {
            return price(answered, self.usage.as_ref()?);
        }
        self.parts
            .iter()
            .try_fold(MicroUsd(0), |sum, (model, usage)| Some(MicroUsd(sum.0.saturating_add(price(model, usage)?.0))))
    }

    fn record(&self, outcome: AttemptOutcome, error: Option<&Error>) -> Attempt {
        let (cost, cost_source) = self.cost();
        Attempt {
            target: self.agent.endpoint.target.id().clone(),
            started: self.started,
            outcome,
            code: error.map(|error| error.code().to_owned()),
            usage: self.usage,
            cost,
            cost_source,
            request_id: self.request_id.clone().or_else(|| error?.context().get("request_id").cloned()),
            latency: self.elapsed(),
            hedge: false,
        }
    }

    /// Ends the attempt; `None` if it was never sent.
    pub(super) fn land(mut self, error: Option<&Error>) -> Option<Attempt> {
        self.landed = true;
        let outcome = if error.is_some() { AttemptOutcome::Failed } else { AttemptOutcome::Ok };
        let attempt = self.sent.then(|| self.record(outcome, error))?;
        self.output.record(attempt.clone());
        Some(attempt)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if self.sent && !self.landed {
            self.output.record(self.record(AttemptOutcome::Cancelled, None));
        }
    }
}
