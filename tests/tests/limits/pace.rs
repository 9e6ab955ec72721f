//! Our own limits per minute, and what providers say about theirs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::layers::{Call, Concurrency, Layer as _, Policy as _, RateLimit};
use aragora_core::agents::{CallContext, Delta, Notice, Output, Target, TargetSettings, TokenSink, Usage};
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::http::Headers;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::agents::request;
use aragora_tests::virtual_time::{Stepped, run};

use super::wired::{Exchange, Wired};
use super::{error, ms, secs, target, within};

fn limited(clock: &ManualClock, requests: Option<u32>, tokens: Option<u32>) -> Arc<Target> {
    let target = target(clock, "openai/m");
    let mut settings = TargetSettings::default();
    (settings.requests_per_minute, settings.tokens_per_minute) = (requests, tokens);
    target.configure(settings).unwrap();
    target
}

fn observe(target: &Target, fields: &[(&str, &str)]) {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.set(name, *value);
    }
    target.observe(target.provider(), &headers);
}

/// Makes one call and says how long it was held back.
fn held(clock: &ManualClock, target: &Arc<Target>, call: Call) -> Result<Duration> {
    let began = clock.monotonic();
    run(clock, RateLimit::new(target).run(call, |_| std::future::ready(Ok(clock.monotonic() - began))))
}

fn tokens(input: u64, output: u64) -> Call {
    Call::new().with_tokens(input, output)
}

#[test]
fn a_sixth_of_the_limit_passes_at_once_and_the_rest_evenly() {
    let clock = ManualClock::default();
    let target = limited(&clock, Some(18), None);
    let waits: Vec<_> = (0..5).map(|_| held(&clock, &target, Call::new()).unwrap()).collect();
    let third = Duration::from_nanos(3_333_333_334);
    assert_eq!(waits[..3], [ms(0), ms(0), ms(0)]);
    assert!(waits[3] == third && waits[4] <= third, "{waits:?}");
    let target = limited(&clock, Some(1), None);
    assert_eq!(held(&clock, &target, Call::new()).unwrap(), ms(0), "at least one");
    assert_eq!(held(&clock, &target, Call::new()).unwrap(), secs(60));
}

#[test]
fn tokens_are_charged_as_estimated_and_corrected_by_what_was_used() {
    let clock = ManualClock::default();
    let target = limited(&clock, None, Some(6_000));
    let used = |tokens_used: u64| {
        let began = clock.monotonic();
        run(
            &clock,
            RateLimit::new(&target).run(tokens(200, 800), |call| {
                call.used(tokens_used);
                std::future::ready(Ok(clock.monotonic() - began))
            }),
        )
        .unwrap()
    };
    // A bucket of 1,000 that gets 100 a second.
    assert_eq!(used(300), ms(0));
    assert_eq!(used(1_000), secs(3), "700 were given back");
    assert_eq!(used(1_500), secs(10));
    assert_eq!(used(0), secs(15), "500 more than charged were taken");
    assert_eq!(used(0), secs(0));
}

#[test]
fn a_call_larger_than_the_bucket_waits_for_a_full_one_and_is_paid_off() {
    let clock = ManualClock::default();
    let target = limited(&clock, None, Some(6_000));
    assert_eq!(held(&clock, &target, tokens(1_000, 3_000)).unwrap(), ms(0));
    assert_eq!(held(&clock, &target, tokens(0, 100)).unwrap(), secs(31));
}

