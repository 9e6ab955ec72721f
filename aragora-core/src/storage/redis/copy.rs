//! Copying a store on Redis while it is written to: page by page, and then what changed meanwhile, the last of it in one
//! step with the end.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use redis::Value;

use super::RedisStorage;
use super::dial::text;
use super::errors::nonsense;
use super::read::{entry, foreign, of_place};
use super::scripts::Script;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::{Address, KeyRange};
use crate::storage::backup::{
    Copyable, Counters, Freeze, JournalLag, JournalMark, MAX_ROWS, StoreIdentity, StoreLoader, StoreView, StoredRow,
    StoredValue, gate,
};
use crate::storage::key::KeyBytes;
use crate::storage::scan::{Entry, PageRequest};

/// How long a copy may pause before it no longer counts.
const PAUSE: Duration = Duration::from_secs(600);
/// How often what changed meanwhile is read before a copy gives up: writers are faster than it.
const ROUNDS: u32 = 100_000;

/// A copy under way.
#[derive(Debug)]
struct View {
    store: Arc<RedisStorage>,
    id: String,
    // Tables that are still to be read, and how far the last of them was.
    left: Vec<KeyRange>,
    page: PageRequest,
    rounds: u32,
    counters: Counters,
    ended: bool,
}

impl View {
    async fn call(&self, what: &str) -> Result<(String, Vec<Value>, String)> {
        let prefix = self.store.0.options.prefix();
        let call = self.store.0.link.call(Script::Copy, |command| {
            command.arg(&prefix).arg(what).arg(&self.id).arg(PAUSE.as_millis() as u64);
        });
        let Value::Array(parts) = call.await? else { return Err(nonsense("a copy")) };
        let Ok([state, Value::Array(rows), fence]) = <[Value; 3]>::try_from(parts) else {
            return Err(nonsense("a copy"));
        };
        let state = text(&state).unwrap_or_default();
        if state == "lapsed" {
            let reason = format!("a copy paused for more than {} s and is no longer whole", PAUSE.as_secs());
            return Err(Error::new(ErrorKind::Unavailable, reason));
        }
        Ok((state, rows, text(&fence).unwrap_or_default()))
    }

    /// The next page of some table, `None` after the last table.
    async fn page(&mut self) -> Result<Option<Vec<StoredRow>>> {
        while let Some(range) = self.left.last().cloned() {
            let Some(bounds) = self.page.bounds(&range)? else { return Err(nonsense("a table")) };
            let page = self.store.0.scan(&range, &bounds, &self.page).await?;
            self.page.cursor = page.next;
            if self.page.cursor.is_none() {
                self.left.pop();
            }
            if !page.entries.is_empty() {
                self.call("keep").await?;
                return Ok(Some(page.entries.into_iter().map(stored).collect()));
            }
        }
        Ok(None)
    }
}

fn stored(entry: Entry) -> StoredRow {
    let Entry { address, frame, revision, expires_at } = entry;
    StoredRow { key: address.physical(), value: Some(StoredValue { frame, revision, expires_at }) }
}

/// A row by its name: gone, not ours, or frame, revision and expiry.
fn named(row: Value) -> Result<StoredRow> {
    let Value::Array(mut fields) = row else { return Err(nonsense("a row")) };
    let name = fields.first().and_then(text).ok_or_else(|| nonsense("a row"))?;
    fields.remove(0);
    let address = || {
        let (place, hex) = name.rsplit_once(':')?;
        let (space, table) = of_place(place)?;
        Some(Address::new(space, table, KeyBytes::from_bytes(HEXLOWER.decode(hex.as_bytes()).ok()?)))
    };
    let address = address().ok_or_else(|| nonsense("a row"))?;
    match fields.len() {
        0 => Ok(StoredRow { key: address.physical(), value: None }),
        1 => Err(foreign(&address)),
        _ => entry(address, fields).map(stored),
    }
}

#[async_trait]
impl StoreView for View {
    fn mark(&self) -> Option<JournalMark> {
        None
    }

    fn counters(&self) -> Counters {
        self.counters
    }

