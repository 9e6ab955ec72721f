//! The worked example of the specification, end to end.

use aragora_core::agents::ScriptedAgent;
use aragora_core::debate::{Event, Phase, StopCause, Verdict};
use aragora_core::engine::Check;
use aragora_core::{AgentId, Aragora, ErrorKind};

fn seat(id: &str) -> ScriptedAgent {
    ScriptedAgent::new(AgentId::new(id).unwrap())
}

#[tokio::test]
async fn the_worked_example_ends_as_specified_and_replays_to_the_same_bytes() {
    let aragora = Aragora::in_memory().unwrap();
    let a = seat("a")
        .on(Phase::Answer, "FINAL ANSWER: keep")
        .on(
            Phase::Critique,
            r#"{"critiques":[{"target":"c","issues":["x"],"suggestions":[],"severity":3,"reasoning":"r"}]}"#,
        )
        .on(Phase::Revise, "FINAL ANSWER: keep");
    let handle = aragora
        .debate("Keep the old API?")
        .seat(a)
        .seat(
            seat("b")
                .on(Phase::Answer, "FINAL ANSWER: keep")
                .on(Phase::Critique, "fine")
                .on(Phase::Revise, "FINAL ANSWER: keep"),
        )
        .seat(seat("c").on(Phase::Answer, "FINAL ANSWER: drop").on(Phase::Critique, "fine"))
        .seed(7)
        .start()
        .await
        .unwrap();
    let result = handle.result().await;
    let log = aragora.debates().log(&"default".try_into().unwrap(), handle.id()).await.unwrap();
    for record in &log {
        println!("{}", String::from_utf8(record.to_line().unwrap()).unwrap());
    }
    println!("{result:?}");
    let report = aragora.debates().replay(&log, Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
    let _ = (ErrorKind::Internal, StopCause::Consensus, Verdict::Approved, Event::TYPES);
}
