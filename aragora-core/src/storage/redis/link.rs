use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, ErrorKind as Kind, ServerErrorKind, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::dial::{Dialled, dial};
use super::errors::{ends_connection, error_of};
use super::options::RedisOptions;
use super::scripts::Script;
use crate::error::{Error, ErrorKind, Result};

/// The pause after the first failed attempt to connect; it doubles.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The one connection of a store, made anew when it breaks. Commands of many callers share it.
pub(super) struct Link {
    options: RedisOptions,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Dialled>>,
    failures: u32,
    // When the latest attempt failed, and how.
    failed: Option<(Instant, Error)>,
    closed: bool,
}

impl Link {
    pub(super) fn new(options: RedisOptions) -> Self {
        Self { options, state: Mutex::default() }
    }

    /// The connection. Whoever comes while none can be had waits for one attempt, not for success: all who waited for
    /// the same attempt share its failure.
    async fn get(&self) -> Result<Arc<Dialled>> {
        let came = Instant::now();
        let mut state = self.state.lock().await;
        if state.closed {
            return Err(Error::new(ErrorKind::Closed, "the store was closed"));
        }
        if let Some(current) = &state.current {
            return Ok(current.clone());
        }
        if let Some((at, error)) = &state.failed {
            if *at >= came {
                return Err(error.clone());
            }
            let pause = PAUSE.saturating_mul(1 << state.failures.saturating_sub(1).min(10)).min(LONGEST);
            tokio::time::sleep_until(*at + pause).await;
        }
        match dial(&self.options).await {
            Ok(dialled) => {
                let dialled = Arc::new(dialled);
                *state = State { current: Some(dialled.clone()), ..State::default() };
                Ok(dialled)
            }
            Err(error) => {
                state.failures += 1;
                state.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Forgets a connection that is of no more use, unless somebody made a new one already.
    async fn forget(&self, broken: &Arc<Dialled>) {
        let mut state = self.state.lock().await;
        if state.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, broken)) {
            state.current = None;
        }
    }

    pub(super) async fn close(&self) {
        let mut state = self.state.lock().await;
        *state = State { closed: true, ..State::default() };
    }

    /// Runs a command that changes nothing; repeated once if its connection broke.
    pub(super) async fn read(&self, command: &Cmd) -> Result<Value> {
        self.run(command, false).await
    }

    /// Runs a command that writes.
    pub(super) async fn write(&self, command: &Cmd) -> Result<Value> {
        self.run(command, true).await
    }

    async fn run(&self, command: &Cmd, writes: bool) -> Result<Value> {
        for last in [false, true] {
            let dialled = self.get().await?;
            match command.query_async(&mut dialled.connection.clone()).await {
                Ok(value) => return Ok(value),
                Err(error) => {
                    if ends_connection(&error) {
                        self.forget(&dialled).await;
                        if !writes && !last {
                            continue;
                        }
                    }
                    return Err(error_of(&error, writes));
                }
            }
        }
        Err(Error::internal("a command was neither run nor refused"))
    }

    /// Calls a script by its digest, or with its text if the server forgot it.
    pub(super) async fn call(&self, script: Script, arguments: impl Fn(&mut Cmd) + Send + Sync) -> Result<Value> {
        let anchor = format!("{}fence", self.options.prefix());
        for last in [false, true] {
            let dialled = self.get().await?;
            let place = Script::ALL.iter().position(|other| *other == script).unwrap_or_default();
            let digest = dialled.digests.get(place).map_or("", String::as_str);
            let mut command = redis::cmd("EVALSHA");
            command.arg(digest).arg(1).arg(&anchor);
            arguments(&mut command);
            let mut connection = dialled.connection.clone();
            let mut done = command.query_async::<Value>(&mut connection).await;
            if done.as_ref().is_err_and(|error| error.kind() == Kind::Server(ServerErrorKind::NoScript)) {
                let mut command = redis::cmd("EVAL");
                command.arg(script.text()).arg(1).arg(&anchor);
                arguments(&mut command);
                done = command.query_async::<Value>(&mut connection).await;
            }
            match done {
                Ok(value) => return Ok(value),
                Err(error) => {
                    if ends_connection(&error) {
                        self.forget(&dialled).await;
                        if !script.writes() && !last {
                            continue;
                        }
                    }
                    return Err(error_of(&error, script.writes()));
                }
            }
        }
        Err(Error::internal("a script was neither run nor refused"))
    }
}
