//! Recording calls and replaying them.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::{
    Agent, AgentProfile, AgentReply, Author, Cassette, Output, RecordedAgent, Recorder, ScriptedAgent, Served,
    StopReason, Usage, Visibility, Warning,
};
use aragora_core::clock::ManualClock;
use aragora_core::debate::AgentKind;
use aragora_core::ids::{MicroUsd, RequestId};
use aragora_core::{Error, ErrorKind};
use aragora_tests::agents::{Heard, agent_id, message, request};
use serde_json::json;

#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Tape {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn rich_reply() -> AgentReply {
    AgentReply {
        structured: Some(json!({ "a": [1, null] })),
        reasoning: Some("hm".into()),
        stop: StopReason::Length,
        stop_raw: Some("length".into()),
        usage: Some(Usage { input_total: 9, output_total: 4, cache_read: 1, cache_write: 2, reasoning: 3 }),
        cost: Some(MicroUsd(17)),
        provider: "openai".into(),
        model: "gpt-5.4".into(),
        response_id: Some("resp".into()),
        request_id: Some("header-value".into()),
        warnings: vec![Warning { code: "w".into(), detail: "d".into() }],
        ..AgentReply::text("Forty-two")
    }
}

async fn record(tape: &Tape) -> Vec<aragora_core::Result<AgentReply>> {
    let script =
        ScriptedAgent::new(agent_id("one")).reply(rich_reply()).stream(["Well", ", yes"]).fail(ErrorKind::RateLimited);
    let recorder = Recorder::wrap(Arc::new(script), tape.clone());
    let mut outcomes = Vec::new();
    for id in ["d/1", "d/2", "d/3"] {
        let mut asked = request(id, &format!("Question {id}"));
        asked.metadata.insert("note".into(), "canary-metadata".into());
        outcomes.push(recorder.respond(asked, Output::resettable(Heard::new())).await);
    }
    outcomes
}

