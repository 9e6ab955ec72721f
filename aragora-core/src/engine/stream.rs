//! What a host sees of a debate while it runs: recorded events, delivered exactly once and in order, and live ones.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::live::Live;
use super::rows::{log_range_from, read_log};
use crate::agents::{BreakerState, Notice};
use crate::clock::{Clock, Timestamp};
use crate::debate::{Event, Record};
use crate::error::Result;
use crate::ids::{AgentId, DebateId, OrgId, TurnId};
use crate::storage::{PageRequest, Storage};
use crate::telemetry::{BusEvent, OnLag, Received, Subscriber};

/// Whether an event is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventClass {
    /// One per record of the log.
    Recorded,
    /// Never stored.
    Live,
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct StreamEvent {
    /// For recorded events their place in the log, for live ones that of the last recorded event.
    pub seq: u64,
    /// Whether it is in the log.
    pub class: EventClass,
    /// The debate.
    pub debate_id: DebateId,
    /// 1 + the number of resumes before it.
    pub run: u32,
    /// The participant it concerns.
    pub agent: Option<AgentId>,
    /// Counts the events of one participant in one run from 0, tokens included; absent when read from the log.
    pub agent_seq: Option<u64>,
    /// The round.
    pub round: Option<u32>,
    /// When.
    pub time: Timestamp,
    /// What.
    pub data: EventData,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum EventData {
    /// A record of the log.
    Recorded(Arc<Event>),
    /// A turn begins to stream.
    TokenStart {
        /// The turn.
        turn: TurnId,
    },
    /// A piece of text.
    TokenDelta {
        /// The turn.
        turn: TurnId,
        /// The piece; adjacent ones are joined for slow readers.
        text: String,
    },
    /// Forget the text of this turn so far: another attempt begins.
    TokenReset {
        /// The turn.
        turn: TurnId,
    },
    /// A turn is done streaming.
    TokenEnd {
        /// The turn.
        turn: TurnId,
        /// Characters of the text.
        chars: u64,
    },
    /// A piece of thinking, where a model shows it.
    AgentThinking {
        /// The turn.
        turn: TurnId,
        /// The piece.
        text: String,
    },
    /// An attempt of a turn failed.
    AgentError {
        /// The turn.
        turn: TurnId,
        /// The error's code.
        code: String,
        /// Which attempt of its target, from 1.
        attempt: u32,
    },
    /// A turn is asked again of the same target.
    AgentRetry {
        /// The turn.
        turn: TurnId,
        /// The attempt that follows, from 2.
        attempt: u32,
        /// Code of the failure before.
        code: String,
        /// The pause before it, in milliseconds.
        delay_ms: u64,
    },
    /// A turn is asked of another target.
    AgentFallbackTriggered {
        /// The turn.
        turn: TurnId,
        /// The target that failed.
        from: String,
        /// The target asked now.
        to: String,
        /// Code of the failure.
        code: String,
    },
    /// A turn waits under a provider's rate limit.
    RateLimitWait {
        /// The provider.
        provider: String,
        /// For how long at most, in milliseconds.
        wait_ms: u64,
    },
    /// A turn's failure opened a circuit breaker: nothing is sent to its target for a while.
    BreakerOpened(BreakerEvent),
    /// A circuit breaker lets one probe through.
    BreakerHalfOpen(BreakerEvent),
    /// A circuit breaker closed: its target answers again.
    BreakerClosed(BreakerEvent),
    /// Nothing happened for 30 seconds; the debate still runs.
    Heartbeat,
    /// This reader fell behind; recorded events are read again from the log, live ones are gone.
    Lagged {
        /// First seq.
        from: u64,
        /// Last seq.
        to: u64,
        /// Live events lost since the stream began.
        dropped: u64,
    },
}

/// Which circuit breaker changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BreakerEvent {
    /// What it guards: `agent`.
    pub scope: String,
    /// Whose, e.g. `openai/gpt-5`.
    pub name: String,
    /// Failures that counted when it changed.
    pub failures: u32,
}

