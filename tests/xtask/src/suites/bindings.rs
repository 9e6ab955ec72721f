//! Bindings stay thin and alike: few lines of Rust, no word of the domain in them, the same test files everywhere, one
//! version.

use std::path::Path;

use crate::context::Context;
use crate::files::{self, shown};
use crate::suite::{Outcome, Suite, outcome_of};

pub(super) const SUITE: Suite = Suite { name: "bindings", about: "bindings are thin, alike, and of one version", run };

const CRATES: [&str; 3] = ["aragora-py", "aragora-node", "aragora-ffi"];
/// Of the core's lines.
const MOST_PER_CENT: usize = 6;
const LONGEST_FILE: usize = 400;
/// A binding that compares one of these holds logic that belongs to the core.
const DOMAIN: [&str; 8] =
    ["ErrorKind::", "Verdict::", "Outcome::", "RuleKind::", "VoteStatus::", "StopCause::", "Phase::", "DebateState::"];
/// What is tested in every language, one file each.
const TESTS: [&str; 11] =
    ["conformance", "api", "agents", "models", "protocols", "errors", "cancel", "events", "logging", "exit", "leaks"];

fn run(context: &Context) -> Outcome {
    outcome_of(findings(context), "binding that is not thin or not like the others")
}

fn findings(context: &Context) -> Result<Vec<String>, String> {
    let files = files::all(context)?;
    let mut findings = Vec::new();
    let mut core = 0;
    let mut lines = [0; CRATES.len()];
    for file in files::with_extension(&files, "rs") {
        let text = files::text(context, file)?.unwrap_or_default();
        let count = text.lines().count();
        if file.starts_with("aragora-core/src") {
            core += count;
        }
        for (krate, lines) in CRATES.iter().zip(&mut lines) {
            if file.starts_with(Path::new(krate).join("src")) {
                *lines += count;
                findings.extend(too_long(&shown(file), count));
                findings.extend(domain_words(&shown(file), &text));
            }
        }
    }
    for (krate, lines) in CRATES.iter().zip(lines) {
        println!("  {krate}: {lines} lines of Rust, {:.1} % of the core's {core}", 100.0 * lines as f64 / core as f64);
        if lines * 100 > core * MOST_PER_CENT {
            findings.push(format!("{krate}: more than {MOST_PER_CENT} % of the core's lines"));
        }
    }
    for (folder, name) in [
        ("aragora-py/tests", (|test| format!("test_{test}.py")) as fn(&str) -> String),
        ("aragora-node/test", |test| format!("{test}.test.ts")),
        ("aragora-ffi/swift/Tests/AragoraTests", |test| format!("{}Tests.swift", title(test))),
        ("aragora-ffi/kotlin/aragora-core/src/test/kotlin/ai/aragora", |test| format!("{}Test.kt", title(test))),
    ] {
        let missing = TESTS.iter().map(|test| Path::new(folder).join(name(test))).filter(|path| !files.contains(path));
        findings.extend(missing.map(|path| format!("{}: is missing, the other languages have it", shown(&path))));
    }
    findings.extend(versions(context)?);
    Ok(findings)
}

fn title(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

fn too_long(file: &str, lines: usize) -> Option<String> {
    (lines > LONGEST_FILE).then(|| format!("{file}: {lines} lines, at most {LONGEST_FILE}"))
}

fn domain_words(file: &str, text: &str) -> Vec<String> {
    let found = DOMAIN.iter().filter(|word| text.contains(**word));
    found.map(|word| format!("{file}: compares {word}; the core lacks a method")).collect()
}

/// The version stands in the workspace; the manifests that cannot read it there must say the same.
fn versions(context: &Context) -> Result<Vec<String>, String> {
    let version = env!("CARGO_PKG_VERSION");
    let wanted = [
        ("aragora-node/package.json", format!("\"version\": \"{version}\"")),
        ("aragora-ffi/kotlin/aragora-core/build.gradle.kts", format!("version = \"{version}\"")),
    ];
    let mut findings = Vec::new();
    for (file, line) in wanted {
        let text = files::text(context, Path::new(file))?.unwrap_or_default();
        if !text.contains(&line) {
            findings.push(format!("{file}: expected {line}, the workspace's version"));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_domain_and_a_long_file_are_found() {
        assert_eq!(domain_words("a.rs", "if x == Verdict::Approved {}").len(), 1);
        assert!(domain_words("a.rs", "let verdict = json;").is_empty());
        assert!(too_long("a.rs", LONGEST_FILE).is_none());
        assert!(too_long("a.rs", LONGEST_FILE + 1).is_some());
    }
}
