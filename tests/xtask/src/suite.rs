//! What a suite is, and how it can end.

use crate::context::Context;

/// One thing that must hold before a change is merged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suite {
    /// One word, as given to `--only`.
    pub(crate) name: &'static str,
    /// What passing proves, in one line.
    pub(crate) about: &'static str,
    /// Runs it to its end; everything it has to say goes to the terminal.
    pub(crate) run: fn(&Context) -> Outcome,
}

/// How a suite ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed(String),
    /// It needs something this machine lacks: a clear skip on a laptop, a failure in CI.
    Missing(String),
    /// It does not apply here, and CI does not ask for it either.
    Skipped(String),
}

impl Outcome {
    /// For the process that started this one; [`Outcome::of_text`] reads it.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Passed => "passed".to_owned(),
            Self::Failed(reason) => format!("failed {reason}"),
            Self::Missing(reason) => format!("missing {reason}"),
            Self::Skipped(reason) => format!("skipped {reason}"),
        }
    }

    /// What [`Outcome::to_text`] wrote.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let (word, reason) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "passed" => Some(Self::Passed),
            "failed" => Some(Self::Failed(reason.to_owned())),
            "missing" => Some(Self::Missing(reason.to_owned())),
            "skipped" => Some(Self::Skipped(reason.to_owned())),
            _ => None,
        }
    }
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(reason) => Self::Failed(reason),
        }
    }
}

/// Fails with all findings of a check, one per line, or passes when there are none.
pub(crate) fn outcome_of(findings: Result<Vec<String>, String>, rule: &str) -> Outcome {
    match findings {
        Ok(findings) if findings.is_empty() => Outcome::Passed,
        Ok(findings) => {
            for finding in &findings {
                println!("  {finding}");
            }
            Outcome::Failed(format!("{} x {rule}", findings.len()))
        }
        Err(reason) => Outcome::Failed(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_survives_the_way_between_processes() {
        for outcome in [
            Outcome::Passed,
            Outcome::Failed("two\nlines".to_owned()),
            Outcome::Missing(String::new()),
            Outcome::Skipped("not here".to_owned()),
        ] {
            assert_eq!(Outcome::of_text(&outcome.to_text()), Some(outcome));
        }
        assert_eq!(Outcome::of_text(""), None);
    }
}
