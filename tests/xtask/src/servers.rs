//! PostgreSQL and Redis for the suites: on loopback, on ports and directories of their own below the target directory,
//! from Debian's packages, stopped at the end.

mod packages;
mod postgres;
mod redis;

use std::env;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::context::Context;
use crate::process::run;

use postgres::Postgres;

/// For a server to answer.
const READY: Duration = Duration::from_secs(60);

/// Both servers; they end with this value.
pub(crate) struct Servers {
    postgres: Postgres,
    redis: Running,
    redis_port: u16,
    // Last, so that it goes when both are stopped.
    _folder: Folder,
}

impl Servers {
    /// Installs what is missing, as root on Debian, and starts both. The error says what the machine lacks.
    pub(crate) fn start(context: &Context) -> Result<Self, String> {
        let programs = packages::find(context)?;
        let all = context.target.join("servers");
        postgres::stop_abandoned(context, &programs, &all);
        let folder = Folder(all.join(std::process::id().to_string()));
        let postgres = Postgres::start(context, &programs, &folder.0.join("postgres"))?;
        let (redis, redis_port) = redis::start(&programs, &folder.0.join("redis"))?;
        Ok(Self { postgres, redis, redis_port, _folder: folder })
    }

    /// What tests look for.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("ARAGORA_TEST_POSTGRES", self.postgres.address()),
            ("ARAGORA_TEST_POSTGRES_RESTART", self.postgres.restart_line()),
            ("ARAGORA_TEST_POSTGRES_PROGRAMS", self.postgres.programs()),
            ("ARAGORA_TEST_REDIS", format!("redis://127.0.0.1:{}", self.redis_port)),
            ("ARAGORA_TEST_REDIS_PROGRAM", self.redis.program.clone()),
        ]
    }
}

/// Runs a command with both servers, for people and benches.
pub(crate) fn with_servers(context: &Context, words: &[&str]) -> Result<(), String> {
    let servers = Servers::start(context)?;
    let (name, arguments) = words.split_first().ok_or("which command should have the servers?")?;
    let mut command = Command::new(name);
    command.args(arguments);
    for (variable, value) in servers.variables() {
        println!("  {variable}={value}");
        command.env(variable, value);
    }
    run(&mut command)
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it is cleared by the next run.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server that runs as our child.
struct Running {
    program: String,
    child: Child,
    folder: PathBuf,
}

impl Running {
    fn start(program: &Path, arguments: &[String], folder: &Path) -> Result<Self, String> {
        let log = std::fs::File::create(folder.join("log")).map_err(|error| said(folder, &error))?;
        let errors = log.try_clone().map_err(|error| said(folder, &error))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(log).stderr(errors);
        let child = command.spawn().map_err(|error| format!("{} did not start: {error}", program.display()))?;
        Ok(Self { program: program.display().to_string(), child, folder: folder.to_owned() })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good as killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn wait_for(what: &str, port: u16) -> Result<(), String> {
    let end = Instant::now() + READY;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() >= end {
            return Err(format!("{what} does not answer within {} s", READY.as_secs()));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("no port for a server: {error}"))
}

fn said(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// The first of these programs that exists, looked for in the path and in these folders.
fn program_in(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&path));
    all.map(|folder| folder.join(name)).find(|file| file.is_file())
}
