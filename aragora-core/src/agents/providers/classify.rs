//! One classifier for the errors of all vendors.

use std::time::Duration;

use serde_json::Value;

use super::{hints, scrub};
use crate::error::{Error, ErrorKind};
use crate::http::Headers;

/// The error an unsuccessful response means. Total: every status and every body has a kind.
///
/// Context entries: `http_status`, and where the body says so `message` (scrubbed of keys, at most 2 KiB),
/// `provider_code`, `provider_type`, `param` (of validation errors the place in the body); `request_id` from the headers or the body. A wait the provider asks for becomes
/// the retry hint, and `x-should-retry` overrides whether repeating can help.
pub fn classify(status: u16, headers: &Headers, body: &[u8]) -> Error {
    match serde_json::from_slice::<Value>(body) {
        Ok(document) => Facts::read(&document, "").classify(status, headers),
        Err(_) => Facts::read(&Value::Null, &String::from_utf8_lossy(body)).classify(status, headers),
    }
}

/// The error an `error` object inside a successful response means, as if it had its own status.
pub(super) fn classify_embedded(document: &Value, headers: &Headers) -> Error {
    let facts = Facts::read(document, "");
    facts.classify(facts.own_status(), headers)
}

/// The same facts under the many names vendors give them.
#[derive(Debug, Default)]
struct Facts {
    message: String,
    code: String,
    kind: String,
    param: String,
    inner: String,
    /// Google's word for the status.
    state: String,
    request_id: String,
    number: Option<u16>,
    // What must be matched and is in no common member: metadata, details.
    metadata: Value,
    details: Value,
}

impl Facts {
    fn read(document: &Value, fallback: &str) -> Self {
        let document = document.get(0).unwrap_or(document);
        let error = document.get("error").filter(|error| !error.is_null());
        let object = error.filter(|error| error.is_object()).unwrap_or(document);
        let word = |name: &str| match object.get(name).or_else(|| document.get(name)) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let texts = [
            error.and_then(Value::as_str).map(str::to_owned),
            object.get("message").and_then(text_of),
            document.get("message").and_then(text_of),
            document.get("detail").and_then(text_of),
        ];
        let number = ["status_code", "code", "status"].iter().find_map(|name| status_of(object.get(name)?));
        let member = |name: &str| object.get(name).cloned().unwrap_or_default();
        Self {
            message: texts.into_iter().flatten().next().unwrap_or_else(|| fallback.to_owned()),
            code: word("code"),
            kind: Some(word("type")).filter(|kind| kind != "error").unwrap_or_default(),
            param: Some(word("param")).filter(|param| !param.is_empty()).unwrap_or_else(|| located(document)),
            inner: object.pointer("/innererror/code").and_then(Value::as_str).unwrap_or_default().to_owned(),
            state: word("status"),
            request_id: word("request_id"),
            number,
            metadata: member("metadata"),
            details: member("details"),
        }
    }

    // For an error inside a success.
    fn own_status(&self) -> u16 {
        let by_name = |name: &str| match name {
            "overloaded_error" => Some(529),
            "rate_limit_error" | "rate_limit_exceeded" | "insufficient_quota" => Some(429),
            "invalid_request_error" => Some(400),
            "authentication_error" => Some(401),
            "timeout_error" => Some(504),
            _ => by_state(&name.to_ascii_uppercase()),
        };
        let names = [&self.kind, &self.code, &self.state];
        self.number.or_else(|| names.into_iter().find_map(|name| by_name(name))).unwrap_or(500)
    }

    fn classify(&self, status: u16, headers: &Headers) -> Error {
        let (kind, reason) = self.kind(status, headers);
        let mut error = Error::new(kind, format!("{reason} (http {status})")).with("http_status", status);
        let entries = [
            ("message", scrub::message(&self.message)),
            ("provider_code", scrub::message(&self.code)),
            ("provider_type", scrub::message(&self.kind)),
            ("param", scrub::message(&self.param)),
            ("request_id", request_id(headers).unwrap_or_else(|| scrub::message(&self.request_id))),
        ];
        for (name, value) in entries.iter().filter(|(_, value)| !value.is_empty()) {
            error = error.with(name, value);
        }
        if kind == ErrorKind::Timeout {
            error = error.with("phase", "upstream");
        }
        if kind.retryable_by_default()
            && let Some(wait) = hints::wait(headers, &self.details, &self.message)
        {
            error = error.retry_after_of(wait);
        }
        match headers.get("x-should-retry") {
            Some("true") => error.retryable_if(true),
            Some("false") => error.retryable_if(false),
            _ => error,
        }
    }

