//! The conformance corpus through the core's public API. `ARAGORA_BLESS=1` rewrites the `ok` documents that differ;
//! `ARAGORA_CASES=suite/id` runs one case.

use aragora_tests::conformance::direct::Direct;
use aragora_tests::conformance::report;

#[test]
fn every_case_holds_through_the_public_api() {
    let report = report::all("rust", &Direct);
    println!("{report}");
    assert!(report.holds(), "{report}");
}
