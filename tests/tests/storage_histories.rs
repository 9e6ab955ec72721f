//! Eight threads a process, and on servers two processes, use one store at once: some order of their calls explains
//! what each of them saw, batches are whole, every revision has one winner and every ticket one taker.

use std::sync::Arc;

use aragora_core::clock::ManualClock;
use aragora_core::storage::Storage;
use aragora_tests::durable::kill::store_of;
use aragora_tests::embedded::scratch;
use aragora_tests::histories::{
    Call, Did, History, KEYS, TICKETS, left, linearizable, one_winner_each, prepare, run, taken_once,
};

const THREADS: u64 = 8;

fn turns() -> u64 {
    std::env::var("ARAGORA_HISTORY_TURNS").ok().and_then(|turns| turns.parse().ok()).unwrap_or(150)
}

/// Holds all that was seen to what must be true, after everybody ended.
async fn judge(seen: &History, store: &Arc<dyn Storage>, context: &str) {
    assert_eq!(seen.faults, Vec::<String>::new(), "{context}");
    assert_eq!(linearizable(&seen.calls), Ok(KEYS as usize), "{context}: no order explains a key");
    let lost = one_winner_each(&seen.calls);
    assert!(lost.is_ok(), "{context}: {lost:?} was replaced twice");
    assert_eq!(taken_once(&seen.tickets, &left(store).await.unwrap(), TICKETS), Ok(()), "{context}");
    assert!(seen.moved > 0 && seen.counted > 0 && !seen.tickets.is_empty(), "{context}");
    println!(
        "{context}: {} calls to {KEYS} keys, {} lost a race, {} transfers, {} counts, {} tickets",
        seen.calls.len(),
        lost.unwrap_or_default(),
        seen.moved,
        seen.counted,
        seen.tickets.len()
    );
}

async fn in_one_process(uri: &str) {
    let store = store_of(uri, &ManualClock::default()).await.unwrap();
    prepare(&store).await.unwrap();
    let seen = run(&store, 0, THREADS, turns()).await.unwrap();
    judge(&seen, &store, uri.split(':').next().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn some_order_explains_what_eight_threads_saw_of_memory() {
    in_one_process("memory:").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn some_order_explains_what_eight_threads_saw_of_redb() {
    let root = scratch();
    in_one_process(&format!("redb:{}", root.path().join("store").display())).await;
}

#[cfg(feature = "sled")]
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn some_order_explains_what_eight_threads_saw_of_sled() {
    let root = scratch();
    in_one_process(&format!("sled:{}", root.path().join("store").display())).await;
}

fn call(from: u64, to: u64, did: Did) -> Call {
    Call { key: 0, from, to, did }
}

#[test]
fn a_history_that_cannot_have_been_is_found() {
    use Did::{Read, Swapped, Took, Wrote};
    let fine = |calls: &[Call]| linearizable(calls).is_ok();
    // Two at once may come in either order, one after the other not.
    assert!(fine(&[call(0, 9, Wrote(1)), call(1, 2, Read(None)), call(3, 4, Read(Some(1)))]));
    assert!(!fine(&[call(0, 9, Wrote(1)), call(1, 2, Read(Some(1))), call(3, 4, Read(None))]), "a stale read");
    assert!(!fine(&[call(0, 1, Wrote(1)), call(2, 3, Read(None))]), "an acknowledged write is gone");
    assert!(!fine(&[call(0, 1, Read(Some(7)))]), "nobody wrote it");
    let wrote = call(0, 1, Wrote(1));
    assert!(fine(&[wrote, call(2, 9, Swapped(Some(1), Some(2), true)), call(3, 8, Swapped(Some(1), Some(3), false))]));
    assert!(!fine(&[wrote, call(2, 9, Swapped(Some(1), Some(2), true)), call(3, 8, Swapped(Some(1), Some(3), true))]));
    assert!(!fine(&[wrote, call(2, 9, Took(Some(1))), call(3, 8, Took(Some(1)))]), "taken twice");
    assert!(!fine(&[wrote, call(2, 3, Swapped(Some(1), Some(2), false))]), "refused for no reason");
    assert_eq!(
        one_winner_each(&[call(0, 1, Swapped(Some(1), Some(2), true)), call(0, 1, Swapped(Some(1), None, true))]),
        Err((0, 1))
    );
    assert_eq!(taken_once(&[0, 2, 2], &[1], 4), Err(vec![2, 3]));
}

#[cfg(feature = "servers")]
mod servers {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Child, Command, Stdio};

    use aragora_tests::servers::{PostgresStores, RedisStores, address};

    use super::*;

    const CHILD: &str = "ARAGORA_TEST_HISTORY";
    const BEGINS: &str = "history ";

    /// One of the two processes: opens, says so, waits for a word, acts and tells what it saw.
    #[test]
    fn a_child_that_acts() {
        let Ok(place) = std::env::var(CHILD) else { return };
        let (process, uri) = place.split_once(' ').unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(8).enable_all().build().unwrap();
        let seen = runtime.block_on(async {
            let store = store_of(uri, &ManualClock::default()).await.unwrap();
            println!("ready");
            let go = tokio::task::spawn_blocking(|| std::io::stdin().lines().next());
            assert!(go.await.unwrap().is_some());
            run(&store, process.parse().unwrap(), THREADS, turns()).await.unwrap()
        });
        println!("{BEGINS}{}", serde_json::to_string(&seen).unwrap());
    }

    fn child(process: u64, uri: &str) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "servers::a_child_that_acts", "--nocapture"]).env(CHILD, format!("{process} {uri}"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Runs both at once and puts together what they saw.
    fn both(uri: &str) -> History {
        let mut children: Vec<Child> = (0..2).map(|process| child(process, uri)).collect();
        let mut outs: Vec<_> =
            children.iter_mut().map(|child| BufReader::new(child.stdout.take().unwrap()).lines()).collect();
        for out in &mut outs {
            assert!(out.any(|line| line.unwrap().ends_with("ready")), "a child did not open the store");
        }
        for child in &mut children {
            child.stdin.take().unwrap().write_all(b"go\n").unwrap();
        }
        let mut all = History::default();
        for (child, out) in children.iter_mut().zip(outs) {
            // To the end: a child that cannot say its last word fails.
            let lines: Vec<String> = out.map(Result::unwrap).collect();
            let told = lines.iter().find_map(|line| line.strip_prefix(BEGINS));
            assert!(child.wait().unwrap().success());
            all.add(serde_json::from_str(told.expect("a child told nothing")).unwrap());
        }
        all
    }

    async fn on_server(uri: String, store: Arc<dyn Storage>, context: &str) {
        prepare(&store).await.unwrap();
        let seen = tokio::task::spawn_blocking(move || both(&uri)).await.unwrap();
        judge(&seen, &store, context).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn some_order_explains_what_two_processes_saw_of_postgres() {
        let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
        let stores = PostgresStores::new(&address, "").unwrap();
        stores.begin();
        let store: Arc<dyn Storage> = Arc::new(stores.open().await.unwrap());
        on_server(stores.uri(), store, "postgres").await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn some_order_explains_what_two_processes_saw_of_redis() {
        let Some(address) = address("ARAGORA_TEST_REDIS") else { return };
        let stores = RedisStores::new(&address);
        stores.begin();
        let store: Arc<dyn Storage> = Arc::new(stores.open().await.unwrap());
        on_server(stores.uri(), store, "redis").await;
    }
}
