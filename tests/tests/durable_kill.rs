//! `SIGKILL` at random and at named moments: what was acknowledged stays, nobody is asked twice, and the decision is
//! the one of an undisturbed run.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::debate::{Event, Record};
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_tests::durable::kill::{DEBATES, builder};
use aragora_tests::durable::log::{assert_asked_once, assert_same, undisturbed};
use aragora_tests::durable::seats::Desk;
use aragora_tests::durable::{debate_id, engine, runtime, tenant};
use aragora_tests::file_store::FileStorage;
use aragora_tests::replay::assert_replays;

/// When to kill: after so many lines, or after the first line with this word.
enum Kill {
    After(u64),
    At(&'static str),
    Never,
}

/// Runs one life; whether it ended by itself.
fn live(directory: &Path, life: u32, kill: &Kill) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kill_child"))
        .arg(directory)
        .arg(life.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut killed = false;
    for (number, line) in (1..).zip(lines) {
        let line = line.unwrap();
        let now = match kill {
            Kill::After(lines) => number == *lines,
            Kill::At(word) => line.split(' ').any(|other| other == *word),
            Kill::Never => false,
        };
        if now && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    let status = child.wait().unwrap();
    assert!(status.success() || killed, "life {life} ended with {status} by itself");
    status.success()
}

fn undisturbed_logs() -> Vec<Vec<Record>> {
    runtime().block_on(async {
        let clock = ManualClock::default();
        let store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        let engine = engine(&store, &clock);
        let mut logs = Vec::new();
        for number in 0..DEBATES {
            let handle = builder(&engine, number, &Desk::new(), &clock).start().await.unwrap();
            handle.result().await.unwrap();
            logs.push(engine.log(&tenant(), handle.id()).await.unwrap());
        }
        logs
    })
}

fn check(directory: &Path, lives: u32, expected: &[Vec<Record>], context: &str) {
    let clock = ManualClock::default();
    let clock = ManualClock::new(clock.now().plus(Duration::from_secs(120) * lives));
    let notes = std::fs::read_to_string(directory.join("notes")).unwrap();
    runtime().block_on(async {
        let store: Arc<dyn Storage> =
            Arc::new(FileStorage::open(directory, Arc::new(clock.clone())).await.expect(context));
        let engine = engine(&store, &clock);
        for (number, expected) in expected.iter().enumerate() {
            let context = format!("{context}, debate {number}");
            let id = format!("deb_{number}");
            let log = engine.log(&tenant(), &debate_id(&id)).await.expect(&context);
            let mut asked: BTreeMap<String, usize> = BTreeMap::new();
            let mut recorded = BTreeSet::new();
            for note in notes.lines() {
                match note.split(' ').collect::<Vec<_>>()[..] {
                    ["ask", request] if request.starts_with(&format!("{id}/")) => {
                        assert!(!recorded.contains(request), "{context}: {request} was recorded and asked again");
                        *asked.entry(request.to_owned()).or_default() += 1;
                    }
                    ["rec", debate, seq, kind, turn] if debate == id => {
                        let seq: usize = seq.parse().unwrap();
                        let kept = log.get(seq).map(|record| record.event.name());
                        assert_eq!(kept, Some(kind), "{context}: record {seq} was acknowledged");
                        if kind == "agent_message" {
                            recorded.insert(format!("{id}/{turn}"));
                        }
                    }
                    // The last line may be torn by the kill, and then the file goes on with the next life's.
                    _ => {}
                }
            }
            assert_asked_once(&asked, &log, &context);
            assert_same(&undisturbed(&log), &undisturbed(expected), &context);
            let decision = |log: &[Record]| {
                log.iter().find_map(|record| match &record.event {
                    Event::Decision(body) => Some(body.decision.clone()),
                    _ => None,
                })
            };
            assert_eq!(decision(&log), decision(expected), "{context}");
            assert_replays(&engine, &log);
        }
    });
}

/// Numbers that look random and are the same on every machine.
fn dice(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn survive(kills: impl IntoIterator<Item = Kill>, expected: &[Vec<Record>], context: &str) {
    let root = tempfile::tempdir().unwrap();
    let mut lives = 0;
    for kill in kills.into_iter().chain([Kill::Never]) {
        lives += 1;
        if live(root.path(), lives, &kill) {
            break;
        }
    }
    check(root.path(), lives + 1, expected, &format!("{context}, {lives} lives"));
}

#[test]
fn debates_killed_again_and_again_end_as_if_nothing_happened() {
    let rounds = std::env::var("ARAGORA_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10_u64);
    let expected = undisturbed_logs();
    for round in 1..=rounds {
        let mut state = round.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        dice(&mut state);
        let kills: Vec<Kill> = (0..1 + dice(&mut state) % 5).map(|_| Kill::After(1 + dice(&mut state) % 60)).collect();
        survive(kills, &expected, &format!("round {round}"));
    }
}

#[test]
fn debates_killed_right_after_named_records_end_as_if_nothing_happened() {
    let expected = undisturbed_logs();
    for word in ["debate_start", "step_start", "agent_message", "consensus_check", "stop", "decision", "debate_end"] {
        survive([Kill::At(word), Kill::At("debate_resumed")], &expected, &format!("killed at {word}"));
    }
}
