use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aragora_core::Result;
use aragora_core::storage::Storage;
use aragora_core::storage::redis::{RedisOptions, RedisStorage};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::StorageFactory;
use async_trait::async_trait;
use redis::aio::MultiplexedConnection;

use super::{unique, with_options};

/// Moves every end of a life or a lease of one namespace to earlier. Keys whose end has come by that are gone, as they
/// would be.
const PASS: &str = r"
local P, time = ARGV[1], tonumber(ARGV[2])
local cursor = '0'
repeat
  local found = redis.call('SCAN', cursor, 'MATCH', P .. '*', 'COUNT', 1000)
  cursor = found[1]
  for _, key in ipairs(found[2]) do
    local kind = key:sub(#P + 1, #P + 2)
    if kind == 'c:' then
      local lapses = redis.call('HGET', key, 'u')
      redis.call('HSET', key, 'u', string.format('%.0f', tonumber(lapses) - time))
    end
    local at = redis.call('PEXPIRETIME', key)
    if at > 0 and (kind == 'c:' or kind == 'r:') then redis.call('PEXPIREAT', key, string.format('%.0f', at - time)) end
  end
until cursor == '0'
for _, set in ipairs({'d', 'l'}) do
  for _, member in ipairs(redis.call('ZRANGE', P .. set, 0, -1)) do
    redis.call('ZINCRBY', P .. set, -time, member)
  end
end
return 0";

/// Stores in namespaces of their own, on one server.
///
/// Time is the server's and cannot be advanced. Letting time pass moves every stored end of a life or a lease to earlier
/// by as much, which for everything that compares it with the clock is the same; nothing waits.
#[derive(Debug)]
pub struct RedisStores {
    address: String,
    options: String,
    // Every namespace made here, the latest last.
    namespaces: Mutex<Vec<String>>,
}

impl RedisStores {
    /// Stores at this address.
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), options: String::new(), namespaces: Mutex::default() }
    }

    /// The same, opened with these further options, e.g. `aragora.only_copy=allow`.
    #[must_use]
    pub fn with(mut self, options: &str) -> Self {
        options.clone_into(&mut self.options);
        self
    }

    /// Begins a namespace that nobody used.
    pub fn begin(&self) {
        self.lock().push(unique("t").chars().take(32).collect());
    }

    /// What keys of the latest namespace begin with.
    pub fn prefix(&self) -> String {
        format!("{{ara:{}}}:", self.lock().last().cloned().unwrap_or_default())
    }

    /// The address of the latest store.
    pub fn uri(&self) -> String {
        let namespace = format!("aragora.ns={}", self.lock().last().cloned().unwrap_or_default());
        let uri = with_options(&self.address, &namespace);
        if self.options.is_empty() { uri } else { with_options(&uri, &self.options) }
    }

    /// A store of the latest namespace.
    ///
    /// # Errors
    ///
    /// If it does not open.
    pub async fn open(&self) -> Result<RedisStorage> {
        RedisStorage::open(RedisOptions::from_uri(&self.uri())?, &Parts::system()).await
    }

    /// A connection beside the stores', to look at keys and damage them.
    ///
    /// # Panics
    ///
    /// If the server does not answer.
    #[allow(clippy::expect_used)]
    pub async fn connection(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.address.as_str()).expect("the address of the tests' server is one");
        client.get_multiplexed_async_connection().await.expect("the tests' server answers")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl StorageFactory for RedisStores {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        self.begin();
        Ok(Arc::new(self.open().await?))
    }

    async fn reopen(&self, closed: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        if closed.capability().durable { Ok(Some(Arc::new(self.open().await?))) } else { Ok(None) }
    }

    #[allow(clippy::expect_used)]
    async fn pass(&self, time: Duration) {
        let mut command = redis::cmd("EVAL");
        command.arg(PASS).arg(0).arg(self.prefix()).arg(time.as_millis() as u64);
        command.query_async::<i64>(&mut self.connection().await).await.expect("the script of the tests runs");
    }
}
