//! What the suites share: scripted seats, the memory-plus-file store, and readers of recorded debates.

pub mod agents;
pub mod cassettes;
pub mod conformance;
pub mod copies;
pub mod crash_disk;
pub mod decorated;
pub mod durable;
pub mod embedded;
#[cfg(feature = "faces")]
pub mod faces;
mod file_line;
pub mod file_store;
pub mod histories;
pub mod logs;
pub mod loopback;
pub mod providers;
pub mod recorded;
pub mod rehearsal;
pub mod replay;
pub mod sealing;
pub mod secrets;
#[cfg(feature = "servers")]
pub mod servers;
pub mod stage;
pub mod stub;
pub mod virtual_time;
