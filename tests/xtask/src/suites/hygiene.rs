//! Nothing tracked names a package registry's host or a path of somebody's machine: registries are reached through
//! their clients, and a checkout works wherever it lies.

use crate::context::Context;
use crate::files;
use crate::suite::{Outcome, Suite, outcome_of};

pub(super) const SUITE: Suite =
    Suite { name: "hygiene", about: "no file names a package registry's host or a path of one machine", run };

/// Written in halves, because this file is checked too.
const FORBIDDEN: [&str; 11] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("files.pythonhosted", ".org"),
    concat!("registry.npmjs", ".org"),
    concat!("registry.yarnpkg", ".com"),
    concat!("repo.maven", ".apache.org"),
    concat!("repo1.maven", ".org"),
    concat!("maven.google", ".com"),
    concat!("proxy.golang", ".org"),
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
];

/// Written by cargo, which names the index of every package in it.
const GENERATED: &str = "Cargo.lock";

fn run(context: &Context) -> Outcome {
    outcome_of(findings(context), "registry host or machine path")
}

fn findings(context: &Context) -> Result<Vec<String>, String> {
    let mut findings = Vec::new();
    for file in files::all(context)?.iter().filter(|file| !file.ends_with(GENERATED)) {
        let text = files::text(context, file)?.unwrap_or_default();
        let lines = forbidden_lines(&text);
        findings.extend(lines.map(|(line, what)| format!("{}:{line}: {what}", files::shown(file))));
    }
    Ok(findings)
}

fn forbidden_lines(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    text.lines().enumerate().filter_map(|(at, line)| {
        FORBIDDEN.iter().find(|forbidden| line.contains(**forbidden)).map(|what| (at + 1, *what))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_machine_path_are_found_with_their_line() {
        let text = format!("fine\nsee {}\ncd {}x\nnetwork/root\n", FORBIDDEN[0], FORBIDDEN[9]);
        assert_eq!(forbidden_lines(&text).collect::<Vec<_>>(), [(2, FORBIDDEN[0]), (3, FORBIDDEN[9])]);
    }
}