#[test]
fn waiting_is_first_come_first_served_also_for_small_calls() {
    let clock = ManualClock::default();
    let target = limited(&clock, None, Some(6_000));
    let (limit, order) = (RateLimit::new(&target), Mutex::new(Vec::new()));
    let call = |name: usize, need: u64| {
        let order = &order;
        limit.run(tokens(need, 0), move |_| {
            order.lock().unwrap().push(name);
            std::future::ready(Ok(()))
        })
    };
    let mut calls: Vec<_> = [1_000, 900, 1, 500, 1]
        .into_iter()
        .enumerate()
        .map(|(name, need)| {
            let mut call = Stepped::new(call(name, need));
            (call.go().is_some(), call)
        })
        .collect();
    assert_eq!(target.rate_limits().queued, 4);
    while calls.iter().any(|(done, _)| !done) {
        // Polled last first, and until nobody moves: who is polled first must not matter.
        while calls.iter().any(|(done, call)| !done && call.is_woken()) {
            for (done, call) in calls.iter_mut().rev().filter(|(done, _)| !done) {
                *done = call.go().is_some();
            }
        }
        assert!(clock.advance_to_next() || calls.iter().all(|(done, _)| *done));
    }
    assert!(calls.iter().all(|(done, _)| *done));
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_wait_of_more_than_a_minute_or_past_the_deadline_is_refused_at_once() {
    let clock = ManualClock::default();
    let target = limited(&clock, Some(1), None);
    held(&clock, &target, Call::new()).unwrap();
    clock.advance(ms(1));
    let within_a_minute =
        held(&clock, &target, Call::from(CallContext::new().with_deadline(within(&clock, ms(59_999))))).unwrap_err();
    assert_eq!(within_a_minute.kind(), ErrorKind::RateLimited);
    let limit = RateLimit::new(&target);
    let mut first = Stepped::new(limit.run(Call::new(), |_| std::future::ready(Ok(()))));
    assert!(first.go().is_none());
    let refused = held(&clock, &target, Call::new()).unwrap_err();
    assert_eq!((refused.kind(), refused.retry_after()), (ErrorKind::RateLimited, Some(ms(119_999))));
    assert_eq!((refused.context()["local"].as_str(), clock.monotonic()), ("true", ms(1)));
    assert_eq!(target.rate_limits().queued, 1, "who is refused does not join");
    clock.advance(ms(59_999));
    assert!(first.go().unwrap().is_ok());
}

#[test]
fn what_was_not_sent_is_charged_nothing() {
    let clock = ManualClock::default();
    let target = limited(&clock, Some(6), None);
    let limit = RateLimit::new(&target);
    let full =
        || run(&clock, limit.run(Call::new(), |_| std::future::ready(Err::<(), _>(error(ErrorKind::QueueFull)))));
    for _ in 0..3 {
        assert_eq!(full().unwrap_err().kind(), ErrorKind::QueueFull);
    }
    // Dropped before anything is sent.
    let agent = || {
        let wired = Wired::new(&clock, [Exchange::answers(1_000, 0, "x")]);
        limit.wrap(Arc::new(wired))
    };
    let unsent = agent();
    let mut asked = Stepped::new(unsent.respond(request("r", "?"), Output::none()));
    assert!(asked.once().is_none());
    drop(asked);
    assert_eq!(held(&clock, &target, Call::new()).unwrap(), ms(0), "the one place is free");
    // Sent: kept, however it ends.
    clock.advance(secs(10));
    let sent = agent();
    let mut asked = Stepped::new(sent.respond(request("r", "?"), Output::none()));
    assert!(asked.go().is_none());
    drop(asked);
    assert_eq!(held(&clock, &target, Call::new()).unwrap(), secs(10));
    clock.advance(secs(10));
    let failed = run(&clock, limit.run(Call::new(), |_| std::future::ready(Err::<(), _>(error(ErrorKind::Transport)))));
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(held(&clock, &target, Call::new()).unwrap(), secs(10));
}

#[test]
fn a_call_with_a_place_in_flight_counts_as_sent() {
    // Around an agent of the host that keeps no ledger.
    let clock = ManualClock::default();
    let target = limited(&clock, Some(6), None);
    let (limit, gate) = (RateLimit::new(&target), Concurrency::new(&target));
    let mut asked =
        Stepped::new(limit.run(Call::new(), |call| gate.run(call, |_| std::future::pending::<Result<()>>())));
    assert!(asked.go().is_none());
    drop(asked);
    assert_eq!(held(&clock, &target, Call::new()).unwrap(), secs(10));
}

#[test]
fn nothing_left_pauses_the_target_until_the_reset() {
    for (name, fields, wait) in [
        (
            "openai/m",
            [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s")].as_slice(),
            None,
        ),
        (
            "openai/m",
            &[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "8.5s")],
            Some(ms(8_500)),
        ),
        ("mistral/m", &[("x-ratelimit-remaining-req-minute", "0")], Some(secs(1))),
        ("openrouter/m", &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1767225604500")], Some(ms(4_500))),
        (
            "anthropic/m",
            &[
                ("anthropic-ratelimit-requests-remaining", "0"),
                ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:12Z"),
            ],
            Some(secs(12)),
        ),
        ("groq/m", &[("x-ratelimit-remaining-requests", "soon"), ("x-ratelimit-reset-requests", "8s")], Some(ms(0))),
    ] {
        let clock = ManualClock::default();
        let target = target(&clock, name);
        observe(&target, fields);
        match (held(&clock, &target, Call::new()), wait) {
            (Ok(held), Some(wait)) => assert_eq!(held, wait, "{fields:?}"),
            (Err(refused), None) => assert_eq!(refused.retry_after(), Some(secs(360)), "{fields:?}"),
            (found, _) => panic!("{fields:?}: {found:?}"),
        }
        assert_eq!(held(&clock, &target, Call::new()).ok().or(wait.map(|_| secs(99))).is_some(), wait.is_some());
    }
}

#[test]
fn less_left_than_the_estimate_pauses_too_and_calls_let_through_are_counted() {
    let clock = ManualClock::default();
    let target = target(&clock, "anthropic/m");
    let state = |input: &str| {
        observe(
            &target,
            &[
                ("anthropic-ratelimit-input-tokens-limit", "5000"),
                ("anthropic-ratelimit-input-tokens-remaining", input),
                ("anthropic-ratelimit-input-tokens-reset", "2026-01-01T00:00:30Z"),
            ],
        );
    };
    state("1000");
    assert_eq!(held(&clock, &target, tokens(600, 9_000)).unwrap(), ms(0));
    let limit = RateLimit::new(&target);
    let mut second = Stepped::new(limit.run(tokens(600, 0), |_| std::future::ready(Ok(()))));
    assert!(second.go().is_none(), "400 are left");
    state("700");
    assert!(second.go().unwrap().is_ok(), "the next response tells better");
    state("4999");
    assert_eq!(held(&clock, &target, tokens(8_000, 0)).unwrap(), secs(30), "one token is out");
    assert_eq!(held(&clock, &target, tokens(8_000, 0)).unwrap(), ms(0), "what is past its reset is not believed");
    observe(
        &target,
        &[("anthropic-ratelimit-input-tokens-limit", "5000"), ("anthropic-ratelimit-input-tokens-remaining", "5000")],
    );
    assert_eq!(held(&clock, &target, tokens(8_000, 0)).unwrap(), ms(0), "waiting would not make room for it");
}

#[test]
fn the_hint_of_a_429_pauses_every_agent_of_the_target_and_a_local_refusal_none() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let told = |error: Error| {
        let limit = RateLimit::new(&target);
        run(&clock, limit.run(Call::new(), |_| std::future::ready(Err::<(), _>(error.clone())))).unwrap_err();
        held(&clock, &target, Call::new()).unwrap()
    };
    let limited = || error(ErrorKind::RateLimited).with("http_status", 429);
    assert_eq!(told(limited().retry_after_of(secs(7))), secs(7));
    assert_eq!(told(limited()), ms(0));
    assert_eq!(told(error(ErrorKind::Overloaded).with("http_status", 529).retry_after_of(secs(7))), ms(0));
    assert_eq!(told(error(ErrorKind::Overloaded).with("http_status", 429).retry_after_of(secs(7))), secs(7));
    assert_eq!(told(error(ErrorKind::RateLimited).with("local", true).retry_after_of(secs(7))), ms(0));
}

#[test]
fn a_pause_that_grows_refuses_those_for_whom_it_is_too_long() {
    let clock = ManualClock::default();
    let target = limited(&clock, Some(6), None);
    held(&clock, &target, Call::new()).unwrap();
    let limit = RateLimit::new(&target);
    let hurried = Call::from(CallContext::new().with_deadline(within(&clock, secs(15))));
    let mut hurried = Stepped::new(limit.run(hurried, |_| std::future::ready(Ok(()))));
    let mut patient = Stepped::new(limit.run(Call::new(), |_| std::future::ready(Ok(()))));
    assert!(hurried.go().is_none() && patient.go().is_none());
    observe(&target, &[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "40s")]);
    let refused = hurried.go().unwrap().unwrap_err();
    assert_eq!((refused.kind(), refused.retry_after()), (ErrorKind::RateLimited, Some(secs(40))));
    assert!(patient.go().is_none());
    clock.advance(secs(40));
    assert!(patient.go().unwrap().is_ok());
}

