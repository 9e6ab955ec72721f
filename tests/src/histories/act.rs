//! Threads that use a store without regard for each other.

use std::sync::Arc;

use aragora_core::storage::{
    Address, Batch, Entry, KeyRange, Op, PageRequest, Precondition, Revision, Storage, TableName,
};
use aragora_core::testing::storage::{frame, key, tenant, text};
use aragora_core::{Error, ErrorKind, Result};

use super::{Call, Did, History};
use crate::embedded::Dice;

/// Keys that everybody reads and writes.
pub const KEYS: u64 = 5;
/// Accounts, with 100 in each.
pub const ACCOUNTS: u64 = 6;
/// Tickets that can be taken once.
pub const TICKETS: u64 = 120;
const EACH: u64 = 100;

/// Comparable between processes of one machine.
#[cfg(unix)]
fn now() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

#[cfg(not(unix))]
fn now() -> u64 {
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    time.map_or(0, |time| time.as_nanos() as u64)
}

fn at(table: &str, number: u64) -> Result<Address> {
    Ok(Address::new(tenant(), TableName::new(table)?, key(&format!("{number:03}"))))
}

fn number(entry: &Entry) -> Result<u64> {
    text(entry)?.parse().map_err(|_| Error::new(ErrorKind::Corrupt, "a row holds no number"))
}

fn put(at: Address, value: u64, expect: Precondition) -> Op {
    Op::Put { at, frame: frame(&value.to_string()), ttl: None, expect }
}

/// Fills accounts and lays out the tickets.
pub async fn prepare(store: &Arc<dyn Storage>) -> Result<()> {
    let mut batch = Batch::default();
    for account in 0..ACCOUNTS {
        batch.ops.push(put(at("bank", account)?, EACH, Precondition::Absent));
    }
    for ticket in 0..TICKETS {
        batch.ops.push(put(at("ticket", ticket)?, ticket, Precondition::Absent));
    }
    store.apply(batch).await.map(drop)
}

/// The tickets nobody took.
pub async fn left(store: &Arc<dyn Storage>) -> Result<Vec<u64>> {
    let all = KeyRange::all(tenant(), TableName::new("ticket")?);
    store.scan(all, PageRequest::first(1_000)).await?.entries.iter().map(number).collect()
}

/// So many threads of this process, each with so many turns. The runtime has a thread for each.
pub async fn run(store: &Arc<dyn Storage>, process: u64, threads: u64, turns: u64) -> Result<History> {
    let mut running = tokio::task::JoinSet::new();
    for thread in 0..threads {
        let number = process * threads + thread;
        let thread =
            Thread { store: store.clone(), dice: Dice::new(number), number, written: 0, seen: History::default() };
        running.spawn(thread.run(turns));
    }
    let mut all = History::default();
    while let Some(done) = running.join_next().await {
        all.add(done.map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))??);
    }
    Ok(all)
}

struct Thread {
    store: Arc<dyn Storage>,
    dice: Dice,
    number: u64,
    written: u64,
    seen: History,
}

impl Thread {
    async fn run(mut self, turns: u64) -> Result<History> {
        for _ in 0..turns {
            match self.dice.next(10) {
                0..6 => self.one_key().await?,
                6..8 => self.money().await?,
                8 => self.count().await?,
                _ => self.ticket().await?,
            }
        }
        Ok(self.seen)
    }

    /// A value that nobody else writes.
    fn fresh(&mut self) -> u64 {
        self.written += 1;
        self.number * 1_000_000 + self.written
    }

    fn note(&mut self, key: u64, from: u64, did: Did) {
        self.seen.calls.push(Call { key, from, to: now(), did });
    }

    async fn read(&mut self, key: u64) -> Result<Option<(u64, Revision)>> {
        let from = now();
        let entry = self.store.get(at("key", key)?).await?;
        let found = entry.as_ref().map(|entry| number(entry).map(|value| (value, entry.revision))).transpose()?;
        self.note(key, from, Did::Read(found.map(|(value, _)| value)));
        Ok(found)
    }

