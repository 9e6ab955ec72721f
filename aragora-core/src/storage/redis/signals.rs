use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::{PushInfo, PushKind, Value};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinHandle;

use super::dial::{dial_for_messages, text};
use super::errors::error_of;
use super::options::RedisOptions;
use crate::error::Result;
use crate::storage::address::KeyRange;
use crate::storage::remote::{SignalHub, Topic};
use crate::storage::watch::Watch;

/// Messages are lost without a trace, so watches are read again this often.
const POLL: Duration = Duration::from_secs(1);
/// The pause before listening is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Watches of this process, woken by a connection of their own.
pub(super) struct Signals {
    hub: Arc<SignalHub>,
    options: RedisOptions,
    // Runs from the first watch to the end of the store.
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Signals {
    pub(super) fn new(options: RedisOptions) -> Self {
        Self { hub: Arc::default(), options, task: Mutex::default() }
    }

    pub(super) fn watch(&self, range: &KeyRange) -> Watch {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.is_none() {
            *task = Some(tokio::spawn(listen_for(self.options.clone(), self.hub.clone())));
        }
        self.hub.subscribe(Topic::of(&range.space, &range.table), POLL)
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
async fn listen_for(options: RedisOptions, hub: Arc<SignalHub>) {
    loop {
        if let Err(error) = listen_once(&options, &hub).await {
            tracing::warn!(%error, "Redis messages are interrupted");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn listen_once(options: &RedisOptions, hub: &SignalHub) -> Result<()> {
    let (sender, mut messages) = unbounded_channel::<PushInfo>();
    let mut dialled = dial_for_messages(options, sender).await?;
    let channel = format!("{}s", options.prefix());
    dialled.connection.subscribe(&channel).await.map_err(|error| error_of(&error, false))?;
    hub.signal_all();
    while let Some(message) = messages.recv().await {
        match message.kind {
            PushKind::Message => {
                let payload = message.data.get(1).and_then(|payload: &Value| text(payload));
                if let Some(topic) = payload.and_then(|payload| Topic::from_hex(&payload)) {
                    hub.signal(topic);
                }
            }
            PushKind::Disconnection => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}
