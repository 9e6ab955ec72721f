//! The transport over reqwest and rustls.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use reqwest::header::{HeaderName, HeaderValue};

use super::body::Body;
use super::headers::Headers;
use super::message::{HttpRequest, HttpResponse, Method};
use super::transport::Transport;
use crate::error::{Error, ErrorKind, Result};

/// How long a connection may take to be made, names and TLS included.
const CONNECT: Duration = Duration::from_secs(5);

/// Sends over HTTP/1.1 and HTTP/2 with rustls, the ring provider and Mozilla's roots.
///
/// Nothing process-wide is read or installed: no TLS provider, no proxy settings, no certificate store. Connections
/// are pooled per transport; clones share the pool. A host that needs a proxy or its own roots brings a client.
#[derive(Clone, Debug)]
pub struct ReqwestTransport(reqwest::Client);

impl ReqwestTransport {
    /// A transport of its own. `not_configured` if the TLS stack cannot be set up.
    pub fn new() -> Result<Self> {
        Ok(Self(Self::client()?))
    }

    /// The client of such a transport, for crates that send on their own.
    pub(crate) fn client() -> Result<reqwest::Client> {
        let refused = |error: &dyn std::error::Error| {
            Error::new(ErrorKind::NotConfigured, "no TLS client can be set up").with("cause", error)
        };
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        // reqwest without a provider feature panics unless it is handed a finished TLS configuration.
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(CONNECT)
            .build()
            .map_err(|error| refused(&error))?;
        Ok(client)
    }

    /// A transport over a client of the host, which must follow no redirect.
    pub fn with_client(client: reqwest::Client) -> Self {
        Self(client)
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let HttpRequest { method, url, headers, body, timeout } = request;
        let method = match method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut call = self.0.request(method, url).body(body);
        for (name, value) in headers.iter() {
            let (Ok(field), Ok(mut content)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
                let reason = format!("header {name:?} holds characters that no header may hold");
                return Err(Error::new(ErrorKind::InvalidRequest, reason).with("header", name));
            };
            content.set_sensitive(headers.is_secret(name));
            call = call.header(field, content);
        }
        if let Some(limit) = timeout {
            call = call.timeout(limit);
        }
        let response = call.send().await.map_err(failed)?;
        let mut fields = Headers::new();
        for (name, value) in response.headers() {
            fields.append(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
        }
        let status = response.status().as_u16();
        let body = Body::stream(response.bytes_stream().map(|piece| piece.map_err(failed)));
        Ok(HttpResponse { status, headers: fields, body })
    }
}

// The URL is left out: a host may have put a signature into its query.
fn failed(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let shaped = match (error.is_timeout(), error.is_connect()) {
        (true, true) => Error::new(ErrorKind::Timeout, "no connection within 5 s").with("phase", "connect"),
        (true, false) => Error::new(ErrorKind::Timeout, "the exchange took too long").with("phase", "total"),
        (false, true) => Error::new(ErrorKind::Transport, "no connection could be made"),
        (false, false) if error.is_builder() => Error::new(ErrorKind::InvalidRequest, "this request cannot be sent"),
        (false, false) => Error::new(ErrorKind::Transport, "the connection broke"),
    };
    shaped.caused_by(error)
}
