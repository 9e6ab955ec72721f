//! The queue before the writer of a store in a directory: callers that leave, a queue that is full, a store that closes.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::storage::{Batch, Control, Op, Precondition, Storage};
use aragora_core::testing::storage::{frame, redb_over};
use aragora_core::{ErrorKind, Result};
use aragora_tests::crash_disk::CrashDisk;
use aragora_tests::durable::steps::polled;
use aragora_tests::embedded::{Dice, at, parts, value};
use tokio::task::JoinSet;

const CALLERS: u64 = 60;

/// What became of a caller's batch as far as the caller knows.
#[derive(Debug)]
enum Fate {
    Acknowledged,
    Refused,
    Unknown,
}

async fn open(disk: &CrashDisk) -> Arc<dyn Storage> {
    redb_over(disk.medium(), &parts(&ManualClock::default())).await.unwrap()
}

fn pair(number: u64, size: usize) -> Batch {
    let text = "x".repeat(size);
    let put = |side: &str| Op::Put {
        at: at(&format!("{side}{number}")),
        frame: frame(&text),
        ttl: None,
        expect: Precondition::Absent,
    };
    Batch::of([put("a"), put("b")])
}

/// A caller with patience for so many polls.
async fn caller(store: Arc<dyn Storage>, number: u64, patience: usize, size: usize) -> (u64, Fate) {
    let done = {
        let write = pin!(store.apply(pair(number, size)));
        polled(write, patience).await
    };
    let fate = match done {
        Some(Ok(_)) => Fate::Acknowledged,
        Some(Err(error)) => {
            assert_eq!(error.kind(), ErrorKind::Closed, "{error:?}");
            assert_eq!(error.context()["outcome"], "not_applied");
            Fate::Refused
        }
        None => Fate::Unknown,
    };
    (number, fate)
}

/// Callers come, some leave, the store closes among them; whoever stays is answered.
async fn round(seed: u64) -> Result<()> {
    let disk = CrashDisk::default();
    let store = open(&disk).await;
    let mut dice = Dice::new(seed);
    let mut callers = JoinSet::new();
    let closes = dice.next(CALLERS);
    let mut closing = None;
    for number in 0..CALLERS {
        let patience = if dice.next(3) == 0 { dice.next(6) as usize } else { usize::MAX };
        // Some so large that 64 MiB of them wait for room.
        let size = if dice.next(20) == 0 { 12 << 20 } else { 10 };
        callers.spawn(caller(store.clone(), number, patience, size));
        if dice.next(2) == 0 {
            tokio::task::yield_now().await;
        }
        if number == closes {
            let store = store.clone();
            closing = Some(tokio::spawn(async move { store.control(Control::Close).await }));
        }
    }
    let (mut there, mut gone) = (BTreeSet::new(), BTreeSet::new());
    while let Some(done) = callers.join_next().await {
        match done.unwrap() {
            (number, Fate::Acknowledged) => drop(there.insert(number)),
            (number, Fate::Refused) => drop(gone.insert(number)),
            (_, Fate::Unknown) => {}
        }
    }
    if let Some(closing) = closing {
        closing.await.unwrap()?;
    }
    drop(store);
    let again = open(&disk).await;
    for number in 0..CALLERS {
        let one = value(&again, &format!("a{number}")).await?.is_some();
        assert_eq!(one, value(&again, &format!("b{number}")).await?.is_some(), "seed {seed}: half of batch {number}");
        assert!(one || !there.contains(&number), "seed {seed}: {number} was acknowledged");
        assert!(!one || !gone.contains(&number), "seed {seed}: {number} was refused");
    }
    again.control(Control::Close).await.map(drop)
}

#[tokio::test]
async fn callers_that_leave_and_a_store_that_closes_lose_nothing_and_nobody_waits_for_ever() {
    for seed in 0..12 {
        let round = tokio::time::timeout(Duration::from_secs(60), round(seed));
        round.await.unwrap_or_else(|_| panic!("seed {seed}: somebody waits for ever")).unwrap();
    }
}
