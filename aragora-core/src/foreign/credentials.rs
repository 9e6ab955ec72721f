use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::calls::{Call, call_host};
use super::json::write;
use super::parts::failure;
use super::seats::Participant;
use crate::agents::Output;
use crate::agents::providers::{Credentials, SigningRequest};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Headers;
use crate::telemetry::Parts;

/// How long a hook may take; fetching a token is one call of the host's own.
const LIMIT: Duration = Duration::from_secs(30);

/// A function of the host that gives the header fields which authenticate a request.
#[derive(Debug)]
pub(super) struct ForeignCredentials {
    pub(super) participant: Arc<Participant>,
    pub(super) parts: Parts,
}

/// What the hook sees of a request, so that it can sign it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SigningRequest"))]
pub struct SigningDocument<'a> {
    /// The method.
    pub method: &'a str,
    /// The whole target.
    pub url: &'a str,
    /// The body as it is sent; JSON text, empty for a request without one.
    pub body: &'a str,
    /// Whether the provider refused the last fields and new ones are needed.
    pub refresh: bool,
}

#[async_trait]
impl Credentials for ForeignCredentials {
    async fn headers(&self, request: &SigningRequest, refresh: bool) -> Result<Headers> {
        let body = std::str::from_utf8(&request.body).unwrap_or_default();
        let document = SigningDocument { method: request.method.as_str(), url: request.url.as_str(), body, refresh };
        let data = write(&document)?;
        let host = self.participant.host();
        let (mut call, answered) = Call::future(host, &self.parts.telemetry, "credentials", Output::none())?;
        call.post(self.participant.number(), "credentials.headers", data);
        let clock = &self.parts.clock;
        let late = async { clock.sleep_until(clock.monotonic() + LIMIT).await };
        // A turn that is cancelled drops this future, and with it the call.
        let said = call_host(&mut call, answered, std::future::pending(), late, std::future::ready(())).await;
        match said {
            Ok(Ok(json)) => fields(&json),
            Ok(Err(json)) => Err(failure(&wordless(&json), ErrorKind::Unauthenticated, call.id, host)),
            Err(error) if error.kind() == ErrorKind::DeadlineExceeded => {
                let reason = format!("the credentials callback did not answer in {} s", LIMIT.as_secs());
                Err(Error::new(ErrorKind::Timeout, reason).with("phase", "credentials"))
            }
            Err(error) => Err(error),
        }
    }

    fn identity(&self) -> u64 {
        self.participant.number()
    }
}

/// The words of an exception stay with the host, which has the exception itself: they may quote a secret. What a host
/// says with a code is meant to be read.
fn wordless(json: &str) -> String {
    let failure: Value = serde_json::from_str(json).unwrap_or_default();
    if failure.get("code").is_some_and(Value::is_string) {
        return json.to_owned();
    }
    json!({ "reason": "the credentials callback failed" }).to_string()
}

fn fields(json: &str) -> Result<Headers> {
    // The value is left out of the reason: it is a secret.
    let wrong = || Error::new(ErrorKind::Unauthenticated, "the credentials callback gave no object of header fields");
    let members: Map<String, Value> = serde_json::from_str(json).map_err(|_| wrong())?;
    let mut headers = Headers::new();
    for (name, value) in &members {
        headers.secret(name, value.as_str().ok_or_else(wrong)?);
    }
    Ok(headers)
}