impl EventData {
    /// What a layer's notice is on the stream. A tenant's budget is nothing of one debate.
    pub(crate) fn of_notice(turn: &TurnId, notice: &Notice) -> Option<Self> {
        let turn = turn.clone();
        let millis = |wait: &Duration| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Some(match notice {
            Notice::Failed { attempt, code } => Self::AgentError { turn, code: (*code).to_owned(), attempt: *attempt },
            Notice::Retry { attempt, code, delay } => {
                Self::AgentRetry { turn, attempt: *attempt, code: (*code).to_owned(), delay_ms: millis(delay) }
            }
            Notice::Fallback { from, to, code } => Self::AgentFallbackTriggered {
                turn,
                from: from.to_string(),
                to: to.to_string(),
                code: (*code).to_owned(),
            },
            Notice::RateLimitWait { provider, wait } => {
                Self::RateLimitWait { provider: provider.clone(), wait_ms: millis(wait) }
            }
            Notice::Breaker { target, state, failures } => {
                let event = BreakerEvent { scope: "agent".into(), name: target.to_string(), failures: *failures };
                match state {
                    BreakerState::Open => Self::BreakerOpened(event),
                    BreakerState::HalfOpen => Self::BreakerHalfOpen(event),
                    BreakerState::Closed => Self::BreakerClosed(event),
                }
            }
            Notice::Budget(_) => return None,
        })
    }
}

impl StreamEvent {
    /// The `type` of the event.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            EventData::Recorded(event) => event.name(),
            EventData::TokenStart { .. } => "token_start",
            EventData::TokenDelta { .. } => "token_delta",
            EventData::TokenReset { .. } => "token_reset",
            EventData::TokenEnd { .. } => "token_end",
            EventData::AgentThinking { .. } => "agent_thinking",
            EventData::AgentError { .. } => "agent_error",
            EventData::AgentRetry { .. } => "agent_retry",
            EventData::AgentFallbackTriggered { .. } => "agent_fallback_triggered",
            EventData::RateLimitWait { .. } => "rate_limit_wait",
            EventData::BreakerOpened(_) => "breaker_opened",
            EventData::BreakerHalfOpen(_) => "breaker_half_open",
            EventData::BreakerClosed(_) => "breaker_closed",
            EventData::Heartbeat => "heartbeat",
            EventData::Lagged { .. } => "lagged",
        }
    }

    /// The recorded event, if it is one.
    pub fn event(&self) -> Option<&Event> {
        match &self.data {
            EventData::Recorded(event) => Some(event),
            _ => None,
        }
    }

    /// Whether nothing follows.
    pub fn is_terminal(&self) -> bool {
        matches!(self.event(), Some(Event::DebateEnd(_) | Event::DebateFailed(_) | Event::DebateCancelled(_)))
    }

    pub(crate) fn recorded(debate: &DebateId, record: &Record, run: u32, agent_seq: Option<u64>) -> Self {
        Self {
            seq: record.seq,
            class: EventClass::Recorded,
            debate_id: debate.clone(),
            run,
            agent: agent_of(&record.event).cloned(),
            agent_seq,
            round: Some(record.round),
            time: record.at,
            data: EventData::Recorded(Arc::new(record.event.clone())),
        }
    }

    /// One flat JSON object: the envelope, then the type's own members; absent ones are left out.
    pub fn to_json(&self) -> Value {
        let mut out = Map::new();
        out.insert("type".into(), json!(self.kind()));
        out.insert("seq".into(), json!(self.seq));
        out.insert("class".into(), json!(self.class));
        out.insert("debate_id".into(), json!(self.debate_id));
        out.insert("run".into(), json!(self.run));
        if let Some(agent) = &self.agent {
            out.insert("agent".into(), json!(agent));
        }
        if let Some(agent_seq) = self.agent_seq {
            out.insert("agent_seq".into(), json!(agent_seq));
        }
        if let Some(round) = self.round {
            out.insert("round".into(), json!(round));
        }
        out.insert("time".into(), json!(self.time.to_string()));
        let own = match &self.data {
            EventData::Recorded(event) => serde_json::to_value(event.as_ref()).unwrap_or_default(),
            EventData::TokenStart { turn } | EventData::TokenReset { turn } => json!({"turn": turn}),
            EventData::TokenDelta { turn, text } | EventData::AgentThinking { turn, text } => {
                json!({"turn": turn, "text": text})
            }
            EventData::TokenEnd { turn, chars } => json!({"turn": turn, "chars": chars}),
            EventData::AgentError { turn, code, attempt } => json!({"turn": turn, "code": code, "attempt": attempt}),
            EventData::AgentRetry { turn, attempt, code, delay_ms } => {
                json!({"turn": turn, "attempt": attempt, "code": code, "delay_ms": delay_ms})
            }
            EventData::AgentFallbackTriggered { turn, from, to, code } => {
                json!({"turn": turn, "from": from, "to": to, "code": code})
            }
            EventData::RateLimitWait { provider, wait_ms } => json!({"provider": provider, "wait_ms": wait_ms}),
            EventData::BreakerOpened(event) | EventData::BreakerHalfOpen(event) | EventData::BreakerClosed(event) => {
                json!(event)
            }
            EventData::Heartbeat => json!({}),
            EventData::Lagged { from, to, dropped } => json!({"from": from, "to": to, "dropped": dropped}),
        };
        if let Value::Object(members) = own {
            for (name, value) in members {
                out.entry(name).or_insert(value);
            }
        }
        Value::Object(out)
    }
}