    async fn next(&mut self) -> Result<Vec<StoredRow>> {
        if self.ended {
            return Ok(Vec::new());
        }
        if let Some(rows) = self.page().await? {
            return Ok(rows);
        }
        loop {
            let (state, rows, fence) = self.call("end").await?;
            if state == "ok" {
                self.ended = true;
                // Revisions are random here.
                self.counters = Counters { revision: 0, token: fence.parse().unwrap_or_default() };
                return rows.into_iter().map(named).collect();
            }
            self.rounds += 1;
            if self.rounds == ROUNDS {
                let reason = "the store is written to faster than it can be copied";
                return Err(Error::new(ErrorKind::Unavailable, reason));
            }
            let (_, rows, _) = self.call("drain").await?;
            if !rows.is_empty() {
                return rows.into_iter().map(named).collect();
            }
        }
    }
}

#[async_trait]
impl Copyable for RedisStorage {
    async fn identity(&self) -> Result<StoreIdentity> {
        self.0.ready()?;
        let mut id = [0; 16];
        self.0.parts.entropy.fill(&mut id)?;
        let key = format!("{}id", self.0.options.prefix());
        let mut set = redis::cmd("SET");
        // Only the first one that is asked names the store.
        self.0.link.write(set.arg(&key).arg(HEXLOWER.encode(&id)).arg("NX")).await?;
        let found = self.0.link.read(redis::cmd("GET").arg(&key)).await?;
        let store_id = text(&found).ok_or_else(|| nonsense("the identity of the store"))?;
        Ok(StoreIdentity { store_id, generation: 0 })
    }

    async fn view(&self) -> Result<Box<dyn StoreView>> {
        self.0.ready()?;
        let mut id = [0; 8];
        self.0.parts.entropy.fill(&mut id)?;
        let mut view = View {
            store: Arc::new(self.clone()),
            id: HEXLOWER.encode(&id),
            left: Vec::new(),
            page: PageRequest { limit: MAX_ROWS as u16, ..PageRequest::default() },
            rounds: 0,
            counters: Counters::default(),
            ended: false,
        };
        // First: a table that is new after this is among what changed.
        view.call("begin").await?;
        let places = self.0.places().await?;
        view.left = places
            .iter()
            .filter_map(|place| of_place(place).map(|(space, table)| KeyRange::all(space, table)))
            .collect();
        Ok(Box::new(view))
    }

    async fn changes(&self, _: &JournalMark) -> Result<Option<Box<dyn StoreView>>> {
        Ok(None)
    }

    async fn cut_journal(&self, _: &JournalMark) -> Result<()> {
        Ok(())
    }

    async fn journal_lag(&self, _: &JournalMark) -> Result<JournalLag> {
        Ok(JournalLag::default())
    }

    async fn loader(self: Arc<Self>) -> Result<Box<dyn StoreLoader>> {
        super::load::begin(self).await
    }

    async fn freeze(&self, hold: &str, what: Freeze) -> Result<()> {
        self.0.ready()?;
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX).to_string();
        let (word, ttl, to) = match &what {
            Freeze::Begin(time) => ("begin", millis(*time), ""),
            Freeze::Keep(time) => ("keep", millis(*time), ""),
            Freeze::End => ("end", String::new(), ""),
            Freeze::Moved(to) => ("moved", String::new(), to.as_str()),
        };
        // The name is shown in an answer of one line.
        let to: String = to.chars().filter(|letter| !letter.is_control()).collect();
        let prefix = self.0.options.prefix();
        let call = self.0.link.call(Script::Freeze, |command| {
            command.arg(&prefix).arg(hold).arg(word).arg(&ttl).arg(&to);
        });
        let Value::Array(answer) = call.await? else { return Err(nonsense("an outcome")) };
        let said = |at: usize| answer.get(at).and_then(text).unwrap_or_default();
        match said(0).as_str() {
            "done" => Ok(()),
            "held" => Err(gate::held_already()),
            "lapsed" => Err(gate::lapsed()),
            "moved" => Err(gate::moved(&said(1))),
            _ => Err(nonsense("an outcome")),
        }
    }
}
