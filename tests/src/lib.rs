//! What the suites share: scripted seats, the memory-plus-file store, and readers of recorded debates.

mod file_line;
pub mod file_store;
pub mod agents;
pub mod loopback;
