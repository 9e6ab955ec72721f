//! A second copy of a slow call.

use std::sync::Arc;

use aragora_core::agents::layers::{Call, Concurrency, Hedge, HedgeAfter, Layer as _, Policy as _};
use aragora_core::agents::{AgentReply, AttemptOutcome, Delta, Output, Served, Target};
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{Heard, request};
use aragora_tests::virtual_time::run;

use super::wired::{Exchange, Server, Wired};
use super::{ms, target};

const OK: AttemptOutcome = AttemptOutcome::Ok;
const CANCELLED: AttemptOutcome = AttemptOutcome::Cancelled;

struct Case {
    clock: ManualClock,
    target: Arc<Target>,
    server: Arc<Server>,
    reply: Result<AgentReply>,
    output: Output,
}

fn ask(plan: &[Exchange], output: Output) -> Case {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let agent = Wired::new(&clock, plan.to_vec());
    let server = Arc::clone(&agent.server);
    let agent = Hedge::new(&target, HedgeAfter::Delay(ms(1_000))).wrap(Arc::new(agent));
    let reply = run(&clock, agent.respond(request("r", "?"), output.clone()));
    assert_eq!((server.open(), clock.sleepers()), (0, 0), "the loser is gone when the winner is there");
    Case { clock, target, server, reply, output }
}

impl Case {
    fn text(&self) -> &str {
        &self.reply.as_ref().unwrap().text
    }

    /// Outcome of every attempt in the ledger, and whether it was a hedge.
    fn ledger(&self) -> Vec<(AttemptOutcome, bool)> {
        self.output.attempts().iter().map(|attempt| (attempt.outcome, attempt.hedge)).collect()
    }
}

#[test]
fn a_call_that_is_quick_enough_stays_alone() {
    let case = ask(&[Exchange::answers(999, 0, "quick")], Output::none());
    assert_eq!((case.text(), case.server.sent(), case.ledger()), ("quick", 1, vec![(OK, false)]));
    assert!((case.target.rate_limits().retries_left - 10.0).abs() < 1e-9);
}

#[test]
fn the_first_answer_wins_and_the_other_is_dropped_and_recorded() {
    let plan = [Exchange::answers(9_000, 0, "slow"), Exchange::answers(500, 0, "quick")];
    let case = ask(&plan, Output::none());
    assert_eq!((case.text(), case.clock.monotonic()), ("quick", ms(1_500)));
    assert_eq!(case.server.arrivals(), [ms(0), ms(1_000)]);
    assert_eq!(case.ledger(), [(CANCELLED, false), (OK, true)]);
    assert!((case.target.rate_limits().retries_left - 9.0).abs() < 1e-9, "paid from the allowance of repeats");
    let plan = [Exchange::answers(1_200, 0, "slow"), Exchange::answers(500, 0, "slower")];
    let case = ask(&plan, Output::none());
    assert_eq!((case.text(), case.ledger()), ("slow", vec![(CANCELLED, true), (OK, false)]));
}

#[test]
fn the_first_to_show_text_wins_though_it_ends_later() {
    let heard = Heard::new();
    let plan = [Exchange::answers(3_000, 0, "short"), Exchange::answers(500, 9_000, "long")];
    let case = ask(&plan, Output::live(heard.clone()));
    assert_eq!((case.text(), case.clock.monotonic()), ("long", ms(10_500)));
    assert_eq!(heard.pieces(), [(0, Delta::Text("long".into()))], "one of the two is heard, in whole");
    assert_eq!(case.ledger(), [(CANCELLED, false), (OK, true)]);
}

#[test]
fn once_text_is_shown_nobody_else_is_asked() {
    for output in [Output::live(Heard::new()), Output::resettable(Heard::new())] {
        let case = ask(&[Exchange::answers(500, 9_000, "begins")], output);
        assert_eq!((case.text(), case.server.sent()), ("begins", 1));
    }
    let output = Output::live(Heard::new());
    output.text("shown before");
    assert_eq!(ask(&[Exchange::answers(5_000, 0, "late")], output).server.sent(), 1);
}

