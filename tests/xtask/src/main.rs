//! `cargo xtask test`: one command that installs what is missing and runs every suite, on a laptop and in CI.
//!
//! A suite is one file under `suites/` and one line in its list. Suites run one after the other on one target
//! directory; a failing one does not stop the rest. Ctrl-C reaches the running tool and this program alike, and
//! everything installed is marked as complete only at its end, so an interrupted run leaves nothing half done. What
//! suites print and write is kept until the next run, and the last suite searches it for keys.
// A command-line program talks through its standard streams.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod context;
mod faces;
mod files;
mod guide;
mod kept;
mod kotlin;
mod long;
mod markdown;
mod marks;
mod model_server;
mod npm;
mod peers;
mod process;
mod regions;
mod runner;
mod rust_source;
mod servers;
mod suite;
mod suites;
mod swift;
mod uniffi;
mod venv;

use std::process::ExitCode;

use context::Context;

const USAGE: &str = "\
usage: cargo xtask <command>

  test [--only name,name]   run every suite, or only the named ones
  list                      name every suite
  docs                      build the guide with mdbook
  snippets                  copy the marked regions of examples/ into the pages that quote them
  faces                     render the value types of the other languages and the reference from the core's types
  swift-root                make the folder Swift runs in, where none is installed (Debian or Ubuntu, as root)
  with-servers <command>    start PostgreSQL and Redis, run a command that finds them in ARAGORA_TEST_*, stop them
  long                      100 rounds of kills on every backend and 50 of migrations, by hand before a release
  peers debate [debates]    run the PyPI peer of the side-by-side bench and print its figures as JSON
  peers calls               measure one debate as nine HTTP calls: ours, by hand in Rust, Python and Node, frameworks";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let context = match Context::new() {
        Ok(context) => context,
        Err(reason) => return refuse(&reason),
    };
    let result = match arguments.as_slice() {
        ["test"] => return runner::run(&context, suites::ALL),
        ["test", "--only", names] => match runner::select(suites::ALL, names) {
            Ok(chosen) => return runner::run(&context, &chosen),
            Err(reason) => return refuse(&reason),
        },
        // What `test` starts for each suite.
        ["suite", name] => match runner::select(suites::ALL, name) {
            Ok(chosen) => chosen.iter().try_for_each(|suite| kept::inside(&context, suite)),
            Err(reason) => return refuse(&reason),
        },
        ["list"] => {
            runner::list(suites::ALL);
            Ok(())
        }
        ["docs"] => guide::build(&context),
        ["snippets"] => guide::write_snippets(&context),
        ["faces"] => faces::render(&context),
        ["swift-root"] => swift::make_root(&context),
        ["with-servers", command @ ..] => servers::with_servers(&context, command),
        ["long"] => long::run_all(&context),
        ["peers", "debate"] => peers::debate(&context, "200"),
        ["peers", "debate", debates] => peers::debate(&context, debates),
        ["peers", "calls"] => peers::calls(&context),
        _ => return refuse(USAGE),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("{reason}");
    ExitCode::from(2)
}
