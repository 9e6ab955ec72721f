//! Public conformance suites for the seams, and fault injection.

pub mod storage;
pub mod agents;
