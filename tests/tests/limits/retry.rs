//! Repeats on the same target.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::layers::{Call, Decision, Decisions, Layer as _, Policy as _, Retry, RetrySettings};
use aragora_core::agents::{
    CallContext, Delta, Notice, Output, PartialReply, ScriptEnd, ScriptStep, ScriptedAgent, Target, TargetId, TokenSink,
};
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::telemetry::Parts;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::agents::{Heard, agent_id, request};
use aragora_tests::virtual_time::{Same, Stepped, run};
use proptest::prelude::*;

use super::{error, ms, secs, target, within};

/// Runs until it ends; when each attempt began, and how it ended.
fn attempts(clock: &ManualClock, retry: &Retry, call: Call, error: &Error) -> (Vec<Duration>, Result<()>) {
    let began = Mutex::new(Vec::new());
    let start = clock.monotonic();
    let outcome = run(
        clock,
        retry.run(call, |_| {
            began.lock().unwrap().push(clock.monotonic() - start);
            std::future::ready(Err(error.clone()))
        }),
    );
    (began.into_inner().unwrap(), outcome)
}

fn with_random(byte: u8) -> (ManualClock, Arc<Target>) {
    let clock = ManualClock::default();
    let parts = Parts::new(Arc::new(clock.clone()), Arc::new(Same(byte)));
    let target = Target::new(TargetId::new("openai/m"), parts);
    (clock, target)
}

#[test]
fn pauses_double_and_are_cut_by_up_to_half() {
    let busy = error(ErrorKind::Overloaded);
    let settings = |most| {
        let mut settings = RetrySettings::default();
        settings.most = most;
        settings
    };
    let (clock, target) = with_random(255);
    let (began, outcome) = attempts(&clock, &Retry::new(&target), Call::new(), &busy);
    assert_eq!(began, [ms(0), ms(500), ms(1_500)]);
    assert_eq!(outcome.unwrap_err(), busy);
    let (clock, target) = with_random(255);
    let (began, _) = attempts(&clock, &Retry::new(&target).with_settings(settings(7)), Call::new(), &busy);
    let pauses: Vec<Duration> = began.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses, [ms(500), secs(1), secs(2), secs(4), secs(8), secs(8), secs(8)]);
    let (clock, target) = with_random(0);
    let (began, _) = attempts(&clock, &Retry::new(&target), Call::new(), &busy);
    assert_eq!(began, [ms(0), ms(250), ms(750)]);
}

#[test]
fn a_hint_is_kept_and_exceeded_by_at_most_a_tenth_or_a_second() {
    for (hint, most) in [(secs(2), ms(2_200)), (secs(30), secs(31)), (secs(60), secs(61))] {
        let limited = error(ErrorKind::RateLimited).retry_after_of(hint);
        for (byte, pause) in [(0, hint), (255, most)] {
            let (clock, target) = with_random(byte);
            let (began, _) = attempts(&clock, &Retry::new(&target), Call::new(), &limited);
            assert_eq!(began, [ms(0), pause, pause * 2]);
        }
    }
}

#[test]
fn it_gives_up_at_once_where_waiting_is_pointless() {
    let clock = ManualClock::default();
    let retry = Retry::new(&target(&clock, "openai/m"));
    let long = error(ErrorKind::RateLimited).retry_after_of(ms(60_001));
    assert_eq!(attempts(&clock, &retry, Call::new(), &long).0, [ms(0)]);
    let hinted = error(ErrorKind::RateLimited).retry_after_of(secs(5));
    let (began, outcome) =
        attempts(&clock, &retry, Call::from(CallContext::new().with_deadline(within(&clock, secs(5)))), &hinted);
    assert_eq!(began, [ms(0)], "the next attempt would begin at the deadline");
    assert_eq!(outcome.unwrap_err(), hinted, "the failure itself, not the deadline");
    assert_eq!(clock.monotonic(), ms(0), "nobody waited");
}

