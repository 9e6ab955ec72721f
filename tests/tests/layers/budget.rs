use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::layers::{Budgets, Layer};
use aragora_core::agents::{
    Agent, AgentKind, AgentParts, AgentProfile, AgentReply, AgentRequest, Budget, BudgetScope, Output, Period, Quote,
    Unpriced, Usage,
};
use aragora_core::clock::{Deadline, ManualClock, Timestamp};
use aragora_core::ids::{MicroUsd, OrgId};
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_core::telemetry::names;
use aragora_core::testing::storage::{Call, Fault, FaultStorage, Moment};
use aragora_core::{Error, ErrorKind};
use aragora_tests::agents::{Heard, request};
use aragora_tests::durable::gate::YieldStorage;
use aragora_tests::durable::steps::polled;
use aragora_tests::stub::{Say, Stub};
use proptest::prelude::*;

use super::{fail, parts, stored};

fn memory(clock: &ManualClock) -> Arc<dyn Storage> {
    Arc::new(MemoryStorage::new(Arc::new(clock.clone())))
}

fn daily(parts: &AgentParts, limit: u64, unpriced: Unpriced) -> Budget {
    let tenant = OrgId::new("acme").unwrap();
    Budget::new(parts, BudgetScope::Tenant { tenant, period: Period::Day }, MicroUsd(limit), unpriced)
}

fn quote(micros: u64) -> Quote {
    Quote::new(10, 10, Some(MicroUsd(micros)))
}

async fn stands(budget: &Budget) -> (u64, u64) {
    let usage = budget.usage().await.unwrap();
    (usage.spent.0, usage.reserved.0)
}

#[tokio::test]
async fn settled_and_set_aside_never_pass_the_limit() {
    let clock = ManualClock::default();
    for budget in [
        Budget::new(&parts(&clock), BudgetScope::Debate, MicroUsd(100), Unpriced::Refuse),
        daily(&parts(&clock), 100, Unpriced::Refuse),
    ] {
        let first = budget.reserve(&quote(60), None).await.unwrap();
        assert_eq!(stands(&budget).await, (0, 60));
        let refused = budget.reserve(&quote(41), None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::BudgetExceeded);
        assert_eq!((&*refused.context()["limit"], &*refused.context()["reserved"]), ("100", "60"));
        let second = budget.reserve(&quote(40), None).await.unwrap();
        first.settle(MicroUsd(10)).await.unwrap();
        assert_eq!(stands(&budget).await, (10, 40));
        let third = budget.reserve(&quote(50), None).await.unwrap();
        drop(second);
        assert_eq!(stands(&budget).await, (50, 50), "dropped without a word it counts in full");
        third.settle(MicroUsd(0)).await.unwrap();
        assert_eq!(stands(&budget).await, (50, 0));
    }
}

#[tokio::test]
async fn a_call_budget_judges_every_call_by_itself() {
    let clock = ManualClock::default();
    let budget = Budget::new(&parts(&clock), BudgetScope::Call, MicroUsd(100), Unpriced::Refuse);
    for _ in 0..3 {
        let call = budget.reserve(&quote(100), None).await.unwrap();
        assert!(call.settle(MicroUsd(101)).await.unwrap().overrun);
    }
    assert_eq!(budget.reserve(&quote(101), None).await.unwrap_err().kind(), ErrorKind::BudgetExceeded);
}

#[tokio::test]
async fn more_than_was_set_aside_is_charged_and_said() {
    let clock = ManualClock::default();
    let budget = daily(&parts(&clock), 100, Unpriced::Refuse);
    let settled = budget.reserve(&quote(10), None).await.unwrap().settle(MicroUsd(300)).await.unwrap();
    assert!(settled.overrun);
    assert_eq!(stands(&budget).await, (300, 0));
    assert_eq!(budget.reserve(&quote(0), None).await.unwrap_err().kind(), ErrorKind::BudgetExceeded);
}

