//! No language lags behind the core: what is rendered from its types is what is committed.

use crate::context::Context;
use crate::faces;
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "faces", about: "the rendered values of every language are those of the core's types", run };

fn run(context: &Context) -> Outcome {
    faces::check(context).into()
}
