//! Many debates in one engine: fairness, admission, shutdown, and figures that add up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::FnAgent;
use aragora_core::clock::Clock as _;
use aragora_core::debate::{Event, Outcome, StopCause};
use aragora_core::engine::{DebateBuilder, DebateHandle, DebateQuery, DebateState, ShutdownReport};
use aragora_core::ids::OrgId;
use aragora_core::protocols::{Simultaneous, VoteOnlyProtocol};
use aragora_core::telemetry::{SampleValue, names};
use aragora_core::{Error, ErrorKind};
use aragora_tests::agents::agent_id;
use aragora_tests::stage::Stage;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn two(stage: &Stage, wait: u64) -> DebateBuilder {
    ["a", "b"].iter().fold(stage.debate("Ship it?").protocol(VoteOnlyProtocol::default()), |debate, name| {
        debate.seat(stage.seat(name).delay(ms(wait)).reply("FINAL ANSWER: yes"))
    })
}

fn tenant(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

#[tokio::test]
async fn a_light_tenant_waits_for_one_turn_of_a_heavy_one_and_not_for_all() {
    let stage = Stage::with(|config| config.turn_permits = 1);
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seat = |id: &str, whose: &str| {
        let (asked, whose, clock) = (asked.clone(), whose.to_owned(), stage.clock.clone());
        FnAgent::new(agent_id(id), move |_, _| {
            asked.lock().unwrap().push(whose.clone());
            let wake = clock.sleep_until(clock.monotonic() + ms(100));
            async move {
                wake.await;
                Ok("FINAL ANSWER: yes")
            }
        })
        .with_clock(Arc::new(stage.clock.clone()))
    };
    let start = |whose: &'static str| {
        let debate = stage.debate("Ship it?").tenant(tenant(whose)).protocol(VoteOnlyProtocol::default());
        debate.seat(seat("a", whose)).seat(seat("b", whose))
    };
    let mut handles: Vec<DebateHandle> = Vec::new();
    for _ in 0..20 {
        handles.push(start("heavy").start().await.unwrap());
    }
    stage.settle().await;
    handles.push(start("light").start().await.unwrap());
    for handle in &handles {
        stage.until(handle.result()).await.unwrap();
    }
    let asked = asked.lock().unwrap();
    let light: Vec<usize> = asked.iter().enumerate().filter(|(_, who)| *who == "light").map(|(i, _)| i).collect();
    assert_eq!(asked.len(), 42);
    assert!(light[0] <= 2 && light[1] <= 4, "the light tenant's turns came at {light:?} of 42");
}

#[tokio::test]
async fn debates_beyond_the_bound_wait_and_those_beyond_the_queue_are_refused() {
    let stage = Stage::with(|config| (config.max_debates, config.max_queued) = (1, 2));
    let mut handles = Vec::new();
    for _ in 0..3 {
        handles.push(two(&stage, 100).start().await.unwrap());
        stage.settle().await;
    }
    let activity = stage.engine.activity();
    assert_eq!((activity.queued, activity.turns), (2, 2), "{activity:?}");
    let refused = two(&stage, 100).start().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::QueueFull);
    assert!(refused.retryable() && refused.retry_after().is_some());
    for handle in &handles {
        let played = stage.finish(handle).await;
        assert_eq!(played.decision().outcome, Outcome::Decided);
    }
    assert_eq!(stage.engine.activity(), Default::default());
}

