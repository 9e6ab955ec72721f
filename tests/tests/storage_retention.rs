//! What leaves a store by its age: by jobs under a lease, by plans over a directory, and never by a wrong clock.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::clock::{BoxFuture, CancelToken, Clock, ManualClock, Timestamp};
use aragora_core::ids::OrgId;
use aragora_core::storage::retention::{ClockGuard, RetentionJob, RetentionPage, RetentionScheduler, usage_by_table};
use aragora_core::storage::{
    Address, Codec, KeyBytes, Leases, MemoryStorage, OVERHEAD, Space, Storage, TableName, draft,
};
use aragora_core::telemetry::Parts;
use aragora_core::{Error, ErrorKind, Result};
use async_trait::async_trait;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Removes numbers below 10, three a page; can fail, and can be told to stop the run it is in.
#[derive(Debug, Default)]
struct Job {
    pages: Mutex<Vec<(Timestamp, Option<String>)>>,
    fails: AtomicBool,
    panics: AtomicBool,
    stop: Mutex<Option<CancelToken>>,
    runs: AtomicU64,
}

#[async_trait]
impl RetentionJob for Job {
    fn kind(&self) -> &'static str {
        "numbers"
    }

    fn interval(&self) -> Duration {
        DAY
    }

    async fn page(&self, now: Timestamp, cursor: Option<String>) -> Result<RetentionPage> {
        self.pages.lock().unwrap().push((now, cursor.clone()));
        assert!(!self.panics.load(Ordering::SeqCst), "a mistake in a job");
        if self.fails.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "not now"));
        }
        if let Some(cancel) = self.stop.lock().unwrap().take() {
            cancel.cancel();
        }
        let from: u64 = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let to = (from + 3).min(10);
        if to == 10 {
            self.runs.fetch_add(1, Ordering::SeqCst);
        }
        Ok(RetentionPage { removed: to - from, next: (to < 10).then(|| to.to_string()) })
    }
}

/// A clock whose wall time can be set apart from the time that passes.
#[derive(Clone, Debug)]
struct Skewed {
    inner: ManualClock,
    by_ms: Arc<AtomicI64>,
}

impl Skewed {
    fn set_wall(&self, at: Timestamp) {
        self.by_ms.store(at.as_millis() - self.inner.now().as_millis(), Ordering::SeqCst);
    }
}

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.inner.now().as_millis() + self.by_ms.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.inner.monotonic()
    }

    fn sleep_until(&self, monotonic: Duration) -> BoxFuture<'static, ()> {
        self.inner.sleep_until(monotonic)
    }
}

struct Lab {
    clock: ManualClock,
    wall: Skewed,
    parts: Parts,
    store: Arc<dyn Storage>,
    job: Arc<Job>,
}

impl Lab {
    fn new() -> Self {
        let clock = ManualClock::new("2026-03-02T00:00:00Z".parse().unwrap());
        let wall = Skewed { inner: clock.clone(), by_ms: Arc::default() };
        let parts = Parts::system().with_clock(wall.clone());
        let store = Arc::new(MemoryStorage::new(parts.clock.clone()));
        Self { clock, wall, parts, store, job: Arc::default() }
    }

    fn scheduler(&self) -> RetentionScheduler {
        RetentionScheduler::new(self.store.clone(), &self.parts).job(self.job.clone()).unwrap()
    }

    fn cursors(&self) -> Vec<Option<String>> {
        self.job.pages.lock().unwrap().drain(..).map(|(_, cursor)| cursor).collect()
    }
}

fn some(numbers: &[u64]) -> Vec<Option<String>> {
    numbers.iter().map(|number| (*number > 0).then(|| number.to_string())).collect()
}

#[tokio::test]
async fn a_run_goes_on_where_another_process_was_stopped() {
    let lab = Lab::new();
    let cancel = CancelToken::new();
    *lab.job.stop.lock().unwrap() = Some(cancel.clone());
    let stopped = lab.scheduler().run_now("numbers", &cancel).await.unwrap();
    assert_eq!((stopped.total_runs, stopped.total_removed, stopped.cursor.as_deref()), (0, 3, Some("3")));
    assert_eq!(lab.cursors(), some(&[0]));

    let held = Leases::new(lab.store.clone(), Space::System).named("retention/numbers");
    let lease = held.claim("another", HOUR).await.unwrap().unwrap();
    let refused = lab.scheduler().run_now("numbers", &CancelToken::new()).await.unwrap_err();
    assert_eq!((refused.kind(), refused.retryable()), (ErrorKind::Conflict, true));
    held.release(lease).await.unwrap();

    let done = lab.scheduler().run_now("numbers", &CancelToken::new()).await.unwrap();
    assert_eq!(lab.cursors(), some(&[3, 6, 9]));
    assert_eq!((done.total_runs, done.total_removed, done.cursor.as_deref()), (1, 10, None));
    let unknown = lab.scheduler().run_now("others", &CancelToken::new()).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn failures_are_counted_and_kept() {
    let lab = Lab::new();
    let run = || async { lab.scheduler().run_now("numbers", &CancelToken::new()).await };
    lab.job.fails.store(true, Ordering::SeqCst);
    assert_eq!(run().await.unwrap_err().kind(), ErrorKind::Unavailable);
    let status = lab.scheduler().status().await.unwrap().remove(0);
    assert_eq!((status.total_runs, status.failures, status.success_rate()), (1, 1, 0.0));
    assert_eq!(status.last_error.as_deref(), Some("unavailable: not now"));
    lab.job.fails.store(false, Ordering::SeqCst);
    lab.job.panics.store(true, Ordering::SeqCst);
    assert_eq!(run().await.unwrap_err().kind(), ErrorKind::Internal);
    lab.job.panics.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        run().await.unwrap();
    }
    let status = lab.scheduler().status().await.unwrap().remove(0);
    assert_eq!((status.total_runs, status.failures, status.success_rate()), (5, 2, 0.6));
    assert_eq!((status.last_error, status.last_run), (None, Some("2026-03-02T00:00:00Z".parse().unwrap())));
}

