//! Filling a store on PostgreSQL: one transaction, so that half of a restore is nothing at all.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::{Postgres, Transaction};

use super::PostgresStorage;
use super::copy::PATIENT;
use super::errors::Sent;
use super::read::column;
use super::session::{SqlQuery, failed, within};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::Address;
use crate::storage::backup::{Counters, StoreIdentity, StoreLoader, StoredRow, StoredValue};
use crate::storage::frame;

/// Rows of one statement.
const ROWS: usize = 1_000;

struct Loader {
    store: Arc<PostgresStorage>,
    transaction: Transaction<'static, Postgres>,
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader").field("store", &self.store).finish_non_exhaustive()
    }
}

/// `conflict` if there are rows. Whoever writes meanwhile waits for the end.
pub(super) async fn begin(store: Arc<PostgresStorage>) -> Result<Box<dyn StoreLoader>> {
    store.0.ready()?;
    let [patient, idle] = PATIENT;
    let seen = "SET LOCAL aragora.tenant = '*'";
    let lock = store.0.sql.copies.lock.clone();
    let mut transaction = store.0.lasting(&[patient, idle, seen, &lock]).await?;
    let filled = store.0.query(&store.0.sql.copies.filled).fetch_one(&mut *transaction);
    let row = within(store.0.limit(), Sent::Read, filled).await?;
    if sqlx::Row::try_get(&row, "filled").map_err(|error| failed(error, Sent::Read))? {
        return Err(Error::new(ErrorKind::Conflict, "a store that holds rows is not filled from a copy"));
    }
    Ok(Box::new(Loader { store, transaction }))
}

impl Loader {
    async fn execute(&mut self, query: SqlQuery<'_>) -> Result<()> {
        let limit = self.store.0.limit();
        within(limit, Sent::Read, query.execute(&mut *self.transaction)).await.map(drop)
    }

    async fn write(&mut self, rows: Vec<(Address, Option<StoredValue>)>) -> Result<()> {
        let statements = &self.store.0.sql.copies;
        let (put, remove) = (statements.put.clone(), statements.remove.clone());
        let (gone, there): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, value)| value.is_none());
        if !gone.is_empty() {
            let spaces: Vec<String> = gone.iter().map(|(at, _)| column(&at.space).to_owned()).collect();
            let tables: Vec<String> = gone.iter().map(|(at, _)| at.table.to_string()).collect();
            let keys: Vec<Vec<u8>> = gone.iter().map(|(at, _)| at.key.as_bytes().to_vec()).collect();
            self.execute(self.store.0.query(&remove).bind(spaces).bind(tables).bind(keys)).await?;
        }
        if !there.is_empty() {
            let (mut spaces, mut tables, mut keys) = (Vec::new(), Vec::new(), Vec::new());
            let (mut frames, mut revisions, mut expiries) = (Vec::new(), Vec::new(), Vec::new());
            for (at, value) in there {
                let Some(value) = value else { continue };
                spaces.push(column(&at.space).to_owned());
                tables.push(at.table.to_string());
                // The expiry is the column's here.
                let frame = frame::restamp(value.frame, &at.physical(), value.revision, None)?;
                keys.push(at.key.as_bytes().to_vec());
                frames.push(frame.to_vec());
                revisions.push(value.revision.get().cast_signed());
                expiries.push(value.expires_at.map(crate::clock::Timestamp::as_millis));
            }
            let query = self.store.0.query(&put).bind(spaces).bind(tables).bind(keys);
            self.execute(query.bind(frames).bind(revisions).bind(expiries)).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl StoreLoader for Loader {
    async fn put(&mut self, rows: Vec<StoredRow>) -> Result<()> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            // One statement cannot write a row twice; the last word on it counts.
            let mut last: HashMap<Bytes, Option<StoredValue>> = HashMap::new();
            last.extend(rows.by_ref().take(ROWS).map(|row| (row.key, row.value)));
            let addressed = last.into_iter().map(|(key, value)| Ok((Address::of_physical(&key)?, value)));
            self.write(addressed.collect::<Result<_>>()?).await?;
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>, identity: StoreIdentity, counters: Counters) -> Result<()> {
        let store = self.store.clone();
        let (inner, statements) = (&store.0, &store.0.sql.copies);
        self.execute(inner.query(&statements.adopt).bind(identity.store_id)).await?;
        self.execute(inner.query(&statements.drop_claims)).await?;
        if inner.options.journal {
            self.execute(inner.query(&statements.rename_journal)).await?;
        }
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX - 1_000_000);
        let count_on = inner.query(&statements.count_on);
        self.execute(count_on.bind(number(counters.revision)).bind(number(counters.token))).await?;
        within(inner.limit(), Sent::Commit, self.transaction.commit()).await?;
        inner.forget_revisions().await;
        Ok(())
    }
}
