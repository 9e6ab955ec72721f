//! What proves to a provider who calls.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

use crate::clock::BoxFuture;
use crate::config::{Secret, ShownUrl};
use crate::error::Result;
use crate::http::{Headers, Method};

/// What a hook sees of a request, so that it can sign it.
#[derive(Clone)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct SigningRequest {
    /// The method.
    pub method: Method,
    /// The whole target.
    pub url: Url,
    /// The body as it is sent.
    pub body: Bytes,
}

impl fmt::Debug for SigningRequest {
    /// Shows the size of the body, which holds prompts, and of the address neither user information nor query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningRequest")
            .field("method", &self.method)
            .field("url", &ShownUrl(self.url.as_str()))
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// Gives the header fields that authenticate a request. The core holds no cloud's sign-in: a host signs (`SigV4`) or
/// fetches tokens with its own SDK.
#[async_trait]
pub trait Credentials: fmt::Debug + Send + Sync {
    /// Fields for this request; every value is treated as a secret. `refresh` asks for new ones after the provider
    /// refused the last; if they differ the call is repeated once.
    async fn headers(&self, request: &SigningRequest, refresh: bool) -> Result<Headers>;

    /// Tells apart credentials without a key: agents share breakers and limits only where this and the key are equal.
    fn identity(&self) -> u64 {
        0
    }

    /// The key itself where there is one, so that the agent can send it the provider's way and keep it out of errors.
    fn key(&self) -> Option<&Secret> {
        None
    }
}

/// A key, sent in the header the provider wants it in.
#[derive(Clone, Debug)]
pub struct ApiKey(pub Secret);

#[async_trait]
impl Credentials for ApiKey {
    async fn headers(&self, _request: &SigningRequest, _refresh: bool) -> Result<Headers> {
        Ok(Headers::new())
    }

    fn key(&self) -> Option<&Secret> {
        Some(&self.0)
    }
}

/// Nothing to prove, as with most servers on this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCredentials;

#[async_trait]
impl Credentials for NoCredentials {
    async fn headers(&self, _request: &SigningRequest, _refresh: bool) -> Result<Headers> {
        Ok(Headers::new())
    }
}

type Hook = dyn Fn(SigningRequest, bool) -> BoxFuture<'static, Result<Headers>> + Send + Sync;

/// A function of the host.
#[derive(Clone)]
pub struct FnCredentials(Arc<Hook>);

impl FnCredentials {
    /// Calls this function for every request.
    pub fn new<F, Fut>(hook: F) -> Self
    where
        F: Fn(SigningRequest, bool) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Headers>> + Send + 'static,
    {
        Self(Arc::new(move |request, refresh| Box::pin(hook(request, refresh))))
    }
}

impl fmt::Debug for FnCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnCredentials(..)")
    }
}

#[async_trait]
impl Credentials for FnCredentials {
    async fn headers(&self, request: &SigningRequest, refresh: bool) -> Result<Headers> {
        (self.0)(request.clone(), refresh).await
    }

    fn identity(&self) -> u64 {
        Arc::as_ptr(&self.0).cast::<()>().addr() as u64
    }
}
