//! The schema moves forward once, by one process, or not at all.
//!
//! A step runs under a lock that ends with the transaction, the process or the connection of its holder, so nobody who
//! failed or was killed blocks the next. On PostgreSQL that is a transaction-scoped advisory lock; stores without SQL
//! use a lease and a fence.

mod plan;
#[cfg(feature = "storage-postgres")]
mod postgres;
mod rows;
mod runner;
mod step;

pub use plan::{
    MigrationPlan, MigrationReport, MigrationTarget, PlannedStep, RollbackSafety, RollbackTarget, StepState, StepStatus,
};
pub use runner::{MigrateMode, Migrator};
pub use step::{CodePage, CodeStep, MigrationAction, MigrationStep, StepKind};

#[cfg(feature = "storage-postgres")]
pub(crate) use postgres::PostgresSteps;

use std::time::Duration;

/// How long a start waits for another process that migrates.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How long it waits between two looks, and as much again by chance.
pub(crate) const AGAIN: Duration = Duration::from_millis(250);
