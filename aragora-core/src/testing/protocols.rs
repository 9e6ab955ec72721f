//! The contract of [`DebateProtocol`] as a suite that any implementation can run: whole debates are played without
//! engine, clock or agents, over generated replies, refusals and failures, and every call of the protocol is checked.

mod checked;
mod play;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use play::{Failing, Scenario, play};

use crate::protocols::DebateProtocol;

/// Debates with random replies and failures beside those in which a fixed set of seats always fails.
const RANDOM_DEBATES: u64 = 8;

/// Plays the suite's debates and panics at the first broken line of the contract. The factory makes the protocol
/// under test, always with the same parameters.
///
/// Checked are: purity (asked twice, asked of another instance, asked after a serde round trip of the transcript),
/// an end within the planned calls, no ask to an absent or benched seat, only visible messages in `shown`, turn ids
/// of their own, survival of any set of failing seats, and no panic or error on any legal transcript.
///
/// # Panics
///
/// With a sentence that names what was broken and the debate it was broken in.
pub fn protocol_suite(factory: impl Fn() -> Arc<dyn DebateProtocol>) {
    let fault = protocol_fault(factory);
    assert!(fault.is_none(), "{}", fault.unwrap_or_default());
}

/// As [`protocol_suite`], but says what is broken instead of panicking.
pub fn protocol_fault(factory: impl Fn() -> Arc<dyn DebateProtocol>) -> Option<String> {
    scenarios(factory().as_ref()).into_iter().find_map(|scenario| {
        let played = catch_unwind(AssertUnwindSafe(|| play(&factory, &scenario)));
        let fault = match played {
            Ok(result) => result.err()?,
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                format!("it panicked: {}", text.unwrap_or_default())
            }
        };
        Some(format!("{fault} (in {scenario:?})"))
    })
}

fn scenarios(protocol: &dyn DebateProtocol) -> Vec<Scenario> {
    let info = protocol.describe();
    let least = info.min_seats.max(1);
    let sizes: Vec<usize> = [least, 4].into_iter().filter(|n| (least..=info.max_seats).contains(n)).collect();
    let mut all = Vec::new();
    for (i, seats) in sizes.iter().copied().enumerate() {
        // Every subset of seats that never answer, from nobody to everybody.
        let subsets = (0..1u64 << seats.min(4)).map(Failing::Always);
        let random = (0..RANDOM_DEBATES / sizes.len() as u64).map(|percent| Failing::Sometimes(percent * 20));
        for (k, failing) in subsets.chain(random).enumerate() {
            let seed = (i * 1_000 + k) as u64;
            all.push(Scenario { seats, rounds: 1 + seed as u32 % 3, seed, failing });
        }
    }
    all
}
