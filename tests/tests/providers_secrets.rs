//! A key is in one header of one request and nowhere else, also when a server echoes it.

use std::error::Error as _;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aragora_core::agents::layers::{ReplyCache, Stack, StackConfig};
use aragora_core::agents::providers::{ApiKey, FnCredentials, ProviderConfig, ProviderHandle, Wire, open};
use aragora_core::agents::{
    Agent, AgentParts, Budget, BudgetScope, CallContext, EmbedTask, FnAgent, Output, PartialReply, Period, Recorder,
    Unpriced,
};
use aragora_core::clock::ManualClock;
use aragora_core::config::{Config, Secret};
use aragora_core::engine::Engine;
use aragora_core::http::Headers;
use aragora_core::ids::MicroUsd;
use aragora_core::protocols::Simultaneous;
use aragora_core::storage::Storage;
use aragora_core::telemetry::Parts;
use aragora_core::{Aragora, Error};
use aragora_tests::agents::{Heard, agent_id, request};
use aragora_tests::cassettes::{CANARY_KEY, Playback, Recorded};
use aragora_tests::durable::{engine, tenant};
use aragora_tests::file_store::FileStorage;
use aragora_tests::logs::Logged;
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt as _;

/// A secret beside the key, in a header the host sets.
const OTHER: &str = "canary-key-other-9876543210";

/// Every provider, by the kind of call it is asked in.
const PROVIDERS: [(&str, &str, Wire); 14] = [
    ("anthropic", "messages", Wire::Messages),
    ("openai", "responses", Wire::Responses),
    ("openai", "chat", Wire::Chat),
    ("openrouter", "chat", Wire::Chat),
    ("mistral", "chat", Wire::Chat),
    ("xai", "responses", Wire::Responses),
    ("groq", "chat", Wire::Chat),
    ("deepseek", "chat", Wire::Chat),
    ("azure", "chat", Wire::Chat),
    ("bedrock", "chat", Wire::Chat),
    ("compatible", "chat", Wire::Chat),
    ("gemini", "generate", Wire::Gemini),
    ("gemini", "interactions", Wire::GeminiInteractions),
    ("vertex", "generate", Wire::Gemini),
];

fn said() -> String {
    format!("You sent {CANARY_KEY} ({OTHER}), once {}***", &CANARY_KEY[..14])
}

fn whole(status: u16, kind: &str, body: String) -> Recorded {
    Recorded {
        status,
        headers: [
            ("content-type", kind),
            ("x-request-id", CANARY_KEY),
            ("request-id", CANARY_KEY),
            ("location", CANARY_KEY),
            ("retry-after", CANARY_KEY),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        body: body.into_bytes(),
        cut: false,
    }
}

fn echoes() -> Vec<(&'static str, Recorded)> {
    let said = said();
    let error = json!({ "error": {
        "message": said, "code": CANARY_KEY, "type": said, "param": CANARY_KEY,
        "metadata": { "raw": said }, "details": [{ "reason": said }],
    }, "request_id": CANARY_KEY, "detail": said });
    let json = "application/json";
    vec![
        ("401", whole(401, json, error.to_string())),
        ("400 as a list", whole(400, json, json!([error]).to_string())),
        ("500 as a page", whole(500, "text/html", format!("<html>{said}</html>"))),
        ("403 as a text", whole(403, json, json!({ "error": said }).to_string())),
        ("302", whole(302, json, said.clone())),
        ("200 with an error", whole(200, json, error.to_string())),
        ("200 as a page", whole(200, "text/html", format!("<html>{said}</html>"))),
        ("200 without sense", whole(200, json, json!({ CANARY_KEY: said }).to_string())),
        ("a stream with an error", whole(200, "text/event-stream", format!("event: error\ndata: {error}\n\n"))),
        ("a stream without sense", whole(200, "text/event-stream", format!("data: {said}\n\n"))),
    ]
}

/// What a recorder writes.
#[derive(Clone, Debug, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn assert_clean(text: &str, place: &str) {
    // Prefixes of at least eight characters are as good as the key.
    for secret in [&CANARY_KEY[..8], OTHER] {
        assert!(!text.contains(secret), "{place}: {text}");
    }
}

fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {:?}", error.context());
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, " {error} {error:?}");
        cause = error.source();
    }
    if let Some(partial) = PartialReply::of(error) {
        let _ = write!(text, " {partial:?}");
    }
    text
}

struct Subject {
    agent: Arc<dyn Agent>,
    parts: AgentParts,
    playback: Playback,
    shown: String,
}

fn subject(provider: &str, wire: Wire, response: &Recorded, number: usize) -> Subject {
    let mut config = ProviderConfig::new(provider.parse().unwrap(), "asked-model");
    config.id = Some(agent_id(&format!("seat-{number}")));
    config.wire = Some(wire);
    config.base_url = Some("http://localhost/v1".into());
    config.capture_raw = true;
    config.headers.insert("x-other".into(), Secret::from(OTHER));
    let playback = Playback::of(response);
    let parts = AgentParts::new(Parts::system().with_clock(ManualClock::default()), Arc::new(playback.clone()));
    let hook = FnCredentials::new(|_, _| async {
        let mut headers = Headers::new();
        headers.set("authorization", format!("Bearer {CANARY_KEY}"));
        Ok(headers)
    });
    let key = ApiKey(Secret::from(CANARY_KEY));
    let mut shown = format!("{config:?} {hook:?} {key:?} ");
    let agent = if provider == "vertex" {
        open(&config, Arc::new(hook), &parts).unwrap()
    } else {
        open(&config, Arc::new(key), &parts).unwrap()
    };
    let _ = write!(shown, "{agent:?} {:?} {parts:?}", agent.profile());
    Subject { agent, parts, playback, shown }
}

#[tokio::test]
async fn a_key_that_a_server_echoes_comes_out_nowhere() {
    let logged = Logged::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(logged.clone()));
    for (what, response) in echoes() {
        for (number, (provider, api, wire)) in PROVIDERS.into_iter().enumerate() {
            for streamed in [false, true] {
                let place = format!("{provider} {api}, {what}, streamed {streamed}");
                let Subject { agent, parts, playback, shown: before } = subject(provider, wire, &response, number);
                assert_clean(&before, &format!("{place}: before it is asked"));
                let tape = Tape::default();
                let recorded = Recorder::wrap(agent, tape.clone());
                let heard = Heard::new();
                let output = if streamed { Output::resettable(heard.clone()) } else { Output::none() };
                let outcome = recorded.respond(request("deb/r1.answer.0", "Well?"), output.clone()).await;
                let error = outcome.expect_err(&place);
                assert_clean(&shown(&error), &format!("{place}: the error"));
                assert_clean(&format!("{:?} {:?}", output.attempts(), heard.pieces()), &format!("{place}: the record"));
                assert_clean(&String::from_utf8_lossy(&tape.0.lock().unwrap()), &format!("{place}: the cassette"));
                assert_clean(&parts.parts.telemetry.render_prometheus(), &format!("{place}: the metrics"));
                assert_clean(&format!("{recorded:?} {parts:?}"), &format!("{place}: after it was asked"));
                // It was sent all the same, in one header, and the request does not show it.
                let [sent] = playback.sent().try_into().unwrap_or_else(|sent| panic!("{place}: {sent:?}"));
                assert_clean(&format!("{sent:?}"), &format!("{place}: the request"));
                let fields: Vec<_> = sent.headers.iter().filter(|(_, value)| value.contains(CANARY_KEY)).collect();
                assert_eq!(fields.len(), 1, "{place}: {fields:?}");
                assert!(!sent.url.as_str().contains("canary"), "{place}");
                assert!(!String::from_utf8_lossy(&sent.body).contains("canary"), "{place}");
            }
        }
    }
    assert_clean(&logged.text(), "the logs");
}

