//! What a policy is: behaviour around any asynchronous work, and, as a layer, around any agent.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::Layer;
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::conduct::{bounded, in_time};
use crate::agents::embed::CallContext;
use crate::agents::output::{Output, Progress};
use crate::agents::reply::AgentReply;
use crate::agents::request::AgentRequest;
use crate::agents::target::{Need, Target};
use crate::clock::{CancelToken, Clock, Deadline};
use crate::debate::Served;
use crate::error::{Error, Result};

/// Behaviour around work that asks a [`Target`]: the same value is a [`Layer`] around an agent and, by
/// [`Policy::run`], a wrapper around any future. All state is the target's, so clones and other policies on the same
/// target act as one.
///
/// ```
/// use aragora_core::agents::layers::{Call, Policy, Retry};
/// use aragora_core::agents::{Target, TargetId};
/// use aragora_core::telemetry::Parts;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let target = Target::new(TargetId::new("openai/gpt-5.4"), Parts::system());
/// let answer = Retry::new(&target).run(Call::new(), |call| async move { Ok(call.attempt) }).await?;
/// assert_eq!(answer, 1);
/// # Ok::<(), aragora_core::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Policy: Clone + fmt::Debug + Send + Sync + 'static {
    /// Its name as a layer, e.g. `retry`.
    fn name(&self) -> &'static str;

    /// Whose state it acts on.
    fn target(&self) -> &Arc<Target>;

    /// Runs the work under this policy, as often as the policy says. Dropping the future drops the work and gives
    /// back what it held.
    fn run<T, F, Fut>(&self, call: Call, work: F) -> impl Future<Output = Result<T>> + Send
    where
        T: Send,
        F: Fn(Call) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T>> + Send;

    /// Whether it may run the work more than once, for which a request has to be kept.
    fn repeats(&self) -> bool {
        true
    }

    /// Whether it has to know how many tokens a call may use.
    fn counts_tokens(&self) -> bool {
        false
    }

    /// Who is asked for the second copy of a call; nobody else by default.
    fn second(&self) -> Option<&Arc<dyn Agent>> {
        None
    }
}

/// One call on its way through policies: what bounds it, and what is told about it.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Call {
    /// When waiting becomes pointless.
    pub deadline: Option<Deadline>,
    /// Ends every wait.
    pub cancel: CancelToken,
    /// Tokens of the prompt, estimated.
    pub input_tokens: u64,
    /// The most tokens the answer may have.
    pub output_tokens: u64,
    /// What is shown, recorded and told.
    pub output: Output,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Whether this is the second copy of a call.
    pub hedge: bool,
    progress: Arc<Progress>,
    waited: Arc<AtomicU64>,
}

impl Call {
    /// A call without deadline that nobody listens to.
    pub fn new() -> Self {
        CallContext::new().into()
    }

    /// The same with an estimate of its prompt and the most its answer may have, in tokens.
    #[must_use]
    pub fn with_tokens(mut self, input: u64, output: u64) -> Self {
        (self.input_tokens, self.output_tokens) = (input, output);
        self
    }

    /// What bounds it and hears of it, for work that is no turn.
    pub fn context(&self) -> CallContext {
        CallContext { deadline: self.deadline, cancel: self.cancel.clone(), output: self.output.clone() }
    }

    /// Says how many tokens the answer really used, prompt included; the first word counts.
    pub fn used(&self, tokens: u64) {
        self.progress.uses(tokens);
    }

    /// How long it has waited for places and rate limits so far.
    pub fn waited(&self) -> Duration {
        Duration::from_nanos(self.waited.load(Ordering::Relaxed))
    }

    pub(super) fn has_waited(&self, wait: Duration) {
        self.waited.fetch_add(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The same with a progress of its own, which tells whether this attempt was sent and what it used.
    pub(super) fn tracked(mut self) -> (Self, Arc<Progress>) {
        self.progress = Arc::default();
        self.output = self.output.tracked(Arc::clone(&self.progress));
        let progress = Arc::clone(&self.progress);
        (self, progress)
    }

    pub(super) fn need(&self) -> Need {
        Need { input: self.input_tokens, output: self.output_tokens }
    }

    /// `cancelled` or `deadline_exceeded` if there is nothing to begin.
    pub(super) fn ready(&self, clock: &dyn Clock) -> Result<()> {
        in_time(clock, &self.cancel, self.deadline)
    }

    /// Waits for something to come, unless it is cancelled or the deadline passes first.
    pub(super) async fn wait_for<T>(&self, clock: &dyn Clock, awaited: impl Future<Output = T>) -> Result<T> {
        bounded(clock, &self.cancel, self.deadline, async { Ok(awaited.await) }).await
    }
}

impl From<CallContext> for Call {
    /// A call with this deadline, this token and this output.
    fn from(context: CallContext) -> Self {
        let CallContext { deadline, cancel, output } = context;
        Self {
            deadline,
            cancel,
            input_tokens: 0,
            output_tokens: 0,
            output,
            attempt: 1,
            hedge: false,
            progress: Arc::default(),
            waited: Arc::default(),
        }
    }
}

impl Default for Call {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Policy> Layer for P {
    fn name(&self) -> &'static str {
        Policy::name(self)
    }

    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent> {
        Arc::new(Around { policy: self.clone(), profile: inner.profile(), inner })
    }
}

/// An agent under a policy.
#[derive(Debug)]
struct Around<P> {
    policy: P,
    profile: AgentProfile,
    inner: Arc<dyn Agent>,
}

impl<P: Policy> Around<P> {
    // One pass of the work.
    async fn ask(&self, request: AgentRequest, call: &Call) -> Result<AgentReply> {
        let second = self.policy.second().filter(|_| call.hedge);
        let agent = second.unwrap_or(&self.inner);
        let mut reply = agent.respond(request, call.output.clone()).await?;
        if let Some(usage) = reply.usage {
            call.used(usage.input_total.saturating_add(usage.output_total));
        }
        if second.is_some() && reply.served == Served::Live {
            reply.served = Served::Fallback { from: self.policy.target().id().to_string() };
        }
        Ok(reply)
    }
}

#[async_trait]
impl<P: Policy> Agent for Around<P> {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let clock = Arc::clone(&self.policy.target().parts().clock);
        let began = clock.monotonic();
        let context = CallContext { deadline: request.deadline, cancel: request.cancel.clone(), output };
        let mut call = Call::from(context);
        if self.policy.counts_tokens() {
            (call.input_tokens, call.output_tokens) = super::tokens_of(&request, &self.profile.id);
        }
        let waits = call.clone();
        let repeats = self.policy.repeats();
        let kept = Mutex::new(Some(request));
        let next = || {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if repeats { kept.clone() } else { kept.take() }
        };
        let work = |call| {
            let request = next();
            async move {
                let request = request.ok_or_else(|| Error::internal("a policy that does not repeat asked twice"))?;
                self.ask(request, &call).await
            }
        };
        let mut reply = self.policy.run(call, work).await?;
        let latency = &mut reply.latency;
        // What this layer added to the agent's own time came before its first piece.
        let total = clock.monotonic().saturating_sub(began).max(latency.total);
        latency.first_token =
            latency.first_token.map(|first| first.saturating_add(total.saturating_sub(latency.total)));
        latency.total = total;
        latency.queued = latency.queued.saturating_add(waits.waited());
        Ok(reply)
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.inner.target().or_else(|| Some(Arc::clone(self.policy.target())))
    }
}
