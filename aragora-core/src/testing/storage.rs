//! What every storage backend and every decorator must do, and tools to make them fail.
//!
//! Call [`run_all`] from a test of your backend: it opens stores through your [`StorageFactory`], writes to tenants
//! `acme` and `other` and to the system space of each, and panics with the name of the first case that fails. Cases are
//! plain functions collected in [`CASES`], so that a single one can be run while a backend is written. What a backend
//! does not claim in its `Capability` is not asked of it. The list grows; it is not a stable interface.
// Panicking is how a case reports.
#![allow(clippy::missing_panics_doc)]

mod batches;
mod control;
mod counting;
mod expiry;
mod fault;
mod lab;
mod leases;
mod limits;
mod objects;
mod races;
mod ranges;
#[cfg(feature = "storage-redb")]
mod redb;
mod scans;
mod survival;
mod watches;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use counting::{CountingStorage, StorageCounts};
pub use fault::{Call, Fault, FaultStorage, Moment};
pub use lab::{Hurried, Lab, frame, key, other, system, tenant, text};
#[cfg(feature = "storage-redb")]
pub use redb::{RedbMedium, redb_over};

#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
pub use crate::storage::group::point::{StoragePoint, watch_storage_points};

use crate::clock::BoxFuture;
use crate::error::Result;
use crate::storage::Storage;

/// Makes stores for the suite.
#[async_trait]
pub trait StorageFactory: Send + Sync {
    /// A new, empty store.
    async fn fresh(&self) -> Result<Arc<dyn Storage>>;
    /// Opens the contents of a closed store again; `None` if they ended with it.
    async fn reopen(&self, closed: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>>;
    /// Lets this much time pass for the stores: advances the clock they were given, or waits for a server's.
    async fn pass(&self, time: Duration);
}

/// One line of the specification.
pub type Case = for<'a> fn(Lab<'a>) -> BoxFuture<'a, Result<()>>;

macro_rules! cases {
    ($($module:ident { $($name:ident)+ })+) => {
        /// Every case by name.
        pub const CASES: &[(&str, Case)] = &[$($((stringify!($name), |lab| Box::pin($module::$name(lab))),)+)+];
    };
}

cases! {
    ranges { keys_are_ordered_bytewise bounds_are_kept a_prefix_ends_at_the_next_string tables_and_spaces_do_not_mix get_many_answers_in_order_of_the_request values_come_back_in_sound_frames }
    scans { page_limits_are_refused_not_clamped pages_hold_each_key_once_in_both_directions a_page_ends_at_its_bytes_and_holds_one_entry cursors_are_bound_to_range_and_direction unchanged_keys_come_once_while_others_write }
    batches { a_batch_is_applied_whole_or_not_at_all preconditions_hold_or_conflict later_operations_see_earlier_ones one_address_is_written_once checks_for_absence_need_a_put take_returns_and_removes a_revision_is_never_used_twice an_empty_batch_is_fine refused_writes_say_that_nothing_was_applied }
    races { one_of_many_puts_if_absent_wins one_of_many_takes_gets_the_entry money_moved_between_accounts_is_kept updates_of_one_value_all_count one_of_many_claims_wins dropped_writes_are_done_or_not_done }
    expiry { expired_entries_are_absent_at_once a_put_without_ttl_is_permanent a_life_outside_its_bounds_is_refused sweeping_removes_what_expired_and_nothing_else }
    leases { a_lease_has_one_owner_until_it_lapses a_lapsed_lease_nobody_took_still_works tokens_rise_for_ever a_release_frees ready_takes_free_records_in_key_order a_fence_guards_the_whole_batch leases_outside_their_bounds_are_refused }
    watches { a_watch_yields_at_once_and_after_each_commit signals_coalesce a_watch_ends_with_its_store }
    limits { keys_and_values_keep_to_their_sizes a_batch_keeps_to_its_size only_frames_are_stored }
    control { upkeep_answers_and_harms_nothing a_closed_store_says_so }
    survival { relaxed_writes_are_visible_at_once acknowledged_writes_survive_reopening tokens_and_revisions_rise_over_reopening }
    objects { large_objects_come_back_whole replacing_an_object_leaves_no_rows_behind }
}

/// Runs every case on a store of its own.
pub async fn run_all(factory: &dyn StorageFactory) {
    for (name, case) in CASES {
        run(factory, name, *case).await;
    }
}

/// Runs the case of this name; panics if there is none.
pub async fn run_one(factory: &dyn StorageFactory, name: &str) {
    let found = CASES.iter().find(|(other, _)| *other == name);
    assert!(found.is_some(), "no case {name}");
    if let Some((name, case)) = found {
        run(factory, name, *case).await;
    }
}

async fn run(factory: &dyn StorageFactory, name: &str, case: Case) {
    let opened = factory.fresh().await;
    assert!(opened.is_ok(), "{name}: a fresh store does not open: {opened:?}");
    if let Ok(store) = opened {
        let result = case(Lab::new(factory, store)).await;
        assert!(result.is_ok(), "{name}: {result:?}");
    }
}
