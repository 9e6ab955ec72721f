//! The table of what follows from an error.

use aragora_core::ErrorKind;
use aragora_core::agents::layers::{Again, Decision, Decisions, Verdict};

use super::error;

/// The specification's table: codes, same target again, fallback, counts.
const TABLE: &[(&str, Again, bool, bool)] = &[
    ("rate_limited overloaded", Again::Yes, true, true),
    ("quota_exhausted", Again::No, true, true),
    ("timeout transport provider_error interrupted", Again::Yes, true, true),
    ("malformed_response", Again::Once, true, true),
    ("unauthenticated permission_denied", Again::No, false, true),
    ("model_not_found invalid_request request_too_large context_too_long unsupported", Again::No, false, false),
    ("blocked", Again::No, false, false),
    ("empty_reply invalid_reply", Again::Repair, false, false),
    ("circuit_open", Again::No, false, false),
    ("queue_full", Again::No, true, false),
    ("budget_exceeded unpriced deadline_exceeded cancelled", Again::No, false, false),
    ("agent_failed", Again::No, false, true),
    ("script_exhausted recording_missing human_declined", Again::No, false, false),
];

#[test]
fn the_defaults_are_the_specifications() {
    let decisions = Decisions::default();
    let mut listed = Vec::new();
    for (codes, again, fallback, counts) in TABLE {
        for code in codes.split(' ') {
            let kind = ErrorKind::from_code(code).unwrap();
            assert_eq!(decisions.of(kind), Decision::new(*again, *fallback, *counts), "{code}");
            listed.push(kind);
        }
    }
    // What the table does not name ends where it happens.
    for kind in ErrorKind::ALL.iter().filter(|kind| !listed.contains(kind)) {
        assert_eq!(decisions.of(*kind), Decision::new(Again::No, false, false), "{kind:?}");
    }
}

#[test]
fn a_provider_that_says_whether_to_repeat_is_believed() {
    let decisions = Decisions::default();
    assert_eq!(decisions.again(&error(ErrorKind::Overloaded).retryable_if(false)), Again::No);
    assert_eq!(decisions.again(&error(ErrorKind::InvalidRequest).retryable_if(true)), Again::Yes);
    assert_eq!(decisions.again(&error(ErrorKind::MalformedResponse).retryable_if(true)), Again::Once);
    let told = decisions.verdict::<()>(&Err(error(ErrorKind::Overloaded).retryable_if(false)));
    assert_eq!(told, Verdict::Failure(ErrorKind::Overloaded), "the other columns stay");
}

#[test]
fn an_open_circuit_falls_back_as_what_opened_it() {
    let decisions = Decisions::default();
    let open = |by: &str| error(ErrorKind::CircuitOpen).with("opened_by", by);
    assert!(decisions.falls_back(&open("overloaded")));
    assert!(decisions.falls_back(&open("quota_exhausted")));
    assert!(!decisions.falls_back(&open("unauthenticated")));
    assert!(decisions.clone().fallback_on_auth().falls_back(&open("unauthenticated")));
    assert!(!decisions.falls_back(&error(ErrorKind::CircuitOpen)));
}

#[test]
fn a_host_moves_kinds() {
    let decisions = Decisions::default()
        .fallback_on_auth()
        .fallback_on_blocked()
        .with(ErrorKind::ProviderError, Decision::new(Again::No, false, false));
    assert!(decisions.falls_back(&error(ErrorKind::PermissionDenied)));
    assert!(decisions.falls_back(&error(ErrorKind::Blocked)));
    assert_eq!(decisions.verdict::<()>(&Err(error(ErrorKind::ProviderError))), Verdict::Answer);
    assert_eq!(decisions.of(ErrorKind::Unauthenticated).again, Again::No, "only one column moved");
}

#[test]
fn what_never_reached_the_target_says_nothing_about_it() {
    let decisions = Decisions::default();
    let verdict = |error| decisions.verdict::<()>(&Err(error));
    assert_eq!(verdict(error(ErrorKind::InvalidRequest)), Verdict::Answer);
    assert_eq!(verdict(error(ErrorKind::InvalidRequest).with("violations", "[]")), Verdict::None);
    assert_eq!(verdict(error(ErrorKind::Unsupported).with("local", true)), Verdict::None);
    for code in ["queue_full", "cancelled", "deadline_exceeded", "circuit_open", "budget_exceeded", "human_declined"] {
        assert_eq!(verdict(error(ErrorKind::from_code(code).unwrap())), Verdict::None, "{code}");
    }
    assert_eq!(decisions.verdict(&Ok(())), Verdict::Answer);
}
