//! The two ways in which vectors are asked for: OpenAI's shape and Gemini's batch.

use data_encoding::BASE64;
use serde_json::{Map, Value, json};
use url::Url;

use super::super::codec::Draft;
use super::super::config::Wire;
use super::super::gemini::{Gemini, bare};
use super::super::{address, money};
use crate::agents::embed::EmbedTask;
use crate::debate::Usage;
use crate::error::{Error, ErrorKind, Result};

/// How a provider is asked for vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmbeddingWire {
    /// OpenAI's shape; the member that limits the length, and whether a reported cost is what is billed.
    OpenAi { dimensions: &'static str, billed: bool },
    /// Gemini `batchEmbedContents`.
    Gemini,
}

impl EmbeddingWire {
    /// The wire of this provider, if it makes vectors.
    pub(super) fn of(provider: &str, wire: Wire) -> Option<Self> {
        let plain = Self::OpenAi { dimensions: "dimensions", billed: false };
        match provider {
            "gemini" if wire == Wire::Chat => Some(plain),
            "openai" | "azure" | "ollama" | "lmstudio" | "vllm" | "llamacpp" | "compatible" => Some(plain),
            "openrouter" => Some(Self::OpenAi { dimensions: "dimensions", billed: true }),
            "mistral" => Some(Self::OpenAi { dimensions: "output_dimension", billed: false }),
            "gemini" => Some(Self::Gemini),
            _ => None,
        }
    }

    pub(super) fn url(self, base: &Url, model: &str) -> Result<Url, String> {
        match self {
            Self::OpenAi { .. } => address::append(base, ["embeddings"]),
            Self::Gemini => Gemini::GOOGLE.method(base, model, "batchEmbedContents"),
        }
    }

    pub(super) fn body(
        self,
        model: &str,
        texts: &[String],
        task: EmbedTask,
        dimensions: Option<u32>,
    ) -> Map<String, Value> {
        let mut body = Map::new();
        match self {
            Self::OpenAi { dimensions: name, .. } => {
                body.insert("model".into(), model.into());
                body.insert("input".into(), json!(texts));
                body.insert("encoding_format".into(), "float".into());
                if let Some(dimensions) = dimensions {
                    body.insert(name.into(), dimensions.into());
                }
            }
            Self::Gemini => {
                let name = format!("models/{}", bare(model));
                let request = |text: &String| {
                    let content = json!({ "parts": [{ "text": text }] });
                    let mut request = json!({ "model": name, "content": content, "taskType": task_type(task) });
                    if let (Some(members), Some(dimensions)) = (request.as_object_mut(), dimensions) {
                        members.insert("outputDimensionality".into(), dimensions.into());
                    }
                    request
                };
                body.insert("requests".into(), texts.iter().map(request).collect());
            }
        }
        body
    }

    /// Puts usage, reported cost and model into the draft.
    pub(super) fn note(self, document: &Value, draft: &mut Draft) {
        let number = |pointers: &[&str]| pointers.iter().find_map(|pointer| document.pointer(pointer)?.as_u64());
        let tokens = match self {
            Self::OpenAi { .. } => number(&["/usage/prompt_tokens", "/usage/total_tokens"]),
            Self::Gemini => number(&["/usageMetadata/promptTokenCount", "/usageMetadata/totalTokenCount"]),
        };
        draft.usage = tokens.map(|input_total| Usage { input_total, ..Usage::default() });
        if let Self::OpenAi { billed: true, .. } = self {
            draft.cost = document.get("usage").and_then(money::reported);
        }
        if let Some(model) = document.get("model").and_then(Value::as_str) {
            model.clone_into(&mut draft.model);
        }
    }

    /// The vectors in the order of the texts.
    pub(super) fn vectors(self, document: &Value) -> Result<Vec<Vec<f32>>> {
        let (list, member) = match self {
            Self::OpenAi { .. } => ("data", "embedding"),
            Self::Gemini => ("embeddings", "values"),
        };
        let items = document.get(list).and_then(Value::as_array);
        let items = items.ok_or_else(|| malformed(format!("the body has no {list:?}, expected vectors")))?;
        let mut vectors: Vec<Option<Vec<f32>>> = vec![None; items.len()];
        for (position, item) in items.iter().enumerate() {
            let index = item.get("index").and_then(Value::as_u64).map_or(position, |index| index as usize);
            let place = vectors.get_mut(index).filter(|place| place.is_none());
            let place = place.ok_or_else(|| malformed(format!("vector {index} comes twice or is one too many")))?;
            *place = Some(numbers(item.get(member)).ok_or_else(|| malformed(format!("vector {index} is no vector")))?);
        }
        Ok(vectors.into_iter().flatten().collect())
    }
}

// A list of numbers, or the bytes of floats of 32 bits, little-endian, in base64.
fn numbers(value: Option<&Value>) -> Option<Vec<f32>> {
    match value? {
        Value::Array(items) => items.iter().map(|item| item.as_f64().map(|number| number as f32)).collect(),
        Value::String(text) => {
            let bytes = BASE64.decode(text.as_bytes()).ok()?;
            let (floats, rest) = bytes.as_chunks::<4>();
            rest.is_empty().then(|| floats.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
        }
        _ => None,
    }
}

fn malformed(reason: String) -> Error {
    Error::new(ErrorKind::MalformedResponse, reason)
}

const fn task_type(task: EmbedTask) -> &'static str {
    match task {
        EmbedTask::Document => "RETRIEVAL_DOCUMENT",
        EmbedTask::Query => "RETRIEVAL_QUERY",
        EmbedTask::Similarity => "SEMANTIC_SIMILARITY",
        EmbedTask::Classification => "CLASSIFICATION",
        EmbedTask::Clustering => "CLUSTERING",
    }
}
