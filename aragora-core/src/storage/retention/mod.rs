//! Old data leaves by rule, visibly, and never by a clock that cannot be believed.
//!
//! [`RetentionScheduler`] runs jobs that remove rows, each under a lease of its own, a page at a time. On a data
//! directory, on Unix, `StorageCleanup` removes files by a plan that can be looked at first.

#[cfg(unix)]
mod cleanup;
mod clock;
mod scheduler;
mod usage;

#[cfg(unix)]
pub use cleanup::{
    CleanupCategory, CleanupEntry, CleanupOptions, CleanupPlan, CleanupReport, CleanupUsage, SkippedEntry,
    StorageCleanup,
};
pub use clock::ClockGuard;
pub use scheduler::{RetentionJob, RetentionPage, RetentionScheduler, RetentionStatus};
pub use usage::{TableUsage, usage_by_table};
