//! Randomness of a debate: everything random is a function of its seed and of what it is for.
//!
//! One use has one stream: ChaCha8 keyed with SHA-256 over the fields `aragora/v1`, seed (8 bytes), purpose and
//! scope (a turn, a round), each preceded by its length as 4 bytes, all big-endian. Streams of different uses are
//! independent, so a new use never changes an old debate.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use super::fixed::Seed;

/// Shuffles in place: Fisher-Yates from the top, every order equally likely.
pub fn shuffle<T>(items: &mut [T], seed: Seed, purpose: &str, scope: &str) {
    let mut stream = Stream::new(seed, purpose, scope);
    for top in (1..items.len()).rev() {
        let other = stream.below(top as u64 + 1);
        items.swap(top, usize::try_from(other).unwrap_or(top));
    }
}

/// One of `0..n`, every number equally likely; 0 when `n` is 0.
pub fn pick(n: u64, seed: Seed, purpose: &str, scope: &str) -> u64 {
    Stream::new(seed, purpose, scope).below(n)
}

struct Stream(ChaCha8Rng);

impl Stream {
    fn new(seed: Seed, purpose: &str, scope: &str) -> Self {
        let mut key = Sha256::new();
        for field in [b"aragora/v1".as_slice(), &seed.0.to_be_bytes(), purpose.as_bytes(), scope.as_bytes()] {
            // A field of 4 GiB cannot be a turn or a round; saturating keeps the function total.
            key.update(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
            key.update(field);
        }
        Self(ChaCha8Rng::from_seed(key.finalize().into()))
    }

    fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        // Draws beyond the last whole multiple of n would make small numbers likelier, so they are thrown away.
        let surplus = (u64::MAX % n + 1) % n;
        loop {
            let drawn = self.0.next_u64();
            if drawn <= u64::MAX - surplus {
                return drawn % n;
            }
        }
    }
}
