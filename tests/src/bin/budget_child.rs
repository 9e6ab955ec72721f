//! The process that is killed while it spends money within a budget, over a file store.
//!
//! Arguments: a directory, the number of this life, and where to stop and wait for the kill: `end` (nowhere), `WORD:N` (at
//! the N-th note of this word), `before:N` or `after:N` (around the N-th write of the store). At a stop it says
//! `stopped`. Time stands still inside a life and moves on by one second between lives.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::storage::Storage;
use aragora_core::testing::storage::Moment;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::durable::gate::GateStorage;
use aragora_tests::durable::notes::Notes;
use aragora_tests::durable::runtime;
use aragora_tests::durable::spending::{Tell, parts, spend};
use aragora_tests::file_store::FileStorage;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = || Error::new(ErrorKind::InvalidRequest, "expected a directory, the number of this life and a stop");
    let directory = PathBuf::from(arguments.next().ok_or_else(usage)?);
    let life: u32 = arguments.next().and_then(|life| life.parse().ok()).ok_or_else(usage)?;
    let stop = arguments.next().ok_or_else(usage)?;
    let (word, nth) = stop.split_once(':').unwrap_or((&stop, "0"));
    let nth: u64 = nth.parse().map_err(|_| usage())?;
    let clock = ManualClock::new(ManualClock::default().now().plus(Duration::from_secs(1) * life));
    runtime().block_on(lives(directory, life, word, nth, clock))
}

async fn lives(directory: PathBuf, life: u32, word: &str, nth: u64, clock: ManualClock) -> Result<()> {
    let notes = Arc::new(Notes::open(&directory.join("notes"))?);
    let file: Arc<dyn Storage> = Arc::new(FileStorage::open(&directory, Arc::new(clock.clone())).await?);
    let moment = if word == "after" { Moment::After } else { Moment::Before };
    let gated = matches!(word, "before" | "after");
    let gate = GateStorage::new(file, if gated { nth } else { 0 }, moment);
    let store: Arc<dyn Storage> = gate.clone();
    let (noted, count, word) = (Arc::clone(&notes), AtomicU64::new(0), word.to_owned());
    let tell: Tell = Arc::new(move |line| {
        let here = line.split(' ').next() == Some(word.as_str()) && count.fetch_add(1, Ordering::Relaxed) + 1 == nth;
        noted.write(&line);
        if here {
            stopped(&noted);
        }
    });
    tokio::select! {
        biased;
        () = gate.reached() => stopped(&notes),
        done = async { spend(life, &parts(&store, &clock)?, &clock, &tell).await } => done,
    }
}

/// Nothing else of this process runs any more: there is one thread.
fn stopped(notes: &Notes) -> ! {
    notes.write("stopped");
    loop {
        std::thread::park();
    }
}
