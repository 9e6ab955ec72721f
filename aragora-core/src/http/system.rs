use std::sync::{Arc, OnceLock};

use async_trait::async_trait;

use super::message::{HttpRequest, HttpResponse};
use super::transport::Transport;
use crate::error::Result;

/// The transport of this library over rustls, made when the first request is sent: an instance that never asks a
/// provider loads no certificates.
///
/// Without the feature `tls-rustls` every request is `not_configured`.
#[derive(Debug, Default)]
pub struct SystemTransport(OnceLock<Arc<dyn Transport>>);

impl SystemTransport {
    /// Nothing is made yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn inner(&self) -> Result<&Arc<dyn Transport>> {
        if let Some(inner) = self.0.get() {
            return Ok(inner);
        }
        let made = make()?;
        Ok(self.0.get_or_init(|| made))
    }
}

#[async_trait]
impl Transport for SystemTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.inner()?.send(request).await
    }
}

#[cfg(feature = "tls-rustls")]
fn make() -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(super::ReqwestTransport::new()?))
}

#[cfg(not(feature = "tls-rustls"))]
fn make() -> Result<Arc<dyn Transport>> {
    use crate::error::{Error, ErrorKind};
    Err(Error::new(ErrorKind::NotConfigured, "no transport was given and the feature tls-rustls is off"))
}
