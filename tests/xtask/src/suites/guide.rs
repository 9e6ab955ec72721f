//! What the documentation says is true as far as a program can tell.

use crate::context::Context;
use crate::guide;
use crate::suite::{Outcome, Suite, outcome_of};

pub(super) const SUITE: Suite =
    Suite { name: "guide", about: "quoted code equals the examples, links resolve, the summary lists every page", run };

fn run(context: &Context) -> Outcome {
    outcome_of(guide::findings(context), "problem in the documentation")
}
