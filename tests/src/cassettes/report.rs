use std::collections::BTreeMap;
use std::fmt;

use super::ask::Adapter;

/// One field that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The field of the reading, e.g. `usage.input_total`.
    pub field: String,
    /// What the reading says.
    pub expected: String,
    /// What the adapter made of it.
    pub found: String,
}

impl Difference {
    /// A difference of this field.
    pub fn new(field: impl Into<String>, expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self { field: field.into(), expected: expected.to_string(), found: found.to_string() }
    }
}

/// How an exchange is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It must be read as expected.
    Counted,
    /// It is best effort: differences are shown and fail nothing.
    Reported,
    /// It was not asked for, because this build lacks the feature `genai`.
    Skipped,
}

/// What came of one exchange.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The exchange.
    pub name: String,
    /// The kind of call.
    pub api: String,
    /// How it is counted.
    pub verdict: Verdict,
    /// The code of the error the adapter returned, if it did, and whether it came with a successful status.
    pub error: Option<(String, bool)>,
    /// Every difference with the manners of asking in which it was found; no manner means in each.
    pub differences: BTreeMap<Difference, Vec<String>>,
    /// A deviation that is known and computed from the body.
    pub deviation: Option<String>,
}

impl Outcome {
    /// Nothing wrong so far.
    pub fn of(name: &str, api: &str) -> Self {
        Self {
            name: name.to_owned(),
            api: api.to_owned(),
            verdict: Verdict::Counted,
            error: None,
            differences: BTreeMap::new(),
            deviation: None,
        }
    }

    /// Something that could not be replayed at all.
    pub fn broken(reason: String) -> Self {
        let (name, reason) = match reason.split_once(": ") {
            Some((name, reason)) => (name.to_owned(), reason.to_owned()),
            None => ("folder".to_owned(), reason),
        };
        let mut outcome = Self::of(&name, "unreadable");
        outcome.differ(Difference::new("file", "an exchange of the documented form", reason), None);
        outcome
    }

    /// Notes a difference found while asking in one manner.
    pub fn differ(&mut self, difference: Difference, manner: Option<&str>) {
        self.differences.entry(difference).or_default().extend(manner.map(str::to_owned));
    }

    /// Whether everything is as expected.
    pub fn is_ok(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Everything a run found, printed one line per difference with the count as the last line.
#[derive(Clone, Debug, Default)]
pub struct Report {
    outcomes: Vec<Outcome>,
}

impl Report {
    /// A report that says why nothing could be read.
    pub fn unreadable(reason: String) -> Self {
        Self { outcomes: vec![Outcome::broken(reason)] }
    }

    /// The outcomes by name.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// How many counted exchanges are read as expected.
    pub fn passed(&self) -> usize {
        self.counted(true)
    }

    /// How many are not.
    pub fn failed(&self) -> usize {
        self.counted(false)
    }

    fn counted(&self, ok: bool) -> usize {
        self.outcomes.iter().filter(|one| one.verdict == Verdict::Counted && one.is_ok() == ok).count()
    }

    /// The codes of the errors of turns, inside successful statuses or not.
    pub fn kinds(&self, inside_successes: bool) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for outcome in self.outcomes.iter().filter(|one| matches!(Adapter::of(&one.api), Adapter::Turn(_))) {
            if let Some((code, inside)) = &outcome.error
                && *inside == inside_successes
            {
                *kinds.entry(code.as_str()).or_default() += 1;
            }
        }
        kinds
    }

    pub(super) fn add(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }

    pub(super) fn sort(&mut self) {
        self.outcomes.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for outcome in &self.outcomes {
            let word = if outcome.verdict == Verdict::Counted { "FAIL" } else { "reported" };
            for (Difference { field, expected, found }, manners) in &outcome.differences {
                write!(f, "{word} {} ({}) {field}: expected {expected}, found {found}", outcome.name, outcome.api)?;
                if !manners.is_empty() {
                    write!(f, " [{}]", manners.join(", "))?;
                }
                writeln!(f)?;
            }
            if let Some(deviation) = &outcome.deviation {
                writeln!(f, "note {}: {deviation}", outcome.name)?;
            }
        }
        let mut apis: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for outcome in self.outcomes.iter().filter(|one| one.verdict != Verdict::Skipped) {
            let count = apis.entry(&outcome.api).or_default();
            count.0 += 1;
            count.1 += usize::from(outcome.is_ok());
        }
        for (api, (all, ok)) in apis {
            writeln!(f, "{api}: {ok} of {all} as expected")?;
        }
        let skipped = self.outcomes.iter().filter(|one| one.verdict == Verdict::Skipped).count();
        if skipped > 0 {
            writeln!(f, "skipped: {skipped} exchanges need the feature genai")?;
        }
        for (what, inside) in [("errors", false), ("errors inside successes", true)] {
            let kinds: Vec<_> = self.kinds(inside).iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            writeln!(f, "{what}: {}", if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") })?;
        }
        write!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_shown_with_their_field_and_the_last_line_counts() {
        let mut report = Report::default();
        report.add(Outcome::of("a/fine", "chat"));
        let mut wrong = Outcome::of("b/wrong", "chat");
        wrong.differ(Difference::new("usage.input_total", 12, 13), Some("whole"));
        report.add(wrong);
        let mut reported = Outcome::of("c/reported", "converse");
        reported.verdict = Verdict::Reported;
        reported.differ(Difference::new("text", "a", "b"), None);
        report.add(reported);
        let text = report.to_string();
        assert!(text.starts_with("FAIL b/wrong (chat) usage.input_total: expected 12, found 13 [whole]\nreported c/"));
        assert!(text.contains("\nchat: 1 of 2 as expected\n"));
        assert!(text.ends_with("\n1 passed, 1 failed"));
    }
}