#[tokio::test]
async fn shares_of_the_limit_are_told_once_per_period() {
    let clock = ManualClock::new("2026-11-20T12:00:00Z".parse().unwrap());
    let budget = daily(&parts(&clock), 1_000, Unpriced::Refuse);
    let spend = async |micros| {
        let settled = budget.reserve(&quote(0), None).await.unwrap().settle(MicroUsd(micros)).await.unwrap();
        settled.notices.iter().map(|notice| (notice.percent, notice.spent)).collect::<Vec<_>>()
    };
    assert_eq!(spend(499).await, []);
    assert_eq!(spend(1).await, [(50, 500)]);
    assert_eq!(spend(10).await, []);
    assert_eq!(spend(400).await, [(75, 910), (90, 910)]);
    assert_eq!(spend(90).await, [(100, 1_000)]);
    clock.advance(Duration::from_secs(12 * 3_600));
    assert_eq!(spend(1_000).await.len(), 4, "a new day begins at midnight");
}

#[test]
fn periods_begin_as_the_calendar_says() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    for (period, now, start) in [
        (Period::Day, "2026-11-20T23:59:59.999Z", "2026-11-20T00:00:00Z"),
        (Period::Week, "2026-11-16T00:00:00Z", "2026-11-16T00:00:00Z"),
        (Period::Week, "2026-11-15T23:00:00Z", "2026-11-09T00:00:00Z"),
        (Period::Week, "2027-01-01T00:00:00Z", "2026-12-28T00:00:00Z"),
        (Period::Month, "2028-02-29T10:00:00Z", "2028-02-01T00:00:00Z"),
        (Period::Quarter, "2026-12-31T10:00:00Z", "2026-10-01T00:00:00Z"),
        (Period::Quarter, "2026-03-31T10:00:00Z", "2026-01-01T00:00:00Z"),
        (Period::Year, "2026-12-31T10:00:00Z", "2026-01-01T00:00:00Z"),
        (Period::Unlimited, "2026-12-31T10:00:00Z", "1970-01-01T00:00:00Z"),
    ] {
        assert_eq!(period.start(at(now)), at(start), "{period:?} {now}");
    }
}

#[tokio::test]
async fn processes_share_one_limit() {
    let clock = ManualClock::default();
    let store = memory(&clock);
    let processes: Vec<Budget> = (0..4)
        .map(|_| daily(&stored(&clock, Arc::new(YieldStorage(store.clone()))), 1_000, Unpriced::Refuse))
        .collect();
    let calls = (0..200).map(|i| {
        let budget = processes[i % processes.len()].clone();
        async move {
            match budget.reserve(&quote(30), None).await {
                Ok(reservation) => {
                    tokio::task::yield_now().await;
                    reservation.settle(MicroUsd(30)).await.unwrap();
                    true
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::BudgetExceeded, "{error:?}");
                    false
                }
            }
        }
    });
    let all = futures_util::future::join_all(calls);
    let granted = tokio::select! {
        biased;
        granted = all => granted,
        () = async { loop { tokio::task::yield_now().await; clock.advance_to_next(); } } => unreachable!(),
    };
    assert_eq!(granted.iter().filter(|granted| **granted).count(), 33);
    assert_eq!(stands(&processes[0]).await, (990, 0));
}

#[tokio::test]
async fn a_dead_process_leaves_its_reservations_as_spent_and_a_late_settlement_corrects_them() {
    let clock = ManualClock::default();
    let store = memory(&clock);
    let dead = daily(&stored(&clock, store.clone()), 1_000, Unpriced::Refuse);
    let deadline = Some(Deadline::after(&clock, Duration::from_secs(30)));
    let lost = dead.reserve(&quote(600), deadline).await.unwrap();
    let alive = daily(&stored(&clock, store), 1_000, Unpriced::Refuse);
    assert_eq!(stands(&alive).await, (0, 600));
    clock.advance(Duration::from_secs(89));
    assert_eq!(stands(&alive).await, (0, 600));
    clock.advance(Duration::from_secs(1));
    assert_eq!(stands(&alive).await, (600, 0), "a minute after its deadline nobody is expected any more");
    assert_eq!(alive.reserve(&quote(401), None).await.unwrap_err().kind(), ErrorKind::BudgetExceeded);
    lost.settle(MicroUsd(100)).await.unwrap();
    assert_eq!(stands(&alive).await, (100, 0));
}

