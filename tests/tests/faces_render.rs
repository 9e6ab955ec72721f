//! What is rendered: the same every time, compared line by line, under one case rule.

use aragora_tests::faces::text::{camel, pascal, plain, snake, upper, wrap};
use aragora_tests::faces::{self, File};

#[test]
fn rendering_twice_gives_the_same_files() {
    let once = faces::render(&faces::build().unwrap(), "{}").unwrap();
    let again = faces::render(&faces::build().unwrap(), "{}").unwrap();
    let texts = |files: &[File]| files.iter().map(|file| (file.path, file.text.clone())).collect::<Vec<_>>();
    assert_eq!(texts(&once), texts(&again));
    for file in &once {
        let head: String = file.text.lines().take(6).collect();
        assert!(file.path.ends_with(".json") || head.contains(faces::BANNER), "{} does not say so", file.path);
    }
}

#[test]
fn the_surface_is_copied_and_wrong_ones_are_refused() {
    let model = faces::build().unwrap();
    let api = |surface: &str| faces::render(&model, surface).map(|files| files[0].text.clone());
    let written: serde_json::Value = serde_json::from_str(&api(r#"{"items": [{"name": "tally"}]}"#).unwrap()).unwrap();
    assert_eq!(written["items"][0]["name"], "tally");
    assert_eq!(written["version"], env!("CARGO_PKG_VERSION"));
    assert!(api("not JSON").unwrap_err().contains("surface.json"));
}

#[test]
fn a_difference_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = |text: &str| File { path: "deep/down/values.txt", text: text.to_owned() };
    assert_eq!(faces::stale(folder.path(), &[file("a\nb\n")]), ["deep/down/values.txt: not there"]);
    assert_eq!(faces::write(folder.path(), &[file("a\nb\n")]).unwrap(), ["deep/down/values.txt"]);
    assert!(faces::write(folder.path(), &[file("a\nb\n")]).unwrap().is_empty());
    assert!(faces::stale(folder.path(), &[file("a\nb\n")]).is_empty());
    let told = faces::stale(folder.path(), &[file("a\nc\n")]);
    assert_eq!(told, ["deep/down/values.txt:2: \"b\", rendered \"c\""]);
}

#[test]
fn one_case_rule_for_all_languages() {
    assert_eq!(pascal("max_output_tokens"), "MaxOutputTokens");
    assert_eq!(camel("max_output_tokens"), "maxOutputTokens");
    assert_eq!(upper("x_high"), "X_HIGH");
    assert_eq!(snake("EventData"), "event_data");
    assert_eq!(camel(&snake("EventData")), "eventData");
}

#[test]
fn documentation_loses_links_and_keeps_its_words() {
    assert_eq!(plain("As [`Convergence`](super::Convergence) and [`Outcome`]."), "As `Convergence` and `Outcome`.");
    assert_eq!(plain("0..=1 [open"), "0..=1 [open");
    let lines = wrap("one two three\n\nfour", 9);
    assert_eq!(lines, ["one two", "three", "", "four"]);
    assert_eq!(wrap("indivisible", 4), ["indivisible"]);
}
