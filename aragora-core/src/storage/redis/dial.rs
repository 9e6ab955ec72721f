use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ProtocolVersion, PushInfo, RedisConnectionInfo, Value};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::errors::error_of;
use super::options::{RedisOptions, Servers};
use super::scripts::Script;
use crate::config::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::remote::CONNECT;

/// How long one command may take.
const ANSWER: Duration = Duration::from_secs(30);

/// A connection with the digests of the scripts it knows. Its driver ends with it.
pub(super) struct Dialled {
    pub(super) connection: MultiplexedConnection,
    pub(super) digests: Vec<String>,
    driver: JoinHandle<()>,
}

impl Drop for Dialled {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A connection to the server that may be written to, with all scripts loaded.
pub(super) async fn dial(options: &RedisOptions) -> Result<Dialled> {
    let mut dialled = limited(connect(options, None)).await?;
    for script in Script::ALL {
        let load = redis::cmd("SCRIPT").arg("LOAD").arg(script.text()).to_owned();
        let digest = load.query_async(&mut dialled.connection).await.map_err(|error| error_of(&error, false))?;
        dialled.digests.push(digest);
    }
    Ok(dialled)
}

/// A connection for messages.
pub(super) async fn dial_for_messages(options: &RedisOptions, sender: UnboundedSender<PushInfo>) -> Result<Dialled> {
    limited(connect(options, Some(sender))).await
}

async fn limited<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    if let Ok(done) = tokio::time::timeout(CONNECT, work).await {
        return done;
    }
    let reason = format!("no connection came about within {} s", CONNECT.as_secs());
    Err(Error::new(ErrorKind::Unavailable, reason).with("phase", "connect"))
}

async fn connect(options: &RedisOptions, messages: Option<UnboundedSender<PushInfo>>) -> Result<Dialled> {
    let login = |user: &Option<String>, password: &Option<Secret>, db: i64| {
        let mut info = RedisConnectionInfo::default().set_db(db).set_skip_set_lib_name();
        if let Some(user) = user {
            info = info.set_username(user);
        }
        if let Some(password) = password {
            info = info.set_password(password.expose());
        }
        info
    };
    let (host, port) = match &options.servers {
        Servers::One { host, port } => (host.clone(), *port),
        Servers::Sentinel { hosts, service, user, password } => {
            find_master(options, hosts, service, &login(user, password, 0)).await?
        }
    };
    let mut info = login(&options.user, &options.password, options.db);
    let mut config = AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER));
    if let Some(sender) = messages {
        info = info.set_protocol(ProtocolVersion::RESP3);
        config = config.set_push_sender(sender);
    }
    open(options, &host, port, &info, config).await
}

/// Asks one sentinel after the other, and the server it names whether it agrees.
async fn find_master(
    options: &RedisOptions,
    hosts: &[(String, u16)],
    service: &str,
    info: &RedisConnectionInfo,
) -> Result<(String, u16)> {
    let mut last = Error::new(ErrorKind::Unavailable, "no sentinel answers");
    for (host, port) in hosts {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(CONNECT));
        // One of several that is silent must not use up the whole time.
        let share = CONNECT / (hosts.len() as u32 + 1);
        let asked = tokio::time::timeout(share, async {
            let mut sentinel = open(options, host, *port, info, config).await?;
            let ask = redis::cmd("SENTINEL").arg("get-master-addr-by-name").arg(service).to_owned();
            ask.query_async::<Option<(String, u16)>>(&mut sentinel.connection)
                .await
                .map_err(|error| error_of(&error, false))
        });
        match asked.await {
            Ok(Ok(Some(found))) => return Ok(found),
            Ok(Ok(None)) => {
                last = Error::new(ErrorKind::InvalidConfig, "the sentinels know no service of this name");
            }
            Ok(Err(error)) => last = error,
            Err(_) => {}
        }
    }
    Err(last)
}

async fn open(
    options: &RedisOptions,
    host: &str,
    port: u16,
    info: &RedisConnectionInfo,
    config: AsyncConnectionConfig,
) -> Result<Dialled> {
    let unreachable = |error: std::io::Error| {
        Error::new(ErrorKind::Unavailable, format!("the server does not answer: {}", error.kind())).caused_by(error)
    };
    let stream = TcpStream::connect((host, port)).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    if !options.tls {
        return over(info, stream, config).await;
    }
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Error::new(ErrorKind::InvalidConfig, "TLS needs the name of a host"))?;
    let connector = TlsConnector::from(Arc::new(tls(options)?));
    let stream = connector
        .connect(name, stream)
        .await
        .map_err(|error| Error::new(ErrorKind::Unavailable, "no secure connection came about").caused_by(error))?;
    over(info, stream, config).await
}

async fn over<S>(info: &RedisConnectionInfo, stream: S, config: AsyncConnectionConfig) -> Result<Dialled>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let opened = MultiplexedConnection::new_with_config(info, stream, config).await;
    let (connection, driver) = opened.map_err(|error| error_of(&error, false))?;
    Ok(Dialled { connection, digests: Vec::new(), driver: tokio::spawn(driver) })
}

/// Our own configuration: the client's would ask for a provider that is installed for the whole process.
fn tls(options: &RedisOptions) -> Result<ClientConfig> {
    let refused = |reason: String| Error::new(ErrorKind::InvalidConfig, reason);
    let mut roots = RootCertStore::empty();
    match &options.ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let read = |error: &dyn std::fmt::Display| refused(format!("aragora.ca_file cannot be read: {error}"));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| read(&error))? {
                let added = roots.add(certificate.map_err(|error| read(&error))?);
                added.map_err(|error| read(&error))?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(format!("TLS cannot be set up: {error}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The text of an answer, whatever its form.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes.clone()).ok(),
        Value::SimpleString(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Okay => Some("OK".to_owned()),
        _ => None,
    }
}