    // The rows of the specification's table in its order; the first that matches wins.
    fn kind(&self, status: u16, headers: &Headers) -> (ErrorKind, &'static str) {
        let message = self.message.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        let code = |codes: &[&str]| codes.contains(&self.code.as_str());
        let named = |names: &[&str]| names.contains(&self.kind.as_str());
        if self.is_blocked(status) {
            return (ErrorKind::Blocked, "the provider's policy refused the request");
        }
        let in_flight =
            self.metadata.get("limit_source").and_then(Value::as_str) == Some("openrouter_in_flight_budget");
        if status == 402 && in_flight && headers.get("retry-after").is_some() {
            return (ErrorKind::RateLimited, "the provider limits the calls in flight");
        }
        if self.is_quota(status, &message) {
            return (ErrorKind::QuotaExhausted, "a credit or spend limit at the provider is used up");
        }
        if status == 413 || named(&["request_too_large"]) || says(&["request too large", "too large to process"]) {
            return (ErrorKind::RequestTooLarge, "the provider refuses a request of this size");
        }
        let too_long = says(&[
            "prompt is too long",
            "maximum context length",
            "context window",
            "exceeds the maximum number of tokens",
            "input tokens exceeded",
            "maximum prompt length",
        ]);
        if code(&["context_length_exceeded"])
            || named(&["exceed_context_size_error"])
            || (matches!(status, 400 | 413 | 422 | 500) && too_long)
        {
            return (ErrorKind::ContextTooLong, "the prompt does not fit the model's window");
        }
        if status == 401
            || code(&["invalid_api_key"])
            || self.has_reason("API_KEY_INVALID")
            || (status == 400 && says(&["incorrect api key"]))
        {
            return (ErrorKind::Unauthenticated, "the provider refuses the credential");
        }
        let unknown = says(&["model not found", "is not a valid model id", "model identifier is invalid"]);
        if status == 404
            || code(&["model_not_found", "DeploymentNotFound"])
            || named(&["invalid_model"])
            || (status == 400 && unknown)
        {
            return (ErrorKind::ModelNotFound, "the provider does not know the model");
        }
        if status == 403 {
            return (ErrorKind::PermissionDenied, "the credential may not use this model or endpoint");
        }
        if matches!(status, 529 | 503)
            || named(&["overloaded_error"])
            || code(&["slow_down", "server_is_overloaded"])
            || (status == 429 && (self.has_reason("MODEL_CAPACITY_EXHAUSTED") || says(&["capacity exceeded"])))
        {
            return (ErrorKind::Overloaded, "the provider is busy");
        }
        let limited = ["rate_limit_error", "rate_limited", "rate_limit_exceeded"];
        if status == 429 || named(&limited) || code(&limited) {
            return (ErrorKind::RateLimited, "the provider limits the rate of calls");
        }
        match status {
            408 | 504 | 524 => (ErrorKind::Timeout, "the provider ran out of time"),
            409 | 425 | 500.. => (ErrorKind::ProviderError, "the provider reports an error of its own"),
            300..=399 => (ErrorKind::InvalidRequest, "the provider redirects, which is not followed"),
            _ => (ErrorKind::InvalidRequest, "the provider refuses the request"),
        }
    }

    fn is_blocked(&self, status: u16) -> bool {
        let flagged = ["reasons", "flagged_input"].iter().any(|name| match self.metadata.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Array(reasons)) => !reasons.is_empty(),
            Some(_) => true,
        });
        matches!(self.code.as_str(), "content_filter" | "invalid_prompt")
            || self.code.ends_with("_policy")
            || self.code.ends_with("_policy_violation")
            || self.inner == "ResponsibleAIPolicyViolation"
            || (status == 403 && flagged)
    }

    fn is_quota(&self, status: u16, message: &str) -> bool {
        let spent = matches!(
            self.code.as_str(),
            "insufficient_quota"
                | "credit_balance_exhausted"
                | "billing_hard_limit_reached"
                | "organization_spend_limit_exceeded"
                | "project_spend_limit_exceeded"
                | "organization_usage_limit_exceeded"
        );
        let anthropic = self.details.get("error_code").and_then(Value::as_str) == Some("enforced_spend_limit_reached");
        let words = ["credit balance is too low", "used all available credits", "monthly spending limit"];
        let daily = self.detail_texts("quotaId").any(|id| id.contains("PerDay"));
        let far = hints::retry_info(&self.details).is_some_and(|wait| wait > Duration::from_hours(1));
        status == 402
            || self.kind == "insufficient_quota"
            || spent
            || anthropic
            || words.iter().any(|word| message.contains(word))
            || says_limit_zero(message)
            || daily
            || far
    }

    fn has_reason(&self, reason: &str) -> bool {
        self.detail_texts("reason").any(|found| found == reason)
    }

    // A member of Google's error details or of their violations.
    fn detail_texts<'a>(&'a self, member: &'a str) -> impl Iterator<Item = &'a str> {
        let details = self.details.as_array().into_iter().flatten();
        details.flat_map(move |detail| {
            let violations = detail.get("violations").and_then(Value::as_array).into_iter().flatten();
            std::iter::once(detail).chain(violations).filter_map(move |part| part.get(member)?.as_str())
        })
    }
}

// The status of a Google error, which its streams may name without the number.
fn by_state(state: &str) -> Option<u16> {
    Some(match state {
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "RESOURCE_EXHAUSTED" => 429,
        "UNAVAILABLE" => 503,
        "DEADLINE_EXCEEDED" | "GATEWAY_TIMEOUT" => 504,
        _ => return None,
    })
}

// `limit: 0`, but neither `limit: 0.5` nor `limit: 01`.
fn says_limit_zero(message: &str) -> bool {
    message.split("limit: 0").skip(1).any(|after| {
        let after = after.strip_prefix('.').unwrap_or(after);
        !after.starts_with(|c: char| c.is_ascii_digit())
    })
}

// A message is a text, a list of validation errors, or an object around one.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(members) => members.get("detail").or_else(|| members.get("msg")).and_then(text_of),
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter_map(text_of).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        _ => None,
    }
}

// Where the first of a list of validation errors stands in the body: `["body", "a", "b"]` is `a.b`.
fn located(document: &Value) -> String {
    let details = document.get("detail").or_else(|| document.pointer("/message/detail"));
    let place = details.and_then(|details| details.get(0)?.get("loc")?.as_array());
    let words = place.into_iter().flatten().filter_map(Value::as_str).skip_while(|word| *word == "body");
    words.collect::<Vec<_>>().join(".")
}

fn status_of(value: &Value) -> Option<u16> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

/// The provider's id of the request, under the names vendors use.
pub(super) fn request_id(headers: &Headers) -> Option<String> {
    let names = ["x-request-id", "request-id", "mistral-correlation-id", "apim-request-id", "x-generation-id"];
    let id = names.iter().find_map(|name| headers.get(name))?;
    Some(scrub::message(id))
}
