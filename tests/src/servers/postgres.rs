use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aragora_core::storage::Storage;
use aragora_core::storage::postgres::{PostgresOptions, PostgresStorage};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::StorageFactory;
use aragora_core::{Error, ErrorKind, Result};
use async_trait::async_trait;
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgPool, PgPoolOptions};

use super::{unique, with_options};

/// Stores in schemas of their own, in one database.
///
/// Time is the server's and cannot be advanced. Letting time pass moves every stored end of a life or a lease to
/// earlier by as much, which for everything that compares it with the clock is the same; nothing waits.
#[derive(Debug)]
pub struct PostgresStores {
    address: String,
    options: String,
    parts: Parts,
    pool: PgPool,
    // Every schema made here, the latest last.
    schemas: Mutex<Vec<String>>,
}

impl PostgresStores {
    /// Stores at this address, opened with these further options, e.g. `aragora.journal=on`.
    ///
    /// # Errors
    ///
    /// If it is no address.
    pub fn new(address: &str, options: &str) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .connect_lazy(address)
            .map_err(|_| Error::new(ErrorKind::InvalidConfig, "the address of the tests' server is none"))?;
        let parts = Parts::system();
        Ok(Self { address: address.to_owned(), options: options.to_owned(), parts, pool, schemas: Mutex::default() })
    }

    /// The same, whose stores are opened at this address; looking on goes to the server itself.
    #[must_use]
    pub fn opened_at(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// The same, with another clock on the side of the stores.
    #[must_use]
    pub fn with_parts(mut self, parts: Parts) -> Self {
        self.parts = parts;
        self
    }

    /// A pool beside the stores', to look at rows and damage them.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The latest schema.
    pub fn schema(&self) -> String {
        self.lock().last().cloned().unwrap_or_default()
    }

    /// The address of the latest store.
    pub fn uri(&self) -> String {
        let schema = format!("aragora.schema={}", self.schema());
        let uri = with_options(&self.address, &schema);
        if self.options.is_empty() { uri } else { with_options(&uri, &self.options) }
    }

    /// The options of the latest store.
    ///
    /// # Errors
    ///
    /// If an option is none.
    pub fn options(&self) -> Result<PostgresOptions> {
        PostgresOptions::from_uri(&self.uri())
    }

    /// Begins a schema that nobody used.
    pub fn begin(&self) {
        self.lock().push(unique("t"));
    }

    /// Runs statements beside the stores; `@.` is the latest schema.
    ///
    /// # Panics
    ///
    /// If one fails.
    #[allow(clippy::expect_used)]
    pub async fn run(&self, text: &str) {
        let text = text.replace("@.", &format!("{}.", self.schema()));
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&self.pool).await.expect("a statement of a test runs");
    }

    /// The first column of the first row; `@.` is the latest schema.
    ///
    /// # Panics
    ///
    /// If the statement fails.
    #[allow(clippy::expect_used)]
    pub async fn number(&self, text: &str) -> i64 {
        let text = text.replace("@.", &format!("{}.", self.schema()));
        sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(&self.pool).await.expect("a statement of a test runs")
    }

    /// A store of the latest schema.
    ///
    /// # Errors
    ///
    /// If it does not open.
    pub async fn open(&self) -> Result<PostgresStorage> {
        PostgresStorage::open(self.options()?, &self.parts).await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.schemas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl StorageFactory for PostgresStores {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        self.begin();
        Ok(Arc::new(self.open().await?))
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        Ok(Some(Arc::new(self.open().await?)))
    }

    async fn pass(&self, time: Duration) {
        let past = format!("interval '{} milliseconds'", time.as_millis());
        self.run(&format!(
            "SET aragora.tenant = '*'; UPDATE @.aragora_records SET expires_at = expires_at - {past} \
             WHERE expires_at IS NOT NULL; UPDATE @.aragora_claims SET until = until - {past}"
        ))
        .await;
    }
}
