//! Recorded traffic of real providers, read through the public agent over a real socket, against an independent
//! reading of the same bytes.
//!
//! Covered here is the chat-completions wire (174 exchanges) and, for the error files of every wire, the classifier.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use aragora_core::agents::providers::{ProviderId, StreamMode, Wire, classify};
use aragora_core::agents::{AgentReply, NoPrices, Output, PartialReply, StopReason};
use aragora_core::http::Headers;
use aragora_core::{Error, ErrorKind};
use aragora_tests::agents::{Heard, request};
use aragora_tests::loopback::{Answer, Loopback};
use aragora_tests::providers::Opening;
use serde_json::Value;

fn cassettes() -> Option<PathBuf> {
    let root = std::env::var_os("ARAGORA_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let folder = root.join("data/cassettes/dev");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no recorded provider traffic beside the repository");
    None
}

fn read(folder: &std::path::Path, file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap()
}

fn text_headers(response: &Value) -> Vec<(String, String)> {
    let recomputed = ["content-length", "transfer-encoding", "connection", "content-encoding", "server"];
    let fields = response["headers"].as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| !recomputed.contains(&name.to_lowercase().as_str()))
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

fn body(response: &Value) -> Vec<u8> {
    match response.get("body") {
        Some(document) => document.to_string().into_bytes(),
        None => response["body_text"].as_str().unwrap_or_default().as_bytes().to_vec(),
    }
}

/// Providers of ours are replayed as themselves, all others as a compatible server.
fn provider(name: &str) -> &str {
    if name.parse::<ProviderId>().is_ok() { name } else { "compatible" }
}

/// What differs between a reply and its expected reading, in words.
fn differences(reply: &AgentReply, expected: &Value, cached_by_mistral: Option<u64>) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, ours: Value, theirs: &Value| {
        if ours != *theirs {
            found.push(format!("{what}: ours {ours}, expected {theirs}"));
        }
    };
    compare("text", reply.text.clone().into(), &expected["text"]);
    compare("reasoning", reply.reasoning.clone().unwrap_or_default().into(), &expected["reasoning"]);
    let refusal = reply.refusal.as_ref().map(|refusal| refusal.text.clone()).unwrap_or_default();
    compare("refusal", refusal.into(), &expected["refusal"]);
    let tools: Vec<Value> =
        reply.tool_calls.iter().map(|call| serde_json::json!([call.name, call.arguments])).collect();
    compare("tools", tools.into(), &expected["tools"]);
    if !expected["model"].is_null() {
        compare("model", reply.model.clone().into(), &expected["model"]);
    }
    if !expected["rid"].is_null() {
        compare("response id", reply.response_id.clone().into(), &expected["rid"]);
    }
    compare("stop", reply.stop_raw.clone().into(), &expected["stop"]);
    let stop = match &reply.stop {
        StopReason::End => "end",
        StopReason::Length => "length",
        StopReason::StopSequence => "stop_sequence",
        StopReason::ToolCalls => "tool_calls",
        StopReason::Refusal => "refusal",
        StopReason::ContentFilter => "content_filter",
        StopReason::Pause => "pause",
        StopReason::Other(word) => word,
    };
    if !expected["stop_norm"].is_null() {
        compare("stop_norm", stop.into(), &expected["stop_norm"]);
    }
    let usage = &expected["usage"];
    compare("has usage", reply.usage.is_some().into(), &Value::from(!usage.is_null()));
    if let Some(ours) = reply.usage {
        compare("input", ours.input_total.into(), &usage["input_total"]);
        compare("output", ours.output_total.into(), &usage["output_total"]);
        compare("cache_write", ours.cache_write.into(), &usage["cache_write"]);
        compare("reasoning tokens", ours.reasoning.into(), &usage["reasoning"]);
        // The independent reading does not know Mistral's own name for it and says 0.
        let cached = cached_by_mistral.map_or_else(|| usage["cache_read"].clone(), Value::from);
        compare("cache_read", ours.cache_read.into(), &cached);
        let dollars = usage["cost"].as_f64();
        let expected_cost = dollars.map(|usd| ((usd * 1e10).round() as u64).div_ceil(10_000));
        compare("cost", reply.cost.map(|cost| cost.0).into(), &expected_cost.into());
    }
    found
}

