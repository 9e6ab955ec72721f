//! Stores in directories against the crates below them, called through the same threads with the same syncs.
//!
//! Times are of the wall clock: what is compared waits for other threads and for the disk.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use aragora_core::storage::{
    Address, Codec, Control, KeyBytes, KeyRange, PageRequest, Space, Storage, TableName, draft, open,
};
use aragora_core::telemetry::Parts;
use redb::{Database, ReadableDatabase as _, TableDefinition};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::row::{Row, Target};
use crate::timing::{Pair, compare, micros};
use crate::{Result, one_thread};

const PAYLOAD: [u8; 256] = [7; 256];
const ROWS: u64 = 2_000;
const WRITERS: usize = 64;
const TABLE: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("bench");

fn waited(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed())
}

struct Ours {
    runtime: Runtime,
    store: Arc<dyn Storage>,
    at: Vec<Address>,
    range: KeyRange,
}

impl Ours {
    fn new(scheme: &str, directory: &Path) -> Result<Self> {
        let runtime = one_thread()?;
        let table = TableName::new("bench")?;
        let at: Vec<Address> =
            (0..ROWS).map(|n| Address::new(Space::System, table.clone(), KeyBytes::of(&n))).collect();
        let store = runtime.block_on(open(&format!("{scheme}:{}", directory.display()), &Parts::system()))?;
        let ours = Self { runtime, store, at, range: KeyRange::all(Space::System, table) };
        ours.together()?;
        Ok(ours)
    }

    fn put(&self, count: usize) -> Result<()> {
        self.runtime.block_on(async {
            for at in self.at.iter().take(count) {
                self.store.put(at.clone(), draft(Codec::Raw, 1, &PAYLOAD)).await?;
            }
            Ok(())
        })
    }

    /// Every row, by 64 writers at once.
    fn together(&self) -> Result<()> {
        let share = self.at.len().div_ceil(WRITERS);
        let write = |rows: &[Address]| {
            let (store, rows) = (self.store.clone(), rows.to_vec());
            async move {
                for at in rows {
                    store.put(at, draft(Codec::Raw, 1, &PAYLOAD)).await?;
                }
                Ok::<(), aragora_core::Error>(())
            }
        };
        self.runtime.block_on(async {
            for done in futures_util::future::join_all(self.at.chunks(share).map(write)).await {
                done?;
            }
            Ok(())
        })
    }

    fn get_many(&self, times: usize) -> Result<()> {
        self.runtime.block_on(async {
            for n in 0..times {
                let at = (0..16).filter_map(|i| self.at.get((n * 31 + i * 101) % self.at.len()).cloned()).collect();
                black_box(self.store.get_many(at).await?);
            }
            Ok(())
        })
    }

    fn scan(&self, times: usize) -> Result<()> {
        self.runtime.block_on(async {
            for _ in 0..times {
                black_box(self.store.scan(self.range.clone(), PageRequest::default()).await?);
            }
            Ok(())
        })
    }

    fn close(&self) -> Result<()> {
        self.runtime.block_on(self.store.control(Control::Close))?;
        Ok(())
    }
}

type Write = (Vec<(Vec<u8>, Vec<u8>)>, oneshot::Sender<()>);

/// redb as somebody would use it from async code: a thread that writes, `spawn_blocking` to read.
struct Raw {
    runtime: Runtime,
    database: Arc<Database>,
    writer: mpsc::Sender<Write>,
    keys: Vec<Vec<u8>>,
}

fn write(database: &Database, rows: &[(Vec<u8>, Vec<u8>)]) -> Result<()> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut table = transaction.open_table(TABLE)?;
        for (key, value) in rows {
            table.insert(key.as_slice(), value.as_slice())?;
        }
    }
    transaction.commit()?;
    Ok(())
}