#[tokio::test]
async fn dropped_after_any_poll_a_reservation_is_whole_or_none() {
    let clock = ManualClock::default();
    for polls in 0..60 {
        let store: Arc<dyn Storage> = Arc::new(YieldStorage(memory(&clock)));
        let budget = daily(&stored(&clock, store), 1_000, Unpriced::Refuse);
        let reserved = polled(std::pin::pin!(budget.reserve(&quote(100), None)), polls).await;
        let done = reserved.is_some();
        let settled = match reserved {
            None => false,
            Some(reserved) => polled(std::pin::pin!(reserved.unwrap().settle(MicroUsd(7))), polls).await.is_some(),
        };
        let (spent, held) = stands(&budget).await;
        assert_eq!(held, 0, "after {polls} polls");
        assert_eq!(spent, if done { 7 } else { 0 }, "after {polls} polls, settled {settled}");
    }
}

#[tokio::test]
async fn a_store_that_fails_lets_nothing_through_and_loses_nothing() {
    let clock = ManualClock::default();
    let faulty = Arc::new(FaultStorage::new(memory(&clock), Arc::new(clock.clone())));
    let budget = daily(&stored(&clock, faulty.clone()), 1_000, Unpriced::Refuse);
    for moment in [Moment::Before, Moment::After] {
        faulty.plan(Fault::Fail { call: Call::Apply, nth: 1, moment });
        let error = budget.reserve(&quote(100), None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        faulty.heal();
        assert_eq!(stands(&budget).await, (0, 0), "{moment:?}: nothing was sent, so nothing is spent");
    }
    for moment in [Moment::Before, Moment::After] {
        let (before, _) = stands(&budget).await;
        let reservation = budget.reserve(&quote(100), None).await.unwrap();
        faulty.plan(Fault::Fail { call: Call::Apply, nth: 1, moment });
        reservation.settle(MicroUsd(40)).await.unwrap_err();
        faulty.heal();
        assert_eq!(stands(&budget).await, (before + 40, 0), "{moment:?}: settled once, with the next write");
    }
}

fn layered(clock: &ManualClock, stub: &Stub, budgets: Vec<Budget>) -> Arc<dyn Agent> {
    Budgets::new(&parts(clock), budgets).wrap(stub.shared())
}

/// "Be brief." and "?" are 7 + 5 tokens, and 16 for the request: 28 in, 10 out at most, 28 + 20 micro-dollars.
fn small() -> AgentRequest {
    let mut asked = request("r", "?");
    asked.sampling.max_output_tokens = Some(10);
    asked
}

#[tokio::test]
async fn a_call_that_may_pass_a_limit_is_not_sent() {
    let clock = ManualClock::default();
    let stub = Stub::new("me", "p/m", &clock, [Say::Pieces(vec!["x"])]);
    let ours = Budget::new(&parts(&clock), BudgetScope::Debate, MicroUsd(1_000), Unpriced::Refuse);
    let tight = Budget::new(&parts(&clock), BudgetScope::Call, MicroUsd(47), Unpriced::Refuse);
    let agent = layered(&clock, &stub, vec![ours.clone(), tight]);
    let error = agent.respond(small(), Output::none()).await.unwrap_err();
    assert_eq!((error.kind(), &*error.context()["quote"]), (ErrorKind::BudgetExceeded, "48"));
    assert!(stub.asked().is_empty());
    assert_eq!(stands(&ours).await, (0, 0), "all budgets or none");
    let enough = Budget::new(&parts(&clock), BudgetScope::Call, MicroUsd(48), Unpriced::Refuse);
    let got = layered(&clock, &stub, vec![ours.clone(), enough]).respond(small(), Output::none()).await.unwrap();
    assert_eq!(stands(&ours).await, (50, 0), "as the provider said");
    assert_eq!(got.warnings[0].code, "overrun", "50 were used, 48 were set aside");
}

#[tokio::test]
async fn a_model_without_a_price_is_refused_let_through_or_assumed() {
    let clock = ManualClock::default();
    let assume = Unpriced::Assume { input: 2_000_000, output: 3_000_000 };
    for (unpriced, spent) in [(Unpriced::Refuse, None), (Unpriced::Allow, Some(0)), (assume, Some(2 * 100 + 3 * 20))] {
        let stub = Stub::new("me", "p/strange", &clock, [Say::Pieces(vec!["x"])])
            .using(Some(Usage { input_total: 100, output_total: 20, ..Usage::default() }), None);
        let budget = Budget::new(&parts(&clock), BudgetScope::Debate, MicroUsd(1_000), unpriced);
        let outcome = layered(&clock, &stub, vec![budget.clone()]).respond(small(), Output::none()).await;
        match spent {
            None => {
                assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Unpriced);
                assert!(stub.asked().is_empty());
            }
            Some(spent) => {
                outcome.unwrap();
                assert_eq!(stands(&budget).await, (spent, 0));
            }
        }
    }
    // Who asks no provider costs nothing, whatever it is called.
    let script =
        Stub::new("me", "p/strange", &clock, [Say::Pieces(vec!["x"])]).of_kind(AgentKind::Scripted).using(None, None);
    let budget = Budget::new(&parts(&clock), BudgetScope::Debate, MicroUsd(0), Unpriced::Refuse);
    layered(&clock, &script, vec![budget]).respond(small(), Output::none()).await.unwrap();
}

