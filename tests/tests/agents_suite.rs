//! The contract of agents, for every agent in the box.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aragora_core::agents::{
    Agent, AgentProfile, AgentReply, AgentRequest, DemoAgent, DemoStyle, FnAgent, Output, RecordedAgent, Recorder,
    ScriptEnd, ScriptedAgent,
};
use aragora_core::clock::ManualClock;
use aragora_core::debate::AgentKind;
use aragora_core::ids::RequestId;
use aragora_core::testing::agents::{AgentUnderTest, Mood, agent_suite};
use aragora_core::{Error, ErrorKind};
use aragora_tests::agents::agent_id;
use aragora_tests::loopback::{Answer, End, Loopback};
use aragora_tests::providers::Opening;
use futures_util::FutureExt as _;

#[tokio::test]
async fn a_function_keeps_the_contract() {
    agent_suite(|mood| {
        let agent = FnAgent::new(agent_id("fn"), move |request, _output| async move {
            match mood {
                Mood::Answers => Ok(format!("{:?}", request.messages)),
                Mood::Hangs => std::future::pending().await,
            }
        });
        Some(AgentUnderTest::new(agent))
    })
    .await;
}

#[tokio::test]
async fn a_function_on_a_manual_clock_keeps_the_contract() {
    agent_suite(|mood| {
        let clock = ManualClock::default();
        let agent = FnAgent::new(agent_id("fn"), move |_, output| async move {
            output.text("Wet enough.");
            match mood {
                Mood::Answers => Ok("Wet enough."),
                Mood::Hangs => std::future::pending().await,
            }
        });
        Some(AgentUnderTest::new(agent.with_clock(Arc::new(clock.clone()))).on(clock))
    })
    .await;
}

#[tokio::test]
async fn a_script_keeps_the_contract() {
    agent_suite(|mood| {
        let clock = ManualClock::default();
        let agent = ScriptedAgent::new(agent_id("scripted")).with_clock(Arc::new(clock.clone()));
        let agent = match mood {
            Mood::Answers => agent.stream(["Wet", ", I", " think."]).reply("Wet."),
            Mood::Hangs => agent.hang(),
        };
        let agent = agent.at_end(ScriptEnd::Cycle);
        let seen = agent.clone();
        Some(AgentUnderTest::new(agent).on(clock).seen_by(move || format!("{:?}", seen.requests())))
    })
    .await;
}

#[tokio::test]
async fn every_demo_style_keeps_the_contract() {
    for style in [DemoStyle::Supportive, DemoStyle::Critical, DemoStyle::Balanced, DemoStyle::Contrarian] {
        agent_suite(|mood| match mood {
            Mood::Answers => Some(AgentUnderTest::new(DemoAgent::new(agent_id("demo"), style, 7))),
            Mood::Hangs => None,
        })
        .await;
    }
}

#[tokio::test]
async fn a_recording_keeps_the_contract() {
    agent_suite(|mood| {
        let replies = (0..16).map(|i| (RequestId::new(format!("recorded/{i}")), Ok("Wet.".into())));
        let agent =
            RecordedAgent::from_replies(AgentProfile::new(agent_id("tape"), AgentKind::Model), replies).order_only();
        (mood == Mood::Answers).then(|| AgentUnderTest::new(agent))
    })
    .await;
}

#[tokio::test]
async fn a_recorder_keeps_the_contract_of_what_it_records() {
    agent_suite(|mood| {
        let agent = ScriptedAgent::new(agent_id("scripted")).at_end(ScriptEnd::Repeat);
        let agent = match mood {
            Mood::Answers => agent.stream(["Wet", "."]),
            Mood::Hangs => agent.hang(),
        };
        Some(AgentUnderTest::new(Recorder::wrap(Arc::new(agent), std::io::sink())))
    })
    .await;
}

