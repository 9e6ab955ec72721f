//! OpenAI Chat Completions and its dialects.

mod dialect;
mod encode;
mod reader;
mod tools;
mod usage;

use url::Url;

use self::dialect::Dialect;
use super::address;
use super::codec::{Codec, Encoded, Reader, Voice};
use crate::agents::request::AgentRequest;
use crate::http::Headers;

/// The wire as one vendor speaks it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chat(&'static Dialect);

impl Chat {
    /// As this provider speaks it; one without peculiarities speaks it plainly.
    pub(super) fn of(provider: &str) -> Self {
        Self(dialect::of(provider))
    }
}

impl Codec for Chat {
    fn url(&self, base: &Url, _model: &str, _stream: bool) -> Result<Url, String> {
        address::append(base, ["chat", "completions"])
    }

    fn headers(&self, request: &AgentRequest, headers: &mut Headers) {
        let id = request.id.as_str();
        if self.0.client_request_id && id.bytes().all(|b| b.is_ascii_graphic()) {
            headers.set("x-client-request-id", id);
        }
    }

    fn encode(&self, voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded {
        encode::encode(self.0, voice, request, stream)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(reader::ChatReader::new(self.0.reports_cost))
    }
}
