//! The conformance corpus through the core's public API and through the boundary of the bindings. `ARAGORA_BLESS=1`
//! rewrites the `ok` documents that differ; `ARAGORA_CASES=suite/id` runs the cases whose names contain the words.

use aragora_tests::conformance::boundary::Boundary;
use aragora_tests::conformance::direct::Direct;
use aragora_tests::conformance::{format, report, vectors};

#[test]
fn every_case_holds_through_the_public_api() {
    let report = report::all("rust", &Direct);
    println!("{report}");
    assert!(report.holds(), "{report}");
}

#[test]
fn every_case_holds_through_the_boundary_of_the_bindings() {
    let report = report::all("boundary", &Boundary);
    println!("{report}");
    assert!(report.holds(), "{report}");
}

#[test]
fn the_parsing_suite_is_what_the_vectors_say() {
    let rendered = vectors::rendered().unwrap();
    let path = format::folder().join("parsing.json");
    if std::env::var_os("ARAGORA_BLESS").is_some() {
        std::fs::write(&path, &rendered).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == rendered, "run with ARAGORA_BLESS=1 and read the diff");
}
