//! No key comes out anywhere: neither in what any suite printed nor in what any wrote below the target directory.
//!
//! Every key that a test makes up begins with the word of `marks::CANARY` (after `sk-` and the like). Tests log at every
//! level into files here, the runner of tests keeps the output of those that pass, and `kept` that of the suites; all of
//! it is searched, in plain, base64 and hex. The search is tried on files with a key first.

use std::fs;
use std::io;
use std::path::Path;

use crate::context::Context;
use crate::kept;
use crate::marks::{Found, Marks};
use crate::suite::{Outcome, Suite};

pub(crate) const SUITE: Suite =
    Suite { name: "secrets", about: "no key is in anything the suites printed or wrote", run };

/// Below the target directory, what nobody wrote while running: installed programs of others, pages made of sources.
const NOT_WRITTEN: [&str; 3] = ["tools", "doc", "fuzz-seeds"];

/// Sources, copied or compiled for a test of a package. They hold the tests' keys as constants.
const SOURCES: [&str; 22] = [
    "rs", "py", "ts", "js", "mjs", "kt", "swift", "d", "rmeta", "rlib", "a", "o", "so", "dylib", "dll", "node",
    "class", "jar", "pyc", "whl", "gz", "tgz",
];

/// How compiled programs begin: ELF, Mach-O, PE.
const PROGRAMS: [&[u8]; 3] = [b"\x7fELF", b"\xcf\xfa\xed\xfe", b"MZ"];

fn run(context: &Context) -> Outcome {
    match searched(context) {
        Ok(Searched { files: 0, .. }) => Outcome::Skipped("no other suite ran".to_owned()),
        Ok(Searched { files, bytes, findings }) => {
            for finding in &findings {
                println!("  {finding}");
            }
            println!("  {files} files, {} KiB", bytes >> 10);
            match findings.len() {
                0 => Outcome::Passed,
                count => Outcome::Failed(format!("{count} x a key that came out")),
            }
        }
        Err(reason) => Outcome::Failed(reason),
    }
}

#[derive(Debug, Default)]
struct Searched {
    files: usize,
    bytes: usize,
    findings: Vec<String>,
}

fn searched(context: &Context) -> Result<Searched, String> {
    let marks = Marks::of_environment(
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))),
    );
    finds_what_is_there(&kept::folder(context).join("trial"), &marks)?;
    let mut searched = Searched::default();
    if fs::metadata(kept::folder(context)).is_ok() {
        below(&context.target, &context.target, &marks, &mut searched)?;
    }
    Ok(searched)
}

/// Files with each form of each secret are written, searched as all others are, and found; or nothing else counts.
fn finds_what_is_there(folder: &Path, marks: &Marks) -> Result<(), String> {
    let said = |error: io::Error| format!("{}: {error}", folder.display());
    let forms: Vec<_> = marks.forms().collect();
    fs::create_dir_all(folder.join("deep")).map_err(said)?;
    for (number, (_, bytes)) in forms.iter().enumerate() {
        fs::write(folder.join(format!("deep/{number}.log")), [b"line\nkey=", *bytes, b"\n"].concat()).map_err(said)?;
    }
    let mut trial = Searched::default();
    below(folder, folder, marks, &mut trial)?;
    fs::remove_dir_all(folder).map_err(said)?;
    let missed = (0..forms.len()).find(|number| {
        let place = format!("deep/{number}.log:2: ");
        !trial.findings.iter().any(|finding| finding.starts_with(&place))
    });
    match missed.and_then(|number| forms.get(number)) {
        Some((form, _)) => Err(format!("the search does not find a key in {form}")),
        None => Ok(()),
    }
}

fn below(target: &Path, folder: &Path, marks: &Marks, searched: &mut Searched) -> Result<(), String> {
    let said = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| said(folder, error))? {
        entries.push(entry.map_err(|error| said(folder, error))?.path());
    }
    entries.sort();
    for path in entries {
        // Not through links: they lead to what is searched anyway, or out of here.
        let kind = fs::symlink_metadata(&path).map_err(|error| said(&path, error))?.file_type();
        if kind.is_dir() && !is_product(target, &path) {
            below(target, &path, marks, searched)?;
        } else if kind.is_file() && !has_source(&path) {
            let bytes = fs::read(&path).map_err(|error| said(&path, error))?;
            if PROGRAMS.iter().any(|begin| bytes.starts_with(begin)) {
                continue;
            }
            searched.files += 1;
            searched.bytes += bytes.len();
            let shown = path.strip_prefix(target).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let findings = marks.find(&bytes).into_iter();
            searched
                .findings
                .extend(findings.map(|Found { line, whose, form }| format!("{shown}:{line}: {whose}, {form}")));
        }
    }
    Ok(())
}

/// Whether a folder holds what was installed or compiled.
fn is_product(target: &Path, folder: &Path) -> bool {
    let installed = folder.parent() == Some(target) && NOT_WRITTEN.iter().any(|name| folder.ends_with(name));
    // A profile of cargo, packages of npm, a build of Swift.
    installed || folder.join(".fingerprint").is_dir() || folder.ends_with("node_modules") || folder.ends_with(".build")
}

fn has_source(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    SOURCES.contains(&extension)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::marks::CANARY;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        // Of an earlier process with this number.
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn write(path: &Path, text: &[u8]) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn what_was_written_is_searched_and_what_was_compiled_is_not() {
        let target = folder("searched");
        let key = format!("sk-{CANARY}ey-0123456789");
        for name in ["suites/nextest.out", "nextest/default/junit.xml", "tmp/x/db", "node/tests.tap", "tools.log"] {
            write(&target.join(name), format!("fine\n{key}\n").as_bytes());
        }
        for name in ["debug/deps/test", "tools/a/README", "doc/a.html", "node/app/models.test.js", "s/.build/x.yaml"] {
            write(&target.join(name), key.as_bytes());
        }
        fs::create_dir_all(target.join("debug/.fingerprint")).unwrap();
        write(&target.join("node/program"), format!("\x7fELF{key}").as_bytes());
        let mut searched = Searched::default();
        below(&target, &target, &Marks::default().with("a test's key", CANARY), &mut searched).unwrap();
        fs::remove_dir_all(&target).unwrap();
        let shown = |name: &str| format!("{name}:2: a test's key, plain");
        let expected =
            ["nextest/default/junit.xml", "node/tests.tap", "suites/nextest.out", "tmp/x/db", "tools.log"].map(shown);
        assert_eq!(searched.findings, expected);
        assert_eq!(searched.files, 5);
        assert!(!searched.findings.concat().contains(&key));
    }

    #[test]
    fn the_trial_finds_every_form_and_leaves_nothing_behind() {
        let place = folder("trial");
        let marks = Marks::default().with("a test's key", CANARY).with("OPENAI_API_KEY", "sk-another-0123");
        finds_what_is_there(&place, &marks).unwrap();
        assert!(!place.exists());
    }
}