impl Raw {
    fn new(directory: &Path) -> Result<Self> {
        let database = Arc::new(Database::create(directory.join("raw.redb"))?);
        let (writer, waiting) = mpsc::channel::<Write>();
        let shared = database.clone();
        std::thread::spawn(move || {
            for (rows, done) in waiting {
                if write(&shared, &rows).is_err() {
                    return;
                }
                let _ = done.send(());
            }
        });
        let keys = (0..ROWS).map(|n| KeyBytes::of(&n).as_bytes().to_vec()).collect();
        let raw = Self { runtime: one_thread()?, database, writer, keys };
        raw.together()?;
        Ok(raw)
    }

    async fn send(&self, keys: &[Vec<u8>]) -> Result<()> {
        let (done, answered) = oneshot::channel();
        let rows = keys.iter().map(|key| (key.clone(), PAYLOAD.to_vec())).collect();
        self.writer.send((rows, done))?;
        answered.await?;
        Ok(())
    }

    fn put(&self, count: usize) -> Result<()> {
        self.runtime.block_on(async {
            for key in self.keys.iter().take(count) {
                self.send(std::slice::from_ref(key)).await?;
            }
            Ok(())
        })
    }

    /// Every row, 64 to a transaction.
    fn together(&self) -> Result<()> {
        self.runtime.block_on(async {
            for keys in self.keys.chunks(WRITERS) {
                self.send(keys).await?;
            }
            Ok(())
        })
    }

    fn get_many(&self, times: usize) -> Result<()> {
        self.runtime.block_on(async {
            for n in 0..times {
                let keys: Vec<Vec<u8>> =
                    (0..16).filter_map(|i| self.keys.get((n * 31 + i * 101) % self.keys.len()).cloned()).collect();
                let database = self.database.clone();
                let read = move || -> Result<Vec<Option<Vec<u8>>>> {
                    let table = database.begin_read()?.open_table(TABLE)?;
                    keys.iter().map(|key| Ok(table.get(key.as_slice())?.map(|row| row.value().to_vec()))).collect()
                };
                black_box(tokio::task::spawn_blocking(read).await??);
            }
            Ok(())
        })
    }

    fn scan(&self, times: usize) -> Result<()> {
        self.runtime.block_on(async {
            for _ in 0..times {
                let database = self.database.clone();
                let read = move || -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
                    let table = database.begin_read()?.open_table(TABLE)?;
                    let rows = table.range::<&[u8]>(..)?.take(100);
                    rows.map(|row| {
                        row.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())).map_err(Into::into)
                    })
                    .collect()
                };
                black_box(tokio::task::spawn_blocking(read).await??);
            }
            Ok(())
        })
    }
}

/// sled in the same way; it needs no thread of its own to write.
struct RawSled {
    runtime: Runtime,
    tree: sled::Db,
    file: std::fs::File,
    keys: Vec<Vec<u8>>,
}

impl RawSled {
    fn new(directory: &Path) -> Result<Self> {
        let path = directory.join("raw-sled");
        let tree = sled::open(&path)?;
        let keys = (0..ROWS).map(|n| KeyBytes::of(&n).as_bytes().to_vec()).collect();
        let raw = Self { runtime: one_thread()?, tree, file: std::fs::File::open(path.join("db"))?, keys };
        raw.together()?;
        Ok(raw)
    }

    /// Every row, 64 to a group, each group written twice and synced once, as a redo row costs.
    fn together(&self) -> Result<()> {
        for (number, keys) in self.keys.chunks(WRITERS).enumerate() {
            let rows: BTreeMap<&[u8], &[u8]> = keys.iter().map(|key| (key.as_slice(), PAYLOAD.as_slice())).collect();
            let redo: Vec<u8> = rows.iter().flat_map(|(key, value)| [*key, *value].concat()).collect();
            self.tree.insert([b"!redo".as_slice(), &number.to_be_bytes()].concat(), redo)?;
            self.tree.flush()?;
            self.file.sync_data()?;
            let mut batch = sled::Batch::default();
            rows.iter().for_each(|(key, value)| batch.insert(*key, *value));
            self.tree.apply_batch(batch)?;
        }
        Ok(())
    }

