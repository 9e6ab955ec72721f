//! Recorded traffic of real providers, read through the public adapters over a real socket, against an independent
//! reading of the same bytes.
//!
//! The recordings lie beside the repository and are never copied into it; `ARAGORA_CASSETTES` names another folder of
//! the same layout. Where they are absent the test says so in one line and passes, unless
//! `ARAGORA_REQUIRE_CASSETTES=1`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aragora_tests::cassettes::{Verdict, replay};

/// The recordings, and whether they are those whose counts are known.
fn recordings() -> Option<(PathBuf, bool)> {
    let given = std::env::var_os("ARAGORA_CASSETTES").map(PathBuf::from);
    let shared = std::env::var_os("ARAGORA_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let known = given.is_none();
    let folder = given.unwrap_or_else(|| shared.join("data/cassettes/dev"));
    if folder.is_dir() {
        return Some((folder, known));
    }
    let required = std::env::var_os("ARAGORA_REQUIRE_CASSETTES").is_some_and(|value| value == "1");
    assert!(!required, "recordings are required and {} is absent", folder.display());
    println!("skipped: no recorded provider traffic at {}", folder.display());
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recording_is_read_as_the_independent_reading_says() {
    let Some((folder, known)) = recordings() else { return };
    let report = replay(&folder).await;
    println!("{report}");
    assert_eq!(report.failed(), 0, "exchanges are read wrongly");
    if !known {
        return;
    }
    let mut apis: BTreeMap<&str, usize> = BTreeMap::new();
    for one in report.outcomes() {
        *apis.entry(&one.api).or_default() += 1;
    }
    assert_eq!(
        apis,
        BTreeMap::from([
            ("chat", 174),
            ("converse", 17),
            ("converse-stream", 2),
            ("count_tokens", 2),
            ("embeddings", 9),
            ("generate", 49),
            ("interactions", 9),
            ("messages", 50),
            ("models", 5),
            ("ollama-chat", 6),
            ("responses", 52),
        ]),
        "the recordings have changed"
    );
    assert_eq!(report.outcomes().iter().filter(|one| one.verdict == Verdict::Counted).count(), 350);
    let errors = [
        ("blocked", 1),
        ("context_too_long", 1),
        ("invalid_request", 16),
        ("model_not_found", 12),
        ("overloaded", 5),
        ("permission_denied", 3),
        ("provider_error", 5),
        ("quota_exhausted", 4),
        ("rate_limited", 8),
        ("request_too_large", 1),
        ("timeout", 1),
        ("unauthenticated", 14),
    ];
    assert_eq!(report.kinds(false), BTreeMap::from(errors));
    let inside = [
        ("blocked", 1),
        ("interrupted", 1),
        ("invalid_request", 3),
        ("overloaded", 1),
        ("provider_error", 2),
        ("quota_exhausted", 1),
        ("rate_limited", 2),
        ("request_too_large", 1),
    ];
    assert_eq!(report.kinds(true), BTreeMap::from(inside));
    let deviations: Vec<_> = report.outcomes().iter().filter(|one| one.deviation.is_some()).collect();
    assert_eq!(deviations.len(), 3, "{deviations:?}");
}
