//! Damaged files: never a wrong value, never a panic, and what is missing is found by `Verify`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::storage::{
    ClaimTarget, Control, ControlReport, KeyRange, LeaseClaim, OnCorrupt, PageRequest, Storage, TableName,
};
use aragora_core::testing::storage::{frame, tenant, text};
use aragora_core::{Error, ErrorKind};
use aragora_tests::embedded::{BACKENDS, Dice, at, copy_directory, data_file, opened, scratch, value};

type Rows = BTreeMap<String, String>;

/// Rows of all sizes, some rewritten, some that expire, a lease, several groups.
async fn filled(backend: &str, directory: &Path) -> Rows {
    let store = opened(backend, directory, "").await.unwrap();
    let mut rows = Rows::new();
    for n in 0..60_usize {
        let name = format!("{:02}", n % 40);
        let text = format!("{n}:{}", "abcdefgh".repeat(1 + n * n % 90));
        if n % 7 == 0 {
            store.put_for(at(&name), frame(&text), Duration::from_secs(3_600)).await.unwrap();
        } else {
            store.put(at(&name), frame(&text)).await.unwrap();
        }
        rows.insert(name, text);
    }
    let claim = LeaseClaim { target: ClaimTarget::Name(at("job")), owner: "a".into(), ttl: Duration::from_secs(60) };
    store.claim(claim).await.unwrap();
    store.control(Control::Close).await.unwrap();
    rows
}

fn honest(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Corrupt | ErrorKind::StorePoisoned | ErrorKind::UnsupportedVersion | ErrorKind::Unavailable
    )
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// Opening was refused.
    refused: usize,
    /// Rows were refused, by name.
    named: usize,
    /// Nothing was seen of the damage.
    harmless: usize,
}

/// How a damaged directory is opened, and whether it is written to as well.
#[derive(Clone, Copy)]
struct Use {
    options: &'static str,
    writes: bool,
}

const READ: Use = Use { options: "", writes: false };

/// Opens a damaged directory and holds it to every promise.
async fn judge(backend: &str, way: Use, directory: &Path, rows: &Rows, context: &str, outcome: &mut Outcome) {
    let store = match opened(backend, directory, way.options).await {
        Ok(store) => store,
        Err(error) => {
            assert!(honest(&error), "{context}: {error:?}");
            outcome.refused += 1;
            return;
        }
    };
    let mut missing = 0;
    for (name, expected) in rows {
        match value(&store, name).await {
            Ok(Some(found)) => assert_eq!(&found, expected, "{context}: a wrong value of {name}"),
            Ok(None) => missing += 1,
            Err(error) => {
                assert!(honest(&error), "{context}: {error:?}");
                missing += 1;
            }
        }
    }
    let all = KeyRange::all(tenant(), TableName::new("kept").unwrap());
    let request = PageRequest { on_corrupt: OnCorrupt::Report, ..PageRequest::first(1_000) };
    match store.scan(all, request).await {
        Ok(page) => {
            for entry in &page.entries {
                let name = entry.address.key.decode::<String>().unwrap();
                assert_eq!(Some(&text(entry).unwrap()), rows.get(&name), "{context}: a wrong value of {name}");
            }
            missing += rows.len().saturating_sub(page.entries.len());
        }
        Err(error) => {
            assert!(honest(&error), "{context}: {error:?}");
            missing += 1;
        }
    }
    let verified = store.control(Control::Verify).await;
    let found = match &verified {
        Ok(ControlReport::Verified { corrupt, .. }) => !corrupt.is_empty(),
        Ok(other) => panic!("{other:?}"),
        Err(error) => honest(error),
    };
    if missing > 0 {
        assert!(found, "{context}: {missing} rows are missing and nothing is found: {verified:?}");
        outcome.named += 1;
    } else {
        outcome.harmless += 1;
    }
    if way.writes {
        write(&store, rows, context).await;
    }
    store.control(Control::Close).await.unwrap();
}

