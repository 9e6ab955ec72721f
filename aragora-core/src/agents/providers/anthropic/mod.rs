//! Anthropic Messages, from Anthropic itself, from a server that speaks like it, or from Vertex.

pub(super) mod cache;
mod decode;
mod effort;
mod encode;
mod lesson;
mod limits;
mod structured;
mod usage;

use url::Url;

use super::address;
use super::codec::{Codec, Encoded, Learnt, Lesson, Reader, Refused, Voice};
use crate::agents::request::AgentRequest;
use crate::http::Headers;

/// The version of the interface that is spoken.
const VERSION: &str = "2023-06-01";
/// The same, as Vertex names it.
const VERTEX_VERSION: &str = "vertex-2023-10-16";

/// The Messages wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Messages {
    /// Whether Vertex hosts the model: it names the model in the path and the version in the body.
    vertex: bool,
    /// Whether what a reply says it cost is what is billed, as with OpenRouter.
    reports_cost: bool,
}

impl Messages {
    /// As this provider speaks it.
    pub(super) fn of(provider: &str) -> Self {
        Self { vertex: provider == "vertex", reports_cost: matches!(provider, "openrouter" | "compatible") }
    }
}

impl Codec for Messages {
    fn url(&self, base: &Url, model: &str, stream: bool) -> Result<Url, String> {
        if !self.vertex {
            return address::append(base, ["v1", "messages"]);
        }
        let call = if stream { "streamRawPredict" } else { "rawPredict" };
        address::append(base, ["publishers", "anthropic", "models", &format!("{model}:{call}")])
    }

    fn headers(&self, _request: &AgentRequest, headers: &mut Headers) {
        if !self.vertex {
            headers.set("anthropic-version", VERSION);
        }
    }

    fn encode(&self, voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded {
        encode::encode(voice, request, stream, self.vertex)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(decode::MessagesReader::new(self.reports_cost))
    }

    fn lesson(&self, learnt: &Learnt, encoded: &Encoded, refused: Refused<'_>) -> Option<Lesson> {
        lesson::lesson(learnt, encoded, refused)
    }
}
