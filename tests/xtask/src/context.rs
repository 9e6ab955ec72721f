//! Where things are, and whether this is CI.

use std::env;
use std::path::{Path, PathBuf};

/// What every suite may look at.
#[derive(Debug)]
pub(crate) struct Context {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// The one target directory of this run; what suites install or write goes below it.
    pub(crate) target: PathBuf,
    /// This program.
    pub(crate) program: PathBuf,
    /// `CI=true` (or `1`): a suite that cannot run has failed.
    pub(crate) ci: bool,
    /// The folder of recorded material, if it is there: `ARAGORA_SHARED`, else `../shared`.
    pub(crate) shared: Option<PathBuf>,
}

impl Context {
    pub(crate) fn new() -> Result<Self, String> {
        let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&manifest).ancestors().nth(2).ok_or("xtask is not two folders below the root")?.to_owned();
        // Cargo put this program at <target>/<profile>/xtask, whichever way the target directory was chosen.
        let program = env::current_exe().map_err(|error| format!("the path of this program: {error}"))?;
        let target = program.ancestors().nth(2).ok_or("this program is not in a target directory")?.to_owned();
        let shared = env::var_os("ARAGORA_SHARED").map_or_else(|| root.join("../shared"), |given| root.join(given));
        Ok(Self {
            ci: env::var("CI").is_ok_and(|value| value == "true" || value == "1"),
            shared: shared.is_dir().then_some(shared),
            root,
            target,
            program,
        })
    }

    /// A program that `cargo build` has put into the dev profile's folder.
    pub(crate) fn built(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}
