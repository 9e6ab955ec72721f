//! A strict replay gives every byte back, and says where a log was tampered with.

use std::sync::{Arc, OnceLock};

use aragora_core::ErrorKind;
use aragora_core::clock::ManualClock;
use aragora_core::debate::{Event, Record, Transcript};
use aragora_core::engine::{Check, Engine};
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_tests::durable::cases::{DEBATE, cases, critique_3x3};
use aragora_tests::durable::seats::{Desk, Manner};
use aragora_tests::durable::{debate_id, engine, runtime, tenant};
use aragora_tests::replay::assert_replays;
use proptest::prelude::*;
use serde_json::Value;

fn new_engine() -> (Engine, ManualClock) {
    let clock = ManualClock::default();
    let store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    (engine(&store, &clock), clock)
}

/// The log of an undisturbed 3x3 debate.
fn recorded() -> &'static Vec<Record> {
    static LOG: OnceLock<Vec<Record>> = OnceLock::new();
    LOG.get_or_init(|| {
        let (engine, clock) = new_engine();
        runtime().block_on(async {
            let case = critique_3x3();
            let handle = case.builder(&engine, &Desk::new(), &clock).start().await.unwrap();
            handle.result().await.unwrap();
            engine.log(&tenant(), &debate_id(DEBATE)).await.unwrap()
        })
    })
}

#[test]
fn debates_of_two_worker_threads_replay_byte_for_byte() {
    let two = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    for case in cases() {
        for manner in [None, Some(Manner::Yields)] {
            let case = manner.map_or(case.clone(), |manner| case.clone().with_manner(manner));
            let (engine, clock) = new_engine();
            let log = two.block_on(async {
                let handle = case.builder(&engine, &Desk::new(), &clock).start().await.unwrap();
                // A quorum's stragglers are only given up once time passes.
                while !handle.is_finished() {
                    clock.advance(std::time::Duration::from_millis(10));
                    tokio::task::yield_now().await;
                }
                engine.log(&tenant(), handle.id()).await.unwrap()
            });
            assert_replays(&engine, &log);
            // Another engine, which never saw the debate, gives the same bytes.
            assert_replays(&new_engine().0, &log);
        }
    }
}

#[test]
fn a_log_read_back_from_its_lines_replays() {
    let lines: Vec<_> = recorded().iter().map(|record| record.to_line().unwrap()).collect();
    let again: Vec<_> = lines.iter().map(|line| Record::from_line(line).unwrap()).collect();
    assert_eq!(&again, recorded());
    assert_replays(&new_engine().0, &again);
}

fn changed(seq: usize, change: impl FnOnce(&mut Value)) -> Vec<Record> {
    let mut log = recorded().clone();
    let mut value = serde_json::to_value(&log[seq]).unwrap();
    change(&mut value);
    log[seq] = serde_json::from_value(value).unwrap();
    log
}

fn seq_of(name: &str) -> usize {
    recorded().iter().position(|record| record.event.name() == name).unwrap()
}

#[test]
fn a_tampered_record_is_named_by_its_seq_and_field() {
    let engine = new_engine().0;
    let cases: [(&str, &str, Value); 6] = [
        ("step_start", "/asks/0/prompt_digest", format!("sha256:{}", "0".repeat(64)).into()),
        ("step_start", "/asks/1/max_output_tokens", 7.into()),
        ("consensus_check", "/outcome", Value::Null),
        ("round_end", "/convergence/agreement", serde_json::json!(0.123_456)),
        ("decision", "/decision/verdict", "approved".into()),
        ("debate_end", "/status", "abandoned".into()),
    ];
    for (event, pointer, value) in cases {
        let seq = seq_of(event);
        let mut original = serde_json::to_value(&recorded()[seq]).unwrap();
        let slot = original.pointer_mut(pointer).unwrap_or_else(|| panic!("{event} has no {pointer}"));
        let value = match value {
            Value::Null if slot.as_str() == Some("not_reached") => Value::from("no_evidence"),
            Value::Null => Value::from("not_reached"),
            value if pointer.ends_with("prompt_digest") && !slot.as_str().unwrap().contains(':') => {
                Value::from(value.as_str().unwrap().trim_start_matches("sha256:"))
            }
            value if value == *slot => Value::from("rejected"),
            value => value,
        };
        let log = changed(seq, |record| *record.pointer_mut(pointer).unwrap() = value);
        let report = engine.replay(&log, Check::Strict).unwrap();
        let difference = report.difference.unwrap_or_else(|| panic!("{event}{pointer}: no difference found"));
        assert!(!report.matches);
        assert_eq!((difference.seq, difference.field.as_str()), (seq as u64, pointer), "{event}");
        assert_ne!(difference.recorded, difference.produced);
    }
}

#[test]
fn a_changed_reply_differs_at_the_first_record_that_depends_on_it() {
    let engine = new_engine().0;
    let seq = seq_of("agent_message");
    let log = changed(seq, |record| record["text"] = "FINAL ANSWER: forged".into());
    let report = engine.replay(&log, Check::Strict).unwrap();
    let difference = report.difference.unwrap();
    // The text is an input; what was extracted from it is not.
    assert_eq!((difference.seq, difference.field.starts_with("/answer")), (seq as u64, true), "{difference:?}");
}

