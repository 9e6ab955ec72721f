//! The breaker's state word under every interleaving: the core's own file, compiled against loom's atomics.

#[allow(dead_code, unreachable_pub, reason = "the core's own file, of which this suite uses a part")]
#[path = "../../../aragora-core/src/agents/target/word.rs"]
mod state_word;

mod atomic {
    pub(super) use loom::sync::atomic::{AtomicU64, Ordering};
}

use loom::sync::Arc;
use loom::sync::atomic::AtomicUsize;
use std::time::Duration;

use state_word::{Admission, Landing, Word};

const NOW: Duration = Duration::from_secs(100);

fn due() -> Word {
    let word = Word::closed();
    assert!(word.trip(Duration::from_secs(60)));
    word
}

/// Two others and this thread.
fn race(act: fn(&Word, &AtomicUsize), rest: fn(&Word, usize)) {
    loom::model(move || {
        let shared = Arc::new((due(), AtomicUsize::new(0)));
        let others: Vec<_> = (0..2)
            .map(|_| {
                let shared = Arc::clone(&shared);
                loom::thread::spawn(move || act(&shared.0, &shared.1))
            })
            .collect();
        act(&shared.0, &shared.1);
        others.into_iter().for_each(|other| other.join().unwrap());
        rest(&shared.0, shared.1.load(atomic::Ordering::SeqCst));
    });
}

#[test]
fn of_racing_callers_one_is_the_probe() {
    let ask = |word: &Word, probes: &AtomicUsize| match word.admit(NOW) {
        Admission::Probe => {
            probes.fetch_add(1, atomic::Ordering::SeqCst);
        }
        met => assert_eq!(met, Admission::Probing),
    };
    race(ask, |word, probes| assert_eq!((probes, word.seen(NOW).0), (1, 1)));
}

#[test]
fn never_are_two_probes_under_way_and_no_slot_is_lost() {
    let ask = |word: &Word, under_way: &AtomicUsize| {
        if word.admit(NOW) == Admission::Probe {
            assert_eq!(under_way.fetch_add(1, atomic::Ordering::Relaxed), 0);
            under_way.fetch_sub(1, atomic::Ordering::Relaxed);
            word.land(Landing::HalfOpen);
        }
    };
    race(ask, |word, _| assert_eq!(word.admit(NOW), Admission::Probe));
}

#[test]
fn a_probe_that_closes_lets_everybody_through_and_one_that_fails_nobody() {
    loom::model(|| {
        let word = Arc::new(due());
        let other = {
            let word = Arc::clone(&word);
            loom::thread::spawn(move || word.admit(NOW))
        };
        let mine = word.admit(NOW);
        if mine == Admission::Probe {
            word.land(Landing::Closed);
        }
        match (mine, other.join().unwrap()) {
            (Admission::Probe, met) => assert!(matches!(met, Admission::Probing | Admission::Pass)),
            (met, Admission::Probe) => assert_eq!(met, Admission::Probing),
            met => panic!("{met:?}: nobody was the probe"),
        }
    });
    loom::model(|| {
        let word = Arc::new(due());
        let until = NOW + Duration::from_secs(60);
        let other = {
            let word = Arc::clone(&word);
            loom::thread::spawn(move || {
                if word.admit(NOW) == Admission::Probe {
                    word.land(Landing::Open(until));
                }
            })
        };
        // A failure of before is no probe's and moves nothing.
        assert!(!word.trip(NOW));
        other.join().unwrap();
        assert_eq!(word.admit(NOW), Admission::Open(Duration::from_secs(60)));
        assert_eq!(word.admit(until), Admission::Probe);
    });
}