#[tokio::test]
async fn a_chat_completion_keeps_the_contract() {
    let chunk = |text: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
    let stop = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let stream = format!("{}{}{stop}", chunk("Wet, "), chunk("I think."));
    let whole = r#"{"choices":[{"message":{"content":"Wet."},"finish_reason":"stop"}]}"#;
    let answering = Loopback::start(move |received| {
        if received.json()["stream"] == true {
            Answer::new(200, "text/event-stream", stream.clone()).in_pieces_of(7)
        } else {
            Answer::new(200, "application/json", whole)
        }
    })
    .await
    .unwrap();
    let silent = Loopback::start(|_| Answer::new(200, "text/event-stream", "").ending(End::Silence)).await.unwrap();
    let answering = Arc::new(answering);
    agent_suite(|mood| {
        let server = match mood {
            Mood::Answers => &*answering,
            Mood::Hangs => &silent,
        };
        let agent = Opening::of("compatible", server.url()).open().unwrap();
        let seen = Arc::clone(&answering);
        Some(AgentUnderTest::shared(agent).seen_by(move || {
            seen.received().iter().map(|received| String::from_utf8_lossy(&received.body).into_owned()).collect()
        }))
    })
    .await;
}

/// A participant with one fault, to see the suite find it.
#[derive(Debug)]
struct Faulty(Fault);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    ShowsHiddenMessages,
    IgnoresCancel,
    StreamsSomethingElse,
    ValidatesNothing,
    DeduplicatesCalls,
    LeavesATaskBehind,
}

#[async_trait::async_trait]
impl Agent for Faulty {
    fn profile(&self) -> AgentProfile {
        AgentProfile::new(agent_id("faulty"), AgentKind::Foreign)
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> aragora_core::Result<AgentReply> {
        let me = agent_id("faulty");
        if self.0 != Fault::ValidatesNothing {
            request.validate(&me)?;
        }
        if self.0 != Fault::IgnoresCancel && request.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled"));
        }
        if request.deadline.is_some() {
            return Err(Error::new(ErrorKind::DeadlineExceeded, "late"));
        }
        match self.0 {
            Fault::ShowsHiddenMessages => Ok(format!("{:?}", request.messages).into()),
            Fault::StreamsSomethingElse => {
                output.text("something else");
                Ok("Wet.".into())
            }
            Fault::DeduplicatesCalls if request.id.as_str() == "suite/twice" => {
                static ASKED: AtomicBool = AtomicBool::new(false);
                match ASKED.swap(true, Ordering::Relaxed) {
                    true => Err(Error::new(ErrorKind::Conflict, "asked before")),
                    false => Ok("Wet.".into()),
                }
            }
            Fault::LeavesATaskBehind => {
                tokio::spawn(async move {
                    std::future::pending::<()>().await;
                    drop(output);
                });
                request.cancel.cancelled().await;
                Err(Error::new(ErrorKind::Cancelled, "cancelled"))
            }
            _ => Ok("Wet.".into()),
        }
    }
}

async fn found(fault: Fault) -> String {
    let suite = agent_suite(move |mood| {
        let has_mood = (mood == Mood::Hangs) == (fault == Fault::LeavesATaskBehind);
        has_mood.then(|| AgentUnderTest::new(Faulty(fault)))
    });
    match AssertUnwindSafe(suite).catch_unwind().await {
        Ok(()) => "nothing".into(),
        Err(panic) => panic
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_else(|| panic.downcast_ref::<&str>().copied().unwrap_or_default().to_owned()),
    }
}

#[tokio::test]
async fn the_suite_finds_each_fault() {
    for (fault, sentence) in [
        (Fault::ShowsHiddenMessages, "a hidden message appears"),
        (Fault::IgnoresCancel, "expected cancelled"),
        (Fault::StreamsSomethingElse, "streamed \"something else\""),
        (Fault::ValidatesNothing, "expected invalid_request"),
        (Fault::DeduplicatesCalls, "asked before"),
        (Fault::LeavesATaskBehind, "still holds the output"),
    ] {
        let found = found(fault).await;
        assert!(found.contains(sentence), "{fault:?}: found {found}");
    }
}
