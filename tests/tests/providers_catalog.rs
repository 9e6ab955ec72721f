//! Lists of models and counts of tokens against a server on this machine.

use aragora_core::agents::providers::{FnCredentials, ModelInfo, ProviderHandle, Wire};
use aragora_core::agents::{Author, Expect, JsonShape, Visibility};
use aragora_core::http::Headers;
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{agent_id, message, request};
use aragora_tests::loopback::{Answer, Loopback, Received};
use aragora_tests::providers::Opening;
use serde_json::{Value, json};

const JSON: &str = "application/json";

async fn server(answer: impl Fn(&Received) -> Value + Send + Sync + 'static) -> Loopback {
    Loopback::start(move |received| Answer::new(200, JSON, answer(received).to_string())).await.unwrap()
}

fn handle(opening: &Opening) -> Result<ProviderHandle> {
    ProviderHandle::open(&opening.config, opening.credentials.clone(), &opening.parts)
}

async fn models(provider: &str, page: Value) -> Result<Vec<ModelInfo>> {
    let server = server(move |_| page.clone()).await;
    handle(&Opening::of(provider, server.url()).key("canary-key-0123456789"))?.models().await
}

#[tokio::test]
async fn gemini_pages_are_read_to_the_end() {
    let server = server(|received| match received.path.contains("pageToken=next%2F2") {
        false => json!({ "models": [{ "name": "models/gemini-a", "displayName": "A", "inputTokenLimit": 10,
            "outputTokenLimit": 5 }], "nextPageToken": "next/2" }),
        true => json!({ "models": [{ "name": "models/gemini-b" }] }),
    })
    .await;
    let found =
        handle(&Opening::of("gemini", server.url()).key("AIza-canary-key-0123456789")).unwrap().models().await.unwrap();
    let ids: Vec<&str> = found.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["gemini-a", "gemini-b"]);
    assert_eq!((found[0].name.as_deref(), found[0].context, found[0].max_output), (Some("A"), Some(10), Some(5)));
    let received = &server.received()[0];
    assert_eq!((received.method.as_str(), received.path.as_str()), ("GET", "/v1beta/models?pageSize=1000"));
    assert_eq!(received.headers["x-goog-api-key"], "AIza-canary-key-0123456789");
}

#[tokio::test]
async fn anthropic_pages_are_read_to_the_end() {
    let server = server(|received| match received.path.contains("after_id=claude-a") {
        false => json!({ "data": [{ "id": "claude-a", "display_name": "A", "max_input_tokens": 9, "max_tokens": 4 }],
            "has_more": true, "last_id": "claude-a" }),
        true => json!({ "data": [{ "id": "claude-b" }], "has_more": false, "last_id": "claude-b" }),
    })
    .await;
    let found =
        handle(&Opening::of("anthropic", server.url()).key("sk-ant-canary-key")).unwrap().models().await.unwrap();
    assert_eq!(found.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["claude-a", "claude-b"]);
    assert_eq!((found[0].context, found[0].max_output), (Some(9), Some(4)));
    let received = &server.received()[0];
    assert_eq!(
        (received.path.as_str(), received.headers["anthropic-version"].as_str()),
        ("/v1/models?limit=1000", "2023-06-01")
    );
}

#[tokio::test]
async fn other_lists_are_read_whatever_their_members() {
    let found = models(
        "openrouter",
        json!({ "data": [{ "id": "a/b", "name": "B", "context_length": 8,
        "top_provider": { "max_completion_tokens": 2 } }, { "name": "without an id" }] }),
    )
    .await
    .unwrap();
    assert_eq!((found[0].id.as_str(), found[0].name.as_deref()), ("a/b", Some("B")));
    assert_eq!((found[0].context, found[0].max_output), (Some(8), Some(2)));
    assert_eq!(models("compatible", json!([{ "id": "bare" }])).await.unwrap()[0].id, "bare");
    assert_eq!(models("openai", json!({ "data": [] })).await.unwrap(), []);
    let odd = models("openai", json!({ "object": "list" })).await.unwrap_err();
    assert_eq!(odd.kind(), ErrorKind::MalformedResponse);
}

