use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use url::Url;

use super::body::Body;
use super::headers::Headers;
use crate::config::ShownUrl;

/// The methods this library uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// One request with its whole body.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The target. Credentials belong in a header, never here.
    pub url: Url,
    /// Header fields.
    pub headers: Headers,
    /// The body, possibly empty.
    pub body: Bytes,
    /// How long the whole exchange may take, body included; `None` leaves it to the caller to stop polling.
    pub timeout: Option<Duration>,
}

impl HttpRequest {
    /// A request without header fields, body and time limit.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: Headers::new(), body: Bytes::new(), timeout: None }
    }
}

impl fmt::Debug for HttpRequest {
    /// Shows the size of the body, not the body: it holds prompts. Of the address, neither user information nor query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &ShownUrl(self.url.as_str()))
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// The head of a response and its body as it arrives.
#[derive(Debug)]
pub struct HttpResponse {
    /// 100..=599.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    /// The body.
    pub body: Body,
}

impl HttpResponse {
    /// A response whose body is there already.
    pub fn full(status: u16, headers: Headers, body: impl Into<Bytes>) -> Self {
        Self { status, headers, body: Body::full(body) }
    }
}
