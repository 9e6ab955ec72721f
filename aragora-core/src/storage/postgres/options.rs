use std::fmt;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::config::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::TableName;
use crate::storage::migrate::MigrateMode;
use crate::storage::remote::{ServerUri, is_loopback};

/// Where a store on PostgreSQL lies and how it is used.
///
/// From a URI `postgres://user:password@host:port/database?..` with the options of libpq `sslmode`, `sslrootcert`,
/// `sslcert`, `sslkey`, `host` (a directory is a socket), `application_name`, and ours with the prefix `aragora.`:
/// the fields below by name, `pooler=transaction`, `rls=on|off`, `journal=on|off`, `production=on|off`,
/// `migrate=auto|check|off`, lists by commas, times in seconds. Anything else is `invalid_config`.
#[derive(Clone)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct PostgresOptions {
    /// The schema all tables lie in: `[a-z_][a-z0-9_]{0,62}`, default `aragora`.
    pub schema: String,
    /// Connections at most, default 10 (`pool_size`).
    pub pool_size: u32,
    /// How long a call waits for a connection, default 30 s (`pool_timeout`).
    pub pool_timeout: Duration,
    /// How long the server may work on one statement, default 30 s (`statement_timeout`).
    pub statement_timeout: Duration,
    /// How long a statement waits for a row, default 10 s (`lock_timeout`).
    pub lock_timeout: Duration,
    /// Whether a transaction pooler stands between: nothing outlives a transaction then.
    pub pooler: bool,
    /// Whether rows are guarded by row-level security. The role must not own the tables: migrate with another.
    pub row_security: bool,
    /// Whether changes are noted for incremental backups.
    pub journal: bool,
    /// Whether settings that lose data or rights that reach too far refuse the start instead of warning.
    pub production: bool,
    /// What is done about pending migrations.
    pub migrate: MigrateMode,
    /// Tables whose commits wake watches at once; all others are polled every second (`signals`). By default those
    /// the library defines so. Every process of one store names the same.
    pub signals: Vec<String>,
    login: Login,
    listen: Option<Login>,
}

#[derive(Clone)]
struct Login {
    host: String,
    port: u16,
    user: String,
    password: Option<Secret>,
    database: String,
    application: String,
    mode: PgSslMode,
    files: [Option<String>; 3],
}

const KNOWN: &str = "sslmode, sslrootcert, sslcert, sslkey, host, application_name, aragora.schema, aragora.pool_size, \
                     aragora.pool_timeout, aragora.statement_timeout, aragora.lock_timeout, aragora.pooler, \
                     aragora.listen_dsn, aragora.rls, aragora.journal, aragora.production, aragora.migrate, \
                     aragora.signals, aragora.plaintext_hosts";

/// Tables of this library that are defined with `signals`.
const SIGNALS: [&str; 1] = ["pending_turn"];

impl PostgresOptions {
    /// Reads a URI. Errors never show it.
    pub fn from_uri(uri: &str) -> Result<Self> {
        let mut uri = ServerUri::parse(uri)?;
        let plaintext_hosts = uri.take_list("aragora.plaintext_hosts");
        let login = Login::of(&mut uri, &plaintext_hosts)?;
        let seconds = |number: Option<u64>, default| Duration::from_secs(number.unwrap_or(default));
        let schema = uri.take("aragora.schema").unwrap_or_else(|| "aragora".to_owned());
        if !is_schema(&schema) {
            uri.refuse("aragora.schema", "expected a lower-case letter or _ and up to 62 letters, digits or _");
        }
        let pooler = match uri.take("aragora.pooler").as_deref() {
            None | Some("off") => false,
            Some("transaction") => true,
            Some(_) => {
                uri.refuse("aragora.pooler", "expected transaction or off");
                false
            }
        };
        let migrate = match uri.take("aragora.migrate").as_deref() {
            None | Some("auto") => MigrateMode::Auto,
            Some("check") => MigrateMode::Check,
            Some("off") => MigrateMode::Off,
            Some(_) => {
                uri.refuse("aragora.migrate", "expected auto, check or off");
                MigrateMode::Auto
            }
        };
        let listen = match uri.take("aragora.listen_dsn") {
            None => None,
            Some(dsn) => {
                let mut direct = ServerUri::parse(&dsn)?;
                let login = Login::of(&mut direct, &plaintext_hosts)?;
                direct.finish("those of libpq only")?;
                Some(login)
            }
        };
        let signals = match uri.take_list("aragora.signals") {
            named if named.is_empty() => SIGNALS.map(str::to_owned).to_vec(),
            named => named,
        };
        if signals.iter().any(|name| TableName::check(name).is_err()) {
            uri.refuse("aragora.signals", "expected names of tables");
        }
        let options = Self {
            schema,
            pool_size: uri.take_number("aragora.pool_size", 1..=1_000).map_or(10, |size| size as u32),
            pool_timeout: seconds(uri.take_number("aragora.pool_timeout", 1..=3_600), 30),
            statement_timeout: seconds(uri.take_number("aragora.statement_timeout", 1..=3_600), 30),
            lock_timeout: seconds(uri.take_number("aragora.lock_timeout", 1..=3_600), 10),
            pooler,
            row_security: uri.take_switch("aragora.rls"),
            journal: uri.take_switch("aragora.journal"),
            production: uri.take_switch("aragora.production"),
            migrate,
            signals,
            login,
            listen,
        };
        uri.finish(KNOWN)?;
        Ok(options)
    }

