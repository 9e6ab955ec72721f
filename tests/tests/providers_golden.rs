//! The bodies we send, word for word: every wire, asked for a text, a value and a ballot, plainly and with every knob.
//! `cargo insta review` after a wanted change; the suite `providers` holds them against the vendors' own types.

use std::collections::BTreeMap;

use aragora_core::agents::providers::{ProviderConfig, StreamMode, Wire};
use aragora_core::agents::{AgentRequest, Author, Effort, Expect, JsonShape, Output, PromptCache, Sampling};
use aragora_core::debate::{BallotKind, BallotShape, Label};
use aragora_core::ids::DebateId;
use aragora_tests::agents::{agent_id, message, request};
use aragora_tests::loopback::{Answer, Loopback};
use aragora_tests::providers::Opening;
use serde_json::{Value, json};

/// A wire as one vendor speaks it.
#[derive(Clone, Copy)]
struct Row {
    /// What its golden files begin with; the suite `providers` finds the vendor's types by it.
    name: &'static str,
    provider: &'static str,
    wire: Wire,
    model: &'static str,
}

const ROWS: &[Row] = &[
    Row { name: "messages", provider: "anthropic", wire: Wire::Messages, model: "claude-sonnet-5" },
    Row { name: "messages_vertex", provider: "vertex", wire: Wire::Messages, model: "claude-opus-4-6" },
    Row { name: "responses", provider: "openai", wire: Wire::Responses, model: "gpt-5.4" },
    Row { name: "responses_xai", provider: "xai", wire: Wire::Responses, model: "grok-4.3" },
    Row { name: "chat", provider: "openai", wire: Wire::Chat, model: "gpt-5.4" },
    Row { name: "chat_mistral", provider: "mistral", wire: Wire::Chat, model: "mistral-large-latest" },
    Row { name: "chat_openrouter", provider: "openrouter", wire: Wire::Chat, model: "anthropic/claude-sonnet-4.5" },
    Row { name: "gemini", provider: "gemini", wire: Wire::Gemini, model: "gemini-3-flash-preview" },
    Row { name: "gemini_vertex", provider: "vertex", wire: Wire::Gemini, model: "gemini-2.5-flash" },
    Row { name: "interactions", provider: "gemini", wire: Wire::GeminiInteractions, model: "gemini-3-flash-preview" },
];

/// A reply of the wire, so that what the agent says about the request is seen too.
fn answer(wire: Wire) -> Value {
    match wire {
        Wire::Messages => json!({
            "id": "m", "type": "message", "content": [{ "type": "text", "text": "{}" }], "stop_reason": "end_turn",
        }),
        Wire::Responses => json!({ "id": "r", "status": "completed", "output": [] }),
        Wire::Chat => json!({ "id": "c", "choices": [{ "message": { "content": "{}" }, "finish_reason": "stop" }] }),
        Wire::Gemini => json!({
            "candidates": [{ "content": { "parts": [{ "text": "{}" }] }, "finishReason": "STOP" }],
        }),
        _ => json!({ "id": "i", "status": "completed", "steps": [] }),
    }
}

