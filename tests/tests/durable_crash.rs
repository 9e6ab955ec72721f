//! Engines die, stores fail, owners change: nothing recorded is lost, asked again or decided otherwise.

use aragora_core::clock::ManualClock;
use aragora_tests::durable::cases::{DebateCase, cases, critique_3x3};
use aragora_tests::durable::stores::{DirectoryStores, FileStores, MemoryStores};
use aragora_tests::durable::{crash, faults, owners};
use aragora_tests::embedded::scratch;

fn memory() -> (MemoryStores, ManualClock) {
    let clock = ManualClock::default();
    (MemoryStores(clock.clone()), clock)
}

// Two threads: each has its own world.
fn everywhere(check: impl Fn(&DebateCase) + Sync) {
    std::thread::scope(|scope| {
        for some in cases().chunks(6) {
            let (check, some) = (&check, some.to_vec());
            scope.spawn(move || some.iter().for_each(check));
        }
    });
}

#[test]
fn a_debate_killed_around_any_append_ends_as_if_nothing_happened() {
    everywhere(|case| {
        let (stores, clock) = memory();
        crash::dies_at_every_append(&stores, &clock, case);
    });
}

#[test]
fn a_debate_in_a_file_killed_around_any_append_ends_as_if_nothing_happened() {
    let root = scratch();
    let clock = ManualClock::default();
    crash::dies_at_every_append(&FileStores::new(root.path(), clock.clone()), &clock, &critique_3x3());
}

#[test]
fn a_debate_in_redb_killed_around_any_append_ends_as_if_nothing_happened() {
    let root = scratch();
    let clock = ManualClock::default();
    let stores = DirectoryStores::new("redb", root.path(), clock.clone());
    crash::dies_at_every_append(&stores, &clock, &critique_3x3());
    crash::dies_while_cancelling(&stores, &clock, &critique_3x3());
}

fn redb_fails(way: usize) {
    let root = scratch();
    let clock = ManualClock::default();
    let stores = DirectoryStores::new("redb", root.path(), clock.clone());
    faults::fails_in_one_way(&stores, &clock, &critique_3x3(), way);
}

#[test]
fn a_debate_stops_where_redb_fails_before_an_append() {
    redb_fails(0);
}

#[test]
fn a_debate_looks_up_what_became_of_an_append_whose_answer_redb_lost() {
    redb_fails(1);
}

#[test]
fn a_debate_stops_where_redb_fails_for_good() {
    redb_fails(2);
}

#[cfg(feature = "sled")]
#[test]
fn a_debate_in_sled_killed_around_any_append_ends_as_if_nothing_happened() {
    let root = scratch();
    let clock = ManualClock::default();
    crash::dies_at_every_append(&DirectoryStores::new("sled", root.path(), clock.clone()), &clock, &critique_3x3());
}

#[test]
fn a_debate_killed_while_it_is_cancelled_goes_on_or_has_ended() {
    for case in cases().into_iter().filter(|case| !case.racing) {
        let (stores, clock) = memory();
        crash::dies_while_cancelling(&stores, &clock, &case);
    }
}

#[test]
fn a_failing_store_stops_a_debate_where_it_is_and_lost_answers_are_looked_up() {
    everywhere(|case| {
        let (stores, clock) = memory();
        faults::fails_at_every_append(&stores, &clock, case);
    });
}

#[test]
fn of_two_owners_the_one_whose_lease_lapsed_stops_and_asks_nobody() {
    let (stores, clock) = memory();
    owners::the_loser_stops(&stores, &clock, &critique_3x3());
}
