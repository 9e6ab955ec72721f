//! Static embeddings on this machine, read from a folder.

use std::fmt;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use async_trait::async_trait;
use model2vec_rs::model::StaticModel;
use sha2::{Digest as _, Sha256};

use super::{CallContext, EmbedTask, Embedder, EmbeddingSpace, Embeddings, check_texts, check_vectors};
use crate::agents::conduct::cancelled;
use crate::error::{Error, ErrorKind, Result};

/// The files of a model.
const FILES: [&str; 3] = ["tokenizer.json", "model.safetensors", "config.json"];
/// How many texts are embedded before others get their turn.
const AT_ONCE: usize = 16;

/// A Model2Vec model: a table of one vector per word piece, averaged. Small, without a network, and about meaning
/// where [`HashEmbedder`](super::HashEmbedder) is about spelling. Nothing is downloaded.
#[derive(Clone)]
pub struct Model2VecEmbedder {
    space: EmbeddingSpace,
    model: StaticModel,
}

impl Model2VecEmbedder {
    /// Reads `tokenizer.json`, `model.safetensors` and `config.json` from this folder. It blocks while it reads, up to
    /// a second for large models. `not_configured` if a file is missing, `corrupt` if one cannot be understood.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let read = |name: &str| {
            fs::read(folder.join(name)).map_err(|error| {
                Error::new(ErrorKind::NotConfigured, format!("{name} of the model cannot be read")).caused_by(error)
            })
        };
        let [tokenizer, model, config] = [read(FILES[0])?, read(FILES[1])?, read(FILES[2])?];
        // Folders are renamed and models retrained: what makes vectors comparable is what is in the files.
        let mut digest = Sha256::new();
        for file in [&tokenizer, &model, &config] {
            digest.update((file.len() as u64).to_be_bytes());
            digest.update(file);
        }
        let id = data_encoding::HEXLOWER.encode(digest.finalize().get(..8).unwrap_or_default());
        let corrupt = |cause: String| {
            Error::new(ErrorKind::Corrupt, "the folder holds no model of this kind").with("cause", cause)
        };
        let loaded = catch_unwind(AssertUnwindSafe(|| StaticModel::from_bytes(tokenizer, model, config, None)));
        let model = match loaded {
            Ok(loaded) => loaded.map_err(|error| corrupt(error.to_string()))?,
            Err(_) => return Err(corrupt("the reader panicked".into())),
        };
        let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let dims = u32::try_from(model.dim()).ok();
        Ok(Self { space: EmbeddingSpace { id: format!("model2vec/{id}"), model: name, dims }, model })
    }
}

impl fmt::Debug for Model2VecEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model2VecEmbedder").field("space", &self.space).finish_non_exhaustive()
    }
}

#[async_trait]
impl Embedder for Model2VecEmbedder {
    fn space(&self) -> EmbeddingSpace {
        self.space.clone()
    }

    async fn embed(&self, texts: Vec<String>, _task: EmbedTask, context: CallContext) -> Result<Embeddings> {
        check_texts(&texts)?;
        let mut vectors = Vec::with_capacity(texts.len());
        for some in texts.chunks(AT_ONCE) {
            if context.cancel.is_cancelled() {
                return Err(cancelled());
            }
            let made = catch_unwind(AssertUnwindSafe(|| self.model.encode_with_args(some, None, some.len())));
            vectors.extend(made.map_err(|_| Error::internal("the model panicked over a text"))?);
            tokio::task::yield_now().await;
        }
        check_vectors(&vectors, texts.len(), self.space.dims)?;
        Ok(Embeddings::local(self.space.clone(), vectors))
    }
}
