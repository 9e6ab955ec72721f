use std::fmt;
use std::path::PathBuf;

use crate::config::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::remote::ServerUri;

/// Where a store on Redis lies.
///
/// From a URI `redis://user:password@host:port/number`, `rediss://..` with TLS, or
/// `redis+sentinel://user:password@host:port,host:port/service`, with the options `aragora.ns`, `aragora.only_copy=allow`,
/// `aragora.ca_file`, and for Sentinel `aragora.db`, `aragora.tls=on`, `aragora.sentinel_user`,
/// `aragora.sentinel_password`. Anything else is `invalid_config`.
#[derive(Clone)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct RedisOptions {
    /// All keys begin with `{ara:<namespace>}:`; 1 to 32 lower-case letters, digits, `_` or `-`, default `default`.
    pub namespace: String,
    /// Whether tables whose loss cannot be made good may lie only here (`only_copy`). Asks for a durable server, and
    /// even then a failover may lose the last writes.
    pub only_copy: bool,
    /// Certificates of authorities in PEM, instead of the public ones.
    pub ca_file: Option<PathBuf>,
    pub(super) servers: Servers,
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) db: i64,
    pub(super) tls: bool,
}

#[derive(Clone)]
pub(super) enum Servers {
    One { host: String, port: u16 },
    Sentinel { hosts: Vec<(String, u16)>, service: String, user: Option<String>, password: Option<Secret> },
}

const KNOWN: &str = "aragora.ns, aragora.only_copy, aragora.ca_file, aragora.db, aragora.tls, aragora.sentinel_user, \
                     aragora.sentinel_password";

impl RedisOptions {
    /// Reads a URI. Errors never show it.
    pub fn from_uri(uri: &str) -> Result<Self> {
        let refused = |reason: &str| Error::new(ErrorKind::InvalidConfig, reason);
        let mut uri = ServerUri::parse(uri)?;
        let namespace = uri.take("aragora.ns").unwrap_or_else(|| "default".to_owned());
        let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        if namespace.is_empty() || namespace.len() > 32 || !namespace.bytes().all(letters) {
            uri.refuse("aragora.ns", "expected 1 to 32 lower-case letters, digits, _ or -");
        }
        let only_copy = match uri.take("aragora.only_copy").as_deref() {
            None | Some("refuse") => false,
            Some("allow") => true,
            Some(_) => {
                uri.refuse("aragora.only_copy", "expected allow or refuse");
                false
            }
        };
        let ca_file = uri.take("aragora.ca_file").map(PathBuf::from);
        let (servers, db, tls) = match uri.scheme.as_str() {
            "redis" | "rediss" => {
                let tls = uri.scheme == "rediss";
                let (host, port) = match &uri.hosts[..] {
                    [] => ("localhost".to_owned(), 6379),
                    [(host, port)] => (host.clone(), port.unwrap_or(6379)),
                    _ => return Err(refused("a Redis store has one host; several are for redis+sentinel://")),
                };
                let number = if uri.path.is_empty() { Ok(0) } else { uri.path.parse::<u16>() };
                let number = number.map_err(|_| refused("the path of a Redis store is the number of its database"))?;
                (Servers::One { host, port }, i64::from(number), tls)
            }
            "redis+sentinel" => {
                let hosts: Vec<(String, u16)> =
                    uri.hosts.iter().map(|(host, port)| (host.clone(), port.unwrap_or(26379))).collect();
                if hosts.is_empty() || uri.path.is_empty() {
                    return Err(refused("a Redis store by Sentinel names sentinels and, as its path, the service"));
                }
                let (user, password) =
                    (uri.take("aragora.sentinel_user"), uri.take("aragora.sentinel_password").map(Secret::new));
                let db = uri.take_number("aragora.db", 0..=65_535).unwrap_or(0);
                let tls = uri.take_switch("aragora.tls");
                (Servers::Sentinel { hosts, service: uri.path.clone(), user, password }, db as i64, tls)
            }
            _ => {
                return Err(refused(
                    "the address of a Redis store begins with redis://, rediss:// or redis+sentinel://",
                ));
            }
        };
        let (user, password) = (uri.user.clone(), uri.password.take());
        uri.finish(KNOWN)?;
        Ok(Self { namespace, only_copy, ca_file, servers, user, password, db, tls })
    }

    /// What every key begins with: one slot of a cluster.
    pub(super) fn prefix(&self) -> String {
        format!("{{ara:{}}}:", self.namespace)
    }
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = match &self.servers {
            Servers::One { host, port } => format!("{host}:{port}"),
            Servers::Sentinel { hosts, service, .. } => format!("{service} by {} sentinels", hosts.len()),
        };
        f.debug_struct("RedisOptions")
            .field("servers", &servers)
            .field("namespace", &self.namespace)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}
