//! One instance, as a host of another language holds it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::debate::{Debate, Running};
use super::json::read;
use super::message::Host;
use super::process::{Owned, Process};
use super::seats::References;
use super::settings::{SeededEntropy, Settings};
use super::specs::host_protocol;
use crate::agents::{AgentParts, Agents, Prices};
use crate::aragora::Aragora;
use crate::clock::{CancelToken, Clock, ManualClock, SystemClock};
use crate::config::Config;
use crate::crypto::Keyring;
use crate::engine::{Engine, EngineConfig, ShutdownReport};
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Control;
use crate::telemetry::Parts;

/// How long participants get to stop when an instance is closed.
const CLOSING: Duration = Duration::from_secs(5);
/// How much longer before what does not stop is left to the runtime.
const GRACE: Duration = Duration::from_secs(1);
/// How long the last records of debates, and then the store, get to end after that.
const ENDING: Duration = Duration::from_secs(5);

/// One instance. Dropping it closes it without waiting.
#[derive(Debug)]
pub struct Session {
    pub(super) inner: Owned<Arc<Inner>>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) process: &'static Process,
    pub(super) host: Arc<dyn Host>,
    pub(super) parts: Parts,
    /// What is stored, sealed and backed up goes by these: random bytes that repeat would repeat nonces.
    pub(super) stored: Parts,
    pub(super) keyring: Option<Arc<Keyring>>,
    pub(super) manual: Option<ManualClock>,
    pub(super) aragora: Aragora,
    running: Mutex<Vec<Weak<Running>>>,
    /// Folders of backups that were worked with.
    pub(super) backed_up: Mutex<BTreeSet<String>>,
    /// Whether anything is still admitted.
    closed: AtomicBool,
    /// Cancelled by whoever does not want to wait for the grace of a shutdown.
    hurry: CancelToken,
    /// Set once everything has ended. An ending that was given up half way is gone on with by the next one.
    ended: OnceCell<ShutdownReport>,
}

impl Session {
    /// Opens an instance; `settings` is the open document.
    pub async fn open(host: Arc<dyn Host>, settings: &str) -> Result<Self> {
        let process = Process::current()?;
        let document = read("an open document", settings)?;
        let mut references = References::of(&document, &host);
        let settings: Settings = serde_json::from_value(document)
            .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("an open document: {error}")))?;
        let mut config = Config::load(&settings.config.env)?;
        if let Some(given) = settings.encryption {
            given.into_settings(&mut config.encryption)?;
        }
        let keys = &config.encryption.keys;
        let keyring = if keys.is_empty() { None } else { Some(Arc::new(Keyring::from_keys(keys)?)) };
        let manual = settings.clock.map(|clock| ManualClock::new(clock.manual.0));
        let clock: Arc<dyn Clock> = match &manual {
            Some(manual) => Arc::new(manual.clone()),
            None => Arc::new(SystemClock::new()),
        };
        let entropy: Arc<dyn Entropy> = match settings.seed {
            Some(seed) => SeededEntropy::new(seed),
            None => Arc::new(SystemEntropy),
        };
        let parts = Parts::new(clock, entropy);
        let stored = parts.clone().with_entropy(SystemEntropy);
        let stack = Aragora::stack(settings.storage.as_deref().unwrap_or("memory:"), &config, &stored).await?;
        let storage = stack.whole();
        let mut agent_parts = AgentParts::over(parts.clone()).with_storage(storage.clone());
        if let Some(prices) = settings.prices {
            prices.validate()?;
            agent_parts = agent_parts.with_prices(Arc::new(Prices::known().before(prices)));
        }
        let agents = Agents::builder().providers(config.providers.clone()).parts(agent_parts);
        let agents = agents.document(&settings.layers)?;
        let engine = Engine::builder().parts(parts.clone()).storage(storage).config(EngineConfig::of(&config));
        let mut engine = engine.agents(agents.build());
        for protocol in settings.protocols {
            engine = engine.protocol(host_protocol(protocol.foreign, &mut references, &parts)?);
        }
        let inner = Inner {
            process,
            host,
            parts,
            stored,
            keyring,
            manual,
            aragora: Aragora::over(engine.build()?, stack),
            running: Mutex::default(),
            backed_up: Mutex::default(),
            closed: AtomicBool::new(false),
            hurry: CancelToken::new(),
            ended: OnceCell::new(),
        };
        let inner = Arc::new(inner);
        process.enter(&inner);
        Ok(Self { inner: Owned::new(process, inner) })
    }

    /// An operation that may wait; see the table in `ops.rs`.
    pub async fn call(&self, op: &str, args: &str) -> Result<String> {
        self.open_inner()?.call(op, args).await
    }

    /// An operation that answers at once.
    pub fn ask(&self, op: &str, args: &str) -> Result<String> {
        self.open_inner()?.ask(op, args)
    }

    /// Begins a debate (`debate`), goes on with one (`resume`, `fork`) or finds one that runs here (`attach`).
    pub async fn start(&self, kind: &str, spec: &str) -> Result<Debate> {
        let inner = match self.open_inner() {
            Ok(inner) => inner.clone(),
            Err(error) => {
                // The document's participants are let go of, as after any refused document.
                if let (Ok(inner), Ok(document)) = (self.inner.get(), read("a start document", spec)) {
                    drop(References::of(&document, &inner.host));
                }
                return Err(error);
            }
        };
        let (handle, listen) = inner.begin(kind, spec).await?;
        let running = Arc::new(Running::new(inner.clone(), handle, listen));
        inner.enter(&running);
        Ok(Debate::new(inner.process, running))
    }

    /// Cancels what runs, waits up to 6 s for participants and lets go of all of them. May be called again: beside a
    /// shutdown it ends that one's grace and waits for it, and after one that was given up it goes on with it.
    /// `timeout` if debates or the store do not end within 5 s more each.
    pub async fn close(&self) -> Result<()> {
        let inner = self.inner.get()?.clone();
        inner.closed.store(true, Ordering::Release);
        inner.cancel_all("the instance was closed");
        inner.hurry.cancel();
        inner.end(CLOSING, GRACE).await.map(drop)
    }

    fn open_inner(&self) -> Result<&Arc<Inner>> {
        let inner = self.inner.get()?;
        inner.is_open()?;
        Ok(inner)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Ok(inner) = self.inner.get()
            && !inner.ended.initialized()
        {
            inner.closed.store(true, Ordering::Release);
            inner.cancel_all("the instance is gone");
        }
    }
}

