//! What a host sees of a debate while it runs and afterwards.

use std::collections::HashMap;
use std::time::Duration;

use aragora_core::agents::{FnAgent, ScriptStep};
use aragora_core::debate::{DebateOptions, Event, Phase};
use aragora_core::engine::{DebateBuilder, EventClass, EventData, EventStream, StreamEvent};
use aragora_core::ids::OrgId;
use aragora_core::protocols::Simultaneous;
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::agent_id;
use aragora_tests::stage::Stage;

/// Seats that stream their answers in pieces.
fn streaming(stage: &Stage) -> DebateBuilder {
    ["a", "b", "c"].iter().fold(stage.debate("Ship it?"), |debate, name| {
        let seat = stage
            .seat(name)
            .step(ScriptStep::Delay(Duration::from_millis(10)))
            .step(ScriptStep::stream(["FINAL ", "ANSWER: ", "yes ü"]))
            .on(Phase::Vote, "CHOICE: A");
        debate.seat(seat)
    })
}

async fn collect(mut stream: EventStream) -> Vec<StreamEvent> {
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event.unwrap());
    }
    events
}

fn recorded(events: &[StreamEvent]) -> Vec<u64> {
    events.iter().filter(|event| event.class == EventClass::Recorded).map(|event| event.seq).collect()
}

#[tokio::test]
async fn every_recorded_event_comes_exactly_once_and_in_order_from_wherever_one_begins() {
    let stage = Stage::new();
    let handle = streaming(&stage).start().await.unwrap();
    let from_the_start = tokio::spawn(collect(handle.events(0)));
    let from_five = tokio::spawn(collect(handle.events(5)));
    let from_the_future = tokio::spawn(collect(handle.events(20)));
    // The answers come after 10 ms.
    stage.pass(Duration::from_millis(5)).await;
    let midway = tokio::spawn(collect(handle.events(3)));
    let live_only = tokio::spawn(collect(handle.events_live()));
    let played = stage.finish(&handle).await;
    let afterwards = tokio::spawn(collect(handle.events(0)));
    let last = played.log.len() as u64 - 1;
    for (task, from) in [(from_the_start, 0), (from_five, 5), (from_the_future, 20), (midway, 3), (afterwards, 0)] {
        let events = stage.until(task).await.unwrap();
        assert_eq!(recorded(&events), (from..=last).collect::<Vec<_>>(), "from {from}");
        for event in events.iter().filter(|event| event.class == EventClass::Recorded) {
            let record = &played.log[event.seq as usize];
            assert_eq!((event.event(), event.round, event.time), (Some(&record.event), Some(record.round), record.at));
        }
        assert!(events.last().unwrap().is_terminal());
    }
    let seqs = recorded(&stage.until(live_only).await.unwrap());
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1) && seqs.last() == Some(&last));
}

#[tokio::test]
async fn streamed_text_since_the_last_reset_is_the_text_of_the_reply() {
    let stage = Stage::new();
    // One seat does not stream at all, and one takes back what it said first.
    let silent = stage.seat("silent").delay(Duration::from_millis(10)).reply("FINAL ANSWER: no");
    let hasty = FnAgent::new(agent_id("hasty"), |_, output| async move {
        output.text("FINAL ANSWER: may");
        output.reasoning("hm");
        output.reset();
        output.text("FINAL ");
        Ok("FINAL ANSWER: yes")
    });
    let options = DebateOptions { stop_when: None, ..DebateOptions::default() };
    let debate = streaming(&stage).seat(silent).seat(hasty).protocol(Simultaneous::default()).options(options);
    let handle = debate.start().await.unwrap();
    // Whoever listens before a step hears all of it; the first step may be asked before anybody can.
    let events = tokio::spawn(collect(handle.events(0)));
    let played = stage.finish(&handle).await;
    let events = stage.until(events).await.unwrap();
    let (mut text, mut ended): (HashMap<String, String>, HashMap<String, u64>) = Default::default();
    let mut second_round = 0;
    for event in &events {
        match &event.data {
            EventData::TokenStart { turn } => {
                assert_eq!(event.round, Some(if turn.as_str().starts_with("r1") { 1 } else { 2 }));
                assert!(text.insert(turn.to_string(), String::new()).is_none());
            }
            EventData::TokenDelta { turn, text: piece } => text.get_mut(turn.as_str()).unwrap().push_str(piece),
            EventData::TokenReset { turn } => text.get_mut(turn.as_str()).unwrap().clear(),
            EventData::TokenEnd { turn, chars } => {
                assert_eq!(event.round, Some(if turn.as_str().starts_with("r1") { 1 } else { 2 }));
                ended.insert(turn.to_string(), *chars);
            }
            EventData::Recorded(recorded) => {
                if let Event::AgentMessage(body) = recorded.as_ref()
                    && event.round == Some(2)
                {
                    second_round += 1;
                    assert_eq!(text[body.turn.as_str()], *body.text);
                    assert_eq!(ended[body.turn.as_str()], body.text.chars().count() as u64);
                }
            }
            _ => {}
        }
    }
    assert_eq!(second_round, 5);
    assert_eq!(recorded(&events).len(), played.log.len());
    assert!(events.iter().any(|event| event.kind() == "token_reset"));
    assert!(events.iter().any(|event| event.kind() == "agent_thinking"));
}

