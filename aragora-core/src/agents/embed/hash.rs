//! Vectors of the letters in a text: no model, no network, the same bytes everywhere.

use async_trait::async_trait;
use unicode_normalization::UnicodeNormalization as _;

use super::{CallContext, EmbedTask, Embedder, EmbeddingSpace, Embeddings, check_texts};
use crate::agents::conduct::cancelled;
use crate::error::Result;

/// The length of a vector.
const DIMS: usize = 256;
/// How many characters are taken together.
const GRAMS: std::ops::RangeInclusive<usize> = 3..=5;

/// A lexical embedder: two texts are close if they are written alike, not if they mean alike.
///
/// The text is taken in NFKC and lower case with single spaces, and every run of 3 to 5 characters is hashed (FNV-1a of
/// 64 bits) into one of 256 places, added or subtracted by the highest bit. Vectors have length 1. It costs nothing
/// and suits tests, small collections and machines without a network.
///
/// ```
/// use aragora_core::agents::{CallContext, EmbedTask, Embedder, HashEmbedder, cosine};
///
/// # fn main() -> aragora_core::Result<()> {
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let texts = ["the cat sat", "the cats sat", "prime numbers"].map(String::from).to_vec();
/// let made = HashEmbedder::new().embed(texts, EmbedTask::Similarity, CallContext::new()).await?;
/// let [a, b, c] = &made.vectors[..] else { unreachable!() };
/// assert!(cosine(a, b) > cosine(a, c));
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct HashEmbedder;

impl HashEmbedder {
    /// The embedder.
    pub const fn new() -> Self {
        Self
    }
}

#[async_trait]
impl Embedder for HashEmbedder {
    fn space(&self) -> EmbeddingSpace {
        EmbeddingSpace {
            id: "hash/ngram-3-5-fnv1a/v1".into(),
            model: "ngram-3-5-fnv1a".into(),
            dims: Some(DIMS as u32),
        }
    }

    async fn embed(&self, texts: Vec<String>, _task: EmbedTask, context: CallContext) -> Result<Embeddings> {
        check_texts(&texts)?;
        if context.cancel.is_cancelled() {
            return Err(cancelled());
        }
        Ok(Embeddings::local(self.space(), texts.iter().map(|text| vector(text)).collect()))
    }
}

fn vector(text: &str) -> Vec<f32> {
    let normal: String = text.nfkc().flat_map(char::to_lowercase).collect();
    // A space at both ends, so that beginnings and ends of words count and short texts have runs at all.
    let spaced = format!(" {} ", normal.split_whitespace().collect::<Vec<_>>().join(" "));
    let starts: Vec<usize> = spaced.char_indices().map(|(at, _)| at).chain([spaced.len()]).collect();
    let mut sums = [0_i64; DIMS];
    for length in GRAMS {
        for ends in starts.windows(length + 1) {
            if let [from, .., to] = ends {
                add(&mut sums, spaced.get(*from..*to).unwrap_or_default());
            }
        }
    }
    // Runs may cancel each other out; the text as a whole does not.
    if sums.iter().all(|sum| *sum == 0) {
        add(&mut sums, &spaced);
    }
    let length = libm::sqrt(sums.iter().map(|sum| (sum * sum) as f64).sum());
    sums.iter().map(|sum| (*sum as f64 / length) as f32).collect()
}

fn add(sums: &mut [i64; DIMS], run: &str) {
    let hash = fnv1a(run.as_bytes());
    let sign = if hash >> 63 == 0 { 1 } else { -1 };
    if let Some(sum) = sums.get_mut((hash % DIMS as u64) as usize) {
        *sum += sign;
    }
}

// http://www.isthe.com/chongo/tech/comp/fnv/, 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::fnv1a;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
