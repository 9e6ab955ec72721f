use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::storage::backup::copyable;
use crate::storage::{Address, Storage};

/// What one table holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct TableUsage {
    /// Rows, those of all tenants together.
    pub rows: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
    /// Rows that expire by themselves.
    pub expiring: u64,
}

/// Rows and bytes by table, in one state of the store, which is read whole. `unsupported` for stores that cannot be
/// copied.
pub async fn usage_by_table(store: &Arc<dyn Storage>) -> Result<BTreeMap<String, TableUsage>> {
    let mut view = copyable(store)?.view().await?;
    let mut usage: BTreeMap<String, TableUsage> = BTreeMap::new();
    loop {
        let rows = view.next().await?;
        if rows.is_empty() {
            return Ok(usage);
        }
        for row in rows {
            let table = usage.entry(Address::of_physical(&row.key)?.table.to_string()).or_default();
            table.rows += 1;
            table.bytes += row.bytes() as u64;
            table.expiring += u64::from(row.value.is_some_and(|value| value.expires_at.is_some()));
        }
    }
}
