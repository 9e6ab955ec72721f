use std::collections::HashMap;

use crate::error::Result;
use crate::storage::address::TableName;
use crate::storage::table::{Seal, TableDef, check_definitions};

/// Tables that must be readable without keys, or hold nothing but what is sealed already.
const ALWAYS_PLAIN: [&str; 7] = [
    "lease",
    "migration_versions",
    super::state::TABLE,
    crate::storage::tenant_keys::KEY_TABLE,
    "reencryption",
    "instance",
    "encryption_key",
];

/// What of each table is sealed. A table nobody declared is sealed whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policies(HashMap<&'static str, Seal>);

impl Policies {
    pub(crate) fn of(defs: &[TableDef]) -> Result<Self> {
        check_definitions(defs)?;
        let mut seals = HashMap::new();
        for def in defs {
            seals.insert(def.name, def.seal);
            // Index rows have no value.
            seals.extend(def.indexes.iter().map(|index| (index.table, Seal::Plain)));
        }
        Ok(Self(seals))
    }

    pub(crate) fn seal(&self, table: &TableName) -> Seal {
        if ALWAYS_PLAIN.contains(&table.as_str()) {
            return Seal::Plain;
        }
        self.0.get(table.as_str()).copied().unwrap_or(Seal::Record)
    }
}
