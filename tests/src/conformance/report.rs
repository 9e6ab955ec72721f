//! Runs the whole corpus and says how it went.

use std::collections::BTreeMap;
use std::fmt;

use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;
use serde_json::Value;

use super::format::{self, Mode};
use super::run::run;
use super::sdk::Sdk;

/// How many cases run at once.
const AT_ONCE: usize = 16;

/// Every case in each of its modes.
#[derive(Debug, Default)]
pub struct Report {
    passed: usize,
    excluded: usize,
    failed: Vec<String>,
}

/// A case that a language cannot pass.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// `cases/<suite>/<id>` or `api/<name>`.
    pub target: String,
    /// In which languages.
    pub languages: Vec<String>,
    /// Why.
    pub reason: String,
    /// Since which version.
    pub since: String,
}

impl Report {
    fn note(&mut self, name: &str, mode: Mode, difference: Option<String>, excluded: bool) {
        let mode = if mode == Mode::Foreign { "foreign" } else { "builtin" };
        match (difference, excluded) {
            (None, false) => self.passed += 1,
            (Some(_), true) => self.excluded += 1,
            (None, true) => self.failed.push(format!("{name} ({mode}): passes, so its exclusion is stale")),
            (Some(difference), false) => self.failed.push(format!("{name} ({mode}): {difference}")),
        }
    }

    /// Whether nothing failed and something ran.
    pub fn holds(&self) -> bool {
        self.failed.is_empty() && self.passed > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failed.iter().try_for_each(|failure| writeln!(f, "{failure}"))?;
        write!(f, "{} passed, {} failed, {} excluded", self.passed, self.failed.len(), self.excluded)
    }
}

/// What is excluded, and why.
///
/// # Errors
///
/// What is wrong with the file.
pub fn exclusions() -> Result<Vec<Exclusion>, String> {
    let text = std::fs::read_to_string(format::folder().join("exclusions.json")).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| format!("exclusions.json: {error}"))
}

/// Runs the corpus. The environment may narrow it (`ARAGORA_CASES`) and, in Rust, bless it
/// (`ARAGORA_BLESS`).
pub fn all(language: &str, sdk: &dyn Sdk) -> Report {
    let mut report = Report::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match (runtime, format::load(), exclusions()) {
        (Ok(runtime), Ok(files), Ok(excluded)) => {
            let excluded: Vec<String> = excluded
                .into_iter()
                .filter(|exclusion| exclusion.languages.iter().any(|other| other == language))
                .map(|exclusion| exclusion.target)
                .collect();
            runtime.block_on(files_of(&mut report, &files, &excluded, sdk, language == "rust"));
        }
        (runtime, files, excluded) => {
            let errors = [runtime.err().map(|error| error.to_string()), files.err(), excluded.err()];
            report.failed.extend(errors.into_iter().flatten());
        }
    }
    report
}

async fn files_of(report: &mut Report, files: &[format::File], excluded: &[String], sdk: &dyn Sdk, blessing: bool) {
    let only = std::env::var("ARAGORA_CASES").ok();
    let bless = blessing && std::env::var_os("ARAGORA_BLESS").is_some();
    for file in files {
        let runs = file.cases.iter().enumerate().flat_map(|(at, case)| {
            let name = format!("{}/{}", file.suite, case.id);
            let wanted = only.as_ref().is_none_or(|only| name.contains(only.as_str()));
            let modes = if wanted { case.modes() } else { Vec::new() };
            modes.into_iter().map(move |mode| (at, name.clone(), case, mode))
        });
        // Cases share nothing, and most of their time is waiting.
        let outcomes: Vec<_> = stream::iter(runs)
            .map(|(at, name, case, mode)| async move { (at, name, mode, run(case, mode, sdk).await) })
            .buffered(AT_ONCE)
            .collect()
            .await;
        let mut found: BTreeMap<(usize, usize), Value> = BTreeMap::new();
        for (at, name, mode, outcome) in outcomes {
            report.note(&name, mode, outcome.difference, excluded.contains(&format!("cases/{name}")));
            found.extend(outcome.found.into_iter().map(|(step, value)| ((at, step), value)));
        }
        if bless
            && !found.is_empty()
            && let Err(error) = super::bless::write(&file.suite, &found)
        {
            report.failed.push(error);
        }
    }
}
