//! The contract of [`Agent`] as checks that any implementation can run. Each check is a plain function that panics
//! with a sentence; [`agent_suite`] runs all of them.
#![allow(clippy::missing_panics_doc, reason = "every check panics; that is how it reports")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::agents::{
    Agent, AgentReply, AgentRequest, Author, Delta, Expect, MAX_REPLY_BYTES, Message, Output, Phase, Role, Sampling,
    TokenSink, Visibility,
};
use crate::clock::{CancelToken, Clock, Deadline, ManualClock, SystemClock};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, MessageId, OrgId, RequestId};

/// A word that only a message hidden from the agent holds.
const CANARY: &str = "canary-7f3a";

/// How long our agents may take to notice a cancelled token.
const PROMPT: Duration = Duration::from_millis(100);

/// What an agent under test does with a valid request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Answers any number of requests for text, whatever their ids.
    Answers,
    /// Never answers by itself.
    Hangs,
}

/// An agent with what the suite needs to know about it.
#[derive(Clone)]
pub struct AgentUnderTest {
    agent: Arc<dyn Agent>,
    clock: Arc<dyn Clock>,
    advance: Option<ManualClock>,
    seen: Option<Arc<dyn Fn() -> String + Send + Sync>>,
}

impl AgentUnderTest {
    /// An agent that measures deadlines on the system's clock.
    pub fn new(agent: impl Agent) -> Self {
        Self::shared(Arc::new(agent))
    }

    /// The same for an agent that is shared already.
    pub fn shared(agent: Arc<dyn Agent>) -> Self {
        Self { agent, clock: Arc::new(SystemClock::new()), advance: None, seen: None }
    }

    /// The agent measures deadlines on this clock.
    #[must_use]
    pub fn on(mut self, clock: ManualClock) -> Self {
        self.clock = Arc::new(clock.clone());
        self.advance = Some(clock);
        self
    }

    /// Everything the agent has sent or handed on so far, e.g. bodies on the wire; no hidden message may be in it.
    #[must_use]
    pub fn seen_by(mut self, seen: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.seen = Some(Arc::new(seen));
        self
    }
}

impl fmt::Debug for AgentUnderTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentUnderTest").field("agent", &self.agent).finish_non_exhaustive()
    }
}

/// Runs every check. The factory makes a fresh agent for each; it returns `None` for a mood the agent cannot have,
/// and then the checks that need it are left out.
///
/// # Panics
///
/// With a sentence that names the broken line of the contract.
pub async fn agent_suite(factory: impl Fn(Mood) -> Option<AgentUnderTest>) {
    let answers = || factory(Mood::Answers);
    let hangs = || factory(Mood::Hangs);
    if let Some(test) = answers() {
        profile_is_constant(&test);
    }
    if let Some(test) = answers() {
        hidden_messages_stay_hidden(&test).await;
    }
    if let Some(test) = answers() {
        a_reply_is_within_its_limits_and_is_what_was_streamed(&test).await;
    }
    if let Some(test) = answers() {
        a_cancelled_request_is_not_begun(&test).await;
    }
    if let Some(test) = answers() {
        a_past_deadline_is_noticed_before_anything_is_done(&test).await;
    }
    if let Some(test) = answers() {
        an_invalid_request_is_refused_whole(&test).await;
    }
    if let Some(test) = answers() {
        concurrent_calls_are_independent(&test).await;
    }
    if let Some(test) = answers() {
        the_same_request_may_be_asked_twice(&test).await;
    }
    if hangs().is_some() {
        cancelling_ends_the_wait_promptly(&hangs).await;
    }
    if let Some(test) = hangs() {
        dropping_the_call_leaves_nothing_behind(&test).await;
    }
    if let Some(test) = hangs() {
        a_deadline_ends_the_wait(&test).await;
    }
}

/// The profile never changes.
pub fn profile_is_constant(test: &AgentUnderTest) {
    let first = test.agent.profile();
    assert!((0..3).all(|_| test.agent.profile() == first), "profile() changed between calls");
}

/// Line 1: a message that is not visible to the agent reaches no body, digest or reply.
pub async fn hidden_messages_stay_hidden(test: &AgentUnderTest) {
    let me = test.agent.profile().id;
    let mut asked = request("suite/hidden");
    let digest = asked.digest(&me).ok();
    let hidden = Visibility::Except(BTreeSet::from([me.clone()]));
    asked.messages.insert(0, message(CANARY, hidden));
    assert_eq!(asked.digest(&me).ok(), digest, "a message hidden from the agent changes the request's digest");
    let sink = Arc::new(Sink::default());
    let outcome = test.agent.respond(asked, Output::resettable(Arc::clone(&sink) as _)).await;
    let told = format!("{outcome:?} {:?} {:?}", sink.pieces(), test.agent);
    assert!(!told.contains(CANARY), "a hidden message appears in the reply, the stream or Debug");
    if let Some(seen) = &test.seen {
        assert!(!seen().contains(CANARY), "a hidden message was handed on");
    }
}

