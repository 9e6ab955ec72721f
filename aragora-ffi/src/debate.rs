//! A debate that runs.

use std::sync::Arc;

use aragora_core::foreign::{self, Debate};

use crate::error::{Answer, FfiError};
use crate::events::FfiEvents;

/// Freeing it cancels the debate unless it was detached.
#[derive(Debug, uniffi::Object)]
pub struct FfiDebate {
    debate: Debate,
}

impl FfiDebate {
    pub(crate) fn new(debate: Debate) -> Self {
        Self { debate }
    }
}

#[uniffi::export]
impl FfiDebate {
    /// Its id.
    pub fn id(&self) -> Result<String, FfiError> {
        Ok(foreign::contain(|| self.debate.id())?)
    }

    /// The decision, once there is one.
    pub async fn result(self: Arc<Self>) -> Result<String, FfiError> {
        Ok(foreign::spawn(async move { self.debate.result().await }).await?)
    }

    /// Ends it early. Returns at once; a second time nothing happens.
    pub fn cancel(&self, reason: String) -> Result<(), FfiError> {
        Ok(foreign::contain(|| {
            self.debate.cancel(&reason);
            Ok(())
        })?)
    }

    /// Lets it run when nobody holds this object any more.
    pub fn detach(&self) -> Result<(), FfiError> {
        Ok(foreign::contain(|| {
            self.debate.detach();
            Ok(())
        })?)
    }

    /// Follows what happens.
    pub fn events(&self, options: String) -> Answer<Arc<FfiEvents>> {
        let events = foreign::contain(|| self.debate.events(&options))?;
        Ok(Arc::new(FfiEvents::new(events)))
    }

    /// An operation that may wait: `partial`, `human.resolve`.
    pub async fn call(self: Arc<Self>, op: String, args: String) -> Result<String, FfiError> {
        Ok(foreign::spawn(async move { self.debate.call(&op, &args).await }).await?)
    }

    /// An operation that answers at once.
    pub fn ask(&self, op: String, args: String) -> Result<String, FfiError> {
        Ok(foreign::contain(|| self.debate.ask(&op, &args))?)
    }
}
