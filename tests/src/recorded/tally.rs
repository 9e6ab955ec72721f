use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::report::Report;

/// How many debates are named when something went wrong in many.
const NAMED: usize = 5;

/// Counts by figure, added up over debates, and what went wrong in any of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: BTreeMap<String, u64>,
    troubles: Vec<String>,
}

impl Tally {
    /// A tally of one debate that could not be replayed.
    pub(super) fn failed(what: impl Into<String>) -> Self {
        let mut tally = Self::default();
        tally.trouble(what.into());
        tally
    }

    /// A tally that knows these figures, all 0.
    pub(super) fn known(figures: &[&str]) -> Self {
        Self { counts: figures.iter().map(|figure| ((*figure).to_owned(), 0)).collect(), troubles: Vec::new() }
    }

    /// Every figure.
    pub(super) fn all(&self) -> Map<String, Value> {
        self.counts.iter().map(|(figure, count)| (figure.clone(), json!(count))).collect()
    }

    pub(super) fn trouble(&mut self, what: String) {
        self.troubles.push(what);
    }

    pub(super) fn count(&mut self, figure: &str, more: impl TryInto<u64>) {
        *self.counts.entry(figure.to_owned()).or_default() += more.try_into().unwrap_or(0);
    }

    /// Counts 1 if it holds; the figure is then known even if it never does.
    pub(super) fn count_if(&mut self, figure: &str, holds: bool) {
        self.count(figure, u64::from(holds));
    }

    pub(super) fn get(&self, figure: &str) -> u64 {
        self.counts.get(figure).copied().unwrap_or(0)
    }

    pub(super) fn add(&mut self, other: Self) {
        for (figure, more) in other.counts {
            *self.counts.entry(figure).or_default() += more;
        }
        self.troubles.extend(other.troubles);
    }

    /// Part of a whole; absent without a whole.
    pub(super) fn share(&self, part: &str, whole: &str) -> Option<Value> {
        let whole = self.get(whole);
        (whole > 0).then(|| json!(self.get(part) as f64 / whole as f64))
    }

    /// What went wrong, and the checks that need no expectation of the data set.
    pub(super) fn report_soundness(&self, set: &str, report: &mut Report) {
        for trouble in self.troubles.iter().take(NAMED) {
            report.figure(set, "replayed", "a_decision".to_owned(), trouble.clone(), false);
        }
        if self.troubles.len() > NAMED {
            report.note(format!("{set}: {} more debates could not be replayed", self.troubles.len() - NAMED));
        }
        let all = |name: &str, of: &str, report: &mut Report| {
            report.compare(set, name, &json!(self.get(of)), &json!(self.get(name)));
        };
        all("strict_replays_equal", "replays", report);
        if self.get("kills") > 0 {
            all("resumed_logs_equal", "kills", report);
            report.compare(set, "recorded_requests_asked_again", &json!(0), &json!(self.get("asked_again")));
        }
    }
}

/// Compares every figure an `expected.json` has with the one found. Figures that are absent or null are not expected;
/// what the replay has no figure for is named and counted nowhere.
pub(super) fn compare(set: &str, expected: &Map<String, Value>, found: &Map<String, Value>, report: &mut Report) {
    for (name, value) in expected {
        match found.get(name) {
            _ if value.is_null() || value.is_string() => {}
            Some(got) => report.compare(set, name, value, got),
            None => report.note(format!("{set}: no figure {name} is taken from debates")),
        }
    }
}
