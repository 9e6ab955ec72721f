//! Gemini `generateContent` against a server on this machine, at Google's address and on Vertex.

use std::sync::Arc;

use aragora_core::agents::providers::FnCredentials;
use aragora_core::agents::{
    AgentReply, AgentRequest, Author, Effort, Expect, JsonShape, Output, PartialReply, StopReason, Usage, Visibility,
};
use aragora_core::http::Headers;
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{Heard, agent_id, message, request};
use aragora_tests::loopback::{Answer, End, Loopback, Received};
use aragora_tests::providers::Opening;
use serde_json::{Value, json};

const JSON: &str = "application/json";
const SSE: &str = "text/event-stream";

fn content(text: &str) -> String {
    json!({
        "candidates": [{ "content": { "role": "model", "parts": [{ "text": text }] }, "finishReason": "STOP", "index": 0 }],
        "usageMetadata": { "promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12 },
        "modelVersion": "served-model", "responseId": "resp-1",
    })
    .to_string()
}

fn events(documents: &[Value]) -> String {
    documents.iter().map(|document| format!("data: {document}\r\n\r\n")).collect()
}

async fn server(status: u16, kind: &'static str, body: String) -> Loopback {
    Loopback::start(move |_| Answer::new(status, kind, body.clone())).await.unwrap()
}

fn opening(server: &Loopback, model: &str) -> Opening {
    Opening::of("gemini", server.url()).key("AIza-canary-key-0123456789").with(|config| config.model = model.to_owned())
}

async fn ask(body: Value) -> Result<AgentReply> {
    let server = server(200, JSON, body.to_string()).await;
    opening(&server, "gemini-3-flash-preview").open()?.respond(request("r", "?"), Output::none()).await
}

async fn streamed(body: String, end: End) -> (Result<AgentReply>, Arc<Heard>) {
    let server =
        Loopback::start(move |_| Answer::new(200, SSE, body.clone()).in_pieces_of(7).ending(end)).await.unwrap();
    let heard = Heard::new();
    let agent = opening(&server, "gemini-3-flash-preview").open().unwrap();
    (agent.respond(request("r", "?"), Output::resettable(heard.clone())).await, heard)
}

/// What a request of this model becomes, and what the reply warns of.
async fn sent(model: &str, change: impl FnOnce(&mut AgentRequest)) -> (Received, Vec<(String, String)>) {
    let server = server(200, JSON, content("Wet.")).await;
    let mut asked = request("r", "Is water wet?");
    change(&mut asked);
    let reply = opening(&server, model).open().unwrap().respond(asked, Output::none()).await.unwrap();
    let warnings = reply.warnings.into_iter().map(|warning| (warning.code, warning.detail)).collect();
    (server.received().remove(0), warnings)
}

fn shape(schema: Value) -> Expect {
    Expect::Json(JsonShape { name: "claim".into(), schema: schema.into(), strict: true })
}

#[tokio::test]
async fn what_is_sent_is_what_the_wire_expects() {
    let (received, warnings) = sent("gemini-3-flash-preview", |asked| {
        let mut hidden = message(Author::Human("boss".into()), "canary-hidden");
        hidden.visibility = Visibility::Only([agent_id("other")].into());
        asked.messages = vec![
            message(Author::Agent(agent_id("model")), "It is."),
            hidden,
            message(Author::Agent(agent_id("rival")), "It is not."),
            message(Author::Moderator, "Settle it."),
        ];
        asked.sampling.temperature = Some(0.7);
        asked.sampling.top_p = Some(0.9);
        asked.sampling.stop = vec!["END".into()];
        asked.sampling.seed = Some((1 << 32) + 7);
        asked.sampling.effort = Some(Effort::Low);
        asked.sampling.service_tier = Some("flex".into());
        asked.extra.insert("generationConfig".into(), json!({ "responseLogprobs": true }));
    })
    .await;
    assert_eq!(
        (received.method.as_str(), received.path.as_str()),
        ("POST", "/v1beta/models/gemini-3-flash-preview:generateContent")
    );
    assert_eq!(received.headers["x-goog-api-key"], "AIza-canary-key-0123456789");
    assert_eq!(
        received.json(),
        json!({
            "systemInstruction": { "parts": [{ "text": "Be brief." }] },
            "contents": [
                { "role": "user", "parts": [{ "text": "(context follows)" }] },
                { "role": "model", "parts": [{ "text": "It is." }] },
                { "role": "user", "parts": [{ "text": "It is not.\n\nSettle it." }] },
            ],
            "generationConfig": {
                "maxOutputTokens": 16_384, "temperature": 0.7, "topP": 0.9, "stopSequences": ["END"], "seed": 7,
                "thinkingConfig": { "thinkingLevel": "low" }, "responseLogprobs": true,
            },
            "serviceTier": "flex",
        })
    );
    assert_eq!(warnings, []);
}

#[tokio::test]
async fn effort_is_a_level_a_budget_or_nothing_by_generation_and_never_two() {
    let cases = [
        ("gemini-3-flash-preview", Effort::None, json!({ "thinkingLevel": "minimal" }), "knob_clamped"),
        ("gemini-3.1-pro-preview", Effort::High, json!({ "thinkingLevel": "high" }), ""),
        ("gemini-3-flash-preview", Effort::Max, json!({ "thinkingLevel": "high" }), "knob_clamped"),
        ("gemini-2.5-flash", Effort::None, json!({ "thinkingBudget": 0 }), ""),
        ("gemini-2.5-flash", Effort::Minimal, json!({ "thinkingBudget": 512 }), ""),
        ("gemini-2.5-flash", Effort::Low, json!({ "thinkingBudget": 1_024 }), ""),
        ("gemini-2.5-flash", Effort::Medium, json!({ "thinkingBudget": 8_192 }), ""),
        ("gemini-2.5-pro", Effort::High, json!({ "thinkingBudget": 24_576 }), ""),
        ("gemini-2.5-pro", Effort::None, json!({ "thinkingBudget": 128 }), "knob_clamped"),
        ("gemini-2.0-flash", Effort::Low, Value::Null, "knob_ignored"),
    ];
    for (model, effort, expected, code) in cases {
        let (received, warnings) = sent(model, |asked| asked.sampling.effort = Some(effort)).await;
        let found = received.json()["generationConfig"]["thinkingConfig"].clone();
        assert_eq!(found, expected, "{model} {effort:?}");
        let codes: Vec<&str> = warnings.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes.join(","), code, "{model} {effort:?}");
    }
}

