//! What a store tells about itself: counts of what it does, and events for whoever audits it.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::clock::{CancelToken, ManualClock};
use aragora_core::crypto::Keyring;
use aragora_core::ids::OrgId;
use aragora_core::storage::backup::{BackupArchive, Backups, DirTarget, RestoreOptions};
use aragora_core::storage::{
    Address, Batch, Codec, Control, EncryptionState, KeyBytes, MemoryStorage, Observed, Op, Precondition, Sealed,
    Space, Storage, Stores, TableName, draft, open, open_frame,
};
use aragora_core::telemetry::{HistogramSnapshot, IntegrityEvent, Parts, Received, SampleValue, Subscriber, names};
use aragora_core::testing::storage::Hurried;
use aragora_tests::sealing::{KEY_1, KEY_2};

fn at(key: u64) -> Address {
    Address::new(Space::Tenant(OrgId::new("acme").unwrap()), TableName::new("note").unwrap(), KeyBytes::of(&key))
}

fn histogram(parts: &Parts, name: &str) -> HistogramSnapshot {
    let found = parts.telemetry.snapshot().into_iter().find(|sample| sample.def.name == name).unwrap();
    match found.value {
        SampleValue::Histogram(snapshot) => snapshot,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_that_are_committed_at_once_are_counted_as_one_group() {
    let folder = tempfile::tempdir().unwrap();
    let parts = Parts::system();
    let store = open(&format!("redb:{}", folder.path().join("s").display()), &parts).await.unwrap();
    let before = histogram(&parts, names::STORAGE_GROUP_SIZE.name);
    let writers = (0..64).map(|key| {
        let store = store.clone();
        tokio::spawn(async move { store.put(at(key), draft(Codec::Raw, 1, b"x")).await.unwrap() })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let after = histogram(&parts, names::STORAGE_GROUP_SIZE.name);
    assert_eq!((after.sum - before.sum) as u64, 64, "every batch is in one group");
    assert!(after.count - before.count <= 64);

    let observed = Observed::new(store.clone(), &parts);
    observed.control(Control::Usage).await.unwrap();
    let bytes = |kind| parts.telemetry.gauge(&names::STORAGE_BYTES, &[kind]).get();
    assert!(
        bytes("records") >= 64.0 * 33.0 && bytes("files") > bytes("records"),
        "{} {}",
        bytes("records"),
        bytes("files")
    );
}

#[tokio::test]
async fn sweeps_and_damage_are_counted() {
    let clock = ManualClock::default();
    let parts = Parts::system().with_clock(clock.clone());
    let memory: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
    let store: Arc<dyn Storage> = Arc::new(Observed::new(memory.clone(), &parts));
    for key in 0..5 {
        store.put_for(at(key), draft(Codec::Raw, 1, b"x"), Duration::from_secs(1)).await.unwrap();
    }
    clock.advance(Duration::from_secs(1));
    store.control(Control::Sweep).await.unwrap();
    assert_eq!(parts.telemetry.count_of(&names::STORAGE_SWEPT_TOTAL, &[]), 5);
    assert_eq!(parts.telemetry.count_of(&names::STORAGE_CORRUPT_TOTAL, &["note"]), 0);

    // A row sealed by one stack and read by another as something it is not: its sealed state row is cut.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let disk = open(&format!("redb:{}", path.display()), &parts).await.unwrap();
    let text = b"a value that stands in the file as it is";
    disk.put(at(7), draft(Codec::Raw, 1, text)).await.unwrap();
    disk.control(Control::Close).await.unwrap();
    drop(disk);
    let mut files = vec![path.join("store-1")];
    while let Some(file) = files.pop() {
        if file.is_dir() {
            files.extend(std::fs::read_dir(file).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let mut bytes = std::fs::read(&file).unwrap();
        let places: Vec<usize> =
            bytes.windows(text.len()).enumerate().filter(|(_, window)| *window == text).map(|(at, _)| at).collect();
        for place in &places {
            bytes[*place] ^= 1;
        }
        if !places.is_empty() {
            std::fs::write(&file, bytes).unwrap();
        }
    }
    let damaged: Arc<dyn Storage> =
        Arc::new(Observed::new(open(&format!("redb:{}", path.display()), &parts).await.unwrap(), &parts));
    assert_eq!(damaged.get(at(7)).await.unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(parts.telemetry.count_of(&names::STORAGE_CORRUPT_TOTAL, &["note"]), 1);
    damaged.control(Control::Verify).await.unwrap();
    assert!(parts.telemetry.count_of(&names::STORAGE_CORRUPT_TOTAL, &["note"]) >= 2);
}

/// Events are there before the call that caused them answers.
fn next(events: &mut Subscriber<IntegrityEvent>) -> IntegrityEvent {
    match events.try_recv().unwrap().unwrap() {
        Received::Event(event) => (*event).clone(),
        Received::Lagged(lag) => panic!("{lag:?}"),
    }
}

#[tokio::test]
async fn what_happens_to_keys_and_copies_is_told() {
    let parts = Parts::system().with_clock(Hurried(ManualClock::default()));
    let mut events = parts.telemetry.integrity_events();
    let memory: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
    let sealed = |keys: &str| -> Arc<Sealed> {
        Arc::new(Sealed::new(memory.clone(), Keyring::from_hex_list(keys).unwrap(), &parts))
    };
    let id = |key: &str| Keyring::from_hex_list(key).unwrap().active_key_id();
    let old: Arc<dyn Storage> = sealed(KEY_1);
    old.put(at(1), draft(Codec::Raw, 1, b"x")).await.unwrap();

    let other: Arc<dyn Storage> = sealed(KEY_2);
    other.get(at(1)).await.unwrap_err();
    let failed = next(&mut events);
    assert_eq!(failed, IntegrityEvent::CryptoFailed { operation: "decrypt", code: "key_not_found" });
    assert_eq!(failed.action(), "crypto.failed");

    let run = sealed(&format!("{KEY_2},{KEY_1}")).reencrypt();
    run.execute(&Stores::All, &CancelToken::new()).await.unwrap();
    let rotated = next(&mut events);
    assert_eq!(rotated, IntegrityEvent::KeyRotated { key: id(KEY_2), tenant: None, rows: 1 });
    run.execute(&Stores::All, &CancelToken::new()).await.unwrap();
    let census = run.census().await.unwrap();
    run.retire(id(KEY_1), &census, aragora_core::storage::Grace::Override).await.unwrap();
    let retired = next(&mut events);
    assert_eq!(retired, IntegrityEvent::KeyRetired { key: id(KEY_1), tenant: None }, "nothing was rotated twice");

    let folder = tempfile::tempdir().unwrap();
    let archive = BackupArchive::new(Arc::new(DirTarget::new(folder.path())), None, parts.clone());
    let full = Backups::new(memory.clone(), archive.clone()).unwrap().full().await.unwrap();
    let empty: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
    let report = archive.restore(&empty, &RestoreOptions::default()).await.unwrap();
    let restored = next(&mut events);
    let IntegrityEvent::BackupRestored { backup, restored_to, .. } = &restored else { panic!("{restored:?}") };
    assert_eq!((backup, *restored_to), (&full.to_string(), report.restored_to));
    assert_eq!(restored.action(), "backup.restored");
}

#[tokio::test]
async fn large_values_are_sealed_and_opened_like_small_ones() {
    let parts = Parts::system();
    for unlisted in [EncryptionState::Strict, EncryptionState::Migrating] {
        let memory: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
        let sealed = Sealed::new(memory.clone(), Keyring::from_hex_list(KEY_1).unwrap(), &parts).unlisted(unlisted);
        let store: Arc<dyn Storage> = Arc::new(sealed);
        // Small and large in one batch, around the size at which the thread changes.
        let sizes = [0, 1_000, (64 << 10) - 24, 64 << 10, 1 << 20];
        let value = |size: usize| vec![size as u8 ^ 7; size];
        let ops = sizes.iter().enumerate().map(|(key, size)| Op::Put {
            at: at(key as u64),
            frame: draft(Codec::Raw, 1, &value(*size)),
            ttl: None,
            expect: Precondition::Absent,
        });
        store.apply(Batch::of(ops.collect::<Vec<_>>())).await.unwrap();
        for (key, size) in sizes.iter().enumerate() {
            let entry = store.get(at(key as u64)).await.unwrap().unwrap();
            let frame = open_frame(&entry.frame, &entry.address.physical()).unwrap();
            assert_eq!(frame.payload, value(*size), "{size}");
            let below = memory.get(at(key as u64)).await.unwrap().unwrap();
            assert!(open_frame(&below.frame, &below.address.physical()).unwrap().sealed);
        }
    }
}

#[cfg(feature = "servers")]
#[tokio::test]
async fn connections_of_the_pool_are_shown_while_the_store_lives() {
    let Some(address) = aragora_tests::servers::address("ARAGORA_TEST_POSTGRES") else { return };
    let schema = aragora_tests::servers::unique("pool");
    let parts = Parts::system();
    let gauge = |state| parts.telemetry.gauge(&names::DB_POOL_CONNECTIONS, &[state]).get();
    let options = format!("aragora.schema={schema}&aragora.pool_size=3");
    let store = open(&aragora_tests::servers::with_options(&address, &options), &parts).await.unwrap();
    store.put(at(1), draft(Codec::Raw, 1, b"x")).await.unwrap();
    let shown = gauge("idle") + gauge("in_use");
    assert!((1.0..=3.0).contains(&shown), "{shown}");
    store.control(Control::Close).await.unwrap();
    assert!(gauge("idle") + gauge("in_use") < 1.0, "none is left");
}

/// Two processes on one server: each is seen by the other, and no id is given twice.
#[cfg(feature = "servers")]
#[tokio::test]
async fn processes_on_one_server_see_each_other() {
    use aragora_core::Aragora;
    use aragora_core::config::Config;
    for (variable, option) in [("ARAGORA_TEST_POSTGRES", "aragora.schema"), ("ARAGORA_TEST_REDIS", "aragora.ns")] {
        let Some(address) = aragora_tests::servers::address(variable) else { return };
        let name = aragora_tests::servers::unique("live");
        let uri = aragora_tests::servers::with_options(&address, &format!("{option}={name}"));
        let named = |id: &str| {
            let mut config = Config::default();
            config.instance_id = Some(id.to_owned());
            config
        };
        let first = Aragora::open(&uri, &named("a")).await.unwrap();
        let second = Aragora::open(&uri, &Config::default()).await.unwrap();
        let ids: Vec<String> = first.instances().await.unwrap().into_iter().map(|instance| instance.id).collect();
        assert_eq!(ids, ["a", second.instance_id().unwrap()]);
        let taken = Aragora::open(&uri, &named("a")).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::Conflict, "{taken}");
        first.shutdown(Duration::ZERO).await;
        assert_eq!(second.instances().await.unwrap().len(), 1);
        let third = Aragora::open(&uri, &named("a")).await.unwrap();
        assert_eq!(third.instances().await.unwrap().len(), 2);
    }
}
