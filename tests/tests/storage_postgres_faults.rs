//! What PostgreSQL may do to a store, and what the store makes of it.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aragora_core::storage::check_connectivity;
use aragora_core::storage::postgres::{PostgresOptions, PostgresStorage};
use aragora_core::storage::{
    Address, Batch, Control, ControlReport, KeyRange, OnCorrupt, Op, PageRequest, Precondition, Storage, TableName,
    open,
};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::{StorageFactory, frame, key, tenant, text};
use aragora_core::{Error, ErrorKind};
use aragora_tests::durable::{debate_id, seats};
use aragora_tests::servers::{Cut, CuttingProxy, PostgresStores, address, host_of, through, unique, with_options};

const PATIENCE: Duration = Duration::from_secs(30);

fn at(name: &str) -> Address {
    Address::new(tenant(), TableName::new("suite").unwrap(), key(name))
}

fn put(name: &str, value: &str, expect: Precondition) -> Op {
    Op::Put { at: at(name), frame: frame(value), ttl: None, expect }
}

fn said<'a>(error: &'a Error, name: &str) -> Option<&'a str> {
    error.context().get(name).map(String::as_str)
}

async fn stores(options: &str) -> Option<(PostgresStores, Arc<dyn Storage>)> {
    let stores = PostgresStores::new(&address("ARAGORA_TEST_POSTGRES")?, options).unwrap();
    let store = stores.fresh().await.unwrap();
    Some((stores, store))
}

#[tokio::test]
async fn a_used_up_pool_is_unavailable_and_says_so() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let stores = PostgresStores::new(&address, "aragora.pool_size=1&aragora.pool_timeout=1").unwrap();
    stores.begin();
    let store = stores.open().await.unwrap();
    let other: Arc<dyn Storage> = Arc::new(store.clone());
    let space = tenant();
    let held = store.in_tenant(&space, |_| {
        Box::pin(async move {
            let refused = other.put(at("k"), frame("v")).await.unwrap_err();
            assert_eq!((refused.kind(), refused.retryable()), (ErrorKind::Unavailable, true));
            assert_eq!(
                (said(&refused, "reason"), said(&refused, "outcome")),
                (Some("pool_exhausted"), Some("not_applied"))
            );
            Ok(other)
        })
    });
    let other = held.await.unwrap();
    other.put(at("k"), frame("v")).await.unwrap();
}

#[tokio::test]
async fn waiting_for_a_row_or_a_statement_has_an_end() {
    for (options, phase) in
        [("aragora.lock_timeout=1", "lock"), ("aragora.statement_timeout=1&aragora.lock_timeout=30", "statement")]
    {
        let Some((stores, store)) = stores(options).await else { return };
        store.put(at("k"), frame("old")).await.unwrap();
        let mut holder = stores.pool().begin().await.unwrap();
        let lock = format!("SELECT 1 FROM {}.aragora_records FOR UPDATE", stores.schema());
        sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut *holder).await.unwrap();
        let late = store.put(at("k"), frame("new")).await.unwrap_err();
        assert_eq!((late.kind(), said(&late, "phase")), (ErrorKind::Timeout, Some(phase)), "{late:?}");
        assert_eq!((said(&late, "outcome"), late.retryable()), (Some("not_applied"), true));
        assert_eq!(text(&store.get(at("k")).await.unwrap().unwrap()).unwrap(), "old", "reading goes on");
        holder.rollback().await.unwrap();
        store.put(at("k"), frame("new")).await.unwrap();
    }
}

