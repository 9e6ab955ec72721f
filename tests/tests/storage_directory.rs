//! The directory of a store has one owner, says what it is, and fails with an error that says what to do.

use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use aragora_core::clock::ManualClock;
use aragora_core::storage::{Batch, Control, ControlReport, Op, Precondition, open};
use aragora_core::testing::storage::frame;
use aragora_core::{Error, ErrorKind};
use aragora_tests::embedded::{BACKENDS, Mount, at, copy_directory, data_file, opened, parts, value};

async fn filled(backend: &str, directory: &Path) {
    let store = opened(backend, directory, "").await.unwrap();
    store.put(at("k"), frame("v")).await.unwrap();
    store.control(Control::Close).await.unwrap();
}

async fn refused(backend: &str, directory: &Path, options: &str) -> Error {
    opened(backend, directory, options).await.unwrap_err()
}

#[tokio::test]
async fn a_second_handle_is_refused_with_the_holder_and_a_closed_one_frees_the_directory() {
    for backend in BACKENDS {
        let root = tempfile::tempdir().unwrap();
        let store = opened(backend, root.path(), "").await.unwrap();
        let error = refused(backend, root.path(), "").await;
        assert_eq!(error.kind(), ErrorKind::AlreadyOpen, "{error}");
        assert_eq!(error.context()["pid"], std::process::id().to_string());
        assert!(error.context().contains_key("host") && !error.retryable());
        store.control(Control::Close).await.unwrap();
        let again = opened(backend, root.path(), "").await.unwrap();
        // A handle that is dropped frees it too, once its writer is done.
        drop(again);
        opened(backend, root.path(), "").await.unwrap();
    }
}

/// The child of the next test: holds the directory until its input ends.
#[test]
fn a_child_that_holds_a_directory() {
    let Ok(uri) = std::env::var("ARAGORA_TEST_HOLD") else { return };
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        let _store = open(&uri, &parts(&ManualClock::default())).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "holding {}", std::process::id()).unwrap();
        out.flush().unwrap();
        std::io::stdin().read_line(&mut String::new()).unwrap();
    });
}

