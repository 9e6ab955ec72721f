//! Canonical bytes and digests, sealed values and the keys they are sealed with.
//!
//! ```
//! use std::sync::Arc;
//! use aragora_core::crypto::{Cipher, FieldPath, Keyring, Plain};
//! use aragora_core::entropy::SystemEntropy;
//!
//! let cipher = Cipher::new(Arc::new(Keyring::ephemeral(&SystemEntropy)?), Arc::new(SystemEntropy));
//! let at = FieldPath { tenant: "acme", store: "integrations", record: b"slack", field: "/token" };
//! let envelope = cipher.seal(&at, Plain::text("xoxb-1"))?;
//! assert_eq!(cipher.open(&at, envelope.as_bytes())?.as_text(), Some("xoxb-1"));
//!
//! let elsewhere = FieldPath { tenant: "other", ..at };
//! assert_eq!(cipher.open(&elsewhere, envelope.as_bytes()).unwrap_err().code(), "decryption_failed");
//! # Ok::<(), aragora_core::Error>(())
//! ```

pub mod canonical;
mod cipher;
mod envelope;
mod keyring;
mod kms;
mod local_kms;
mod plain;
#[cfg(feature = "upstream-import")]
mod upstream;
mod xaes;

pub use cipher::Cipher;
pub use envelope::{ENVELOPE_OVERHEAD, Envelope, FieldPath, MAX_PLAIN};
pub use keyring::{Blind, KeyId, Keyring};
pub use kms::{DataKey, KeyRef, Kms, KmsContext, SecretKey, Wrapped};
pub use local_kms::LocalKms;
pub use plain::{Plain, PlainJson};
#[cfg(feature = "upstream-import")]
pub use upstream::{Upstream, UpstreamType};

pub(crate) use envelope::{NONCE, Nonce, PlainType, envelope_key_id, key_not_found};
