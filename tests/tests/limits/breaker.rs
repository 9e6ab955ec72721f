//! The circuit breaker of a target.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use aragora_core::agents::layers::{Breaker, Call, Layer as _, Policy as _};
use aragora_core::agents::{
    BreakerSettings, BreakerState, CallContext, Delta, Notice, Output, ScriptStep, ScriptedAgent, Target,
    TargetSettings, TokenSink,
};
use aragora_core::clock::ManualClock;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::agents::{agent_id, request};
use aragora_tests::virtual_time::{Stepped, run};
use tokio::sync::oneshot;

use super::{error, ms, secs, target, within};

struct Case {
    clock: ManualClock,
    target: Arc<Target>,
    breaker: Breaker,
}

impl Case {
    fn new(name: &str) -> Self {
        let clock = ManualClock::default();
        let target = target(&clock, name);
        Self { clock, breaker: Breaker::new(&target), target }
    }

    fn with(settings: impl FnOnce(&mut BreakerSettings)) -> Self {
        let case = Self::new("anthropic/m");
        let mut all = TargetSettings::default();
        settings(&mut all.breaker);
        case.target.configure(all).unwrap();
        case
    }

    // A call that ends at once.
    fn call(&self, outcome: Result<()>) -> Result<()> {
        run(&self.clock, self.breaker.run(Call::new(), |_| std::future::ready(outcome.clone())))
    }

    fn fail(&self) -> Error {
        self.call(Err(error(ErrorKind::Overloaded))).unwrap_err()
    }

    fn state(&self) -> BreakerState {
        self.target.breaker_state()
    }

    fn open(&self) {
        while self.state() == BreakerState::Closed {
            self.fail();
        }
    }

    /// A call that ends when told to.
    fn hold(&self) -> (Stepped<'_, Result<()>>, oneshot::Sender<Result<()>>) {
        let (end, ended) = oneshot::channel();
        let ended = std::sync::Mutex::new(Some(ended));
        let work = self.breaker.run(Call::new(), move |_| {
            let ended = ended.lock().unwrap().take().unwrap();
            async move { ended.await.unwrap() }
        });
        let mut work = Stepped::new(work);
        assert!(work.go().is_none(), "the call was not let through");
        (work, end)
    }
}

#[test]
fn three_failures_in_a_minute_open_it_and_nothing_is_sent() {
    let case = Case::new("anthropic/m");
    case.fail();
    case.clock.advance(secs(20));
    case.fail();
    assert_eq!(case.state(), BreakerState::Closed);
    case.clock.advance(secs(20));
    case.fail();
    assert_eq!(case.state(), BreakerState::Open);
    case.clock.advance(secs(25));
    let asked = AtomicUsize::new(0);
    let refused = run(
        &case.clock,
        case.breaker.run(Call::new(), |_| {
            asked.fetch_add(1, Ordering::SeqCst);
            std::future::ready(Ok(()))
        }),
    );
    let refused = refused.unwrap_err();
    assert_eq!((refused.kind(), asked.into_inner()), (ErrorKind::CircuitOpen, 0));
    assert_eq!(refused.retry_after(), Some(secs(35)));
    assert_eq!(refused.context()["opened_by"], "overloaded");
    let seen = case.target.breaker();
    assert_eq!((seen.state, seen.failures, seen.openings, seen.retry_after_ms), (BreakerState::Open, 2, 1, 35_000));
    assert_eq!(seen.opened_by.as_deref(), Some("overloaded"));
    assert_eq!(seen.opened_at.unwrap().to_string(), "2026-01-01T00:00:40.000Z");
}

#[test]
fn openrouter_takes_five_in_two_minutes() {
    let case = Case::new("openrouter/m");
    for _ in 0..4 {
        case.fail();
        case.clock.advance(secs(29));
    }
    assert_eq!(case.state(), BreakerState::Closed);
    case.fail();
    assert_eq!(case.state(), BreakerState::Open);
}

