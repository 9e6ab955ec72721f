//! What is known in this process about one debate that runs here.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, watch};

use super::machine::{Entry, Machine, Resolution};
use super::stream::{EventClass, EventData, LogSource, StreamEvent};
use crate::agents::{Delta, Notice, TokenSink};
use crate::clock::Clock;
use crate::debate::{Decision, Event, HumanInput};
use crate::error::{Error, Result};
use crate::ids::{AgentId, DebateId, TurnId};
use crate::telemetry::{Bus, OnLag, Subscriber};

/// What others tell the task that runs a debate.
#[derive(Debug)]
pub(crate) enum Control {
    Cancel {
        by: String,
        reason: String,
    },
    Human(HumanInput),
    Resolve(Resolution),
    /// Stop at the last record; the debate can be resumed.
    Stop,
}

pub(crate) type Ending = Result<Arc<Decision>>;

#[derive(Debug)]
pub(crate) struct Live {
    source: LogSource,
    bus: Bus<StreamEvent>,
    clock: Arc<dyn Clock>,
    head: AtomicU64,
    run: AtomicU32,
    resumed_at: Mutex<Vec<u64>>,
    agent_seq: Mutex<HashMap<AgentId, u64>>,
    control: mpsc::UnboundedSender<Control>,
    ending: watch::Sender<Option<Ending>>,
    machine: Mutex<Option<Machine>>,
    handles: AtomicUsize,
    detached: AtomicBool,
    early: Mutex<Option<Early>>,
    only_waits: AtomicBool,
    stepped: AtomicBool,
}

/// The queue of whoever asks for events first, and the newest record that is older than it.
///
/// A host gets its handle a moment after the first seats were asked; without this queue it would miss their first
/// words, and seats that stream only for listeners would not stream at all. It is given up with the first step that
/// ends once the host is known not to follow: it waits for the result, or holds no handle any more.
#[derive(Debug)]
pub(crate) struct Early {
    pub(crate) subscriber: Subscriber<StreamEvent>,
    pub(crate) head: Option<u64>,
}

/// No record yet.
const NO_HEAD: u64 = u64::MAX;

impl Live {
    pub(crate) fn new(
        source: LogSource,
        bus: Bus<StreamEvent>,
        clock: Arc<dyn Clock>,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Control>) {
        let (control, controls) = mpsc::unbounded_channel();
        let live = Self {
            source,
            bus,
            clock,
            head: AtomicU64::new(NO_HEAD),
            run: AtomicU32::new(1),
            resumed_at: Mutex::default(),
            agent_seq: Mutex::default(),
            control,
            ending: watch::Sender::new(None),
            machine: Mutex::default(),
            handles: AtomicUsize::new(0),
            detached: AtomicBool::new(false),
            early: Mutex::default(),
            only_waits: AtomicBool::new(false),
            stepped: AtomicBool::new(false),
        };
        (Arc::new(live), controls)
    }

    pub(crate) fn debate(&self) -> &DebateId {
        &self.source.debate
    }

    pub(crate) fn source(&self) -> &LogSource {
        &self.source
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) fn bus(&self) -> &Bus<StreamEvent> {
        &self.bus
    }

    pub(crate) fn head(&self) -> Option<u64> {
        Some(self.head.load(Ordering::Acquire)).filter(|head| *head != NO_HEAD)
    }

    pub(crate) fn resumed_at(&self) -> Vec<u64> {
        lock(&self.resumed_at).clone()
    }

    pub(crate) fn tell(&self, control: Control) -> bool {
        self.control.send(control).is_ok()
    }

