//! Limits of time for one attempt.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::layers::{Call, Layer as _, Policy as _, TimeLimit, TimeLimits};
use aragora_core::agents::{CallContext, FnAgent, Output};
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::agents::{Heard, agent_id, request};
use aragora_tests::virtual_time::run;

use super::{ms, secs, target, within};

/// An agent that shows a piece after each of these pauses and answers.
fn talks(clock: &ManualClock, pauses: &'static [u64]) -> Arc<FnAgent> {
    let own = clock.clone();
    let agent = FnAgent::new(agent_id("a"), move |_, output: Output| {
        let clock = own.clone();
        async move {
            for pause in pauses {
                clock.sleep_until(clock.monotonic() + secs(*pause)).await;
                output.text("x");
            }
            Ok("x".repeat(pauses.len()))
        }
    });
    Arc::new(agent.with_clock(Arc::new(clock.clone())))
}

fn limits(first: Option<Duration>, idle: Option<Duration>) -> TimeLimits {
    let mut limits = TimeLimits::default();
    (limits.first_piece, limits.idle) = (first, idle);
    limits
}

fn asked(pauses: &'static [u64], limits: TimeLimits, listens: bool) -> (Result<String>, Duration) {
    let clock = ManualClock::default();
    let agent = TimeLimit::new(&target(&clock, "openai/m")).with_limits(limits).wrap(talks(&clock, pauses));
    let output = if listens { Output::live(Heard::new()) } else { Output::none() };
    let reply = run(&clock, agent.respond(request("r", "?"), output));
    (reply.map(|reply| reply.text), clock.monotonic())
}

fn phase(outcome: &(Result<String>, Duration)) -> (&str, Duration) {
    let error: &Error = outcome.0.as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    (&error.context()["phase"], outcome.1)
}

#[test]
fn an_attempt_ends_after_240_s() {
    assert_eq!(phase(&asked(&[100, 141], TimeLimits::default(), true)), ("total", secs(240)));
    assert_eq!(asked(&[100, 140], TimeLimits::default(), true).0.unwrap(), "xx", "at the very instant it counts");
}

#[test]
fn the_first_piece_and_the_pauses_between_pieces_can_be_bounded() {
    let both = || limits(Some(secs(120)), Some(secs(60)));
    assert_eq!(phase(&asked(&[121], both(), true)), ("headers", secs(120)));
    assert_eq!(phase(&asked(&[100, 10, 61], both(), true)), ("idle", secs(170)));
    assert_eq!(asked(&[119, 59, 59], both(), true).0.unwrap(), "xxx");
    assert_eq!(phase(&asked(&[120, 60, 61], both(), true)), ("total", secs(240)));
    assert_eq!(asked(&[130, 100], both(), false).0.unwrap(), "xx", "nobody listens: only the total counts");
}

#[test]
fn the_callers_own_deadline_is_named_as_such() {
    let clock = ManualClock::default();
    let limit = TimeLimit::new(&target(&clock, "openai/m"));
    for (wait, kind) in [
        (secs(5), ErrorKind::DeadlineExceeded),
        (secs(240), ErrorKind::DeadlineExceeded),
        (secs(241), ErrorKind::Timeout),
    ] {
        let call = Call::from(CallContext::new().with_deadline(within(&clock, wait)));
        let outcome = run(&clock, limit.run(call, |_| std::future::pending::<Result<()>>()));
        assert_eq!(outcome.unwrap_err().kind(), kind, "{wait:?}");
    }
    assert_eq!(clock.sleepers(), 0);
}

#[test]
fn a_deadline_in_the_past_asks_nobody() {
    let clock = ManualClock::default();
    clock.advance(secs(9));
    let call = Call::from(CallContext::new().with_deadline(within(&clock, ms(0))));
    let limit = TimeLimit::new(&target(&clock, "openai/m"));
    let outcome: Result<()> = run(&clock, limit.run(call, |_| async { panic!("it was asked") }));
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
}
