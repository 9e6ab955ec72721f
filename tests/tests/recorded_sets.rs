//! Recorded debates of real models replay to their published figures, and what cannot be read is said, not guessed.

use std::path::{Path, PathBuf};

use aragora_tests::recorded::{Extent, Report, replay};

/// Recorded debates lie beside the repository. Where they are absent the test says so in one line and passes.
fn recorded() -> Option<PathBuf> {
    let root = std::env::var_os("ARAGORA_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let folder = root.join("data/debates");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no recorded debates at {}", folder.display());
    None
}

fn failures(report: &Report) -> Vec<String> {
    report.figures().filter(|figure| !figure.ok).map(ToString::to_string).collect()
}

fn write(folder: &Path, file: &str, content: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Two agents who agree at once, and a second question on which they agree in round 2.
fn small_mmlu(folder: &Path) {
    let replies = [
        r#"[["(A)", null, null], ["It is (A).", null, null]]"#,
        r#"[["(A)", "(B) [[1, 4]]", null], ["(B)", "(B) [[1, 3]]", null]]"#,
    ];
    let orders = [
        r#"{"asked":[[0,1]],"shown":[[null,null],[null,null],[null,null]]}"#,
        r#"{"asked":[[0,1],[1,0]],"shown":[[null,null],[[1,0],null],[null,null]]}"#,
    ];
    // In round 2 both won, so in round 1 agent 0, shown second to itself, has (4/5 + 1/4) / 2.
    let published = "[True, False] 0.5\n6 3.0\n[[0.5, 0.5, 0, 0, 0, 0], [0.525, 0.475, 0.5, 0.5, 0, 0]]\n0\n0\n0\n";
    write(folder, "dylan_mmlu/gold.json", r#"{"small": ["A", null]}"#);
    write(folder, "dylan_mmlu/n2/small_test_23.json", &format!("{}\n", replies.join("\n")));
    write(folder, "dylan_mmlu/n2/small_test_23.order.jsonl", &format!("{}\n", orders.join("\n")));
    write(folder, "dylan_mmlu/n2/small_test_23.txt", published);
    write(
        folder,
        "dylan_mmlu/expected.json",
        r#"{"n2": {"files": 1, "questions": 2, "calls": 6, "stopped_after_round_1": 1, "stopped_after_round_2": 1,
            "correct": 1, "accuracy": 0.5, "importance_vectors_equal": 2, "differ_if_unparsable_abstains": 0,
            "answers_equal_to_record": 2, "vote_only_ties": 1}}"#,
    );
}

fn message(role: &str, content: &str) -> String {
    format!(r#"{{"role": "{role}", "content": "{content}"}}"#)
}

/// One problem on which three of four agents agree at once.
fn small_math(folder: &Path) {
    let context = [message("system", "Be exact."), message("user", "2 + 2?"), message("assistant", "The answer is 4.")];
    let context = format!("[{}]", context.join(","));
    let problems = format!(r#"{{"2 + 2?": [[{context}, {context}, {context}], "4", "Level 1", "Algebra"]}}"#);
    write(folder, "dylan_math/algebra_0_1_4_3.json", &problems);
    let templates = r#"{"system": "Be exact.", "first": "{question}", "prefix": "Others: ", "each": "<{reply}>",
        "suffix": "Again.", "extractor": "hendrycks_math"}"#;
    write(folder, "dylan_math/templates.json", templates);
    let expected = r#"{"problems": 1, "calls": 3, "mean_calls": 3.0, "correct": 1, "algebra": [1, 1], "replies": 3,
        "stop_checkpoints": 1, "stop_checkpoints_equal": 1, "note": "words are no figure"}"#;
    write(folder, "dylan_math/expected.json", expected);
}

