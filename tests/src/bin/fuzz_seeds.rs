//! `fuzz_seeds FIXTURES FOLDER`: writes the first inputs of every fuzz target into a folder of their own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aragora_tests::cassettes::fuzz;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(fixtures), Some(folder), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        let _ = writeln!(std::io::stderr(), "usage: fuzz_seeds FIXTURES FOLDER");
        return ExitCode::from(2);
    };
    match write(&fixtures, &folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            let _ = writeln!(std::io::stderr(), "{reason}");
            ExitCode::FAILURE
        }
    }
}

fn write(fixtures: &Path, folder: &Path) -> Result<(), String> {
    for (target, name, input) in fuzz::seeds(fixtures)? {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let file = folder.join(name);
        std::fs::write(&file, input).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}
