use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::task::JoinHandle;

use super::PostgresOptions;
use crate::storage::address::{KeyRange, TableName};
use crate::storage::remote::{CONNECT, SignalHub, Topic};
use crate::storage::watch::Watch;

/// How often to read again where signals come: they are hints, and one may be lost with its connection.
const POLL: Duration = Duration::from_secs(30);
/// How often without signals.
const POLL_ALONE: Duration = Duration::from_secs(1);
/// The pause before listening is tried again.
const AGAIN: Duration = Duration::from_secs(1);

const CHANNEL: &str = "aragora_signal";

/// Watches of this process, woken by one connection that listens, outside the pool.
pub(super) struct Signals {
    hub: Arc<SignalHub>,
    listen: Option<PgConnectOptions>,
    tables: Vec<String>,
    // Runs from the first watch to the end of the store.
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Signals {
    pub(super) fn new(options: &PostgresOptions) -> Self {
        let (listen, tables) = (options.listen(), options.signals.clone());
        Self { hub: Arc::default(), listen, tables, task: Mutex::default() }
    }

    /// Whether commits to this table notify.
    pub(super) fn notifies(&self, table: &TableName) -> bool {
        self.tables.iter().any(|name| name == table.as_str())
    }

    pub(super) fn watch(&self, range: &KeyRange) -> Watch {
        let heard = match &self.listen {
            Some(listen) if self.notifies(&range.table) => {
                let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
                if task.is_none() {
                    *task = Some(tokio::spawn(listen_for(listen.clone(), self.hub.clone())));
                }
                true
            }
            _ => false,
        };
        let poll_every = if heard { POLL } else { POLL_ALONE };
        self.hub.subscribe(Topic::of(&range.space, &range.table), poll_every)
    }

    pub(super) fn close(&self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
        self.hub.close();
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.close();
    }
}

/// Listens until aborted. After every gap everybody is woken: nobody knows what was missed.
async fn listen_for(connect: PgConnectOptions, hub: Arc<SignalHub>) {
    loop {
        if let Err(error) = listen_once(&connect, &hub).await {
            tracing::warn!(%error, "PostgreSQL notifications are interrupted");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn listen_once(connect: &PgConnectOptions, hub: &SignalHub) -> Result<(), sqlx::Error> {
    let own = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT).max_lifetime(None).idle_timeout(None);
    let mut listener = PgListener::connect_with(&own.connect_lazy_with(connect.clone())).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    hub.signal_all();
    while let Some(notification) = listener.try_recv().await? {
        if let Some(topic) = Topic::from_hex(notification.payload()) {
            hub.signal(topic);
        }
    }
    Ok(())
}
