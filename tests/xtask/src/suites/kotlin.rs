//! The Kotlin package: built, packed, and tested as a user gets it, from its jar.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::context::Context;
use crate::files;
use crate::kotlin::{Absent, Kotlin};
use crate::model_server;
use crate::process::{program, run as start, run_within, watch};
use crate::suite::{Outcome, Suite};
use crate::uniffi;

pub(super) const SUITE: Suite =
    Suite { name: "kotlin", about: "the Kotlin package from its jar: tests, conformance, examples", run };

/// Below these the Gradle build finds its sources too; a test holds the two lists together.
const MODULE: &str = "aragora-ffi/kotlin/aragora-core";
const MAIN: &str = "src/main/kotlin";
const TEST: &str = "src/test/kotlin";
const EXAMPLES: &str = "examples/kotlin";

const LIMIT: Duration = Duration::from_secs(300);
const EXAMPLE_LIMIT: Duration = Duration::from_secs(60);

fn run(context: &Context) -> Outcome {
    match Kotlin::find(context) {
        Ok(kotlin) => all(context, &kotlin).into(),
        Err(Absent::Missing(reason)) => Outcome::Missing(reason),
        Err(Absent::Failed(reason)) => Outcome::Failed(reason),
    }
}

fn all(context: &Context, kotlin: &Kotlin) -> Result<(), String> {
    let folder = context.target.join("kotlin");
    let library = uniffi::build(context)?;
    let jar = pack(context, kotlin, &folder, &library)?;
    let mut libraries = kotlin.dependencies();
    libraries.insert(0, jar.clone());
    let tested = tests(context, kotlin, &folder, &jar, &libraries);
    let shown = examples(context, kotlin, &folder, &libraries);
    let (passed, failed) = tested?;
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        return Err(format!("{failed} tests of the Kotlin package failed"));
    }
    shown
}

/// Compiles the generated and the hand-written sources, and packs both with the library for this machine.
fn pack(context: &Context, kotlin: &Kotlin, folder: &Path, library: &Path) -> Result<PathBuf, String> {
    let dependencies = kotlin.dependencies();
    let generated = bindings(context, kotlin, folder, library)?;
    let classes = folder.join("classes");
    clear(&classes)?;
    let mut with_bindings = dependencies.clone();
    with_bindings.push(generated.clone());
    let mut compile = kotlin.compile(context, &classes, &with_bindings);
    compile.args(["-Werror", "-Xexplicit-api=strict", "-module-name", "aragora-core"]);
    start(compile.args(sources(context, &format!("{MODULE}/{MAIN}"))?))?;

    let natives = folder.join("natives");
    clear(&natives)?;
    // Where JNA looks inside a jar.
    let place = natives.join(platform()?);
    make(&place)?;
    let packed = place.join(library.file_name().unwrap_or_default());
    let strip = program(context, "strip").arg("--strip-debug").arg("-o").arg(&packed).arg(library).status();
    if !strip.is_ok_and(|status| status.success()) {
        fs::copy(library, &packed).map_err(|error| format!("{}: {error}", packed.display()))?;
    }
    let jar = folder.join("aragora-core.jar");
    let mut pack = program(context, "jar");
    pack.arg("--create").arg("--file").arg(&jar);
    for part in [&generated, &classes, &natives] {
        pack.arg("-C").arg(part).arg(".");
    }
    start(&mut pack)?;
    Ok(jar)
}

/// The classes of the generated sources, compiled when those are others than last time.
fn bindings(context: &Context, kotlin: &Kotlin, folder: &Path, library: &Path) -> Result<PathBuf, String> {
    let (sources, classes) = (folder.join("bindings"), folder.join("bindings-classes"));
    uniffi::generate(context, library, "kotlin", &sources)?;
    let source = sources.join("ai/aragora/ffi/aragora_ffi.kt");
    let text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    // Written at the very end, so that it stands for whole classes only.
    let mark = folder.join("bindings-compiled.kt");
    if fs::read_to_string(&mark).is_ok_and(|compiled| compiled == text) {
        return Ok(classes);
    }
    clear(&classes)?;
    let mut compile = kotlin.compile(context, &classes, &kotlin.dependencies());
    // Not ours: its warnings are uniffi's.
    start(compile.args(["-nowarn", "-module-name", "aragora-ffi"]).arg(&source))?;
    fs::write(&mark, text).map_err(|error| format!("{}: {error}", mark.display()))?;
    Ok(classes)
}

