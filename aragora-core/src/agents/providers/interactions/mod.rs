//! Gemini Interactions, the second wire of the same models. Always without a conversation kept on the server.

mod decode;
mod encode;

use url::Url;

use self::decode::InteractionsReader;
use super::address;
use super::codec::{Codec, Encoded, Learnt, Lesson, Reader, Refused, Voice};
use super::gemini::lesson_of_interactions;
use crate::agents::request::AgentRequest;
use crate::http::Headers;

/// The revision of the wire that is spoken; steps replaced outputs with it.
const REVISION: &str = "2026-05-20";

/// The wire `interactions`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interactions;

impl Codec for Interactions {
    fn url(&self, base: &Url, _model: &str, _stream: bool) -> Result<Url, String> {
        address::append(base, ["v1beta", "interactions"])
    }

    fn headers(&self, _request: &AgentRequest, headers: &mut Headers) {
        headers.set("api-revision", REVISION);
    }

    fn encode(&self, voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded {
        encode::encode(voice, request, stream)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<InteractionsReader>::default()
    }

    fn lesson(&self, learnt: &Learnt, encoded: &Encoded, refused: Refused<'_>) -> Option<Lesson> {
        lesson_of_interactions(learnt, encoded, refused)
    }
}