#[tokio::test]
async fn a_debate_keeps_no_key_in_its_log_events_metrics_and_logs() {
    let logged = Logged::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(logged.clone()));
    for (what, response) in echoes() {
        let engine = Engine::builder().parts(Parts::system().with_clock(ManualClock::default())).build().unwrap();
        let telemetry = engine.parts().telemetry.clone();
        let aragora = Aragora::with_engine(engine);
        let mut debate = aragora.debate("Is water wet?").protocol(Simultaneous::default());
        for (number, (provider, _, wire)) in PROVIDERS.into_iter().enumerate() {
            debate = debate.seat(subject(provider, wire, &response, number).agent);
        }
        for name in ["ada", "bob", "eve"] {
            let answer = |_, _| async move { Ok("FINAL ANSWER: no") };
            debate = debate.seat(FnAgent::new(agent_id(name), answer));
        }
        let handle = debate.start().await.unwrap();
        let mut events = handle.events(0);
        let mut seen = String::new();
        while let Some(event) = events.next().await {
            let _ = writeln!(seen, "{:?}", event.unwrap());
        }
        let result = handle.result().await;
        assert!(seen.len() > 1_000, "{seen}");
        assert_clean(&seen, &format!("{what}: the events"));
        assert_clean(&format!("{result:?}"), &format!("{what}: the decision"));
        let log = aragora.debates().log(&tenant(), handle.id()).await.unwrap();
        assert_clean(&serde_json::to_string(&log).unwrap(), &format!("{what}: the log"));
        assert_clean(&telemetry.render_prometheus(), &format!("{what}: the metrics"));
    }
    assert!(!logged.text().is_empty());
    assert_clean(&logged.text(), "the logs");
}

/// A completion that says the key in every field beside the answer.
fn answer_with_echoes() -> Recorded {
    let choice = json!({
        "message": { "content": "It is.\nFINAL ANSWER: yes" },
        "finish_reason": CANARY_KEY,
        "said": said(),
    });
    let body = json!({ "id": CANARY_KEY, "model": CANARY_KEY, "choices": [choice], "service_tier": CANARY_KEY,
        "system_fingerprint": CANARY_KEY, "usage": { "prompt_tokens": 9, "completion_tokens": 3, "said": said() } });
    whole(200, "application/json", body.to_string())
}

// What it writes stays where the suite `secrets` searches.
#[tokio::test]
async fn what_is_left_on_the_disk_holds_no_key() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("secrets");
    // Of an earlier run, if there was one.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let clock = ManualClock::default();
    let store: Arc<dyn Storage> = Arc::new(FileStorage::open(&folder, Arc::new(clock.clone())).await.unwrap());
    let engine = engine(&store, &clock);
    let aragora = Aragora::with_engine(engine);
    let mut debate = aragora.debate("Is water wet?").protocol(Simultaneous::default());
    let answers = [answer_with_echoes(), answer_with_echoes(), echoes().remove(0).1];
    for (number, answer) in answers.iter().enumerate() {
        let Subject { agent, parts, .. } = subject("compatible", Wire::Chat, answer, number);
        let parts = AgentParts::new(parts.parts.clone().with_clock(clock.clone()), parts.transport.clone())
            .with_storage(store.clone());
        let scope = BudgetScope::Tenant { tenant: tenant(), period: Period::Day };
        let mut layers = StackConfig::default();
        layers.cache = Some(ReplyCache::new(&parts, tenant()).always());
        layers.budgets =
            vec![Budget::new(&parts, scope, MicroUsd(1_000_000), Unpriced::Assume { input: 9, output: 9 })];
        let cassette = std::fs::File::create(folder.join(format!("cassette-{number}.jsonl"))).unwrap();
        let agent = Stack::recommended(&layers, &parts).wrap(agent).unwrap();
        debate = debate.seat(Recorder::wrap(agent, cassette));
    }
    let handle = debate.start().await.unwrap();
    handle.result().await.unwrap();
    let log = aragora.debates().log(&tenant(), handle.id()).await.unwrap();
    std::fs::write(folder.join("debate.json"), serde_json::to_vec(&log).unwrap()).unwrap();
    let mut all = String::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert_clean(&text, &path.display().to_string());
        all += &text;
    }
    for written in ["FINAL ANSWER: yes", "cached_reply", "budget_period", "unauthenticated", "debate_end"] {
        assert!(all.contains(written), "{written} was not written");
    }
}

