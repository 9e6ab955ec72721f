//! What Redis may do to a store, and what the store makes of it.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aragora_core::storage::redis::{RedisOptions, RedisStorage};
use aragora_core::storage::{
    Address, Batch, ClaimTarget, Control, ControlReport, KeyRange, LeaseClaim, OnCorrupt, Op, PageRequest,
    Precondition, Storage, TableName, open,
};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::{StorageFactory, frame, key, tenant, text};
use aragora_core::{Error, ErrorKind};
use aragora_tests::servers::{Cut, CuttingProxy, RedisStores, address, host_of, through, with_options};
use futures_util::future::join_all;

const PATIENCE: Duration = Duration::from_secs(30);

fn in_table(table: &str, name: &str) -> Address {
    Address::new(tenant(), TableName::new(table).unwrap(), key(name))
}

fn at(name: &str) -> Address {
    in_table("suite", name)
}

fn put(name: &str, value: &str, expect: Precondition) -> Op {
    Op::Put { at: at(name), frame: frame(value), ttl: None, expect }
}

fn said<'a>(error: &'a Error, name: &str) -> Option<&'a str> {
    error.context().get(name).map(String::as_str)
}

async fn stores() -> Option<(RedisStores, Arc<dyn Storage>)> {
    let stores = RedisStores::new(&address("ARAGORA_TEST_REDIS")?);
    let store = stores.fresh().await.unwrap();
    Some((stores, store))
}

fn record(stores: &RedisStores, name: &str) -> String {
    let hex: String = key(name).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}r:acme:suite:{hex}", stores.prefix())
}

