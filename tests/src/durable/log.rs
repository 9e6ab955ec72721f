//! What of a log is the debate, and what only tells of interruptions.

use std::collections::{BTreeMap, BTreeSet};

use aragora_core::debate::{Event, GiveUp, Record};
use serde_json::Value;

/// The log without seqs, times and latencies, without `debate_resumed`, without cancellations of lost turns and
/// without repeated starts of a turn.
#[allow(clippy::expect_used)]
pub fn undisturbed(log: &[Record]) -> Vec<Value> {
    let mut started = BTreeSet::new();
    let kept = log.iter().filter(|record| match &record.event {
        Event::DebateResumed(_) => false,
        Event::TurnCancelled(body) => body.why != GiveUp::OwnerLost,
        Event::TurnStart(body) => started.insert(body.turn.clone()),
        _ => true,
    });
    kept.map(|record| {
        let mut value = serde_json::to_value(record).expect("a record is JSON");
        if let Some(map) = value.as_object_mut() {
            for volatile in ["seq", "at", "latency_ms"] {
                map.remove(volatile);
            }
        }
        value
    })
    .collect()
}

/// How often the owner of each turn was lost while it ran, by request id.
pub fn lost(log: &[Record]) -> BTreeMap<String, usize> {
    let mut ids = BTreeMap::new();
    let mut lost = BTreeMap::new();
    for record in log {
        match &record.event {
            Event::TurnStart(body) => {
                ids.insert(body.turn.clone(), body.request_id.to_string());
            }
            Event::TurnCancelled(body) if body.why == GiveUp::OwnerLost => {
                if let Some(id) = ids.get(&body.turn) {
                    *lost.entry(id.clone()).or_default() += 1;
                }
            }
            _ => {}
        }
    }
    lost
}

/// No recorded turn was asked again: each request id was asked once, and once more for every lost owner at most.
///
/// # Panics
///
/// If one was.
pub fn assert_asked_once(asked: &BTreeMap<String, usize>, log: &[Record], context: &str) {
    let lost = lost(log);
    for (id, times) in asked {
        let allowed = 1 + lost.get(id).copied().unwrap_or(0);
        assert!(*times <= allowed, "{context}: {id} was asked {times} times, {allowed} at most");
    }
    for record in log {
        if let Event::AgentMessage(body) = &record.event {
            let known = asked.keys().any(|id| id.ends_with(&format!("/{}", body.turn)));
            assert!(known, "{context}: turn {} was answered and never asked", body.turn);
        }
    }
}

/// The first place where two lists differ, for a failure that can be read.
///
/// # Panics
///
/// If they differ.
pub fn assert_same(found: &[Value], expected: &[Value], context: &str) {
    let at = found.iter().zip(expected).position(|(a, b)| a != b).unwrap_or(found.len().min(expected.len()));
    let show = |list: &[Value]| list.get(at).map(ToString::to_string);
    assert!(found == expected, "{context}: record {at} is {:?}, expected {:?}", show(found), show(expected));
}
