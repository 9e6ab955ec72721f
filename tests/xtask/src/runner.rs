//! Runs suites one after the other and says at the end how each ended.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::context::Context;
use crate::kept;
use crate::suite::{Outcome, Suite};
use crate::suites::SEARCH;

/// Runs all of them, whatever fails, and prints the table. The last line is
/// `suites: N passed, N failed, N skipped`.
pub(crate) fn run(context: &Context, suites: &[Suite]) -> ExitCode {
    // Alone, the suite that searches what was kept searches what the last run kept.
    if suites.iter().any(|suite| suite.name != SEARCH)
        && let Err(reason) = kept::begin(context)
    {
        eprintln!("xtask: {reason}");
        return ExitCode::FAILURE;
    }
    let mut rows = Vec::with_capacity(suites.len());
    for suite in suites {
        println!("\n=== {}: {}", suite.name, suite.about);
        let start = Instant::now();
        let outcome = in_ci(kept::run(context, suite), context.ci);
        let took = start.elapsed();
        println!("--- {}: {}, {}", suite.name, describe(&outcome), seconds(took));
        rows.push((suite.name, outcome, took));
    }

    println!("\n{:<10} {:>9}  result", "suite", "time");
    for (name, outcome, took) in &rows {
        println!("{name:<10} {:>9}  {}", seconds(*took), describe(outcome));
    }
    let count = |wanted: fn(&Outcome) -> bool| rows.iter().filter(|(_, outcome, _)| wanted(outcome)).count();
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let passed = count(|outcome| matches!(outcome, Outcome::Passed));
    println!("suites: {passed} passed, {failed} failed, {} skipped", rows.len() - passed - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The suites with these comma-separated names, in their usual order.
pub(crate) fn select(suites: &[Suite], names: &str) -> Result<Vec<Suite>, String> {
    let wanted: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let known: Vec<&str> = suites.iter().map(|suite| suite.name).collect();
    if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
        return Err(format!("no suite is called {unknown:?}; there are {}", known.join(", ")));
    }
    if wanted.is_empty() {
        return Err(format!("--only names no suite; there are {}", known.join(", ")));
    }
    Ok(suites.iter().filter(|suite| wanted.contains(&suite.name)).copied().collect())
}

/// Names every suite with what it proves.
pub(crate) fn list(suites: &[Suite]) {
    for suite in suites {
        println!("{:<10} {}", suite.name, suite.about);
    }
}

fn in_ci(outcome: Outcome, ci: bool) -> Outcome {
    match outcome {
        Outcome::Missing(reason) if ci => Outcome::Failed(format!("cannot run here: {reason}")),
        other => other,
    }
}

fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed => "passed".to_owned(),
        Outcome::Failed(reason) => format!("FAILED: {reason}"),
        Outcome::Missing(reason) | Outcome::Skipped(reason) => format!("SKIPPED: {reason}"),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUITES: &[Suite] = &[
        Suite { name: "one", about: "", run: |_| Outcome::Passed },
        Suite { name: "two", about: "", run: |_| Outcome::Passed },
    ];

    #[test]
    fn only_keeps_the_usual_order() {
        let names: Vec<_> = select(SUITES, "two, one").unwrap().iter().map(|suite| suite.name).collect();
        assert_eq!(names, ["one", "two"]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        assert_eq!(select(SUITES, "one,three").unwrap_err(), "no suite is called \"three\"; there are one, two");
        assert!(select(SUITES, ",").is_err());
    }

    #[test]
    fn what_is_missing_fails_in_ci_only() {
        let missing = || Outcome::Missing("no tool".to_owned());
        assert_eq!(in_ci(missing(), false), missing());
        assert_eq!(in_ci(missing(), true), Outcome::Failed("cannot run here: no tool".to_owned()));
        let skipped = || Outcome::Skipped("not here".to_owned());
        assert_eq!(in_ci(skipped(), true), skipped());
    }
}