/// Line 4 and the rule of streams: text within 4 MiB, usage consistent or warned about, and what was shown is the
/// reply's text.
pub async fn a_reply_is_within_its_limits_and_is_what_was_streamed(test: &AgentUnderTest) {
    let sink = Arc::new(Sink::default());
    let output = Output::resettable(Arc::clone(&sink) as _);
    let reply = answered(test.agent.respond(request("suite/streamed"), output.clone()).await);
    assert!(reply.text.len() <= MAX_REPLY_BYTES, "the reply has {} bytes", reply.text.len());
    if let Some(usage) = reply.usage {
        let consistent = usage.reasoning <= usage.output_total
            && usage.cache_read.saturating_add(usage.cache_write) <= usage.input_total;
        assert!(consistent || !reply.warnings.is_empty(), "inconsistent usage without a warning: {usage:?}");
    }
    let shown = sink.text();
    assert!(shown.is_empty() || shown == reply.text, "streamed {shown:?}, replied {:?}", reply.text);
    assert!(output.finish(&reply).is_none(), "the stream could not be completed");
    assert_eq!(sink.text(), reply.text, "the completed stream is not the reply");
    let numbers: Vec<u64> = sink.pieces().iter().map(|(seq, _)| *seq).collect();
    assert!(numbers.iter().copied().eq(0..numbers.len() as u64), "the numbers of the pieces have gaps: {numbers:?}");
}

/// Line 2: a request that is cancelled already is `cancelled` and nothing is done.
pub async fn a_cancelled_request_is_not_begun(test: &AgentUnderTest) {
    let asked = request("suite/cancelled");
    asked.cancel.cancel();
    refused_untouched(test, asked, ErrorKind::Cancelled).await;
}

/// Line 3: a deadline in the past is `deadline_exceeded` and nothing is done.
pub async fn a_past_deadline_is_noticed_before_anything_is_done(test: &AgentUnderTest) {
    let mut asked = request("suite/late");
    asked.deadline = Some(Deadline::at(test.clock.monotonic()));
    refused_untouched(test, asked, ErrorKind::DeadlineExceeded).await;
}

/// Everything wrong with a request is listed in one `invalid_request`, and nothing is done.
pub async fn an_invalid_request_is_refused_whole(test: &AgentUnderTest) {
    let mut asked = request("");
    asked.messages.clear();
    asked.sampling.temperature = Some(f32::NAN);
    let error = refused_untouched(test, asked, ErrorKind::InvalidRequest).await;
    let listed = error.context().get("count").cloned().unwrap_or_default();
    assert_eq!(listed, "3", "id, messages and temperature are wrong, listed were {error}");
}

/// Line 5: calls at the same time are independent.
pub async fn concurrent_calls_are_independent(test: &AgentUnderTest) {
    let calls = (0..8).map(|i| {
        let sink = Arc::new(Sink::default());
        let output = Output::resettable(Arc::clone(&sink) as _);
        async move {
            let reply = answered(test.agent.respond(request(&format!("suite/concurrent{i}")), output.clone()).await);
            output.finish(&reply);
            assert_eq!(sink.text(), reply.text, "pieces of one call reached another");
        }
    });
    futures_util::future::join_all(calls).await;
}

/// Line 6: the same request id twice is answered twice.
pub async fn the_same_request_may_be_asked_twice(test: &AgentUnderTest) {
    for _ in 0..2 {
        answered(test.agent.respond(request("suite/twice"), Output::none()).await);
    }
}

/// Line 2: after the token is cancelled the call ends as `cancelled` within 100 ms. A busy machine gets three tries.
pub async fn cancelling_ends_the_wait_promptly(hangs: &dyn Fn() -> Option<AgentUnderTest>) {
    let mut slowest = Duration::ZERO;
    for _ in 0..3 {
        let Some(test) = hangs() else { return };
        let asked = request("suite/cancel");
        let cancel = asked.cancel.clone();
        let mut call = pin!(test.agent.respond(asked, Output::none()));
        still_waiting(&mut call).await;
        let started = std::time::Instant::now();
        cancel.cancel();
        let outcome = tokio::time::timeout(PROMPT * 50, call).await;
        let outcome = outcome.unwrap_or_else(|_| fail("a cancelled call did not end within 5 s"));
        let took = started.elapsed();
        expect_kind(outcome, ErrorKind::Cancelled);
        if took <= PROMPT {
            return;
        }
        slowest = slowest.max(took);
    }
    fail(&format!("a cancelled call took {slowest:?} to end, at most {PROMPT:?} are allowed"))
}