fn expects() -> [(&'static str, Expect); 3] {
    let schema = json!({
        "type": "object",
        "properties": {
            "claim": { "type": "string", "minLength": 1, "description": "one sentence" },
            "strength": { "type": "number", "minimum": 0, "maximum": 1 },
            "sources": { "type": "array", "items": { "$ref": "#/$defs/source" } },
        },
        "required": ["claim"],
        "$defs": { "source": { "type": "object", "properties": { "url": { "type": "string" } }, "required": ["url"] } },
    });
    let label = |word: &str| Label { label: word.into(), option: word.parse().unwrap() };
    let labels = vec![label("A"), label("B")];
    let ballot = BallotShape { kind: BallotKind::Choice, labels, may_abstain: true, confidence: true, reason: true };
    [
        ("text", Expect::Text),
        ("json", Expect::Json(JsonShape { name: "claim".into(), schema: schema.into(), strict: true })),
        ("ballot", Expect::Ballot(ballot)),
    ]
}

/// Long enough for caches; golden files show its length only.
fn background() -> String {
    "All men are mortal. ".repeat(400)
}

/// A conversation in which the agent spoke first and two others after it.
fn plain() -> AgentRequest {
    let mut asked = request("deb/r1.answer.0", "Is Socrates mortal?");
    asked.messages.insert(0, message(Author::Agent(agent_id("model")), "I say he is."));
    asked.messages.push(message(Author::Agent(agent_id("rival")), "He is not."));
    asked
}

fn with_every_knob() -> AgentRequest {
    let mut asked = plain();
    asked.debate = DebateId::new("deb").ok();
    asked.messages.insert(1, message(Author::Human("ann".into()), &background()));
    asked.messages[1].cache_point = true;
    asked.metadata = BTreeMap::from([("user_id".into(), "u-1".into()), ("secret".into(), "stays".into())]);
    asked.extra.insert("extra_member".into(), json!({ "kept": true }));
    asked.sampling = Sampling {
        temperature: Some(0.7),
        top_p: Some(0.9),
        max_output_tokens: Some(2_000),
        stop: vec!["END".into()],
        seed: Some(7),
        effort: Some(Effort::Medium),
        service_tier: Some("auto".into()),
        prompt_cache: PromptCache::Auto,
    };
    asked
}

/// What is sent for a request, and what the reply says about it.
async fn sent(row: Row, asked: AgentRequest, change: impl FnOnce(&mut ProviderConfig)) -> Value {
    let body = answer(row.wire).to_string();
    let server = Loopback::start(move |_| Answer::new(200, "application/json", body.clone())).await.unwrap();
    let opening = Opening::of(row.provider, format!("{}/base", server.url())).key("canary-key-k").with(|config| {
        config.model = row.model.to_owned();
        config.wire = Some(row.wire);
        config.forward_metadata = vec!["user_id".to_owned()];
        change(config);
    });
    let reply = opening.open().unwrap().respond(asked, Output::none()).await.unwrap();
    let received = server.received();
    let [received] = received.as_slice() else { panic!("{} requests", received.len()) };
    let said: Vec<String> = reply.warnings.iter().map(|w| format!("{}: {}", w.code, w.detail)).collect();
    json!({ "path": received.path, "body": received.json(), "warnings": said })
}

fn golden(name: &str, sent: &Value) {
    let shown = serde_json::to_string_pretty(sent).unwrap();
    let shown = shown.replace(&background(), &format!("({} bytes)", background().len()));
    insta::assert_snapshot!(name, shown);
}

#[tokio::test]
async fn every_wire_asks_as_written_down() {
    for row in ROWS {
        for (expected, expect) in expects() {
            for (knobs, mut asked) in [("plain", plain()), ("knobs", with_every_knob())] {
                asked.expect = expect.clone();
                golden(&format!("{}.{expected}.{knobs}", row.name), &sent(*row, asked, |_| {}).await);
            }
        }
    }
}

#[tokio::test]
async fn a_stream_is_asked_for_as_written_down() {
    for row in ROWS {
        let body = sent(*row, plain(), |config| config.stream = StreamMode::Always).await;
        golden(&format!("{}.text.stream", row.name), &body);
    }
}

fn model(row: &str, model: &'static str) -> Row {
    Row { model, ..*ROWS.iter().find(|known| known.name == row).unwrap() }
}

fn value(schema: Value, strict: bool) -> Expect {
    Expect::Json(JsonShape { name: "a claim".into(), schema: schema.into(), strict })
}

fn effort(effort: Effort) -> Sampling {
    Sampling { effort: Some(effort), ..Sampling::default() }
}

#[tokio::test]
async fn a_schema_is_asked_for_as_well_as_the_model_can() {
    let many: serde_json::Map<_, _> = (0..25).map(|n| (format!("p{n}"), json!({ "type": "string" }))).collect();
    let many = value(json!({ "type": "object", "properties": many }), true);
    let node = json!({ "type": "object", "properties": { "next": { "$ref": "#/$defs/node" } } });
    let recursive = value(json!({ "$ref": "#/$defs/node", "$defs": { "node": node } }), true);
    let list = value(json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }), true);
    let loose = value(json!({ "type": "object", "properties": { "any": {} }, "minProperties": 1 }), false);
    let untyped = value(json!({ "type": "object", "properties": { "any": {} } }), true);
    let cases = [
        ("messages.json.older_model", model("messages", "claude-sonnet-4-20250514"), &list),
        ("messages.json.too_many", model("messages", "claude-sonnet-5"), &many),
        ("messages.json.recursive", model("messages", "claude-opus-5-5"), &recursive),
        ("messages.json.list", model("messages", "claude-haiku-4-5"), &list),
        ("messages.json.loose", model("messages", "claude-sonnet-5"), &loose),
        ("responses.json.older_model", model("responses", "gpt-4-turbo"), &list),
        ("responses.json.list", model("responses", "gpt-4.1"), &list),
        ("responses.json.loose", model("responses", "gpt-4.1"), &loose),
        ("responses.json.untyped", model("responses", "gpt-4.1"), &untyped),
        ("gemini.json.older_model", model("gemini", "gemini-2.0-flash"), &list),
        ("gemini.json.recursive", model("gemini", "gemini-3-flash-preview"), &recursive),
        ("gemini.json.loose", model("gemini", "gemini-2.5-flash"), &loose),
        ("gemini.json.no_such_mode", model("gemini", "gemma-3-27b-it"), &list),
        ("interactions.json.list", model("interactions", "gemini-2.5-flash"), &list),
    ];
    for (name, row, expect) in cases {
        let asked = AgentRequest { expect: expect.clone(), ..plain() };
        golden(name, &sent(row, asked, |_| {}).await);
    }
    let thinking = AgentRequest { expect: list.clone(), sampling: effort(Effort::Low), ..plain() };
    let older = model("messages", "claude-opus-4-0");
    golden("messages.json.budget", &sent(older, thinking, |_| {}).await);
}