/// The server takes the batch as its victim, and the batch is tried again.
#[tokio::test]
async fn a_deadlock_is_tried_again() {
    let Some((stores, store)) = stores("").await else { return };
    store.apply(Batch::of([put("a", "0", Precondition::Any), put("b", "0", Precondition::Any)])).await.unwrap();
    let schema = stores.schema();
    let mut rival = stores.pool().begin().await.unwrap();
    let lock = |name: &str| {
        let key = data_encoding_hex(key(name).as_bytes());
        format!("SELECT 1 FROM {schema}.aragora_records WHERE key = '\\x{key}' FOR UPDATE")
    };
    let run = |text: String| sqlx::raw_sql(sqlx::AssertSqlSafe(text));
    // The rival looks for deadlocks later than the store, which is found out first.
    run("SET LOCAL deadlock_timeout = '60s'".to_owned()).execute(&mut *rival).await.unwrap();
    run(lock("b")).execute(&mut *rival).await.unwrap();
    let writing = {
        let store = store.clone();
        tokio::spawn(async move {
            store.apply(Batch::of([put("a", "1", Precondition::Present), put("b", "1", Precondition::Present)])).await
        })
    };
    let waits = format!(
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted \
         AND a.query LIKE '%{schema}%aragora_apply%'"
    );
    while stores.number(&waits).await == 0 {
        tokio::task::yield_now().await;
    }
    run(lock("a")).execute(&mut *rival).await.unwrap();
    rival.rollback().await.unwrap();
    writing.await.unwrap().unwrap();
    assert_eq!(text(&store.get(at("b")).await.unwrap().unwrap()).unwrap(), "1");
}

fn data_encoding_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn an_answer_that_was_lost_is_settled_by_reading() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let proxy = CuttingProxy::start(host_of(&address)).await;
    let options = "aragora.pool_size=1";
    let stores = PostgresStores::new(&address, options).unwrap().opened_at(&through(&address, proxy.address()));
    stores.begin();
    let opened = stores.open().await.unwrap();
    let store: Arc<dyn Storage> = Arc::new(opened.clone());
    // The pool looks at a connection that comes back; the next request is only then ours.
    let idle = async || {
        while opened.pool().num_idle() == 0 {
            tokio::task::yield_now().await;
        }
    };
    store.put(at("warm"), frame("v")).await.unwrap();
    let several = |name: &str| Batch::of([put(name, "v", Precondition::Absent), put("other", "v", Precondition::Any)]);
    for (name, batch) in [("one", Batch::of([put("one", "v", Precondition::Absent)])), ("two", several("two"))] {
        // A new connection is told the text of a statement first; the answer that is lost must be that of its run.
        store.put_if_absent(at(&unique("warm")), frame("v")).await.unwrap();
        store.apply(several(&unique("warm"))).await.unwrap();
        idle().await;
        proxy.arm(Cut::Answer);
        let lost = store.apply(batch).await.unwrap_err();
        assert_eq!((lost.kind(), said(&lost, "outcome")), (ErrorKind::Unavailable, Some("unknown")), "{lost:?}");
        // The server commits whether anybody listens or not; it may need a moment.
        while store.get(at(name)).await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
        idle().await;
        proxy.arm(Cut::Request);
        let lost = store.apply(several("never")).await.unwrap_err();
        assert_eq!((lost.kind(), said(&lost, "outcome")), (ErrorKind::Unavailable, Some("unknown")), "{lost:?}");
        assert_eq!(store.get(at("never")).await.unwrap(), None);
    }
    idle().await;
    proxy.arm(Cut::Answer);
    let read = store.get(at("one")).await.unwrap_err();
    assert_eq!((read.kind(), said(&read, "outcome")), (ErrorKind::Unavailable, None), "a read has no outcome");
}

