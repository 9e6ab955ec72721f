//! Where a value lies: whose it is, in which table, under which key.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use bytes::Bytes;

use super::key::{KeyBytes, KeyReader, KeyWriter, MAX_KEY, next_after_prefix};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;

/// Whose data it is. No call but a batch or `get_many` crosses two spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// The installation's own.
    System,
    /// One organisation's.
    Tenant(OrgId),
}

impl Space {
    /// The organisation's id; empty for the installation's own.
    pub(crate) fn tenant(&self) -> &str {
        if let Self::Tenant(org) = self { org.as_str() } else { "" }
    }
}

/// The name of a table: `[a-z][a-z0-9_]{0,47}`.
#[derive(Clone)]
pub struct TableName(Name);

#[derive(Clone)]
enum Name {
    Static(&'static str),
    Shared(Arc<str>),
}

impl TableName {
    /// Checks the grammar; a refused name is an `invalid_request`.
    pub fn new(name: &str) -> Result<Self> {
        Self::check(name)?;
        Ok(Self(Name::Shared(Arc::from(name))))
    }

    /// The name of a definition, which [`super::check_definitions`] checks once.
    pub(crate) const fn of_definition(name: &'static str) -> Self {
        Self(Name::Static(name))
    }

    pub(crate) fn check(name: &str) -> Result<()> {
        let mut bytes = name.bytes();
        let fits = name.len() <= 48
            && bytes.next().is_some_and(|b| b.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if fits {
            return Ok(());
        }
        let shown: String = name.chars().take(60).collect();
        Err(Error::new(
            ErrorKind::InvalidRequest,
            format!("table name {shown:?} must be a lower-case letter and up to 47 lower-case letters, digits or _"),
        ))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Static(name) => name,
            Name::Shared(name) => name,
        }
    }
}

impl PartialEq for TableName {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for TableName {}

impl PartialOrd for TableName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TableName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for TableName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The place of one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// Whose it is.
    pub space: Space,
    /// The table.
    pub table: TableName,
    /// The key, 1..=1,024 bytes.
    pub key: KeyBytes,
}

impl Address {
    /// The place of this key.
    pub fn new(space: Space, table: TableName, key: KeyBytes) -> Self {
        Self { space, table, key }
    }

    /// The key of embedded stores, and what a frame's sum binds the value to. No two addresses share it.
    pub fn physical(&self) -> Bytes {
        Bytes::from(physical(&self.space, &self.table, self.key.as_bytes()))
    }

    /// The address with this physical key; `corrupt` if there is none.
    pub(crate) fn of_physical(physical: &Bytes) -> Result<Self> {
        let system = physical.first() == Some(&0);
        let mut reader = KeyReader::new(physical.get(usize::from(system)..).unwrap_or_default());
        let space = if system { Space::System } else { Space::Tenant(OrgId::new(reader.string()?)?) };
        let table = TableName::new(&reader.string()?)?;
        let key = physical.len().checked_sub(reader.left()).map(|at| physical.slice(at..));
        let key = key.ok_or_else(|| Error::new(ErrorKind::Corrupt, "a physical key ends too early"))?;
        Ok(Self::new(space, table, KeyBytes::from_bytes(key)))
    }

    /// `limit_exceeded` if the key is empty or too long.
    pub fn check_limits(&self) -> Result<()> {
        check_key(&self.key, &self.table, 1)
    }
}

fn physical(space: &Space, table: &TableName, key: &[u8]) -> Vec<u8> {
    let mut out = KeyWriter::with_capacity(4 + space.tenant().len() + table.as_str().len() + key.len());
    match space {
        Space::System => out.encoded(&[0x00]),
        Space::Tenant(org) => out.string(org.as_str()),
    }
    out.string(table.as_str());
    out.encoded(key);
    out.into_vec()
}

fn check_key(key: &KeyBytes, table: &TableName, least: usize) -> Result<()> {
    if (least..=MAX_KEY).contains(&key.len()) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::LimitExceeded, format!("a key of {} bytes, allowed are 1 to {MAX_KEY}", key.len()))
        .with("limit", MAX_KEY)
        .with("size", key.len())
        .with("table", table))
}

/// Keys of one table between two bounds. An inverted range is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyRange {
    /// Whose keys.
    pub space: Space,
    /// The table.
    pub table: TableName,
    /// Where it begins.
    pub from: Bound<KeyBytes>,
    /// Where it ends.
    pub to: Bound<KeyBytes>,
}