/// Runs the tests against the packed jar; gives how many passed and failed.
fn tests(
    context: &Context,
    kotlin: &Kotlin,
    folder: &Path,
    jar: &Path,
    libraries: &[PathBuf],
) -> Result<(u32, u32), String> {
    let classes = folder.join("test-classes");
    clear(&classes)?;
    let mut libraries = libraries.to_vec();
    libraries.extend(Kotlin::junit());
    let mut compile = kotlin.compile(context, &classes, &libraries);
    compile.args(["-Werror", "-module-name", "aragora-core-test"]);
    // Tests look at the tables of the package, to see that they are empty.
    compile.arg(format!("-Xfriend-paths={}", jar.display()));
    start(compile.args(sources(context, &format!("{MODULE}/{TEST}"))?))?;
    libraries.push(classes.clone());
    let mut java = Kotlin::java(context, &libraries);
    java.arg(format!("-Daragora.root={}", context.root.display()));
    java.arg("org.junit.platform.console.ConsoleLauncher");
    java.args(["--disable-banner", "--disable-ansi-colors", "--fail-if-no-tests", "--details=summary"]);
    java.arg("--scan-classpath").arg(&classes);
    let (told, status) = watch(&mut java, LIMIT)?;
    let (passed, failed) = counts(&told)?;
    // Nothing failed and yet it did not end well: the process itself broke.
    if failed == 0 && !status.success() {
        return Err(format!("the tests ended with {status}"));
    }
    Ok((passed, failed))
}

/// Every example runs to its end without keys, network or input.
fn examples(context: &Context, kotlin: &Kotlin, folder: &Path, libraries: &[PathBuf]) -> Result<(), String> {
    let classes = folder.join("example-classes");
    clear(&classes)?;
    let sources = sources(context, EXAMPLES)?;
    if sources.is_empty() {
        return Err(format!("{EXAMPLES} holds no example"));
    }
    let mut compile = kotlin.compile(context, &classes, libraries);
    start(compile.args(["-Werror", "-module-name", "examples"]).args(&sources))?;
    let mut libraries = libraries.to_vec();
    libraries.push(classes);
    let server = model_server::start()?;
    for source in &sources {
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        let mut java = Kotlin::java(context, &libraries);
        java.arg(format!("{name}Kt")).envs(model_server::variables(&server));
        let output = run_within(&mut java, EXAMPLE_LIMIT)?;
        if name == "Models" {
            model_server::answered(&output)?;
        }
        if output.trim().is_empty() {
            return Err(format!("the example {name} says nothing"));
        }
    }
    Ok(())
}

fn sources(context: &Context, folder: &str) -> Result<Vec<PathBuf>, String> {
    let all = files::all(context)?;
    Ok(files::with_extension(&all, "kt")
        .filter(|file| file.starts_with(folder))
        .map(|file| context.root.join(file))
        .collect())
}

fn counts(output: &str) -> Result<(u32, u32), String> {
    let count = |what: &str| {
        let line = output.lines().find(|line| {
            line.trim_end().ends_with(&format!("tests {what}")) || line.contains(&format!("tests {what} "))
        });
        line.and_then(|line| line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok())
            .ok_or_else(|| format!("the test runner does not say how many tests were {what}"))
    };
    Ok((count("successful")?, count("failed")? + count("aborted")? + count("skipped")?))
}

fn platform() -> Result<&'static str, String> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("linux-x86-64"),
        ("linux", "aarch64") => Ok("linux-aarch64"),
        ("macos", "x86_64") => Ok("darwin-x86-64"),
        ("macos", "aarch64") => Ok("darwin-aarch64"),
        ("windows", "x86_64") => Ok("win32-x86-64"),
        ("windows", "aarch64") => Ok("win32-aarch64"),
        (os, arch) => Err(format!("no jar is packed for {os} on {arch}")),
    }
}

fn clear(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    make(folder)
}

fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRADLE: &str = include_str!("../../../../aragora-ffi/kotlin/aragora-core/build.gradle.kts");

    #[test]
    fn gradle_compiles_what_this_suite_compiles_and_as_strictly() {
        let folders = |set: &str| {
            let set = GRADLE.split_once(&format!("{set}.kotlin.setSrcDirs(listOf(")).map(|(_, rest)| rest);
            let list = set.and_then(|rest| rest.split_once("))")).map(|(list, _)| list).unwrap_or_default();
            list.split(',').map(|item| item.trim().trim_matches('"').to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(folders("main"), [MAIN]);
        assert_eq!(folders("test"), [TEST]);
        for word in ["explicitApi()", "allWarningsAsErrors", "JvmTarget.JVM_17"] {
            assert!(GRADLE.contains(word), "{word}");
        }
        let context = Context::new().unwrap();
        let listed: Vec<_> =
            [MAIN, TEST].iter().flat_map(|set| sources(&context, &format!("{MODULE}/{set}")).unwrap()).collect();
        let all = files::all(&context).unwrap();
        let there = files::with_extension(&all, "kt").filter(|file| file.starts_with("aragora-ffi/kotlin"));
        assert_eq!(listed.len(), there.count(), "a Kotlin file lies where neither build looks");
    }

    #[test]
    fn the_runner_is_understood() {
        let output = "[        12 tests found           ]\n[         1 tests skipped         ]\n[         0 tests aborted         ]\n\
                      [         9 tests successful      ]\n[         2 tests failed          ]\n";
        assert_eq!(counts(output), Ok((9, 3)));
        assert!(counts("").is_err());
    }
}