#[tokio::test]
async fn a_schema_is_json_schema_or_the_older_subset_by_generation() {
    let schema = json!({
        "type": "object",
        "properties": {
            "claim": { "type": "string", "minLength": 1 },
            "score": { "type": ["number", "null"] },
            "kind": { "enum": ["a", "b"] },
            "by": { "$ref": "#/$defs/person" },
        },
        "required": ["claim", "kind", "by"],
        "$defs": { "person": { "type": "object", "properties": { "age": { "type": "integer" } }, "required": ["age"] } },
    });
    let (received, _) = sent("gemini-3-flash-preview", |asked| asked.expect = shape(schema.clone())).await;
    let config = &received.json()["generationConfig"];
    assert_eq!(config["responseMimeType"], "application/json");
    assert_eq!(config["responseJsonSchema"]["properties"]["kind"], json!({ "type": "string", "enum": ["a", "b"] }));
    assert_eq!(config["responseJsonSchema"]["properties"]["claim"], json!({ "type": "string" }));
    assert_eq!(config["responseJsonSchema"]["additionalProperties"], json!(false));
    assert_eq!(config["responseSchema"], Value::Null);

    let (received, _) = sent("gemini-2.0-flash", |asked| asked.expect = shape(schema)).await;
    let config = &received.json()["generationConfig"];
    let mut old = config["responseSchema"].clone();
    old["required"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
    assert_eq!(
        old,
        json!({
            "type": "OBJECT",
            "properties": {
                "claim": { "type": "STRING" },
                "score": { "type": "NUMBER", "nullable": true },
                "kind": { "type": "STRING", "enum": ["a", "b"] },
                "by": { "type": "OBJECT", "properties": { "age": { "type": "INTEGER" } }, "required": ["age"] },
            },
            "required": ["by", "claim", "kind", "score"],
            "propertyOrdering": ["claim", "kind", "by", "score"],
        })
    );
    assert_eq!(config["responseJsonSchema"], Value::Null);
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_is_asked_for_in_words_with_a_warning() {
    let tree = json!({
        "type": "object",
        "properties": { "children": { "type": "array", "items": { "$ref": "#" } } },
        "required": ["children"],
    });
    for model in ["gemini-3-flash-preview", "gemini-2.0-flash"] {
        let (received, warnings) = sent(model, |asked| asked.expect = shape(tree.clone())).await;
        let body = received.json();
        assert_eq!(body["generationConfig"]["responseMimeType"], "application/json");
        assert_eq!(body["generationConfig"]["responseJsonSchema"], Value::Null);
        let system = body["systemInstruction"]["parts"][0]["text"].as_str().unwrap().to_owned();
        assert!(system.starts_with("Be brief.\n\n") && system.contains("\"children\""), "{system}");
        assert_eq!(warnings[0].0, "schema_not_enforced");
    }
}

#[tokio::test]
async fn a_wrapped_value_comes_back_as_itself() {
    let server = server(200, JSON, content(r#"{"value":["a","b"]}"#)).await;
    let mut asked = request("r", "?");
    asked.expect = shape(json!({ "type": "array", "items": { "type": "string" } }));
    let agent = opening(&server, "gemini-2.5-flash").open().unwrap();
    let reply = agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!(reply.structured, Some(json!(["a", "b"])));
    assert_eq!(server.received()[0].json()["generationConfig"]["responseJsonSchema"]["required"], json!(["value"]));
}

#[tokio::test]
async fn models_without_a_system_role_read_it_before_the_first_message() {
    let (received, _) = sent("gemma-3-27b-it", |_| {}).await;
    let body = received.json();
    assert_eq!(body["systemInstruction"], Value::Null);
    assert_eq!(body["contents"][0]["parts"][0]["text"], "Be brief.\n\nIs water wet?");
}

#[tokio::test]
async fn vertex_has_its_own_address_and_a_token_of_the_host() {
    let server = server(200, SSE, events(&[serde_json::from_str(&content("Wet.")).unwrap()])).await;
    let tokens = FnCredentials::new(|_, _| async {
        let mut headers = Headers::new();
        headers.set("authorization", "Bearer ya29-canary-key");
        Ok(headers)
    });
    let base = format!("{}/v1/projects/p/locations/global", server.url());
    let opening = Opening::of("vertex", base).credentials(tokens).with(|config| config.model = "gemini-2.5-pro".into());
    let heard = Heard::new();
    let reply = opening.open().unwrap().respond(request("r", "?"), Output::resettable(heard.clone())).await.unwrap();
    let received = &server.received()[0];
    let path = "/v1/projects/p/locations/global/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse";
    assert_eq!((received.path.as_str(), received.headers["authorization"].as_str()), (path, "Bearer ya29-canary-key"));
    assert_eq!((reply.text.as_str(), heard.text().as_str()), ("Wet.", "Wet."));
    assert!(!received.headers.contains_key("x-goog-api-key"));
}

#[tokio::test]
async fn thoughts_calls_and_tokens_add_up_over_a_stream() {
    let usage = |thoughts: u64, candidates: Option<u64>| {
        json!({ "promptTokenCount": 10, "toolUsePromptTokenCount": 5, "cachedContentTokenCount": 4,
            "thoughtsTokenCount": thoughts, "candidatesTokenCount": candidates, "serviceTier": "standard" })
    };
    let part = |part: Value| json!([{ "content": { "parts": [part] } }]);
    let body = events(&[
        json!({ "candidates": part(json!({ "text": "Hm. ", "thought": true })), "usageMetadata": usage(7, None) }),
        json!({ "candidates": part(json!({ "executableCode": { "code": "1" } })), "modelVersion": "m" }),
        json!({ "candidates": part(json!({ "text": "Wet", "thoughtSignature": "c2ln" })), "responseId": "r-1" }),
        json!({ "candidates": part(json!({ "functionCall": { "id": "c1", "name": "look", "args": { "at": "sea" } } })) }),
        json!({ "candidates": [{ "index": 0, "finishReason": "STOP", "content": {} }], "usageMetadata": usage(9, Some(2)) }),
    ]);
    let (outcome, heard) = streamed(body, End::Clean).await;
    let reply = outcome.unwrap();
    assert_eq!((reply.text.as_str(), reply.reasoning.as_deref(), heard.text().as_str()), ("Wet", Some("Hm. "), "Wet"));
    assert_eq!((reply.stop, reply.stop_raw.as_deref()), (StopReason::ToolCalls, Some("STOP")));
    assert_eq!((reply.model.as_str(), reply.response_id.as_deref()), ("m", Some("r-1")));
    let call = &reply.tool_calls[0];
    assert_eq!((call.id.as_str(), call.name.as_str(), &call.arguments), ("c1", "look", &Some(json!({ "at": "sea" }))));
    let expected = Usage { input_total: 15, output_total: 11, cache_read: 4, cache_write: 0, reasoning: 9 };
    assert_eq!(reply.usage, Some(expected));
}

#[tokio::test]
async fn a_filtered_answer_is_a_reply() {
    let blocked = json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": "No." } });
    let reply = ask(blocked).await.unwrap();
    assert_eq!(
        (reply.stop, reply.stop_raw.as_deref()),
        (StopReason::ContentFilter, Some("blocked:PROHIBITED_CONTENT"))
    );
    assert_eq!(reply.warnings[0].detail, "No.");
    for reason in ["SAFETY", "RECITATION", "SPII", "MODEL_ARMOR", "IMAGE_SAFETY"] {
        let reply = ask(json!({ "candidates": [{ "finishReason": reason }] })).await.unwrap();
        assert_eq!((reply.stop, reply.text.as_str()), (StopReason::ContentFilter, ""), "{reason}");
    }
    let other = ask(json!({ "candidates": [{ "finishReason": "MALFORMED_FUNCTION_CALL" }] })).await.unwrap();
    assert_eq!(other.stop, StopReason::Other("MALFORMED_FUNCTION_CALL".into()));
}

#[tokio::test]
async fn only_the_first_candidate_is_read() {
    let second = json!({ "index": 1, "content": { "parts": [{ "text": "Dry." }] }, "finishReason": "MAX_TOKENS" });
    let first = json!({ "index": 0, "content": { "parts": [{ "text": "Wet." }] }, "finishReason": "STOP" });
    let reply = ask(json!({ "candidates": [second, first] })).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.stop), ("Wet.", StopReason::End));
}

#[tokio::test]
async fn a_stream_sent_as_one_array_is_read_as_a_stream() {
    let pieces = json!([
        { "candidates": [{ "content": { "parts": [{ "text": "We" }] } }] },
        { "candidates": [{ "content": { "parts": [{ "text": "t." }] }, "finishReason": "STOP" }] },
    ]);
    let server = server(200, JSON, pieces.to_string()).await;
    let heard = Heard::new();
    let agent = opening(&server, "gemini-2.5-flash").open().unwrap();
    let reply = agent.respond(request("r", "?"), Output::resettable(heard.clone())).await.unwrap();
    assert_eq!((reply.text.as_str(), heard.text().as_str()), ("Wet.", "Wet."));
}

#[tokio::test]
async fn what_is_no_reply_is_an_error_with_what_had_arrived() {
    let piece = json!({ "candidates": [{ "content": { "parts": [{ "text": "We" }] } }] });
    let busy = json!({ "error": { "code": 503, "message": "overloaded", "status": "UNAVAILABLE" } });
    let broken = json!({ "error": { "message": "out of quota", "status": "RESOURCE_EXHAUSTED" } });
    let cases = [
        (events(&[piece.clone(), busy]), End::Clean, ErrorKind::Overloaded),
        (events(&[piece.clone(), broken]), End::Clean, ErrorKind::RateLimited),
        (events(std::slice::from_ref(&piece)), End::Clean, ErrorKind::Interrupted),
        (events(&[piece]), End::Cut, ErrorKind::Interrupted),
    ];
    for (body, end, kind) in cases {
        let (outcome, _) = streamed(body, end).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(PartialReply::of(&error).unwrap().text, "We");
    }
    for body in [json!({ "usageMetadata": {} }), json!([]), json!([{ "candidates": [{}] }])] {
        assert_eq!(ask(body.clone()).await.unwrap_err().kind(), ErrorKind::MalformedResponse, "{body}");
    }
}

#[tokio::test]
async fn a_knob_the_model_refuses_is_left_out_from_then_on() {
    let told = [
        "Thinking level is not supported for this model.",
        "Unable to submit request because thinking_budget is not supported by this model.",
        "Invalid JSON payload received. Unknown name \"thinkingConfig\" at 'generation_config': Cannot find field.",
    ];
    for words in told {
        let server = Loopback::start(move |received| {
            if received.json()["generationConfig"]["thinkingConfig"].is_null() {
                return Answer::new(200, JSON, content("Wet."));
            }
            let error = json!({ "error": { "code": 400, "message": words, "status": "INVALID_ARGUMENT" } });
            Answer::new(400, JSON, error.to_string())
        })
        .await
        .unwrap();
        let agent = opening(&server, "gemini-new").open().unwrap();
        for (call, requests) in [("a", 2), ("b", 3)] {
            let mut asked = request(call, "?");
            asked.sampling.effort = Some(Effort::Low);
            let reply = agent.respond(asked, Output::none()).await.unwrap();
            assert_eq!(server.received().len(), requests, "{words}");
            assert!(reply.warnings.iter().any(|warning| warning.code == "knob_ignored"), "{words}");
        }
    }
}

#[tokio::test]
async fn a_schema_the_model_refuses_is_asked_for_in_the_next_best_way() {
    let server = Loopback::start(|received| {
        let config = received.json()["generationConfig"].clone();
        let refuse = |words: &str| {
            let error = json!({ "error": { "code": 400, "message": words, "status": "INVALID_ARGUMENT" } });
            Answer::new(400, JSON, error.to_string())
        };
        if !config["responseJsonSchema"].is_null() {
            refuse("Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.")
        } else if !config["responseMimeType"].is_null() {
            refuse("JSON mode is not enabled for this model")
        } else {
            Answer::new(200, JSON, content("{\"a\":1}"))
        }
    })
    .await
    .unwrap();
    let mut asked = request("r", "?");
    asked.expect = shape(json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "required": ["a"] }));
    let reply = opening(&server, "gemini-3-odd").open().unwrap().respond(asked, Output::none()).await.unwrap();
    assert_eq!(reply.structured, Some(json!({ "a": 1 })));
    assert_eq!((server.received().len(), reply.attempts.len()), (3, 3));
}

