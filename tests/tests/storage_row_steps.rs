//! Migrations of stores without SQL: rows rewritten page by page under a lease.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::{BoxFuture, ManualClock};
use aragora_core::storage::migrate::{
    CodePage, MigrationStep, MigrationTarget, Migrator, RollbackSafety, RollbackTarget, StepState,
};
use aragora_core::storage::{
    Address, Batch, Cursor, KeyRange, Leases, MemoryStorage, Op, PageRequest, Precondition, Space, Storage, TableName,
};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::{Call, Fault, FaultStorage, Moment, frame, key, text};
use aragora_core::{ErrorKind, Result};

const ROWS: usize = 2_500;

fn table() -> TableName {
    TableName::new("note").unwrap()
}

/// Puts a `!` behind every value.
fn shout<'a>(storage: &'a Arc<dyn Storage>, cursor: Option<&'a str>) -> BoxFuture<'a, Result<CodePage>> {
    Box::pin(async move {
        let mut page = PageRequest::first(1_000);
        page.cursor = cursor.map(str::parse::<Cursor>).transpose()?;
        let found = storage.scan(KeyRange::all(Space::System, table()), page).await?;
        let ops = found.entries.iter().map(|entry| {
            Ok(Op::Put {
                at: entry.address.clone(),
                frame: frame(&format!("{}!", text(entry)?)),
                ttl: None,
                expect: Precondition::Revision(entry.revision),
            })
        });
        Ok(CodePage { ops: ops.collect::<Result<_>>()?, next: found.next.map(|next| next.to_string()) })
    })
}

fn greedy<'a>(_: &'a Arc<dyn Storage>, _: Option<&'a str>) -> BoxFuture<'a, Result<CodePage>> {
    let op = |n: usize| Op::Delete {
        at: Address::new(Space::System, table(), key(&n.to_string())),
        expect: Precondition::Any,
    };
    Box::pin(async move { Ok(CodePage { ops: (0..1_001).map(op).collect(), next: None }) })
}

const STEPS: [MigrationStep; 2] =
    [MigrationStep::code("0001", "shout", shout), MigrationStep::code("0002", "again", shout)];

async fn filled(storage: &Arc<dyn Storage>) {
    for chunk in (0..ROWS).collect::<Vec<_>>().chunks(1_000) {
        let put = |n: &usize| Op::Put {
            at: Address::new(Space::System, table(), key(&format!("{n:05}"))),
            frame: frame("v"),
            ttl: None,
            expect: Precondition::Any,
        };
        storage.apply(Batch::of(chunk.iter().map(put).collect::<Vec<_>>())).await.unwrap();
    }
}

async fn all_are(storage: &Arc<dyn Storage>, value: &str) {
    let mut page = PageRequest::first(1_000);
    let mut seen = 0;
    loop {
        let found = storage.scan(KeyRange::all(Space::System, table()), page.clone()).await.unwrap();
        for entry in &found.entries {
            assert_eq!(text(entry).unwrap(), value);
            seen += 1;
        }
        match found.next {
            Some(next) => page.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ROWS);
}

fn memory(clock: &ManualClock) -> (Arc<dyn Storage>, Parts) {
    let parts = Parts::system().with_clock(clock.clone());
    (Arc::new(MemoryStorage::new(Arc::new(clock.clone()))), parts)
}

#[tokio::test]
async fn every_row_is_rewritten_once() {
    let (storage, parts) = memory(&ManualClock::default());
    filled(&storage).await;
    let migrator = Migrator::over(storage.clone(), &parts, &STEPS).unwrap();
    let report = migrator.apply(&MigrationTarget::All).await.unwrap();
    assert_eq!((report.done.join(","), report.version.as_deref()), ("0001,0002".to_owned(), Some("0002")));
    all_are(&storage, "v!!").await;
    assert!(migrator.apply(&MigrationTarget::All).await.unwrap().done.is_empty());
    let back = migrator.rollback(&RollbackTarget::Last, RollbackSafety::WithoutBackup).await.unwrap_err();
    assert_eq!(back.kind(), ErrorKind::Unsupported);
    let lease = Leases::new(storage, Space::System).named("migrate").claim("somebody", Duration::from_secs(1)).await;
    assert!(lease.unwrap().is_some(), "the lease was given back");
}

/// Stopped at any of its batches, whether that was applied or not: the next one goes on where it was.
#[tokio::test]
async fn a_stopped_step_goes_on_where_it_was() {
    for nth in 1..=6 {
        for moment in [Moment::Before, Moment::After] {
            let clock = ManualClock::default();
            let (inner, parts) = memory(&clock);
            filled(&inner).await;
            let faults = Arc::new(FaultStorage::new(inner.clone(), Arc::new(clock.clone())));
            faults.plan(Fault::Fail { call: Call::Apply, nth, moment });
            // Who is dead gives no lease back.
            faults.plan(Fault::Cut { call: Call::Renew, nth });
            let first = Migrator::over(faults, &parts, &STEPS).unwrap();
            let failed = first.apply(&MigrationTarget::All).await.unwrap_err();
            assert_eq!(failed.kind(), ErrorKind::Unavailable, "{failed:?}");
            clock.advance(Duration::from_secs(31));
            let second = Migrator::over(inner.clone(), &parts, &STEPS).unwrap();
            second.apply(&MigrationTarget::All).await.unwrap();
            all_are(&inner, "v!!").await;
            let states: Vec<StepState> = second.status().await.unwrap().iter().map(|status| status.state).collect();
            assert_eq!(states, [StepState::Applied; 2]);
        }
    }
}

#[tokio::test]
async fn a_page_over_a_thousand_operations_fails_its_step() {
    let (storage, parts) = memory(&ManualClock::default());
    let migrator = Migrator::over(storage, &parts, &[MigrationStep::code("0001", "greedy", greedy)]).unwrap();
    let failed = migrator.apply(&MigrationTarget::All).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::MigrationFailed);
    assert_eq!(failed.context().get("version").map(String::as_str), Some("0001"));
}

#[tokio::test]
async fn whoever_waits_longer_than_thirty_seconds_is_told() {
    let clock = ManualClock::default();
    let (storage, parts) = memory(&clock);
    let lease = Leases::new(storage.clone(), Space::System).named("migrate");
    let held = lease.claim("somebody", Duration::from_secs(600)).await.unwrap().unwrap();
    let migrator = Migrator::over(storage, &parts, &STEPS).unwrap();
    let target = MigrationTarget::All;
    let waiting = migrator.apply(&target);
    let time = async {
        loop {
            tokio::task::yield_now().await;
            clock.advance(Duration::from_millis(500));
        }
    };
    let error = tokio::select! { done = waiting => done.unwrap_err(), () = time => unreachable!() };
    assert_eq!((error.kind(), error.retryable()), (ErrorKind::MigrationLocked, true));
    lease.release(held).await.unwrap();
    migrator.apply(&target).await.unwrap();
}