#[test]
fn at_exactly_the_window_the_oldest_failure_no_longer_counts() {
    for (wait, state) in [(ms(59_999), BreakerState::Open), (secs(60), BreakerState::Closed)] {
        let case = Case::new("openai/m");
        case.fail();
        case.fail();
        case.clock.advance(wait);
        case.fail();
        assert_eq!(case.state(), state, "{wait:?}");
    }
}

#[test]
fn successes_do_not_clear_the_window() {
    let case = Case::new("openai/m");
    for _ in 0..3 {
        case.fail();
        let _ = case.call(Ok(()));
    }
    assert_eq!(case.state(), BreakerState::Open);
}

#[test]
fn a_least_share_of_failures_can_be_asked_for() {
    let case = Case::with(|settings| settings.min_failure_ratio = 0.5);
    for _ in 0..4 {
        case.call(Ok(())).unwrap();
    }
    for _ in 0..3 {
        case.fail();
    }
    assert_eq!(case.state(), BreakerState::Closed, "3 of 7");
    case.fail();
    assert_eq!(case.state(), BreakerState::Open, "4 of 8");
}

#[test]
fn what_counts_is_the_tables_and_nothing_else() {
    let counts = |error: &Error| {
        let case = Case::with(|settings| settings.failures = 1);
        let _ = case.call(Err(error.clone()));
        case.state() == BreakerState::Open
    };
    for kind in [ErrorKind::QuotaExhausted, ErrorKind::Unauthenticated, ErrorKind::Timeout, ErrorKind::AgentFailed] {
        assert!(counts(&error(kind)), "{kind:?}");
    }
    for kind in [ErrorKind::InvalidRequest, ErrorKind::Blocked, ErrorKind::QueueFull, ErrorKind::Cancelled] {
        assert!(!counts(&error(kind)), "{kind:?}");
    }
    assert!(counts(&error(ErrorKind::RateLimited)));
    assert!(!counts(&error(ErrorKind::RateLimited).with("local", true)), "our own limit was met, not the provider's");
}

#[test]
fn after_a_minute_one_probe_decides() {
    for (outcome, after) in [
        (Ok(()), BreakerState::Closed),
        (Err(error(ErrorKind::ContextTooLong)), BreakerState::Closed),
        (Err(error(ErrorKind::Transport)), BreakerState::Open),
        (Err(error(ErrorKind::DeadlineExceeded)), BreakerState::HalfOpen),
        (Err(error(ErrorKind::QueueFull)), BreakerState::HalfOpen),
    ] {
        let case = Case::new("anthropic/m");
        case.open();
        case.clock.advance(ms(59_999));
        assert_eq!(case.fail().kind(), ErrorKind::CircuitOpen);
        case.clock.advance(ms(1));
        assert_eq!(case.state(), BreakerState::HalfOpen);
        let (mut probe, end) = case.hold();
        let other = case.fail();
        assert_eq!((other.kind(), other.retry_after()), (ErrorKind::CircuitOpen, Some(secs(1))));
        end.send(outcome.clone()).unwrap();
        assert_eq!(probe.go().unwrap().is_ok(), outcome.is_ok());
        assert_eq!(case.state(), after, "{outcome:?}");
        match after {
            // It closes with an empty window: it takes three again.
            BreakerState::Closed => assert_eq!(case.target.breaker().failures, 0),
            BreakerState::HalfOpen => drop(case.hold()),
            BreakerState::Open => {
                assert_eq!(case.fail().retry_after(), Some(secs(60)));
                assert_eq!(case.target.breaker().opened_by.as_deref(), Some("transport"));
            }
        }
    }
}

#[test]
fn a_dropped_probe_leaves_its_slot_to_the_next() {
    let case = Case::new("anthropic/m");
    case.open();
    case.clock.advance(secs(60));
    for _ in 0..3 {
        let (probe, _end) = case.hold();
        drop(probe);
        assert_eq!(case.state(), BreakerState::HalfOpen);
    }
    case.call(Ok(())).unwrap();
    assert_eq!(case.state(), BreakerState::Closed);
}

