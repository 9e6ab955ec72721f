//! The runner of the conformance corpus in `tests/conformance`; its README is the format.

mod bless;
pub mod boundary;
mod boundary_host;
pub mod cast;
pub mod direct;
mod direct_agent;
mod direct_pure;
mod direct_seat;
mod direct_store;
mod documents;
pub mod format;
pub mod matching;
pub mod report;
pub mod run;
pub mod script;
pub mod sdk;
mod servers;
pub mod vectors;