#[test]
fn the_kind_decides_and_the_provider_overrides() {
    let tries = |error: &Error| {
        let clock = ManualClock::default();
        attempts(&clock, &Retry::new(&target(&clock, "openai/m")), Call::new(), error).0.len()
    };
    for kind in [ErrorKind::Timeout, ErrorKind::Transport, ErrorKind::ProviderError, ErrorKind::Interrupted] {
        assert_eq!(tries(&error(kind)), 3, "{kind:?}");
    }
    assert_eq!(tries(&error(ErrorKind::MalformedResponse)), 2);
    for kind in [ErrorKind::QuotaExhausted, ErrorKind::Unauthenticated, ErrorKind::QueueFull, ErrorKind::EmptyReply] {
        assert_eq!(tries(&error(kind)), 1, "{kind:?}");
    }
    assert_eq!(tries(&error(ErrorKind::ProviderError).retryable_if(false)), 1);
    assert_eq!(tries(&error(ErrorKind::InvalidRequest).retryable_if(true)), 3);
    let clock = ManualClock::default();
    let moved = Decisions::default()
        .with(ErrorKind::Transport, Decision::new(aragora_core::agents::layers::Again::No, true, true));
    let retry = Retry::new(&target(&clock, "openai/m")).with_decisions(Arc::new(moved));
    assert_eq!(attempts(&clock, &retry, Call::new(), &error(ErrorKind::Transport)).0.len(), 1);
}

#[test]
fn text_that_stays_shown_is_not_shown_again() {
    let broken = ScriptStep::stream_then_fail(["Half", " a"], ErrorKind::Interrupted);
    let script = || ScriptedAgent::new(agent_id("a")).step(broken.clone()).step(ScriptStep::stream(["Whole", "."]));
    let clock = ManualClock::default();
    let retry = Retry::new(&target(&clock, "openai/m"));

    let heard = Heard::new();
    let agent = retry.wrap(Arc::new(script()));
    let asked = agent.respond(request("r", "?"), Output::live(heard.clone()));
    assert_eq!(run(&clock, asked).unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!((heard.text().as_str(), clock.monotonic()), ("Half a", ms(0)));

    let heard = Heard::new();
    let agent = retry.wrap(Arc::new(script()));
    let asked = agent.respond(request("r", "?"), Output::resettable(heard.clone()));
    assert_eq!(run(&clock, asked).unwrap().text, "Whole.");
    assert_eq!(heard.text(), "Whole.");
    assert_eq!(heard.pieces().iter().filter(|(_, delta)| *delta == Delta::Reset).count(), 1);
}

#[test]
fn the_partial_reply_comes_with_the_failure() {
    let clock = ManualClock::default();
    let agent = aragora_core::agents::FnAgent::new(agent_id("a"), |_, output: Output| async move {
        output.text("Half");
        let partial = aragora_core::agents::AgentReply::text("Half");
        Err::<String, _>(PartialReply::attach(Error::new(ErrorKind::Interrupted, "cut"), partial))
    });
    let agent = Retry::new(&target(&clock, "openai/m")).wrap(Arc::new(agent));
    let asked = agent.respond(request("r", "?"), Output::live(Heard::new()));
    assert_eq!(PartialReply::of(&run(&clock, asked).unwrap_err()).unwrap().text, "Half");
}

#[test]
fn ten_repeats_are_all_there_is_until_first_attempts_earn_more() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let retry = Retry::new(&target);
    let count = |calls: usize| {
        (0..calls)
            .map(|_| attempts(&clock, &retry, Call::new(), &error(ErrorKind::Transport)).0.len() - 1)
            .sum::<usize>()
    };
    assert_eq!(count(5), 10, "nothing is earned while it is full, 0.2 per call afterwards");
    assert_eq!(count(20), 4, "a fifth of a repeat per first attempt");
    assert!(target.rate_limits().retries_left < 1.0);
    for _ in 0..100 {
        run(&clock, retry.run(Call::new(), |_| std::future::ready(Ok(())))).unwrap();
    }
    assert!((target.rate_limits().retries_left - 10.0).abs() < f64::EPSILON, "and never more than ten");
}

