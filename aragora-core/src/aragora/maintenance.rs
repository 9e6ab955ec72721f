//! What an instance does beside debates, for as long as the host awaits it.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;

use super::Aragora;
use crate::clock::CancelToken;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::ulid;
use crate::storage::{Control, ControlReport, HEARTBEAT, Instance, Leases, Registration, Space, Stack};
use crate::telemetry::Parts;

/// Signs of life between two counts of what is stored, which read every row (1 h).
const USAGE_EVERY: u32 = 120;
/// How long a turn of upkeep is one process's: a little shorter than a round, so that it can have the next one too.
const TURN: Duration = Duration::from_secs(HEARTBEAT.as_secs() - 5);
/// Sweeps of 1,000 rows each between two signs of life.
const SWEEPS: u32 = 20;

impl Aragora {
    /// The processes that share this store, this one among them if its store outlives it, by id. A process that gave no
    /// sign of life for 90 s is not among them.
    pub async fn instances(&self) -> Result<Vec<Instance>> {
        self.storage.instances().await
    }

    /// The id under which this process is listed.
    pub fn instance_id(&self) -> Option<&str> {
        self.registration.as_ref().map(|registration| registration.id())
    }

    /// Keeps the store in order until cancelled: gives a sign of life every 30 s, and, in one process at a time, removes
    /// what has expired and counts every hour what is stored. A failure is logged and does not end it, and whatever runs may be dropped at any time.
    /// Backups run beside it: `Backups::run`.
    pub async fn maintenance(&self, cancel: &CancelToken) {
        // Upkeep may take longer than a sign of life can wait.
        tokio::join!(self.signs_of_life(cancel), self.upkeep(cancel));
    }

    async fn signs_of_life(&self, cancel: &CancelToken) {
        while !cancel.is_cancelled() {
            let work = async { log("a sign of life", self.sign_of_life().await) };
            self.round(cancel, work).await;
        }
    }

    async fn upkeep(&self, cancel: &CancelToken) {
        let mut round: u32 = 0;
        while !cancel.is_cancelled() {
            let work = async { log("keeping the store in order", self.keep_in_order(round, cancel).await) };
            self.round(cancel, work).await;
            round = round.wrapping_add(1);
        }
    }

    /// Work, and the rest of the time until the next.
    async fn round(&self, cancel: &CancelToken, work: impl Future<Output = ()>) {
        let clock = &self.engine.parts().clock;
        let next = clock.monotonic().saturating_add(HEARTBEAT);
        let round = async {
            work.await;
            clock.sleep_until(next).await;
        };
        select! {
            () = cancel.cancelled() => {}
            () = round => {}
        }
    }

    async fn sign_of_life(&self) -> Result<()> {
        match &self.registration {
            Some(registration) => registration.renew().await.map(drop),
            None => Ok(()),
        }
    }

    async fn keep_in_order(&self, round: u32, cancel: &CancelToken) -> Result<()> {
        let store = self.storage.whole();
        let turn = Leases::new(store.clone(), Space::System).named("maintenance");
        // Not given back: it lapses before the next turn is due, whoever takes that.
        if turn.claim(self.instance_id().unwrap_or("maintenance"), TURN).await?.is_none() {
            return Ok(());
        }
        if round.is_multiple_of(USAGE_EVERY) {
            store.control(Control::Usage).await?;
        }
        for _ in 0..SWEEPS {
            let report = store.control(Control::Sweep).await?;
            if cancel.is_cancelled() || !matches!(report, ControlReport::Swept { more: true, .. }) {
                break;
            }
        }
        Ok(())
    }

    /// Leaves the list of processes.
    pub(super) async fn leave(&self) {
        if let Some(registration) = &self.registration {
            log("leaving the list of instances", registration.leave().await);
        }
    }
}

/// Puts this process on the list of those that share a store, where the store outlives it.
pub(super) async fn register(stack: &Stack, config: &Config, parts: &Parts) -> Result<Option<Arc<Registration>>> {
    let capability = stack.whole().capability();
    if !capability.shared && !capability.durable {
        return Ok(None);
    }
    let id = match &config.instance_id {
        Some(id) => id.clone(),
        None => format!("ins_{}", ulid(parts.clock.now(), &*parts.entropy)?),
    };
    let registered = async {
        if !capability.shared {
            // Whoever is on the list had this store open before, and is gone.
            stack.forget_instances().await?;
        }
        stack.register(&id).await
    };
    match registered.await {
        Ok(registration) => Ok(Some(Arc::new(registration))),
        // Who only reads leaves no trace.
        Err(error) if error.kind() == ErrorKind::ReadOnly => Ok(None),
        Err(error) => Err(error),
    }
}

fn log(what: &str, done: Result<()>) {
    if let Err(error) = done {
        let error: Error = error;
        tracing::warn!(code = error.code(), reason = error.reason(), "{what} failed");
    }
}