#[test]
fn a_failure_waits_for_the_other_and_the_firsts_is_the_one_returned() {
    let plan = [Exchange::fails(1_200, ErrorKind::Overloaded), Exchange::answers(2_000, 0, "saved")];
    assert_eq!(ask(&plan, Output::none()).text(), "saved");
    let plan = [Exchange::answers(3_000, 0, "first"), Exchange::fails(100, ErrorKind::Overloaded)];
    assert_eq!(ask(&plan, Output::none()).text(), "first");
    for (first, second) in [(1_200, 900), (1_900, 100)] {
        let plan = [Exchange::fails(first, ErrorKind::Overloaded), Exchange::fails(second, ErrorKind::Transport)];
        assert_eq!(ask(&plan, Output::none()).reply.unwrap_err().kind(), ErrorKind::Overloaded);
    }
    let alone = ask(&[Exchange::fails(100, ErrorKind::Transport)], Output::none());
    assert_eq!((alone.server.sent(), alone.clock.monotonic()), (1, ms(100)), "a failure before the delay is no reason");
}

#[test]
fn a_winner_that_breaks_off_after_its_text_is_the_failure() {
    let heard = Heard::new();
    let mut broken = Exchange::fails(500, ErrorKind::Interrupted);
    broken.text = "Half";
    let plan = [Exchange::answers(9_000, 0, "whole"), broken];
    let case = ask(&plan, Output::live(heard.clone()));
    assert_eq!((case.reply.unwrap_err().kind(), heard.text()), (ErrorKind::Interrupted, "Half".into()));
}

#[test]
fn without_allowance_there_is_no_copy() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let hedge = Hedge::new(&target, HedgeAfter::Delay(ms(1)));
    let sent = |_| {
        let agent = Wired::new(&clock, [Exchange::answers(10, 0, "x")]);
        let server = Arc::clone(&agent.server);
        run(&clock, hedge.wrap(Arc::new(agent)).respond(request("r", "?"), Output::none())).unwrap();
        server.sent()
    };
    assert_eq!((0..12).map(sent).collect::<Vec<_>>(), [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1]);
}

#[test]
fn another_target_may_get_the_copy_and_its_reply_says_so() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let slow = Wired::new(&clock, [Exchange::answers(9_000, 0, "slow")]);
    let next = Wired::new(&clock, [Exchange::answers(10, 0, "next")]).named("next");
    let agent = Hedge::new(&target, HedgeAfter::Delay(ms(1_000))).to(Arc::new(next)).wrap(Arc::new(slow));
    let reply = run(&clock, agent.respond(request("r", "?"), Output::none())).unwrap();
    assert_eq!((reply.text.as_str(), reply.served), ("next", Served::Fallback { from: "openai/m".into() }));
}

#[test]
fn the_p95_of_the_target_is_known_after_twenty_answers() {
    let clock = ManualClock::default();
    let target = target(&clock, "openai/m");
    let (hedge, gate) = (Hedge::new(&target, HedgeAfter::P95), Concurrency::new(&target));
    let call = |latency: u64| {
        let began = clock.monotonic();
        let copies = std::sync::atomic::AtomicUsize::new(0);
        let work = hedge.run(Call::new(), |call| {
            copies.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let (gate, clock) = (&gate, &clock);
            async move { gate.run(call, |_| clock.sleep_until(began + ms(latency)).map_ok()).await }
        });
        run(&clock, work).unwrap();
        copies.into_inner()
    };
    for latency in 1..=20 {
        assert_eq!(call(latency * 10), 1);
    }
    assert_eq!(call(190), 1, "the p95 is 190 ms");
    assert_eq!(call(191), 2);
}

/// A sleep is work that succeeds.
trait MapOk {
    fn map_ok(self) -> impl Future<Output = Result<()>> + Send;
}

impl<F: Future<Output = ()> + Send> MapOk for F {
    async fn map_ok(self) -> Result<()> {
        self.await;
        Ok(())
    }
}