#[tokio::test]
async fn broken_and_dropped_calls_are_charged_what_they_may_have_cost_and_refused_ones_nothing() {
    let clock = ManualClock::default();
    // 14 bytes are 4 tokens: 28 + 2 * 4.
    for (say, spent) in [
        (Say::Breaks("fourteen bytes"), 36),
        (fail(ErrorKind::RateLimited), 0),
        (fail(ErrorKind::Unauthenticated), 0),
        (fail(ErrorKind::Transport), 0),
    ] {
        let stub = Stub::new("me", "p/m", &clock, [say.clone()]);
        let budget = daily(&parts(&clock), 1_000, Unpriced::Refuse);
        let agent = layered(&clock, &stub, vec![budget.clone()]);
        agent.respond(small(), Output::resettable(Heard::new())).await.unwrap_err();
        assert_eq!(stands(&budget).await, (spent, 0), "{say:?}");
    }
    let stub = Stub::new("me", "p/m", &clock, [Say::Hangs("fourteen bytes")]);
    let budget = daily(&parts(&clock), 1_000, Unpriced::Refuse);
    let agent = layered(&clock, &stub, vec![budget.clone()]);
    let call = polled(std::pin::pin!(agent.respond(small(), Output::resettable(Heard::new()))), 50).await;
    assert!(call.is_none());
    assert_eq!(stub.in_flight(), 0);
    assert_eq!(stands(&budget).await, (36, 0), "dropped while it said something");
}

/// Asks again after a failure, and takes back what was shown.
#[derive(Debug)]
struct Again(Stub);

