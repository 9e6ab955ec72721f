//! Debates on servers: processes and servers are killed, and of two processes one runs a debate.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use aragora_core::clock::ManualClock;
use aragora_core::debate::{Event, Record};
use aragora_core::engine::Check;
use aragora_core::storage::Storage;
use aragora_tests::durable::cases::DEBATE;
use aragora_tests::durable::crash::{decided, reference};
use aragora_tests::durable::kill::rounds::{Kill, Program, Server, in_peace, kills_of, kills_with_server, survive};
use aragora_tests::durable::log::assert_asked_once;
use aragora_tests::durable::rivals::{LEASE, case, engine_of};
use aragora_tests::durable::stores::MemoryStores;
use aragora_tests::durable::{debate_id, tenant};
use aragora_tests::servers::{PostgresStores, StruckRedis, address, unique, with_options};

fn killed(
    uri: &str,
    server: Option<&dyn Server>,
    kills: impl IntoIterator<Item = Kill>,
    expected: &[Vec<Record>],
    context: &str,
) {
    let root = tempfile::tempdir().unwrap();
    let program = Program { path: Path::new(env!("CARGO_BIN_EXE_kill_child")), first: &[], server };
    let verdict = survive(&program, uri, &root.path().join("notes"), kills, expected).unwrap();
    assert!(verdict.passed(), "{context}: {verdict:#?}");
    assert!(verdict.acknowledged > 0, "{context}: {verdict:#?}");
}

fn rounds() -> u64 {
    std::env::var("ARAGORA_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10)
}

#[test]
fn debates_in_postgres_killed_again_and_again_end_as_if_nothing_happened() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let expected = in_peace().unwrap();
    for round in 1..=rounds() {
        let uri = with_options(&address, &format!("aragora.schema={}", unique("k")));
        killed(&uri, None, kills_of(round), &expected, &format!("round {round}"));
    }
}

#[test]
fn debates_in_redis_whose_server_is_killed_too_end_as_if_nothing_happened() {
    let Some(server) = StruckRedis::start() else { return };
    let server = server.unwrap();
    let expected = in_peace().unwrap();
    for round in 1..=rounds() {
        let uri = with_options(&server.address(), &format!("aragora.only_copy=allow&aragora.ns=k{round}"));
        killed(&uri, Some(&server), kills_with_server(round), &expected, &format!("round {round}"));
    }
}

#[test]
fn debates_on_servers_killed_right_after_named_records_end_as_if_nothing_happened() {
    let Some(postgres) = address("ARAGORA_TEST_POSTGRES") else { return };
    let Some(redis) = address("ARAGORA_TEST_REDIS") else { return };
    let expected = in_peace().unwrap();
    for word in ["step_start", "agent_message", "decision"] {
        let name: String = unique("k").chars().take(32).collect();
        for uri in [
            with_options(&postgres, &format!("aragora.schema={name}")),
            with_options(&redis, &format!("aragora.only_copy=allow&aragora.ns={name}")),
        ] {
            killed(&uri, None, [Kill::At(word), Kill::At("debate_resumed")], &expected, &format!("killed at {word}"));
        }
    }
}

/// For whatever the two processes do.
const PATIENCE: Duration = Duration::from_secs(100);

/// Two processes over one schema that both want the same debate.
struct Rivals {
    lines: mpsc::Receiver<String>,
    children: BTreeMap<&'static str, Child>,
    seen: Vec<String>,
    _root: tempfile::TempDir,
}

impl Rivals {
    fn start(uri: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let (sender, lines) = mpsc::channel();
        let mut children = BTreeMap::new();
        for name in ["ada", "bob"] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_kill_child"))
                .args(["rival", uri])
                .arg(root.path().join("notes"))
                .arg(name)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let (out, sender) = (child.stdout.take().unwrap(), sender.clone());
            std::thread::spawn(move || {
                BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
            children.insert(name, child);
        }
        Self { lines, children, seen: Vec::new(), _root: root }
    }

    /// Reads what they say until one says this; who it was.
    fn until(&mut self, word: &str) -> &'static str {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("nobody says anything any more");
            self.seen.push(line.clone());
            let mut words = line.split(' ');
            let name = if words.next() == Some("ada") { "ada" } else { "bob" };
            if words.next() == Some(word) {
                return name;
            }
        }
    }

    fn said(&self, name: &str, word: &str) -> usize {
        self.seen.iter().filter(|line| line.starts_with(&format!("{name} {word}"))).count()
    }

    fn signal(&self, name: &str, signal: &str) {
        let process = self.children[name].id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }
}