#[test]
fn a_pause_ends_at_once_with_the_call_and_its_repeat_is_given_back() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let retry = Retry::new(&target);
    let fails = |_| std::future::ready(Err::<(), _>(error(ErrorKind::Transport)));
    let left = || target.rate_limits().retries_left;
    let call = Call::new();
    let mut cancelled = Stepped::new(retry.run(call.clone(), fails));
    assert!(cancelled.go().is_none());
    assert!((left() - 9.0).abs() < 1e-9);
    call.cancel.cancel();
    assert_eq!(cancelled.go().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    let mut dropped = Stepped::new(retry.run(Call::new(), fails));
    assert!(dropped.go().is_none());
    drop(dropped);
    assert!((left() - 10.0).abs() < 1e-9, "{}", left());
    assert_eq!((clock.sleepers(), clock.monotonic()), (0, ms(0)));
}

#[derive(Debug, Default)]
struct Told(Mutex<Vec<Notice>>);

impl TokenSink for Told {
    fn push(&self, _seq: u64, _delta: Delta) {}

    fn notice(&self, notice: &Notice) {
        self.0.lock().unwrap().push(notice.clone());
    }
}

#[test]
fn every_repeat_is_told() {
    let clock = ManualClock::default();
    let told = Arc::new(Told::default());
    let retry = Retry::new(&target(&clock, "openai/m"));
    let call = Call::from(CallContext::new().with_output(Output::live(Arc::clone(&told) as Arc<dyn TokenSink>)));
    let tries = AtomicU32::new(0);
    let outcome = run(
        &clock,
        retry.run(call, |call| {
            let number = tries.fetch_add(1, Ordering::SeqCst) + 1;
            assert_eq!(call.attempt, number);
            std::future::ready(if number == 2 { Ok(()) } else { Err(error(ErrorKind::Overloaded)) })
        }),
    );
    outcome.unwrap();
    let code = "overloaded";
    assert_eq!(
        *told.0.lock().unwrap(),
        [Notice::Failed { attempt: 1, code }, Notice::Retry { attempt: 2, code, delay: ms(250) }]
    );
}

#[test]
fn an_agent_is_asked_again_with_the_same_request() {
    let clock = ManualClock::default();
    let script = ScriptedAgent::new(agent_id("a"))
        .step(ScriptStep::fail(ErrorKind::Overloaded))
        .step(ScriptStep::reply("Yes."))
        .at_end(ScriptEnd::Error);
    let agent = Retry::new(&target(&clock, "openai/m")).wrap(Arc::new(script.clone()));
    let reply = run(&clock, agent.respond(request("turn-1", "Well?"), Output::none())).unwrap();
    assert_eq!((reply.text.as_str(), reply.latency.total), ("Yes.", ms(250)));
    let asked = script.requests();
    assert_eq!(asked.iter().map(|request| request.id.as_str()).collect::<Vec<_>>(), ["turn-1", "turn-1"]);
}

proptest! {
    #[test]
    fn repeats_never_exceed_ten_and_a_fifth_of_first_attempts(runs in prop::collection::vec((0_u32..4, any::<bool>()), 1..200)) {
        let clock = ManualClock::default();
        let target = target(&clock, "openai/m");
        let mut settings = RetrySettings::default();
        settings.most = 5;
        let retry = Retry::new(&target).with_settings(settings);
        let (mut first, repeats) = (0, AtomicU32::new(0));
        for (failures, cancelled) in runs {
            first += 1;
            let call = Call::new();
            let mut running = Stepped::new(retry.run(call.clone(), |call| {
                if call.attempt > 1 {
                    repeats.fetch_add(1, Ordering::SeqCst);
                }
                std::future::ready(if call.attempt > failures { Ok(()) } else { Err(error(ErrorKind::Transport)) })
            }));
            while running.go().is_none() {
                if cancelled {
                    call.cancel.cancel();
                } else {
                    prop_assert!(clock.advance_to_next());
                }
            }
            let repeats = f64::from(repeats.load(Ordering::SeqCst));
            prop_assert!(repeats <= 10.0 + 0.2 * f64::from(first) + 1e-9, "{} after {}", repeats, first);
        }
    }
}