/// The participant an event concerns: its seat, critic or voter.
fn agent_of(event: &Event) -> Option<&AgentId> {
    match event {
        Event::TurnStart(body) => Some(&body.seat),
        Event::AgentMessage(body) => Some(&body.seat),
        Event::Critique(body) => Some(&body.critic),
        Event::Vote(body) => Some(&body.voter),
        Event::TurnFailed(body) => Some(&body.seat),
        Event::TurnCancelled(body) => Some(&body.seat),
        Event::TurnSkipped(body) => Some(&body.seat),
        Event::SeatBenched(body) => Some(&body.seat),
        _ => None,
    }
}

impl BusEvent for StreamEvent {
    fn recorded_seq(&self) -> Option<u64> {
        (self.class == EventClass::Recorded).then_some(self.seq)
    }

    fn merges(&self, next: &Self) -> bool {
        match (&self.data, &next.data) {
            (EventData::TokenDelta { turn, text }, EventData::TokenDelta { turn: other, text: more }) => {
                turn == other && text.len() + more.len() <= 64 << 10
            }
            _ => false,
        }
    }

    fn merge(&mut self, next: &Self) {
        if let (EventData::TokenDelta { text, .. }, EventData::TokenDelta { text: more, .. }) =
            (&mut self.data, &next.data)
        {
            text.push_str(more);
            self.agent_seq = next.agent_seq;
            self.time = next.time;
        }
    }
}

/// The events of one debate. Dropping it unsubscribes and changes nothing else.
pub struct EventStream {
    inner: Pin<Box<dyn Stream<Item = Result<StreamEvent>> + Send>>,
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventStream")
    }
}

impl Stream for EventStream {
    type Item = Result<StreamEvent>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(cx)
    }
}

impl EventStream {
    /// Waits for the next event; `None` after the last one of the debate.
    pub async fn next(&mut self) -> Option<Result<StreamEvent>> {
        self.inner.next().await
    }
}

/// How long a stream is quiet before it says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Where recorded events are read again.
#[derive(Clone, Debug)]
pub(crate) struct LogSource {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) tenant: OrgId,
    pub(crate) debate: DebateId,
}

struct State {
    source: LogSource,
    subscriber: Option<Subscriber<StreamEvent>>,
    clock: Option<Arc<dyn Clock>>,
    /// What the log holds of resumes, for `run`.
    resumed_at: Vec<u64>,
    next: u64,
    read_until: Option<u64>,
    backlog: VecDeque<StreamEvent>,
    done: bool,
}

/// Every recorded event from `from` on, and live ones from now: subscribe first, then read the log, then drop what
/// was queued and already read. No gap, no repetition. The first reader takes over the queue that was open before
/// anybody was asked.
pub(crate) fn events_of(live: &Live, from: u64, on_lag: OnLag) -> EventStream {
    let early = if on_lag == OnLag::CatchUp { live.take_early(from) } else { None };
    let (subscriber, head) = match early {
        Some(early) => (early.subscriber, early.head),
        None => (live.bus().subscribe(on_lag), live.head()),
    };
    let read_until = head.filter(|head| *head >= from);
    build(State {
        source: live.source().clone(),
        subscriber: Some(subscriber),
        clock: Some(live.clock().clone()),
        resumed_at: live.resumed_at(),
        next: from,
        read_until,
        backlog: VecDeque::new(),
        done: false,
    })
}

