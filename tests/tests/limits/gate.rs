//! Places in flight, their queue, and the health of a target.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aragora_core::agents::layers::{Call, Concurrency, Layer as _, Policy as _};
use aragora_core::agents::{CallContext, Output, ScriptEnd, ScriptStep, ScriptedAgent, Target, TargetSettings};
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{agent_id, request};
use aragora_tests::virtual_time::{Stepped, run};
use tokio::sync::oneshot;

use super::{error, ms, secs, target, within};

/// Calls that end when told to, in the order in which they were let in.
#[derive(Default)]
struct Room {
    inside: Mutex<VecDeque<(usize, oneshot::Sender<Result<()>>)>>,
}

impl Room {
    fn call<'a>(&'a self, gate: &'a Concurrency, name: usize, call: Call) -> Stepped<'a, Result<()>> {
        let mut stepped = Stepped::new(async move {
            let work = gate.run(call, |_| {
                let (end, ended) = oneshot::channel();
                self.inside.lock().unwrap().push_back((name, end));
                async move { ended.await.unwrap() }
            });
            work.await
        });
        if let Some(outcome) = stepped.go() {
            return Stepped::new(std::future::ready(outcome));
        }
        stepped
    }

    fn names(&self) -> Vec<usize> {
        self.inside.lock().unwrap().iter().map(|(name, _)| *name).collect()
    }

    fn end_oldest(&self, outcome: Result<()>) {
        self.inside.lock().unwrap().pop_front().unwrap().1.send(outcome).unwrap();
    }
}

fn with(clock: &ManualClock, in_flight: u32, queue: u32) -> Arc<Target> {
    let target = target(clock, "openai/m");
    let mut settings = TargetSettings::default();
    (settings.in_flight, settings.queue) = (in_flight, queue);
    target.configure(settings).unwrap();
    target
}

#[test]
fn eight_are_in_flight_256_wait_and_the_next_is_refused() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let (gate, room) = (Concurrency::new(&target), Room::default());
    let mut calls: Vec<_> = (0..264).map(|name| room.call(&gate, name, Call::new())).collect();
    assert_eq!(room.names(), (0..8).collect::<Vec<_>>());
    let seen = target.health();
    assert_eq!((seen.in_flight, seen.queued), (8, 256));
    let refused = room.call(&gate, 264, Call::new()).go().unwrap().unwrap_err();
    assert_eq!((refused.kind(), refused.retry_after()), (ErrorKind::QueueFull, Some(secs(1))));
    // First come, first served, to the last.
    for next in 8..264 {
        room.end_oldest(Ok(()));
        assert!(calls[next - 8].go().unwrap().is_ok());
        assert!(calls[next].go().is_none());
        assert_eq!(room.names().last(), Some(&next));
    }
    drop(calls);
    let seen = target.health();
    assert_eq!((seen.in_flight, seen.queued, seen.calls), (0, 0, 256));
}

