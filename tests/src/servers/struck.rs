//! Servers that are killed while they serve.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aragora_core::{Error, ErrorKind, Result};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use super::address;
use crate::durable::kill::rounds::Server;

/// How long a server may take to come back.
const RETURN: Duration = Duration::from_secs(60);

fn failed(what: impl ToString) -> Error {
    Error::new(ErrorKind::Unavailable, what.to_string())
}

/// Tries until it succeeds or the server is given up.
fn until<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let end = Instant::now() + RETURN;
    loop {
        match attempt() {
            Err(error) if Instant::now() >= end => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
            done => return done,
        }
    }
}

/// The tests' PostgreSQL. Nobody else may be using it: every strike hits all connections of stores, every second one
/// the whole server.
#[derive(Debug)]
pub struct StruckPostgres {
    address: String,
    strikes: AtomicU32,
}

impl StruckPostgres {
    /// The server at this address, whose processes run on this machine.
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), strikes: AtomicU32::new(0) }
    }

    async fn backends(&self, terminate: bool) -> Result<Vec<i32>> {
        let mut connection = PgConnection::connect(&self.address).await.map_err(failed)?;
        let what = if terminate { "pid, pg_terminate_backend(pid)" } else { "pid, true" };
        let text = format!(
            "SELECT {what} FROM pg_stat_activity WHERE application_name LIKE 'aragora%' AND pid <> pg_backend_pid()"
        );
        let rows: Vec<(i32, bool)> =
            sqlx::query_as(sqlx::AssertSqlSafe(text)).fetch_all(&mut connection).await.map_err(failed)?;
        Ok(rows.into_iter().map(|(process, _)| process).collect())
    }
}

impl Server for StruckPostgres {
    /// Ends every backend of a store, or kills one, upon which PostgreSQL ends all and recovers from its log.
    fn strike(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let kills = self.strikes.fetch_add(1, Ordering::SeqCst) % 2 == 1;
        let found = runtime.block_on(self.backends(!kills))?;
        if let (true, Some(process)) = (kills, found.first()) {
            let done = Command::new("kill").args(["-KILL", &process.to_string()]).status().map_err(failed)?;
            if !done.success() {
                return Err(failed(format!("the backend {process} was not killed: {done}")));
            }
        }
        until(|| runtime.block_on(self.backends(false)).map(drop))
    }
}

/// A Redis of one test, which syncs its log before every answer.
#[derive(Debug)]
pub struct StruckRedis {
    program: String,
    port: u16,
    folder: TempDir,
    running: Mutex<Option<Child>>,
}

impl StruckRedis {
    /// Starts one; `None` where `cargo xtask test` named no program, see [`address`].
    pub fn start() -> Option<Result<Self>> {
        let program = address("ARAGORA_TEST_REDIS_PROGRAM")?;
        Some(Self::of(program))
    }

    fn of(program: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        drop(listener);
        let folder = tempfile::tempdir().map_err(failed)?;
        let server = Self { program, port, folder, running: Mutex::default() };
        server.run()?;
        Ok(server)
    }

    fn run(&self) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        command.args(["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"]);
        command.arg("--dir").arg(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().map_err(failed)?;
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        until(|| TcpStream::connect(("127.0.0.1", self.port)).map(drop).map_err(failed))
    }

    fn end(&self) {
        if let Some(mut child) = self.running.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Already gone is as good as killed.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Where it keeps its log.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

impl Server for StruckRedis {
    fn strike(&self) -> Result<()> {
        self.end();
        self.run()
    }
}

impl Drop for StruckRedis {
    fn drop(&mut self) {
        self.end();
    }
}