#[tokio::test]
async fn a_debate_that_waits_for_admission_can_be_spoken_to_cancelled_and_overtaken_by_its_deadline() {
    let stage = Stage::with(|config| config.max_debates = 1);
    let long = two(&stage, 50_000).deadline(Duration::from_secs(600)).start().await.unwrap();
    stage.settle().await;
    let spoken_to = two(&stage, 10).start().await.unwrap();
    let cancelled = two(&stage, 10).start().await.unwrap();
    let overtaken = two(&stage, 10).deadline(Duration::from_secs(5)).start().await.unwrap();
    stage.settle().await;
    spoken_to.human().message("ada", "hello").unwrap();
    cancelled.cancel("enough");
    assert_eq!(stage.until(cancelled.result()).await.unwrap_err().kind(), ErrorKind::Cancelled);
    let played = stage.finish(&overtaken).await;
    assert_eq!((played.decision().stop.cause, played.decision().calls.made), (StopCause::Deadline, 0));
    let report = stage.engine.replay(&played.log, aragora_core::engine::Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
    assert!(!spoken_to.is_finished());
    stage.until(long.result()).await.unwrap();
    let played = stage.finish(&spoken_to).await;
    assert_eq!(played.decision().outcome, Outcome::Decided);
    assert!(matches!(played.log[1].event, Event::HumanInput(_)));
    let report = stage.engine.replay(&played.log, aragora_core::engine::Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
}

#[tokio::test]
async fn a_debate_that_waits_longer_than_its_lease_keeps_it() {
    let stage = Stage::with(|config| config.max_debates = 1);
    let long = two(&stage, 55_000).start().await.unwrap();
    stage.settle().await;
    let second = two(&stage, 55_000).start().await.unwrap();
    stage.settle().await;
    let third = two(&stage, 10).start().await.unwrap();
    for handle in [&long, &second, &third] {
        assert_eq!(stage.finish(handle).await.decision().outcome, Outcome::Decided);
    }
}

#[tokio::test]
async fn a_shutdown_admits_nothing_lets_debates_end_and_stops_the_rest_at_their_last_record() {
    let stage = Stage::new();
    let quick = two(&stage, 100).start().await.unwrap();
    let slow = two(&stage, 50_000).start().await.unwrap();
    stage.settle().await;
    let engine = stage.engine.clone();
    let shutdown = tokio::spawn(async move { engine.shutdown(Duration::from_secs(30)).await });
    stage.settle().await;
    assert_eq!(two(&stage, 1).start().await.unwrap_err().kind(), ErrorKind::Closed);
    let report = stage.until(shutdown).await.unwrap();
    assert_eq!(report, ShutdownReport { finished: 1, stopped: 1 });
    assert!(quick.result().await.is_ok());
    let stopped = slow.result().await.unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::Unavailable);
    let log = stage.log(&slow).await;
    assert_eq!(log.last().map(|record| record.event.name()), Some("turn_start"), "nothing was added");
    assert_eq!(stage.engine.activity(), Default::default());
    let running = DebateQuery { state: Some(DebateState::Running), ..DebateQuery::default() };
    let page = stage.engine.list(&tenant("default"), &running).await.unwrap();
    assert_eq!(page.items.len(), 1, "it can be resumed elsewhere");

    let idle = Stage::new();
    assert_eq!(idle.until(idle.engine.shutdown(Duration::from_secs(30))).await, ShutdownReport::default());
}

/// The sum of a counter over its labels.
fn total(stage: &Stage, name: &str) -> u64 {
    let samples = stage.engine.parts().telemetry.snapshot();
    let of_name = samples.iter().filter(|sample| sample.def.name == name);
    of_name.map(|sample| if let SampleValue::Counter(count) = sample.value { count } else { 0 }).sum()
}

#[tokio::test]
async fn started_debates_are_completed_failed_or_running() {
    let stage = Stage::new();
    let adds_up = |running: u64| {
        let (started, completed, failed) = (
            total(&stage, names::DEBATES_TOTAL.name),
            total(&stage, names::DEBATES_COMPLETED.name),
            total(&stage, names::DEBATES_FAILED.name),
        );
        assert_eq!(started, completed + failed + running, "{started} = {completed} + {failed} + {running}");
        assert_eq!(stage.engine.activity().debates as u64, running);
        (started, completed, failed)
    };
    stage.play(two(&stage, 10)).await.result.unwrap();
    adds_up(0);
    let failing = ["a", "b"].iter().fold(stage.debate("x"), |d, id| d.seat(stage.seat(id).fail(ErrorKind::Blocked)));
    stage.play(failing).await.result.unwrap_err();
    adds_up(0);
    let cancelled = two(&stage, 100).start().await.unwrap();
    stage.settle().await;
    adds_up(1);
    cancelled.cancel("enough");
    stage.until(cancelled.result()).await.unwrap_err();
    let partial = two(&stage, 100_000).deadline(Duration::from_secs(1));
    assert!(stage.play(partial).await.decision().partial);
    assert!(two(&stage, 1).rounds(0).start().await.is_err(), "a refused debate was never started");
    assert_eq!(adds_up(0), (4, 3, 1));
    let telemetry = &stage.engine.parts().telemetry;
    for cause in ["completed", "all_failed", "cancelled", "deadline"] {
        assert_eq!(telemetry.count_of(&names::DEBATE_STOPS_TOTAL, &[cause]), 1, "{cause}");
    }
    assert_eq!(telemetry.count_of(&names::DEBATES_COMPLETED, &["cancelled"]), 1);
    assert_eq!(telemetry.count_of(&names::DEBATES_COMPLETED, &["deadline"]), 1);
    assert_eq!(telemetry.count_of(&names::DEBATE_CALLS_TOTAL, &["made"]), 8);
}

#[tokio::test]
async fn a_failed_protocol_is_a_failed_debate_in_the_figures() {
    #[derive(Debug)]
    struct Fails;
    impl aragora_core::protocols::DebateProtocol for Fails {
        fn describe(&self) -> aragora_core::protocols::ProtocolInfo {
            aragora_core::protocols::ProtocolInfo::new("fails", "1")
        }
        fn next(&self, _: &aragora_core::debate::Transcript) -> aragora_core::Result<aragora_core::protocols::Step> {
            Err(Error::new(ErrorKind::Internal, "no step"))
        }
    }
    let stage = Stage::new();
    let played = stage.play(two(&stage, 1).protocol(Fails)).await;
    assert_eq!(played.result.unwrap_err().kind(), ErrorKind::ProtocolFailed);
    assert_eq!(total(&stage, names::DEBATES_TOTAL.name), 1);
    assert_eq!(total(&stage, names::DEBATES_FAILED.name), 1);
    assert_eq!(total(&stage, names::DEBATES_COMPLETED.name), 0);
}

#[tokio::test]
async fn hundreds_of_debates_at_once_all_end_and_leave_nothing_behind() {
    let stage = Stage::with(|config| config.turn_permits = 16);
    let mut handles = Vec::new();
    for i in 0..200 {
        let debate = two(&stage, 100).tenant(tenant(&format!("t{}", i % 7))).protocol(Simultaneous::default());
        handles.push(debate.start().await.unwrap());
    }
    for handle in &handles {
        assert_eq!(stage.until(handle.result()).await.unwrap().outcome, Outcome::Decided);
    }
    assert_eq!(stage.engine.activity(), Default::default());
}
