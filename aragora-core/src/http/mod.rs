//! HTTP behind a seam: the [`Transport`] trait, the reqwest transport, server-sent events.
//!
//! The types are our own and small, so that a host of any language can bring its own transport.

mod body;
mod headers;
mod message;
#[cfg(feature = "tls-rustls")]
mod reqwest;
mod sse;
mod system;
mod transport;

pub use self::body::Body;
pub use self::headers::Headers;
pub use self::message::{HttpRequest, HttpResponse, Method};
#[cfg(feature = "tls-rustls")]
pub use self::reqwest::ReqwestTransport;
pub use self::sse::{SseDecoder, SseEvent};
pub use self::system::SystemTransport;
pub use self::transport::Transport;