#[tokio::test]
async fn a_second_process_is_refused_and_a_killed_one_leaves_no_stale_lock() {
    for backend in BACKENDS {
        let root = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_child_that_holds_a_directory", "--nocapture"])
            .env("ARAGORA_TEST_HOLD", format!("{backend}:{}", root.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let pid = lines.find_map(|line| line.unwrap().split_once("holding ").map(|(_, pid)| pid.to_owned())).unwrap();
        let error = refused(backend, root.path(), "").await;
        assert_eq!((error.kind(), &error.context()["pid"]), (ErrorKind::AlreadyOpen, &pid), "{error}");
        child.kill().unwrap();
        child.wait().unwrap();
        opened(backend, root.path(), "").await.unwrap();
    }
}

#[tokio::test]
async fn another_backend_a_newer_format_and_damaged_marks_are_told_apart() {
    for (backend, other) in [("redb", "sled"), ("sled", "redb")].into_iter().filter(|(b, _)| BACKENDS.contains(b)) {
        let root = tempfile::tempdir().unwrap();
        filled(backend, root.path()).await;
        if BACKENDS.contains(&other) {
            let error = refused(other, root.path(), "").await;
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(error.reason().contains(backend) && error.reason().contains(other), "{error}");
        }
        let mark = root.path().join("aragora.json");
        let sound = std::fs::read_to_string(&mark).unwrap();
        let current = root.path().join("CURRENT");
        let cases: [(&Path, String, ErrorKind); 5] = [
            (&mark, sound.replace("\"format\": 1", "\"format\": 2"), ErrorKind::UnsupportedVersion),
            (&mark, sound.replace('{', "["), ErrorKind::Corrupt),
            (&mark, String::new(), ErrorKind::Corrupt),
            (&current, "one".to_owned(), ErrorKind::Corrupt),
            (&current, "7\n".to_owned(), ErrorKind::Corrupt),
        ];
        for (file, text, kind) in cases {
            let before = std::fs::read(file).unwrap();
            std::fs::write(file, &text).unwrap();
            let error = refused(backend, root.path(), "").await;
            assert_eq!(error.kind(), kind, "{}: {text:?}: {error}", file.display());
            assert_eq!(std::fs::read_to_string(file).unwrap(), text, "nothing is written");
            if kind == ErrorKind::UnsupportedVersion {
                assert_eq!((error.context()["found"].as_str(), error.context()["supported"].as_str()), ("2", "1"));
            }
            std::fs::write(file, before).unwrap();
        }
        for missing in [&mark, &current, &data_file(backend, root.path())] {
            let aside = root.path().join("aside");
            std::fs::rename(missing, &aside).unwrap();
            let error = refused(backend, root.path(), "").await;
            assert_eq!(error.kind(), ErrorKind::Corrupt, "without {}: {error}", missing.display());
            std::fs::rename(&aside, missing).unwrap();
        }
        let store = opened(backend, root.path(), "").await.unwrap();
        assert_eq!(value(&store, "k").await.unwrap().as_deref(), Some("v"), "it is as it was");
    }
}

#[tokio::test]
async fn an_opening_that_was_interrupted_is_gone_on_with() {
    for backend in BACKENDS {
        let root = tempfile::tempdir().unwrap();
        let whole = root.path().join("whole");
        opened(backend, &whole, "").await.unwrap().control(Control::Close).await.unwrap();
        for made in 0..3 {
            let begun = root.path().join(made.to_string());
            std::fs::create_dir_all(&begun).unwrap();
            if made > 0 {
                std::fs::copy(whole.join("aragora.json"), begun.join("aragora.json")).unwrap();
            }
            if made > 1 {
                copy_directory(&whole.join("store-1"), &begun.join("store-1")).unwrap();
            }
            filled(backend, &begun).await;
            let again = opened(backend, &begun, "").await.unwrap();
            assert_eq!(value(&again, "k").await.unwrap().as_deref(), Some("v"));
        }
    }
}

#[tokio::test]
async fn what_stands_behind_the_path_is_known_or_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("store").display().to_string();
    for uri in [
        format!("redb:{path}?mode=rx"),
        format!("redb:{path}?sync=off"),
        format!("redb:{path}?cache_mb=0"),
        format!("redb:{path}?cache_mb=many"),
        format!("redb:{path}?journal=on&journal=on"),
        format!("redb:{path}?journal"),
        "redb://host/path".to_owned(),
        "redb:".to_owned(),
        "redb:?mode=ro".to_owned(),
        "sled:".to_owned(),
        String::new(),
    ] {
        let error = open(&uri, &parts(&ManualClock::default())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{uri}: {error}");
    }
    assert!(!Path::new(&path).exists(), "nothing was made");
    for uri in
        [path.clone(), format!("redb://{path}"), format!("redb:{path}?cache_mb=1&network=refuse&mode=rw&journal=off")]
    {
        let store = open(&uri, &parts(&ManualClock::default())).await.unwrap();
        assert_eq!((store.capability().backend, store.capability().journal), ("redb", false));
        store.control(Control::Close).await.unwrap();
    }
    if !BACKENDS.contains(&"sled") {
        let error = open(&format!("sled:{path}"), &parts(&ManualClock::default())).await.unwrap_err();
        assert_eq!((error.kind(), error.context()["feature"].as_str()), (ErrorKind::NotConfigured, "storage-sled"));
    }
}

#[tokio::test]
async fn a_store_opened_for_reading_reads_and_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let missing = refused("redb", &root.path().join("none"), "?mode=ro").await;
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(!root.path().join("none").exists());
    let directory = root.path().join("store");
    filled("redb", &directory).await;
    let before = std::fs::read(data_file("redb", &directory)).unwrap();
    let readers =
        [opened("redb", &directory, "?mode=ro").await.unwrap(), opened("redb", &directory, "?mode=ro").await.unwrap()];
    for store in &readers {
        assert_eq!(value(store, "k").await.unwrap().as_deref(), Some("v"));
        assert!(
            matches!(store.control(Control::Verify).await, Ok(ControlReport::Verified { checked: 1, corrupt }) if corrupt.is_empty())
        );
        let error = store.put(at("k"), frame("w")).await.unwrap_err();
        assert_eq!((error.kind(), error.context()["outcome"].as_str()), (ErrorKind::ReadOnly, "not_applied"));
        assert_eq!(store.control(Control::Sweep).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    }
    assert_eq!(refused("redb", &directory, "").await.kind(), ErrorKind::AlreadyOpen, "a writer waits for readers");
    for store in readers {
        store.control(Control::Close).await.unwrap();
        assert_eq!(store.get(at("k")).await.unwrap_err().kind(), ErrorKind::Closed);
    }
    assert_eq!(std::fs::read(data_file("redb", &directory)).unwrap(), before);
    if BACKENDS.contains(&"sled") {
        filled("sled", &root.path().join("sled")).await;
        assert_eq!(refused("sled", &root.path().join("sled"), "?mode=ro").await.kind(), ErrorKind::Unsupported);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    for backend in BACKENDS {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("store");
        filled(backend, &directory).await;
        // sled makes its files anew now and then; opening sets them right.
        opened(backend, &directory, "").await.unwrap().control(Control::Close).await.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for (path, expected) in [
            (directory.clone(), 0o700),
            (directory.join("store-1"), 0o700),
            (directory.join("backups"), 0o700),
            (directory.join("LOCK"), 0o600),
            (directory.join("CURRENT"), 0o600),
            (directory.join("aragora.json"), 0o600),
            (directory.join("reserve"), 0o600),
            (data_file(backend, &directory), 0o600),
        ] {
            assert_eq!(mode(&path), expected, "{}", path.display());
        }
        assert_eq!(std::fs::metadata(directory.join("reserve")).unwrap().len(), 4 << 20);
    }
}

#[tokio::test]
async fn a_read_only_file_system_is_told_at_open_and_read_with_mode_ro() {
    let root = tempfile::tempdir().unwrap();
    let mount = match Mount::tmpfs(root.path(), 24) {
        Ok(mount) => mount,
        Err(error) => return println!("!!! skipped: no file system can be mounted here: {error}"),
    };
    for backend in BACKENDS {
        let directory = root.path().join(backend);
        filled(backend, &directory).await;
        mount.read_only(true).unwrap();
        for path in [&directory, &root.path().join("new")] {
            let error = refused(backend, path, "").await;
            assert_eq!((error.kind(), error.retryable()), (ErrorKind::ReadOnly, false), "{error}");
        }
        if *backend == "redb" {
            let store = opened(backend, &directory, "?mode=ro").await.unwrap();
            assert_eq!(value(&store, "k").await.unwrap().as_deref(), Some("v"));
            store.control(Control::Close).await.unwrap();
        }
        mount.read_only(false).unwrap();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_lets_deletes_through_and_recovers() {
    let root = tempfile::tempdir().unwrap();
    for backend in BACKENDS {
        let place = root.path().join(backend);
        std::fs::create_dir_all(&place).unwrap();
        let mount = match Mount::tmpfs(&place, 24) {
            Ok(mount) => mount,
            Err(error) => return println!("!!! skipped: no file system can be mounted here: {error}"),
        };
        let store = opened(backend, &place.join("store"), "").await.unwrap();
        let lease = store
            .claim(aragora_core::storage::LeaseClaim {
                target: aragora_core::storage::ClaimTarget::Name(at("job")),
                owner: "a".to_owned(),
                ttl: std::time::Duration::from_secs(60),
            })
            .await
            .unwrap()
            .remove(0);
        let large = |n: usize| "x".repeat(200_000) + &n.to_string();
        let mut written = 0;
        let full = loop {
            match store.put(at(&written.to_string()), frame(&large(written))).await {
                Ok(_) => written += 1,
                Err(error) => break error,
            }
            assert!(written < 1_000, "{backend}: the disk never fills");
        };
        assert_eq!((full.kind(), full.retryable()), (ErrorKind::StorageFull, true), "{backend}: {full:?}");
        assert_eq!(full.context()["outcome"], "not_applied");
        assert!(written > 10, "{backend}: {written} were written");
        let again = store.put(at("more"), frame(&large(0))).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::StorageFull, "{backend}: {again:?}");
        for n in 0..written {
            assert_eq!(value(&store, &n.to_string()).await.unwrap(), Some(large(n)), "{backend}: reads go on");
        }
        store.renew(lease, Some(std::time::Duration::from_secs(60))).await.unwrap();
        let mut deleted = 0;
        for n in 0..written / 2 {
            match store.apply(Batch::of([Op::Delete { at: at(&n.to_string()), expect: Precondition::Present }])).await {
                Ok(_) => deleted += 1,
                // sled only ever appends, so what was set aside for it is used up in the end.
                Err(error) if *backend == "sled" => {
                    assert_eq!(error.kind(), ErrorKind::StorageFull, "{error:?}");
                    break;
                }
                Err(error) => panic!("{backend}: delete {n} of {written}: {error:?}"),
            }
        }
        assert!(deleted >= 3, "{backend}: {deleted} deletes went through");
        if *backend == "redb" {
            // Space that was freed inside the file is used again.
            for n in 0..written / 4 {
                store.put(at(&n.to_string()), frame("small")).await.unwrap();
            }
        }
        mount.resize(64).unwrap();
        store
            .put(at("more"), frame(&large(0)))
            .await
            .unwrap_or_else(|error| panic!("{backend}: space is back: {error:?}"));
        store.control(Control::Close).await.unwrap();
        let store = opened(backend, &place.join("store"), "").await.unwrap();
        for n in deleted..written {
            assert_eq!(value(&store, &n.to_string()).await.unwrap(), Some(large(n)), "{backend}");
        }
        assert_eq!(value(&store, "more").await.unwrap(), Some(large(0)), "{backend}");
        store.control(Control::Close).await.unwrap();
    }
}
