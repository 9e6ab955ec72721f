//! No word of a sealed store is in the files of its server, its log of writes, or a dump.

use std::path::{Path, PathBuf};
use std::process::Command;

use aragora_tests::sealing::KEY_1;
use aragora_tests::secrets::{grep, holds, keep_debate};
use aragora_tests::servers::{PostgresStores, RedisStores, address, unique, with_options};

const SEALED: [(&str, &str); 1] = [("ARAGORA_ENCRYPTION_KEY", KEY_1)];

async fn postgres_keeps(variables: &[(&str, &str)]) -> Option<(Vec<String>, bool)> {
    let address = address("ARAGORA_TEST_POSTGRES")?;
    let programs = aragora_tests::servers::address("ARAGORA_TEST_POSTGRES_PROGRAMS")?;
    let secret = unique("the-codename-is-heron");
    let stores = PostgresStores::new(&address, "").unwrap();
    stores.begin();
    let uri = stores.uri();
    let dump = keep_debate(&uri, variables, &secret, async |_| {
        let dump = Command::new(Path::new(&programs).join("pg_dump"))
            .args(["--dbname", &address, "--schema", &stores.schema()])
            .output()
            .unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        // What is only in the memory of the server goes to its files.
        stores.run("CHECKPOINT").await;
        Ok(dump.stdout)
    });
    let dump = dump.await.unwrap();
    assert!(dump.len() > 10_000, "the dump holds rows");
    let directory: String = sqlx::query_scalar("SHOW data_directory").fetch_one(stores.pool()).await.unwrap();
    assert!(Path::new(&directory).join("pg_wal").is_dir(), "the files are on this machine");
    Some((grep(&secret, Path::new(&directory)).unwrap(), holds(&dump, &secret)))
}

#[tokio::test]
async fn no_file_of_postgres_and_no_dump_holds_a_word_of_a_sealed_store() {
    let Some((files, dumped)) = postgres_keeps(&[]).await else { return };
    let in_log = files.iter().any(|file| file.contains("/pg_wal/"));
    assert!(dumped && in_log && files.len() > 1, "without a key the search finds it: {files:?}");
    assert_eq!(postgres_keeps(&SEALED).await, Some((Vec::new(), false)));
}

async fn redis_keeps(variables: &[(&str, &str)]) -> Option<Vec<String>> {
    let stores = RedisStores::new(&address("ARAGORA_TEST_REDIS")?);
    let secret = unique("the-codename-is-heron");
    stores.begin();
    let uri = with_options(&stores.uri(), "aragora.only_copy=allow");
    keep_debate(&uri, variables, &secret, async |_| Ok(())).await.unwrap();
    let mut connection = stores.connection().await;
    let told: Vec<String> = redis::cmd("CONFIG").arg("GET").arg("dir").query_async(&mut connection).await.unwrap();
    let directory = PathBuf::from(told.last().unwrap());
    assert!(directory.join("appendonlydir").is_dir(), "the log is on this machine");
    Some(grep(&secret, &directory).unwrap())
}

#[tokio::test]
async fn no_file_of_redis_holds_a_word_of_a_sealed_store() {
    let Some(files) = redis_keeps(&[]).await else { return };
    assert!(!files.is_empty(), "without a key the search finds it");
    assert_eq!(redis_keeps(&SEALED).await, Some(Vec::new()));
}
