//! `SIGKILL` while money is set aside, spent and settled: the books never hold less than the ledger proves, nothing that
//! was set aside is free again, and the limit is never passed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::BudgetUsage;
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::storage::Storage;
use aragora_tests::durable::runtime;
use aragora_tests::durable::spending::{Books, CALLS, DEADLINE, LIMIT, QUOTE, budget, parts};
use aragora_tests::file_store::FileStorage;

/// Runs one life and kills it where it stops, or after so many lines; whether it ended by itself.
fn live(directory: &Path, life: u32, stop: &str, after: Option<usize>) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_budget_child"))
        .args([directory.as_os_str(), life.to_string().as_ref(), stop.as_ref()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut killed = false;
    for (number, line) in BufReader::new(child.stdout.take().unwrap()).lines().enumerate() {
        if !killed && (line.unwrap() == "stopped" || after.is_some_and(|after| number + 1 == after)) {
            child.kill().unwrap();
            killed = true;
        }
    }
    let status = child.wait().unwrap();
    assert!(status.success() || killed, "life {life} ended with {status} by itself");
    !killed
}

/// How the books stand so long after the beginning.
fn usage(directory: &Path, at: Duration) -> BudgetUsage {
    let clock = ManualClock::new(ManualClock::default().now().plus(at));
    runtime().block_on(async {
        let store: Arc<dyn Storage> =
            Arc::new(FileStorage::open(directory, Arc::new(clock.clone())).await.expect("the store opens again"));
        budget(&parts(&store, &clock).unwrap()).usage().await.unwrap()
    })
}

/// After so many lives, the last of them of this number.
fn check(directory: &Path, lives: u32, last: u32, context: &str) -> Books {
    let notes = std::fs::read_to_string(directory.join("notes")).unwrap();
    let expected = Books::of(&notes, lives);
    let died = Duration::from_secs(1) * last;
    // A reservation ends a minute after its call's deadline; its money does not come back.
    for (at, lapsed) in
        [(died, false), (died + DEADLINE + Duration::from_secs(60), true), (died + Duration::from_secs(3_600), true)]
    {
        let found = usage(directory, at);
        let all = found.spent.0 + found.reserved.0;
        let context = format!("{context}, after {at:?}: {found:?}, expected {expected:?}, by\n{notes}");
        assert!(all >= expected.proved, "{context}");
        assert!((expected.least..=expected.most).contains(&all), "{context}");
        assert!(all <= LIMIT, "{context}");
        assert!(!lapsed || found.reserved.0 == 0, "{context}");
    }
    expected
}

fn stops() -> Vec<String> {
    // Each call is two writes.
    let writes = (1..=2 * CALLS).flat_map(|nth| ["before", "after"].map(|moment| format!("{moment}:{nth}")));
    let words = (1..=CALLS).flat_map(|nth| ["sent", "proved", "settled"].map(|word| format!("{word}:{nth}")));
    writes.chain(words).collect()
}

#[test]
fn killed_at_every_step_of_a_call_the_books_hold_what_the_ledger_proves() {
    for stop in stops() {
        let root = tempfile::tempdir().unwrap();
        assert!(!live(root.path(), 1, &stop, None), "{stop} was never reached");
        let died = check(root.path(), 1, 1, &stop);
        // The next life comes when all that was set aside has lapsed, and finds it spent.
        assert!(live(root.path(), 200, "end", None));
        let ended = check(root.path(), 2, 200, &format!("{stop}, then in peace"));
        assert!(ended.proved > died.proved, "{stop}");
    }
}

#[test]
fn lives_killed_one_after_the_other_never_pass_the_limit_and_are_refused_in_the_end() {
    let root = tempfile::tempdir().unwrap();
    let mut lives = 0;
    for stop in stops().iter().cycle().take(60) {
        lives += 1;
        live(root.path(), lives, stop, None);
    }
    check(root.path(), lives, lives, "sixty lives");
    let notes = std::fs::read_to_string(root.path().join("notes")).unwrap();
    let last = format!("refused {lives}.");
    assert_eq!(notes.lines().filter(|line| line.starts_with(&last)).count() as u64, CALLS, "{notes}");
    let found = usage(root.path(), Duration::from_secs(7_200));
    assert!(found.spent.0 + QUOTE > LIMIT && found.spent.0 <= LIMIT, "{found:?}");
}

#[test]
fn killed_at_any_moment_the_books_hold_what_the_ledger_proves() {
    for lines in 1..=3 * CALLS as usize {
        let root = tempfile::tempdir().unwrap();
        let mut lives = 0;
        for after in [lines, 3 * CALLS as usize + 1 - lines] {
            lives += 1;
            live(root.path(), lives, "end", Some(after));
            check(root.path(), lives, lives, &format!("killed after {after} lines"));
        }
    }
}
