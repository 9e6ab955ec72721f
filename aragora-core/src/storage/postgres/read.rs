use bytes::Bytes;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::session::{failed, setting};
use super::{Inner, Sent};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Revision;
use crate::storage::address::{Address, KeyRange, PhysicalBounds, Space};
use crate::storage::frame;
use crate::storage::key::KeyBytes;
use crate::storage::remote::key_bounds;
use crate::storage::scan::{Corrupt, Cursor, Entry, MAX_PAGE_BYTES, OnCorrupt, PageRequest, ScanOrder, ScanPage};

/// The name a space has in its column.
pub(super) fn column(space: &Space) -> &str {
    if let Space::Tenant(org) = space { org.as_str() } else { "" }
}

impl Inner {
    pub(super) async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        let mut found: Vec<Option<Entry>> = vec![None; at.len()];
        if at.is_empty() {
            return Ok(found);
        }
        let mut session = self.session(&setting(at.iter().map(|at| &at.space))).await?;
        let rows = if let [one] = &at[..] {
            let query = self.query(&self.sql.get_one);
            session.fetch_all(query.bind(column(&one.space)).bind(one.table.as_str()).bind(one.key.as_bytes())).await
        } else {
            let spaces: Vec<&str> = at.iter().map(|at| column(&at.space)).collect();
            let tables: Vec<&str> = at.iter().map(|at| at.table.as_str()).collect();
            let keys: Vec<&[u8]> = at.iter().map(|at| at.key.as_bytes()).collect();
            session.fetch_all(self.query(&self.sql.get_many).bind(spaces).bind(tables).bind(keys)).await
        };
        let rows = rows.map_err(|error| failed(error, Sent::Read))?;
        session.commit().await?;
        let mut at: Vec<Option<Address>> = at.into_iter().map(Some).collect();
        for row in rows {
            let index = number(&row, "n")?.saturating_sub(1) as usize;
            let address = at.get_mut(index).and_then(Option::take);
            if let (Some(place), Some(address)) = (found.get_mut(index), address) {
                *place = Some(entry(address, &row)?);
            }
        }
        Ok(found)
    }

    pub(super) async fn scan(&self, range: &KeyRange, bounds: &PhysicalBounds, page: &PageRequest) -> Result<ScanPage> {
        let (from, to) = key_bounds(range, bounds);
        let text = match page.order {
            ScanOrder::Ascending => &self.sql.page_up,
            ScanOrder::Descending => &self.sql.page_down,
        };
        let mut session = self.session(&setting([&range.space])).await?;
        let query = self.query(text).bind(column(&range.space)).bind(range.table.as_str()).bind(from).bind(to);
        let query = query.bind(i64::from(page.limit)).bind(MAX_PAGE_BYTES as i64);
        let rows = session.fetch_all(query).await.map_err(|error| failed(error, Sent::Read))?;
        session.commit().await?;
        let mut answer = ScanPage::default();
        let mut last = None;
        for row in rows {
            let key = KeyBytes::from_bytes(bytes(&row, "key")?);
            let Some(_) = row.try_get::<Option<&[u8]>, _>("frame").map_err(|error| failed(error, Sent::Read))? else {
                answer.next = last.map(|last| Cursor::after(last, page.order, range));
                break;
            };
            last = Some(key.clone());
            let address = Address::new(range.space.clone(), range.table.clone(), key);
            match (entry(address.clone(), &row), page.on_corrupt) {
                (Ok(entry), _) => answer.entries.push(entry),
                (Err(error), OnCorrupt::Report) => answer.corrupt.push(Corrupt { address, error }),
                (Err(error), OnCorrupt::Fail) => return Err(error),
            }
        }
        Ok(answer)
    }
}

/// The entry of a row with the columns frame, revision and expires, checked against its address.
pub(super) fn entry(address: Address, row: &PgRow) -> Result<Entry> {
    let frame = Bytes::from(bytes(row, "frame")?);
    let revision = Revision::new(number(row, "revision")?.cast_unsigned());
    let expires_at = row
        .try_get::<Option<i64>, _>("expires")
        .map_err(|error| failed(error, Sent::Read))?
        .map(Timestamp::from_millis);
    check(&address, &frame, revision)?;
    Ok(Entry { address, frame, revision, expires_at })
}

/// `corrupt`, naming table and key, unless the frame is the one that was written here at this revision.
pub(super) fn check(address: &Address, stored: &[u8], revision: Revision) -> Result<()> {
    let opened = frame::open(stored, &address.physical()).and_then(|opened| {
        if opened.revision == revision {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Corrupt, format!("a value of revision {} in a row of {revision}", opened.revision)))
    });
    opened.map_err(|error| error.with("table", &address.table).with("key", format!("{:?}", address.key)))
}

pub(super) fn number(row: &PgRow, column: &str) -> Result<i64> {
    row.try_get(column).map_err(|error| failed(error, Sent::Read))
}

pub(super) fn bytes(row: &PgRow, column: &str) -> Result<Vec<u8>> {
    row.try_get(column).map_err(|error| failed(error, Sent::Read))
}

pub(super) fn text(row: &PgRow, column: &str) -> Result<String> {
    row.try_get(column).map_err(|error| failed(error, Sent::Read))
}
