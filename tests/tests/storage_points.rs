//! The process ends at a named point of a commit: what was acknowledged is there, the group in between whole or not at
//! all, and from the sync on it stays.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use aragora_core::storage::{Batch, Control, Op, Precondition};
use aragora_core::testing::storage::{StoragePoint, frame, watch_storage_points};
use aragora_tests::embedded::{BACKENDS, at, opened, scratch, value};

const CHILD: &str = "ARAGORA_TEST_ENDS_AT";
const POINTS: [StoragePoint; 5] = [
    StoragePoint::BeforeApply,
    StoragePoint::RedoWritten,
    StoragePoint::BeforeSync,
    StoragePoint::AfterSync,
    StoragePoint::BeforeAnswer,
];

/// The child: writes pairs, one batch after the other, and ends without a word when it has come to its point so often.
#[test]
fn a_child_that_ends_at_a_point() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let [backend, point, times, directory] = told.splitn(4, ' ').collect::<Vec<_>>()[..] else { panic!("{told}") };
    let times: u64 = times.parse().unwrap();
    let point = POINTS.into_iter().find(|known| format!("{known:?}") == point).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = opened(backend, Path::new(directory), "").await.unwrap();
        let seen = AtomicU64::new(0);
        watch_storage_points(move |at| {
            if at == point && seen.fetch_add(1, Ordering::SeqCst) + 1 == times {
                // No destructor runs and nothing is flushed, as with a kill.
                std::process::abort();
            }
        });
        for number in 1..=times + 2 {
            let put = |name: &str| Op::Put {
                at: at(name),
                frame: frame(&number.to_string()),
                ttl: None,
                expect: Precondition::Any,
            };
            store.apply(Batch::of([put("one"), put("two")])).await.unwrap();
            println!("acknowledged {number}");
        }
    });
}

/// The last pair that was acknowledged before the child ended.
fn ended(backend: &str, point: StoragePoint, times: u64, directory: &Path) -> u64 {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_child_that_ends_at_a_point", "--nocapture"])
        .env(CHILD, format!("{backend} {point:?} {times} {}", directory.display()))
        .stderr(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success(), "{backend}: it never came to {point:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = text.lines().filter_map(|line| line.split_once("acknowledged ")?.1.parse().ok());
    told.max().unwrap_or(0)
}

#[tokio::test]
async fn a_process_that_ends_at_any_point_of_a_commit_loses_nothing_acknowledged_and_leaves_no_half() {
    for backend in BACKENDS {
        for point in POINTS {
            if point == StoragePoint::RedoWritten && *backend != "sled" {
                continue;
            }
            for times in [1, 2, 7] {
                let context = format!("{backend}, ended at {point:?} the {times}th time");
                let root = scratch();
                let directory = root.path().join("store");
                let acknowledged = ended(backend, point, times, &directory);
                let store = opened(backend, &directory, "").await.unwrap();
                let (one, two) = (value(&store, "one").await.unwrap(), value(&store, "two").await.unwrap());
                assert_eq!(one, two, "{context}: half a batch");
                let kept: u64 = one.map_or(0, |text| text.parse().unwrap());
                assert!(kept == acknowledged || kept == acknowledged + 1, "{context}: {kept} of {acknowledged}");
                if matches!(point, StoragePoint::AfterSync | StoragePoint::BeforeAnswer) {
                    assert_eq!(kept, acknowledged + 1, "{context}: what was synced stays");
                }
                if *backend == "redb" && point == StoragePoint::BeforeApply {
                    assert_eq!(kept, acknowledged, "{context}: nothing was written yet");
                }
                store.put(at("one"), frame("goes on")).await.unwrap();
                store.control(Control::Close).await.unwrap();
            }
        }
    }
}
