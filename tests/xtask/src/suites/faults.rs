//! Debates over a mock of the vendors that fails on purpose: limits, overload, cut streams, slow first tokens.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::context::Context;
use crate::npm;
use crate::process::{WORKSPACE, cargo_locked, program, run as start, run_within, works};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "faults", about: "debates survive vendors that fail, with what it cost", run };

const FOLDER: &str = "tests/providers/faults";

/// For the mock to answer, and for the debates, which wait for a second here and there.
const READY: Duration = Duration::from_secs(60);
const LIMIT: Duration = Duration::from_secs(600);

fn run(context: &Context) -> Outcome {
    if !works(program(context, "node").arg("--version")) {
        return Outcome::Missing("node is not installed".to_owned());
    }
    debates(context).into()
}

fn debates(context: &Context) -> Result<(), String> {
    let work = npm::environment(context, "aimock", &context.root.join(FOLDER))?;
    // Built before the mock starts, so that it waits for nothing.
    start(cargo_locked(context, "test").args(WORKSPACE).args(["--test", "providers_faults", "--no-run"]))?;
    let port = free_port()?;
    let mut mock = program(context, "node");
    mock.arg(work.join("node_modules/@copilotkit/aimock/dist/cli.js"));
    mock.args(["--port", &port.to_string(), "--fixtures", &format!("{FOLDER}/fixtures.json")]);
    mock.args(["--strict", "--validate-on-load", "--log-level", "warn"]);
    let _mock = Running::start(&mut mock)?;
    let end = Instant::now() + READY;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() >= end {
            return Err(format!("the mock does not answer within {} s", READY.as_secs()));
        }
        thread::sleep(Duration::from_millis(50));
    }
    let mut test = cargo_locked(context, "test");
    test.args(WORKSPACE).args(["--test", "providers_faults"]).env("ARAGORA_AIMOCK", format!("http://127.0.0.1:{port}"));
    run_within(&mut test, LIMIT).map(drop)
}

/// The mock; it ends with this value.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Result<Self, String> {
        command.stdin(Stdio::null()).spawn().map(Self).map_err(|error| format!("the mock did not start: {error}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good as killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("no port for the mock: {error}"))
}
