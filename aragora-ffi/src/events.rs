//! Events are pulled, one crossing per batch.

use std::sync::Arc;

use aragora_core::foreign::{self, Events};

use crate::error::FfiError;

/// A subscription. Freeing it ends it.
#[derive(Debug, uniffi::Object)]
pub struct FfiEvents {
    events: Events,
}

impl FfiEvents {
    pub(crate) fn new(events: Events) -> Self {
        Self { events }
    }
}

#[uniffi::export]
impl FfiEvents {
    /// At least one and at most `max` events as a JSON array; nothing after the last one.
    pub async fn next_batch(self: Arc<Self>, max: u32) -> Result<Option<String>, FfiError> {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        Ok(foreign::spawn(self.events.next_batch(max)).await?)
    }

    /// Ends the subscription: whoever waits in `next_batch` gets nothing.
    pub fn stop(&self) -> Result<(), FfiError> {
        Ok(foreign::contain(|| {
            self.events.close();
            Ok(())
        })?)
    }
}