#[tokio::test]
async fn of_an_address_neither_user_nor_query_is_shown() {
    let config = |base: &str| {
        let mut config = ProviderConfig::new("compatible".parse().unwrap(), "m");
        config.base_url = Some(base.to_owned());
        config.query.insert("v".into(), CANARY_KEY.into());
        config
    };
    let mut whole = config(&format!("https://ann:{CANARY_KEY}@e.com/v1?sig={CANARY_KEY}#{CANARY_KEY}"));
    whole.path = Some(format!("chat?sig={CANARY_KEY}"));
    whole.app_url = Some(format!("https://app.com/?sig={CANARY_KEY}"));
    whole.extra.insert("user_token".into(), CANARY_KEY.into());
    let text = format!("{whole:?} {whole:#?}");
    assert_clean(&text, "the configuration");
    assert!(text.contains("e.com/v1") && text.contains("app.com"), "{text}");
    let key = || Arc::new(ApiKey(Secret::from(CANARY_KEY)));
    let parts = AgentParts::new(Parts::system(), Arc::new(Playback::of(&answer_with_echoes())));
    assert_clean(&shown(&open(&whole, key(), &parts).unwrap_err()), "the refusal");

    let signed = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&signed);
    let hook = FnCredentials::new(move |request, _| {
        let _ = write!(seen.lock().unwrap(), "{request:?}");
        async { Ok(Headers::new()) }
    });
    let playback = Playback::of(&answer_with_echoes());
    let parts = AgentParts::new(Parts::system(), Arc::new(playback.clone()));
    let queried = config(&format!("https://e.com/v1?sig={CANARY_KEY}"));
    let handle = ProviderHandle::open(&queried, Arc::new(hook), &parts).unwrap();
    let agent = open(&queried, key(), &parts).unwrap();
    handle.embedder(None).unwrap().embed(vec!["?".into()], EmbedTask::Query, CallContext::new()).await.unwrap_err();
    agent.respond(request("r", "?"), Output::none()).await.unwrap();
    let text = format!("{handle:?} {:?} {agent:?} {:?} {parts:?}", handle.embedder(None).unwrap(), playback.sent());
    assert_clean(&text, "what is open");
    assert_clean(&signed.lock().unwrap(), "what a hook sees");
    assert!(text.contains("https://e.com/v1/chat/completions?***") && signed.lock().unwrap().contains("e.com/v1"));
    assert!(playback.sent().iter().all(|sent| sent.url.as_str().contains(CANARY_KEY)), "it is sent all the same");

    let host = format!("http://localhost:1/?sig={CANARY_KEY}");
    let settings = Config::load([("OLLAMA_HOST", host.as_str())]).unwrap();
    assert_clean(&format!("{settings:?}"), "the settings");
    let with_user = format!("http://ann:{CANARY_KEY}@localhost:1");
    assert_clean(&shown(&Config::load([("OLLAMA_HOST", with_user.as_str())]).unwrap_err()), "the violation");
    // Nobody listens there, and the vendor's client says so in its own words.
    let nowhere = config("http://127.0.0.1:1/v1?a=b");
    let error = open(&nowhere, key(), &AgentParts::system().unwrap()).unwrap();
    let error = error.respond(request("r", "?"), Output::none()).await.unwrap_err();
    assert_clean(&shown(&error), "a failed connection");
}