    /// The machine, while the debate runs.
    pub(crate) fn machine(&self) -> std::sync::MutexGuard<'_, Option<Machine>> {
        lock(&self.machine)
    }

    /// Notes records as published history without telling anybody, when a debate is taken over.
    pub(crate) fn history(&self, records: &[crate::debate::Record]) {
        let resumed: Vec<u64> =
            records.iter().filter(|r| matches!(r.event, Event::DebateResumed(_))).map(|r| r.seq).collect();
        self.run.store(1 + resumed.len() as u32, Ordering::Release);
        *lock(&self.resumed_at) = resumed;
        if let Some(last) = records.last() {
            self.head.store(last.seq, Ordering::Release);
        }
    }

    /// Listens from now on for the first reader, before anybody is asked.
    pub(crate) fn listen_early(&self) {
        *lock(&self.early) = Some(Early { subscriber: self.bus.subscribe(OnLag::CatchUp), head: self.head() });
    }

    /// The early queue, if it is still there and holds everything from this seq on that is not read from the log.
    pub(crate) fn take_early(&self, from: u64) -> Option<Early> {
        let whole = |early: &mut Early| early.subscriber.dropped() == 0;
        lock(&self.early).take_if(|early| from <= early.head.map_or(0, |head| head + 1) && whole(early))
    }

    /// Publishes records that are durable.
    pub(crate) fn publish(&self, entries: &[Entry]) {
        for entry in entries {
            let record = &entry.record;
            if matches!(record.event, Event::DebateResumed(_)) {
                lock(&self.resumed_at).push(record.seq);
                self.run.fetch_add(1, Ordering::AcqRel);
                lock(&self.agent_seq).clear();
            }
            if matches!(record.event, Event::StepEnd(_)) {
                self.stepped.store(true, Ordering::Release);
                self.give_up_early();
            }
            self.head.store(record.seq, Ordering::Release);
            self.bus.publish_with(|| {
                let mut event = StreamEvent::recorded(self.debate(), record, self.run.load(Ordering::Acquire), None);
                event.agent_seq = event.agent.as_ref().map(|agent| self.count(agent));
                event
            });
        }
    }

    fn count(&self, agent: &AgentId) -> u64 {
        let mut counts = lock(&self.agent_seq);
        let next = counts.entry(agent.clone()).or_default();
        *next += 1;
        *next - 1
    }

    pub(crate) fn publish_live(&self, agent: &AgentId, round: u32, data: EventData) {
        self.bus.publish_with(|| StreamEvent {
            seq: self.head().unwrap_or(0),
            class: EventClass::Live,
            debate_id: self.debate().clone(),
            run: self.run.load(Ordering::Acquire),
            agent_seq: Some(self.count(agent)),
            agent: Some(agent.clone()),
            round: Some(round),
            time: self.clock.now(),
            data,
        });
    }

    pub(crate) fn end(&self, ending: Ending) {
        self.ending.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(ending);
            }
            first
        });
        // The debate keeps nothing but its decision.
        drop(self.machine().take());
        self.bus.close();
    }

    pub(crate) fn ending(&self) -> watch::Receiver<Option<Ending>> {
        self.ending.subscribe()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ending.borrow().is_some()
    }

    pub(crate) fn hold(&self) {
        self.handles.fetch_add(1, Ordering::AcqRel);
    }

    /// Whoever holds a handle waits for the result and has not asked for events so far.
    pub(crate) fn only_waits(&self) {
        self.only_waits.store(true, Ordering::Release);
        self.give_up_early();
    }

    fn give_up_early(&self) {
        if self.stepped.load(Ordering::Acquire) && self.only_waits.load(Ordering::Acquire) {
            drop(lock(&self.early).take());
        }
    }

    /// Gives up one handle; the last one cancels the debate unless it was detached.
    pub(crate) fn release(&self) {
        let last = self.handles.fetch_sub(1, Ordering::AcqRel) == 1;
        if last {
            self.only_waits();
        }
        if last && !self.detached.load(Ordering::Acquire) && !self.has_ended() {
            tracing::warn!(debate = %self.debate(), "nobody holds the running debate any more, so it is cancelled; detach it to let it run");
            self.tell(Control::Cancel {
                by: "host".into(),
                reason: "the last handle of the debate was dropped".into(),
            });
        }
    }

    pub(crate) fn detach(&self) {
        self.detached.store(true, Ordering::Release);
    }

    /// The decision as it stands.
    pub(crate) fn partial(&self) -> Result<Decision> {
        if let Some(Ok(decision)) = self.ending.borrow().as_ref() {
            return Ok(decision.as_ref().clone());
        }
        match self.machine().as_ref() {
            Some(machine) => machine.partial(),
            None => Err(Error::new(
                crate::error::ErrorKind::InvalidState,
                "the debate has not begun here, or has ended without a decision",
            )),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Turns what an agent streams into live events of its debate.
#[derive(Debug)]
pub(crate) struct LiveSink {
    pub(crate) live: Arc<Live>,
    pub(crate) agent: AgentId,
    pub(crate) turn: TurnId,
    pub(crate) round: u32,
}

impl TokenSink for LiveSink {
    fn push(&self, seq: u64, delta: Delta) {
        if seq == 0 {
            self.live.publish_live(&self.agent, self.round, EventData::TokenStart { turn: self.turn.clone() });
        }
        let turn = self.turn.clone();
        let data = match delta {
            Delta::Text(text) => EventData::TokenDelta { turn, text },
            Delta::Reasoning(text) => EventData::AgentThinking { turn, text },
            Delta::Reset => EventData::TokenReset { turn },
        };
        self.live.publish_live(&self.agent, self.round, data);
    }

    fn notice(&self, notice: &Notice) {
        if let Some(data) = EventData::of_notice(&self.turn, notice) {
            self.live.publish_live(&self.agent, self.round, data);
        }
    }
}
