//! Nothing is sent that the budgets do not allow.

use std::sync::Arc;

use async_trait::async_trait;

use super::Layer;
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::budget::{Budget, BudgetBook, Quote, Reservation};
use crate::agents::conduct::{ready, within};
use crate::agents::notice::Notice;
use crate::agents::output::Output;
use crate::agents::parts::AgentParts;
use crate::agents::reply::{AgentReply, Warning};
use crate::agents::request::AgentRequest;
use crate::agents::target::Target;
use crate::debate::{Served, Usage};
use crate::error::Result;
use crate::ids::MicroUsd;

/// Sets aside what a call may cost in every budget, all or none, and settles by the ledger of its attempts: also when
/// it fails, is cancelled or is dropped. A refusal is `budget_exceeded` or `unpriced`, and nothing is sent.
///
/// It also teaches the estimate of tokens what providers count.
#[derive(Clone, Debug)]
pub struct Budgets {
    parts: AgentParts,
    given: Vec<Budget>,
    book: Option<BudgetBook>,
}

impl Budgets {
    /// These budgets, asked in this order.
    pub fn new(parts: &AgentParts, budgets: Vec<Budget>) -> Self {
        Self { parts: parts.clone(), given: budgets, book: None }
    }

    /// And, before them, those that this book has for the organisation and the debate of a call.
    #[must_use]
    pub fn with_book(mut self, book: BudgetBook) -> Self {
        self.book = Some(book);
        self
    }

    pub(super) fn parts(&self) -> &AgentParts {
        &self.parts
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Budget> {
        self.given.iter()
    }
}

impl Layer for Budgets {
    fn name(&self) -> &'static str {
        "budget"
    }

    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent> {
        Arc::new(Budgeted { profile: inner.profile(), inner, budgets: self.clone() })
    }
}

#[derive(Debug)]
struct Budgeted {
    profile: AgentProfile,
    inner: Arc<dyn Agent>,
    budgets: Budgets,
}

#[async_trait]
impl Agent for Budgeted {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.inner.target()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let Self { profile, inner, budgets } = self;
        let (parts, clock) = (&budgets.parts, &*budgets.parts.parts.clock);
        ready(clock, &profile.id, &request)?;
        let quote = Quote::of(parts, profile, &request);
        let mut held = Held::new(profile, quote, output.clone());
        let own = budgets.book.iter().flat_map(|book| book.of(&request.tenant, request.debate.as_ref()));
        for budget in own.chain(budgets.iter().cloned()) {
            let reserved = within(clock, &request, budget.reserve(&quote, request.deadline)).await?;
            held.add(budget, reserved);
        }
        held.begin();
        let asked = request.clone();
        let mut outcome = inner.respond(request, output.clone()).await;
        if let Ok(reply) = &outcome
            && let Some(usage) = reply.usage.filter(|_| reply.served == Served::Live && output.attempts().len() <= 1)
        {
            parts.tokens.learn(&profile.model, &profile.id, &asked, usage.input_total);
        }
        let warnings = held.settle(outcome.as_ref().ok().map(|reply| (reply.cost, reply.usage))).await;
        if let Ok(reply) = &mut outcome {
            reply.warnings.extend(warnings);
        }
        outcome
    }
}

/// What an answer says of itself: cost and use.
type Stated = (Option<MicroUsd>, Option<Usage>);

/// What is set aside for a call. Dropped, it settles what the ledger proves by then.
pub(super) struct Held<'a> {
    profile: &'a AgentProfile,
    quote: Quote,
    output: Output,
    reserved: Vec<(Budget, Reservation)>,
    begun: bool,
}

impl<'a> Held<'a> {
    /// Nothing yet. `output` holds the ledger of this call alone.
    pub(super) fn new(profile: &'a AgentProfile, quote: Quote, output: Output) -> Self {
        Self { profile, quote, output, reserved: Vec::new(), begun: false }
    }

    pub(super) fn add(&mut self, budget: Budget, reserved: Reservation) {
        self.reserved.push((budget, reserved));
    }

    /// Everything is set aside: from here on something may be sent.
    pub(super) fn begin(&mut self) {
        self.begun = true;
    }

    /// Puts what was used in the place of what was set aside; `answer` is what a call that succeeded says of itself.
    pub(super) async fn settle(mut self, answer: Option<Stated>) -> Vec<Warning> {
        let mut warnings = Vec::new();
        // One at a time: a drop in between settles the others.
        while let Some((budget, reservation)) = self.reserved.pop() {
            let actual = self.used(&budget, answer);
            let reserved = reservation.micros();
            match reservation.settle(MicroUsd(actual)).await {
                Ok(settled) => {
                    if settled.overrun {
                        let detail = format!("{} were used, {reserved} were set aside", MicroUsd(actual));
                        warnings.push(Warning { code: "overrun".into(), detail });
                    }
                    for notice in settled.notices {
                        self.output.notice(&Notice::Budget(notice));
                    }
                }
                // The answer is there; the money stays set aside until the store answers again.
                Err(error) => {
                    let detail = format!("budget {} could not be settled yet: {}", budget.name(), error.code());
                    warnings.push(Warning { code: "budget_unsettled".into(), detail });
                }
            }
        }
        warnings
    }

    fn used(&self, budget: &Budget, answer: Option<Stated>) -> u64 {
        let attempts = self.output.attempts_shown();
        match answer {
            // Agents and embedders of the host need not keep a ledger.
            Some((cost, usage)) if attempts.is_empty() => match cost {
                Some(cost) => cost.0,
                None => usage.map_or(0, |usage| budget.worth_of(self.profile, &usage)),
            },
            _ => budget.proven(self.profile, &attempts, &self.quote),
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        for (budget, mut reservation) in std::mem::take(&mut self.reserved) {
            let actual = if self.begun { self.used(&budget, None) } else { 0 };
            reservation.at_least(actual);
        }
    }
}
