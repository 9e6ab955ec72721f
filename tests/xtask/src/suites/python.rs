//! The Python package: built, checked and packed, then tested as a user gets it, from its wheel in a fresh environment.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::context::Context;
use crate::files;
use crate::model_server;
use crate::process::{cargo, program, run as start, run_within, works};
use crate::suite::{Outcome, Suite};
use crate::venv::environment;

pub(super) const SUITE: Suite =
    Suite { name: "python", about: "the Python package from its wheel: types, tests, conformance, examples", run };

const PACKAGE: &str = "aragora-py";
const EXAMPLES: &str = "examples/python";
const BENCHES: &str = "benches/ffi/python";

const LIMIT: Duration = Duration::from_secs(540);
const EXAMPLE_LIMIT: Duration = Duration::from_secs(60);

fn run(context: &Context) -> Outcome {
    let new_enough = "import sys; sys.exit(sys.version_info < (3, 11))";
    if !works(program(context, "python3").args(["-c", new_enough])) {
        return Outcome::Missing("no python3 of 3.11 or newer is installed".to_owned());
    }
    all(context).into()
}

fn all(context: &Context) -> Result<(), String> {
    let tools = environment(context, "python", &context.root.join(PACKAGE).join("tests/requirements.txt"))?;
    let ruff = || {
        let mut ruff = program(context, tools.join("ruff"));
        ruff.env("RUFF_CACHE_DIR", context.target.join("python/ruff"));
        ruff
    };
    let config = format!("{PACKAGE}/pyproject.toml");
    start(ruff().args(["check", "--output-format", "concise", "--config", &config, PACKAGE, EXAMPLES, BENCHES]))?;
    start(ruff().args(["format", "--check", "--config", &config, PACKAGE, EXAMPLES, BENCHES]))?;

    let folder = context.target.join("python");
    let wheel = pack(context, &tools, &folder)?;
    let installed = Installed::fresh(context, &folder, &wheel)?;
    let types = types(context, &tools, &installed);
    let tested = tests(context, &tools, &installed);
    let shown = examples(context, &installed);
    println!("{} passed, 0 failed", tested?);
    types.and(shown)
}

/// The wheel, built in the dev profile in the one target directory, and the archive of sources.
fn pack(context: &Context, tools: &Path, folder: &Path) -> Result<PathBuf, String> {
    let (wheels, sources) = (folder.join("wheels"), folder.join("sdist"));
    for old in [&wheels, &sources] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(|error| format!("{}: {error}", old.display()))?;
        }
    }
    let manifest = format!("{PACKAGE}/Cargo.toml");
    let maturin = |word: &str| {
        let mut maturin = program(context, tools.join("maturin"));
        maturin.args([word, "--manifest-path", &manifest]).env("CARGO_TARGET_DIR", &context.target);
        maturin
    };
    let mut build = maturin("build");
    if context.ci {
        build.arg("--locked");
    }
    start(build.arg("--interpreter").arg(tools.join("python")).arg("--out").arg(&wheels))?;
    start(maturin("sdist").arg("--out").arg(&sources))?;
    let archive = only_file(&sources, "gz")?;
    complete(context, tools, &archive, &sources)?;
    only_file(&wheels, "whl")
}

/// The archive holds what a build needs (the core beside the binding, the lock file, the types), and cargo can read it.
/// Building it would compile the core a second time.
fn complete(context: &Context, tools: &Path, archive: &Path, folder: &Path) -> Result<(), String> {
    let unpack = "import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2], filter='data')";
    start(program(context, tools.join("python")).args(["-c", unpack]).arg(archive).arg(folder))?;
    let name = archive.file_name().map(|name| name.to_string_lossy().replace(".tar.gz", "")).unwrap_or_default();
    let root = folder.join(name);
    let wanted =
        ["Cargo.lock", "pyproject.toml", "PKG-INFO", "aragora-core/src/lib.rs", "python/aragora_core/py.typed"];
    if let Some(missing) = wanted.iter().find(|file| !root.join(file).is_file()) {
        return Err(format!("the archive of sources lacks {missing}"));
    }
    let mut metadata = cargo(context, "metadata");
    // Not `--locked`: the lock file is the whole workspace's, and cargo leaves out what the archive does not hold.
    metadata.args(["--format-version", "1", "--offline", "--manifest-path"]);
    if works(metadata.arg(root.join(PACKAGE).join("Cargo.toml"))) {
        Ok(())
    } else {
        Err("cargo cannot read the archive of sources".to_owned())
    }
}

fn only_file(folder: &Path, extension: &str) -> Result<PathBuf, String> {
    let listed = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found: Vec<PathBuf> = listed
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    match (found.pop(), found.pop()) {
        (Some(file), None) => Ok(file),
        _ => Err(format!("expected one .{extension} file in {}", folder.display())),
    }
}

/// An environment that holds the wheel and nothing else.
struct Installed {
    folder: PathBuf,
    python: PathBuf,
    /// Where the package lies.
    packages: PathBuf,
}

