//! The runner of the conformance corpus in `tests/conformance`; its README is the format.

mod bless;
pub mod cast;
mod config;
pub mod direct;
mod direct_agent;
mod documents;
pub mod format;
pub mod matching;
pub mod parsing;
pub mod report;
pub mod run;
pub mod sdk;
