//! The top level shows what the project is, and nothing else.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::context::Context;
use crate::files;
use crate::suite::{Outcome, Suite, outcome_of};

pub(super) const SUITE: Suite =
    Suite { name: "layout", about: "the top level is exactly the one of the map; long files are named", run };

const TOP_LEVEL: [&str; 14] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "aragora-core",
    "aragora-ffi",
    "aragora-node",
    "aragora-py",
    "benches",
    "examples",
    "sdk-docs",
    "tests",
];

/// Above this a file probably holds a second idea.
const LONG: usize = 600;

fn run(context: &Context) -> Outcome {
    outcome_of(findings(context), "top-level entry missing or unexpected")
}

fn findings(context: &Context) -> Result<Vec<String>, String> {
    let files = files::all(context)?;
    for file in files::with_extension(&files, "rs") {
        let lines = files::text(context, file)?.unwrap_or_default().lines().count();
        if lines > LONG {
            println!("  warning: {} has {lines} lines; is there a second idea in it?", files::shown(file));
        }
    }
    Ok(differences(&files))
}

fn differences(files: &[PathBuf]) -> Vec<String> {
    let found: BTreeSet<String> = files
        .iter()
        .filter_map(|file| file.components().next())
        .map(|first| first.as_os_str().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    let expected: BTreeSet<String> = TOP_LEVEL.map(str::to_owned).into();
    let missing = expected.difference(&found).map(|name| format!("missing: {name}"));
    let unexpected = found.difference(&expected).map(|name| format!("unexpected: {name}"));
    missing.chain(unexpected).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_unexpected_entries_are_named_and_dotted_ones_are_free() {
        let mut files: Vec<PathBuf> = TOP_LEVEL.iter().skip(1).map(|name| PathBuf::from(name).join("file")).collect();
        files.extend([PathBuf::from(".ci/run"), PathBuf::from("notes.md")]);
        assert_eq!(differences(&files), ["missing: CHANGELOG.md", "unexpected: notes.md"]);
    }
}
