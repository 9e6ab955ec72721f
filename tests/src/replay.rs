//! Strict replay as one line of a test.

use aragora_core::debate::Record;
use aragora_core::engine::{Check, Engine};

/// Replays the log of an ended debate twice in a row and from two threads at once: every byte must come out again.
///
/// # Panics
///
/// If it does not.
pub fn assert_replays(engine: &Engine, log: &[Record]) {
    assert_replays_once(engine, log);
    assert_replays_once(engine, log);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert_replays_once(engine, log));
        }
    });
}

/// The same with a single replay, for suites that check hundreds of logs.
///
/// # Panics
///
/// If the log does not come out again.
#[allow(clippy::expect_used)]
pub fn assert_replays_once(engine: &Engine, log: &[Record]) {
    let report = engine.replay(log, Check::Strict).expect("the log of a debate replays");
    assert!(report.matches, "a replay differs: {:?}", report.difference);
    assert_eq!(report.records, log.len() as u64);
    let recorded = log.iter().find_map(|record| match &record.event {
        aragora_core::debate::Event::Decision(body) => Some(body.decision.clone()),
        _ => None,
    });
    assert_eq!(report.decision, recorded, "a replay decides as recorded");
}
