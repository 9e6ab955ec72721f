//! Where random bytes come from. Debates never use it for decisions (they use the seed); ids and salts do.

use std::fmt::Debug;

use crate::error::{Error, ErrorKind, Result};

/// The only source of random bytes.
pub trait Entropy: Debug + Send + Sync {
    /// Fills the slice; a failure is `unavailable`, never weaker bytes.
    fn fill(&self, out: &mut [u8]) -> Result<()>;
}

/// The operating system's generator, read anew for every call so that forks cannot repeat.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, out: &mut [u8]) -> Result<()> {
        getrandom::fill(out).map_err(|error| {
            Error::new(ErrorKind::Unavailable, "the operating system gave no random bytes")
                .with("outcome", "not_applied")
                .with("cause", error)
        })
    }
}
