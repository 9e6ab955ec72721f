//! The suites, quick ones first. A new one is a file here and its two lines below.

mod benches;
mod bindings;
mod clippy;
mod deny;
mod doctests;
mod examples;
mod faces;
mod faults;
mod format;
mod fuzz;
mod guide;
mod hygiene;
mod kotlin;
mod layout;
mod minimal;
mod nextest;
mod node;
mod panics;
mod providers;
mod python;
mod replay;
mod rustdoc;
mod sealing;
mod secrets;
mod servers;
mod swift;
mod typos;

use crate::suite::Suite;

pub(crate) const ALL: &[Suite] = &[
    layout::SUITE,
    hygiene::SUITE,
    panics::SUITE,
    bindings::SUITE,
    guide::SUITE,
    format::SUITE,
    typos::SUITE,
    clippy::SUITE,
    minimal::SUITE,
    faces::SUITE,
    nextest::SUITE,
    doctests::SUITE,
    rustdoc::SUITE,
    examples::SUITE,
    replay::SUITE,
    faults::SUITE,
    servers::SUITE,
    fuzz::SUITE,
    sealing::SUITE,
    providers::SUITE,
    python::SUITE,
    kotlin::SUITE,
    node::SUITE,
    swift::SUITE,
    benches::SUITE,
    deny::SUITE,
    // Last, so that it sees what all others printed and wrote.
    secrets::SUITE,
];

/// The name of the suite that searches what the others left.
pub(crate) const SEARCH: &str = secrets::SUITE.name;
