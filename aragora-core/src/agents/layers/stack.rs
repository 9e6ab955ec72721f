//! The order in which layers belong around an agent.

use std::sync::Arc;

use super::trace::TraceAttempt;
use super::{
    Breaker, Budgets, Concurrency, Decisions, Fallback, Hedge, HedgeAfter, Layer, RateLimit, ReplyCache, Retry,
    RetrySettings, Shape, TimeLimit, TimeLimits, Trace,
};
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::budget::{Budget, BudgetBook};
use crate::agents::parts::AgentParts;
use crate::agents::target::{Target, TargetKey, TargetOverrides};
use crate::debate::AgentKind;
use crate::error::Result;
use crate::ids::Digest;

/// The layers of a model, and what each of them does unless it is set otherwise.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct StackConfig {
    /// Puts prompts and answers on the spans, default no.
    pub content: bool,
    /// What calls may cost, default as much as they like.
    pub budgets: Vec<Budget>,
    /// Budgets by organisation and debate, asked before those; default none.
    pub book: Option<BudgetBook>,
    /// Keeps replies, default no.
    pub cache: Option<ReplyCache>,
    /// Requests to repair an unusable answer, default 1.
    pub repairs: u32,
    /// How often and when the same target is asked again.
    pub retry: RetrySettings,
    /// When a second copy is sent, default never.
    pub hedge: Option<HedgeAfter>,
    /// How long one attempt may take.
    pub time: TimeLimits,
    /// What each target may be asked, as far as that is not its provider's default.
    pub target: TargetOverrides,
    /// What follows from which error.
    pub decisions: Arc<Decisions>,
    /// Failures on purpose.
    #[cfg(feature = "testing")]
    pub faults: Option<super::Faults>,
}

impl Default for StackConfig {
    fn default() -> Self {
        Self {
            content: false,
            budgets: Vec::new(),
            book: None,
            cache: None,
            repairs: 1,
            retry: RetrySettings::default(),
            hedge: None,
            time: TimeLimits::default(),
            target: TargetOverrides::default(),
            decisions: Arc::default(),
            #[cfg(feature = "testing")]
            faults: None,
        }
    }
}

/// The recommended layers, outermost first.
///
/// ```
/// use aragora_core::agents::layers::{Stack, StackConfig};
/// use aragora_core::agents::{AgentKind, AgentParts};
///
/// # fn main() -> aragora_core::Result<()> {
/// let stack = Stack::recommended(&StackConfig::default(), &AgentParts::system()?);
/// assert_eq!(
///     stack.describe(),
///     "trace > budget > fallback > [per target: cache > shape > breaker > retry > hedge > rate_limit > concurrency > \
///      timeout > fault > agent]"
/// );
/// assert_eq!(stack.describe_for(AgentKind::Human), "trace > budget > shape > agent");
/// assert_eq!(stack.describe_for(AgentKind::Scripted), "trace > budget > agent");
/// # Ok(())
/// # }
/// ```
///
/// The breaker sees outcomes, not attempts; each repeat is paced; waiting holds no place in flight; the time limit
/// bounds one attempt; and a cached answer passes no breaker and costs nothing. Layers that are switched off keep
/// their place and do nothing.
#[derive(Clone, Debug)]
pub struct Stack {
    parts: AgentParts,
    config: StackConfig,
}

impl Stack {
    /// The recommended order with these settings.
    pub fn recommended(config: &StackConfig, parts: &AgentParts) -> Self {
        Self { parts: parts.clone(), config: config.clone() }
    }