#[tokio::test]
async fn nothing_is_deleted_by_a_clock_that_jumped() {
    let lab = Lab::new();
    let run = || async { lab.scheduler().run_now("numbers", &CancelToken::new()).await };
    run().await.unwrap();
    for jump in [25, -2] {
        let start: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
        lab.wall.set_wall(Timestamp::from_millis(start.as_millis() + jump * 3_600_000));
        lab.cursors();
        let refused = run().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ClockJump, "{jump} h");
        assert!(lab.cursors().is_empty(), "no page was asked for");
        lab.scheduler().confirm_clock().await.unwrap();
        run().await.unwrap();
        lab.wall.set_wall(start);
        lab.scheduler().confirm_clock().await.unwrap();
    }
}

#[tokio::test]
async fn a_clock_that_went_evenly_for_an_interval_is_believed_again() {
    let lab = Lab::new();
    let guard = ClockGuard::new(lab.store.clone(), &lab.parts);
    let start = guard.check(DAY).await.unwrap();
    lab.wall.set_wall(start.plus(30 * DAY));
    assert_eq!(guard.check(DAY).await.unwrap_err().kind(), ErrorKind::ClockJump);
    lab.clock.advance(DAY / 2);
    assert!(guard.check(DAY).await.is_err());
    // Another step begins the waiting anew.
    lab.wall.set_wall(start.plus(40 * DAY));
    assert!(guard.check(DAY).await.is_err());
    lab.clock.advance(DAY);
    assert_eq!(guard.check(DAY).await.unwrap(), start.plus(41 * DAY));
    lab.clock.advance(HOUR);
    guard.check(DAY).await.unwrap();
    // A step that nobody could take for a jump.
    lab.wall.set_wall(start.plus(41 * DAY).plus(HOUR - Duration::from_secs(299)));
    guard.check(DAY).await.unwrap();
}

#[tokio::test]
async fn jobs_run_when_they_are_due() {
    let lab = Lab::new();
    let cancel = CancelToken::new();
    let running = tokio::spawn({
        let (scheduler, cancel) = (lab.scheduler(), cancel.clone());
        async move { scheduler.run(&cancel).await }
    });
    let asleep = || async {
        while lab.clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
    };
    asleep().await;
    assert_eq!(lab.job.runs.load(Ordering::SeqCst), 1, "at once, when it never ran");
    for minutes in 1..=1_440_u64 {
        lab.clock.advance(Duration::from_secs(60));
        tokio::task::yield_now().await;
        asleep().await;
        let expected = if minutes < 1_440 { 1 } else { 2 };
        if minutes % 360 == 0 {
            assert_eq!(lab.job.runs.load(Ordering::SeqCst), expected, "after {minutes} minutes");
        }
    }
    cancel.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn usage_is_told_by_table() {
    let lab = Lab::new();
    let at = |table: &str, key: u64| {
        Address::new(Space::Tenant(OrgId::new("acme").unwrap()), TableName::new(table).unwrap(), KeyBytes::of(&key))
    };
    for key in 0..3 {
        lab.store.put(at("note", key), draft(Codec::Raw, 1, b"12345")).await.unwrap();
        lab.store.put_for(at("session", key), draft(Codec::Raw, 1, b"1"), HOUR).await.unwrap();
    }
    let usage = usage_by_table(&lab.store).await.unwrap();
    assert_eq!((usage["note"].rows, usage["note"].expiring), (3, 0));
    assert_eq!((usage["session"].rows, usage["session"].expiring), (3, 3));
    let bytes = at("note", 0).physical().len() + OVERHEAD + 5;
    assert_eq!(usage["note"].bytes, 3 * bytes as u64);
}

#[tokio::test]
async fn intervals_and_names_are_checked() {
    #[derive(Debug)]
    struct Hasty;
    #[async_trait]
    impl RetentionJob for Hasty {
        fn kind(&self) -> &'static str {
            "hasty"
        }
        fn interval(&self) -> Duration {
            Duration::from_secs(3_599)
        }
        async fn page(&self, _: Timestamp, _: Option<String>) -> Result<RetentionPage> {
            Ok(RetentionPage::default())
        }
    }
    let lab = Lab::new();
    assert_eq!(lab.scheduler().job(Arc::new(Hasty)).unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(lab.scheduler().job(lab.job.clone()).unwrap_err().kind(), ErrorKind::InvalidRequest);
}
