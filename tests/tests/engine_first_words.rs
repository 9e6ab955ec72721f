//! A host gets its handle a moment after the first seats were asked, and still misses nothing they say.

use std::sync::Arc;

use aragora_core::Aragora;
use aragora_core::agents::FnAgent;
use aragora_core::engine::EventData;
use aragora_core::protocols::VoteOnlyProtocol;
use aragora_tests::agents::agent_id;
use tokio::sync::Notify;

#[tokio::test]
async fn who_asks_for_events_after_the_first_words_still_hears_them_in_order() {
    let (spoken, listened) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (said, go_on) = (spoken.clone(), listened.clone());
    let slow = FnAgent::new(agent_id("slow"), move |_, output| {
        let (said, go_on) = (said.clone(), go_on.clone());
        async move {
            assert!(output.wants_text(), "the first seat is asked as if nobody listened");
            output.text("keep ");
            said.notify_one();
            go_on.notified().await;
            output.text("it");
            Ok("keep it")
        }
    });
    let quick = FnAgent::new(agent_id("quick"), |_, _| async { Ok("keep it") });
    let aragora = Aragora::in_memory().unwrap();
    let debate = aragora.debate("Keep it?").seat(slow).seat(quick).protocol(VoteOnlyProtocol::default());
    let handle = debate.start().await.unwrap();
    spoken.notified().await;

    let mut events = handle.events(0);
    listened.notify_one();
    let (mut heard, mut recorded) = (String::new(), Vec::new());
    while let Some(event) = events.next().await {
        let event = event.unwrap();
        match &event.data {
            EventData::TokenDelta { turn, text } if turn.as_str().ends_with("slow") => heard.push_str(text),
            EventData::Recorded(body) => {
                let by_slow = event.agent.as_ref().is_some_and(|agent| agent.as_str() == "slow");
                assert!(!(by_slow && body.name() == "agent_message" && heard != "keep it"), "heard only {heard:?}");
                recorded.push(event.seq);
            }
            _ => {}
        }
    }
    assert_eq!(heard, "keep it");
    assert_eq!(recorded, (0..recorded.len() as u64).collect::<Vec<_>>(), "a gap or a repetition");
}

#[tokio::test]
async fn the_first_words_are_given_up_with_the_first_step() {
    let aragora = Aragora::in_memory().unwrap();
    let mut debate = aragora.debate("Keep it?").protocol(VoteOnlyProtocol::default());
    for id in ["ada", "bob"] {
        debate = debate.seat(FnAgent::new(agent_id(id), |_, _| async { Ok("keep it") }));
    }
    let handle = debate.start().await.unwrap();
    handle.result().await.unwrap();
    let mut events = handle.events(0);
    while let Some(event) = events.next().await {
        assert!(event.unwrap().event().is_some(), "nobody listened when this was said live");
    }
}
