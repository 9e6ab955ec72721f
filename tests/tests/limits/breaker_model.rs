//! The breaker equals a small reference model over random schedules.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::layers::{Breaker, Call, Policy as _};
use aragora_core::agents::{BreakerSettings, BreakerState, TargetSettings};
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::{ErrorKind, Result};
use aragora_tests::virtual_time::Stepped;
use proptest::prelude::*;
use tokio::sync::oneshot;

use super::{error, target};

/// What the specification says, in as few words as possible.
struct Model {
    settings: BreakerSettings,
    failures: Vec<Duration>,
    answers: Vec<Duration>,
    open_until: Option<Duration>,
    probing: bool,
}

impl Model {
    /// `Ok(probe)`, or the hint of `circuit_open`.
    fn ask(&mut self, now: Duration) -> Result<bool, Duration> {
        match self.open_until {
            None => Ok(false),
            Some(until) if now < until => Err(until - now),
            Some(_) if self.probing => Err(Duration::from_secs(1)),
            Some(_) => {
                self.probing = true;
                Ok(true)
            }
        }
    }

    /// `Some(true)` a failure, `Some(false)` an answer, `None` no verdict.
    fn end(&mut self, probe: bool, verdict: Option<bool>, now: Duration) {
        let again = now + self.settings.open_for;
        if probe {
            self.probing = false;
            match verdict {
                Some(true) => self.open_until = Some(again),
                Some(false) => (self.open_until, self.failures, self.answers) = (None, vec![], vec![]),
                None => {}
            }
        } else if let (None, Some(failed)) = (self.open_until, verdict) {
            (if failed { &mut self.failures } else { &mut self.answers }).push(now);
            let lately = |all: &[Duration]| all.iter().filter(|at| now - **at < self.settings.window).count();
            let (failures, answers) = (lately(&self.failures), lately(&self.answers));
            let share = failures as f64 / (failures + answers) as f64;
            if failed && failures >= self.settings.failures as usize && share >= self.settings.min_failure_ratio {
                self.open_until = Some(again);
            }
        }
    }

    fn state(&self, now: Duration) -> BreakerState {
        match self.open_until {
            None => BreakerState::Closed,
            Some(until) if now < until => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }
}

#[derive(Clone, Debug)]
enum Op {
    Wait(u64),
    Ask,
    /// Ends one of the calls in flight.
    End(prop::sample::Index, ErrorKind),
    Answer(prop::sample::Index),
    Drop(prop::sample::Index),
}

/// A call, how to end it, and whether it is the probe.
type InFlight<'a> = (Stepped<'a, Result<()>>, oneshot::Sender<Result<()>>, bool);

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let which = any::<prop::sample::Index>;
    let kinds = prop::sample::select(vec![
        ErrorKind::Overloaded,
        ErrorKind::Transport,
        ErrorKind::RateLimited,
        ErrorKind::Blocked,
        ErrorKind::Cancelled,
        ErrorKind::QueueFull,
    ]);
    // Waits that meet the edges of window and opening again and again.
    let waits = prop::sample::select(vec![0, 1, 999, 1_000, 1_500, 2_000, 3_000]);
    let op = prop_oneof![
        3 => waits.prop_map(Op::Wait),
        5 => Just(Op::Ask),
        5 => (which(), kinds).prop_map(|(index, kind)| Op::End(index, kind)),
        2 => which().prop_map(Op::Answer),
        1 => which().prop_map(Op::Drop),
    ];
    prop::collection::vec(op, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_breaker_equals_the_model(ops in ops(), failures in 1_u32..4, ratio in prop::sample::select(vec![0.0, 0.5, 0.75])) {
        let clock = ManualClock::default();
        let target = target(&clock, "anthropic/m");
        let mut settings = TargetSettings::default();
        settings.breaker.failures = failures;
        settings.breaker.min_failure_ratio = ratio;
        settings.breaker.window = Duration::from_secs(2);
        settings.breaker.open_for = Duration::from_secs(3);
        target.configure(settings.clone()).unwrap();
        let breaker = Breaker::new(&target);
        let mut model = Model {
            settings: settings.breaker, failures: vec![], answers: vec![], open_until: None, probing: false,
        };
        let mut calls: Vec<InFlight<'_>> = Vec::new();
        for op in ops {
            let now = clock.monotonic();
            match op {
                Op::Wait(millis) => clock.advance(Duration::from_millis(millis)),
                Op::Ask => {
                    let (end, ended) = oneshot::channel();
                    let ended = Arc::new(Mutex::new(Some(ended)));
                    let mut call = Stepped::new(breaker.run(Call::new(), move |_| {
                        let ended = ended.lock().unwrap().take().unwrap();
                        async move { ended.await.unwrap() }
                    }));
                    match (call.go(), model.ask(now)) {
                        (None, Ok(probe)) => calls.push((call, end, probe)),
                        (Some(Err(refused)), Err(hint)) => {
                            prop_assert_eq!(refused.kind(), ErrorKind::CircuitOpen);
                            prop_assert_eq!(refused.retry_after(), Some(hint));
                        }
                        (found, expected) => prop_assert!(false, "{:?}, expected {:?}", found, expected),
                    }
                }
                Op::End(index, _) | Op::Answer(index) | Op::Drop(index) if !calls.is_empty() => {
                    let (mut call, end, probe) = calls.swap_remove(index.index(calls.len()));
                    let (outcome, verdict) = match op {
                        Op::End(_, kind) => {
                            let verdict = match kind {
                                ErrorKind::Blocked => Some(false),
                                ErrorKind::Cancelled | ErrorKind::QueueFull => None,
                                _ => Some(true),
                            };
                            (Some(Err(error(kind))), verdict)
                        }
                        Op::Answer(_) => (Some(Ok(())), Some(false)),
                        _ => (None, None),
                    };
                    match outcome {
                        Some(outcome) => {
                            end.send(outcome).unwrap();
                            prop_assert!(call.go().is_some());
                        }
                        None => drop(call),
                    }
                    model.end(probe, verdict, now);
                }
                _ => {}
            }
            prop_assert_eq!(target.breaker_state(), model.state(clock.monotonic()));
        }
    }
}
