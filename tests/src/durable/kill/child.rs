//! The process that is killed: runs debates over a store, and writes down what it asked and what was recorded.
//!
//! Time stands still inside a life and moves on by two minutes between lives, so that what a dead life held is free.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::engine::{DebateHandle, DebateState, Engine, EventData};
use aragora_core::storage::Storage;
use aragora_core::{Error, ErrorKind, Result};

use super::{DEBATES, builder, engine_of, resume, store_of};
use crate::durable::notes::Notes;
use crate::durable::seats::Desk;
use crate::durable::{debate_id, runtime, tenant};

/// How long a lease that a server keeps in real time is waited for.
const PATIENCE: Duration = Duration::from_secs(90);

/// The time of a life.
pub fn clock_of(life: u32) -> ManualClock {
    ManualClock::new(ManualClock::default().now().plus(Duration::from_secs(120) * life))
}

/// One life. Arguments: the URI of the store, the file of notes, the number of this life. Ends well once every debate
/// has ended.
pub fn main(arguments: impl IntoIterator<Item = String>) -> Result<()> {
    let mut arguments = arguments.into_iter();
    let usage = || Error::new(ErrorKind::InvalidRequest, "expected a store, a file and the number of this life");
    let uri = arguments.next().ok_or_else(usage)?;
    let notes = PathBuf::from(arguments.next().ok_or_else(usage)?);
    let life: u32 = arguments.next().and_then(|life| life.parse().ok()).ok_or_else(usage)?;
    // Files and directories need no driver; servers do.
    let embedded = ["file:", "redb:", "sled:"].iter().any(|scheme| uri.starts_with(scheme));
    if embedded {
        return runtime().block_on(live(uri, notes, life));
    }
    // One thread, so that participants who answer at once are recorded in the order in which they were asked.
    let driven = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let driven = driven.map_err(|error| Error::new(ErrorKind::Unavailable, error.to_string()))?;
    driven.block_on(live(uri, notes, life))
}

async fn live(uri: String, notes: PathBuf, life: u32) -> Result<()> {
    let clock = clock_of(life);
    let notes = Arc::new(Notes::open(&notes)?);
    let store = opened(&uri, &clock).await?;
    let engine = engine_of(&store, &clock)?;
    let mut debates = tokio::task::JoinSet::new();
    let mut ended = Ok(());
    for number in 0..DEBATES {
        let asks = notes.clone();
        let desk = Desk::telling(move |request| asks.write(&format!("ask {request}")));
        match begun(&engine, number, &desk, &clock).await {
            Ok(Some(handle)) => {
                let notes = notes.clone();
                debates.spawn(async move { watch(&handle, &notes).await });
            }
            Ok(None) => {}
            Err(error) => ended = Err(error),
        }
    }
    while let Some(done) = debates.join_next().await {
        let done = done.map_err(|error| Error::new(ErrorKind::Internal, error.to_string())).flatten();
        // The others go on: a handle that is dropped would cancel its debate.
        ended = ended.and(done);
    }
    ended
}

/// A server that was hit may still be on its way back.
async fn opened(uri: &str, clock: &ManualClock) -> Result<Arc<dyn Storage>> {
    let began = Instant::now();
    loop {
        match store_of(uri, clock).await {
            Err(error) if error.retryable() && began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(100));
            }
            opened => return opened,
        }
    }
}

async fn begun(engine: &Engine, number: usize, desk: &Arc<Desk>, clock: &ManualClock) -> Result<Option<DebateHandle>> {
    let id = debate_id(&format!("deb_{number}"));
    let began = Instant::now();
    loop {
        let started = match engine.get(&tenant(), &id).await {
            Ok(header) if header.state == DebateState::Running => resume(engine, number, desk, clock).start().await,
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => builder(engine, number, desk, clock).start().await,
            Err(error) => Err(error),
        };
        match started {
            Err(error) if error.retryable() && began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(100));
            }
            started => return started.map(Some),
        }
    }
}

// Every record is noted once it is durable, those of earlier lives again.
async fn watch(handle: &DebateHandle, notes: &Notes) -> Result<()> {
    let mut events = handle.events(0);
    while let Some(event) = events.next().await {
        let event = event?;
        if let EventData::Recorded(body) = &event.data {
            let turn = match body.as_ref() {
                aragora_core::debate::Event::AgentMessage(body) => body.turn.to_string(),
                _ => String::new(),
            };
            notes.write(&format!("rec {} {} {} {turn}", handle.id(), event.seq, body.name()));
        }
    }
    handle.result().await.map(drop)
}
