//! The Swift package: face and tests in language mode 6 without a warning, the tests, and every Swift example.
//!
//! The package is put together below the target directory, because a part of it is generated; only files that changed
//! are written, so that the second run compiles little.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::context::Context;
use crate::model_server;
use crate::process::{run as start, run_within};
use crate::suite::{Outcome, Suite};
use crate::swift::{MISSING, Swift};
use crate::uniffi;

pub(super) const SUITE: Suite = Suite {
    name: "swift",
    about: "the Swift package builds in mode 6 without warnings, passes its tests, and its examples run",
    run,
};

/// The whole of the tests; one that waits for ever is a failure with a name.
const TESTS: Duration = Duration::from_secs(600);
const EXAMPLE: Duration = Duration::from_secs(60);

fn run(context: &Context) -> Outcome {
    match Swift::find(context, context.ci) {
        Ok(Some(swift)) => all(context, &swift).into(),
        Ok(None) => Outcome::Missing(MISSING.to_owned()),
        Err(reason) => Outcome::Failed(reason),
    }
}

fn all(context: &Context, swift: &Swift) -> Result<(), String> {
    let library = uniffi::build(context)?;
    let place = Place { context, swift, folder: context.target.join("swift") };
    place.assemble(&library)?;
    start(place.swift("build", "package")?.arg("--build-tests"))?;
    start(place.swift("package", "package")?.args(SYMBOLS))?;
    let tests = run_within(place.swift("test", "package")?.args(["--skip-build", "--disable-swift-testing"]), TESTS);
    let (passed, failed) = tests.as_deref().map_or((0, 1), counts);
    println!("{passed} passed, {failed} failed");
    tests?;
    if passed == 0 {
        return Err("no test ran".into());
    }
    place.examples()
}

/// Writes down what the compiler says is public, for the test that compares it with the manifest.
const SYMBOLS: [&str; 4] = ["dump-symbol-graph", "--minimum-access-level", "public", "--skip-synthesized-members"];

/// The tests of the last summary line of XCTest.
fn counts(output: &str) -> (u32, u32) {
    let line = output.lines().rev().find(|line| line.contains("Executed ") && line.contains(" test"));
    let words: Vec<&str> = line.unwrap_or_default().split_whitespace().collect();
    let before = |word: &str| {
        let at = words.iter().position(|found| found.starts_with(word))?;
        words.get(at.checked_sub(1)?)?.parse::<u32>().ok()
    };
    let (all, failed) = (before("test").unwrap_or(0), before("failure").unwrap_or(0));
    (all.saturating_sub(failed), failed)
}

/// Where the package is put together and built.
struct Place<'a> {
    context: &'a Context,
    swift: &'a Swift,
    folder: PathBuf,
}

