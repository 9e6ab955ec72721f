//! The process that is killed: runs debates over a file store, and writes down what it asked and what was recorded.
//!
//! Arguments: a directory and the number of this life. Time stands still inside a life and moves on by two minutes
//! between lives, so that what a dead life held is free. Exits with 0 once every debate has ended.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::{ManualClock, Timestamp};
use aragora_core::engine::{DebateHandle, DebateState, Engine, EventData};
use aragora_core::storage::Storage;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::durable::kill::{DEBATES, builder, resume};
use aragora_tests::durable::notes::Notes;
use aragora_tests::durable::seats::Desk;
use aragora_tests::durable::{debate_id, engine, runtime, tenant};
use aragora_tests::file_store::FileStorage;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = || Error::new(ErrorKind::InvalidRequest, "expected a directory and the number of this life");
    let directory = PathBuf::from(arguments.next().ok_or_else(usage)?);
    let life: u32 = arguments.next().and_then(|life| life.parse().ok()).ok_or_else(usage)?;
    let began = ManualClock::default();
    let now = aragora_core::clock::Clock::now(&began).plus(Duration::from_secs(120) * life);
    runtime().block_on(lives(directory, now))
}

async fn lives(directory: PathBuf, now: Timestamp) -> Result<()> {
    let clock = ManualClock::new(now);
    let notes = Arc::new(Notes::open(&directory)?);
    let store: Arc<dyn Storage> = Arc::new(FileStorage::open(&directory, Arc::new(clock.clone())).await?);
    let engine = engine(&store, &clock);
    let mut debates = tokio::task::JoinSet::new();
    for number in 0..DEBATES {
        let asks = notes.clone();
        let desk = Desk::telling(move |request| asks.write(&format!("ask {request}")));
        if let Some(handle) = begun(&engine, number, &desk, &clock).await? {
            let notes = notes.clone();
            debates.spawn(async move { watch(&handle, &notes).await });
        }
    }
    while let Some(done) = debates.join_next().await {
        done.map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))??;
    }
    Ok(())
}

async fn begun(engine: &Engine, number: usize, desk: &Arc<Desk>, clock: &ManualClock) -> Result<Option<DebateHandle>> {
    let id = debate_id(&format!("deb_{number}"));
    match engine.get(&tenant(), &id).await {
        Ok(header) if header.state == DebateState::Running => {
            resume(engine, number, desk, clock).start().await.map(Some)
        }
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            builder(engine, number, desk, clock).start().await.map(Some)
        }
        Err(error) => Err(error),
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
