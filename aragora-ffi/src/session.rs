//! One instance of the library.

use std::sync::Arc;

use aragora_core::foreign::{self, Session};

use crate::debate::FfiDebate;
use crate::error::{Answer, FfiError};
use crate::host::{FfiHost, dispatch};

/// What a host holds. Freeing it closes it without waiting.
#[derive(Debug, uniffi::Object)]
pub struct FfiSession {
    session: Session,
}

/// Opens an instance with these settings; the host gets the calls of its participants.
#[uniffi::export]
pub async fn ffi_open(host: Arc<dyn FfiHost>, settings: String) -> Result<Arc<FfiSession>, FfiError> {
    let host = dispatch(host)?;
    let session = foreign::spawn(async move { Session::open(host, &settings).await }).await?;
    Ok(Arc::new(FfiSession { session }))
}

#[uniffi::export]
impl FfiSession {
    /// An operation that may wait.
    pub async fn call(self: Arc<Self>, op: String, args: String) -> Result<String, FfiError> {
        Ok(foreign::spawn(async move { self.session.call(&op, &args).await }).await?)
    }

    /// An operation that answers at once.
    pub fn ask(&self, op: String, args: String) -> Result<String, FfiError> {
        Ok(foreign::contain(|| self.session.ask(&op, &args))?)
    }

    /// Starts, resumes, forks or finds a debate.
    pub async fn start(self: Arc<Self>, kind: String, spec: String) -> Answer<Arc<FfiDebate>> {
        let debate = foreign::spawn(async move { self.session.start(&kind, &spec).await }).await?;
        Ok(Arc::new(FfiDebate::new(debate)))
    }

    /// Cancels what runs and waits until it ended. Every later method answers `closed`.
    pub async fn shut(self: Arc<Self>) -> Result<(), FfiError> {
        Ok(foreign::spawn(async move { self.session.close().await }).await?)
    }
}