#[async_trait::async_trait]
impl Agent for Again {
    fn profile(&self) -> AgentProfile {
        self.0.profile()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> aragora_core::Result<AgentReply> {
        match self.0.respond(request.clone(), output.clone()).await {
            Ok(reply) => Ok(reply),
            Err(_) => {
                output.reset();
                self.0.respond(request, output).await
            }
        }
    }
}

#[tokio::test]
async fn each_broken_attempt_is_charged_what_it_had_shown_itself() {
    let clock = ManualClock::default();
    let stub = Stub::new("me", "p/m", &clock, [Say::Breaks("fourteen bytes"), Say::Pieces(vec!["x"])]);
    let budget = daily(&parts(&clock), 1_000, Unpriced::Refuse);
    let agent = Budgets::new(&parts(&clock), vec![budget.clone()]).wrap(Arc::new(Again(stub)));
    agent.respond(small(), Output::resettable(Heard::new())).await.unwrap();
    assert_eq!(stands(&budget).await, (36 + 50, 0), "the answer took back the first text, its provider wrote it still");
}

#[tokio::test]
async fn the_share_of_the_limit_that_is_taken_is_shown() {
    let clock = ManualClock::default();
    let parts = parts(&clock);
    let shown = || parts.parts.telemetry.gauge(&names::BUDGET_UTILIZATION_RATIO, &["tenant/day"]).get();
    for scope in [BudgetScope::Debate, BudgetScope::Tenant { tenant: OrgId::new("acme").unwrap(), period: Period::Day }]
    {
        let budget = Budget::named(&parts, "tenant/day", scope, MicroUsd(100), Unpriced::Refuse);
        let call = budget.reserve(&quote(80), None).await.unwrap();
        assert!((shown() - 0.8).abs() < 1e-9, "what is set aside counts");
        call.settle(MicroUsd(50)).await.unwrap();
        assert!((shown() - 0.5).abs() < 1e-9);
    }
}

#[tokio::test]
async fn an_answer_is_not_lost_with_its_settlement() {
    let clock = ManualClock::default();
    let faulty = Arc::new(FaultStorage::new(memory(&clock), Arc::new(clock.clone())));
    let parts = stored(&clock, faulty.clone());
    let budget = daily(&parts, 1_000, Unpriced::Refuse);
    let stub = Stub::new("me", "p/m", &clock, [Say::Pieces(vec!["x"])]);
    let agent = Budgets::new(&parts, vec![budget.clone()]).wrap(stub.shared());
    let mut call = std::pin::pin!(agent.respond(small(), Output::none()));
    assert!(polled(call.as_mut(), 1).await.is_none());
    assert_eq!(stub.in_flight(), 1);
    faulty.plan(Fault::Fail { call: Call::Apply, nth: 1, moment: Moment::Before });
    let got = call.await.unwrap();
    assert_eq!(got.warnings.last().unwrap().code, "budget_unsettled");
    faulty.heal();
    assert_eq!(stands(&budget).await, (50, 0));
}

#[tokio::test]
async fn the_estimate_learns_from_what_is_counted() {
    let clock = ManualClock::default();
    let parts = parts(&clock);
    let stub = Stub::new("me", "p/m", &clock, [Say::Pieces(vec!["x"])])
        .using(Some(Usage { input_total: 56, output_total: 1, ..Usage::default() }), None);
    let agent = Budgets::new(&parts, Vec::new()).wrap(stub.shared());
    let before = Quote::of(&parts, &agent.profile(), &small()).input;
    agent.respond(small(), Output::none()).await.unwrap();
    let after = Quote::of(&parts, &agent.profile(), &small());
    assert_eq!((before, after.input), (28, 34), "twice as many: a fifth of the way");
    assert_eq!(after.micros, Some(MicroUsd(34 + 20)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever order calls end in, what is spent is the sum of what they cost, and the limit held at every reserve.
    #[test]
    fn the_books_balance(calls in prop::collection::vec((0u64..400, 0u64..400, 0u8..3), 1..40), stored in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let clock = ManualClock::default();
            let budget = if stored {
                daily(&parts(&clock), 1_000, Unpriced::Refuse)
            } else {
                Budget::new(&parts(&clock), BudgetScope::Debate, MicroUsd(1_000), Unpriced::Refuse)
            };
            let (mut spent, mut held) = (0, Vec::new());
            for (asked, used, end) in calls {
                let reserved: u64 = held.iter().map(|(micros, _, _)| micros).sum();
                match budget.reserve(&quote(asked), None).await {
                    Ok(reservation) => {
                        assert!(spent + reserved + asked <= 1_000);
                        held.push((asked, used, reservation));
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::BudgetExceeded);
                        assert!(spent + reserved + asked > 1_000);
                    }
                }
                if end > 0 && !held.is_empty() {
                    let (micros, used, reservation) = held.swap_remove(held.len() / 2);
                    if end == 1 {
                        reservation.settle(MicroUsd(used)).await.unwrap();
                        spent += used;
                    } else {
                        drop(reservation);
                        spent += micros;
                    }
                }
                let reserved: u64 = held.iter().map(|(micros, _, _)| micros).sum();
                assert_eq!(stands(&budget).await, (spent, reserved));
            }
        });
    }
}

#[test]
fn errors_of_budgets_are_not_worth_repeating() {
    assert!(!Error::new(ErrorKind::BudgetExceeded, "x").retryable());
    assert!(!Error::new(ErrorKind::Unpriced, "x").retryable());
}
