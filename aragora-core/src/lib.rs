//! Structured debates between language models, people and functions that end in a decision anyone can check.

pub mod agents;
pub mod analysis;
pub mod clock;
pub mod config;
pub mod consensus;
pub mod crypto;
pub mod debate;
pub mod engine;
pub mod entropy;
mod error;
pub mod http;
pub mod ids;
pub mod protocols;
pub mod storage;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

pub use error::{Error, ErrorKind, Result, Violation, Violations};