#[test]
fn waiting_ends_with_the_call_and_keeps_no_place() {
    let clock = ManualClock::default();
    let target = with(&clock, 1, 8);
    let (gate, room) = (Concurrency::new(&target), Room::default());
    let mut inside = room.call(&gate, 0, Call::new());
    let cancelled = Call::new();
    let mut waits = room.call(&gate, 1, cancelled.clone());
    let mut late = room.call(&gate, 2, Call::from(CallContext::new().with_deadline(within(&clock, secs(3)))));
    let dropped = room.call(&gate, 3, Call::new());
    let mut patient = room.call(&gate, 4, Call::new());
    cancelled.cancel.cancel();
    assert_eq!(waits.go().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    clock.advance(secs(3));
    assert_eq!(late.go().unwrap().unwrap_err().kind(), ErrorKind::DeadlineExceeded);
    drop(dropped);
    assert_eq!(target.health().queued, 1);
    room.end_oldest(Ok(()));
    inside.go().unwrap().unwrap();
    assert!(patient.go().is_none());
    assert_eq!(room.names(), [4]);
    drop(patient);
    let seen = target.health();
    assert_eq!((seen.in_flight, seen.queued, seen.calls), (0, 0, 1));
}

#[test]
fn a_lower_limit_holds_once_those_beyond_it_have_ended() {
    let clock = ManualClock::default();
    let target = with(&clock, 3, 8);
    let (gate, room) = (Concurrency::new(&target), Room::default());
    let mut calls: Vec<_> = (0..4).map(|name| room.call(&gate, name, Call::new())).collect();
    let mut settings = TargetSettings::default();
    settings.in_flight = 1;
    target.configure(settings.clone()).unwrap();
    for name in 0..2 {
        room.end_oldest(Ok(()));
        calls[name].go().unwrap().unwrap();
        assert!(calls[3].go().is_none());
    }
    assert_eq!(room.names(), [2], "the fourth waits: one is in flight");
    room.end_oldest(Ok(()));
    calls[2].go().unwrap().unwrap();
    assert!(calls[3].go().is_none());
    assert_eq!(room.names(), [3]);
    settings.in_flight = 3;
    target.configure(settings).unwrap();
    let more: Vec<_> = (4..8).map(|name| room.call(&gate, name, Call::new())).collect();
    assert_eq!(room.names(), [3, 4, 5]);
    drop(more);
}

#[test]
fn settings_outside_their_range_are_refused_and_change_nothing() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let mut settings = TargetSettings::default();
    (settings.in_flight, settings.tokens_per_minute, settings.breaker.min_failure_ratio) = (0, Some(0), 1.5);
    let refused = target.configure(settings).unwrap_err();
    assert_eq!((refused.kind(), refused.context()["count"].as_str()), (ErrorKind::InvalidConfig, "3"));
    assert_eq!(*target.settings(), TargetSettings::default());
}

#[test]
fn health_tells_calls_errors_latencies_and_what_was_missed_in_300_s() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let gate = Concurrency::new(&target);
    let call = |latency: u64, outcome: Result<()>| {
        let work = gate.run(Call::new(), |_| {
            let sleep = clock.sleep_until(clock.monotonic() + ms(latency));
            let outcome = outcome.clone();
            async move {
                sleep.await;
                outcome
            }
        });
        let _ = run(&clock, work);
    };
    call(100, Err(error(ErrorKind::Transport)));
    for latency in 1..=20 {
        call(latency * 10, Ok(()));
    }
    call(31_000, Ok(()));
    call(0, Err(error(ErrorKind::Cancelled)));
    let seen = target.health();
    assert_eq!((seen.calls, seen.errors, seen.missed, seen.window_seconds), (22, 1, 1, 300));
    assert_eq!((seen.p50_ms, seen.p95_ms), (Some(110), Some(200)));
    assert_eq!(seen.last_error.as_ref().unwrap().code, "transport");
    assert_eq!(seen.last_success.unwrap(), clock.now());
    clock.advance(secs(300));
    let seen = target.health();
    assert_eq!((seen.calls, seen.errors, seen.p50_ms, seen.available), (0, 0, None, true));
    assert!(seen.last_success.is_some());
}

#[test]
fn a_reply_says_how_long_it_was_queued() {
    let clock = ManualClock::default();
    let target = with(&clock, 1, 8);
    let script = ScriptedAgent::new(agent_id("a")).delay(secs(2)).step(ScriptStep::reply("Yes."));
    let script = script.at_end(ScriptEnd::Cycle).with_clock(Arc::new(clock.clone()));
    let agent = Concurrency::new(&target).wrap(Arc::new(script));
    let both = futures_util::future::join(
        agent.respond(request("1", "?"), Output::none()),
        agent.respond(request("2", "?"), Output::none()),
    );
    let (first, second) = run(&clock, both);
    assert_eq!(first.unwrap().latency.queued, ms(0));
    let latency = second.unwrap().latency;
    assert_eq!((latency.queued, latency.total), (secs(2), secs(4)));
}
