//! The library as its users compile it, and the examples as they copy them: other packages of the workspace switch
//! features on that would hide a missing `cfg` or an unused import.

use crate::context::Context;
use crate::process::{cargo_locked, run as start};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite = Suite {
    name: "minimal",
    about: "the library alone is free of warnings, with and without default features, and so are the examples",
    run,
};

fn run(context: &Context) -> Outcome {
    let selections: [&[&str]; 3] = [
        &["--package", "aragora-core", "--no-default-features"],
        &["--package", "aragora-core"],
        &["--package", "aragora-examples", "--all-targets"],
    ];
    let lint =
        |selection: &[&str]| start(cargo_locked(context, "clippy").args(selection).args(["--", "-D", "warnings"]));
    selections.into_iter().try_for_each(lint).into()
}