/// A folder with both small sets, after a change to it.
async fn after(change: impl FnOnce(&Path)) -> Report {
    let folder = tempfile::tempdir().unwrap();
    small_mmlu(folder.path());
    small_math(folder.path());
    change(folder.path());
    replay(folder.path(), Extent { kill_every: 1, ..Extent::default() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_files_of_the_recorded_sets_replay_as_published() {
    let Some(folder) = recorded() else { return };
    let report = replay(&folder, Extent { at_once: 8, kill_every: 20, files: Some(1) }).await;
    assert_eq!(failures(&report), [""; 0]);
    assert!(report.passed() > 0, "nothing was replayed in {}", folder.display());
}

#[tokio::test]
async fn other_data_of_the_same_formats_is_compared_with_its_own_expectations() {
    let report = after(|_| ()).await;
    assert_eq!(failures(&report), [""; 0]);
    let kills: Vec<&str> =
        report.figures().filter(|f| f.name == "resumed_logs_equal").map(|f| f.got.as_str()).collect();
    assert!(kills.len() == 2 && kills.iter().all(|kills| *kills != "0"), "{kills:?}");
}

#[tokio::test]
async fn a_figure_that_is_not_reached_fails_alone() {
    let report = after(|folder| {
        write(
            folder,
            "dylan_mmlu/expected.json",
            r#"{"n2": {"calls": 7, "correct": 1, "importance_vectors_equal": null}}"#,
        );
    })
    .await;
    assert_eq!(failures(&report), ["FAIL dylan_mmlu/n2 calls 7 6"]);
    assert!(report.to_string().ends_with("passed, 1 failed"));
}

#[tokio::test]
async fn one_set_alone_and_unknown_sets_are_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "nyu_debates/README.md", "later");
    let report = replay(folder.path(), Extent::default()).await;
    assert_eq!(report.to_string(), "not covered yet: nyu_debates\n0 passed, 0 failed");
    small_math(folder.path());
    let report = replay(folder.path(), Extent::default()).await;
    assert_eq!(failures(&report), [""; 0]);
    assert!(report.passed() > 5);
}

#[tokio::test]
async fn an_absent_folder_is_one_failure_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let report = replay(&folder.path().join("nowhere"), Extent::default()).await;
    assert_eq!((report.passed(), report.failed()), (0, 1));
    assert!(failures(&report)[0].contains("nowhere"), "{report}");
}

#[tokio::test]
async fn what_cannot_be_read_is_a_failure_that_names_the_file() {
    let gone = |file: &'static str| (file, None);
    let changed = |file: &'static str, content: &'static str| (file, Some(content));
    let cases = [
        gone("dylan_mmlu/expected.json"),
        gone("dylan_mmlu/gold.json"),
        gone("dylan_mmlu/n2/small_test_23.order.jsonl"),
        gone("dylan_mmlu/n2/small_test_23.txt"),
        gone("dylan_math/templates.json"),
        gone("dylan_math/expected.json"),
        changed("dylan_mmlu/gold.json", r#"{"other": []}"#),
        changed("dylan_mmlu/gold.json", r#"{"small": ["A"]}"#),
        changed("dylan_mmlu/expected.json", r#"{"n2": 12}"#),
        changed("dylan_mmlu/n2/small_test_23.json", "[[\"(A)\"], ["),
        changed("dylan_mmlu/n2/small_test_23.json", "[[\"(A)\"], [\"(A)\"], [\"(A)\"]]\n"),
        changed("dylan_mmlu/n2/small_test_23.json", "[[], []]\n"),
        changed("dylan_mmlu/n2/small_test_23.order.jsonl", "{\"asked\":[[0,1]]}\n"),
        changed("dylan_mmlu/n2/small_test_23.order.jsonl", "{\"asked\":[[0,9]]}\n{\"asked\":[[0,1]]}\n"),
        changed("dylan_mmlu/n2/small_test_23.txt", "[True, Perhaps] 0.5\n6 3.0\n[[], []]\n"),
        changed("dylan_mmlu/n2/small_test_23.txt", "[True, False] 0.5\nsix\n[[], []]\n"),
        changed("dylan_mmlu/n2/small_test_23.txt", "[True, False] 0.5\n6 3.0\n"),
        changed("dylan_math/templates.json", r#"{"prefix": ""}"#),
        changed("dylan_math/templates.json", r#"{"first": "{question}", "extractor": "telepathy"}"#),
        changed("dylan_math/algebra_0_1_4_3.json", r#"{"q": [[], "4", "", ""]}"#),
        changed("dylan_math/algebra_0_1_4_3.json", r#"{"q": [[[{"role": "user", "content": "q"}]], "4", "", ""]}"#),
        changed("dylan_math/algebra_0_1_4_3.json", "{"),
    ];
    for (file, content) in cases {
        let report = after(|folder| match content {
            Some(content) => write(folder, file, content),
            None => std::fs::remove_file(folder.join(file)).unwrap(),
        })
        .await;
        let named = failures(&report).iter().any(|failure| failure.contains("readable") && failure.contains(file));
        assert!(named, "{file} {content:?}: {report}");
    }
}