impl Inner {
    /// Lets debates run for up to `grace`, stops the others at their last record and closes the store: a session of
    /// any process can resume them. `closed` if it is closing already, `timeout` if debates or the store do not end.
    pub(super) async fn shut_down(&self, grace: Duration) -> Result<ShutdownReport> {
        if self.closed.swap(true, Ordering::AcqRel) {
            self.is_open()?;
        }
        self.end(grace, CLOSING + GRACE).await
    }

    /// The one ending that all who close share.
    async fn end(&self, grace: Duration, more: Duration) -> Result<ShutdownReport> {
        self.ended.get_or_try_init(|| self.stop(grace, more)).await.copied()
    }

    async fn stop(&self, grace: Duration, more: Duration) -> Result<ShutdownReport> {
        let hurried = async {
            self.hurry.cancelled().await;
            tokio::time::sleep(CLOSING + GRACE).await;
        };
        // In real time too: a manual clock may stand still, and this must end.
        let in_time = tokio::select! {
            report = timeout(grace + more, self.aragora.shutdown(grace)) => report.ok(),
            () = hurried => None,
        };
        let report = if let Some(report) = in_time {
            report
        } else {
            if let Some(clock) = &self.manual {
                clock.advance(CLOSING);
            }
            let stopped = timeout(ENDING, self.aragora.shutdown(Duration::ZERO)).await;
            stopped.map_err(|_| late("the debates that run"))?
        };
        // So that its directory is free when this returns.
        let storage = self.aragora.storage().whole();
        let let_go = timeout(ENDING, storage.control(Control::Close)).await;
        let_go.map_err(|_| late("the store"))?.map(|_| report)
    }

    pub(super) fn is_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the instance is closed; open a new one"));
        }
        Ok(())
    }

    fn enter(&self, debate: &Arc<Running>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|debate| debate.strong_count() > 0);
        running.push(Arc::downgrade(debate));
    }

    pub(super) fn cancel_all(&self, reason: &str) {
        let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for debate in running.iter().filter_map(Weak::upgrade) {
            debate.handle.cancel(reason);
        }
    }
}

fn late(what: &str) -> Error {
    let reason = format!("{what} did not end within {} s; close the instance again to wait on", ENDING.as_secs());
    Error::new(ErrorKind::Timeout, reason).with("phase", "close")
}
