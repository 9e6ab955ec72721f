//! What the suites of a run printed and wrote, kept below the target directory so that it can be searched.
//!
//! Every suite runs in a process of its own, this program again, whose standard streams are one pipe: what it, its
//! compilers, tests, servers and examples print goes to the terminal and into `suites/NAME.out`.

use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::context::Context;
use crate::suite::{Outcome, Suite};

/// Tells tests where to write everything that is logged while they run, at every level.
pub(crate) const LOGS: &str = "ARAGORA_TEST_LOGS";

/// For what a suite left behind, a daemon of a compiler perhaps, to let go of the pipe.
const LINGER: Duration = Duration::from_secs(5);

/// Where it is kept.
pub(crate) fn folder(context: &Context) -> PathBuf {
    context.target.join("suites")
}

/// Empties the folder: what an earlier run kept says nothing about this one.
pub(crate) fn begin(context: &Context) -> Result<(), String> {
    let folder = folder(context);
    let said = |error: io::Error| format!("{}: {error}", folder.display());
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(said(error)),
        _ => {}
    }
    fs::create_dir_all(folder.join("logs")).map_err(said)
}

/// Runs the suite in a process of its own and keeps what it prints.
pub(crate) fn run(context: &Context, suite: &Suite) -> Outcome {
    match kept(context, suite) {
        Ok(outcome) => outcome,
        Err(reason) => Outcome::Failed(reason),
    }
}

/// The other side of [`run`], in that process: leaves how it ended.
pub(crate) fn inside(context: &Context, suite: &Suite) -> Result<(), String> {
    let outcome = (suite.run)(context);
    let place = said_in(context, suite);
    fs::write(&place, outcome.to_text()).map_err(|error| format!("{}: {error}", place.display()))
}

fn kept(context: &Context, suite: &Suite) -> Result<Outcome, String> {
    let said = |error: io::Error| format!("{}: {error}", suite.name);
    let (mut reader, writer) = io::pipe().map_err(said)?;
    let mut command = Command::new(&context.program);
    command.args(["suite", suite.name]).stdin(Stdio::null());
    command.stdout(writer.try_clone().map_err(said)?).stderr(writer).env(LOGS, folder(context).join("logs"));
    if io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        // It would see that a pipe is no terminal.
        command.env("CARGO_TERM_COLOR", "always");
    }
    fs::create_dir_all(folder(context)).map_err(said)?;
    let mut file = File::create(folder(context).join(format!("{}.out", suite.name))).map_err(said)?;
    let mut child = command.spawn().map_err(said)?;
    // It holds our copies of the pipe's other end.
    drop(command);
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let copied = copy(&mut reader, &mut file);
        // Nobody waits for it any more if the suite left something behind.
        let _ = ended.send(copied);
    });
    let status = child.wait().map_err(said)?;
    match end.recv_timeout(LINGER) {
        Ok(copied) => copied.map_err(said)?,
        Err(_) => println!("  something the suite started still runs; what it prints from now on is not kept"),
    }
    let place = said_in(context, suite);
    let told = fs::read_to_string(&place).ok().and_then(|text| Outcome::of_text(&text));
    Ok(told.unwrap_or_else(|| Outcome::Failed(format!("it ended with {status} and did not say how"))))
}

fn said_in(context: &Context, suite: &Suite) -> PathBuf {
    folder(context).join(format!("{}.outcome", suite.name))
}

fn copy(from: &mut impl io::Read, file: &mut File) -> io::Result<()> {
    let mut piece = [0; 8 << 10];
    loop {
        match from.read(&mut piece)? {
            0 => return file.flush(),
            length => {
                let piece = piece.get(..length).unwrap_or_default();
                file.write_all(piece)?;
                let mut terminal = io::stdout().lock();
                terminal.write_all(piece).and_then(|()| terminal.flush())?;
            }
        }
    }
}
