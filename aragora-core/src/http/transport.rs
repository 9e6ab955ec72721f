use std::fmt::Debug;

use async_trait::async_trait;

use super::message::{HttpRequest, HttpResponse};
use crate::error::Result;

/// Sends one request. Implementations follow no redirect, retry nothing and keep no state per request.
///
/// A status of 400 and above is a response, not an error. Errors are `transport` (no connection, broken
/// connection), `timeout` with the context entry `phase` (`connect` or `total`), and `invalid_request` for a
/// request that cannot be sent at all. Dropping the future or the response's body closes the exchange.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// Sends the request and returns as soon as the head of the response is there.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse>;

    /// Whether addresses of private networks are refused after name resolution.
    fn guards_addresses(&self) -> bool {
        false
    }
}
