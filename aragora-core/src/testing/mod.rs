//! Public conformance suites for the seams, and fault injection.

pub mod agents;
pub mod kms;
pub mod protocols;
pub mod storage;