/// The last `num_cached_tokens` of a body that has no `cached_tokens`.
fn cached_by_mistral(body: &str) -> Option<u64> {
    if body.contains("\"cached_tokens\"") {
        return None;
    }
    let after = body.rsplit_once("\"num_cached_tokens\":")?.1.trim_start();
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn error_differences(error: &Error, expected: &Value, headers: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    let status = expected["error_status"].to_string();
    if error.context().get("http_status") != Some(&status) {
        found.push(format!("status: ours {:?}, expected {status}", error.context().get("http_status")));
    }
    let header = |name: &str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
    let ms = header("retry-after-ms").and_then(|ms| ms.parse().ok()).map(Duration::from_millis);
    if let Some(text) = expected["retry_after"].as_str() {
        let wait = ms.or_else(|| text.parse().ok().map(Duration::from_secs_f64));
        if error.retry_after() != wait {
            found.push(format!("retry_after: ours {:?}, expected {wait:?}", error.retry_after()));
        }
    }
    let tagged = |tag: &str| expected["tags"].as_array().is_some_and(|tags| tags.iter().any(|t| t == tag));
    if tagged("retryable") && !error.retryable() || tagged("not_retryable") && error.retryable() {
        found.push(format!("retryable: ours {}, tags {}", error.retryable(), expected["tags"]));
    }
    if tagged("billing") && error.kind() != ErrorKind::QuotaExhausted {
        found.push(format!("kind: ours {}, expected quota_exhausted", error.code()));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_chat_completion_is_read_as_the_independent_reading_says() {
    let Some(folder) = cassettes() else { return };
    let index = read(&folder, "INDEX.json");
    let expected = read(&folder, "EXPECTED.json");
    let files: Vec<String> = index
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["api"] == "chat")
        .map(|entry| entry["file"].as_str().unwrap().trim_end_matches(".json").to_owned())
        .collect();
    let answers: BTreeMap<String, Value> =
        files.iter().map(|file| (file.clone(), read(&folder, &format!("{file}.json"))["response"].clone())).collect();
    let recorded = answers.clone();
    let server = Loopback::start(move |received| {
        // /<piece size>/<provider>/<file>/chat/completions
        let mut parts = received.path.splitn(3, '/').skip(1);
        let size: usize = parts.next().unwrap().parse().unwrap();
        let response = &recorded[parts.next().unwrap().trim_end_matches("/chat/completions")];
        let mut answer =
            Answer::new(response["status"].as_u64().unwrap() as u16, "", body(response)).in_pieces_of(size);
        answer.headers = text_headers(response);
        answer
    })
    .await
    .unwrap();

    let (mut ran, mut wrong, mut exceptions) = (0, Vec::new(), BTreeSet::new());
    let (mut kinds, mut embedded) = (BTreeMap::new(), BTreeMap::new());
    for file in &files {
        let (response, expected) = (&answers[file], &expected[file]);
        let headers = text_headers(response);
        let streamed = headers.iter().any(|(n, v)| n == "content-type" && v.contains("event-stream"));
        let provider = provider(file.split('/').next().unwrap());
        for size in if streamed { vec![1, 37, 4_096] } else { vec![4_096] } {
            let agent = Opening::of(provider, format!("{}/{size}/{file}", server.url()))
                .key("canary-key-000")
                // What is expected is what the provider says a call cost.
                .prices(NoPrices)
                .with(|config| {
                    config.wire = Some(Wire::Chat);
                    config.stream = if streamed { StreamMode::Always } else { StreamMode::Never };
                })
                .open()
                .unwrap();
            let heard = Heard::new();
            let output = Output::resettable(heard.clone());
            let outcome = agent.respond(request("deb/r1.answer.0", "Well?"), output.clone()).await;
            ran += 1;
            let cut = expected["stop"].is_null() && expected["error_status"].is_null();
            let raw = String::from_utf8(body(response)).unwrap();
            let mistral = cached_by_mistral(&raw);
            exceptions.extend(mistral.filter(|cached| *cached > 0).map(|_| file.clone()));
            let found = match (&outcome, expected.get("error_status"), expected.get("stream_error")) {
                (Err(error), Some(_), _) => {
                    *kinds.entry(error.code()).or_insert(0) += 1;
                    error_differences(error, expected, &headers)
                }
                (Err(error), None, error_expected) if error_expected.is_some() || cut => {
                    if size == 4_096 {
                        *embedded.entry(error.code()).or_insert(0) += 1;
                    }
                    let partial = PartialReply::of(error).map(|partial| (*partial).clone()).unwrap_or_default();
                    let mut expected = expected.clone();
                    expected["stop_norm"] = Value::Null;
                    let mut found = differences(&partial, &expected, mistral);
                    if error_expected.is_none() && error.kind() != ErrorKind::Interrupted {
                        found.push(format!("kind: ours {}, expected interrupted", error.code()));
                    }
                    found
                }
                (Ok(reply), None, None) if !cut => {
                    let mut found = differences(reply, expected, mistral);
                    output.finish(reply);
                    if heard.text() != reply.text {
                        found.push("what was streamed is not the reply".into());
                    }
                    found
                }
                (Ok(_), ..) => vec!["a success, expected an error".into()],
                (Err(error), ..) => vec![format!("{error}, expected a success")],
            };
            if output.attempts().len() != 1 {
                found_attempts(&mut wrong, file, output.attempts().len());
            }
            wrong.extend(found.into_iter().map(|what| format!("{file} in pieces of {size}: {what}")));
        }
    }
    for received in server.received() {
        assert_eq!(received.method, "POST");
        assert!(received.json().is_object(), "the request body is no JSON object");
        assert!(!received.path.contains("canary"), "a key in a URL");
        let key = received.headers.get("authorization").or(received.headers.get("api-key")).unwrap();
        assert!(key.ends_with("canary-key-000"), "no credential in its header");
    }
    println!("{} chat files, {ran} replays, error kinds {kinds:?}, inside successes {embedded:?}", files.len());
    assert_eq!(files.len(), 174, "the recordings have changed");
    let inside =
        [("blocked", 1), ("interrupted", 1), ("invalid_request", 3), ("provider_error", 2), ("rate_limited", 1)];
    assert_eq!(embedded, BTreeMap::from(inside));
    assert_eq!(exceptions.len(), 3, "{exceptions:?}");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

fn found_attempts(wrong: &mut Vec<String>, file: &str, attempts: usize) {
    wrong.push(format!("{file}: {attempts} attempts were recorded, expected 1"));
}

#[test]
fn every_recorded_error_body_of_every_vendor_has_its_kind() {
    let Some(folder) = cassettes() else { return };
    let index = read(&folder, "INDEX.json");
    let expected = read(&folder, "EXPECTED.json");
    let (mut kinds, mut wrong): (BTreeMap<&str, u32>, _) = (BTreeMap::new(), Vec::new());
    for entry in index.as_array().unwrap() {
        let file = entry["file"].as_str().unwrap();
        let expected = &expected[file.trim_end_matches(".json")];
        if expected["error_status"].is_null() {
            continue;
        }
        let response = &read(&folder, file)["response"];
        let mut headers = Headers::new();
        let fields = text_headers(response);
        fields.iter().for_each(|(name, value)| headers.append(name, value));
        let error = classify(response["status"].as_u64().unwrap() as u16, &headers, &body(response));
        *kinds.entry(error.code()).or_default() += 1;
        wrong.extend(error_differences(&error, expected, &fields).into_iter().map(|what| format!("{file}: {what}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let expected = BTreeMap::from([
        ("unauthenticated", 14),
        ("invalid_request", 16),
        ("model_not_found", 12),
        ("rate_limited", 8),
        ("overloaded", 5),
        ("provider_error", 5),
        ("quota_exhausted", 4),
        ("permission_denied", 3),
        ("blocked", 1),
        ("context_too_long", 1),
        ("request_too_large", 1),
        ("timeout", 1),
    ]);
    assert_eq!(kinds, expected);
}
