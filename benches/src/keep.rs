//! What keeping costs: a change journal, a backup and its restore, and resuming a long sealed debate.
//!
//! Times are of the wall clock: what is compared waits for the disk.

use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aragora_core::crypto::Keyring;
use aragora_core::debate::{Record, Transcript};
use aragora_core::engine::Engine;
use aragora_core::entropy::SystemEntropy;
use aragora_core::protocols::Simultaneous;
use aragora_core::storage::backup::{BackupArchive, Backups, DirTarget, RestoreAt, RestoreOptions};
use aragora_core::storage::{
    Address, Batch, Codec, Control, KeyBytes, Op, Precondition, Sealed, Space, Storage, TableName, draft, open,
};
use aragora_core::telemetry::Parts;
use redb::{Database, ReadableDatabase as _, TableDefinition};
use tokio::runtime::Runtime;

use crate::row::{Row, Target};
use crate::timing::{compare, micros, share_of};
use crate::{Result, one_thread, talk};

/// Bytes of rows in the store that is backed up: 128 MiB in rows of 16 KiB.
const BYTES: usize = 128 << 20;
const ROW: usize = 16 << 10;
const TABLE: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("bench");

fn waited(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed())
}

fn store(runtime: &Runtime, path: &Path, options: &str) -> Result<Arc<dyn Storage>> {
    Ok(runtime.block_on(open(&format!("redb:{}{options}", path.display()), &Parts::system()))?)
}

fn at(table: &TableName, key: u64) -> Address {
    Address::new(Space::System, table.clone(), KeyBytes::of(&key))
}

/// Durable puts of 256 B, alone and by 64 writers, with the journal and without.
fn journal(runtime: &Runtime, place: &Path) -> Result<Vec<Row>> {
    const PUTS: u64 = 100;
    const WRITERS: u64 = 64;
    const EACH: u64 = 16;
    let table = TableName::new("bench")?;
    let with = store(runtime, &place.join("with"), "?journal=on")?;
    let without = store(runtime, &place.join("without"), "")?;
    let alone = |store: &Arc<dyn Storage>| {
        waited(|| {
            runtime.block_on(async {
                for key in 0..PUTS {
                    store.put(at(&table, key), draft(Codec::Raw, 1, &[7; 256])).await?;
                }
                Ok(())
            })
        })
    };
    let together = |store: &Arc<dyn Storage>| {
        let writer = |writer: u64| {
            let table = &table;
            async move {
                for key in 0..EACH {
                    store.put(at(table, writer * EACH + key), draft(Codec::Raw, 1, &[7; 256])).await?;
                }
                Ok::<(), aragora_core::Error>(())
            }
        };
        waited(|| {
            let done = runtime.block_on(futures_util::future::join_all((0..WRITERS).map(writer)));
            Ok(done.into_iter().collect::<aragora_core::Result<()>>()?)
        })
    };
    let one = compare(15, || alone(&with), || alone(&without))?;
    let many = compare(15, || together(&with), || together(&without))?;
    for store in [&with, &without] {
        runtime.block_on(store.control(Control::Close))?;
    }
    let row = |figure: &str, pair: crate::timing::Pair, count: u64| {
        let each = |time: Duration| micros(time / count as u32);
        Row::new(figure, each(pair.ours), each(pair.reference), pair.ratio(), Target::AtMost(1.15))
    };
    Ok(vec![
        row("redb durable put of 256 B with the journal, against without", one, PUTS),
        row("redb 64 writers with the journal, against without", many, WRITERS * EACH),
    ])
}

/// MiB per second.
fn rate(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / f64::from(1 << 20) / time.as_secs_f64()
}

