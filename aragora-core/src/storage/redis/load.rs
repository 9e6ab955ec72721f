//! Filling a store on Redis. Until the end it says of itself that it is being filled, and does not open.

use std::sync::Arc;

use async_trait::async_trait;

use super::RedisStorage;
use super::link::Link;
use super::options::RedisOptions;
use super::read::{hex, of_place, place};
use super::scripts::Script;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::{Address, KeyRange};
use crate::storage::backup::{Counters, StoreIdentity, StoreLoader, StoredRow};
use crate::storage::frame;
use crate::storage::scan::{OnCorrupt, PageRequest};

/// Rows and bytes of one call, so that nobody else waits long.
const ROWS: usize = 200;
const BYTES: usize = 4 << 20;

#[derive(Debug)]
struct Loader {
    store: Arc<RedisStorage>,
}

/// One row as the script takes it.
struct Line {
    place: String,
    at: Address,
    frame: bytes::Bytes,
    revision: String,
    expires: String,
}

/// `backup_invalid` if the store was being filled and that did not end.
pub(super) async fn check_whole(link: &Link, options: &RedisOptions) -> Result<()> {
    match link.read(redis::cmd("EXISTS").arg(format!("{}loading", options.prefix()))).await? {
        redis::Value::Int(0) => Ok(()),
        _ => Err(Error::new(
            ErrorKind::BackupInvalid,
            "a restore into this store did not end; remove what begins with its name and restore again",
        )),
    }
}

/// `conflict` if there are rows.
pub(super) async fn begin(store: Arc<RedisStorage>) -> Result<Box<dyn StoreLoader>> {
    store.0.ready()?;
    for place in store.0.places().await? {
        let Some((space, table)) = of_place(&place) else { continue };
        let range = KeyRange::all(space, table);
        let request = PageRequest { limit: 1, on_corrupt: OnCorrupt::Report, ..PageRequest::default() };
        let Some(bounds) = request.bounds(&range)? else { continue };
        let page = store.0.scan(&range, &bounds, &request).await?;
        if !page.entries.is_empty() || !page.corrupt.is_empty() {
            return Err(Error::new(ErrorKind::Conflict, "a store that holds rows is not filled from a copy"));
        }
    }
    Ok(Box::new(Loader { store }))
}

impl Loader {
    fn line(&self, row: StoredRow) -> Result<Line> {
        let at = Address::of_physical(&row.key)?;
        let mut line = Line {
            place: place(&at.space, &at.table),
            at,
            frame: bytes::Bytes::new(),
            revision: String::new(),
            expires: String::new(),
        };
        if let Some(value) = row.value {
            self.store.0.check_name(&line.at.table)?;
            // The expiry is the key's here.
            line.frame = frame::restamp(value.frame, &row.key, value.revision, None)?;
            line.revision = value.revision.to_string();
            line.expires = value.expires_at.map_or(String::new(), |at| at.as_millis().to_string());
        }
        Ok(line)
    }

    async fn send(&self, lines: &[Line]) -> Result<()> {
        let prefix = self.store.0.options.prefix();
        let call = self.store.0.link.call(Script::Load, |command| {
            command.arg(&prefix).arg(lines.len());
            for line in lines {
                command.arg(&line.place).arg(hex(&line.at.key)).arg(line.at.key.as_bytes());
                command.arg(&line.frame[..]).arg(&line.revision).arg(&line.expires);
            }
        });
        call.await.map(drop)
    }
}

#[async_trait]
impl StoreLoader for Loader {
    async fn put(&mut self, rows: Vec<StoredRow>) -> Result<()> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        for row in rows {
            let line = self.line(row)?;
            bytes += line.frame.len();
            lines.push(line);
            if lines.len() == ROWS || bytes >= BYTES {
                self.send(&lines).await?;
                (lines, bytes) = (Vec::new(), 0);
            }
        }
        if lines.is_empty() { Ok(()) } else { self.send(&lines).await }
    }

    async fn finish(self: Box<Self>, identity: StoreIdentity, counters: Counters) -> Result<()> {
        let prefix = self.store.0.options.prefix();
        let call = self.store.0.link.call(Script::Loaded, |command| {
            command.arg(&prefix).arg(&identity.store_id).arg(counters.token);
        });
        call.await.map(drop)
    }
}
