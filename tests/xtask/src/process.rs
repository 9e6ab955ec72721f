//! Starting other programs, always visibly.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::context::Context;

/// The packages and features every suite selects: one selection, so that they reuse each other's artifacts instead of
/// compiling dependencies once per feature set.
pub(crate) const WORKSPACE: [&str; 3] = ["--workspace", "--features", "aragora-core/testing,aragora-tests/sled"];

/// `cargo <subcommand>` in the repository's root; the subcommand may be two words (`nextest run`).
///
/// What `cargo run` tells xtask about itself is hidden from it: build scripts that watch those variables
/// (ring's does) would otherwise run again whenever somebody switches between `cargo xtask` and plain cargo.
pub(crate) fn cargo(context: &Context, subcommand: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(subcommand.split(' ')).current_dir(&context.root).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" {
            command.env_remove(&name);
        }
    }
    command
}

/// As [`cargo`], for subcommands that resolve dependencies: in CI the lock file is what is tested.
pub(crate) fn cargo_locked(context: &Context, subcommand: &str) -> Command {
    let mut command = cargo(context, subcommand);
    if context.ci {
        command.arg("--locked");
    }
    command
}

/// A program in the repository's root.
pub(crate) fn program(context: &Context, name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(&context.root).stdin(Stdio::null());
    command
}

/// Runs to the end on our terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    println!("$ {}", line_of(command));
    let status = command.status().map_err(|error| not_started(command, &error))?;
    ended(command, status)
}

/// Runs to the end, shows its standard output and returns it. After `limit` the program is killed.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<String, String> {
    let (text, status) = watch(command, limit)?;
    ended(command, status).map(|()| text)
}

/// As [`run_within`], for programs that say in their output what failed: any way to end is fine.
pub(crate) fn watch(command: &mut Command, limit: Duration) -> Result<(String, ExitStatus), String> {
    println!("$ {}", line_of(command));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    let output = child.stdout.take().ok_or("the program has no standard output")?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{line}");
            text.push_str(&line);
            text.push('\n');
        }
        text
    });
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait().map_err(|error| format!("{}: {error}", line_of(command)))? {
            Some(status) => break status,
            None if Instant::now() >= end => {
                // Already gone is as good as killed.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("`{}` did not end within {} s", line_of(command), limit.as_secs()));
            }
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    let text = reader.join().map_err(|_| "the reader of its output panicked".to_owned())?;
    Ok((text, status))
}

/// Whether `name arguments` can be started and succeeds; says nothing.
pub(crate) fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn ended(command: &Command, status: ExitStatus) -> Result<(), String> {
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", line_of(command))) }
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}", line_of(command))
}

fn line_of(command: &Command) -> String {
    let name = std::path::Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args()).map(|word| without_key(&word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

/// A key that a program in another root is given as `NAME_KEY=value` is not shown, one of a test neither.
fn without_key(word: &str) -> String {
    match word.split_once('=') {
        Some((name, _)) if name.ends_with("_KEY") => format!("{name}=..."),
        _ => word.to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_holds_no_key() {
        let mut command = Command::new("env");
        command.args(["MODEL_KEY=sk-1", "MODEL_SERVER=http://localhost", "swift"]);
        assert_eq!(line_of(&command), "env MODEL_KEY=... MODEL_SERVER=http://localhost swift");
    }

    #[test]
    fn a_program_that_does_not_end_is_killed() {
        let start = Instant::now();
        let result = run_within(Command::new("sleep").arg("600"), Duration::from_millis(50));
        assert_eq!(result.unwrap_err(), "`sleep 600` did not end within 0 s");
        assert!(start.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn output_is_returned_and_a_failure_is_named() {
        assert_eq!(run_within(Command::new("echo").arg("a b"), Duration::from_secs(60)).unwrap(), "a b\n");
        let failed = run_within(&mut Command::new("false"), Duration::from_secs(60)).unwrap_err();
        assert!(failed.contains("`false` ended with"), "{failed}");
    }
}
