//! A call under all policies is cancelled or dropped after every possible number of polls, and nothing of it remains.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aragora_core::agents::layers::{Breaker, Concurrency, Hedge, HedgeAfter, Layer, RateLimit, Retry, TimeLimit};
use aragora_core::agents::{Agent, AgentRequest, AttemptOutcome, BreakerState, Output, Target, TargetSettings};
use aragora_core::clock::ManualClock;
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{Heard, request};
use aragora_tests::virtual_time::{Stepped, run};

use super::wired::{Exchange, Server, Wired};
use super::{error, ms, secs, target};

struct World {
    clock: ManualClock,
    target: Arc<Target>,
    server: Arc<Server>,
    agent: Arc<dyn Agent>,
    output: Output,
}

/// Where the second copy of the call has to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Narrow {
    Pace,
    Gate,
    Nowhere,
}

impl World {
    fn new(narrow: Narrow, probe: bool) -> Self {
        let clock = ManualClock::default();
        let target = target(&clock, "openai/m");
        let mut settings = TargetSettings::default();
        settings.in_flight = if narrow == Narrow::Gate { 1 } else { 8 };
        settings.requests_per_minute = (narrow == Narrow::Pace).then_some(6);
        target.configure(settings).unwrap();
        if probe {
            for _ in 0..3 {
                use aragora_core::agents::layers::{Call, Policy as _};
                let fails = |_| std::future::ready(Err::<(), _>(error(ErrorKind::Transport)));
                run(&clock, Breaker::new(&target).run(Call::new(), fails)).unwrap_err();
            }
            clock.advance(secs(60));
        }
        let mut broken = Exchange::fails(3_000, ErrorKind::Interrupted);
        broken.text = "Half";
        let plan = [broken.clone(), broken, Exchange::answers(3_000, 500, "Whole.")];
        let wired = Wired::new(&clock, plan);
        let server = Arc::clone(&wired.server);
        // Innermost first.
        let layers: [&dyn Layer; 6] = [
            &TimeLimit::new(&target),
            &Concurrency::new(&target),
            &RateLimit::new(&target),
            &Hedge::new(&target, HedgeAfter::Delay(ms(1_000))),
            &Retry::new(&target),
            &Breaker::new(&target),
        ];
        let agent = layers.iter().fold(Arc::new(wired) as Arc<dyn Agent>, |agent, layer| layer.wrap(agent));
        Self { clock, target, server, agent, output: Output::resettable(Heard::new()) }
    }

    /// Polls so often, letting time pass where nothing else moves; the outcome if it came to one.
    fn polled<T>(&self, call: &mut Stepped<'_, T>, polls: usize) -> Option<T> {
        for _ in 0..polls {
            if let Some(done) = call.once() {
                return Some(done);
            }
            if !call.is_woken() {
                assert!(self.clock.advance_to_next());
            }
        }
        None
    }

    fn rests(&self, context: &str) {
        let seen = self.target.health();
        assert_eq!((seen.in_flight, seen.queued), (0, 0), "{context}: permits and places");
        assert_eq!(self.server.open(), 0, "{context}: connections");
        assert_eq!(self.clock.sleepers(), 0, "{context}: sleepers");
        let ledger = self.output.attempts();
        assert_eq!(ledger.len(), self.server.sent(), "{context}: one record per sent attempt");
        assert!(self.target.rate_limits().retries_left <= 10.0);
        // Whoever comes next is served: no slot and no place is lost.
        self.clock.advance(secs(60));
        assert_ne!(self.target.breaker_state(), BreakerState::Open, "{context}");
        self.server.sent.store(0, Ordering::SeqCst);
        let next = run(&self.clock, self.agent.respond(request("next", "?"), Output::resettable(Heard::new())));
        assert_eq!(next.unwrap().text, "Whole.", "{context}: the next call");
    }
}

fn sweep(act: impl Fn(&World, Stepped<'_, Result<aragora_core::agents::AgentReply>>, &AgentRequest, &str)) {
    for narrow in [Narrow::Pace, Narrow::Gate, Narrow::Nowhere] {
        for probe in [false, true] {
            let mut polls = 0;
            loop {
                let world = World::new(narrow, probe);
                let context = format!("{narrow:?}, probe {probe}, after {polls} polls");
                let asked = request("r", "?");
                let mut call = Stepped::new(world.agent.respond(asked.clone(), world.output.clone()));
                if let Some(outcome) = world.polled(&mut call, polls) {
                    assert_eq!(outcome.unwrap().text, "Whole.", "{context}");
                    world.rests(&context);
                    break;
                }
                act(&world, call, &asked, &context);
                world.rests(&context);
                polls += 1;
            }
            assert!(polls > 15, "{narrow:?}: {polls} polls are no schedule");
        }
    }
}

#[test]
fn dropped_after_any_poll_it_leaves_nothing() {
    sweep(|_, call, _, _| drop(call));
}

#[test]
fn cancelled_after_any_poll_it_ends_at_once_and_leaves_nothing() {
    sweep(|world, mut call, asked, context| {
        asked.cancel.cancel();
        // No time passes: whatever waits is woken by the token.
        let outcome = call.go().unwrap_or_else(|| call.once().unwrap_or_else(|| panic!("{context}: it goes on")));
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled, "{context}");
        drop(call);
        let failed = world.output.attempts().iter().filter(|attempt| attempt.outcome == AttemptOutcome::Ok).count();
        assert_eq!(failed, 0, "{context}");
    });
}
