//! Reading a snapshot. Every row that is handed out was checked against its address.

use bytes::Bytes;

use super::disk::{EVERYTHING, Part, Snapshot};
use super::{claims, journal, rows};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::{Address, KeyRange, PhysicalBounds, Space, TableName, address_in};
use crate::storage::control::StorageUsage;
use crate::storage::key::KeyBytes;
use crate::storage::scan::{Corrupt, Cursor, Entry, MAX_PAGE_BYTES, OnCorrupt, PageRequest, ScanOrder, ScanPage};

pub(super) fn get_many(snapshot: &dyn Snapshot, at: Vec<Address>, now: Timestamp) -> Result<Vec<Option<Entry>>> {
    at.into_iter()
        .map(|at| {
            let key = at.physical();
            let found = snapshot.get(Part::Records, &key)?.map(|row| rows::entry(at, &key, row)).transpose()?;
            Ok(found.filter(|entry| rows::live(entry.expires_at, now)))
        })
        .collect()
}

pub(super) fn scan(
    snapshot: &dyn Snapshot,
    range: &KeyRange,
    bounds: &PhysicalBounds,
    request: &PageRequest,
    now: Timestamp,
) -> Result<ScanPage> {
    let prefix = range.physical_prefix_len();
    let mut page = ScanPage::default();
    let mut bytes = 0;
    let mut last: Option<KeyBytes> = None;
    snapshot.walk(Part::Records, bounds, request.order, &mut |key, row| {
        let key = Bytes::copy_from_slice(key);
        let found = rows::entry(address_in(range, &key, prefix), &key, Bytes::copy_from_slice(row));
        if found.as_ref().is_ok_and(|entry| !rows::live(entry.expires_at, now)) {
            return Ok(true);
        }
        bytes += key.len() + row.len();
        let held = page.entries.len() + page.corrupt.len();
        if held > 0 && (held == usize::from(request.limit) || bytes > MAX_PAGE_BYTES) {
            page.next = last.take().map(|key| Cursor::after(key, request.order, range));
            return Ok(false);
        }
        let address = address_in(range, &key, prefix);
        last = Some(address.key.clone());
        match found {
            Ok(entry) => page.entries.push(entry),
            Err(error) if request.on_corrupt == OnCorrupt::Report => page.corrupt.push(Corrupt { address, error }),
            Err(error) => return Err(error),
        }
        Ok(true)
    })?;
    Ok(page)
}

pub(super) fn usage(snapshot: &dyn Snapshot, now: Timestamp) -> Result<StorageUsage> {
    let mut usage = StorageUsage::default();
    snapshot.walk(Part::Records, &EVERYTHING, ScanOrder::Ascending, &mut |key, row| {
        usage.rows += 1;
        usage.bytes += (key.len() + row.len()) as u64;
        Ok(true)
    })?;
    let count = |part: Part, bounds: &PhysicalBounds| {
        let mut rows = 0;
        snapshot.walk(part, bounds, ScanOrder::Ascending, &mut |_, _| {
            rows += 1;
            Ok(true)
        })?;
        Ok::<u64, Error>(rows)
    };
    usage.expired = count(Part::Due, &rows::due_by(now))?;
    usage.leases = count(Part::Claims, &EVERYTHING)?;
    Ok(usage)
}

/// How many records there are, and every row of whatever part that is not what was written.
pub(super) fn verify(snapshot: &dyn Snapshot) -> Result<(u64, Vec<Corrupt>)> {
    let mut checked = 0;
    let mut corrupt = Vec::new();
    snapshot.walk(Part::Records, &EVERYTHING, ScanOrder::Ascending, &mut |key, row| {
        checked += 1;
        let address = address_of(Part::Records, key);
        match rows::entry(address.clone(), key, Bytes::copy_from_slice(row)) {
            Ok(entry) => {
                if let Some(at) = entry.expires_at
                    && snapshot.get(Part::Due, &rows::due(at, key))?.is_none()
                {
                    let error =
                        Error::new(ErrorKind::Corrupt, "a record that expires is missing from the order of expiry");
                    corrupt.push(Corrupt { address, error: rows::damaged(error, Part::Records, key) });
                }
            }
            Err(error) => corrupt.push(Corrupt { address, error }),
        }
        Ok(true)
    })?;
    for (part, check) in
        [(Part::Claims, claims::check as fn(&[u8], &[u8]) -> Result<()>), (Part::Journal, journal::check)]
    {
        snapshot.walk(part, &EVERYTHING, ScanOrder::Ascending, &mut |key, row| {
            if let Err(error) = check(key, row) {
                corrupt.push(Corrupt { address: address_of(part, key), error });
            }
            Ok(true)
        })?;
    }
    Ok((checked, corrupt))
}

/// Where a row lies, or the best that can be said of it if its key is damaged.
fn address_of(part: Part, key: &[u8]) -> Address {
    let key = Bytes::copy_from_slice(key);
    let found = (part != Part::Journal).then(|| Address::of_physical(&key).ok()).flatten();
    found.unwrap_or_else(|| {
        Address::new(Space::System, TableName::of_definition(part.name()), KeyBytes::from_bytes(key))
    })
}