#[tokio::test]
async fn thinking_is_asked_for_as_the_model_takes_it() {
    let hot = Sampling { temperature: Some(1.7), top_p: Some(0.9), ..Sampling::default() };
    let much = Sampling { max_output_tokens: Some(200_000), ..effort(Effort::XHigh) };
    let flex = Sampling { service_tier: Some("flex".into()), ..Sampling::default() };
    let still = Sampling { temperature: Some(0.2), ..effort(Effort::None) };
    let cases = [
        ("messages.text.budget", model("messages", "claude-haiku-4-5"), effort(Effort::Medium)),
        ("messages.text.budget_at_the_limit", model("messages", "claude-opus-4-1"), much.clone()),
        ("messages.text.minimal", model("messages", "claude-sonnet-5"), effort(Effort::Minimal)),
        ("messages.text.no_such_level", model("messages", "claude-opus-4-6"), effort(Effort::XHigh)),
        ("messages.text.off", model("messages", "claude-sonnet-5"), effort(Effort::None)),
        ("messages.text.off_another_way", model("messages", "claude-sonnet-5-5"), effort(Effort::None)),
        ("messages.text.never_off", model("messages", "claude-fable-5"), effort(Effort::None)),
        ("messages.text.no_thinking", model("messages", "claude-3-haiku-20240307"), effort(Effort::High)),
        ("messages.text.hot", model("messages", "claude-haiku-4-5"), hot.clone()),
        ("responses.text.hot", model("responses", "gpt-4.1"), hot),
        ("responses.text.still", model("responses", "gpt-5.5"), still),
        ("responses.text.no_such_level", model("responses", "o4-mini"), much),
        ("responses.text.unknown_model", model("responses", "gpt-9"), effort(Effort::Max)),
        ("gemini.text.budget", model("gemini", "gemini-2.5-flash"), effort(Effort::Medium)),
        ("gemini.text.off", model("gemini", "gemini-2.5-flash"), effort(Effort::None)),
        ("gemini.text.never_off", model("gemini", "gemini-2.5-pro"), effort(Effort::None)),
        ("gemini.text.no_such_level", model("gemini", "gemini-3.1-pro-preview"), effort(Effort::Max)),
        ("gemini.text.no_thinking", model("gemini", "gemini-2.0-flash"), effort(Effort::High)),
        ("gemini.text.unknown_model", model("gemini", "gemini-flash-latest"), effort(Effort::Max)),
        ("gemini.text.tier", model("gemini", "gemini-3-flash-preview"), flex.clone()),
        ("interactions.text.tier", model("interactions", "gemini-3-flash-preview"), flex),
        ("interactions.text.level", model("interactions", "gemini-2.5-flash"), effort(Effort::Low)),
    ];
    for (name, row, sampling) in cases {
        golden(name, &sent(row, AgentRequest { sampling, ..plain() }, |_| {}).await);
    }
}
