//! Adapters that turn a request into a vendor's bytes and back without losing meaning.
//!
//! A codec is pure: it encodes a request and decodes bytes. The exchange around it sends, times, limits and
//! records. A refusal is a reply, an error object anywhere is an error, and an unknown field is ignored.

mod caps;
mod classify;
mod codec;
mod config;
mod credentials;
mod defaults;
mod environment;
mod exchange;
mod hints;
mod money;
mod openai_chat;
pub(super) mod rate_headers;
mod schema;
mod scrub;

pub use caps::ModelCaps;
pub use classify::classify;
pub(crate) use codec::Learnt;
pub use config::{ProviderConfig, ProviderId, StreamMode, Wire};
pub use credentials::{ApiKey, Credentials, FnCredentials, NoCredentials, SigningRequest};
pub use environment::{by_name, from_environment, from_environment_with};
pub use exchange::Timeouts;
pub(super) use openai_chat::default_transport;
pub use openai_chat::{Dialect, OpenAiChatAgent, OpenAiChatBuilder};
pub(crate) use rate_headers::{Counted, Reading};
