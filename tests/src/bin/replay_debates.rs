//! `replay_debates FOLDER`: replays every recorded data set of a folder through the public API and compares every
//! figure it gives with the one expected. One line per figure, the count last; fails if any figure does.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use aragora_tests::recorded::{Extent, replay};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        let _ = writeln!(std::io::stderr(), "usage: replay_debates FOLDER");
        return ExitCode::from(2);
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "no runtime: {error}");
            return ExitCode::from(2);
        }
    };
    let report = runtime.block_on(replay(&PathBuf::from(folder), Extent::default()));
    // A reader that went away has seen enough; the exit code still says how it ended.
    let _ = writeln!(std::io::stdout(), "{report}");
    if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