    /// The order around a model.
    pub fn describe(&self) -> &'static str {
        self.describe_for(AgentKind::Model)
    }

    /// The order around an agent of this kind.
    pub fn describe_for(&self, kind: AgentKind) -> &'static str {
        match kind {
            AgentKind::Model | AgentKind::Foreign => {
                "trace > budget > fallback > [per target: cache > shape > breaker > retry > hedge > rate_limit > \
                 concurrency > timeout > fault > agent]"
            }
            AgentKind::Human => "trace > budget > shape > agent",
            AgentKind::Function | AgentKind::Scripted | AgentKind::Demo | AgentKind::Recorded => {
                "trace > budget > agent"
            }
        }
    }

    /// The agent with its layers.
    ///
    /// Errors: `invalid_config` for target settings out of range; `unavailable` if the operating system gives no
    /// random bytes.
    pub fn wrap(&self, agent: Arc<dyn Agent>) -> Result<Arc<dyn Agent>> {
        self.wrap_with(agent, Vec::new())
    }

    /// The same with other agents that stand in for it, each behind its own target's layers.
    pub fn wrap_with(&self, agent: Arc<dyn Agent>, others: Vec<Arc<dyn Agent>>) -> Result<Arc<dyn Agent>> {
        let parts = &self.parts.parts;
        let mut agent = match agent.profile().kind {
            AgentKind::Model | AgentKind::Foreign => {
                let first = self.at_target(agent)?;
                let others = others.into_iter().map(|other| self.at_target(other)).collect::<Result<Vec<_>>>()?;
                if others.is_empty() {
                    first
                } else {
                    let decisions = Arc::clone(&self.config.decisions);
                    Fallback::new(parts.clone(), others).with_decisions(decisions).wrap(first)
                }
            }
            AgentKind::Human => self.shape().wrap(agent),
            AgentKind::Function | AgentKind::Scripted | AgentKind::Demo | AgentKind::Recorded => agent,
        };
        if !self.config.budgets.is_empty() || self.config.book.is_some() {
            let mut budgets = Budgets::new(&self.parts, self.config.budgets.clone());
            if let Some(book) = &self.config.book {
                budgets = budgets.with_book(book.clone());
            }
            agent = budgets.wrap(agent);
        }
        agent = Trace::new(parts.clone()).with_content(self.config.content).wrap(agent);
        Ok(agent)
    }

    /// The layers of one target, innermost first.
    fn at_target(&self, agent: Arc<dyn Agent>) -> Result<Arc<dyn Agent>> {
        let config = &self.config;
        let target = self.target(&*agent)?;
        let decisions = || Arc::clone(&config.decisions);
        let mut agent = TraceAttempt.wrap(agent);
        #[cfg(feature = "testing")]
        if let Some(faults) = &config.faults {
            agent = faults.wrap(agent);
        }
        agent = TimeLimit::new(&target).with_limits(config.time.clone()).wrap(agent);
        agent = Concurrency::new(&target).wrap(agent);
        agent = RateLimit::new(&target).wrap(agent);
        if let Some(after) = config.hedge {
            agent = Hedge::new(&target, after).wrap(agent);
        }
        agent = Retry::new(&target).with_settings(config.retry.clone()).with_decisions(decisions()).wrap(agent);
        agent = Breaker::new(&target).with_decisions(decisions()).wrap(agent);
        agent = self.shape().wrap(agent);
        if let Some(cache) = &config.cache {
            agent = cache.wrap(agent);
        }
        Ok(agent)
    }

    fn shape(&self) -> Shape {
        Shape::new(self.parts.parts.clone()).with_repairs(self.config.repairs)
    }

    /// What the agent shares with others; an agent without a target of its own has one by its name.
    fn target(&self, agent: &dyn Agent) -> Result<Arc<Target>> {
        let target = match agent.target() {
            Some(target) => target,
            None => self.parts.targets.get(&own_key(&agent.profile())),
        };
        // Else what a host set on the target by hand would be lost.
        if !self.config.target.is_empty() {
            target.configure(self.config.target.of(target.provider()))?;
        }
        Ok(target)
    }
}

fn own_key(profile: &AgentProfile) -> TargetKey {
    let named = |text: &str, instead: &str| if text.is_empty() { instead.to_owned() } else { text.to_owned() };
    TargetKey {
        provider: named(&profile.provider, "agent"),
        origin: String::new(),
        model: named(&profile.model, profile.id.as_str()),
        credential: *Digest::of(profile.id.as_str()).as_bytes(),
    }
}