/// A full backup and its restore, against copying the file of the store with a sync.
fn backup(runtime: &Runtime, place: &Path) -> Result<Vec<Row>> {
    const SAMPLES: usize = 3;
    let table = TableName::new("bench")?;
    let kept = store(runtime, &place.join("kept"), "")?;
    let rows = (BYTES / ROW) as u64;
    for first in (0..rows).step_by(128) {
        let put = |key: u64| {
            // No two rows alike, and none that could be packed.
            let payload: Vec<u8> = (0..ROW as u64).map(|n| (key * 31 + n * n * 7 + (n >> 3)) as u8).collect();
            let frame = draft(Codec::Raw, 1, &payload);
            Op::Put { at: at(&table, key), frame, ttl: None, expect: Precondition::Any }
        };
        runtime.block_on(kept.apply(Batch::of((first..first + 128).map(put).collect::<Vec<_>>())))?;
    }
    let (mut full, mut restore, mut copy) = (Vec::new(), Vec::new(), Vec::new());
    let file = place.join("kept/store-1/data.redb");
    let size = std::fs::metadata(&file)?.len();
    for sample in 0..SAMPLES {
        let archive =
            |parts| BackupArchive::new(Arc::new(DirTarget::new(place.join(format!("backup-{sample}")))), None, parts);
        let backups = Backups::new(kept.clone(), archive(Parts::system()))?;
        let began = Instant::now();
        let id = runtime.block_on(backups.full())?;
        full.push(began.elapsed());
        let path = place.join(format!("restored-{sample}"));
        let empty = store(runtime, &path, "")?;
        let options = RestoreOptions::at(RestoreAt::Backup(id));
        restore.push(waited(|| {
            runtime.block_on(archive(Parts::system()).restore(&empty, &options))?;
            Ok(())
        })?);
        runtime.block_on(empty.control(Control::Close))?;
        let target = place.join("copy");
        copy.push(waited(|| {
            std::fs::copy(&file, &target)?;
            File::open(&target)?.sync_all()?;
            Ok(())
        })?);
        std::fs::remove_dir_all(path)?;
        std::fs::remove_dir_all(place.join(format!("backup-{sample}")))?;
    }
    runtime.block_on(kept.control(Control::Close))?;
    let bare = rate(size, share_of(&mut copy, 0.5));
    let lines = [("full backup", &mut full), ("restore", &mut restore)].map(|(what, times)| {
        let ours = rate(BYTES as u64, share_of(times, 0.5));
        let show = |rate: f64| format!("{rate:.0} MiB/s");
        [
            Row::new(
                format!("{what} of 128 MiB on redb, against a copy of its file with fsync"),
                show(ours),
                show(bare),
                ours / bare,
                Target::AtLeast(0.5),
            ),
            // 20 MB/s.
            Row::new(format!("{what}, against 19.1 MiB/s"), show(ours), show(19.1), ours / 19.1, Target::AtLeast(1.0)),
        ]
    });
    Ok(lines.into_iter().flatten().collect())
}

/// Reading and folding the log of a long debate in a sealed store, against the same records in plain redb rows.
fn resume(runtime: &Runtime, place: &Path) -> Result<Vec<Row>> {
    const SAMPLES: usize = 41;
    const EVENTS: usize = 1_000;
    let below = store(runtime, &place.join("debate"), "")?;
    let parts = Parts::system();
    let sealed = Arc::new(Sealed::new(below.clone(), Keyring::ephemeral(&SystemEntropy)?, &parts));
    let engine = Engine::builder().parts(parts).storage(sealed).build()?;
    let seats = talk::seats(3, talk::REPLY_BYTES)?;
    let (id, log) = runtime.block_on(async {
        let handle = talk::debate(&engine, &seats, Simultaneous::default(), 90).start().await?;
        handle.result().await?;
        let log = engine.log(&talk::tenant()?, handle.id()).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((handle.id().clone(), log))
    })?;
    if log.len() < EVENTS {
        return Err(format!("{} events, expected {EVENTS} or more", log.len()).into());
    }
    let database = Arc::new(Database::create(place.join("plain.redb"))?);
    let write = database.begin_write()?;
    {
        let mut table = write.open_table(TABLE)?;
        for record in &log {
            table.insert(record.seq, record.to_line()?.as_slice())?;
        }
    }
    write.commit()?;
    let tenant = talk::tenant()?;
    let ours = || {
        waited(|| {
            let log = runtime.block_on(engine.log(&tenant, &id))?;
            black_box(Transcript::fold(&log)?);
            Ok(())
        })
    };
    let raw = || {
        waited(|| {
            let database = database.clone();
            let read = move || -> Result<Vec<Record>> {
                let table = database.begin_read()?.open_table(TABLE)?;
                table.range::<u64>(..)?.map(|row| Ok(serde_json::from_slice(row?.1.value())?)).collect()
            };
            black_box(runtime.block_on(tokio::task::spawn_blocking(read))??);
            Ok(())
        })
    };
    let pair = compare(SAMPLES, ours, raw)?;
    let thousand = pair.ours.mul_f64(EVENTS as f64 / log.len() as f64);
    runtime.block_on(below.control(Control::Close))?;
    Ok(vec![
        Row::new(
            format!("log of {} events from sealed redb, opened and folded, against raw scan and parse", log.len()),
            micros(pair.ours),
            micros(pair.reference),
            pair.ratio(),
            Target::AtMost(2.0),
        ),
        Row::new(
            "the same per 1,000 events, against 50 ms",
            micros(thousand),
            micros(Duration::from_millis(50)),
            thousand.as_secs_f64() / 0.05,
            Target::AtMost(1.0),
        ),
    ])
}

/// The figures of keeping, in a new directory of the system's.
pub fn rows() -> Result<Vec<Row>> {
    let place = tempfile::tempdir()?;
    let runtime = one_thread()?;
    let mut rows = journal(&runtime, place.path())?;
    rows.extend(resume(&runtime, place.path())?);
    rows.extend(backup(&runtime, place.path())?);
    Ok(rows)
}