#[test]
fn a_log_without_a_reply_is_recording_missing() {
    let engine = new_engine().0;
    for (seq, record) in recorded().iter().enumerate() {
        let cut = &recorded()[..seq];
        if matches!(record.event, Event::AgentAttempt(_)) {
            let error = engine.replay(cut, Check::Strict).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RecordingMissing, "cut at {seq}: {error}");
        }
    }
}

#[test]
fn a_log_cut_anywhere_never_counts_as_whole() {
    let engine = new_engine().0;
    // One record is a debate that was begun and asked nothing yet: nothing of it is missing.
    for cut in (0..recorded().len()).filter(|cut| *cut != 1) {
        let report = engine.replay(&recorded()[..cut], Check::Strict);
        assert!(!report.is_ok_and(|report| report.matches), "cut at {cut}");
    }
}

#[test]
fn gaps_repetitions_and_contradictions_are_log_corrupt() {
    let engine = new_engine().0;
    let corrupt = |log: &[Record], what: &str| {
        let error = engine.replay(log, Check::Strict).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LogCorrupt, "{what}: {error}");
        assert_eq!(Transcript::fold(log).unwrap_err().kind(), ErrorKind::LogCorrupt, "{what}");
    };
    corrupt(&[], "an empty log");
    for seq in 0..recorded().len() - 1 {
        let mut gap = recorded().clone();
        gap.remove(seq);
        corrupt(&gap, &format!("without {seq}"));
        let mut twice = recorded().clone();
        twice.insert(seq, recorded()[seq].clone());
        corrupt(&twice, &format!("{seq} twice"));
        let mut swapped = recorded().clone();
        swapped.swap(seq, seq + 1);
        corrupt(&swapped, &format!("{seq} and its successor swapped"));
    }
    let answer = seq_of("agent_message");
    let start = seq_of("turn_start");
    for (seq, field, value) in [(answer, "turn", "r9.answer.a"), (answer, "seat", "b"), (start, "turn", "r1.vote.a")] {
        corrupt(&changed(seq, |record| record[field] = value.into()), &format!("{seq} with another {field}"));
    }
}

#[test]
fn newer_versions_and_unknown_types_are_unsupported_with_their_seq() {
    for record in recorded() {
        for (member, value) in [("v", Value::from(2)), ("type", Value::from("telepathy"))] {
            let mut line = serde_json::to_value(record).unwrap();
            line[member] = value;
            let error = Record::from_line(line.to_string().as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnsupportedVersion, "{error}");
            assert_eq!(error.context()["seq"], record.seq.to_string());
        }
        let mut extra = serde_json::to_value(record).unwrap();
        extra["surprise"] = true.into();
        let error = Record::from_line(extra.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LogCorrupt, "{error}");
    }
    let mut newer = recorded().clone();
    newer[3].v = 2;
    let error = new_engine().0.replay(&newer, Check::Strict).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedVersion, "{error}");
}

/// A value of the same type, another one.
fn mutate(value: &mut Value, dice: u64) {
    match value {
        Value::Null => *value = Value::from(dice),
        Value::Bool(b) => *b = !*b,
        Value::Number(n) => {
            *value = match (n.as_u64(), dice % 4) {
                (Some(n), 0) => (n ^ 1).into(),
                (Some(_), 1) => u64::MAX.into(),
                (_, 2) => Value::from(-1),
                _ => 0.into(),
            }
        }
        Value::String(text) => match dice % 4 {
            0 => text.clear(),
            1 => text.push('x'),
            2 => *text = "\u{202e}<<<".into(),
            _ => *text = text.chars().rev().collect(),
        },
        Value::Array(items) if dice.is_multiple_of(3) || items.is_empty() => items.push(Value::from(dice)),
        Value::Array(items) if dice % 3 == 1 => drop(items.pop()),
        Value::Array(items) => {
            let at = (dice / 3) as usize % items.len();
            mutate(&mut items[at], dice / 7);
        }
        Value::Object(map) if map.is_empty() => drop(map.insert("x".into(), Value::Null)),
        Value::Object(map) => {
            let at = (dice / 5) as usize % map.len();
            let name = map.keys().nth(at).unwrap().clone();
            if dice.is_multiple_of(5) {
                map.remove(&name);
            } else {
                mutate(map.get_mut(&name).unwrap(), dice / 11);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_logs_never_panic_and_are_never_taken_for_another(
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u64>(), 0..6u8), 1..4),
    ) {
        let engine = new_engine().0;
        let mut log = recorded().clone();
        for (at, dice, how) in hits {
            let at = at.index(log.len());
            match how {
                0 => drop(log.remove(at)),
                1 => log.truncate(at.max(1)),
                2 => log.swap(at, at / 2),
                _ => {
                    let mut value = serde_json::to_value(&log[at]).unwrap();
                    mutate(&mut value, dice);
                    match Record::from_line(value.to_string().as_bytes()) {
                        Ok(record) => log[at] = record,
                        Err(error) => {
                            let kinds = [ErrorKind::LogCorrupt, ErrorKind::UnsupportedVersion];
                            prop_assert!(kinds.contains(&error.kind()), "{}", error);
                        }
                    }
                }
            }
            if log.is_empty() {
                break;
            }
        }
        let report = engine.replay(&log, Check::Strict);
        if let Ok(report) = report
            && report.matches
        {
            // Only inputs may differ without being noticed: what came out of them is what was recorded.
            let decision = Transcript::fold(&log).unwrap().decision().map(|d| d.as_ref().clone());
            prop_assert_eq!(report.decision, decision);
        }
    }
}
