//! The library never panics on input. Clippy denies these calls where it sees them; this also sees code behind
//! features and platforms that are not compiled here.

use crate::context::Context;
use crate::files;
use crate::rust_source::shipped_code;
use crate::suite::{Outcome, Suite, outcome_of};

pub(super) const SUITE: Suite =
    Suite { name: "panics", about: "no unwrap, expect, panic or todo in shipped code of aragora-*/src", run };

const FORBIDDEN: [&str; 5] = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!("];

fn run(context: &Context) -> Outcome {
    outcome_of(findings(context), "call that can panic in shipped code")
}

fn findings(context: &Context) -> Result<Vec<String>, String> {
    let mut findings = Vec::new();
    let files = files::all(context)?;
    for file in files::with_extension(&files, "rs").filter(|file| is_shipped(&files::shown(file))) {
        let lines = panicking_lines(&files::text(context, file)?.unwrap_or_default());
        findings.extend(lines.into_iter().map(|(line, what)| format!("{}:{line}: {what}", files::shown(file))));
    }
    Ok(findings)
}

/// Library sources, without files that hold only tests and without the suites for implementers, which fail by panicking.
fn is_shipped(file: &str) -> bool {
    let mut parts = file.split('/');
    let library = parts.next().is_some_and(|top| top.starts_with("aragora-")) && parts.next() == Some("src");
    let rest: Vec<&str> = parts.collect();
    let tests = rest.iter().any(|part| matches!(*part, "testing" | "tests" | "tests.rs") || part.ends_with("_test.rs"));
    library && !tests
}

fn panicking_lines(source: &str) -> Vec<(usize, &'static str)> {
    let code = shipped_code(source);
    let lines = code.lines().enumerate();
    let found = lines.filter_map(|(at, line)| {
        FORBIDDEN.iter().find(|call| line.replace(' ', "").contains(**call)).map(|call| (at + 1, *call))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_files_are_told_from_tests() {
        assert!(is_shipped("aragora-core/src/debate/ballot.rs"));
        for other in [
            "aragora-core/src/testing/suite.rs",
            "aragora-core/src/a/tests.rs",
            "aragora-core/build.rs",
            "tests/src/a.rs",
        ] {
            assert!(!is_shipped(other), "{other}");
        }
    }

    #[test]
    fn a_call_is_found_and_its_unwrap_or_sibling_is_not() {
        let source = "let a = b.unwrap_or(1);\nlet c = d.unwrap();\n// e.unwrap()\n";
        assert_eq!(panicking_lines(source), [(2, ".unwrap()")]);
    }
}