#[tokio::test]
async fn a_list_that_never_ends_is_left() {
    let page = json!({ "models": [{ "name": "models/a" }], "nextPageToken": "again" });
    assert_eq!(models("gemini", page).await.unwrap_err().kind(), ErrorKind::MalformedResponse);
    assert_eq!(models("vertex", json!({})).await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_refused_credential_is_renewed_once() {
    let server = Loopback::start(|received| match received.headers["authorization"].as_str() {
        "Bearer canary-key-new" => Answer::new(200, JSON, json!({ "data": [{ "id": "a" }] }).to_string()),
        old => Answer::new(401, JSON, json!({ "error": { "message": format!("bad {old}") } }).to_string()),
    })
    .await
    .unwrap();
    let hook = |renews: bool| {
        FnCredentials::new(move |_, refresh| async move {
            let mut headers = Headers::new();
            headers.set(
                "authorization",
                if refresh && renews { "Bearer canary-key-new" } else { "Bearer canary-key-old" },
            );
            Ok(headers)
        })
    };
    let found = handle(&Opening::of("openai", server.url()).credentials(hook(true))).unwrap().models().await.unwrap();
    assert_eq!((found.len(), server.received().len()), (1, 2));
    let error =
        handle(&Opening::of("openai", server.url()).credentials(hook(false))).unwrap().models().await.unwrap_err();
    assert_eq!((error.kind(), server.received().len()), (ErrorKind::Unauthenticated, 3));
    assert!(!format!("{error:?}").contains("canary-key-old"));
}

#[tokio::test]
async fn tokens_are_counted_where_there_is_a_count() {
    let mut asked = request("r", "Is water wet?");
    let mut hidden = message(Author::Human("boss".into()), "canary-hidden");
    hidden.visibility = Visibility::Only([agent_id("other")].into());
    asked.messages.insert(0, hidden);
    let schema = json!({ "type": "object", "properties": {}, "required": [] });
    asked.expect = Expect::Json(JsonShape { name: "x".into(), schema: schema.into(), strict: true });

    let server = server(|_| json!({ "totalTokens": 36, "input_tokens": 7 })).await;
    let google = Opening::of("gemini", server.url()).key("AIza-canary-key-0123456789");
    assert_eq!(handle(&google).unwrap().count_tokens(&asked).await.unwrap(), 36);
    let sent = server.received()[0].clone();
    assert_eq!(sent.path, "/v1beta/models/asked-model:countTokens");
    assert_eq!(
        sent.json(),
        json!({ "generateContentRequest": {
            "model": "models/asked-model",
            "systemInstruction": { "parts": [{ "text": "Be brief." }] },
            "contents": [{ "role": "user", "parts": [{ "text": "Is water wet?" }] }],
        } })
    );

    let vertex = Opening::of("vertex", format!("{}/v1/projects/p/locations/l", server.url()));
    assert_eq!(handle(&vertex).unwrap().count_tokens(&asked).await.unwrap(), 36);
    let sent = server.received()[1].clone();
    assert_eq!(sent.path, "/v1/projects/p/locations/l/publishers/google/models/asked-model:countTokens");
    assert_eq!(sent.json()["contents"][0]["parts"][0]["text"], "Is water wet?");

    let anthropic = Opening::of("anthropic", server.url()).key("sk-ant-canary-key");
    assert_eq!(handle(&anthropic).unwrap().count_tokens(&asked).await.unwrap(), 7);
    let sent = server.received()[2].clone();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/v1/messages/count_tokens"));
    let members = sent.json();
    assert_eq!((&members["max_tokens"], &members["stream"]), (&Value::Null, &Value::Null));
    assert_eq!(members["messages"][0]["content"][0]["text"], "Is water wet?");

    let other = Opening::of("openai", server.url()).key("sk-canary-key").with(|config| config.wire = Some(Wire::Chat));
    assert_eq!(handle(&other).unwrap().count_tokens(&asked).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_count_is_bound_by_the_request() {
    let server = server(|_| json!({ "totalTokens": "many" })).await;
    let handle = handle(&Opening::of("gemini", server.url()).key("AIza-canary-key-0123456789")).unwrap();
    let odd = handle.count_tokens(&request("r", "?")).await.unwrap_err();
    assert_eq!(odd.kind(), ErrorKind::MalformedResponse);
    let cancelled = request("r", "?");
    cancelled.cancel.cancel();
    assert_eq!(handle.count_tokens(&cancelled).await.unwrap_err().kind(), ErrorKind::Cancelled);
    let mut empty = request("r", "?");
    empty.messages.clear();
    assert_eq!(handle.count_tokens(&empty).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.received().len(), 1);
}
