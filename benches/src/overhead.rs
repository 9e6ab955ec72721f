//! What the engine costs beside the storing that no engine can avoid.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aragora_core::clock::SystemClock;
use aragora_core::debate::{Event, Record};
use aragora_core::engine::Engine;
use aragora_core::storage::{
    Address, Batch, Capability, Codec, Commit, Control, ControlReport, Entry, KeyBytes, KeyRange, Lease, LeaseClaim,
    MemoryStorage, PageRequest, Precondition, ScanPage, Space, Storage, TableName, Watch, draft,
};
use async_trait::async_trait;
use tokio::runtime::Runtime;

use crate::row::{Row, Target};
use crate::timing::{Pair, compare, micros, timed};
use crate::{Result, one_thread, talk};

/// A memory store that notes how many records each append to a log holds.
#[derive(Debug)]
struct Noting {
    store: MemoryStorage,
    appends: Mutex<Vec<usize>>,
}

#[async_trait]
impl Storage for Noting {
    fn capability(&self) -> Capability {
        self.store.capability()
    }
    async fn get_many(&self, at: Vec<Address>) -> aragora_core::Result<Vec<Option<Entry>>> {
        self.store.get_many(at).await
    }
    async fn scan(&self, range: KeyRange, page: PageRequest) -> aragora_core::Result<ScanPage> {
        self.store.scan(range, page).await
    }
    async fn apply(&self, batch: Batch) -> aragora_core::Result<Commit> {
        let logged = batch.ops.iter().filter(|op| op.address().table.as_str() == "event").count();
        if logged > 0 {
            self.appends.lock().unwrap_or_else(PoisonError::into_inner).push(logged);
        }
        self.store.apply(batch).await
    }
    async fn claim(&self, claim: LeaseClaim) -> aragora_core::Result<Vec<Lease>> {
        self.store.claim(claim).await
    }
    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> aragora_core::Result<Lease> {
        self.store.renew(lease, ttl).await
    }
    async fn watch(&self, range: KeyRange) -> aragora_core::Result<Watch> {
        self.store.watch(range).await
    }
    async fn control(&self, control: Control) -> aragora_core::Result<ControlReport> {
        self.store.control(control).await
    }
}

fn memory() -> MemoryStorage {
    MemoryStorage::new(Arc::new(SystemClock::new()))
}

/// A 3 x 3 critique with texts of so many bytes and the storing of its records.
#[derive(Debug)]
pub struct Overhead {
    runtime: Runtime,
    seats: Vec<aragora_core::agents::FnAgent>,
    batches: Vec<Vec<Record>>,
    /// Turns of the debate.
    pub turns: u32,
}

impl Overhead {
    /// Runs the debate once to learn its records.
    pub fn new(bytes: usize) -> Result<Self> {
        let runtime = one_thread()?;
        let seats = talk::seats(3, bytes)?;
        let store = Arc::new(Noting { store: memory(), appends: Mutex::default() });
        let engine = Engine::builder().storage(store.clone()).build()?;
        let mut log = runtime
            .block_on(async { talk::log_of(&engine, talk::debate(&engine, &seats, talk::critique(false), 3)).await })?;
        let turns = u32::try_from(log.iter().filter(|record| matches!(record.event, Event::TurnStart(_))).count())?;
        if turns != 30 {
            return Err(format!("{turns} turns, expected 30").into());
        }
        let appends = std::mem::take(&mut *store.appends.lock().unwrap_or_else(PoisonError::into_inner));
        let batches = appends.into_iter().map(|records| log.drain(..records.min(log.len())).collect()).collect();
        Ok(Self { runtime, seats, batches, turns })
    }

    /// The whole debate, or with one call per critic and target.
    pub fn debate(&self, engine: &Engine, pairwise: bool) -> Result<()> {
        self.runtime.block_on(async {
            talk::debate(engine, &self.seats, talk::critique(pairwise), 3).start().await?.result().await?;
            Ok(())
        })
    }

    /// The same records, serialised to canonical JSON and appended in the same batches.
    pub fn store(&self) -> Result<Arc<dyn Storage>> {
        let store: Arc<dyn Storage> = Arc::new(memory());
        let table = TableName::new("event")?;
        let space = Space::Tenant(talk::tenant()?);
        self.runtime.block_on(async {
            for records in &self.batches {
                let mut batch = Batch::default();
                for record in records {
                    let line = aragora_core::crypto::canonical::to_canonical(record)?;
                    let key = KeyBytes::of(&("debate".to_owned(), record.seq));
                    let at = Address::new(space.clone(), table.clone(), key);
                    batch.put(at, draft(Codec::Json, 1, &line), Precondition::Absent);
                }
                store.apply(batch).await?;
            }
            Result::<()>::Ok(())
        })?;
        Ok(store)
    }

    fn compare(&self, samples: usize) -> Result<Pair> {
        let debate = || -> Result<Duration> {
            let engine = Engine::in_memory()?;
            timed(|| self.debate(&engine, false))
        };
        compare(samples, debate, || timed(|| self.store()))
    }
}

/// The figures of the engine's own time.
pub fn rows() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for bytes in [200, talk::REPLY_BYTES, 4_000] {
        let overhead = Overhead::new(bytes)?;
        let pair = overhead.compare(300)?;
        rows.push(Row::new(
            format!("engine, critique 3 x 3, replies of {bytes} B, per turn, against storing the same records"),
            micros(pair.ours / overhead.turns),
            micros(pair.reference / overhead.turns),
            pair.ratio(),
            Target::AtMost(3.0),
        ));
        if bytes == talk::REPLY_BYTES {
            rows.push(Row::new(
                "engine, the same debate as a share of 2 s",
                micros(pair.ours),
                "2 s",
                pair.ours.as_secs_f64() / 2.0,
                Target::AtMost(0.001),
            ));
        }
    }
    Ok(rows)
}
