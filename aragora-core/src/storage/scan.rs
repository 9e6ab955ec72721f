//! Reading ranges page by page.

use std::fmt;
use std::ops::Bound;
use std::str::FromStr;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use xxhash_rust::xxh3::xxh3_64;

use super::Revision;
use super::address::{Address, KeyRange, PhysicalBounds};
use super::key::KeyBytes;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};

/// Most entries of one page.
pub const MAX_PAGE: u16 = 1_000;
/// A page ends once it holds this many bytes (4 MiB), but has at least one entry.
pub const MAX_PAGE_BYTES: usize = 4 << 20;

/// A stored value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it lies.
    pub address: Address,
    /// The value, to be opened with [`super::open_frame`].
    pub frame: Bytes,
    /// The write that made it.
    pub revision: Revision,
    /// When it expires; `None` is never.
    pub expires_at: Option<Timestamp>,
}

/// What a page should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Most entries, 1..=1,000.
    pub limit: u16,
    /// The direction.
    pub order: ScanOrder,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// What to do about damaged rows.
    pub on_corrupt: OnCorrupt,
}

impl Default for PageRequest {
    /// The first 100 in ascending order; damage fails.
    fn default() -> Self {
        Self { limit: 100, order: ScanOrder::Ascending, cursor: None, on_corrupt: OnCorrupt::Fail }
    }
}

impl PageRequest {
    /// The first entries of a range, this many at most.
    pub fn first(limit: u16) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The same page from the other end.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.order = ScanOrder::Descending;
        self
    }

    /// The page after this cursor.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// What is left of the range for this page, for backends to call before any I/O; `None` if nothing is.
    pub(crate) fn bounds(&self, range: &KeyRange) -> Result<Option<PhysicalBounds>> {
        if !(1..=MAX_PAGE).contains(&self.limit) {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("a page of {} entries, expected 1 to {MAX_PAGE}", self.limit),
            ));
        }
        range.check_limits()?;
        let Some(cursor) = &self.cursor else { return Ok(range.physical()) };
        if cursor.order != self.order || cursor.range != digest(range) || !range.holds(&cursor.key) {
            return Err(Error::new(ErrorKind::InvalidRequest, "the cursor belongs to another range or direction"));
        }
        let mut rest = range.clone();
        match self.order {
            ScanOrder::Ascending => rest.from = Bound::Excluded(cursor.key.clone()),
            ScanOrder::Descending => rest.to = Bound::Excluded(cursor.key.clone()),
        }
        Ok(rest.physical())
    }
}

/// The direction of a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ScanOrder {
    /// Smallest key first.
    #[default]
    Ascending,
    /// Largest key first.
    Descending,
}

/// What a scan does about rows that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnCorrupt {
    /// The page fails with `corrupt`.
    #[default]
    Fail,
    /// Damaged and undecryptable rows are listed, the rest is served.
    Report,
}

/// Entries in the order of the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanPage {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Rows that cannot be read, with [`OnCorrupt::Report`].
    pub corrupt: Vec<Corrupt>,
    /// Where to go on; `None` exactly when nothing followed.
    pub next: Option<Cursor>,
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrupt {
    /// Where it lies.
    pub address: Address,
    /// Why it cannot be read.
    pub error: Error,
}

/// Where a page ended. Valid for ever, for the same range and direction only; its text is opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    key: KeyBytes,
    order: ScanOrder,
    range: u64,
}

const CURSOR_VERSION: u8 = 1;

impl Cursor {
    /// The cursor after this key, for backends.
    pub fn after(key: KeyBytes, order: ScanOrder, range: &KeyRange) -> Self {
        Self { key, order, range: digest(range) }
    }
}

fn digest(range: &KeyRange) -> u64 {
    let Some((from, to)) = range.physical() else { return 0 };
    let mut bytes = Vec::with_capacity(128);
    for bound in [&from, &to] {
        let (tag, key): (u8, &[u8]) = match bound {
            Bound::Unbounded => (0, &[]),
            Bound::Included(key) => (1, key),
            Bound::Excluded(key) => (2, key),
        };
        bytes.push(tag);
        bytes.extend_from_slice(&u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(key);
    }
    xxh3_64(&bytes)
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![CURSOR_VERSION, u8::from(self.order == ScanOrder::Descending)];
        bytes.extend_from_slice(&self.range.to_be_bytes());
        bytes.extend_from_slice(self.key.as_bytes());
        f.write_str(&BASE64URL_NOPAD.encode(&bytes))
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = || Error::new(ErrorKind::InvalidRequest, "this text is no cursor");
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| refused())?;
        let ([CURSOR_VERSION, order @ (0 | 1)], rest) = bytes.split_first_chunk::<2>().ok_or_else(refused)? else {
            return Err(refused());
        };
        let (range, key) = rest.split_first_chunk::<8>().ok_or_else(refused)?;
        let order = if *order == 0 { ScanOrder::Ascending } else { ScanOrder::Descending };
        Ok(Self { key: KeyBytes::from_bytes(key.to_vec()), order, range: u64::from_be_bytes(*range) })
    }
}
