//! Participants whose every asking is counted, well-behaved and not.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aragora_core::agents::{Agent, AgentProfile, AgentReply, AgentRequest, DemoAgent, DemoStyle, Output};
use aragora_core::clock::Clock;
use aragora_core::debate::{AgentKind, Expect};
use aragora_core::{AgentId, Error, ErrorKind, Result};
use async_trait::async_trait;

/// How a seat behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Answers at once.
    Ready,
    /// Answers after letting everybody else run a few times.
    Yields,
    /// Says nothing until cancelled.
    Hangs,
    /// Panics.
    Panics,
    /// Ignores cancellation and deadlines, like a call into another language that cannot be interrupted.
    Deaf,
    /// Fails with an error that may be tried again.
    Fails,
}

type Note = Box<dyn Fn(&str) + Send + Sync>;

/// What all seats of a test share.
#[derive(Default)]
pub struct Desk {
    asked: Mutex<Vec<String>>,
    in_flight: AtomicUsize,
    note: Option<Note>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("in_flight", &self.in_flight).finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk nobody asked at yet.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// A desk that tells every request id the moment it is asked.
    pub fn telling(note: impl Fn(&str) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { note: Some(Box::new(note)), ..Self::default() })
    }

    /// Calls that neither answered nor were dropped.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    /// Calls so far.
    pub fn calls(&self) -> usize {
        self.lock().len()
    }

    /// How often each request id was asked.
    pub fn asked(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for id in self.lock().iter() {
            *counts.entry(id.clone()).or_default() += 1;
        }
        counts
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A participant that answers by its request alone, so that a repeated asking gives the same words.
#[derive(Clone, Debug)]
pub struct CountedSeat {
    id: AgentId,
    manner: Manner,
    desk: Arc<Desk>,
    ballots: DemoAgent,
}

impl CountedSeat {
    /// A participant at this desk.
    pub fn new(id: AgentId, manner: Manner, desk: &Arc<Desk>, clock: Arc<dyn Clock>) -> Self {
        let ballots = DemoAgent::new(id.clone(), DemoStyle::Balanced, 7).with_clock(clock);
        Self { id, manner, desk: desk.clone(), ballots }
    }

    async fn answer(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        if matches!(request.expect, Expect::Text) {
            let text = format!("FINAL ANSWER: {} in round {} ({})", self.id, request.round, request.phase);
            return Ok(AgentReply::text(text));
        }
        self.ballots.respond(request, output).await
    }
}

struct InFlight<'a>(&'a AtomicUsize);

impl<'a> InFlight<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Agent for CountedSeat {
    fn profile(&self) -> AgentProfile {
        AgentProfile { provider: "counted".into(), ..AgentProfile::new(self.id.clone(), AgentKind::Foreign) }
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let _in_flight = InFlight::new(&self.desk.in_flight);
        let id = request.id.to_string();
        if let Some(note) = &self.desk.note {
            note(&id);
        }
        self.desk.lock().push(id);
        match self.manner {
            Manner::Ready => self.answer(request, output).await,
            Manner::Yields => {
                for _ in 0..2 {
                    tokio::task::yield_now().await;
                }
                self.answer(request, output).await
            }
            Manner::Hangs => {
                request.cancel.cancelled().await;
                Err(Error::new(ErrorKind::Cancelled, "the seat was told to stop"))
            }
            Manner::Panics => {
                tokio::task::yield_now().await;
                // Without the hook, which would print a trace for each of thousands of these.
                std::panic::resume_unwind(Box::new("this seat panics"))
            }
            Manner::Deaf => std::future::pending().await,
            Manner::Fails => Err(Error::new(ErrorKind::Overloaded, "this seat always fails")),
        }
    }
}
