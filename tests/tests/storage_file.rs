//! The memory-plus-file store keeps the storage contract and everything it acknowledged.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::storage::{Address, Control, Storage, TableName};
use aragora_core::testing::storage::{StorageFactory, frame, key, run_all, tenant, text};
use aragora_core::{ErrorKind, Result};
use aragora_tests::file_store::FileStorage;
use async_trait::async_trait;
use tempfile::TempDir;

/// Opens one store at a time: the suite closes a store before it opens the next.
struct Files {
    clock: ManualClock,
    root: TempDir,
    latest: AtomicU32,
}

impl Files {
    async fn open(&self, number: u32) -> Result<Arc<dyn Storage>> {
        let directory = self.root.path().join(number.to_string());
        Ok(Arc::new(FileStorage::open(&directory, Arc::new(self.clock.clone())).await?))
    }
}

#[async_trait]
impl StorageFactory for Files {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        self.open(self.latest.fetch_add(1, Ordering::SeqCst) + 1).await
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        self.open(self.latest.load(Ordering::SeqCst)).await.map(Some)
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_file_store_keeps_the_storage_contract() {
    let root = tempfile::tempdir().unwrap();
    run_all(&Files { clock: ManualClock::default(), root, latest: AtomicU32::new(0) }).await;
}

async fn open(directory: &Path) -> Result<Arc<dyn Storage>> {
    Ok(Arc::new(FileStorage::open(directory, Arc::new(ManualClock::default())).await?))
}

fn at(name: &str) -> Address {
    Address::new(tenant(), TableName::new("kept").unwrap(), key(name))
}

async fn value(store: &Arc<dyn Storage>, name: &str) -> Option<String> {
    store.get(at(name)).await.unwrap().map(|entry| text(&entry).unwrap())
}

#[tokio::test]
async fn a_file_cut_anywhere_opens_with_a_prefix_of_what_was_written() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path()).await.unwrap();
    let mut ends = vec![0];
    for number in 0..4 {
        store.put(at("k"), frame(&number.to_string())).await.unwrap();
        ends.push(std::fs::metadata(FileStorage::path(root.path())).unwrap().len() as usize);
    }
    store.control(Control::Close).await.unwrap();
    let whole = std::fs::read(FileStorage::path(root.path())).unwrap();
    for cut in 0..=whole.len() {
        std::fs::write(FileStorage::path(root.path()), &whole[..cut]).unwrap();
        let store = open(root.path()).await.unwrap();
        let acknowledged = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!(value(&store, "k").await, acknowledged.checked_sub(1).map(|n| n.to_string()), "cut at {cut}");
        store.put(at("k"), frame("next")).await.unwrap();
        store.control(Control::Close).await.unwrap();
        let again = open(root.path()).await.unwrap();
        assert_eq!(value(&again, "k").await.as_deref(), Some("next"), "writing goes on after a torn tail");
    }
}

#[tokio::test]
async fn a_damaged_line_before_the_last_is_corrupt() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path()).await.unwrap();
    for name in ["a", "b"] {
        store.put(at(name), frame("v")).await.unwrap();
    }
    drop(store);
    let mut bytes = std::fs::read(FileStorage::path(root.path())).unwrap();
    bytes[20] ^= 1;
    std::fs::write(FileStorage::path(root.path()), bytes).unwrap();
    assert_eq!(open(root.path()).await.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn a_directory_is_held_by_one_handle_until_it_closes() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path()).await.unwrap();
    assert_eq!(open(root.path()).await.unwrap_err().kind(), ErrorKind::AlreadyOpen);
    store.control(Control::Close).await.unwrap();
    open(root.path()).await.unwrap();
}

/// The child of the next test: writes for ever and says so after each acknowledgement.
#[test]
fn a_child_that_writes_until_it_is_killed() {
    let Ok(directory) = std::env::var("ARAGORA_TEST_FILE_STORE") else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = open(Path::new(&directory)).await.unwrap();
        for number in 0_u64.. {
            let pair = ["a", "b"].map(|name| aragora_core::storage::Op::Put {
                at: at(name),
                frame: frame(&number.to_string()),
                ttl: None,
                expect: aragora_core::storage::Precondition::Any,
            });
            store.apply(aragora_core::storage::Batch::of(pair)).await.unwrap();
            let mut out = std::io::stdout().lock();
            writeln!(out, "acknowledged {number}").unwrap();
            out.flush().unwrap();
        }
    });
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    use std::io::BufRead as _;
    for after in [1, 2, 5, 17, 40] {
        let root = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_child_that_writes_until_it_is_killed", "--nocapture"])
            .env("ARAGORA_TEST_FILE_STORE", root.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let mut last = None;
        for line in lines {
            // The test harness may print its own words in front of the first line.
            if let Some((_, number)) = line.unwrap().split_once("acknowledged ") {
                last = Some(number.parse::<u64>().unwrap());
                if last == Some(after) {
                    child.kill().unwrap();
                }
            }
        }
        child.wait().unwrap();
        let last = last.expect("the child acknowledged nothing");
        assert!(last >= after);
        let store = open(root.path()).await.unwrap();
        let (a, b) = (value(&store, "a").await, value(&store, "b").await);
        assert_eq!(a, b, "batches are whole");
        let kept: u64 = a.unwrap().parse().unwrap();
        assert!(kept >= last && kept <= last + 1, "{kept} is there, {last} was acknowledged");
    }
}
