//! What refuses a start before anything runs: settings that cannot work, and servers that do not answer.

use aragora_core::clock::CancelToken;
use aragora_core::config::{ApprovalBackend, Config};
use aragora_core::storage::{Control, ControlReport};
use aragora_core::{Aragora, Error, ErrorKind, probe_env, validate_env};

fn pointers(error: &Error) -> Vec<String> {
    let listed: Vec<serde_json::Value> = serde_json::from_str(&error.context()["violations"]).unwrap();
    listed.iter().map(|violation| violation["pointer"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn storage_settings_are_read_and_checked() {
    let config = Config::load([
        ("DATABASE_URL", "postgres://second"),
        ("ARAGORA_POSTGRES_DSN", "postgres://first"),
        ("REDIS_URL", "redis://other"),
        ("ARAGORA_DB_POOL_SIZE", "20"),
        ("ARAGORA_DB_POOL_TIMEOUT", "5"),
        ("ARAGORA_APPROVAL_STORE_BACKEND", "Redis"),
        ("ARAGORA_MULTI_INSTANCE", "YES"),
        ("ARAGORA_REQUIRE_DATABASE", "off"),
        ("ARAGORA_WORKERS", "8"),
    ])
    .unwrap();
    assert_eq!(config.storage.uri().expose(), "postgres://first");
    assert_eq!(config.storage.redis.as_ref().unwrap().expose(), "redis://other");
    assert_eq!((config.storage.pool_size, config.storage.pool_timeout.as_secs()), (20, 5));
    assert_eq!(config.storage.approvals, ApprovalBackend::Redis);
    assert_eq!((config.multi_instance, config.require_database, config.workers), (true, false, 8));
    assert!(!format!("{config:?}").contains("postgres://"), "addresses may hold passwords");

    assert_eq!(Config::load([("ARAGORA_DATA_DIR", "/var/lib/a")]).unwrap().storage.uri().expose(), "redb:/var/lib/a");
    assert_eq!(Config::default().storage.uri().expose(), "memory:");
    assert_eq!(Config::default().storage.approvals.as_str(), "embedded");
    let chosen = [("ARAGORA_STORAGE_URL", "sled:/x"), ("DATABASE_URL", "postgres://y")];
    assert_eq!(Config::load(chosen).unwrap().storage.uri().expose(), "sled:/x");

    let error = Config::load([
        ("ARAGORA_MULTI_INSTANCE", "maybe"),
        ("ARAGORA_REQUIRE_DATABASE", "2"),
        ("ARAGORA_DB_POOL_SIZE", "0"),
        ("ARAGORA_DB_POOL_TIMEOUT", "301"),
        ("ARAGORA_APPROVAL_STORE_BACKEND", "mysql"),
        ("ARAGORA_WORKERS", "257"),
    ])
    .unwrap_err();
    assert_eq!(
        pointers(&error),
        [
            "/multi_instance",
            "/require_database",
            "/storage/approvals",
            "/storage/pool_size",
            "/storage/pool_timeout",
            "/workers"
        ]
    );
    assert!(error.reason().contains("ARAGORA_MULTI_INSTANCE is \"maybe\""), "{error}");
}

#[tokio::test]
async fn several_instances_need_what_they_share_and_all_of_it_is_listed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut config = Config::load([
        ("ARAGORA_MULTI_INSTANCE", "true"),
        ("ARAGORA_REQUIRE_DATABASE", "true"),
        ("ARAGORA_DATA_DIR", data.to_str().unwrap()),
    ])
    .unwrap();
    let uri = config.storage.uri();
    let error = Aragora::open(uri.expose(), &config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert_eq!(pointers(&error), ["/storage/approvals", "/storage/postgres", "/storage/redis", "/storage/url"]);
    for words in
        ["DATABASE_URL not set", "ARAGORA_REDIS_URL not set", "a store of redb belongs to one process", "sessions"]
    {
        assert!(error.reason().contains(words), "{words}: {error}");
    }
    assert!(!data.join("aragora.json").exists(), "no store was made");
    let memory = Aragora::open("memory:", &config).await.unwrap_err();
    assert!(memory.reason().contains("a store of memory belongs to one process"), "{memory}");

    // The pool must leave room beside the workers.
    config.storage.postgres = Some("postgres://nowhere.invalid/x".into());
    config.workers = 8;
    config.storage.approvals = ApprovalBackend::Postgres;
    let error = Aragora::open("memory:", &config).await.unwrap_err();
    let reason = "ARAGORA_DB_POOL_SIZE is 10, but ARAGORA_WORKERS is 8: the pool must exceed the workers by at least 3";
    assert!(error.reason().contains(reason), "{error}");
    assert!(!error.reason().contains("nowhere"), "no address is shown: {error}");
}

#[test]
fn the_report_holds_the_rules_of_a_start() {
    let report = validate_env(&Config::load([("ARAGORA_REQUIRE_DATABASE", "true")]).unwrap());
    assert!(!report.ok && report.lines.contains(&"✗ DATABASE_URL not set".to_owned()), "{report:?}");
    assert_eq!(report.lines.last().unwrap(), "✗ 1 development requirement is not met");
    let key = "5f0e6ac26b41a7b0f1d2c3b4a5968778695a4b3c2d1e0f00112233445566aa01";
    let report = validate_env(&Config::load([("ARAGORA_ENCRYPTION_KEY", key)]).unwrap());
    assert_eq!(report.lines[1], "✓ Encryption key: configured (32 bytes)");
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "x").unwrap();
    let config = Config::load([("ARAGORA_DATA_DIR", file.to_str().unwrap())]).unwrap();
    let report = probe_env(&config).await;
    assert!(report.ok, "a warning in development: {report:?}");
    assert!(report.lines.iter().any(|line| line.starts_with("! Data directory cannot be written: ")), "{report:?}");
    let works = Config::load([("ARAGORA_DATA_DIR", folder.path().to_str().unwrap())]).unwrap();
    assert!(!probe_env(&works).await.lines.iter().any(|line| line.contains("directory")));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[cfg(unix)]
#[tokio::test]
async fn looking_at_the_directory_opens_it_to_nobody_and_writes_to_none_that_is_only_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("above/data");
    let probed = async |uri: String| probe_env(&Config::load([("ARAGORA_STORAGE_URL", &*uri)]).unwrap()).await;
    let report = probed(format!("redb:{}?mode=ro", data.display())).await;
    assert!(!folder.path().join("above").exists(), "{report:?}");
    let report = probed(format!("redb:{}?cache_mb=8", data.display())).await;
    assert!(!report.lines.iter().any(|line| line.contains("directory")), "{report:?}");
    for made in [&*data, data.parent().unwrap()] {
        assert_eq!(std::fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700, "{}", made.display());
    }
}

#[tokio::test]
async fn an_instance_is_listed_until_it_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("redb:{}", folder.path().join("store").display());
    let mut config = Config::default();
    config.instance_id = Some("worker-1".to_owned());
    let first = Aragora::open(&uri, &config).await.unwrap();
    assert_eq!(first.instance_id(), Some("worker-1"));
    let live = first.instances().await.unwrap();
    assert_eq!((live.len(), live[0].id.as_str(), live[0].active_key), (1, "worker-1", None));

    // It was killed: nobody left the list. Only one process can have the directory, so the id is free.
    first.storage().whole().control(Control::Close).await.unwrap();
    drop(first);
    let second = Aragora::open(&uri, &config).await.unwrap();
    assert_eq!(second.instances().await.unwrap().len(), 1);
    second.shutdown(std::time::Duration::ZERO).await;
    assert!(second.instances().await.unwrap().is_empty());
    second.storage().whole().control(Control::Close).await.unwrap();
    drop(second);

    let reader = Aragora::open(&format!("{uri}?mode=ro"), &config).await.unwrap();
    assert_eq!(reader.instance_id(), None, "who only reads leaves no trace");
    let memory = Aragora::open("memory:", &config).await.unwrap();
    assert_eq!((memory.instance_id(), memory.instances().await.unwrap().len()), (None, 0));
}

#[tokio::test]
async fn maintenance_ends_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("redb:{}", folder.path().join("store").display());
    let aragora = Aragora::open(&uri, &Config::default()).await.unwrap();
    let before = aragora.instances().await.unwrap().remove(0);
    let cancel = CancelToken::new();
    let running = tokio::spawn({
        let (aragora, cancel) = (aragora.clone(), cancel.clone());
        async move { aragora.maintenance(&cancel).await }
    });
    let telemetry = aragora.debates().parts().telemetry.clone();
    let counted = || telemetry.gauge(&aragora_core::telemetry::names::STORAGE_BYTES, &["files"]).get() > 0.0;
    while !counted() {
        tokio::task::yield_now().await;
    }
    cancel.cancel();
    running.await.unwrap();
    let after = aragora.instances().await.unwrap().remove(0);
    assert_eq!((&before.id, before.started_at), (&after.id, after.started_at));
    assert!(after.heartbeat >= before.heartbeat);
    let ControlReport::Swept { .. } = aragora.storage().whole().control(Control::Sweep).await.unwrap() else {
        panic!("maintenance leaves the store usable")
    };
}