#[tokio::test]
async fn a_server_that_forgot_the_scripts_is_told_them_again() {
    let Some((stores, store)) = stores().await else { return };
    store.put(at("a"), frame("1")).await.unwrap();
    for _ in 0..3 {
        redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut stores.connection().await).await.unwrap();
        store.put(at("b"), frame("2")).await.unwrap();
        assert!(store.get(at("a")).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_connection_cut_among_many_calls_leaves_each_settled_by_reading() {
    let Some(address) = address("ARAGORA_TEST_REDIS") else { return };
    let proxy = CuttingProxy::start(host_of(&address)).await;
    let stores = RedisStores::new(&through(&address, proxy.address()));
    let store = stores.fresh().await.unwrap();
    for (round, cut) in [Cut::Answer, Cut::Request, Cut::Answer].into_iter().enumerate() {
        store.put(at("warm"), frame("v")).await.unwrap();
        proxy.arm(cut);
        let names: Vec<String> = (0..20).map(|number| format!("{round}-{number}")).collect();
        let calls = names.iter().map(|name| store.apply(Batch::of([put(name, "v", Precondition::Absent)])));
        let done = join_all(calls).await;
        let mut unknown = 0;
        for (name, done) in names.iter().zip(done) {
            let there = store.get(at(name)).await.unwrap().is_some();
            match done {
                Ok(_) => assert!(there, "{name} was acknowledged"),
                Err(error) => match said(&error, "outcome") {
                    Some("unknown") => unknown += 1,
                    Some("not_applied") => assert!(!there, "{name}: {error:?}"),
                    other => panic!("{other:?}"),
                },
            }
        }
        assert!(unknown > 0, "{cut:?} hit nobody");
        // A read is repeated on a new connection by itself.
        proxy.arm(cut);
        assert!(store.get(at("warm")).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_key_of_another_type_is_corrupt_and_nothing_is_written() {
    let Some((stores, store)) = stores().await else { return };
    let mut raw = stores.connection().await;
    store.put(at("sound"), frame("v")).await.unwrap();
    store.put(at("b"), frame("v")).await.unwrap();
    redis::cmd("DEL").arg(record(&stores, "b")).exec_async(&mut raw).await.unwrap();
    redis::cmd("SET").arg(record(&stores, "b")).arg("x").exec_async(&mut raw).await.unwrap();
    redis::cmd("HSET").arg(record(&stores, "c")).arg("other").arg("x").exec_async(&mut raw).await.unwrap();
    for name in ["b", "c"] {
        let error = store.get(at(name)).await.unwrap_err();
        assert_eq!((error.kind(), said(&error, "table")), (ErrorKind::Corrupt, Some("suite")), "{error:?}");
        let batch = Batch::of([put("never", "v", Precondition::Any), put(name, "v", Precondition::Any)]);
        let refused = store.apply(batch).await.unwrap_err();
        assert_eq!((refused.kind(), said(&refused, "op")), (ErrorKind::Corrupt, Some("1")), "{refused:?}");
        assert_eq!(store.get(at("never")).await.unwrap(), None);
    }
    let range = KeyRange::all(tenant(), at("b").table);
    let refused = store.scan(range.clone(), PageRequest::default()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    let page =
        store.scan(range, PageRequest { on_corrupt: OnCorrupt::Report, ..PageRequest::default() }).await.unwrap();
    assert_eq!((page.entries.len(), page.corrupt.len()), (1, 1));
    let verified = store.control(Control::Verify).await.unwrap();
    assert!(matches!(&verified, ControlReport::Verified { corrupt, .. } if corrupt.len() == 1), "{verified:?}");

    // An index that is none: refused before the first write too.
    let index = format!("{}i:acme:another", stores.prefix());
    redis::cmd("SET").arg(index).arg("x").exec_async(&mut raw).await.unwrap();
    let elsewhere = Op::Put { at: in_table("another", "k"), frame: frame("v"), ttl: None, expect: Precondition::Any };
    let refused = store.apply(Batch::of([put("never", "v", Precondition::Any), elsewhere])).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    assert_eq!(store.get(at("never")).await.unwrap(), None);
}

#[tokio::test]
async fn a_flipped_bit_is_corrupt() {
    let Some((stores, store)) = stores().await else { return };
    store.put(at("k"), frame("value")).await.unwrap();
    let mut raw = stores.connection().await;
    let mut bytes: Vec<u8> = redis::cmd("HGET").arg(record(&stores, "k")).arg("f").query_async(&mut raw).await.unwrap();
    bytes[25] ^= 4;
    redis::cmd("HSET").arg(record(&stores, "k")).arg("f").arg(bytes).exec_async(&mut raw).await.unwrap();
    let error = store.get(at("k")).await.unwrap_err();
    assert_eq!((error.kind(), said(&error, "table")), (ErrorKind::Corrupt, Some("suite")));
}

#[tokio::test]
async fn tables_whose_loss_cannot_be_made_good_are_refused() {
    let Some((stores, store)) = stores().await else { return };
    for table in ["debate", "event", "receipt_log", "audit_log", "km_item", "encryption_state"] {
        let refused = store.put(in_table(table, "k"), frame("v")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidConfig);
        assert_eq!((said(&refused, "table"), said(&refused, "outcome")), (Some(table), Some("not_applied")));
        assert!(refused.reason().contains(table));
    }
    // Whoever takes the risk says so, and only where every write is synced.
    let asked = open(&with_options(&stores.uri(), "aragora.only_copy=allow"), &Parts::system()).await.unwrap();
    asked.put(in_table("debate", "k"), frame("v")).await.unwrap();
}

#[tokio::test]
async fn commits_wake_watches_in_other_stores() {
    let Some((stores, store)) = stores().await else { return };
    let watching = stores.open().await.unwrap();
    let mut watch = watching.watch(KeyRange::all(tenant(), at("k").table)).await.unwrap();
    assert_eq!(watch.poll_every(), Some(Duration::from_secs(1)));
    let mut woken = async || tokio::time::timeout(PATIENCE, watch.changed()).await.unwrap().unwrap();
    woken().await;
    // Listening has begun once it said so.
    woken().await;
    store.put(at("k"), frame("v")).await.unwrap();
    woken().await;
    store.delete(at("k")).await.unwrap();
    woken().await;
    redis::cmd("CLIENT")
        .arg("KILL")
        .arg("TYPE")
        .arg("pubsub")
        .exec_async(&mut stores.connection().await)
        .await
        .unwrap();
    woken().await;
    store.put(at("k"), frame("v")).await.unwrap();
    woken().await;
}

/// A server of one test.
struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(port: u16, words: &[&str]) -> Option<Self> {
        let program = address("ARAGORA_TEST_REDIS_PROGRAM")?;
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        command.args(words).args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        command.arg("--dir").arg(folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Some(Self { child, port, folder })
    }

    fn uri(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    async fn command(&self, words: &[&str]) -> redis::Value {
        let client = redis::Client::open(self.uri()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let (name, arguments) = words.split_first().unwrap();
        redis::cmd(name).arg(arguments).query_async(&mut connection).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        assert!(self.folder.path().is_dir());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn opened(uri: &str) -> aragora_core::Result<RedisStorage> {
    RedisStorage::open(RedisOptions::from_uri(uri)?, &Parts::system()).await
}

#[tokio::test]
async fn a_server_that_may_evict_keys_is_refused() {
    let Some(server) = Server::start(free_port(), &["--maxmemory-policy", "allkeys-lru"]) else { return };
    let error = opened(&server.uri()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(error.reason().contains("allkeys-lru, expected noeviction"), "{error}");
}

#[tokio::test]
async fn a_server_that_syncs_nothing_promises_nothing() {
    let Some(server) = Server::start(free_port(), &[]) else { return };
    let store = opened(&server.uri()).await.unwrap();
    assert!(!store.capability().durable);
    let refused = opened(&with_options(&server.uri(), "aragora.only_copy=allow")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidConfig);
    assert!(refused.reason().contains("/options/aragora.only_copy"), "{refused}");

    // After a failover that lost everything tokens still rise, so an old owner fences nobody.
    let claim =
        || LeaseClaim { target: ClaimTarget::Name(at("job")), owner: "a".to_owned(), ttl: Duration::from_secs(60) };
    let old = store.claim(claim()).await.unwrap().pop().unwrap();
    server.command(&["FLUSHALL"]).await;
    let new = store.claim(claim()).await.unwrap().pop().unwrap();
    assert!(new.token > old.token);
    let fenced = store.apply(Batch::of([Op::Fence(old), put("k", "v", Precondition::Any)])).await.unwrap_err();
    assert_eq!(fenced.kind(), ErrorKind::LeaseLost);
}

#[tokio::test]
async fn a_full_server_says_so_and_goes_on_reading() {
    let Some(server) = Server::start(free_port(), &["--maxmemory", "8mb"]) else { return };
    let store: Arc<dyn Storage> = Arc::new(opened(&server.uri()).await.unwrap());
    let large = "x".repeat(1 << 20);
    let full = loop {
        let name = uuid();
        if let Err(error) = store.put(at(&name), frame(&large)).await {
            assert_eq!(store.get(at(&name)).await.unwrap(), None);
            break error;
        }
    };
    assert_eq!((full.kind(), said(&full, "outcome")), (ErrorKind::StorageFull, Some("not_applied")), "{full:?}");
    server.command(&["CONFIG", "SET", "maxmemory", "64mb"]).await;
    store.put(at("k"), frame(&large)).await.unwrap();
}

fn uuid() -> String {
    aragora_tests::servers::unique("k")
}

#[tokio::test]
async fn replicas_are_read_only_and_a_server_that_becomes_one_too() {
    let Some(master) = Server::start(free_port(), &[]) else { return };
    let port = master.port.to_string();
    let Some(replica) = Server::start(free_port(), &["--replicaof", "127.0.0.1", &port]) else { return };
    assert_eq!(opened(&replica.uri()).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    let store: Arc<dyn Storage> = Arc::new(opened(&master.uri()).await.unwrap());
    store.put(at("k"), frame("v")).await.unwrap();
    replica.command(&["REPLICAOF", "NO", "ONE"]).await;
    master.command(&["REPLICAOF", "127.0.0.1", &replica.port.to_string()]).await;
    let refused = store.put(at("k"), frame("w")).await.unwrap_err();
    assert_eq!((refused.kind(), said(&refused, "outcome")), (ErrorKind::ReadOnly, Some("not_applied")), "{refused:?}");
}

#[tokio::test]
async fn a_store_follows_its_service_to_another_server() {
    let Some(master) = Server::start(free_port(), &[]) else { return };
    let master_port = master.port.to_string();
    let Some(replica) = Server::start(free_port(), &["--replicaof", "127.0.0.1", &master_port]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sentinel.conf");
    let settings = format!(
        "sentinel monitor main 127.0.0.1 {master_port} 1\nsentinel down-after-milliseconds main 1000\n\
         sentinel failover-timeout main 2000\n"
    );
    std::fs::write(&file, settings).unwrap();
    let port = free_port();
    let Some(sentinel) = Server::start(port, &[file.to_str().unwrap(), "--sentinel"]) else { return };
    let silent = free_port();
    let uri = format!("redis+sentinel://127.0.0.1:{silent},127.0.0.1:{}/main", sentinel.port);
    let store: Arc<dyn Storage> = Arc::new(opened(&uri).await.unwrap());
    store.put(at("k"), frame("v")).await.unwrap();
    let unknown = opened(&uri.replace("/main", "/other")).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::InvalidConfig, "{unknown:?}");

    // The replica has the write, and the sentinel knows the replica.
    let known = async || {
        let sentinel = sentinel.command(&["SENTINEL", "replicas", "main"]).await;
        format!("{sentinel:?}").contains(&replica.port.to_string())
            && format!("{:?}", replica.command(&["DBSIZE"]).await) != "int(0)"
    };
    while !known().await {
        tokio::task::yield_now().await;
    }
    drop(master);
    let written =
        tokio::time::timeout(PATIENCE * 2, async { while store.put(at("after"), frame("v")).await.is_err() {} });
    written.await.expect("the store does not follow its service");
    assert_eq!(text(&store.get(at("k")).await.unwrap().unwrap()).unwrap(), "v");
    assert!(format!("{:?}", replica.command(&["ROLE"]).await).contains("master"));
}

/// Certificates of an authority and, for `localhost`, of a server, as the program openssl makes them.
fn certificates(folder: &std::path::Path) -> bool {
    let made = |line: &str| {
        let done = Command::new("openssl").args(line.split(' ')).current_dir(folder).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
    };
    std::fs::write(folder.join("ext"), "subjectAltName=DNS:localhost").unwrap();
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    made(&format!("req -x509 {new} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority"))
        && made(&format!("req {new} -keyout key.pem -out csr.pem -subj /CN=localhost"))
        && made("x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out cert.pem")
}

#[tokio::test]
async fn a_secure_connection_is_one_to_the_right_server() {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path()) {
        println!("skipped: the program openssl is not here");
        return;
    }
    let file = |name: &str| folder.path().join(name).display().to_string();
    let port = free_port();
    let words = ["--tls-port", &port.to_string(), "--tls-auth-clients", "no", "--tls-cert-file", &file("cert.pem")]
        .map(str::to_owned);
    let mut words = words.to_vec();
    words.extend(["--tls-key-file".to_owned(), file("key.pem"), "--tls-ca-cert-file".to_owned(), file("ca.pem")]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some(_server) = Server::start(free_port(), &words) else { return };
    let trusted = format!("aragora.ca_file={}", file("ca.pem"));
    let store = opened(&with_options(&format!("rediss://localhost:{port}"), &trusted)).await.unwrap();
    let store: Arc<dyn Storage> = Arc::new(store);
    store.put(at("k"), frame("v")).await.unwrap();
    assert_eq!(text(&store.get(at("k")).await.unwrap().unwrap()).unwrap(), "v");
    let mut watch = store.watch(KeyRange::all(tenant(), at("k").table)).await.unwrap();
    for _ in 0..2 {
        tokio::time::timeout(PATIENCE, watch.changed()).await.unwrap().unwrap();
    }
    // Another name, and an authority nobody vouches for.
    for wrong in [with_options(&format!("rediss://127.0.0.1:{port}"), &trusted), format!("rediss://localhost:{port}")] {
        let refused = opened(&wrong).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unavailable, "{refused:?}");
        assert!(refused.reason().contains("no secure connection"), "{refused:?}");
    }
}

/// Calls during an outage wait for one attempt and not in a queue for attempts of their own.
#[tokio::test]
async fn an_outage_holds_nobody_up_for_long() {
    let port = free_port();
    let Some(server) = Server::start(port, &[]) else { return };
    let store: Arc<dyn Storage> = Arc::new(opened(&server.uri()).await.unwrap());
    drop(server);
    let calls = (0..200).map(|number| store.put(at(&number.to_string()), frame("v")));
    let done = tokio::time::timeout(PATIENCE, join_all(calls)).await.expect("calls wait for each other");
    for done in done {
        assert_eq!(done.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    let Some(_again) = Server::start(port, &[]) else { return };
    let works = tokio::time::timeout(PATIENCE, async { while store.put(at("k"), frame("v")).await.is_err() {} });
    works.await.expect("the store does not come back");
}

#[test]
fn options_are_checked_and_show_no_password() {
    let refused = |uri: &str| {
        let error = RedisOptions::from_uri(uri).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{uri}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        error.reason().to_owned()
    };
    for (options, named) in [
        ("colour=blue", "/options/colour"),
        ("aragora.ns=A", "/options/aragora.ns"),
        ("aragora.ns=", "/options/aragora.ns"),
        ("aragora.only_copy=yes", "/options/aragora.only_copy"),
        ("aragora.sentinel_password=hunter2", "/options/aragora.sentinel_password"),
    ] {
        assert!(refused(&with_options("redis://u:hunter2@h", options)).contains(named), "{options}");
    }
    for bad in ["redis://u:hunter2@a,b", "redis://u:hunter2@a/db", "redis+sentinel://u:hunter2@a", "http://u:hunter2@a"]
    {
        refused(bad);
    }
    for fine in
        ["redis://localhost", "rediss://u:hunter2@h:1/3?aragora.ns=a-b_1", "redis+sentinel://u:hunter2@a,b:2/main"]
    {
        assert!(!format!("{:?}", RedisOptions::from_uri(fine).unwrap()).contains("hunter2"));
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unavailable() {
    let error = opened("redis://u:hunter2@127.0.0.1:1").await.unwrap_err();
    assert_eq!((error.kind(), error.retryable()), (ErrorKind::Unavailable, true));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
