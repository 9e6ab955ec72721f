use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result, Violations};
use crate::storage::address::TableName;
use crate::storage::frame::Codec;
use crate::storage::key::{KeyBytes, KeyCodec};

/// What a table is; one constant per table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDef {
    /// Its name, once in the whole library.
    pub name: &'static str,
    /// The schema this library writes, from 1.
    pub schema: u16,
    /// How records are stored.
    pub codec: Codec,
    /// Where it belongs.
    pub space: SpaceKind,
    /// What is encrypted once a keyring is set.
    pub seal: Seal,
    /// What cleanup may do to it.
    pub class: Class,
    /// Whether commits wake watchers in other processes.
    pub signals: bool,
    /// Its indexes.
    pub indexes: &'static [IndexDef],
}

impl TableDef {
    /// A tenant's table of JSON records that cleanup must never touch, sealed whole, without signals and indexes.
    pub const fn tenant(name: &'static str, schema: u16) -> Self {
        Self {
            name,
            schema,
            codec: Codec::Json,
            space: SpaceKind::Tenant,
            seal: Seal::Record,
            class: Class::Essential,
            signals: false,
            indexes: &[],
        }
    }
}

/// Where a table belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpaceKind {
    /// To the installation.
    System,
    /// To an organisation.
    Tenant,
    /// To both.
    Either,
}

/// What of a record is encrypted once a keyring is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Nothing: counters, heads and what must be checkable without keys.
    Plain,
    /// The whole record.
    Record,
    /// Each member but those declared plain.
    Fields(&'static FieldPolicy),
}

/// Which members of a record stay readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldPolicy {
    /// RFC 6901 pointers of the plain members.
    pub plain: &'static [&'static str],
}

/// What cleanup may do to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Nothing.
    Essential,
    /// Remove what has expired.
    Expiring,
    /// Remove all: it can be built again.
    Derived,
}

/// An index: rows (index key and primary key, no value) in a table of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexDef {
    /// What [`TableRecord::index`] is asked for.
    pub name: &'static str,
    /// The table its rows lie in, once in the whole library.
    pub table: &'static str,
}

/// A record of a table. Encoding and decoding must give the same value again.
pub trait TableRecord: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Its key.
    type Key: KeyCodec + Clone + Send + Sync;
    /// Its table.
    const DEF: TableDef;

    /// The key of this record.
    fn key(&self) -> Self::Key;

    /// The keys under which an index finds this record; none by default.
    fn index(&self, name: &str) -> Vec<KeyBytes> {
        let _ = name;
        Vec::new()
    }

    /// Lifts a record from schema `from` to the next. Only called for older rows than this library writes.
    fn upgrade(from: u16, old: serde_json::Value) -> Result<serde_json::Value> {
        let _ = old;
        let reason = format!("a record of schema {from} cannot be lifted to schema {}", from + 1);
        Err(Error::new(ErrorKind::UnsupportedVersion, reason).with("found", from).with("supported", Self::DEF.schema))
    }
}

/// `invalid_config` listing every name with two definitions, every name outside its grammar and every schema of 0.
/// Equal definitions of one name are fine: they are the same table.
pub fn check_definitions(defs: &[TableDef]) -> Result<()> {
    let mut violations = Violations::new();
    let mut tables: BTreeMap<&str, TableDef> = BTreeMap::new();
    let mut indexes: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for def in defs {
        let pointer = format!("/tables/{}", def.name);
        let names = std::iter::once(def.name).chain(def.indexes.iter().map(|index| index.table));
        for name in names {
            if let Err(error) = TableName::check(name) {
                violations.add(&pointer, error.reason());
            }
        }
        violations.check(def.schema > 0, &pointer, "schema 0, expected at least 1");
        if let Some(other) = tables.insert(def.name, *def).filter(|other| other != def) {
            violations.add(&pointer, format!("two definitions, of schema {} and {}", other.schema, def.schema));
        }
        for index in def.indexes {
            let owner = (def.name, index.name);
            if let Some(other) = indexes.insert(index.table, owner).filter(|other| *other != owner) {
                violations.add(&pointer, format!("index table {} belongs to {} too", index.table, other.0));
            }
        }
    }
    for (table, (owner, _)) in &indexes {
        violations.check(
            !tables.contains_key(table),
            format!("/tables/{owner}"),
            format!("index table {table} is a table"),
        );
    }
    violations.into_result(ErrorKind::InvalidConfig)
}