    fn get_many(&self, times: usize) -> Result<()> {
        self.runtime.block_on(async {
            for n in 0..times {
                let keys: Vec<Vec<u8>> =
                    (0..16).filter_map(|i| self.keys.get((n * 31 + i * 101) % self.keys.len()).cloned()).collect();
                let tree = self.tree.clone();
                let read = move || -> Result<Vec<Option<Vec<u8>>>> {
                    keys.iter().map(|key| Ok(tree.get(key)?.map(|row| row.to_vec()))).collect()
                };
                black_box(tokio::task::spawn_blocking(read).await??);
            }
            Ok(())
        })
    }

    fn scan(&self, times: usize) -> Result<()> {
        self.runtime.block_on(async {
            for _ in 0..times {
                let tree = self.tree.clone();
                let read = move || -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
                    let rows = tree.range::<&[u8], _>(..).take(100);
                    rows.map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec())).map_err(Into::into)).collect()
                };
                black_box(tokio::task::spawn_blocking(read).await??);
            }
            Ok(())
        })
    }
}

fn each(pair: Pair, count: u32, figure: &str, target: Target) -> Row {
    Row::new(figure, micros(pair.ours / count), micros(pair.reference / count), pair.ratio(), target)
}

/// The figures of stores in directories below a new one of the system's.
pub fn rows() -> Result<Vec<Row>> {
    let place = tempfile::tempdir()?;
    let mut rows = redb_rows(place.path())?;
    rows.extend(sled_rows(place.path())?);
    Ok(rows)
}

fn redb_rows(place: &Path) -> Result<Vec<Row>> {
    const PUTS: u32 = 100;
    const READS: u32 = 300;
    let (ours, raw) = (Ours::new("redb", &place.join("redb"))?, Raw::new(place)?);
    let put = compare(9, || waited(|| ours.put(PUTS as usize)), || waited(|| raw.put(PUTS as usize)))?;
    let get = compare(9, || waited(|| ours.get_many(READS as usize)), || waited(|| raw.get_many(READS as usize)))?;
    let scan = compare(9, || waited(|| ours.scan(READS as usize)), || waited(|| raw.scan(READS as usize)))?;
    let group = compare(5, || waited(|| ours.together()), || waited(|| raw.together()))?;
    ours.close()?;
    let alone = put.ours / PUTS;
    let shared = group.ours / ROWS as u32;
    Ok(vec![
        each(put, PUTS, "redb durable put of 256 B, against redb through a thread", Target::AtMost(1.3)),
        each(get, READS, "redb get_many of 16, against redb through spawn_blocking", Target::AtMost(1.3)),
        each(scan, READS, "redb scan of 100, against redb through spawn_blocking", Target::AtMost(1.3)),
        Row::new(
            "redb batches per second of 64 writers, against one writer",
            micros(shared),
            micros(alone),
            alone.as_secs_f64() / shared.as_secs_f64(),
            Target::AtLeast(10.0),
        ),
        Row::new(
            "redb 64 writers, against transactions of 64 puts",
            micros(shared),
            micros(group.reference / ROWS as u32),
            1.0 / group.ratio(),
            Target::AtLeast(0.7),
        ),
    ])
}

fn sled_rows(place: &Path) -> Result<Vec<Row>> {
    const READS: u32 = 300;
    let (ours, raw) = (Ours::new("sled", &place.join("sled"))?, RawSled::new(place)?);
    let get = compare(9, || waited(|| ours.get_many(READS as usize)), || waited(|| raw.get_many(READS as usize)))?;
    let scan = compare(9, || waited(|| ours.scan(READS as usize)), || waited(|| raw.scan(READS as usize)))?;
    let group = compare(5, || waited(|| ours.together()), || waited(|| raw.together()))?;
    ours.close()?;
    Ok(vec![
        each(get, READS, "sled get_many of 16, against sled through spawn_blocking", Target::AtMost(1.3)),
        each(scan, READS, "sled scan of 100, against sled through spawn_blocking", Target::AtMost(1.3)),
        Row::new(
            "sled 64 writers, against groups of 64 written twice with flush and sync_data",
            micros(group.ours / ROWS as u32),
            micros(group.reference / ROWS as u32),
            1.0 / group.ratio(),
            Target::AtLeast(0.4),
        ),
    ])
}
