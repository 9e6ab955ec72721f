//! The reference store against a bare locked map.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aragora_core::clock::SystemClock;
use aragora_core::storage::{Address, Codec, KeyBytes, MemoryStorage, Space, Storage, TableName, draft};
use tokio::runtime::Runtime;

use crate::row::{Row, Target};
use crate::timing::{Pair, compare, nanos, timed};
use crate::{Result, one_thread};

/// Rows in the store and operations per sample.
pub const ROWS: u32 = 1_000;
const PAYLOAD: [u8; 256] = [7; 256];

/// A store and a map with the same rows.
#[derive(Debug)]
pub struct Stores {
    runtime: Runtime,
    store: Arc<dyn Storage>,
    map: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    addresses: Vec<Address>,
    keys: Vec<Vec<u8>>,
}

impl Stores {
    /// Both, filled.
    pub fn new() -> Result<Self> {
        let table = TableName::new("bench")?;
        let at = |n: u32| Address::new(Space::System, table.clone(), KeyBytes::of(&u64::from(n)));
        let addresses: Vec<Address> = (0..ROWS).map(at).collect();
        let keys = addresses.iter().map(|at| at.physical().to_vec()).collect();
        let store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(SystemClock::new())));
        let stores = Self { runtime: one_thread()?, store, map: Mutex::default(), addresses, keys };
        stores.put()?;
        stores.put_bare();
        Ok(stores)
    }

    /// Writes every row, one by one.
    pub fn put(&self) -> Result<()> {
        self.runtime.block_on(async {
            for at in &self.addresses {
                self.store.put(at.clone(), draft(Codec::Raw, 1, &PAYLOAD)).await?;
            }
            Ok(())
        })
    }

    /// Reads every row, one by one.
    pub fn get(&self) -> Result<()> {
        self.runtime.block_on(async {
            for at in &self.addresses {
                black_box(self.store.get(at.clone()).await?);
            }
            Ok(())
        })
    }

    /// Writes every row of the map.
    pub fn put_bare(&self) {
        for key in &self.keys {
            let mut map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
            map.insert(key.clone(), PAYLOAD.to_vec());
        }
    }

    /// Reads every row of the map.
    pub fn get_bare(&self) {
        for key in &self.keys {
            black_box(self.map.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned());
        }
    }
}

/// The figures of reading and writing 256 B.
pub fn rows() -> Result<Vec<Row>> {
    let stores = Stores::new()?;
    let row = |what: &str, pair: Pair| {
        let (ours, bare) = (nanos(pair.ours, ROWS), nanos(pair.reference, ROWS));
        let figure = format!("memory {what} of 256 B, against a locked BTreeMap");
        let limit = pair.ours.as_secs_f64() / Duration::from_micros(u64::from(ROWS)).as_secs_f64();
        vec![
            Row::new(figure, ours.clone(), bare, pair.ratio(), Target::AtMost(5.0)),
            Row::new(format!("memory {what} of 256 B, against 1 us"), ours, "1000 ns", limit, Target::AtMost(1.0)),
        ]
    };
    let bare = |work: &dyn Fn()| {
        timed(|| {
            work();
            Ok(())
        })
    };
    let mut rows = row("get", compare(200, || timed(|| stores.get()), || bare(&|| stores.get_bare()))?);
    rows.extend(row("put", compare(200, || timed(|| stores.put()), || bare(&|| stores.put_bare()))?));
    Ok(rows)
}
