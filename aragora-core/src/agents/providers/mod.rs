//! Adapters that turn a request into a vendor's bytes and back without losing meaning.
//!
//! A codec is pure: it encodes a request and decodes bytes. The exchange around it sends, times, limits and
//! records. A refusal is a reply, an error object anywhere is an error, and an unknown field is ignored.

mod address;
mod agent;
mod anthropic;
mod attempt;
mod call;
mod caps;
mod catalog;
mod chat;
mod classify;
mod codec;
mod config;
mod credentials;
mod defaults;
mod document;
mod embeddings;
mod endpoint;
mod exchange;
mod family;
mod flight;
mod gemini;
mod hints;
mod interactions;
mod knobs;
mod learnt;
mod money;
mod omit;
mod open;
mod openrouter_ids;
mod ordered;
pub(super) mod rate_headers;
mod responses;
mod schema;
mod scrub;
mod shape;
mod spec;
#[cfg(feature = "genai")]
mod through_genai;
mod turns;
mod value;

pub(super) use address::unreachable;
pub use caps::ModelCaps;
pub use catalog::{ModelInfo, ProviderHandle};
pub use classify::classify;
pub(crate) use codec::Learnt;
pub use config::{ProviderConfig, ProviderId, StreamMode, Wire};
pub use credentials::{ApiKey, Credentials, FnCredentials, NoCredentials, SigningRequest};
pub(super) use defaults::ProviderFacts;
pub use document::{ProviderDocument, TimeoutsDocument};
pub use exchange::Timeouts;
pub use open::open;
pub use openrouter_ids::openrouter_id;
pub(crate) use rate_headers::{Counted, Reading};
pub use spec::{ModelSource, ModelSpec};
#[cfg(feature = "genai")]
pub use through_genai::{GenaiAgent, GenaiConfig};