/// Bounds over physical keys.
pub(crate) type PhysicalBounds = (Bound<Bytes>, Bound<Bytes>);

impl KeyRange {
    /// Keys between these bounds.
    pub fn new(space: Space, table: TableName, bounds: impl RangeBounds<KeyBytes>) -> Self {
        Self { space, table, from: bounds.start_bound().cloned(), to: bounds.end_bound().cloned() }
    }

    /// Every key of the table.
    pub fn all(space: Space, table: TableName) -> Self {
        Self::new(space, table, ..)
    }

    /// Every key that begins with these bytes.
    pub fn prefix(space: Space, table: TableName, prefix: &KeyBytes) -> Self {
        let to = prefix.after_prefix().map_or(Bound::Unbounded, Bound::Excluded);
        Self { space, table, from: Bound::Included(prefix.clone()), to }
    }

    /// Whether the address lies in it.
    pub fn contains(&self, at: &Address) -> bool {
        self.space == at.space && self.table == at.table && self.holds(&at.key)
    }

    pub(crate) fn holds(&self, key: &KeyBytes) -> bool {
        (self.from.as_ref(), self.to.as_ref()).contains(key)
    }

    /// `limit_exceeded` if a bound is longer than a key may be.
    pub fn check_limits(&self) -> Result<()> {
        [&self.from, &self.to].into_iter().try_for_each(|bound| match bound {
            Bound::Included(key) | Bound::Excluded(key) => check_key(key, &self.table, 0),
            Bound::Unbounded => Ok(()),
        })
    }

    /// The same range over physical keys; `None` if it is empty, which ordered maps refuse to be asked for.
    pub(crate) fn physical(&self) -> Option<PhysicalBounds> {
        let key = |key: &KeyBytes| Bytes::from(physical(&self.space, &self.table, key.as_bytes()));
        let table = || Bytes::from(physical(&self.space, &self.table, &[]));
        let from = match &self.from {
            Bound::Unbounded => Bound::Included(table()),
            bound => bound.as_ref().map(key),
        };
        let to = match &self.to {
            Bound::Unbounded => {
                next_after_prefix(&table()).map_or(Bound::Unbounded, |next| Bound::Excluded(next.into()))
            }
            bound => bound.as_ref().map(key),
        };
        let empty = match (&from, &to) {
            (Bound::Included(a), Bound::Included(b)) => a > b,
            (Bound::Included(a) | Bound::Excluded(a), Bound::Excluded(b))
            | (Bound::Excluded(a), Bound::Included(b)) => a >= b,
            _ => false,
        };
        (!empty).then_some((from, to))
    }

    /// How many bytes of a physical key of this range stand before the key.
    pub(crate) fn physical_prefix_len(&self) -> usize {
        physical(&self.space, &self.table, &[]).len()
    }
}

/// The address of a physical key of this range, whose first `prefix` bytes stand before the key.
pub(crate) fn address_in(range: &KeyRange, key: &Bytes, prefix: usize) -> Address {
    Address::new(range.space.clone(), range.table.clone(), KeyBytes::from_bytes(key.slice(prefix.min(key.len())..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> Space {
        Space::Tenant(OrgId::new("acme").unwrap())
    }

    #[test]
    fn physical_keys_are_those_of_the_specification() {
        let event = Address::new(acme(), TableName::new("event").unwrap(), KeyBytes::of(&("d-1".to_owned(), 7u64)));
        let hex = |at: &Address| data_encoding::HEXLOWER.encode(&at.physical());
        assert_eq!(hex(&event), "0261636d6500026576656e740002642d3100030000000000000007");
        let lease =
            Address::new(Space::System, TableName::new("lease").unwrap(), KeyBytes::of(&"retention".to_owned()));
        assert_eq!(hex(&lease), "00026c656173650002726574656e74696f6e00");
    }

    #[test]
    fn table_names_keep_to_their_grammar() {
        for name in ["a", "km_item", &"a".repeat(48)] {
            assert_eq!(TableName::new(name).unwrap().as_str(), name);
        }
        for name in ["", "1a", "_a", "A", "a-b", "ä", &"a".repeat(49)] {
            assert_eq!(TableName::new(name).unwrap_err().kind(), ErrorKind::InvalidRequest, "{name}");
        }
    }
}