    async fn one_key(&mut self) -> Result<()> {
        let key = self.dice.next(KEYS);
        match self.dice.next(8) {
            0..2 => drop(self.read(key).await?),
            2 => {
                let (value, from) = (self.fresh(), now());
                self.store.apply(Batch::of([put(at("key", key)?, value, Precondition::Any)])).await?;
                self.note(key, from, Did::Wrote(value));
            }
            3 => {
                let from = now();
                let taken = self.store.apply(Batch::of([Op::Take { at: at("key", key)? }])).await?.taken;
                let taken = taken.into_iter().flatten().next();
                self.note(key, from, Did::Took(taken.as_ref().map(number).transpose()?));
            }
            kind => {
                let found = self.read(key).await?;
                let expect = found.map_or(Precondition::Absent, |(_, revision)| Precondition::Revision(revision));
                let value = self.fresh();
                let (op, new) = match (kind, found) {
                    (4, Some(_)) => (Op::Delete { at: at("key", key)?, expect }, None),
                    _ => (put(at("key", key)?, value, expect), Some(value)),
                };
                let from = now();
                let done = won(self.store.apply(Batch::of([op])).await)?;
                self.note(key, from, Did::Swapped(found.map(|(value, _)| value), new, done));
            }
        }
        Ok(())
    }

    async fn money(&mut self) -> Result<()> {
        let (one, step) = (self.dice.next(ACCOUNTS), 1 + self.dice.next(ACCOUNTS - 1));
        let sides = [at("bank", one)?, at("bank", (one + step) % ACCOUNTS)?];
        let found = self.store.get_many(sides.to_vec()).await?;
        let [Some(Some(payer)), Some(Some(payee))] = [found.first(), found.get(1)] else {
            self.seen.faults.push("an account is gone".to_owned());
            return Ok(());
        };
        let (has, gets) = (number(payer)?, number(payee)?);
        let sum = self.dice.next(has + 1);
        let [from, to] = sides;
        let ops = [
            put(from, has - sum, Precondition::Revision(payer.revision)),
            put(to, gets + sum, Precondition::Revision(payee.revision)),
        ];
        self.seen.moved += u64::from(won(self.store.apply(Batch::of(ops)).await)?);
        Ok(())
    }

    /// Counts all money, in one call and on one page: each is one snapshot.
    async fn count(&mut self) -> Result<()> {
        let all = (0..ACCOUNTS).map(|account| at("bank", account)).collect::<Result<Vec<_>>>()?;
        let many = self.store.get_many(all).await?;
        let page = self.store.scan(KeyRange::all(tenant(), TableName::new("bank")?), PageRequest::first(100)).await?;
        let sums = [
            many.iter().flatten().map(number).sum::<Result<u64>>()?,
            page.entries.iter().map(number).sum::<Result<u64>>()?,
        ];
        self.seen.counted += 2;
        for (how, sum) in ["get_many", "scan"].into_iter().zip(sums) {
            if sum != ACCOUNTS * EACH {
                self.seen.faults.push(format!("{how} counted {sum}, there is {}", ACCOUNTS * EACH));
            }
        }
        Ok(())
    }

    /// Reaches for three tickets in a row, which others want too.
    async fn ticket(&mut self) -> Result<()> {
        let first = self.dice.next(TICKETS);
        for ticket in first..first + 3 {
            let at = at("ticket", ticket % TICKETS)?;
            let taken = self.store.apply(Batch::of([Op::Take { at }])).await?.taken;
            for entry in taken.iter().flatten() {
                self.seen.tickets.push(number(entry)?);
            }
        }
        Ok(())
    }
}

/// Whether a conditional batch was applied.
fn won<T>(done: Result<T>) -> Result<bool> {
    match done {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(false),
        Err(error) => Err(error),
    }
}