#[tokio::test]
async fn a_replay_says_what_was_recorded() {
    let tape = Tape::default();
    let outcomes = record(&tape).await;
    let agent = RecordedAgent::from_cassette(&*tape.bytes()).unwrap();
    assert_eq!((agent.len(), agent.profile().kind), (3, AgentKind::Recorded));
    assert_eq!(agent.profile().model, "gpt-5.4");
    for (id, original) in ["d/1", "d/2", "d/3"].iter().zip(outcomes) {
        let heard = Heard::new();
        let replayed = agent.respond(request(id, "another prompt"), Output::resettable(heard.clone())).await;
        match (original, replayed) {
            (Ok(original), Ok(replayed)) => {
                assert_eq!(replayed.served, Served::Recorded);
                let same =
                    AgentReply { served: original.served.clone(), request_id: original.request_id.clone(), ..replayed };
                let rounded = Duration::from_millis(original.latency.total.as_millis() as u64);
                assert_eq!(same.latency.total, rounded);
                assert_eq!(AgentReply { latency: original.latency, ..same }, original);
                if id == &"d/2" {
                    assert_eq!(heard.pieces().len(), 2, "streamed pieces come back as pieces");
                }
            }
            (Err(original), Err(replayed)) => {
                assert_eq!((original.kind(), original.retryable()), (replayed.kind(), replayed.retryable()));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_recording_holds_neither_prompts_nor_metadata_nor_header_values() {
    let tape = Tape::default();
    record(&tape).await;
    let text = String::from_utf8(tape.bytes()).unwrap();
    assert_eq!(text.lines().count(), 3);
    for secret in ["canary-metadata", "Question", "header-value"] {
        assert!(!text.contains(secret), "{secret} is on the tape");
    }
}

#[tokio::test]
async fn a_request_with_a_new_id_is_matched_by_its_digest_once() {
    let tape = Tape::default();
    record(&tape).await;
    let agent = RecordedAgent::from_cassette(&*tape.bytes()).unwrap();
    let mut asked = request("other", "Question d/2");
    let mut hidden = message(Author::Moderator, "not for you");
    hidden.visibility = Visibility::Only([agent_id("somebody")].into());
    asked.messages.insert(0, hidden);
    assert_eq!(agent.respond(asked.clone(), Output::none()).await.unwrap().text, "Well, yes");
    let error = agent.respond(asked, Output::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RecordingMissing);
}

#[tokio::test]
async fn order_counts_only_when_asked_for_and_live_agents_answer_only_when_given() {
    let profile = AgentProfile::new(agent_id("one"), AgentKind::Model);
    let replies = || {
        let failed = Err(Error::new(ErrorKind::Blocked, "no"));
        [
            (RequestId::new("a"), Ok("first".into())),
            (RequestId::new("b"), failed),
            (RequestId::new("a"), Ok("again".into())),
        ]
    };
    let ask = |agent: RecordedAgent, ids: &'static [&'static str]| async move {
        let mut said = Vec::new();
        for id in ids {
            let outcome = agent.respond(request(id, "?"), Output::none()).await;
            said.push(outcome.map_or_else(|error| error.code().to_owned(), |reply| reply.text));
        }
        said
    };
    let plain = RecordedAgent::from_replies(profile.clone(), replies());
    assert_eq!(
        ask(plain, &["b", "a", "a", "a", "z"]).await,
        ["blocked", "first", "again", "again", "recording_missing"]
    );
    let ordered = RecordedAgent::from_replies(profile.clone(), replies()).order_only();
    assert_eq!(ask(ordered, &["b", "z", "y", "x"]).await, ["blocked", "first", "again", "recording_missing"]);
    let live = ScriptedAgent::new(agent_id("one")).reply("live");
    let mixed = RecordedAgent::from_replies(profile, replies()).or_else(Arc::new(live));
    assert_eq!(ask(mixed, &["b", "z"]).await, ["blocked", "live"]);
}

#[tokio::test]
async fn gaps_are_kept_on_the_clock() {
    let clock = ManualClock::default();
    let script = ScriptedAgent::new(agent_id("one")).stream(["a", "b"]);
    let tape = Tape::default();
    let recorder = Recorder::wrap(Arc::new(script), tape.clone()).with_clock(Arc::new(clock.clone()));
    recorder.respond(request("r", "?"), Output::resettable(Heard::new())).await.unwrap();
    let slow = String::from_utf8(tape.bytes()).unwrap().replace("[0,\"b\"]", "[5000,\"b\"]");
    let agent = RecordedAgent::from_cassette(slow.as_bytes()).unwrap().with_gaps().with_clock(Arc::new(clock.clone()));
    let heard = Heard::new();
    let output = Output::resettable(heard.clone());
    let call = tokio::spawn(async move { agent.respond(request("r", "?"), output).await });
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(heard.text(), "a");
    clock.advance(Duration::from_secs(5));
    assert_eq!(call.await.unwrap().unwrap().text, "ab");
    assert_eq!(heard.text(), "ab");
}

#[tokio::test]
async fn a_torn_last_line_is_left_out_and_other_damage_names_its_line() {
    let tape = Tape::default();
    record(&tape).await;
    let whole = tape.bytes();
    for end in 0..=whole.len() {
        let (kept, rest) = whole.split_at(end);
        // A line that lacks nothing but its line feed is whole.
        let torn = kept.last().is_some_and(|b| *b != b'\n') && rest.first() != Some(&b'\n');
        let complete = kept.iter().filter(|b| **b == b'\n').count() + usize::from(rest.first() == Some(&b'\n'));
        let cassette = Cassette::read(kept).unwrap();
        assert_eq!(cassette.warnings().len(), usize::from(torn), "{end} bytes");
        let read = cassette.agent(&agent_id("one")).map_or(0, |agent| agent.len());
        assert_eq!(read, complete, "{end} bytes");
    }
    let mut damaged: Vec<Vec<u8>> = whole.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    damaged[1][5] = b'!';
    let error = Cassette::read(&*damaged.concat()).unwrap_err();
    assert_eq!((error.kind(), error.context()["line"].as_str()), (ErrorKind::Corrupt, "2"));
    let newer = String::from_utf8(whole).unwrap().replacen("\"v\":1", "\"v\":2", 1);
    let error = Cassette::read(newer.as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.context()["line"].as_str()), (ErrorKind::UnsupportedVersion, "1"));
}

#[tokio::test]
async fn several_participants_share_one_cassette() {
    let tape = Tape::default();
    let shared: Arc<Mutex<dyn Write + Send>> = Arc::new(Mutex::new(tape.clone()));
    for name in ["one", "two"] {
        let script = ScriptedAgent::new(agent_id(name)).reply(format!("I am {name}"));
        let recorder = Recorder::wrap_shared(Arc::new(script), Arc::clone(&shared));
        recorder.respond(request("same/id", "Who?"), Output::none()).await.unwrap();
    }
    let refused = RecordedAgent::from_cassette(&*tape.bytes()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    let cassette = Cassette::read(&*tape.bytes()).unwrap();
    let two = cassette.agent(&agent_id("two")).unwrap();
    assert_eq!(two.respond(request("same/id", "Who?"), Output::none()).await.unwrap().text, "I am two");
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_fails_the_call() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("disk full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let recorder = Recorder::wrap(Arc::new(ScriptedAgent::new(agent_id("one")).reply("hi")), Full);
    let error = recorder.respond(request("r", "?"), Output::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}
