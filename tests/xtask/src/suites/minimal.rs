//! The library as its users compile it: other packages of the workspace switch features on that would hide a
//! missing `cfg` or an unused import.

use crate::context::Context;
use crate::process::{cargo_locked, run as start};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "minimal", about: "the library alone is free of warnings, with and without default features", run };

fn run(context: &Context) -> Outcome {
    let with = |features: &[&str]| {
        let lints = ["--", "-D", "warnings"];
        start(cargo_locked(context, "clippy").args(["--package", "aragora-core"]).args(features).args(lints))
    };
    with(&["--no-default-features"]).and_then(|()| with(&[])).into()
}
