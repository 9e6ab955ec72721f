//! What an adapter sends, checked by the server's side.

use serde_json::Value;

use super::ask::{CANARY_HIDDEN, CANARY_KEY, CANARY_METADATA, MODEL, VISIBLE};
use super::exchange::Exchange;
use super::report::Difference;
use crate::loopback::Received;

/// Checks one request for a turn: method, address, body, the choice of streaming, where the credential is, and that
/// nothing leaves that must not.
pub(super) fn check(exchange: &Exchange, received: &Received, streamed: bool) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut check = |holds: bool, field: &str, expected: &str, got: &str| {
        if !holds {
            found.push(Difference::new(format!("sent.{field}"), expected, got));
        }
    };
    let body = received.json();
    check(received.method == "POST", "method", "POST", &received.method);
    check(body.is_object(), "body", "a JSON object", &String::from_utf8_lossy(&received.body));
    let header = |name: &str| received.headers.get(name).map_or("", String::as_str);
    check(header("content-type").starts_with("application/json"), "content-type", "JSON", header("content-type"));
    let accepted = if streamed { "text/event-stream" } else { "application/json" };
    check(header("accept").contains(accepted), "accept", accepted, header("accept"));
    check(header("user-agent").starts_with("aragora-core/"), "user-agent", "aragora-core/..", header("user-agent"));

    let (name, prefix) = credential_header(&exchange.provider, &exchange.api);
    check(header(name) == format!("{prefix}{CANARY_KEY}"), name, "the credential", header(name));
    let whole = String::from_utf8_lossy(&received.body);
    check(!received.path.contains(CANARY_KEY), "path", "no credential in the address", &received.path);
    check(!whole.contains(CANARY_KEY), "body", "no credential in the body", &whole);
    check(!whole.contains(CANARY_HIDDEN), "body", "no message the agent may not see", &whole);
    check(!whole.contains(CANARY_METADATA), "body", "no metadata", &whole);
    for text in VISIBLE {
        check(whole.contains(text), "body", &format!("the message {text:?}"), &whole);
    }

    let path = received.path.get(exchange.name.len() + 1..).unwrap_or_default();
    let expected = address(&exchange.provider, &exchange.api, streamed);
    check(path == expected, "path", &expected, path);
    // Where the address names the manner, the body does not.
    let in_body = body.get("stream").and_then(Value::as_bool);
    let expected = if exchange.api == "generate" { None } else { Some(streamed) };
    let as_expected = in_body == expected || (expected == Some(false) && in_body.is_none());
    check(as_expected, "stream", &format!("{expected:?}"), &format!("{in_body:?}"));
    if matches!(exchange.api.as_str(), "responses" | "interactions") {
        check(body["store"] == false, "store", "false", &body["store"].to_string());
    }
    for kept in ["previous_response_id", "previous_interaction_id", "conversation"] {
        check(body.get(kept).is_none(), kept, "no conversation kept by the provider", &body[kept].to_string());
    }
    found
}

/// The header field of a provider's credential and what stands before it.
pub(super) fn credential_header(provider: &str, api: &str) -> (&'static str, &'static str) {
    match (provider, api) {
        ("anthropic", _) => ("x-api-key", ""),
        // Google's compatible root is a compatible server like any other.
        ("gemini", api) if api != "chat" => ("x-goog-api-key", ""),
        ("azure", _) => ("api-key", ""),
        _ => ("authorization", "Bearer "),
    }
}

fn address(provider: &str, api: &str, streamed: bool) -> String {
    let generate = if streamed { "streamGenerateContent?alt=sse" } else { "generateContent" };
    match (provider, api) {
        ("vertex", "messages") => {
            let method = if streamed { "streamRawPredict" } else { "rawPredict" };
            format!("/publishers/anthropic/models/{MODEL}:{method}")
        }
        ("vertex", "generate") => format!("/publishers/google/models/{MODEL}:{generate}"),
        (_, "messages") => "/v1/messages".to_owned(),
        (_, "responses") => "/responses".to_owned(),
        (_, "generate") => format!("/v1beta/models/{MODEL}:{generate}"),
        (_, "interactions") => "/v1beta/interactions".to_owned(),
        _ => "/chat/completions".to_owned(),
    }
}