impl Place<'_> {
    fn assemble(&self, library: &Path) -> Result<(), String> {
        let sources = self.context.root.join("aragora-ffi").join("swift");
        let generated = self.folder.join("generated");
        uniffi::generate(self.context, library, "swift", &generated)?;
        let package = self.folder.join("package");
        let mut wanted = files_below(&sources)?;
        for (name, at) in [
            ("AragoraBindings.swift", "Sources/AragoraBindings/AragoraBindings.swift"),
            ("AragoraFFI.h", "Sources/AragoraFFI/AragoraFFI.h"),
            ("AragoraFFI.modulemap", "Sources/AragoraFFI/module.modulemap"),
        ] {
            let mut text = read(&generated.join(name))?;
            if name.ends_with(".modulemap") {
                text = linked(&text);
            }
            wanted.push((PathBuf::from(at), text));
        }
        mirror(&package, wanted)?;
        let examples = self.context.root.join("examples").join("swift");
        mirror(&self.folder.join("examples"), files_below(&examples)?)
    }

    /// `swift <subcommand>` on a package below our folder. Its products stay in the target directory.
    fn swift(&self, subcommand: &str, package: &str) -> Result<Command, String> {
        self.swift_with(subcommand, package, &[])
    }

    /// The same with these variables for the program it runs.
    fn swift_with(&self, subcommand: &str, package: &str, own: &[(&str, String)]) -> Result<Command, String> {
        let debug = self.swift.seen(self.context, &self.context.target.join("debug"));
        let folder = self.folder.join(package);
        let mut command = self.swift.command(self.context, &folder, "env")?;
        command.arg(format!("LD_LIBRARY_PATH={}", debug.display()));
        command.arg(format!("DYLD_LIBRARY_PATH={}", debug.display()));
        let corpus = self.swift.seen(self.context, &self.context.root.join("tests").join("conformance"));
        command.arg(format!("ARAGORA_CONFORMANCE={}", corpus.display()));
        let products = self.swift.seen(self.context, &self.folder.join(format!("{package}-build")));
        // `debug` is a link into the folder of the platform.
        let symbols = products.join("debug").join("..").join("symbolgraph").join("Aragora.symbols.json");
        command.arg(format!("ARAGORA_SYMBOLS={}", symbols.display()));
        command.arg("ARAGORA_STRICT=1");
        command.args(own.iter().map(|(name, value)| format!("{name}={value}")));
        command.args(["swift", subcommand, "--scratch-path"]).arg(products);
        command.arg("-Xlinker").arg(format!("-L{}", debug.display()));
        Ok(command)
    }

    /// Every program of the examples' package runs to its end by itself.
    fn examples(&self) -> Result<(), String> {
        let manifest = read(&self.folder.join("examples").join("Package.swift"))?;
        start(&mut self.swift("build", "examples")?)?;
        let server = model_server::start()?;
        for name in names(&manifest) {
            let told = run_within(
                self.swift_with("run", "examples", &model_server::variables(&server))?.args(["--skip-build", name]),
                EXAMPLE,
            )?;
            if name == "models" {
                model_server::answered(&told)?;
            }
        }
        Ok(())
    }
}

/// The programs a manifest declares.
fn names(manifest: &str) -> Vec<&str> {
    let targets = manifest.split(".executableTarget(").skip(1);
    targets.filter_map(|target| target.split_once("name: \"")?.1.split('"').next()).collect()
}

/// The module map uniffi makes does not say what to link.
fn linked(module: &str) -> String {
    match module.rsplit_once('}') {
        Some((head, tail)) => format!("{head}    link \"aragora_ffi\"\n}}{tail}"),
        None => module.to_owned(),
    }
}

/// Every file below a folder with its text, but not what a build there left behind.
fn files_below(folder: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let here = folder.join(&below);
        for entry in fs::read_dir(&here).map_err(|error| format!("{}: {error}", here.display()))? {
            let entry = entry.map_err(|error| format!("{}: {error}", here.display()))?;
            let name = below.join(entry.file_name());
            if entry.file_name().to_string_lossy().starts_with('.') || name.ends_with("Package.resolved") {
                continue;
            }
            if entry.path().is_dir() {
                open.push(name);
            } else {
                found.push((name, read(&entry.path())?));
            }
        }
    }
    Ok(found)
}

/// Makes the folder hold exactly these files. What is equal is not touched, so that it is not compiled again.
fn mirror(folder: &Path, files: Vec<(PathBuf, String)>) -> Result<(), String> {
    let names: BTreeSet<&PathBuf> = files.iter().map(|(name, _)| name).collect();
    if folder.is_dir() {
        for (name, _) in files_below(folder)? {
            if !names.contains(&name) {
                fs::remove_file(folder.join(&name)).map_err(|error| format!("{}: {error}", name.display()))?;
            }
        }
    }
    for (name, text) in &files {
        let path = folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|found| found == *text) {
            continue;
        }
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_summary_is_counted() {
        let output = "\t Executed 3 tests, with 0 failures (0 unexpected) in 0.1 (0.1) seconds\nTest Suite 'All tests' failed\n\
                      \t Executed 12 tests, with 2 failures (1 unexpected) in 0.5 (0.5) seconds\n";
        assert_eq!(counts(output), (10, 2));
        assert_eq!(counts("nothing ran"), (0, 0));
    }

    #[test]
    fn the_module_map_links_the_library() {
        assert_eq!(linked("module A {\n    export *\n}\n"), "module A {\n    export *\n    link \"aragora_ffi\"\n}\n");
    }

    #[test]
    fn programs_are_those_the_manifest_declares() {
        let manifest = ".executableTarget(name: \"a\", path: \"x\"),\n.executableTarget(\n    name: \"b\"";
        assert_eq!(names(manifest), ["a", "b"]);
    }
}