/// Line 2: work stops when the future is dropped; nothing holds on to its output.
pub async fn dropping_the_call_leaves_nothing_behind(test: &AgentUnderTest) {
    let sink = Arc::new(Sink::default());
    {
        let output = Output::resettable(Arc::clone(&sink) as _);
        let mut call = pin!(test.agent.respond(request("suite/dropped"), output));
        still_waiting(&mut call).await;
    }
    for _ in 0..1_000 {
        if Arc::strong_count(&sink) == 1 {
            return;
        }
        tokio::task::yield_now().await;
    }
    fail("something still holds the output of a dropped call")
}

/// Line 3: nothing waits past the deadline.
pub async fn a_deadline_ends_the_wait(test: &AgentUnderTest) {
    let wait = Duration::from_millis(20);
    let mut asked = request("suite/deadline");
    asked.deadline = Some(Deadline::after(&*test.clock, wait));
    let mut call = pin!(test.agent.respond(asked, Output::none()));
    if let Some(clock) = &test.advance {
        still_waiting(&mut call).await;
        clock.advance(wait);
    }
    let outcome = tokio::time::timeout(Duration::from_secs(5), call).await;
    match outcome.unwrap_or_else(|_| fail("a call went on past its deadline")) {
        // A person who did not answer in time is a `timeout`.
        Err(error) if matches!(error.kind(), ErrorKind::DeadlineExceeded | ErrorKind::Timeout) => {}
        other => fail(&format!("{other:?}, expected deadline_exceeded or timeout")),
    }
}

async fn refused_untouched(test: &AgentUnderTest, asked: AgentRequest, kind: ErrorKind) -> Error {
    let sink = Arc::new(Sink::default());
    let output = Output::resettable(Arc::clone(&sink) as _);
    let error = expect_kind(test.agent.respond(asked, output.clone()).await, kind);
    assert!(sink.pieces().is_empty(), "{} came after text was streamed", kind.code());
    assert!(output.attempts().is_empty(), "{} came after something was sent", kind.code());
    error
}

fn expect_kind(outcome: Result<AgentReply>, kind: ErrorKind) -> Error {
    match outcome {
        Err(error) if error.kind() == kind => error,
        Err(error) => fail(&format!("{error}, expected {}", kind.code())),
        Ok(_) => fail(&format!("a reply, expected {}", kind.code())),
    }
}

fn answered(outcome: Result<AgentReply>) -> AgentReply {
    outcome.unwrap_or_else(|error| fail(&format!("{error:?}, expected a reply")))
}

#[allow(clippy::panic, reason = "checks report by panicking, as tests do")]
fn fail(sentence: &str) -> ! {
    panic!("{sentence}")
}

// Lets the call get as far as it does by itself; answering would be a mistake of the factory.
async fn still_waiting<F: Future<Output = Result<AgentReply>> + Unpin>(call: &mut F) {
    for _ in 0..64 {
        tokio::select! {
            biased;
            outcome = &mut *call => fail(&format!("the agent should hang, but ended with {outcome:?}")),
            () = tokio::task::yield_now() => {}
        }
    }
}

fn request(id: &str) -> AgentRequest {
    AgentRequest {
        id: RequestId::new(id),
        tenant: OrgId::trusted("default"),
        debate: None,
        round: 1,
        phase: Phase::Answer,
        role: Role::Proposer,
        persona: None,
        system: "Answer in one sentence.".into(),
        messages: vec![message("Is water wet?", Visibility::All)],
        expect: Expect::Text,
        sampling: Sampling::default(),
        deadline: None,
        cancel: CancelToken::new(),
        metadata: BTreeMap::new(),
        extra: serde_json::Map::new(),
    }
}

fn message(text: &str, visibility: Visibility) -> Message {
    let author = Author::Agent(AgentId::trusted("somebody.else"));
    Message { id: MessageId::trusted("m"), author, text: text.into(), visibility, cache_point: false }
}

#[derive(Debug, Default)]
struct Sink(Mutex<Vec<(u64, Delta)>>);

impl Sink {
    fn pieces(&self) -> Vec<(u64, Delta)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn text(&self) -> String {
        self.pieces().into_iter().fold(String::new(), |text, (_, delta)| match delta {
            Delta::Text(piece) => text + &piece,
            Delta::Reset => String::new(),
            Delta::Reasoning(_) => text,
        })
    }
}

impl TokenSink for Sink {
    fn push(&self, seq: u64, delta: Delta) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((seq, delta));
    }
}
