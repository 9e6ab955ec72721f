//! Crash images of sled: the files as they are at some point of a run, cut to what was synced last. All that was
//! acknowledged by then is there, and only whole batches.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use aragora_core::storage::{Batch, Control, ControlReport, Op, Precondition, Storage};
use aragora_core::testing::storage::{StoragePoint, frame, watch_storage_points};
use aragora_tests::embedded::{at, copy_directory, opened, scratch, value};

const BATCHES: u64 = 40;
/// One in so many batches holds a value that sled keeps in a file of its own.
const LARGE: u64 = 8;

/// Every file below and its size.
fn sizes(directory: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.metadata() {
                Ok(data) if data.is_dir() => folders.push(entry.path()),
                Ok(data) => drop(found.insert(entry.path().strip_prefix(directory).unwrap().to_owned(), data.len())),
                // Gone meanwhile.
                Err(_) => {}
            }
        }
    }
    found
}

/// What a disk that kept nothing after the last sync would hold.
fn cut(image: &Path, synced: &BTreeMap<PathBuf, u64>) {
    for (name, size) in sizes(image) {
        let path = image.join(&name);
        let data = name.starts_with("store-1");
        match synced.get(&name) {
            Some(kept) if data && *kept < size => {
                std::fs::File::options().write(true).open(path).unwrap().set_len(*kept).unwrap();
            }
            None if data => std::fs::remove_file(path).unwrap(),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Images {
    synced: Mutex<BTreeMap<PathBuf, u64>>,
    acknowledged: AtomicU64,
    // The images are opened in this process too.
    over: AtomicBool,
    // Where each lies, the point it is of, and what was acknowledged by then.
    taken: Mutex<Vec<(PathBuf, StoragePoint, u64)>>,
}

#[tokio::test]
async fn an_image_cut_to_what_was_synced_holds_whole_batches_and_all_acknowledged_ones() {
    let root = scratch();
    let directory = root.path().join("store");
    let store = opened("sled", &directory, "").await.unwrap();
    let images = Arc::new(Images::default());
    let (seen, live, folder) = (images.clone(), directory.clone(), root.path().join("images"));
    *images.synced.lock().unwrap() = sizes(&directory);
    watch_storage_points(move |point| {
        if seen.over.load(Ordering::SeqCst) {
            return;
        }
        if point == StoragePoint::AfterSync {
            *seen.synced.lock().unwrap() = sizes(&live);
        }
        let mut taken = seen.taken.lock().unwrap();
        let image = folder.join(taken.len().to_string());
        // sled writes in the background, so a file may come or go while it is copied.
        if copy_directory(&live, &image).is_ok() {
            cut(&image, &seen.synced.lock().unwrap());
            taken.push((image, point, seen.acknowledged.load(Ordering::SeqCst)));
        }
    });
    for number in 1..=BATCHES {
        let text = if number % LARGE == 0 { format!("{number} {}", "x".repeat(200_000)) } else { number.to_string() };
        let put = |name: &str| Op::Put { at: at(name), frame: frame(&text), ttl: None, expect: Precondition::Any };
        store.apply(Batch::of([put("one"), put("two")])).await.unwrap();
        images.acknowledged.store(number, Ordering::SeqCst);
    }
    images.over.store(true, Ordering::SeqCst);
    let taken: Vec<_> = images.taken.lock().unwrap().drain(..).collect();
    assert!(taken.len() as u64 >= 3 * BATCHES, "{} images", taken.len());
    for (image, point, acknowledged) in &taken {
        check(image, *acknowledged, &format!("{point:?} after {acknowledged}")).await;
    }
    println!("{} images", taken.len());
}

async fn number(store: &Arc<dyn Storage>, name: &str) -> u64 {
    let text = value(store, name).await.unwrap();
    text.map_or(0, |text| text.split(' ').next().unwrap().parse().unwrap())
}

async fn check(image: &Path, acknowledged: u64, context: &str) {
    let store = match opened("sled", image, "").await {
        Ok(store) => store,
        Err(error) => panic!("{context}: {error:?}"),
    };
    let (one, two) = (number(&store, "one").await, number(&store, "two").await);
    assert_eq!(one, two, "{context}: half a batch");
    assert!(one >= acknowledged && one <= acknowledged + 1, "{context}: {one} is there");
    let verified = store.control(Control::Verify).await.unwrap();
    assert!(matches!(&verified, ControlReport::Verified { corrupt, .. } if corrupt.is_empty()), "{context}");
    store.put(at("one"), frame("goes on")).await.unwrap();
    store.control(Control::Close).await.unwrap();
    std::fs::remove_dir_all(image).unwrap();
}
