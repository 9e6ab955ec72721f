//! The part of a URI behind `redb:` and `sled:`: a path and options.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
impl crate::storage::EmbeddedStorage {
    /// Opens the store a URI names as [`crate::storage::open`] does, for what only stores in directories have. Any
    /// other store is `invalid_config`.
    pub async fn open(uri: &str, parts: &Parts) -> Result<Arc<Self>> {
        match uri.split_once(':') {
            None if !uri.is_empty() => at("redb", uri, "", parts).await,
            Some(("redb", rest)) => open("redb", rest, parts).await,
            Some(("sled", rest)) => open("sled", rest, parts).await,
            _ => Err(refused("only a store of redb or sled lies in a directory".to_owned())),
        }
    }
}

/// Backend, path and options of a store in a directory; `None` if the URI names another kind of store.
#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
pub(crate) fn locate(uri: &str) -> Result<Option<(&'static str, &str, &str)>> {
    let (backend, rest) = match uri.split_once(':') {
        None if !uri.is_empty() => return Ok(Some(("redb", uri, ""))),
        Some(("redb", rest)) => ("redb", rest),
        Some(("sled", rest)) => ("sled", rest),
        _ => return Ok(None),
    };
    let (path, options) = split(backend, rest)?;
    Ok(Some((backend, path, options)))
}

/// Opens the store at a path; `rest` is `path`, `///path` or either with `?name=value&..` behind it.
pub(super) async fn open(backend: &'static str, rest: &str, parts: &Parts) -> Result<Arc<Opened>> {
    let (path, options) = split(backend, rest)?;
    at(backend, path, options, parts).await
}

fn split<'a>(backend: &str, rest: &'a str) -> Result<(&'a str, &'a str)> {
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    match path.strip_prefix("//") {
        // What stands between the second and the third slash is a host, and a directory has none.
        Some(local) if local.starts_with('/') => Ok((local, options)),
        Some(_) => Err(refused(format!("a store of {backend} has no host, expected {backend}:///path"))),
        None => Ok((path, options)),
    }
}

/// Opens the store at a path that is nothing but a path.
pub(crate) async fn at(backend: &'static str, path: &str, options: &str, parts: &Parts) -> Result<Arc<Opened>> {
    if path.is_empty() {
        return Err(refused(format!("a store of {backend} needs a path")));
    }
    let options = Options::read(backend, options)?;
    let (path, parts) = (PathBuf::from(path), parts.clone());
    let opened = tokio::task::spawn_blocking(move || match backend {
        "sled" => sled(&path, &options, &parts),
        _ => redb(&path, &options, &parts),
    });
    opened.await.unwrap_or_else(|error| {
        let reason = if error.is_panic() { ErrorKind::Corrupt } else { ErrorKind::Unavailable };
        Err(Error::new(reason, format!("opening the store of {backend} did not end")).caused_by(error))
    })
}

#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
pub(crate) type Opened = crate::storage::EmbeddedStorage;
/// Without a backend nothing is ever opened.
#[cfg(not(any(feature = "storage-redb", feature = "storage-sled")))]
pub(crate) type Opened = super::MemoryStorage;

/// What may stand behind the path.
#[derive(Debug, Default)]
#[cfg_attr(not(all(feature = "storage-redb", feature = "storage-sled")), allow(dead_code))]
struct Options {
    read_only: bool,
    journal: bool,
    network: Network,
    /// In MiB.
    cache: Option<usize>,
    /// In MiB; redb only.
    check: Option<u64>,
}

#[derive(Debug, Default)]
enum Network {
    #[default]
    Warn,
    Allow,
    Refuse,
}

impl Options {
    fn read(backend: &str, text: &str) -> Result<Self> {
        let mut options = Self::default();
        let mut seen = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if seen.contains(&name) {
                return Err(refused(format!("the option {name:?} stands there twice")));
            }
            seen.push(name);
            match (name, value) {
                ("mode", "ro") => options.read_only = true,
                ("journal", "on") => options.journal = true,
                ("network", "allow") => options.network = Network::Allow,
                ("network", "refuse") => options.network = Network::Refuse,
                ("mode", "rw") | ("journal", "off") | ("network", "warn") => {}
                ("cache_mb", number) => {
                    let size = number.parse().ok().filter(|size| (1..=65_536).contains(size));
                    options.cache = Some(size.ok_or_else(|| unknown(backend, name, value))?);
                }
                ("check_mb", number) if backend == "redb" => {
                    let size = number.parse().ok().filter(|size| (0..=1_048_576).contains(size));
                    options.check = Some(size.ok_or_else(|| unknown(backend, name, value))?);
                }
                _ => return Err(unknown(backend, name, value)),
            }
        }
        Ok(options)
    }
}

fn unknown(backend: &str, name: &str, value: &str) -> Error {
    let shown = |text: &str| text.chars().take(40).collect::<String>();
    refused(format!(
        "a store of {backend} has no option {:?} with the value {:?}, expected mode=ro|rw, journal=on|off, \
         network=warn|allow|refuse, cache_mb=1..65536 or, of redb, check_mb=0..1048576",
        shown(name),
        shown(value)
    ))
}

fn refused(reason: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, reason)
}

#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
impl Options {
    fn access(&self, backend: &'static str) -> crate::storage::dir::Access {
        use crate::storage::dir::{Access, Network as Policy};
        let network = match self.network {
            Network::Warn => Policy::Warn,
            Network::Allow => Policy::Allow,
            Network::Refuse => Policy::Refuse,
        };
        Access { backend, read_only: self.read_only, network }
    }

    fn cache_bytes(&self) -> usize {
        self.cache.unwrap_or(64) << 20
    }
}

#[cfg(feature = "storage-redb")]
fn redb(path: &std::path::Path, options: &Options, parts: &Parts) -> Result<Arc<Opened>> {
    use crate::storage::redb;
    let access = options.access("redb");
    let check_bytes = options.check.unwrap_or(64) << 20;
    let options = redb::Options { access, cache_bytes: options.cache_bytes(), journal: options.journal, check_bytes };
    Ok(Arc::new(redb::open(path, options, parts)?))
}

#[cfg(not(feature = "storage-redb"))]
fn redb(_: &std::path::Path, _: &Options, _: &Parts) -> Result<Arc<Opened>> {
    Err(super::not_configured("storage-redb"))
}

#[cfg(feature = "storage-sled")]
fn sled(path: &std::path::Path, options: &Options, parts: &Parts) -> Result<Arc<Opened>> {
    use crate::storage::sled;
    let access = options.access("sled");
    let options = sled::Options { access, cache_bytes: options.cache_bytes(), journal: options.journal };
    Ok(Arc::new(sled::open(path, options, parts)?))
}

#[cfg(not(feature = "storage-sled"))]
fn sled(_: &std::path::Path, _: &Options, _: &Parts) -> Result<Arc<Opened>> {
    Err(super::not_configured("storage-sled"))
}
