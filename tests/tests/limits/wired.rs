//! An agent with a wire: it sends, its server sees connections open and close, and every sent attempt is recorded.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::{
    Agent, AgentProfile, AgentReply, AgentRequest, Attempt, AttemptOutcome, CostSource, Output, TargetId, Usage,
};
use aragora_core::clock::{Clock as _, ManualClock, Timestamp};
use aragora_core::debate::AgentKind;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::agents::agent_id;
use async_trait::async_trait;

/// What the server does with one exchange.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Until it shows the text.
    pub first: Duration,
    /// From there to the end.
    pub rest: Duration,
    pub text: &'static str,
    pub end: Result<Usage>,
}

impl Exchange {
    pub fn answers(first: u64, rest: u64, text: &'static str) -> Self {
        let (first, rest) = (Duration::from_millis(first), Duration::from_millis(rest));
        Self { first, rest, text, end: Ok(Usage::default()) }
    }

    pub fn fails(first: u64, kind: ErrorKind) -> Self {
        Self { end: Err(Error::new(kind, "as the test wants")), ..Self::answers(first, 0, "") }
    }
}

#[derive(Debug)]
pub struct Wired {
    name: &'static str,
    clock: ManualClock,
    plan: Vec<Exchange>,
    begun: AtomicUsize,
    pub server: Arc<Server>,
}

/// What the server sees.
#[derive(Debug, Default)]
pub struct Server {
    pub sent: AtomicUsize,
    pub open: AtomicUsize,
    /// When each request arrived.
    pub arrivals: Mutex<Vec<Duration>>,
}

impl Server {
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub fn arrivals(&self) -> Vec<Duration> {
        self.arrivals.lock().unwrap().clone()
    }
}

impl Wired {
    /// Exchanges in this order; the last one again and again.
    pub fn new(clock: &ManualClock, plan: impl IntoIterator<Item = Exchange>) -> Self {
        let (clock, plan) = (clock.clone(), plan.into_iter().collect());
        Self { name: "wired", clock, plan, begun: AtomicUsize::new(0), server: Arc::default() }
    }

    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    async fn exchange(&self, output: &Output) -> Result<AgentReply> {
        // Two polls before anything is sent, as a credential from a hook takes.
        for _ in 0..2 {
            give_way().await;
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst);
        let exchange = &self.plan[number.min(self.plan.len() - 1)];
        let mut flight = Flight::start(self, output);
        self.clock.sleep_until(self.clock.monotonic() + exchange.first).await;
        output.text(exchange.text);
        give_way().await;
        self.clock.sleep_until(self.clock.monotonic() + exchange.rest).await;
        flight.outcome = if exchange.end.is_ok() { AttemptOutcome::Ok } else { AttemptOutcome::Failed };
        let usage = Some(exchange.end.clone()?);
        Ok(AgentReply { usage, ..AgentReply::text(exchange.text) })
    }
}

/// Pending once.
async fn give_way() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[async_trait]
impl Agent for Wired {
    fn profile(&self) -> AgentProfile {
        AgentProfile::new(agent_id(self.name), AgentKind::Function)
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        tokio::select! {
            biased;
            () = request.cancel.cancelled() => Err(Error::new(ErrorKind::Cancelled, "the turn was cancelled")),
            reply = self.exchange(&output) => reply,
        }
    }
}

struct Flight<'a> {
    agent: &'a Wired,
    output: &'a Output,
    started: Timestamp,
    began: Duration,
    outcome: AttemptOutcome,
}

impl<'a> Flight<'a> {
    fn start(agent: &'a Wired, output: &'a Output) -> Self {
        let server = &agent.server;
        server.sent.fetch_add(1, Ordering::SeqCst);
        server.open.fetch_add(1, Ordering::SeqCst);
        let (started, began) = (agent.clock.now(), agent.clock.monotonic());
        server.arrivals.lock().unwrap().push(began);
        Self { agent, output, started, began, outcome: AttemptOutcome::Cancelled }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.agent.server.open.fetch_sub(1, Ordering::SeqCst);
        self.output.record(Attempt {
            target: TargetId::new("openai/m"),
            started: self.started,
            outcome: self.outcome,
            code: None,
            usage: None,
            cost: None,
            cost_source: CostSource::Unknown,
            request_id: None,
            latency: self.agent.clock.monotonic() - self.began,
            hedge: false,
        });
    }
}
