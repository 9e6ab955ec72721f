//! Stores on real servers, which `cargo xtask test` starts and names by environment variables.

mod postgres;
mod proxy;
mod redis;
mod struck;

pub use postgres::PostgresStores;
pub use proxy::{Cut, CuttingProxy, Pooler};
pub use redis::RedisStores;
pub use struck::{StruckPostgres, StruckRedis};

/// The address in this variable. Without it the test says so in one line and passes; with `CI=true` it fails.
///
/// # Panics
///
/// In CI, if the variable is not set.
pub fn address(variable: &str) -> Option<String> {
    let found = std::env::var(variable).ok().filter(|address| !address.is_empty());
    if found.is_none() {
        let ci = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
        assert!(!ci, "{variable} is not set: run `cargo xtask test --only servers`");
        println!("skipped: {variable} is not set; `cargo xtask test --only servers` starts the servers");
    }
    found
}

/// A name nobody else on the server uses.
pub fn unique(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    format!("{prefix}_{}_{:x}_{number}", std::process::id(), now.as_micros())
}

/// The same address with these options.
pub fn with_options(address: &str, options: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{options}")
}

/// The `host:port` of an address.
pub fn host_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

/// The same address by way of a proxy.
pub fn through(address: &str, proxy: std::net::SocketAddr) -> String {
    address.replace(&host_of(address), &proxy.to_string())
}
