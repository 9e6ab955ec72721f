//! Where a model is reached: signs and sends one request, and tells the target what came back.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::classify::classify_embedded;
use super::credentials::{Credentials, SigningRequest};
use super::exchange::{Payload, Timeouts, Watch};
use super::{classify, scrub};
use crate::agents::reply::AgentReply;
use crate::agents::target::Target;
use crate::clock::Clock;
use crate::config::ShownUrl;
use crate::debate::StopReason;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Headers, HttpRequest, HttpResponse, Method, Transport};

/// One provider's endpoint as one credential reaches it.
pub(super) struct Endpoint {
    pub(super) provider: &'static str,
    pub(super) model: String,
    /// The base with the configured query; wires append their paths.
    pub(super) base: Url,
    /// The header a key is sent in.
    pub(super) key_header: &'static str,
    /// What every request carries: the vendor's fields, then the host's own.
    pub(super) headers: Headers,
    pub(super) credentials: Arc<dyn Credentials>,
    pub(super) timeouts: Timeouts,
    pub(super) capture_raw: bool,
    pub(super) target: Arc<Target>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("base", &ShownUrl(self.base.as_str()))
            .field("headers", &self.headers)
            .field("target", self.target.id())
            .finish_non_exhaustive()
    }
}

/// One request before it is signed.
pub(super) struct Unsigned {
    pub(super) method: Method,
    pub(super) url: Url,
    /// Fields of this request alone; the endpoint's win.
    pub(super) headers: Headers,
    pub(super) body: Bytes,
    /// Whether events are asked for.
    pub(super) stream: bool,
}

impl Unsigned {
    /// A request without fields of its own; without a body it is a `GET`.
    pub(super) fn new(url: Url, body: Option<&Value>) -> Result<Self> {
        let (method, body) = match body {
            Some(body) => (Method::Post, written(body)?),
            None => (Method::Get, Bytes::new()),
        };
        Ok(Self { method, url, headers: Headers::new(), body, stream: false })
    }
}

/// The bytes of a body.
pub(super) fn written(body: &impl serde::Serialize) -> Result<Bytes> {
    let bytes = serde_json::to_vec(body);
    let bytes = bytes.map_err(|error| Error::internal("the request cannot be written as JSON").caused_by(error))?;
    Ok(bytes.into())
}

impl Endpoint {
    /// The fields the credentials give for this request. `refresh` asks for new ones.
    pub(super) async fn sign(&self, watch: &Watch<'_>, unsigned: &Unsigned, refresh: bool) -> Result<Headers> {
        let seen = SigningRequest { method: unsigned.method, url: unsigned.url.clone(), body: unsigned.body.clone() };
        let given = watch.signing(self.credentials.headers(&seen, refresh)).await?;
        // Whatever the hook says, its values are not shown.
        let mut signed = Headers::new();
        for (name, value) in given.iter() {
            signed.secret(name, value);
        }
        Ok(signed)
    }

    /// Every field of a request, the later ones replacing the earlier: ours, the key, the wire's, the vendor's and the
    /// host's, the signature.
    pub(super) fn seal(&self, unsigned: &Unsigned, signed: &Headers) -> HttpRequest {
        let mut http = HttpRequest::new(unsigned.method, unsigned.url.clone());
        http.headers.set("user-agent", concat!("aragora-core/", env!("CARGO_PKG_VERSION")));
        http.headers.set("accept", if unsigned.stream { "text/event-stream" } else { "application/json" });
        if !unsigned.body.is_empty() {
            http.headers.set("content-type", "application/json");
        }
        if let Some(key) = self.credentials.key().map(|key| key.expose().trim()).filter(|key| !key.is_empty()) {
            let bearer = if self.key_header == "authorization" { "Bearer " } else { "" };
            http.headers.secret(self.key_header, format!("{bearer}{key}"));
        }
        for fields in [&unsigned.headers, &self.headers, signed] {
            for (name, value) in fields.iter() {
                if fields.is_secret(name) {
                    http.headers.secret(name, value);
                } else {
                    http.headers.set(name, value);
                }
            }
        }
        http.body = unsigned.body.clone();
        http
    }