    pub(crate) fn connect(&self) -> PgConnectOptions {
        let connect = self.login.connect();
        if self.pooler {
            // Nothing may outlive a transaction there, and most poolers refuse start-up options.
            return connect.statement_cache_capacity(0);
        }
        connect.options(self.settings())
    }

    /// Start-up options, or with a pooler local settings of each transaction.
    pub(super) fn settings(&self) -> [(&'static str, String); 3] {
        [
            ("statement_timeout", self.statement_timeout.as_millis().to_string()),
            ("lock_timeout", self.lock_timeout.as_millis().to_string()),
            ("idle_in_transaction_session_timeout", "60000".to_owned()),
        ]
    }

    /// The server itself, for what does not fit into transactions. `not_configured` behind a pooler if only that is
    /// known.
    pub(crate) fn direct(&self) -> Result<PgConnectOptions> {
        self.listen().ok_or_else(|| {
            let reason = "behind a pooler this needs the server's own address, aragora.listen_dsn";
            Error::new(ErrorKind::NotConfigured, reason)
        })
    }

    /// Where notifications come from; `None` if only polling is left.
    pub(super) fn listen(&self) -> Option<PgConnectOptions> {
        match &self.listen {
            Some(login) => Some(login.connect()),
            None => (!self.pooler).then(|| self.connect()),
        }
    }
}

impl Login {
    fn of(uri: &mut ServerUri, plaintext_hosts: &[String]) -> Result<Self> {
        if !matches!(uri.scheme.as_str(), "postgres" | "postgresql") {
            return Err(Error::new(
                ErrorKind::InvalidConfig,
                "the address of a PostgreSQL store begins with postgres://",
            ));
        }
        if uri.hosts.len() > 1 {
            return Err(Error::new(ErrorKind::InvalidConfig, "a PostgreSQL store has one host"));
        }
        let given = uri.hosts.pop();
        let port = given.as_ref().and_then(|(_, port)| *port).unwrap_or(5432);
        let host = uri.take("host").or(given.map(|(host, _)| host)).unwrap_or_else(|| "localhost".to_owned());
        let Some(user) = uri.user.clone() else {
            return Err(Error::new(ErrorKind::InvalidConfig, "the address of a PostgreSQL store names no user"));
        };
        let trusted = is_loopback(&host) || plaintext_hosts.contains(&host);
        let mode = match uri.take("sslmode").as_deref() {
            None if trusted => PgSslMode::Prefer,
            None | Some("verify-full") => PgSslMode::VerifyFull,
            Some("verify-ca") => PgSslMode::VerifyCa,
            Some("require") => PgSslMode::Require,
            Some(plain @ ("disable" | "allow" | "prefer")) => {
                if !trusted {
                    uri.refuse("sslmode", "plain text only goes to this machine and to aragora.plaintext_hosts");
                }
                match plain {
                    "disable" => PgSslMode::Disable,
                    "allow" => PgSslMode::Allow,
                    _ => PgSslMode::Prefer,
                }
            }
            Some(_) => {
                uri.refuse("sslmode", "expected disable, allow, prefer, require, verify-ca or verify-full");
                PgSslMode::VerifyFull
            }
        };
        Ok(Self {
            host,
            port,
            database: Some(uri.path.clone()).filter(|path| !path.is_empty()).unwrap_or_else(|| user.clone()),
            user,
            password: uri.password.take(),
            application: uri
                .take("application_name")
                .unwrap_or_else(|| format!("aragora/{}", env!("CARGO_PKG_VERSION"))),
            mode,
            files: ["sslrootcert", "sslcert", "sslkey"].map(|name| uri.take(name)),
        })
    }

    fn connect(&self) -> PgConnectOptions {
        let mut connect = PgConnectOptions::new_without_pgpass()
            .host(&self.host)
            .port(self.port)
            .username(&self.user)
            // Always given: the client would look for one in the environment.
            .password(self.password.as_ref().map_or("", |password| password.expose()))
            .database(&self.database)
            .application_name(&self.application)
            .ssl_mode(self.mode);
        if self.host.starts_with('/') {
            connect = connect.socket(&self.host);
        }
        let [root, certificate, key] = &self.files;
        if let Some(file) = root {
            connect = connect.ssl_root_cert(file);
        }
        if let Some(file) = certificate {
            connect = connect.ssl_client_cert(file);
        }
        if let Some(file) = key {
            connect = connect.ssl_client_key(file);
        }
        connect
    }
}

fn is_schema(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 63
        && bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !name.starts_with("pg_")
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("host", &self.login.host)
            .field("database", &self.login.database)
            .field("schema", &self.schema)
            .field("pool_size", &self.pool_size)
            .field("pooler", &self.pooler)
            .field("row_security", &self.row_security)
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}