/// Writes into a store whose files may be damaged: what is refused is refused honestly, what is acknowledged is there,
/// and nothing else changes its value.
async fn write(store: &Arc<dyn Storage>, rows: &Rows, context: &str) {
    let mut expected = rows.clone();
    let mut unknown = Vec::new();
    for number in 0..30_usize {
        let name = format!("{:02}", number * 7 % 50);
        let text = format!("new {number} {}", "z".repeat(number * 97));
        let done = match number % 5 {
            4 => store.delete(at(&name)).await.map(|()| expected.remove(&name)),
            _ => store.put(at(&name), frame(&text)).await.map(|_| expected.insert(name.clone(), text)),
        };
        if let Err(error) = done {
            assert!(honest(&error), "{context}: {error:?}");
            unknown.push(name);
        }
    }
    for number in 0..50 {
        let name = format!("{number:02}");
        if let Ok(Some(found)) = value(store, &name).await
            && !unknown.contains(&name)
        {
            assert_eq!(Some(&found), expected.get(&name), "{context}: a wrong value of {name} after writing");
        }
    }
}

async fn damaged(
    backend: &str,
    way: Use,
    rounds: std::ops::Range<u64>,
    mut damage: impl FnMut(&mut Dice, &mut Vec<u8>),
) -> Outcome {
    let root = scratch();
    let template = root.path().join("template");
    let rows = filled(backend, &template).await;
    let sound = std::fs::read(data_file(backend, &template)).unwrap();
    let mut outcome = Outcome::default();
    let first = rounds.start;
    for round in rounds {
        let directory = root.path().join("damaged");
        if round == first || backend == "sled" || way.writes {
            let _ = std::fs::remove_dir_all(&directory);
            copy_directory(&template, &directory).unwrap();
        }
        let mut bytes = sound.clone();
        damage(&mut Dice::new(round), &mut bytes);
        std::fs::write(data_file(backend, &directory), &bytes).unwrap();
        judge(backend, way, &directory, &rows, &format!("{backend}, round {round}"), &mut outcome).await;
    }
    println!("{backend}: {outcome:?}");
    outcome
}

/// Most of a young file is empty, and a flip there is as harmless as in a real one it is not.
fn used(bytes: &[u8], dice: &mut Dice) -> usize {
    for _ in 0..10_000 {
        let at = dice.next(bytes.len() as u64) as usize;
        if bytes[at] != 0 {
            return at;
        }
    }
    0
}

/// Half of a thousand, so that the two halves run at once.
async fn flips(backend: &str, half: u64) {
    flips_used(backend, READ, half).await;
}

async fn flips_used(backend: &str, way: Use, half: u64) {
    let outcome = damaged(backend, way, half * 500..(half + 1) * 500, |dice, bytes| {
        let at = if dice.next(4) == 0 { dice.next(bytes.len() as u64) as usize } else { used(bytes, dice) };
        bytes[at] ^= 1 << dice.next(8);
    })
    .await;
    assert_eq!(outcome.refused + outcome.named + outcome.harmless, 500);
    assert!(outcome.refused + outcome.named > 20, "the flips hit nothing: {outcome:?}");
}

async fn cuts(backend: &str) {
    let mut number = 0;
    let outcome = damaged(backend, READ, 0..60, |dice, bytes| {
        number += 1;
        let length = if number <= 4 { number - 1 } else { dice.next(bytes.len() as u64) as usize };
        bytes.truncate(length);
    })
    .await;
    assert!(outcome.refused > 0, "{outcome:?}");
}

#[tokio::test]
async fn flipped_bits_in_a_redb_file_are_never_a_wrong_value() {
    flips("redb", 0).await;
}

#[tokio::test]
async fn flipped_bits_in_a_redb_file_are_never_a_wrong_value_more() {
    flips("redb", 1).await;
}

/// A file too large to be checked whole at open, and written to: redb must not go by what is damaged.
const LARGE: Use = Use { options: "?check_mb=0", writes: true };

#[tokio::test]
async fn flipped_bits_in_a_large_redb_file_that_is_written_to_are_never_a_wrong_value() {
    flips_used("redb", LARGE, 0).await;
}

#[tokio::test]
async fn flipped_bits_in_a_large_redb_file_that_is_written_to_are_never_a_wrong_value_more() {
    flips_used("redb", LARGE, 1).await;
}

#[tokio::test]
async fn a_cut_redb_file_is_never_a_wrong_value() {
    cuts("redb").await;
}

#[cfg(feature = "sled")]
#[tokio::test]
async fn flipped_bits_in_a_sled_file_are_never_a_wrong_value() {
    flips("sled", 0).await;
}

#[cfg(feature = "sled")]
#[tokio::test]
async fn flipped_bits_in_a_sled_file_are_never_a_wrong_value_more() {
    flips("sled", 1).await;
}