#[tokio::test]
async fn errors_of_google_have_their_kinds() {
    let quota = |id: &str| {
        json!({ "error": { "code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED", "details": [
            { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{ "quotaId": id }] },
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s" },
        ] } })
    };
    let info = |code: u16, reason: &str| json!({ "error": { "code": code, "message": "m", "details": [{ "reason": reason }] } });
    let cases = [
        (400, info(400, "API_KEY_INVALID"), ErrorKind::Unauthenticated),
        (429, quota("GenerateRequestsPerMinutePerProjectPerModel"), ErrorKind::RateLimited),
        (429, quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"), ErrorKind::QuotaExhausted),
        (429, info(429, "MODEL_CAPACITY_EXHAUSTED"), ErrorKind::Overloaded),
        (503, json!([info(503, "")]), ErrorKind::Overloaded),
        (504, info(504, ""), ErrorKind::Timeout),
    ];
    for (status, body, kind) in cases {
        let server = server(status, JSON, body.to_string()).await;
        let agent = opening(&server, "gemini-2.5-flash").open().unwrap();
        let error = agent.respond(request("r", "?"), Output::none()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}");
        if kind == ErrorKind::RateLimited {
            assert_eq!(error.retry_after(), Some(std::time::Duration::from_millis(34_400)));
        }
    }
}