#[test]
fn calls_in_flight_when_it_opens_end_normally_and_move_nothing() {
    let case = Case::new("anthropic/m");
    let (mut good, end_good) = case.hold();
    let (mut bad, end_bad) = case.hold();
    case.open();
    case.clock.advance(secs(30));
    end_good.send(Ok(())).unwrap();
    end_bad.send(Err(error(ErrorKind::Transport))).unwrap();
    assert!(good.go().unwrap().is_ok());
    assert_eq!(bad.go().unwrap().unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!((case.state(), case.target.breaker().retry_after_ms), (BreakerState::Open, 30_000));
}

#[test]
fn failures_seen_by_three_agents_of_one_target_add_up() {
    let case = Case::new("openai/m");
    for name in ["a", "b", "c"] {
        let script = ScriptedAgent::new(agent_id(name)).step(ScriptStep::fail(ErrorKind::ProviderError));
        let agent = case.breaker.wrap(Arc::new(script));
        assert_eq!(agent.target().unwrap().id(), case.target.id());
        run(&case.clock, agent.respond(request(name, "?"), Output::none())).unwrap_err();
    }
    assert_eq!(case.state(), BreakerState::Open);
}

#[test]
fn of_64_racing_callers_one_is_the_probe() {
    for _ in 0..50 {
        let case = Case::new("anthropic/m");
        case.open();
        case.clock.advance(secs(60));
        let (barrier, probes) = (Barrier::new(64), AtomicUsize::new(0));
        std::thread::scope(|threads| {
            for _ in 0..64 {
                threads.spawn(|| {
                    let mut call = Stepped::new(case.breaker.run(Call::new(), |_| {
                        probes.fetch_add(1, Ordering::SeqCst);
                        std::future::pending::<Result<()>>()
                    }));
                    barrier.wait();
                    let refused = call.go();
                    assert!(refused.is_none_or(|outcome| outcome.unwrap_err().kind() == ErrorKind::CircuitOpen));
                    // Nobody lets go before everybody has asked.
                    barrier.wait();
                });
            }
        });
        assert_eq!(probes.into_inner(), 1);
        assert_eq!(case.state(), BreakerState::HalfOpen);
    }
}

#[derive(Debug, Default)]
struct Told(std::sync::Mutex<Vec<(BreakerState, u32)>>);

impl TokenSink for Told {
    fn push(&self, _seq: u64, _delta: Delta) {}

    fn notice(&self, notice: &Notice) {
        if let Notice::Breaker { state, failures, .. } = notice {
            self.0.lock().unwrap().push((*state, *failures));
        }
    }
}

#[test]
fn every_change_is_told_once() {
    let case = Case::new("anthropic/m");
    let told = Arc::new(Told::default());
    let call = |outcome: Result<()>| {
        let call = Call::from(CallContext::new().with_output(Output::live(Arc::clone(&told) as Arc<dyn TokenSink>)));
        let _ = run(&case.clock, case.breaker.run(call, |_| std::future::ready(outcome.clone())));
    };
    for _ in 0..4 {
        call(Err(error(ErrorKind::Transport)));
    }
    case.clock.advance(secs(60));
    call(Err(error(ErrorKind::Cancelled)));
    call(Err(error(ErrorKind::Transport)));
    case.clock.advance(secs(60));
    call(Ok(()));
    let (open, half, closed) = (BreakerState::Open, BreakerState::HalfOpen, BreakerState::Closed);
    assert_eq!(*told.0.lock().unwrap(), [(open, 3), (half, 0), (open, 1), (half, 0), (closed, 0)]);
}

#[test]
fn a_late_or_cancelled_call_takes_no_probe() {
    let case = Case::new("anthropic/m");
    case.open();
    case.clock.advance(secs(60));
    let late = Call::from(CallContext::new().with_deadline(within(&case.clock, ms(0))));
    let refused = run(&case.clock, case.breaker.run(late, |_| std::future::ready(Ok(()))));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
    let cancelled = Call::new();
    cancelled.cancel.cancel();
    let refused = run(&case.clock, case.breaker.run(cancelled, |_| std::future::ready(Ok(()))));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(case.state(), BreakerState::HalfOpen);
}