#[tokio::test]
async fn commits_wake_watches_in_other_stores_and_after_a_gap() {
    let Some((stores, store)) = stores("aragora.signals=suite").await else { return };
    let watching: Arc<dyn Storage> = Arc::new(stores.open().await.unwrap());
    let mut watch = watching.watch(KeyRange::all(tenant(), at("k").table)).await.unwrap();
    assert_eq!(watch.poll_every(), Some(PATIENCE));
    let mut woken = async || tokio::time::timeout(PATIENCE, watch.changed()).await.unwrap().unwrap();
    woken().await;
    // Listening has begun once it said so.
    woken().await;
    store.put(at("k"), frame("v")).await.unwrap();
    woken().await;
    let listener =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query = 'LISTEN \"aragora_signal\"'";
    assert!(stores.number(listener).await >= 1);
    woken().await;
    store.delete(at("k")).await.unwrap();
    woken().await;
    let unheard = watching.watch(KeyRange::all(tenant(), TableName::new("another").unwrap())).await.unwrap();
    assert_eq!(unheard.poll_every(), Some(Duration::from_secs(1)), "other tables are polled");
}

#[tokio::test]
async fn a_damaged_row_is_named_and_the_others_stay_readable() {
    let Some((stores, store)) = stores("").await else { return };
    for name in ["a", "b", "c", "d"] {
        store.put(at(name), frame(name)).await.unwrap();
    }
    let damaged = |name: &str| data_encoding_hex(key(name).as_bytes());
    stores
        .run(&format!(
            "UPDATE @.aragora_records SET frame = set_byte(frame, 26, get_byte(frame, 26) # 1) WHERE key = '\\x{}'; \
             UPDATE @.aragora_records SET revision = revision + 1 WHERE key = '\\x{}'",
            damaged("b"),
            damaged("c")
        ))
        .await;
    for name in ["b", "c"] {
        let error = store.get(at(name)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!((said(&error, "table"), said(&error, "key")), (Some("suite"), Some(damaged(name).as_str())));
    }
    assert!(store.get(at("a")).await.unwrap().is_some());
    let range = KeyRange::all(tenant(), at("a").table);
    let failed = store.scan(range.clone(), PageRequest::default()).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Corrupt);
    let page =
        store.scan(range, PageRequest { on_corrupt: OnCorrupt::Report, ..PageRequest::default() }).await.unwrap();
    assert_eq!((page.entries.len(), page.corrupt.len()), (2, 2));
    let verified = store.control(Control::Verify).await.unwrap();
    assert!(matches!(&verified, ControlReport::Verified { checked: 4, corrupt } if corrupt.len() == 2), "{verified:?}");
}

#[tokio::test]
async fn a_server_that_does_not_do_is_refused_at_the_start() {
    let Some((stores, _store)) = stores("").await else { return };
    let address = address("ARAGORA_TEST_POSTGRES").unwrap();
    let base = address.rsplit_once('/').unwrap().0.to_owned();
    let opened = async |uri: String| open(&uri, &Parts::system()).await.unwrap_err();
    let missing = opened(format!("{base}/no_such_database")).await;
    assert_eq!(missing.kind(), ErrorKind::InvalidConfig);
    let production = opened(with_options(&stores.uri(), "aragora.production=on")).await;
    assert_eq!(production.kind(), ErrorKind::InvalidConfig);
    assert!(production.reason().contains("/server/role"), "{production}");
    let (read_only, ascii) = (unique("r"), unique("a"));
    stores.run(&format!("CREATE DATABASE {read_only}")).await;
    stores.run(&format!("ALTER DATABASE {read_only} SET default_transaction_read_only = on")).await;
    assert_eq!(opened(format!("{base}/{read_only}")).await.kind(), ErrorKind::ReadOnly);
    let create = format!("CREATE DATABASE {ascii} ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'");
    stores.run(&create).await;
    let encoding = opened(format!("{base}/{ascii}")).await;
    assert!(encoding.reason().contains("SQL_ASCII, expected UTF8"), "{encoding}");
    for database in [read_only, ascii] {
        stores.run(&format!("DROP DATABASE {database} WITH (FORCE)")).await;
    }
    let nobody = opened("postgres://u:hunter2@127.0.0.1:1/d".to_owned()).await;
    assert_eq!((nobody.kind(), nobody.retryable()), (ErrorKind::Unavailable, true));
    assert!(!format!("{nobody} {nobody:?}").contains("hunter2"));
    let pending =
        opened(with_options(&address, &format!("aragora.migrate=check&aragora.schema={}", unique("c")))).await;
    assert_eq!(said(&pending, "pending"), Some("0001,0002,0003,0004"), "{pending:?}");
}