#[tokio::test]
async fn the_events_of_one_participant_are_numbered_without_gaps() {
    let stage = Stage::new();
    let handle = streaming(&stage).start().await.unwrap();
    let events = tokio::spawn(collect(handle.events(0)));
    stage.finish(&handle).await;
    let mut next: HashMap<String, u64> = HashMap::new();
    for event in stage.until(events).await.unwrap() {
        assert_eq!(event.run, 1);
        let (Some(agent), Some(seq)) = (&event.agent, event.agent_seq) else { continue };
        let expected = next.entry(agent.to_string()).or_insert(seq);
        // Joined pieces of text carry the number of the last piece.
        assert!(seq >= *expected, "{agent}: {seq} after {expected}");
        *expected = seq + 1;
    }
    assert_eq!(next.len(), 3);
}

#[tokio::test]
async fn a_reader_that_falls_behind_catches_up_from_the_log_and_the_debate_waits_for_nobody() {
    let stage = Stage::with(|config| config.event_buffer = 2);
    let handle = streaming(&stage).start().await.unwrap();
    let mut stalled = handle.events(0);
    let first = stage.until(stalled.next()).await.unwrap().unwrap();
    assert_eq!(first.seq, 0);
    // Nobody reads while the debate plays to its end.
    let played = stage.finish(&handle).await;
    assert!(played.result.is_ok());
    let mut rest = vec![first];
    rest.extend(stage.until(collect(stalled)).await);
    assert_eq!(recorded(&rest), (0..played.log.len() as u64).collect::<Vec<_>>());
    let lags: Vec<_> = rest.iter().filter(|event| matches!(event.data, EventData::Lagged { .. })).collect();
    assert!(!lags.is_empty(), "it is told that it fell behind");
    for lag in lags {
        assert_eq!(lag.class, EventClass::Live);
        if let EventData::Lagged { from, to, .. } = lag.data {
            assert!(from <= to);
        }
    }
}

#[tokio::test]
async fn a_finished_debate_is_read_from_its_log() {
    let stage = Stage::new();
    let handle = streaming(&stage).start().await.unwrap();
    let played = stage.finish(&handle).await;
    let id = handle.id().clone();
    drop(handle);
    let tenant = OrgId::new("default").unwrap();
    for from in [0, 7] {
        let events = collect(stage.engine.events(&tenant, &id, from).await.unwrap()).await;
        assert_eq!(recorded(&events), (from..played.log.len() as u64).collect::<Vec<_>>());
        assert!(events.iter().all(|event| event.run == 1 && event.agent_seq.is_none()));
    }
    let behind = collect(stage.engine.events(&tenant, &id, 10_000).await.unwrap()).await;
    assert!(behind.is_empty());
    let error = stage.engine.events(&tenant, &aragora_core::DebateId::new("nobody").unwrap(), 0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_event_is_one_flat_object_that_says_what_its_record_says() {
    let stage = Stage::new();
    let handle = streaming(&stage).start().await.unwrap();
    let events = tokio::spawn(collect(handle.events(0)));
    stage.finish(&handle).await;
    for event in stage.until(events).await.unwrap() {
        let json = event.to_json();
        assert_eq!(json["type"], event.kind());
        assert_eq!(json["seq"], event.seq);
        assert_eq!(json["debate_id"], handle.id().as_str());
        assert_eq!(json["class"], if event.class == EventClass::Live { "live" } else { "recorded" });
        assert!(json["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{json}");
    }
}

#[tokio::test]
async fn dropping_a_stream_changes_nothing() -> Result<()> {
    let stage = Stage::new();
    let handle = streaming(&stage).start().await?;
    drop(handle.events(0));
    let played = stage.finish(&handle).await;
    played.result?;
    Ok(())
}