/// The recorded events of a debate that does not run here.
pub(crate) fn events_of_log(source: LogSource, resumed_at: Vec<u64>, from: u64) -> EventStream {
    build(State {
        source,
        subscriber: None,
        clock: None,
        resumed_at,
        next: from,
        read_until: Some(u64::MAX),
        backlog: VecDeque::new(),
        done: false,
    })
}

fn build(state: State) -> EventStream {
    EventStream {
        inner: Box::pin(stream::unfold(state, |mut state| async move { state.step().await.map(|item| (item, state)) })),
    }
}

impl State {
    async fn step(&mut self) -> Option<Result<StreamEvent>> {
        loop {
            if let Some(event) = self.backlog.pop_front() {
                self.done |= event.is_terminal();
                return Some(Ok(event));
            }
            if self.done {
                return None;
            }
            if let Some(until) = self.read_until {
                if let Err(error) = self.read(until).await {
                    self.done = true;
                    return Some(Err(error));
                }
                continue;
            }
            let Some(subscriber) = &mut self.subscriber else { return None };
            let received = match &self.clock {
                Some(clock) => {
                    let quiet = clock.sleep_until(clock.monotonic() + HEARTBEAT);
                    tokio::select! {
                        biased;
                        received = subscriber.recv() => received,
                        () = quiet => {
                            let seq = self.next.saturating_sub(1);
                            return Some(Ok(self.own(seq, clock.now(), EventData::Heartbeat)));
                        }
                    }
                }
                None => subscriber.recv().await,
            };
            match received {
                Some(Ok(Received::Event(event))) => {
                    if let Some(seq) = event.recorded_seq() {
                        if seq < self.next {
                            continue;
                        }
                        self.next = seq + 1;
                    }
                    self.backlog.push_back(Arc::unwrap_or_clone(event));
                }
                Some(Ok(Received::Lagged(lag))) => {
                    let last = self.next.saturating_sub(1);
                    let data = EventData::Lagged { from: lag.from.max(self.next), to: lag.to, dropped: lag.dropped };
                    let time = self.clock.as_ref().map(|clock| clock.now()).unwrap_or_default();
                    self.backlog.push_back(self.own(last, time, data));
                    self.read_until = Some(lag.to);
                }
                Some(Err(error)) => {
                    self.done = true;
                    return Some(Err(error));
                }
                // The debate stopped here. Its last records are in the log if this reader has not seen them.
                None => {
                    self.subscriber = None;
                    self.read_until = Some(u64::MAX);
                }
            }
        }
    }

    async fn read(&mut self, until: u64) -> Result<()> {
        let range = log_range_from(&self.source.tenant, &self.source.debate, self.next);
        let page = self.source.storage.scan(range, PageRequest::first(256)).await?;
        let more = page.next.is_some();
        for entry in &page.entries {
            let record = read_log(entry)?;
            if record.seq > until {
                self.read_until = None;
                return Ok(());
            }
            if matches!(record.event, Event::DebateResumed(_)) && !self.resumed_at.contains(&record.seq) {
                self.resumed_at.push(record.seq);
            }
            let run = 1 + self.resumed_at.iter().filter(|seq| **seq <= record.seq).count() as u32;
            self.next = record.seq + 1;
            self.backlog.push_back(StreamEvent::recorded(&self.source.debate, &record, run, None));
        }
        if !more || self.next > until {
            self.read_until = None;
            self.done = self.subscriber.is_none() && self.backlog.is_empty();
        }
        Ok(())
    }

    fn own(&self, seq: u64, time: Timestamp, data: EventData) -> StreamEvent {
        StreamEvent {
            seq,
            class: EventClass::Live,
            debate_id: self.source.debate.clone(),
            run: 1 + self.resumed_at.len() as u32,
            agent: None,
            agent_seq: None,
            round: None,
            time,
            data,
        }
    }
}