#[cfg(feature = "sled")]
#[tokio::test]
async fn a_cut_sled_file_is_never_a_wrong_value() {
    cuts("sled").await;
}

#[cfg(feature = "sled")]
fn snapshots(directory: &Path) -> Vec<std::path::PathBuf> {
    let listed = std::fs::read_dir(directory.join("store-1")).unwrap().map(|entry| entry.unwrap().path());
    listed.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("snap.")).collect()
}

#[cfg(feature = "sled")]
#[tokio::test]
async fn empty_and_cut_snapshots_of_sled_are_set_aside_and_nothing_is_lost() {
    let root = scratch();
    let template = root.path().join("template");
    let rows = filled("sled", &template).await;
    // Opening once more makes a snapshot.
    opened("sled", &template, "").await.unwrap().control(Control::Close).await.unwrap();
    assert!(!snapshots(&template).is_empty(), "sled made no snapshot");
    for keep in [0, 1, 12, 20] {
        let directory = root.path().join(keep.to_string());
        copy_directory(&template, &directory).unwrap();
        for path in snapshots(&directory) {
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..keep.min(bytes.len())]).unwrap();
        }
        let store = opened("sled", &directory, "").await.unwrap();
        for (name, expected) in &rows {
            assert_eq!(value(&store, name).await.unwrap().as_ref(), Some(expected), "{keep} bytes kept, {name}");
        }
        assert!(directory.join("store-1/quarantine").read_dir().unwrap().next().is_some(), "what was moved is kept");
        store.control(Control::Close).await.unwrap();
    }
}

#[tokio::test]
async fn a_damaged_row_is_named_the_others_are_read_and_nothing_is_written() {
    for backend in BACKENDS {
        let root = scratch();
        let directory = root.path().join("store");
        let store = opened(backend, &directory, "").await.unwrap();
        let mark = "a text that is found again ".repeat(3);
        for name in ["a", "b", "c"] {
            store.put(at(name), frame(if name == "b" { &mark } else { name })).await.unwrap();
        }
        store.control(Control::Close).await.unwrap();
        let file = data_file(backend, &directory);
        let mut bytes = std::fs::read(&file).unwrap();
        let places: Vec<usize> =
            bytes.windows(mark.len()).enumerate().filter(|(_, w)| *w == mark.as_bytes()).map(|(at, _)| at).collect();
        for place in places {
            bytes[place + 5] ^= 1;
        }
        std::fs::write(&file, bytes).unwrap();
        let store = match opened(backend, &directory, "").await {
            Ok(store) => store,
            // sled sums whole pages and reads them at open.
            Err(error) if *backend == "sled" => {
                assert_eq!(error.kind(), ErrorKind::Corrupt, "{error:?}");
                continue;
            }
            Err(error) => panic!("{error:?}"),
        };
        let error = store.get(at("b")).await.unwrap_err();
        assert_eq!((error.kind(), error.context()["table"].as_str()), (ErrorKind::Corrupt, "kept"));
        assert_eq!(error.context()["key"], format!("{:?}", at("b").key));
        for name in ["a", "c"] {
            assert_eq!(value(&store, name).await.unwrap().as_deref(), Some(name));
        }
        let all = || KeyRange::all(tenant(), TableName::new("kept").unwrap());
        assert_eq!(store.scan(all(), PageRequest::default()).await.unwrap_err().kind(), ErrorKind::Corrupt);
        let request = PageRequest { on_corrupt: OnCorrupt::Report, ..PageRequest::default() };
        let page = store.scan(all(), request).await.unwrap();
        assert_eq!((page.entries.len(), page.corrupt.len(), &page.corrupt[0].address), (2, 1, &at("b")));
        let Ok(ControlReport::Verified { checked: 3, corrupt }) = store.control(Control::Verify).await else {
            panic!("three rows are checked");
        };
        assert!(corrupt.iter().any(|row| row.address == at("b")), "{corrupt:?}");
        let refused = store.put(at("d"), frame("new")).await.unwrap_err();
        assert_eq!((refused.kind(), refused.context()["outcome"].as_str()), (ErrorKind::Corrupt, "not_applied"));
        assert_eq!(store.control(Control::Probe).await.unwrap_err().kind(), ErrorKind::Corrupt);
    }
}
