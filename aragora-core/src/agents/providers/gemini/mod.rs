//! Gemini `generateContent`, at Google's own address and on Vertex.

mod decode;
mod dialect;
mod encode;
mod lesson;
mod openapi;
mod prompt;
mod shape;
mod thinking;

use serde_json::Value;
use url::Url;

use self::decode::GeminiReader;
pub(super) use self::prompt::prompt;
pub(super) use self::shape::{Format, format};
pub(super) use self::thinking::{Thinking, thinking};
use super::address;
use super::codec::{Codec, Encoded, Learnt, Lesson, Reader, Refused, Voice};
use crate::agents::request::{AgentRequest, Sampling};
use crate::http::Headers;

/// The wire `generateContent`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gemini {
    /// What stands between the base and the model's name.
    path: &'static [&'static str],
}

impl Gemini {
    /// At Google's own address, where `v1beta` follows the base.
    pub(super) const GOOGLE: Self = Self { path: &["v1beta", "models"] };
    /// On Vertex, whose base ends with the location.
    pub(super) const VERTEX: Self = Self { path: &["publishers", "google", "models"] };

    /// The address of something a model can do, e.g. `generateContent`.
    pub(super) fn method(&self, base: &Url, model: &str, method: &str) -> Result<Url, String> {
        let last = format!("{}:{method}", bare(model));
        let path = self.path.iter().copied().chain([last.as_str()]);
        address::append(base, path)
    }

    /// The body that only counts the prompt's tokens.
    pub(super) fn counting(&self, voice: &Voice<'_>, request: &AgentRequest) -> Value {
        encode::counting(voice, request, self.path == Self::VERTEX.path)
    }
}

impl Codec for Gemini {
    fn url(&self, base: &Url, model: &str, stream: bool) -> Result<Url, String> {
        if !stream {
            return self.method(base, model, "generateContent");
        }
        let mut url = self.method(base, model, "streamGenerateContent")?;
        // Without it the stream is one JSON array.
        url.query_pairs_mut().append_pair("alt", "sse");
        Ok(url)
    }

    fn headers(&self, _request: &AgentRequest, _headers: &mut Headers) {}

    fn encode(&self, voice: &Voice<'_>, request: &AgentRequest, _stream: bool) -> Encoded {
        encode::encode(voice, request)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::<GeminiReader>::default()
    }

    fn lesson(&self, learnt: &Learnt, encoded: &Encoded, refused: Refused<'_>) -> Option<Lesson> {
        lesson::lesson("generationConfig", learnt, encoded, refused)
    }
}

/// The lesson of a refusal to the second wire of the same models.
pub(super) fn lesson_of_interactions(learnt: &Learnt, encoded: &Encoded, refused: Refused<'_>) -> Option<Lesson> {
    lesson::lesson("generation_config", learnt, encoded, refused)
}

/// The name without the collection in which lists of models show it.
pub(super) fn bare(model: &str) -> &str {
    model.strip_prefix("models/").unwrap_or(model)
}

/// A seed as both wires read it: a signed integer of 32 bits.
pub(super) const fn small_seed(seed: u64) -> u32 {
    (seed & (u32::MAX >> 1) as u64) as u32
}

/// The service tier to send. What other vendors call the usual one is no word here.
pub(super) fn tier<'a>(encoded: &mut Encoded, sampling: &'a Sampling) -> Option<&'a str> {
    let tier = sampling.service_tier.as_deref()?;
    if matches!(tier, "auto" | "default") {
        encoded.ignored("service_tier");
        return None;
    }
    Some(tier)
}
