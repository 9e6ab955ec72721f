use bytes::Bytes;
use redis::Value;

use super::Inner;
use super::errors::nonsense;
use super::scripts::Script;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;
use crate::storage::Revision;
use crate::storage::address::{Address, KeyRange, PhysicalBounds, Space, TableName};
use crate::storage::frame;
use crate::storage::key::KeyBytes;
use crate::storage::remote::key_bounds;
use crate::storage::scan::{Corrupt, Cursor, Entry, MAX_PAGE_BYTES, OnCorrupt, PageRequest, ScanOrder, ScanPage};

/// What stands for space and table in keys. A table's name has no colon, so this is read from its end.
pub(super) fn place(space: &Space, table: &TableName) -> String {
    let tenant = if let Space::Tenant(org) = space { org.as_str() } else { "" };
    format!("{tenant}:{table}")
}

/// The inverse; `None` if it is no table's.
pub(super) fn of_place(place: &str) -> Option<(Space, TableName)> {
    let (tenant, table) = place.rsplit_once(':')?;
    let space = if tenant.is_empty() { Space::System } else { Space::Tenant(OrgId::trusted(tenant)) };
    Some((space, TableName::new(table).ok()?))
}

pub(super) fn hex(key: &KeyBytes) -> String {
    data_encoding::HEXLOWER.encode(key.as_bytes())
}

impl Inner {
    pub(super) async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        if at.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> =
            at.iter().map(|at| format!("{}:{}", place(&at.space, &at.table), hex(&at.key))).collect();
        let prefix = self.options.prefix();
        let answer = self.link.call(Script::Get, |command| {
            command.arg(&prefix).arg(&names);
        });
        let Value::Array(rows) = answer.await? else { return Err(nonsense("rows")) };
        at.into_iter()
            .zip(rows)
            .map(|(at, row)| match row {
                Value::Int(0) => Ok(None),
                Value::Array(fields) => entry(at, fields).map(Some),
                _ => Err(foreign(&at)),
            })
            .collect()
    }

    pub(super) async fn scan(&self, range: &KeyRange, bounds: &PhysicalBounds, page: &PageRequest) -> Result<ScanPage> {
        let (mut from, mut to) = key_bounds(range, bounds);
        let (prefix, table) = (self.options.prefix(), place(&range.space, &range.table));
        let direction = if page.order == ScanOrder::Ascending { "u" } else { "d" };
        let mut answer = ScanPage::default();
        let (mut bytes, mut last) = (0, None);
        loop {
            let left = usize::from(page.limit) - answer.entries.len() - answer.corrupt.len();
            let most = MAX_PAGE_BYTES.saturating_sub(bytes);
            let call = self.link.call(Script::Scan, |command| {
                command.arg(&prefix).arg(&table).arg(&from).arg(&to).arg(direction).arg(left).arg(most);
            });
            let Value::Array(parts) = call.await? else { return Err(nonsense("a page")) };
            let [Value::BulkString(state), Value::Array(rows), Value::BulkString(looked)] = &parts[..] else {
                return Err(nonsense("a page"));
            };
            for row in rows {
                let Value::Array(fields) = row else { return Err(nonsense("a row")) };
                let Some((Value::BulkString(key), fields)) = fields.split_first() else {
                    return Err(nonsense("a row"));
                };
                let key = KeyBytes::from_bytes(key.clone());
                let at = Address::new(range.space.clone(), range.table.clone(), key.clone());
                last = Some(key);
                let read = if fields.is_empty() { Err(foreign(&at)) } else { entry(at.clone(), fields.to_vec()) };
                match (read, page.on_corrupt) {
                    (Ok(entry), _) => {
                        bytes += entry.address.key.len() + entry.frame.len();
                        answer.entries.push(entry);
                    }
                    (Err(error), OnCorrupt::Report) => answer.corrupt.push(Corrupt { address: at, error }),
                    (Err(error), OnCorrupt::Fail) => return Err(error),
                }
            }
            match &state[..] {
                b"end" => return Ok(answer),
                b"again"
                    if answer.entries.len() + answer.corrupt.len() < usize::from(page.limit)
                        && bytes < MAX_PAGE_BYTES =>
                {
                    // On after the last member looked at, which may be one that was dropped.
                    if page.order == ScanOrder::Ascending {
                        from = [&looked[..], &[0]].concat();
                    } else {
                        to.clone_from(looked);
                    }
                }
                _ => {
                    answer.next = last.map(|last| Cursor::after(last, page.order, range));
                    return Ok(answer);
                }
            }
        }
    }
}

/// The entry of frame, revision and expiry (-1 is never), checked against its address.
pub(super) fn entry(address: Address, fields: Vec<Value>) -> Result<Entry> {
    let Ok([Value::BulkString(frame), Value::BulkString(revision), Value::Int(expires)]) =
        <[Value; 3]>::try_from(fields)
    else {
        return Err(nonsense("a row"));
    };
    let revision = std::str::from_utf8(&revision).ok().and_then(|text| text.parse().ok()).map(Revision::new);
    let Some(revision) = revision else { return Err(foreign(&address)) };
    let opened = frame::open(&frame, &address.physical()).and_then(|opened| {
        if opened.revision == revision {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Corrupt, format!("a value of revision {} in a row of {revision}", opened.revision)))
    });
    opened.map_err(|error| error.with("table", &address.table).with("key", format!("{:?}", address.key)))?;
    let expires_at = (expires > 0).then(|| Timestamp::from_millis(expires));
    Ok(Entry { address, frame: Bytes::from(frame), revision, expires_at })
}

/// A key that this library did not write.
pub(super) fn foreign(at: &Address) -> Error {
    Error::new(ErrorKind::Corrupt, "what lies under a key of the store is not of the store")
        .with("table", &at.table)
        .with("key", format!("{:?}", at.key))
}