fn other(name: &str) -> &'static str {
    if name == "ada" { "bob" } else { "ada" }
}

/// Of the debate's claim: its token, and when it lapses in ms of the server.
async fn claim(stores: &PostgresStores) -> (i64, i64) {
    let text = "SELECT token, (extract(epoch FROM until) * 1000)::bigint FROM @.aragora_claims";
    let text = text.replace("@", &stores.schema());
    sqlx::query_as(sqlx::AssertSqlSafe(text)).fetch_one(stores.pool()).await.unwrap()
}

/// Waits for another owner than that of this token; its token and when it became the owner.
async fn taken_over(stores: &PostgresStores, before: i64) -> (i64, i64) {
    let end = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < end, "nobody takes the debate over");
        let (token, until) = claim(stores).await;
        if token != before {
            return (token, until - LEASE.as_millis() as i64);
        }
        // The heir needs the processor more than this.
        let pause = sqlx::query("SELECT pg_sleep(0.05)").execute(stores.pool()).await;
        assert!(pause.is_ok(), "{pause:?}");
    }
}

/// What is there at the end is one debate, as if one process had run it in peace.
async fn one_debate(stores: &PostgresStores, rivals: &Rivals) {
    let store: Arc<dyn Storage> = Arc::new(stores.open().await.unwrap());
    let engine = engine_of(&store).unwrap();
    let log = engine.log(&tenant(), &debate_id(DEBATE)).await.unwrap();
    let clock = ManualClock::default();
    let reference = tokio::task::spawn_blocking(move || reference(&MemoryStores(clock.clone()), &clock, &case()));
    assert_eq!(decided(&log), decided(&reference.await.unwrap().log));
    assert!(engine.replay(&log, Check::Strict).unwrap().matches);
    let mut asked = BTreeMap::new();
    for line in &rivals.seen {
        if let Some((_, request)) = line.split_once(" ask ") {
            *asked.entry(request.to_owned()).or_default() += 1;
        }
    }
    assert_asked_once(&asked, &log, "two processes");
    let resumed = log.iter().filter(|record| matches!(record.event, Event::DebateResumed(_))).count();
    assert_eq!(resumed, 1, "it moved once");
}

fn rivals() -> Option<(PostgresStores, Rivals)> {
    let stores = PostgresStores::new(&address("ARAGORA_TEST_POSTGRES")?, "").unwrap();
    stores.begin();
    let rivals = Rivals::start(&stores.uri());
    Some((stores, rivals))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_debate_of_a_killed_process_moves_to_the_other_once_its_lease_lapsed() {
    let Some((stores, mut rivals)) = rivals() else { return };
    let owner = rivals.until("runs");
    for _ in 0..4 {
        assert_eq!(rivals.until("ask"), owner, "one debate has one runner");
    }
    let (token, _) = claim(&stores).await;
    rivals.signal(owner, "-KILL");
    rivals.children.get_mut(owner).unwrap().wait().unwrap();
    let (_, lapses) = claim(&stores).await;
    let (next, moved) = taken_over(&stores, token).await;
    assert!(next > token);
    assert!(moved >= lapses, "taken {} ms before the lease lapsed", lapses - moved);
    println!("the debate moved {} ms after its lease of {} ms lapsed", moved - lapses, LEASE.as_millis());
    let heir = other(owner);
    assert_eq!(rivals.until("runs"), heir);
    assert_eq!(rivals.until("ended"), heir);
    assert!(rivals.children.get_mut(heir).unwrap().wait().unwrap().success());
    one_debate(&stores, &rivals).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_slept_through_its_lease_has_lost_its_debate_and_asks_nobody() {
    let Some((stores, mut rivals)) = rivals() else { return };
    let owner = rivals.until("runs");
    for _ in 0..4 {
        assert_eq!(rivals.until("ask"), owner);
    }
    let (token, _) = claim(&stores).await;
    rivals.signal(owner, "-STOP");
    taken_over(&stores, token).await;
    let heir = other(owner);
    assert_eq!(rivals.until("ended"), heir, "the other ends it");
    let before = rivals.said(owner, "ask");
    rivals.signal(owner, "-CONT");
    assert_eq!(rivals.until("lost"), owner);
    assert_eq!(rivals.said(owner, "ask"), before, "the loser asks nobody");
    for name in ["ada", "bob"] {
        assert!(rivals.children.get_mut(name).unwrap().wait().unwrap().success());
    }
    one_debate(&stores, &rivals).await;
}
