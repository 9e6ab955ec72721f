//! What an error of the crate means. Its texts may hold prompts and bodies, so none of them is passed on.

use bytes::Bytes;
use genai::Error as Crate;
use genai::webc::{Error as Web, StreamTimeout};

use super::super::classify::{classify, classify_embedded};
use super::super::exchange::late;
use crate::error::{Error, ErrorKind};
use crate::http::Headers;

pub(super) fn failed(error: Crate) -> Error {
    match error {
        Crate::WebModelCall { webc_error, .. } | Crate::WebAdapterCall { webc_error, .. } => web(webc_error),
        Crate::HttpError { status, body, headers, .. } => {
            answered(status.as_u16(), &fields(&headers), &Bytes::from(body))
        }
        Crate::ChatResponse { body, .. } => classify_embedded(&body, &Headers::new()),
        Crate::WebStream { error, .. } => match error.downcast_ref::<StreamTimeout>() {
            Some(StreamTimeout::Headers) => late("headers"),
            Some(StreamTimeout::Read) => late("idle"),
            None => match error.downcast::<Crate>() {
                Ok(inner) => failed(*inner),
                Err(_) => Error::new(ErrorKind::Interrupted, "the stream broke before the reply was complete"),
            },
        },
        Crate::StreamParse { .. }
        | Crate::ChatResponseGeneration { .. }
        | Crate::InvalidJsonResponseElement { .. }
        | Crate::NoChatResponse { .. }
        | Crate::SerdeJson(_)
        | Crate::JsonValueExt(_) => {
            Error::new(ErrorKind::MalformedResponse, "the crate genai cannot read the response")
        }
        Crate::AdapterNotSupported { .. } => Error::new(ErrorKind::Unsupported, "the adapter cannot do this"),
        Crate::RequiresApiKey { .. }
        | Crate::NoAuthResolver { .. }
        | Crate::NoAuthData { .. }
        | Crate::Resolver { .. } => Error::new(ErrorKind::NotConfigured, "the adapter needs another credential"),
        Crate::ChatReqHasNoMessages { .. }
        | Crate::LastChatMessageIsNotUser { .. }
        | Crate::MessageRoleNotSupported { .. }
        | Crate::MessageContentTypeNotSupported { .. }
        | Crate::JsonModeWithoutInstruction => {
            Error::new(ErrorKind::InvalidRequest, "the adapter does not take a request of this form")
        }
        _ => Error::new(ErrorKind::AgentFailed, "the crate genai failed for a reason of its own"),
    }
}

fn web(error: Web) -> Error {
    match error {
        Web::ResponseFailedStatus { status, body, headers } => {
            answered(status.as_u16(), &fields(&headers), &Bytes::from(body))
        }
        Web::Reqwest(error) if error.is_timeout() => late(if error.is_connect() { "connect" } else { "total" }),
        Web::Reqwest(error) if error.is_decode() => {
            Error::new(ErrorKind::MalformedResponse, "the crate genai cannot read the response")
        }
        Web::Reqwest(error) if error.is_connect() => Error::new(ErrorKind::Transport, "no connection could be made"),
        Web::Reqwest(_) => Error::new(ErrorKind::Transport, "the connection broke"),
        _ => Error::new(ErrorKind::MalformedResponse, "the crate genai cannot read the response"),
    }
}

// A status below 300 is one under which the crate found something it calls an error.
fn answered(status: u16, headers: &Headers, body: &[u8]) -> Error {
    match (status, serde_json::from_slice(body)) {
        (..300, Ok(document)) => classify_embedded(&document, headers),
        (..300, Err(_)) => Error::new(ErrorKind::MalformedResponse, "the crate genai cannot read the response"),
        _ => classify(status, headers, body),
    }
}

fn fields(map: &reqwest::header::HeaderMap) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in map {
        headers.append(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    headers
}
