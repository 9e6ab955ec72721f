//! Backups of every backend, while it is written to, and stores moved from any backend to any other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::storage::backup::{
    BackupArchive, BackupKind, Backups, DirTarget, Freeze, RestoreAt, RestoreOptions, discard_previous,
};
use aragora_core::storage::{
    Batch, Control, Leases, MoveOptions, Op, Precondition, Storage, move_between, move_store, open,
};
use aragora_core::telemetry::Parts;
use aragora_tests::copies::{Made, Site, at, contents, sites, value};
use aragora_tests::embedded::scratch;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

fn archive(folder: &tempfile::TempDir, parts: &Parts) -> BackupArchive {
    BackupArchive::new(Arc::new(DirTarget::new(folder.path())), None, parts.clone())
}

/// Some rows of every kind.
async fn fill(store: &Arc<dyn Storage>) {
    for space in ["", "acme", "other"] {
        for number in 0..20 {
            store.put(at(space, "one", &format!("key {number}")), value(&format!("{space} {number}"))).await.unwrap();
        }
        store.put(at(space, "two", "empty"), value("")).await.unwrap();
        store.put_for(at(space, "two", "brief"), value("for a year"), YEAR).await.unwrap();
    }
    store.put(at("acme", "two", "large"), value(&"x".repeat(3 << 20))).await.unwrap();
    store.delete(at("acme", "one", "key 3")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_of_every_backend_comes_back_into_one_of_every_backend() {
    let parts = Parts::system();
    let sites = sites();
    for from in &sites {
        let folder = scratch();
        let live = from.fresh(&parts).await.unwrap().store;
        fill(&live).await;
        let lease = Leases::new(live.clone(), at("acme", "one", "x").space);
        let lease = lease.named("job").claim("me", Duration::from_secs(600)).await.unwrap().unwrap();
        let backups = Backups::new(live.clone(), archive(&folder, &parts)).unwrap();
        let full = backups.full().await.unwrap();
        let verified = backups.verify(&full).await.unwrap();
        assert_eq!(verified.tables["one"].rows, 59, "{}", from.name());
        let expected = contents(&live).await.unwrap();
        for to in &sites {
            let pair = format!("{} to {}", from.name(), to.name());
            let copy = to.fresh(&parts).await.unwrap().store;
            archive(&folder, &parts).restore(&copy, &RestoreOptions::default()).await.unwrap();
            assert_eq!(contents(&copy).await.unwrap(), expected, "{pair}");
            // What was held before the loss is held no longer, and what is new has never been there.
            assert_eq!(copy.renew(lease.clone(), None).await.unwrap_err().kind(), ErrorKind::LeaseLost, "{pair}");
            let held = Leases::new(copy.clone(), at("acme", "one", "x").space);
            let again = held.named("job").claim("me", Duration::from_secs(600)).await.unwrap().unwrap();
            assert!(again.token > lease.token, "{pair}");
            let revision = copy.put(at("acme", "one", "key 0"), value("new")).await.unwrap().get();
            assert!(expected.values().all(|(old, ..)| *old != revision), "{pair}");
            let error = archive(&folder, &parts).restore(&copy, &RestoreOptions::default()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{pair}: a store that holds rows is left alone");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_end_of_every_backup_is_a_point_to_go_back_to() {
    let parts = Parts::system();
    for site in sites() {
        let folder = scratch();
        let live = site.fresh(&parts).await.unwrap().store;
        let backups = Backups::new(live.clone(), archive(&folder, &parts)).unwrap();
        let journal = live.capability().journal;
        let mut points = Vec::new();
        for step in 0..5 {
            live.put(at("acme", "one", "changed"), value(&step.to_string())).await.unwrap();
            live.put(at("acme", "one", &format!("new {step}")), value("new")).await.unwrap();
            if step > 1 {
                live.delete(at("acme", "one", &format!("new {}", step - 1))).await.unwrap();
            }
            if step == 3 {
                // Gone and there again.
                live.delete(at("acme", "one", "new 0")).await.unwrap();
                live.put(at("acme", "one", "new 0"), value("again")).await.unwrap();
            }
            let id = backups.increment().await.unwrap().expect("something changed");
            let increment = step > 0 && journal;
            let kind = if increment { BackupKind::Increment } else { BackupKind::Full };
            assert_eq!(id.kind(), kind, "{} step {step}", site.name());
            points.push((id, contents(&live).await.unwrap()));
        }
        if journal {
            assert_eq!(backups.increment().await.unwrap(), None, "{}: nothing changed", site.name());
            assert_eq!(backups.measure_lag().await.unwrap(), Duration::ZERO, "{}", site.name());
        }
        for (id, expected) in &points {
            let copy = site.fresh(&parts).await.unwrap().store;
            let options = RestoreOptions::at(RestoreAt::Backup(id.clone()));
            archive(&folder, &parts).restore(&copy, &options).await.unwrap();
            assert_eq!(&contents(&copy).await.unwrap(), expected, "{} {id}", site.name());
        }
        // A copy has the same identity and another journal: nothing is taken for an increment of the old one.
        let copy = site.fresh(&parts).await.unwrap().store;
        archive(&folder, &parts).restore(&copy, &RestoreOptions::default()).await.unwrap();
        for number in 0..20 {
            copy.put(at("acme", "one", &format!("later {number}")), value("later")).await.unwrap();
        }
        let id = Backups::new(copy, archive(&folder, &parts)).unwrap().increment().await.unwrap().unwrap();
        assert_eq!(id.kind(), BackupKind::Full, "{}", site.name());
    }
}

/// Accounts between which money is moved, in several pages of any copy.
const ACCOUNTS: u32 = 2_400;
const EACH: i64 = 100;

async fn accounts(store: &Arc<dyn Storage>) {
    let numbers: Vec<u32> = (0..ACCOUNTS).collect();
    for some in numbers.chunks(400) {
        let mut batch = Batch::default();
        for number in some {
            batch.put(at("acme", "one", &format!("{number:05}")), value(&EACH.to_string()), Precondition::Any);
        }
        store.apply(batch).await.unwrap();
    }
}

fn money(seen: &BTreeMap<aragora_core::storage::Address, aragora_tests::copies::Seen>) -> i64 {
    seen.values().map(|(.., payload)| std::str::from_utf8(payload).unwrap().parse::<i64>().unwrap()).sum()
}

/// Moves money between two accounts, from one end of the table to the other, until told to stop.
async fn trade(store: Arc<dyn Storage>, stop: Arc<AtomicBool>, seed: u32) -> u32 {
    let mut balance = vec![EACH; ACCOUNTS as usize];
    let (mut done, mut dice) = (0, seed);
    while !stop.load(Ordering::SeqCst) {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (from, to) = (((dice >> 8) % 1_000) as usize, 1_400 + ((dice >> 12) % 1_000) as usize);
        balance[from] -= 1;
        balance[to] += 1;
        let mut batch = Batch::default();
        for account in [from, to] {
            let frame = value(&balance[account].to_string());
            batch.put(at("acme", "one", &format!("{account:05}")), frame, Precondition::Any);
        }
        store.apply(batch).await.unwrap();
        done += 1;
    }
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_that_is_made_under_writes_is_one_state() {
    let parts = Parts::system();
    for site in sites() {
        let folder = scratch();
        let live = site.fresh(&parts).await.unwrap().store;
        accounts(&live).await;
        let backups = Backups::new(live.clone(), archive(&folder, &parts)).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let trading = tokio::spawn(trade(live.clone(), stop.clone(), 7));
        let mut ids = Vec::new();
        for round in 0..6 {
            let made = if round % 3 == 0 { Some(backups.full().await) } else { backups.increment().await.transpose() };
            ids.extend(made.map(|made| made.unwrap()));
        }
        stop.store(true, Ordering::SeqCst);
        let trades = trading.await.unwrap();
        assert!(trades > 0 && ids.len() > 1, "{}: {trades} trades, {} backups", site.name(), ids.len());
        ids.extend(backups.increment().await.unwrap());
        for id in &ids {
            backups.verify(id).await.unwrap();
            let copy: Arc<dyn Storage> = Site::Memory.fresh(&parts).await.unwrap().store;
            let options = RestoreOptions::at(RestoreAt::Backup(id.clone()));
            archive(&folder, &parts).restore(&copy, &options).await.unwrap();
            let seen = contents(&copy).await.unwrap();
            assert_eq!(seen.len(), ACCOUNTS as usize, "{} {id}", site.name());
            assert_eq!(money(&seen), i64::from(ACCOUNTS) * EACH, "{} {id}: money was made or lost", site.name());
        }
        let copy: Arc<dyn Storage> = Site::Memory.fresh(&parts).await.unwrap().store;
        archive(&folder, &parts).restore(&copy, &RestoreOptions::default()).await.unwrap();
        assert_eq!(contents(&copy).await.unwrap(), contents(&live).await.unwrap(), "{}", site.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_moves_from_every_backend_to_every_backend_and_back() {
    let parts = Parts::system();
    let sites = sites();
    for from in &sites {
        for to in &sites {
            let pair = format!("{} to {}", from.name(), to.name());
            let (old, new) = (from.fresh(&parts).await.unwrap(), to.fresh(&parts).await.unwrap());
            fill(&old.store).await;
            let expected = contents(&old.store).await.unwrap();
            let mut options = MoveOptions::default();
            options.name = Some("elsewhere".to_owned());
            let report = move_between(&old.store, &new.store, &options, &parts).await.unwrap();
            assert_eq!((report.from, report.to), (from.name(), to.name()));
            assert_eq!((report.tables["one"].rows, report.tables["two"].rows, report.expired), (59, 7, 0), "{pair}");
            assert_eq!(contents(&new.store).await.unwrap(), expected, "{pair}");
            refuses_writes(&old.store, "elsewhere", &pair).await;
            assert_eq!(contents(&old.store).await.unwrap(), expected, "{pair}: what was moved can still be read");
            // Also after it was opened anew.
            if let Some(uri) = &old.uri {
                old.store.control(Control::Close).await.unwrap();
                let again = open(uri, &parts).await.unwrap();
                refuses_writes(&again, "elsewhere", &pair).await;
                again.control(Control::Close).await.unwrap();
            }
            // There and back again is the same.
            let back = from.fresh(&parts).await.unwrap();
            let second = move_between(&new.store, &back.store, &options, &parts).await.unwrap();
            assert_eq!((second.tables, &second.store_id), (report.tables, &report.store_id), "{pair}");
            assert_eq!(contents(&back.store).await.unwrap(), expected, "{pair}");
            back.store.put(at("acme", "one", "new"), value("goes on")).await.unwrap();
        }
    }
}

async fn refuses_writes(store: &Arc<dyn Storage>, to: &str, pair: &str) {
    let put = store.put(at("acme", "one", "late"), value("late")).await.map(drop);
    let deleted = store.delete(at("acme", "one", "key 1")).await;
    let mut batch = Batch::default();
    batch.delete(at("acme", "one", "key 1"), Precondition::Present);
    batch.push(Op::Take { at: at("acme", "one", "key 2") });
    let applied = store.apply(batch).await.map(drop);
    let claimed = Leases::new(store.clone(), at("acme", "one", "x").space).named("late");
    let claimed = claimed.claim("me", Duration::from_secs(60)).await.map(drop);
    for refused in [put, deleted, applied, claimed] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidState, "{pair}: {error}");
        assert_eq!(error.context().get("moved_to").map(String::as_str), Some(to), "{pair}");
        assert_eq!(error.context().get("outcome").map(String::as_str), Some("not_applied"), "{pair}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_wait_while_a_store_is_held_and_one_that_let_go_too_long_does_not_move_it() {
    let parts = Parts::system();
    for site in sites() {
        let name = site.name();
        let Made { store, .. } = site.fresh(&parts).await.unwrap();
        let side = store.clone().copyable().unwrap();
        side.freeze("a", Freeze::Begin(Duration::from_secs(600))).await.unwrap();
        let error = store.put(at("acme", "one", "k"), value("v")).await.unwrap_err();
        assert_eq!((error.kind(), error.retryable()), (ErrorKind::Unavailable, true), "{name}: {error}");
        assert_eq!(error.context().get("outcome").map(String::as_str), Some("not_applied"), "{name}");
        assert_eq!(store.get(at("acme", "one", "k")).await.unwrap(), None, "{name}: readers go on");
        let second = side.freeze("b", Freeze::Begin(Duration::from_secs(600))).await.unwrap_err();
        assert_eq!(second.kind(), ErrorKind::Conflict, "{name}");
        side.freeze("b", Freeze::End).await.unwrap();
        store.put(at("acme", "one", "k"), value("v")).await.unwrap_err();
        side.freeze("a", Freeze::Keep(Duration::from_millis(1))).await.unwrap();
        // It ends by itself.
        while store.put(at("acme", "one", "k"), value("v")).await.is_err() {
            tokio::task::yield_now().await;
        }
        for late in [Freeze::Keep(Duration::from_secs(60)), Freeze::Moved("x".to_owned())] {
            assert_eq!(side.freeze("a", late).await.unwrap_err().kind(), ErrorKind::LeaseLost, "{name}");
        }
        side.freeze("c", Freeze::Begin(Duration::from_secs(600))).await.unwrap();
        side.freeze("c", Freeze::End).await.unwrap();
        store.put(at("acme", "one", "k"), value("v")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_move_that_fails_leaves_the_old_store_as_it_was() {
    let parts = Parts::system();
    for site in sites() {
        let (old, filled) = (site.fresh(&parts).await.unwrap(), site.fresh(&parts).await.unwrap());
        fill(&old.store).await;
        filled.store.put(at("acme", "one", "mine"), value("mine")).await.unwrap();
        let refused = move_between(&old.store, &filled.store, &MoveOptions::default(), &parts).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{}", site.name());
        assert_eq!(contents(&filled.store).await.unwrap().len(), 1, "{}", site.name());
        old.store.put(at("acme", "one", "more"), value("goes on")).await.unwrap();
        let refused = move_between(&old.store, &old.store, &MoveOptions::default(), &parts).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidRequest, "{}", site.name());
        old.store.put(at("acme", "one", "more"), value("goes on")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_move_by_address_tells_where_the_store_is_without_its_secrets() {
    let parts = Parts::system();
    let sites = sites();
    for from in sites.iter().filter(|site| site.name() != "memory") {
        for to in sites.iter().filter(|site| site.name() != "memory") {
            let (old, new) = (from.fresh(&parts).await.unwrap(), to.fresh(&parts).await.unwrap());
            fill(&old.store).await;
            let expected = contents(&old.store).await.unwrap();
            for made in [&old, &new] {
                made.store.control(Control::Close).await.unwrap();
            }
            let (from_uri, to_uri) = (old.uri.unwrap(), new.uri.unwrap());
            move_store(&from_uri, &to_uri, &MoveOptions::default(), &parts).await.unwrap();
            assert_eq!(contents(&open(&to_uri, &parts).await.unwrap()).await.unwrap(), expected);
            let error = open(&from_uri, &parts).await.unwrap().put(at("", "one", "x"), value("x")).await.unwrap_err();
            let told = &error.context()["moved_to"];
            assert!(to_uri.starts_with(told.split("//").next().unwrap()), "{told}");
            assert!(!told.contains('@') && !told.contains("journal"), "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_restore_in_place_keeps_what_was_there_until_it_is_discarded() {
    let parts = Parts::system();
    for site in sites().into_iter().filter(|site| !matches!(site.name(), "memory" | "redis")) {
        let (name, folder) = (site.name(), scratch());
        let made = site.fresh(&parts).await.unwrap();
        let uri = made.uri.clone().unwrap();
        fill(&made.store).await;
        let backups = Backups::new(made.store.clone(), archive(&folder, &parts)).unwrap();
        backups.full().await.unwrap();
        let identity = made.store.clone().copyable().unwrap().identity().await.unwrap();
        let expected = contents(&made.store).await.unwrap();
        made.store.put(at("acme", "one", "mistake"), value("mistake")).await.unwrap();

        // Beside the live store, which goes on.
        let staged = archive(&folder, &parts).stage_in_place(&uri, &RestoreOptions::default()).await.unwrap();
        assert_eq!(staged.report().tables["one"].rows, 59, "{name}");
        made.store.put(at("acme", "one", "second mistake"), value("mistake")).await.unwrap();
        if name != "postgres" {
            assert_eq!(staged.switch().await.unwrap_err().kind(), ErrorKind::AlreadyOpen, "{name}");
            made.store.control(Control::Close).await.unwrap();
        }
        assert_eq!(staged.switch().await.unwrap(), identity.generation + 1, "{name}");

        let store = if name == "postgres" { made.store.clone() } else { open(&uri, &parts).await.unwrap() };
        assert_eq!(contents(&store).await.unwrap(), expected, "{name}");
        let now = store.clone().copyable().unwrap().identity().await.unwrap();
        assert_eq!((now.store_id, now.generation), (identity.store_id, identity.generation + 1), "{name}");
        let written = store.put(at("acme", "one", "key 0"), value("goes on")).await.unwrap();
        assert!(expected.values().all(|(old, ..)| *old != written.get()), "{name}");
        let mut batch = Batch::default();
        batch.put(at("acme", "one", "key 1"), value("in a batch"), Precondition::Present);
        batch.check(at("acme", "one", "key 0"), Precondition::Revision(written));
        store.apply(batch).await.unwrap();
        let held = Leases::new(store.clone(), at("acme", "one", "x").space).named("job");
        held.claim("me", Duration::from_secs(60)).await.unwrap().unwrap();

        // The next backup is a full one, and a second restore in place waits for the first to be discarded.
        let backups = Backups::new(store.clone(), archive(&folder, &parts)).unwrap();
        assert_eq!(backups.increment().await.unwrap().unwrap().kind(), BackupKind::Full, "{name}");
        let latest = contents(&store).await.unwrap();
        store.control(Control::Close).await.unwrap();
        if name == "postgres" {
            let error = archive(&folder, &parts).restore_in_place(&uri, &RestoreOptions::default()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{name}: {error}");
        }
        assert_eq!(discard_previous(&uri, &parts).await.unwrap(), 1, "{name}");
        assert_eq!(discard_previous(&uri, &parts).await.unwrap(), 0, "{name}");
        archive(&folder, &parts).restore_in_place(&uri, &RestoreOptions::default()).await.unwrap();
        let store = open(&uri, &parts).await.unwrap();
        assert_eq!(contents(&store).await.unwrap(), latest, "{name}");
        store.control(Control::Close).await.unwrap();

        // Nothing of another store takes its place.
        let (other, elsewhere) = (site.fresh(&parts).await.unwrap(), scratch());
        other.store.put(at("acme", "one", "k"), value("v")).await.unwrap();
        Backups::new(other.store.clone(), archive(&elsewhere, &parts)).unwrap().full().await.unwrap();
        let error = archive(&elsewhere, &parts).restore_in_place(&uri, &RestoreOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{name}: {error}");
        let store = open(&uri, &parts).await.unwrap();
        assert_eq!(contents(&store).await.unwrap(), latest, "{name}");
    }
}