#[test]
fn leaving_the_queue_lets_the_next_come_sooner() {
    let clock = ManualClock::default();
    let target = limited(&clock, Some(6), None);
    held(&clock, &target, Call::new()).unwrap();
    let limit = RateLimit::new(&target);
    let cancelled = Call::new();
    let mut first = Stepped::new(limit.run(cancelled.clone(), |_| std::future::ready(Ok(()))));
    let second = Stepped::new(limit.run(Call::new(), |_| std::future::ready(Ok(()))));
    let mut third = Stepped::new(limit.run(Call::new(), |_| std::future::ready(Ok(()))));
    let mut second = second;
    assert!(first.go().is_none() && second.go().is_none() && third.go().is_none());
    cancelled.cancel.cancel();
    assert_eq!(first.go().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    drop(second);
    assert!(third.go().is_none());
    clock.advance(secs(10));
    assert!(third.go().unwrap().is_ok());
    assert_eq!((target.rate_limits().queued, clock.sleepers()), (0, 0));
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
fn a_wait_is_told_once_and_measured() {
    let clock = ManualClock::default();
    let target = limited(&clock, Some(6), None);
    let told = Arc::new(Told::default());
    let agent = RateLimit::new(&target).wrap(Arc::new(Wired::new(&clock, [Exchange::answers(1_000, 0, "x")])));
    let ask = || {
        let output = Output::live(Arc::clone(&told) as Arc<dyn TokenSink>);
        run(&clock, agent.respond(request("r", "?"), output)).unwrap().latency
    };
    assert_eq!(ask().queued, ms(0));
    let latency = ask();
    assert_eq!((latency.queued, latency.total), (secs(9), secs(10)));
    assert_eq!(*told.0.lock().unwrap(), [Notice::RateLimitWait { provider: "openai".into(), wait: secs(9) }]);
}

#[test]
fn an_agents_usage_corrects_its_charge() {
    let clock = ManualClock::default();
    let target = limited(&clock, None, Some(60_000));
    let mut exchange = Exchange::answers(0, 0, "x");
    exchange.end = Ok(Usage { input_total: 10, output_total: 5, ..Usage::default() });
    let agent = RateLimit::new(&target).wrap(Arc::new(Wired::new(&clock, [exchange])));
    for _ in 0..100 {
        // Each may take 4,096 and takes 15, of a bucket of 10,000.
        run(&clock, agent.respond(request("r", "?"), Output::none())).unwrap();
    }
    assert_eq!(clock.monotonic(), ms(0));
}
