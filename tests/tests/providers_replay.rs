//! Recorded traffic of real providers, read through the public adapters over a real socket, against an independent
//! reading of the same bytes.
//!
//! The recordings lie beside the repository and are never copied into it; `ARAGORA_CASSETTES` names another folder of
//! the same layout. Where they are absent the test says so in one line and passes, unless
//! `ARAGORA_REQUIRE_CASSETTES=1`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aragora_tests::cassettes::{Outcome, Verdict, is_built, replay};

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
    let ready = |one: &&Outcome| is_built(&one.api);
    let wrong: Vec<&str> =
        report.outcomes().iter().filter(ready).filter(|one| !one.is_ok()).map(|one| one.name.as_str()).collect();
    assert!(wrong.is_empty(), "{} exchanges are read wrongly: {wrong:#?}", wrong.len());
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
    let deviations: Vec<_> = report.outcomes().iter().filter(|one| one.deviation.is_some()).collect();
    assert_eq!(deviations.len(), 3, "{deviations:?}");
}
