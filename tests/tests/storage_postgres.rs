//! PostgreSQL keeps every line of the storage contract, in each of the ways it can be opened.

use aragora_core::testing::storage::run_all;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::storage::Storage;
use aragora_core::storage::migrate::{MigrateMode, MigrationTarget, Migrator};
use aragora_core::storage::postgres::{PostgresOptions, PostgresStorage};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::StorageFactory;
use aragora_core::{ErrorKind, Result};
use aragora_tests::servers::{Pooler, PostgresStores, address, host_of, through, unique, with_options};
use async_trait::async_trait;

async fn suite(options: &str) {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    run_all(&PostgresStores::new(&address, options).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_keeps_the_storage_contract() {
    suite("").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_with_signals_and_journal_keeps_the_storage_contract() {
    suite("aragora.signals=suite&aragora.journal=on").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_behind_a_transaction_pooler_keeps_the_storage_contract() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let pooler = Pooler::start(host_of(&address)).await;
    let stores = PostgresStores::new(&address, "aragora.pooler=transaction").unwrap();
    run_all(&stores.opened_at(&through(&address, pooler.address()))).await;
    assert_eq!(pooler.refused(), Vec::<String>::new(), "nothing was asked for that ends with a transaction");
}

/// The clock of the machine is years off: lives and leases go by the server's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_keeps_the_storage_contract_whatever_the_clock_here_shows() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let parts = Parts::system().with_clock(ManualClock::default());
    run_all(&PostgresStores::new(&address, "").unwrap().with_parts(parts)).await;
}

/// Stores opened by a role that owns nothing and sees only what its transaction names.
struct Walled {
    owner: PostgresStores,
    role: String,
    address: String,
}

impl Walled {
    async fn new(address: &str) -> Self {
        let owner = PostgresStores::new(address, "aragora.rls=on").unwrap();
        let role = unique("app");
        owner.run(&format!("CREATE ROLE {role} LOGIN PASSWORD 'app'")).await;
        let (_, rest) = address.split_once('@').unwrap();
        Self { owner, address: format!("postgres://{role}:app@{rest}"), role }
    }

    fn options(&self) -> PostgresOptions {
        let options = format!("aragora.rls=on&aragora.schema={}", self.owner.schema());
        let mut options = PostgresOptions::from_uri(&with_options(&self.address, &options)).unwrap();
        options.migrate = MigrateMode::Check;
        options
    }

    async fn open(&self) -> Result<PostgresStorage> {
        PostgresStorage::open(self.options(), &Parts::system()).await
    }
}

#[async_trait]
impl StorageFactory for Walled {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        self.owner.begin();
        let migrator = Migrator::postgres(&self.owner.options()?, &Parts::system(), &[])?;
        migrator.apply(&MigrationTarget::All).await?;
        let (schema, role) = (self.owner.schema(), &self.role);
        self.owner
            .run(&format!(
                "GRANT USAGE ON SCHEMA {schema} TO {role}; \
                 GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}; \
                 GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
            ))
            .await;
        Ok(Arc::new(self.open().await?))
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        Ok(Some(Arc::new(self.open().await?)))
    }

    async fn pass(&self, time: Duration) {
        self.owner.pass(time).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_behind_row_security_keeps_the_storage_contract() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    run_all(&Walled::new(&address).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_statement_without_its_where_clause_sees_one_tenant_only() {
    use aragora_core::storage::{Address, TableName};
    use aragora_core::testing::storage::{frame, key, other, system, tenant};

    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let walled = Walled::new(&address).await;
    let store = walled.fresh().await.unwrap();
    let at = |space, name: &str| Address::new(space, TableName::new("suite").unwrap(), key(name));
    for (space, rows) in [(tenant(), 3), (other(), 5), (system(), 7)] {
        for number in 0..rows {
            store.put(at(space.clone(), &number.to_string()), frame("v")).await.unwrap();
        }
    }
    let store = walled.open().await.unwrap();
    let table = format!("{}.aragora_records", walled.owner.schema());
    for (space, rows) in [(tenant(), 3), (other(), 5), (system(), 7)] {
        let text = format!("SELECT count(*) FROM {table}");
        let counted = store.in_tenant(&space, |connection| {
            Box::pin(async move {
                let count = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(text)).fetch_one(connection).await;
                Ok(count.unwrap())
            })
        });
        assert_eq!(counted.await.unwrap(), rows, "{space:?}");
    }
    let text = format!("DELETE FROM {table}");
    let space = other();
    let deleted = store.in_tenant(&space, |connection| {
        Box::pin(async move { Ok(sqlx::query(sqlx::AssertSqlSafe(text)).execute(connection).await.unwrap()) })
    });
    assert_eq!(deleted.await.unwrap().rows_affected(), 5, "a delete of everything is a delete of one tenant");
    let loose = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")));
    assert_eq!(loose.fetch_one(store.pool()).await.unwrap(), 0, "a transaction that names nobody sees nothing");

    // Whoever could take the guard away does not count as guarded.
    let owner = walled.owner.open().await.unwrap_err();
    assert_eq!(owner.kind(), ErrorKind::InvalidConfig, "{owner}");
    assert!(owner.reason().contains("/options/aragora.rls"), "{owner}");
    // A guarded database is noticed by those who did not ask for it.
    let mut options = walled.options();
    options.row_security = false;
    let plain: Arc<dyn Storage> = Arc::new(PostgresStorage::open(options, &Parts::system()).await.unwrap());
    assert!(plain.get(at(tenant(), "1")).await.unwrap().is_some());
}