    /// Sends and waits for the head, which the target sees whatever it says.
    pub(super) async fn send(&self, watch: &Watch<'_>, http: HttpRequest, stream: bool) -> Result<HttpResponse> {
        let response = watch.head(&*self.transport, http, stream).await?;
        self.target.observe(self.provider, &response.headers);
        Ok(response)
    }

    /// The error an unsuccessful response means.
    pub(super) async fn refusal(&self, watch: &Watch<'_>, response: HttpResponse) -> Error {
        let HttpResponse { status, headers, body } = response;
        let body = watch.prefix(body).await;
        self.kept(classify(status, &headers, &body), || String::from_utf8_lossy(&body).into_owned())
    }

    /// The error that stands inside a success.
    pub(super) fn embedded(&self, document: &Value, headers: &Headers) -> Error {
        self.kept(classify_embedded(document, headers), || document.to_string())
    }

    fn kept(&self, error: Error, raw: impl FnOnce() -> String) -> Error {
        if self.capture_raw { error.with("raw_body", scrub::shapes(&raw())) } else { error }
    }

    /// The error with who it is about, and without what proves who we are: a server may echo the key it was sent.
    pub(super) fn described(&self, error: Error, signed: &Headers) -> Error {
        let error = error.with("provider", self.provider).with("model", &self.model);
        let error = scrub::error(error, self.credentials.key());
        [&self.headers, signed].into_iter().fold(error, scrub::headers)
    }

    /// A word of the provider's without what proves who we are.
    pub(super) fn clean(&self, text: &str, signed: &Headers) -> String {
        [&self.headers, signed].into_iter().fold(scrub::text(text, self.credentials.key()), scrub::text_of_headers)
    }

    /// What a reply says beside its text without what proves who we are. The text is the model's and stays as it came.
    pub(super) fn cleaned(&self, reply: &mut AgentReply, signed: &Headers) {
        let other = match &mut reply.stop {
            StopReason::Other(word) => Some(word),
            _ => None,
        };
        let category = reply.refusal.as_mut().and_then(|refusal| refusal.category.as_mut());
        let words = [Some(&mut reply.model), reply.response_id.as_mut(), reply.stop_raw.as_mut(), other, category];
        for word in words.into_iter().flatten() {
            *word = self.clean(word, signed);
        }
    }

    /// One small exchange around the turns, such as a list of models: asks, reads a JSON document, and asks once more
    /// with fresh credentials where the first were refused.
    pub(super) async fn document(&self, unsigned: &Unsigned) -> Result<Value> {
        let watch = Watch::start(&*self.clock, self.timeouts);
        let mut signed = self.sign(&watch, unsigned, false).await?;
        let mut fresh = true;
        loop {
            let outcome = self.read_document(&watch, self.seal(unsigned, &signed)).await;
            let refused = |error: &Error| error.kind() == ErrorKind::Unauthenticated;
            if fresh && outcome.as_ref().is_err_and(refused) {
                fresh = false;
                let renewed = self.sign(&watch, unsigned, true).await?;
                if renewed != signed {
                    signed = renewed;
                    continue;
                }
            }
            return outcome.map_err(|error| self.described(error, &signed));
        }
    }

    /// Sends, and reads a JSON document; an error object inside a success is an error.
    pub(super) async fn read_document(&self, watch: &Watch<'_>, http: HttpRequest) -> Result<Value> {
        let response = self.send(watch, http, false).await?;
        if !(200..300).contains(&response.status) {
            return Err(self.refusal(watch, response).await);
        }
        let Payload::Json(bytes) = Payload::open(watch, response.body, false).await? else {
            return Err(Error::new(ErrorKind::MalformedResponse, "an event stream, expected a JSON document"));
        };
        let document: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Error::new(ErrorKind::MalformedResponse, format!("the body is no JSON: {error}")))?;
        match document.get(0).unwrap_or(&document).get("error") {
            Some(error) if !error.is_null() => Err(self.embedded(&document, &response.headers)),
            _ => Ok(document),
        }
    }
}
