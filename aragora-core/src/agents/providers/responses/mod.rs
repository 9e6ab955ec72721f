//! OpenAI Responses and those who speak it: xAI, Azure, Bedrock, OpenRouter.

mod decode;
mod encode;
mod output;

use url::Url;

use super::address;
use super::codec::{Codec, Encoded, Reader, Voice};
use crate::agents::request::AgentRequest;
use crate::http::Headers;

/// The Responses wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Responses {
    /// Whether requests carry the host's own id for them.
    client_request_id: bool,
    /// Whether what a reply says it cost is what is billed: hosts of other vendors' models pass on zeros.
    reports_cost: bool,
}

impl Responses {
    /// As this provider speaks it.
    pub(super) fn of(provider: &str) -> Self {
        Self {
            client_request_id: provider == "openai",
            reports_cost: matches!(provider, "xai" | "openrouter" | "compatible"),
        }
    }
}

impl Codec for Responses {
    fn url(&self, base: &Url, _model: &str, _stream: bool) -> Result<Url, String> {
        address::append(base, ["responses"])
    }

    fn headers(&self, request: &AgentRequest, headers: &mut Headers) {
        let id = request.id.as_str();
        if self.client_request_id && id.bytes().all(|byte| byte.is_ascii_graphic()) {
            headers.set("x-client-request-id", id);
        }
    }

    fn encode(&self, voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded {
        encode::encode(voice, request, stream)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(decode::ResponsesReader::new(self.reports_cost))
    }
}
