//! The Kotlin toolchain of the tests: a pinned compiler below the target directory, JNA and JUnit from the system.
//! The published build is Gradle's; this one reaches no Maven repository and compiles the same files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::context::Context;
use crate::process::{program, run, works};

const VERSION: &str = "2.4.20";
/// Of the npm package, which holds the whole compiler with the standard library and coroutines.
const INTEGRITY: &str =
    "sha512-IF5IVM7LpPhA/ntHQQpaVt1yxpaaQovtEVYLyqWMuaLr0XelLPPm7/sM6HLhtcRjjjoSsK7I7lP2kzYJkMy73w==";
/// Where Debian puts jars.
const JARS: &str = "/usr/share/java";

const JUNIT: [&str; 13] = [
    "junit-jupiter-api.jar",
    "apiguardian-api.jar",
    "opentest4j.jar",
    "junit-platform-commons.jar",
    "junit-jupiter-engine.jar",
    "junit-jupiter-params.jar",
    "junit-platform-console.jar",
    "junit-platform-engine.jar",
    "junit-platform-launcher.jar",
    "junit-platform-reporting.jar",
    "opentest4j-reporting-events.jar",
    "opentest4j-reporting-schema.jar",
    "picocli.jar",
];

/// Everything that is needed to compile and run.
#[derive(Debug)]
pub(crate) struct Kotlin {
    compiler: PathBuf,
}

/// Why there is no toolchain.
pub(crate) enum Absent {
    /// This machine lacks something the user would have to install.
    Missing(String),
    /// It should have worked.
    Failed(String),
}

impl Kotlin {
    /// Finds the toolchain, and installs what can be installed without asking anybody.
    pub(crate) fn find(context: &Context) -> Result<Self, Absent> {
        if !works(program(context, "java").arg("-version")) || !works(program(context, "jar").arg("--version")) {
            return Err(Absent::Missing("no JDK; install JDK 17".to_owned()));
        }
        jars(context)?;
        Ok(Self { compiler: compiler(context)? })
    }

    /// `kotlinc`, for this output and these libraries.
    pub(crate) fn compile(&self, context: &Context, output: &Path, libraries: &[PathBuf]) -> Command {
        // A script for bash that does not say so on every system.
        let mut command = program(context, "bash");
        command.arg(self.compiler.join("bin/kotlinc"));
        // Compiling is short, so the second compiler of the JVM costs more than it gains.
        command.env("JAVA_OPTS", "-Xmx2g -XX:TieredStopAtLevel=1");
        command.args(["-jvm-target", "17", "-no-reflect", "-classpath"]).arg(class_path(libraries));
        command.arg("-d").arg(output);
        command
    }

    /// `java` with these libraries.
    pub(crate) fn java(context: &Context, libraries: &[PathBuf]) -> Command {
        let mut command = program(context, "java");
        command.args(["-ea", "-XX:TieredStopAtLevel=1", "-classpath"]).arg(class_path(libraries));
        command
    }

    /// What the package itself depends on.
    pub(crate) fn dependencies(&self) -> Vec<PathBuf> {
        let library = |name: &str| self.compiler.join("lib").join(name);
        let jna = Path::new(JARS).join("jna.jar");
        vec![library("kotlin-stdlib.jar"), library("kotlinx-coroutines-core-jvm.jar"), jna]
    }

    /// What its tests depend on beside that.
    pub(crate) fn junit() -> Vec<PathBuf> {
        JUNIT.iter().map(|name| Path::new(JARS).join(name)).collect()
    }
}

/// The compiler, unpacked once. A mark written at the very end says that it is complete.
fn compiler(context: &Context) -> Result<PathBuf, Absent> {
    let folder = context.target.join("tools").join(format!("kotlin-{VERSION}"));
    let package = folder.join("package");
    if folder.join("complete").is_file() {
        return Ok(package);
    }
    if !works(program(context, "npm").arg("--version")) {
        return Err(Absent::Missing("no npm, from which the Kotlin compiler comes".to_owned()));
    }
    install(context, &folder).map_err(Absent::Failed)?;
    Ok(package)
}

fn install(context: &Context, folder: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    println!("fetching the Kotlin compiler {VERSION}");
    let mut pack = program(context, "npm");
    pack.args(["pack", &format!("kotlin-compiler@{VERSION}"), "--json", "--pack-destination"]).arg(folder);
    let output = pack.output().map_err(|error| format!("npm pack: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("npm pack ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    if !told.contains(INTEGRITY) {
        return Err(format!("the Kotlin compiler is not the pinned one ({INTEGRITY}): {told}"));
    }
    let archive = folder.join(format!("kotlin-compiler-{VERSION}.tgz"));
    run(program(context, "tar").arg("xzf").arg(&archive).arg("-C").arg(folder))?;
    fs::remove_file(&archive).map_err(failed)?;
    fs::write(folder.join("complete"), VERSION).map_err(failed)
}

/// JNA and JUnit. In CI, and for a user who may, Debian's packages are installed.
fn jars(context: &Context) -> Result<(), Absent> {
    let absent = || JUNIT.iter().chain(["jna.jar"].iter()).find(|name| !Path::new(JARS).join(name).is_file());
    if absent().is_none() {
        return Ok(());
    }
    let may = program(context, "id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if may && works(program(context, "apt-get").arg("--version")) {
        let mut install = program(context, "apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive");
        run(install.args(["install", "-y", "--no-install-recommends", "libjna-java", "junit5"]))
            .map_err(Absent::Failed)?;
    }
    match absent() {
        None => Ok(()),
        Some(name) => Err(Absent::Missing(format!("no {JARS}/{name}; install Debian's libjna-java and junit5"))),
    }
}

fn class_path(libraries: &[PathBuf]) -> std::ffi::OsString {
    std::env::join_paths(libraries).unwrap_or_default()
}
