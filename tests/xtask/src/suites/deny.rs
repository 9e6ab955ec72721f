//! Licences, sources and bans of dependencies. Building the tool costs two minutes of CPU, so neither a laptop nor
//! CI does it: whoever adds a dependency installs it once with `cargo install --locked cargo-deny`.

use crate::context::Context;
use crate::process::{cargo, run as start, works};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "deny", about: "every dependency has an accepted licence and source", run };

fn run(context: &Context) -> Outcome {
    if !works(cargo(context, "deny").arg("--version")) {
        return Outcome::Skipped("cargo-deny is not installed; needed when dependencies change".to_owned());
    }
    start(cargo(context, "deny").args(["--config", ".deny.toml", "check", "licenses", "bans", "sources"])).into()
}