#[test]
fn options_are_checked_and_show_no_password() {
    let refused = |uri: &str| {
        let error = PostgresOptions::from_uri(uri).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{uri}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        error.reason().to_owned()
    };
    let base = "postgres://ada:hunter2@db.example.net/d";
    for (options, named) in [
        ("colour=blue", "/options/colour"),
        ("aragora.schema=Bad", "/options/aragora.schema"),
        ("aragora.schema=a\"b", "/options/aragora.schema"),
        ("aragora.pool_size=0", "/options/aragora.pool_size"),
        ("aragora.pooler=session", "/options/aragora.pooler"),
        ("aragora.migrate=maybe", "/options/aragora.migrate"),
        ("aragora.rls=yes", "/options/aragora.rls"),
        ("aragora.rls=on&aragora.rls=on", "/options/aragora.rls"),
        ("aragora.signals=Bad", "/options/aragora.signals"),
        ("sslmode=disable", "/options/sslmode"),
        ("sslmode=prefer", "/options/sslmode"),
        ("sslmode=hunter2", "/options/sslmode"),
    ] {
        assert!(refused(&with_options(base, options)).contains(named), "{options}");
    }
    refused("postgres://db.example.net/d");
    refused("postgres://u:hunter2@a,b/d");
    refused("mysql://u:hunter2@a/d");
    for fine in
        ["sslmode=require", "sslmode=disable&aragora.plaintext_hosts=db.example.net", "aragora.pooler=transaction"]
    {
        let options = PostgresOptions::from_uri(&with_options(base, fine)).unwrap();
        assert!(!format!("{options:?}").contains("hunter2"));
    }
    let defaults = PostgresOptions::from_uri("postgresql://ada@localhost").unwrap();
    assert_eq!((defaults.schema.as_str(), defaults.pool_size), ("aragora", 10));
    assert_eq!((defaults.pool_timeout, defaults.statement_timeout), (PATIENCE, PATIENCE));
}

#[tokio::test]
async fn connectivity_is_one_line_per_server() {
    let Some(postgres) = address("ARAGORA_TEST_POSTGRES") else { return };
    let Some(redis) = address("ARAGORA_TEST_REDIS") else { return };
    let refused = "postgres://u:hunter2@127.0.0.1:1/d";
    let looked =
        check_connectivity(&[Some(postgres.as_str()), Some(redis.as_str()), None, Some(refused), Some("redb:/x")])
            .await;
    let lines: Vec<&str> = looked.iter().map(|looked| looked.line.as_str()).collect();
    assert!(lines[0].starts_with("PostgreSQL: connected (PostgreSQL 1"), "{lines:?}");
    assert!(lines[1].starts_with("Redis: connected (version 7."), "{lines:?}");
    assert_eq!(lines[2], "DATABASE_URL not set");
    assert!(lines[3].starts_with("Database connection failed: "), "{lines:?}");
    let kinds: Vec<_> = looked.iter().map(|looked| looked.error.as_ref().map(Error::kind)).collect();
    let not_set = Some(ErrorKind::NotConfigured);
    assert_eq!(kinds, [None, None, not_set, Some(ErrorKind::Unavailable), Some(ErrorKind::InvalidConfig)]);
    assert!(!format!("{looked:?}").contains("hunter2"));
    // A server that takes the connection and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("postgres://u@{}/d", silent.local_addr().unwrap());
    let looked = check_connectivity(&[Some(&address)]).await;
    assert_eq!(looked[0].line, "Database connection timeout");
}

