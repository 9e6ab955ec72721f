//! `cargo xtask faces`: renders the value types of the other languages, or with `check` fails on a difference.

use std::path::Path;
use std::process::ExitCode;

use aragora_tests::faces;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let check = std::env::args().nth(1).is_some_and(|argument| argument == "check");
    match run(root, check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, check: bool) -> Result<(), String> {
    let surface =
        std::fs::read_to_string(root.join(faces::SURFACE)).map_err(|error| format!("{}: {error}", faces::SURFACE))?;
    let files = faces::render(&faces::build()?, &surface)?;
    if check {
        let stale = faces::stale(root, &files);
        if stale.is_empty() {
            println!("{} files are as rendered", files.len());
            return Ok(());
        }
        return Err(format!("{}\nrun `cargo xtask faces`", stale.join("\n")));
    }
    for path in faces::write(root, &files)? {
        println!("wrote {path}");
    }
    Ok(())
}
