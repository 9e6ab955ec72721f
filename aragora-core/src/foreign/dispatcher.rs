//! Hands messages over in batches on a thread of its own, for hosts that must take a lock to be called.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use super::message::{Host, Message};
use crate::error::{Error, ErrorKind, Result};
use std::sync::Arc;

/// A host that is called in batches on one thread, so that no worker ever waits for a lock of the host's language.
#[derive(Debug)]
pub struct Dispatcher {
    queue: Mutex<Sender<Message>>,
}

impl Dispatcher {
    /// Starts the thread. It ends when the last handle is dropped and everything was handed over.
    pub fn start(mut deliver: impl FnMut(Vec<Message>) + Send + 'static) -> Result<Arc<dyn Host>> {
        let (queue, messages) = channel();
        let run = move || {
            while let Ok(first) = messages.recv() {
                let mut batch = vec![first];
                batch.extend(messages.try_iter().take(255));
                deliver(batch);
            }
        };
        let failed = |error| Error::new(ErrorKind::Unavailable, format!("no thread could be started: {error}"));
        std::thread::Builder::new().name("aragora-host".to_owned()).spawn(run).map_err(failed)?;
        Ok(Arc::new(Self { queue: Mutex::new(queue) }))
    }
}

impl Host for Dispatcher {
    fn post(&self, message: Message) {
        // The thread ends only with this handle, so nothing is lost here.
        let _ = self.queue.lock().unwrap_or_else(PoisonError::into_inner).send(message);
    }
}