/// The journal notes what changed, and is there only where it was asked for.
#[tokio::test]
async fn the_journal_notes_changes_and_deletions() {
    let Some((stores, store)) = stores("aragora.journal=on").await else { return };
    assert!(store.capability().journal);
    store.put(at("a"), frame("1")).await.unwrap();
    store.put(at("b"), frame("1")).await.unwrap();
    let mark = stores.number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").await;
    store.put(at("a"), frame("2")).await.unwrap();
    store.delete(at("b")).await.unwrap();
    let changed = format!("SELECT count(*) FROM @.aragora_records WHERE xid >= '{mark}'::xid8");
    assert_eq!(stores.number(&changed).await, 1);
    let gone = format!("SELECT count(*) FROM @.aragora_deleted WHERE xid >= '{mark}'::xid8");
    assert_eq!(stores.number(&gone).await, 1);
    let Some((plain, store)) = crate::stores("").await else { return };
    assert!(!store.capability().journal);
    assert_eq!(plain.number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('@.aragora_deleted')").await, 0);
}

const CHILD: &str = "ARAGORA_TEST_DEBATES";

fn engine_of(store: PostgresStorage) -> aragora_core::engine::Engine {
    aragora_core::engine::Engine::builder().parts(Parts::system()).storage(Arc::new(store)).build().unwrap()
}

fn seats_of(manner: seats::Manner, desk: &Arc<seats::Desk>) -> Vec<seats::CountedSeat> {
    let clock = Arc::new(aragora_core::clock::SystemClock::new());
    let ids = ["ada", "bob", "eve"].map(|id| aragora_core::AgentId::new(id).unwrap());
    ids.into_iter().map(|id| seats::CountedSeat::new(id, manner, desk, clock.clone())).collect()
}

/// The child of the next test: begins a debate whose seats never answer.
#[test]
fn a_child_that_debates() {
    let Ok(uri) = std::env::var(CHILD) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let options = PostgresOptions::from_uri(&uri).unwrap();
        let engine = engine_of(PostgresStorage::open(options, &Parts::system()).await.unwrap());
        let desk = seats::Desk::telling(|_| println!("asked"));
        let mut debate = engine.debate(aragora_core::Question::new("Which way?")).id(debate_id("deb_moved"));
        for seat in seats_of(seats::Manner::Hangs, &desk) {
            debate = debate.seat(seat);
        }
        debate.start().await.unwrap().result().await.unwrap();
    });
}

#[tokio::test]
async fn a_debate_has_one_runner_and_moves_when_that_is_killed() {
    let Some((stores, _)) = stores("").await else { return };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_child_that_debates", "--nocapture"])
        .env(CHILD, stores.uri())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while !lines.next().unwrap().unwrap().contains("asked") {}

    let engine = engine_of(stores.open().await.unwrap());
    let desk = seats::Desk::new();
    let resumed = || {
        let resume = engine.resume(debate_id("deb_moved"));
        seats_of(seats::Manner::Ready, &desk).into_iter().fold(resume, |resume, seat| resume.seat(seat)).start()
    };
    let early = resumed().await.unwrap_err();
    assert_eq!((early.kind(), early.retryable()), (ErrorKind::Conflict, true), "{early:?}");
    assert_eq!(desk.calls(), 0, "who does not run it asks nobody");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(resumed().await.unwrap_err().kind(), ErrorKind::Conflict, "its lease outlives it");
    let lease = Duration::from_millis(
        stores
            .number("SELECT (extract(epoch FROM max(until) - clock_timestamp()) * 1000)::bigint FROM @.aragora_claims")
            .await as u64,
    );
    assert!(lease <= Duration::from_secs(60), "{lease:?}");
    stores.pass(lease + Duration::from_millis(1)).await;
    let decision = resumed().await.unwrap().result().await.unwrap();
    assert!(decision.answer.is_some() && desk.calls() > 0);
    assert_eq!(desk.asked().values().max(), Some(&1), "nobody is asked twice by one runner");
}
