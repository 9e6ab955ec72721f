//! Invented exchanges of every wire, read through the public adapters over a real socket. They run always.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aragora_core::agents::providers::Wire;
use aragora_tests::cassettes::{Adapter, Exchange, Folder, replay_folder};
use serde_json::{Value, json};

fn fixtures() -> Folder {
    let folder = Folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/providers")).unwrap();
    assert_eq!(folder.problems, Vec::<String>::new());
    folder
}

fn only(mut folder: Folder, wanted: impl FnMut(&Exchange) -> bool) -> Folder {
    folder.exchanges.retain(wanted);
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fixture_is_read_as_it_was_meant() {
    let report = replay_folder(fixtures()).await;
    assert_eq!(report.failed(), 0, "{report}");
    assert!(report.passed() >= 150, "{report}");
}

#[test]
fn every_wire_and_every_row_of_the_classifier_has_its_fixtures() {
    let folder = fixtures();
    assert!(folder.exchanges.len() >= 150, "{} fixtures", folder.exchanges.len());
    let mut apis: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut rows = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for exchange in &folder.exchanges {
        let Adapter::Turn(wire) = Adapter::of(&exchange.api) else { panic!("{} is no turn", exchange.name) };
        assert!([Wire::Messages, Wire::Responses, Wire::Chat, Wire::Gemini, Wire::GeminiInteractions].contains(&wire));
        let seen = apis.entry(&exchange.api).or_default();
        let expected = &exchange.expected;
        let form = if exchange.response.is_event_stream() { "stream" } else { "whole" };
        seen.insert(form.to_owned());
        seen.extend(expected["stop_norm"].as_str().map(str::to_owned));
        seen.extend(expected.get("structured").map(|_| "structured".to_owned()));
        seen.extend(expected["kind"].as_str().map(|kind| format!("error {kind}")));
        if exchange.name.contains("/error_") {
            kinds.extend(expected["kind"].as_str());
            let file = std::fs::read(
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/providers/{}.json", exchange.name)),
            );
            let file: Value = serde_json::from_slice(&file.unwrap()).unwrap();
            let note = file["note"].as_str().unwrap_or_default().to_owned();
            rows.extend(note.strip_prefix("row ").and_then(|rest| rest.split(':').next()).map(str::to_owned));
        }
    }
    for (api, seen) in &apis {
        for wanted in ["stream", "whole", "end", "length", "tool_calls", "structured", "error interrupted"] {
            assert!(seen.contains(wanted), "{api} has no fixture for {wanted}");
        }
        let denied = ["refusal", "content_filter"].iter().any(|stop| seen.contains(*stop));
        assert!(denied || *api == "interactions", "{api} has no fixture for a refusal or a filter");
    }
    assert_eq!(apis.len(), 5);
    assert_eq!(rows.len(), 13, "{rows:?}");
    assert_eq!(kinds.len(), 12, "{kinds:?}");
}

/// A comparison that agrees with everything would prove nothing: every field of a reading is falsified in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_that_is_wrong_in_any_field_is_noticed() {
    let fields = [
        "/text",
        "/reasoning",
        "/tools",
        "/model",
        "/rid",
        "/stop",
        "/stop_norm",
        "/refusal",
        "/structured",
        "/kind",
        "/usage",
        "/usage/input_total",
        "/usage/output_total",
        "/usage/cache_read",
        "/usage/cache_write",
        "/usage/reasoning",
        "/usage/cost",
        "/error_status",
        "/retry_after",
        "/request_id",
        "/warnings",
    ];
    for field in fields {
        let fixtures = fixtures();
        // A broken reply has no stop of its own to compare, and absent ids are not compared.
        let mut wrong = only(fixtures, |exchange| {
            let there = exchange.expected.pointer(field);
            let is_broken = exchange.expected.get("kind").is_some() && exchange.expected["error_status"].is_null();
            let compared = !is_broken || !matches!(field, "/stop" | "/stop_norm" | "/refusal" | "/request_id");
            // The finer of two waits is the one that counts.
            let compared =
                compared && (field != "/retry_after" || exchange.response.header("retry-after-ms").is_none());
            let may_be_null = matches!(field, "/usage" | "/structured");
            compared && there.is_some_and(|value| may_be_null || !value.is_null())
        });
        wrong.exchanges.truncate(6);
        assert!(!wrong.exchanges.is_empty(), "no fixture has {field}");
        let expected = wrong.exchanges.len();
        for exchange in &mut wrong.exchanges {
            let value = exchange.expected.pointer_mut(field).unwrap();
            *value = falsified(value);
        }
        let report = replay_folder(wrong).await;
        assert_eq!((report.failed(), report.passed()), (expected, 0), "{field}: {report}");
    }
}

fn falsified(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "input_total": 1 }),
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
        Value::String(text) => match text.parse::<f64>() {
            Ok(seconds) => json!((seconds + 1.0).to_string()),
            Err(_) => json!(format!("{text}!")),
        },
        Value::Array(list) => json!([list, "more"]),
        Value::Object(_) => Value::Null,
    }
}