#[cfg(feature = "servers")]
mod servers {
    use aragora_tests::servers::address;

    use super::*;

    /// An address on this machine where nobody listens.
    async fn silent_port() -> u16 {
        tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
    }

    #[tokio::test]
    async fn servers_that_refuse_are_listed_without_their_addresses() {
        let port = silent_port().await;
        let postgres = format!("postgres://ada:hunter2@127.0.0.1:{port}/x?sslmode=disable");
        let redis = format!("redis://:hunter2@127.0.0.1:{port}");
        let variables = [
            ("ARAGORA_POSTGRES_DSN", &*postgres),
            ("ARAGORA_REDIS_URL", &*redis),
            ("ARAGORA_MULTI_INSTANCE", "true"),
            ("ARAGORA_APPROVAL_STORE_BACKEND", "postgres"),
        ];
        let config = Config::load(variables).unwrap();
        let error = Aragora::open(&postgres, &config).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert_eq!(pointers(&error), ["/storage/postgres", "/storage/redis"]);
        assert!(error.reason().contains("/storage/postgres: Database connection failed: "), "{error}");
        assert!(error.reason().contains("/storage/redis: Redis connection "), "{error}");
        let report = probe_env(&config).await;
        assert!(!report.ok);
        assert_eq!(report.lines.last().unwrap(), "✗ 2 development requirements are not met", "{report:?}");
        for text in [format!("{error:?}"), format!("{report:?}")] {
            assert!(!text.contains("hunter2") && !text.contains("127.0.0.1"), "{text}");
        }
        // On a developer's machine it is only told.
        let alone = Config::load([("ARAGORA_REDIS_URL", &*redis)]).unwrap();
        let report = probe_env(&alone).await;
        assert!(report.ok && report.lines[1].starts_with("! Redis connection "), "{report:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_never_answers_is_given_five_seconds() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("postgres://ada@{}/x?sslmode=disable", listener.local_addr().unwrap());
        let config = Config::load([("DATABASE_URL", &*uri), ("ARAGORA_REQUIRE_DATABASE", "1")]).unwrap();
        let report = probe_env(&config).await;
        assert!(report.lines.contains(&"✗ Database connection timeout".to_owned()), "{report:?}");
        drop(listener);
    }

    #[tokio::test]
    async fn real_servers_are_reported_as_printed() {
        let Some(postgres) = address("ARAGORA_TEST_POSTGRES") else { return };
        let Some(redis) = address("ARAGORA_TEST_REDIS") else { return };
        let key = "5f0e6ac26b41a7b0f1d2c3b4a5968778695a4b3c2d1e0f00112233445566aa01";
        let config = Config::load([
            ("ARAGORA_ENCRYPTION_KEY", key),
            ("DATABASE_URL", &*postgres),
            ("REDIS_URL", &*redis),
            ("ANTHROPIC_API_KEY", "key"),
        ])
        .unwrap();
        let report = probe_env(&config).await;
        assert!(report.ok, "{report:?}");
        let start = |line: usize, text: &str| report.lines[line].starts_with(text);
        assert!(start(1, "✓ Encryption key: configured (32 bytes)"), "{report:?}");
        assert!(start(2, "✓ Redis: connected (version 7") || start(2, "✓ Redis: connected (version 8"), "{report:?}");
        assert!(start(3, "✓ PostgreSQL: connected (PostgreSQL 1"), "{report:?}");
        assert_eq!(report.lines[4], "✓ AI provider: anthropic configured");
        assert_eq!(report.lines.last().unwrap(), "✓ All development requirements met");
    }
}
