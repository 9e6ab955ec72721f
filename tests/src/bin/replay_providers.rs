//! `replay_providers FOLDER`: replays recorded traffic of providers through the public adapters and compares every
//! reply with the reading beside it. One line per difference, the count last; fails if any exchange is read wrongly.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use aragora_tests::cassettes::replay;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        let _ = writeln!(std::io::stderr(), "usage: replay_providers FOLDER");
        return ExitCode::from(2);
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "no runtime: {error}");
            return ExitCode::from(2);
        }
    };
    let report = runtime.block_on(replay(&PathBuf::from(folder)));
    // A reader that went away has seen enough; the exit code still says how it ended.
    let _ = writeln!(std::io::stdout(), "{report}");
    if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
