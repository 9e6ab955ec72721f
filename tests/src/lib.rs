//! What the suites share: scripted seats, the memory-plus-file store, and readers of recorded debates.

pub mod agents;
pub mod loopback;
