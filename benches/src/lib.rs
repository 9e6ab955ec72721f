//! Comparisons, each as a ratio of two figures of one run on one machine; absolute times of two machines say nothing.
//!
//! One module per subject. A module offers what it compares to the criterion benches and `rows()`, its lines of the
//! table that `cargo run --release -p aragora-benches --bin figures` prints.

pub mod admission;
pub mod bus;
pub mod calls;
pub mod crowd;
pub mod disk;
pub mod fold;
pub mod keep;
pub mod latency;
pub mod overhead;
pub mod peer;
pub mod prefix;
pub mod row;
pub mod rules;
pub mod seal;
#[cfg(feature = "servers")]
pub mod servers;
pub mod store;
pub mod talk;
pub mod timing;

/// What a figure can fail with: a debate that was not the one to measure, or a file that cannot be read.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Everything on this thread, as a host with one core would run it.
pub fn one_thread() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
