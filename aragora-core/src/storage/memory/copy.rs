//! Copying a store in memory, and filling one.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use data_encoding::HEXLOWER;

use super::MemoryStorage;
use super::journal::Journal;
use super::rows::Rows;
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::{
    Copyable, Counters, Freeze, JournalLag, JournalMark, MAX_ROWS, StoreIdentity, StoreLoader, StoreView, StoredRow,
};

/// The rows as they were at one moment; frames are shared, not copied.
#[derive(Debug)]
struct View {
    rows: VecDeque<StoredRow>,
    mark: Option<JournalMark>,
    counters: Counters,
}

#[async_trait]
impl StoreView for View {
    fn mark(&self) -> Option<JournalMark> {
        self.mark.clone()
    }

    fn counters(&self) -> Counters {
        self.counters
    }

    async fn next(&mut self) -> Result<Vec<StoredRow>> {
        let some = self.rows.len().min(MAX_ROWS);
        Ok(self.rows.drain(..some).collect())
    }
}

#[async_trait]
impl Copyable for MemoryStorage {
    async fn identity(&self) -> Result<StoreIdentity> {
        let mut state = self.write()?;
        if let Some(identity) = &state.identity {
            return Ok(identity.clone());
        }
        Ok(state.identity.insert(StoreIdentity { store_id: random()?, generation: 0 }).clone())
    }

    async fn view(&self) -> Result<Box<dyn StoreView>> {
        let state = self.read()?;
        let rows = state.rows.stored(self.clock.now()).collect();
        let mark = state.journal.as_ref().map(Journal::mark);
        Ok(Box::new(View { rows, mark, counters: state.counters() }))
    }

    async fn changes(&self, since: &JournalMark) -> Result<Option<Box<dyn StoreView>>> {
        let state = self.read()?;
        let Some(journal) = &state.journal else { return Ok(None) };
        let Some(keys) = journal.keys(since) else { return Ok(None) };
        let now = self.clock.now();
        let keys: BTreeSet<_> = keys.collect();
        let rows = keys.into_iter().map(|key| state.rows.stored_at(key, now)).collect();
        Ok(Some(Box::new(View { rows, mark: Some(journal.mark()), counters: state.counters() })))
    }

    async fn cut_journal(&self, through: &JournalMark) -> Result<()> {
        if let Some(journal) = &mut self.write()?.journal {
            journal.cut(through);
        }
        Ok(())
    }

    async fn journal_lag(&self, since: &JournalMark) -> Result<JournalLag> {
        Ok(self.read()?.journal.as_ref().map_or_else(JournalLag::default, |journal| journal.lag(since)))
    }

    async fn loader(self: Arc<Self>) -> Result<Box<dyn StoreLoader>> {
        self.read()?.refuse_if_filled()?;
        Ok(Box::new(Loader { store: self, rows: Rows::default() }))
    }

    async fn freeze(&self, hold: &str, what: Freeze) -> Result<()> {
        let mut state = self.write()?;
        state.gate.freeze(hold, &what, self.clock.monotonic())?;
        if let Freeze::Moved(to) = what {
            state.gate.moved(&to);
        }
        Ok(())
    }
}

/// 32 hex digits.
fn random() -> Result<String> {
    let mut id = [0; 16];
    SystemEntropy.fill(&mut id)?;
    Ok(HEXLOWER.encode(&id))
}

impl super::State {
    fn counters(&self) -> Counters {
        Counters { revision: self.rows.last(), token: self.claims.last() }
    }

    fn refuse_if_filled(&self) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Conflict, "a store that holds rows is not filled from a copy"))
    }
}

/// Gathers the rows and gives them to the store at once.
#[derive(Debug)]
struct Loader {
    store: Arc<MemoryStorage>,
    rows: Rows,
}

#[async_trait]
impl StoreLoader for Loader {
    async fn put(&mut self, rows: Vec<StoredRow>) -> Result<()> {
        rows.into_iter().try_for_each(|row| self.rows.load(row))
    }

    async fn finish(mut self: Box<Self>, identity: StoreIdentity, counters: Counters) -> Result<()> {
        let name = random()?;
        let mut state = self.store.write()?;
        state.refuse_if_filled()?;
        self.rows.count_on_from(counters.revision);
        state.rows = self.rows;
        state.claims.count_on_from(counters.token);
        if state.journal.is_some() {
            state.journal = Some(Journal::named(name));
        }
        state.identity = Some(identity);
        Ok(())
    }
}
