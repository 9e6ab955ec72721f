//! Whether a history can have been.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Call, Did};

/// What a key holds after this call if it held `state` before; `None` if the call cannot have come then.
fn step(did: Did, state: Option<u64>) -> Option<Option<u64>> {
    match did {
        Did::Read(found) => (found == state).then_some(state),
        Did::Wrote(value) => Some(Some(value)),
        Did::Swapped(expected, new, true) => (expected == state).then_some(new),
        Did::Swapped(expected, _, false) => (expected != state).then_some(state),
        Did::Took(taken) => (taken == state).then_some(None),
    }
}

/// Keys, or the first one whose calls no order explains in which each takes effect between being made and answered.
/// The search of Wing and Gong with the memory of Lowe (2017): configurations seen once are not gone through again.
pub fn linearizable(calls: &[Call]) -> Result<usize, u64> {
    let mut keys: BTreeMap<u64, Vec<Call>> = BTreeMap::new();
    for call in calls {
        keys.entry(call.key).or_default().push(*call);
    }
    for (key, calls) in &mut keys {
        calls.sort_by_key(|call| call.from);
        if !explained(calls) {
            return Err(*key);
        }
    }
    Ok(keys.len())
}

/// Calls in the order in which they were made: those before the first are done, of those from it on the marked ones.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Configuration {
    first: usize,
    done: Vec<bool>,
    state: Option<u64>,
}

fn explained(calls: &[Call]) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![Configuration { first: 0, done: Vec::new(), state: None }];
    while let Some(now) = open.pop() {
        if now.first == calls.len() {
            return true;
        }
        let is_done = |at: usize| now.done.get(at - now.first).copied().unwrap_or(false);
        let waiting = || (now.first..calls.len()).filter(|at| !is_done(*at));
        // Whatever was made after another was answered came after it.
        let Some(answered) = waiting().filter_map(|at| calls.get(at)).map(|call| call.to).min() else { return true };
        let mut next: Vec<(u64, Configuration)> = Vec::new();
        for at in waiting() {
            let Some(call) = calls.get(at) else { break };
            if call.from > answered {
                break;
            }
            let Some(state) = step(call.did, now.state) else { continue };
            let mut done = now.done.clone();
            done.resize(done.len().max(at - now.first + 1), false);
            if let Some(mark) = done.get_mut(at - now.first) {
                *mark = true;
            }
            let over = done.iter().take_while(|done| **done).count();
            done.drain(..over);
            next.push((call.to, Configuration { first: now.first + over, done, state }));
        }
        // The one that was answered first most likely came first.
        next.sort_by_key(|(to, _)| std::cmp::Reverse(*to));
        for (_, configuration) in next {
            if seen.insert(configuration.clone()) {
                open.push(configuration);
            }
        }
    }
    false
}

/// Each row was replaced by one of those who had read it; how often somebody else came first.
///
/// # Errors
///
/// The key and the value that two replaced.
pub fn one_winner_each(calls: &[Call]) -> Result<usize, (u64, u64)> {
    let mut won = BTreeSet::new();
    let mut lost = 0;
    for call in calls {
        match call.did {
            Did::Swapped(Some(expected), _, true) if !won.insert((call.key, expected)) => {
                return Err((call.key, expected));
            }
            Did::Swapped(_, _, false) => lost += 1,
            _ => {}
        }
    }
    Ok(lost)
}

/// Every ticket up to this number was taken by one or is still there.
///
/// # Errors
///
/// The ones that were not.
pub fn taken_once(taken: &[u64], left: &[u64], all: u64) -> Result<(), Vec<u64>> {
    let mut times: BTreeMap<u64, usize> = (0..all).map(|ticket| (ticket, 0)).collect();
    for ticket in taken.iter().chain(left) {
        *times.entry(*ticket).or_default() += 1;
    }
    let wrong: Vec<u64> = times.into_iter().filter(|(_, times)| *times != 1).map(|(ticket, _)| ticket).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