impl Installed {
    fn fresh(context: &Context, folder: &Path, wheel: &Path) -> Result<Self, String> {
        let venv = folder.join("fresh");
        start(program(context, "python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"];
        start(program(context, &python).args(pip).arg(wheel))?;
        let place = "import sysconfig; print(sysconfig.get_path('platlib'))";
        let packages = run_within(program(context, &python).args(["-c", place]), EXAMPLE_LIMIT)?;
        Ok(Self { folder: venv, python, packages: packages.trim().into() })
    }
}

impl Installed {
    /// The search path of programs with this environment's first.
    fn path(&self) -> Result<OsString, String> {
        let own = self.python.parent().map(Path::to_owned);
        let inherited = env::var_os("PATH").unwrap_or_default();
        let all = own.into_iter().chain(env::split_paths(&inherited));
        env::join_paths(all).map_err(|error| format!("PATH: {error}"))
    }
}

/// What type checkers say of the installed package, of what users write against it, and of the private stub.
fn types(context: &Context, tools: &Path, installed: &Installed) -> Result<(), String> {
    let typing = format!("{PACKAGE}/tests/typing");
    let config = format!("{PACKAGE}/pyproject.toml");
    let mypy = || {
        let mut mypy = program(context, tools.join("mypy"));
        mypy.args(["--config-file", &config, "--cache-dir"]).arg(context.target.join("python/mypy"));
        mypy.arg("--python-executable").arg(&installed.python);
        mypy
    };
    start(mypy().args(["--package", "aragora_core"]))?;
    start(mypy().args([typing.as_str(), BENCHES, EXAMPLES]))?;
    let mut pyright = program(context, tools.join("pyright"));
    pyright.args(["--project", PACKAGE, "--pythonpath"]).arg(&installed.python);
    pyright.env("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1");
    start(&mut pyright)?;
    // Looks for the package in the active environment only.
    let mut complete = program(context, tools.join("pyright"));
    complete.args(["--verifytypes", "aragora_core", "--ignoreexternal"]).env("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1");
    complete.env("VIRTUAL_ENV", &installed.folder).env("PATH", installed.path()?);
    // From a folder without the sources, which would be found first.
    let told = run_within(complete.current_dir(&installed.folder), LIMIT)?;
    if !told.contains("Type completeness score: 100%") {
        return Err("pyright does not know every public type".to_owned());
    }
    let mut stubs = program(context, tools.join("stubtest"));
    stubs.arg("aragora_core._native").env("PYTHONPATH", &installed.packages).env("MYPYPATH", &installed.packages);
    start(&mut stubs)
}

/// The tests against the installed package: pytest comes from the tools, the package from the fresh environment.
/// How many passed; pytest itself says which failed.
fn tests(context: &Context, tools: &Path, installed: &Installed) -> Result<u64, String> {
    let mut pytest = program(context, tools.join("python"));
    pytest.args(["-m", "pytest", "--quiet", "--no-header", "--color=no", "-o"]);
    pytest.arg(format!("cache_dir={}", context.target.join("python/pytest").display()));
    pytest.arg("--config-file").arg(format!("{PACKAGE}/pyproject.toml")).arg(format!("{PACKAGE}/tests"));
    pytest.env("PYTHONPATH", &installed.packages).env("PYTHONDONTWRITEBYTECODE", "1");
    passed(&run_within(&mut pytest, LIMIT)?).ok_or("pytest printed no summary".to_owned())
}

/// From `40 passed, 1 skipped in 2.31s`.
fn passed(text: &str) -> Option<u64> {
    let line = text.lines().rev().find(|line| line.contains(" in ") && line.contains(" passed"))?;
    let count = line.split(", ").find(|part| part.contains(" passed"))?;
    count.split_whitespace().next()?.parse().ok()
}

/// Every example by itself, with nothing but the wheel.
fn examples(context: &Context, installed: &Installed) -> Result<(), String> {
    let server = model_server::start()?;
    for story in stories(context)? {
        let mut python = program(context, &installed.python);
        python.args(["-I", "-W", "error"]).arg(&story).envs(model_server::variables(&server));
        let told = run_within(&mut python, EXAMPLE_LIMIT)?;
        if story.ends_with("models.py") {
            model_server::answered(&told)?;
        }
    }
    Ok(())
}

fn stories(context: &Context) -> Result<Vec<PathBuf>, String> {
    let files = files::all(context)?;
    let stories: Vec<PathBuf> =
        files::with_extension(&files, "py").filter(|file| file.starts_with(EXAMPLES)).cloned().collect();
    if stories.is_empty() { Err(format!("{EXAMPLES} holds no example")) } else { Ok(stories) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_pytest_is_counted() {
        assert_eq!(passed("...\n40 passed in 2.31s\n"), Some(40));
        assert_eq!(passed("x\n40 passed, 1 skipped in 2.31s\n"), Some(40));
        assert_eq!(passed("no tests ran in 0.01s\n"), None);
    }
}
