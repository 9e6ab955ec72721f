//! Static embeddings from a folder, with a model of four words made here.

use std::fs;
use std::path::Path;

use aragora_core::agents::{CallContext, CostSource, EmbedTask, Embedder, Model2VecEmbedder, cosine};
use aragora_core::clock::CancelToken;
use aragora_core::{ErrorKind, Result};
use serde_json::json;

fn write(folder: &Path, vectors: &[[f32; 2]; 4]) {
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
            "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" }, "post_processor": null, "decoder": null,
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": { "[UNK]": 0, "cat": 1, "dog": 2, "prime": 3 } },
    });
    let header = json!({ "embeddings": { "dtype": "F32", "shape": [4, 2], "data_offsets": [0, 32] } }).to_string();
    let numbers = vectors.iter().flatten().flat_map(|x| x.to_le_bytes());
    let model: Vec<u8> = (header.len() as u64).to_le_bytes().into_iter().chain(header.bytes()).chain(numbers).collect();
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    fs::write(folder.join("model.safetensors"), model).unwrap();
    fs::write(folder.join("config.json"), "{\"normalize\":true}").unwrap();
}

const WORDS: [[f32; 2]; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.5], [0.0, 1.0]];

async fn embed(embedder: &dyn Embedder, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    let made = embedder.embed(texts, EmbedTask::Similarity, CallContext::new()).await?;
    assert_eq!(made.cost_source, CostSource::Free);
    Ok(made.vectors)
}

#[tokio::test]
async fn a_model_in_a_folder_embeds_by_meaning() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &WORDS);
    let embedder = Model2VecEmbedder::open(folder.path()).unwrap();
    assert_eq!(embedder.space().dims, Some(2));
    let vectors = embed(&embedder, &["Cat", "dog", "prime", "cat cat dog"]).await.unwrap();
    assert_eq!(vectors[0], [1.0, 0.0]);
    assert!(cosine(&vectors[0], &vectors[1]) > cosine(&vectors[0], &vectors[2]));
    let mean = cosine(&vectors[3], &[3.0, 0.5]).unwrap();
    assert!((mean - 1.0).abs() < 1e-6, "{mean}");
}

#[tokio::test]
async fn the_space_is_what_is_in_the_files() {
    let (a, b, c) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(a.path(), &WORDS);
    write(b.path(), &WORDS);
    write(c.path(), &[[0.0, 0.0], [1.0, 0.0], [1.0, 0.6], [0.0, 1.0]]);
    let space = |folder: &Path| Model2VecEmbedder::open(folder).unwrap().space();
    assert_eq!(space(a.path()), space(b.path()));
    assert_ne!(space(a.path()), space(c.path()));
}

#[tokio::test]
async fn what_cannot_be_embedded_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Model2VecEmbedder::open(folder.path()).unwrap_err().kind(), ErrorKind::NotConfigured);
    write(folder.path(), &WORDS);
    let embedder = Model2VecEmbedder::open(folder.path()).unwrap();
    assert_eq!(embed(&embedder, &["cat", ""]).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(embed(&embedder, &["cat", "zebra"]).await.unwrap_err().kind(), ErrorKind::MalformedResponse);
    let cancel = CancelToken::new();
    cancel.cancel();
    let stopped = embedder.embed(vec!["cat".into()], EmbedTask::Query, CallContext::new().with_cancel(cancel)).await;
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    for file in ["tokenizer.json", "model.safetensors", "config.json"] {
        write(folder.path(), &WORDS);
        fs::write(folder.path().join(file), "{").unwrap();
        assert_eq!(Model2VecEmbedder::open(folder.path()).unwrap_err().kind(), ErrorKind::Corrupt, "{file}");
    }
}
