use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// When a [`CuttingProxy`] cuts a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cut {
    /// Not at all.
    Never,
    /// The next request does not reach the server.
    Request,
    /// The next request reaches the server; its answer does not reach the client.
    Answer,
}

/// Stands between a store and its server and cuts one connection when told to.
#[derive(Debug)]
pub struct CuttingProxy {
    address: SocketAddr,
    cut: Arc<AtomicU8>,
    accept: JoinHandle<()>,
}

impl CuttingProxy {
    /// A proxy for the server at this `host:port`.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    #[allow(clippy::expect_used)]
    pub async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let cut = Arc::new(AtomicU8::new(Cut::Never as u8));
        let armed = cut.clone();
        let accept = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server.clone(), armed.clone()));
            }
        });
        Self { address, cut, accept }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the connection of the next request.
    pub fn arm(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }
}

impl Drop for CuttingProxy {
    fn drop(&mut self) {
        self.accept.abort();
    }
}

async fn carry(mut client: TcpStream, server: String, cut: Arc<AtomicU8>) {
    let Ok(mut server) = at_once(server).await else { return };
    // Answers are small: held back for more they would take a hundred times as long.
    if client.set_nodelay(true).is_err() {
        return;
    }
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut answer_dropped = false;
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                let now = cut.swap(Cut::Never as u8, Ordering::SeqCst);
                if now == Cut::Request as u8 {
                    return;
                }
                answer_dropped |= now == Cut::Answer as u8;
                if server.write_all(up.get(..count).unwrap_or_default()).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                if answer_dropped || client.write_all(down.get(..count).unwrap_or_default()).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// A transaction pooler for PostgreSQL as strict as one can be: every client connection has two server connections, and
/// after each transaction it goes on with the other. What a client left on a connection is never there again.
#[derive(Debug)]
pub struct Pooler {
    address: SocketAddr,
    refused: Arc<Mutex<Vec<String>>>,
    accept: JoinHandle<()>,
}

impl Pooler {
    /// A pooler for the server at this `host:port`.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    #[allow(clippy::expect_used)]
    pub async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let refused: Arc<Mutex<Vec<String>>> = Arc::default();
        let notes = refused.clone();
        let accept = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, notes) = (server.clone(), notes.clone());
                tokio::spawn(async move { drop(pooled(client, server, &notes).await) });
            }
        });
        Self { address, refused, accept }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What clients asked for that does not outlive a transaction here.
    pub fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.accept.abort();
    }
}

const SSL_REQUEST: u32 = 80_877_103;

async fn pooled(mut client: TcpStream, server: String, refused: &Mutex<Vec<String>>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut start = untyped(&mut client).await?;
    if start.get(4..8) == Some(&SSL_REQUEST.to_be_bytes()[..]) {
        client.write_all(b"N").await?;
        start = untyped(&mut client).await?;
    }
    if String::from_utf8_lossy(&start).contains("statement_timeout") {
        refused.lock().unwrap_or_else(PoisonError::into_inner).push("start-up options".to_owned());
    }
    let mut servers = Vec::new();
    for number in 0..2 {
        let mut stream = at_once(server.clone()).await?;
        stream.write_all(&start).await?;
        loop {
            let (kind, message) = typed(&mut stream).await?;
            if number == 0 {
                client.write_all(&message).await?;
            }
            if kind == b'Z' {
                break;
            }
        }
        servers.push(stream.into_split());
    }
    let (mut from_client, mut to_client) = client.into_split();
    let (mut current, mut open) = (0, 0_u32);
    let (mut first, mut second) = ([0], [0]);
    loop {
        let Some((from_server, to_server)) = servers.get_mut(current) else { return Ok(()) };
        tokio::select! {
            // A byte is looked at first, so that no message is torn when the other side is faster.
            waiting = from_client.peek(&mut first) => {
                if waiting? == 0 {
                    return Ok(());
                }
                let (kind, message) = typed_half(&mut from_client).await?;
                if kind == b'X' {
                    return Ok(());
                }
                // Each of these is answered by one `ready`.
                open += u32::from(kind == b'S' || kind == b'Q');
                if kind == b'P' && message.get(5) != Some(&0) {
                    refused.lock().unwrap_or_else(PoisonError::into_inner).push("a named statement".to_owned());
                }
                to_server.write_all(&message).await?;
            }
            waiting = from_server.peek(&mut second) => {
                if waiting? == 0 {
                    return Ok(());
                }
                let (kind, message) = typed_half(from_server).await?;
                to_client.write_all(&message).await?;
                if kind == b'Z' {
                    open = open.saturating_sub(1);
                    if open == 0 && message.get(5) == Some(&b'I') {
                        current = 1 - current;
                    }
                }
            }
        }
    }
}

async fn at_once(server: String) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn untyped(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    let mut message = length.to_be_bytes().to_vec();
    message.resize(length.max(4) as usize, 0);
    stream.read_exact(message.get_mut(4..).unwrap_or_default()).await?;
    Ok(message)
}

async fn typed(stream: &mut TcpStream) -> std::io::Result<(u8, Vec<u8>)> {
    let kind = stream.read_u8().await?;
    let mut message = vec![kind];
    message.extend(untyped(stream).await?);
    Ok((kind, message))
}

async fn typed_half(stream: &mut OwnedReadHalf) -> std::io::Result<(u8, Vec<u8>)> {
    let kind = stream.read_u8().await?;
    let length = stream.read_u32().await?;
    let mut message = vec![kind];
    message.extend(length.to_be_bytes());
    message.resize(length.max(4) as usize + 1, 0);
    stream.read_exact(message.get_mut(5..).unwrap_or_default()).await?;
    Ok((kind, message))
}
