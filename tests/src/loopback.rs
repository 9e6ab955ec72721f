//! A small HTTP/1.1 server on this machine whose answers a test writes byte by byte.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What the server was sent.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Header fields with lower-case names.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Received {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// As HTTP says it should.
    #[default]
    Clean,
    /// The connection closes before the body is complete.
    Cut,
    /// Nothing more comes until the client goes away.
    Silence,
}

/// What the server answers.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body in the pieces it is sent in.
    pub pieces: Vec<Vec<u8>>,
    /// How it ends.
    pub end: End,
}

impl Answer {
    /// An answer of this status with one piece of body.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, pieces: vec![body.into()], end: End::Clean }
    }

    /// Adds a header field.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the body in pieces of this many bytes.
    #[must_use]
    pub fn in_pieces_of(mut self, bytes: usize) -> Self {
        self.pieces = self.pieces.concat().chunks(bytes.max(1)).map(<[u8]>::to_vec).collect();
        self
    }

    /// Ends like this.
    #[must_use]
    pub fn ending(mut self, end: End) -> Self {
        self.end = end;
        self
    }
}

/// The running server; it stops when dropped.
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    arrived: Arc<Notify>,
    closed: Arc<Notify>,
    accepting: JoinHandle<()>,
}

impl Loopback {
    /// A server that answers what the function makes of each request.
    pub async fn start(answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> io::Result<Self> {
        crate::logs::keep();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let received = Arc::new(Mutex::new(Vec::new()));
        let (arrived, closed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let answer = Arc::new(answer);
        let shared = (Arc::clone(&received), Arc::clone(&arrived), Arc::clone(&closed));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (received, arrived, closed) = shared.clone();
                let answer = Arc::clone(&answer);
                tokio::spawn(async move {
                    let served = serve(stream, |request| {
                        let reply = answer(&request);
                        received.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                        arrived.notify_one();
                        reply
                    });
                    // A client that goes away in the middle is what some tests are about.
                    let _ = served.await;
                    closed.notify_one();
                });
            }
        });
        Ok(Self { address, received, arrived, closed, accepting })
    }

    /// The address as a URL without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything received so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes out what was received and meets a condition.
    pub fn take(&self, wanted: impl Fn(&Received) -> bool) -> Vec<Received> {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.extract_if(.., |one| wanted(one)).collect()
    }

    /// Waits until a request has arrived.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
    }

    /// Waits until a connection has ended.
    pub async fn closing(&self) {
        self.closed.notified().await;
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// How much is written at once.
const PACKET: usize = 16 << 10;

async fn serve(mut stream: TcpStream, mut answer: impl FnMut(Received) -> Answer) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer).await? {
        let Answer { status, headers, pieces, end } = answer(request);
        let mut head = format!("HTTP/1.1 {status} Answer\r\ntransfer-encoding: chunked\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        // Many small pieces share a packet and stay pieces all the same: each is a chunk of its own.
        let mut packet = head.into_bytes();
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            packet.extend([format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat());
            if packet.len() >= PACKET {
                stream.write_all(&packet).await?;
                packet.clear();
            }
        }
        stream.write_all(&packet).await?;
        match end {
            End::Clean => stream.write_all(b"0\r\n\r\n").await?,
            End::Cut => return stream.shutdown().await,
            End::Silence => {
                while stream.read(&mut [0; 64]).await? > 0 {}
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Received>> {
    let mut piece = [0; 4_096];
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut piece).await? {
            0 => return Ok(None),
            n => buffer.extend(piece.iter().take(n)),
        }
    };
    let head: Vec<u8> = buffer.drain(..end).collect();
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut start = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, path) = (start.next().unwrap_or_default(), start.next().unwrap_or_default());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        match stream.read(&mut piece).await? {
            0 => return Ok(None),
            n => buffer.extend(piece.iter().take(n)),
        }
    }
    let body = buffer.drain(..length).collect();
    Ok(Some(Received { method, path, headers, body }))
}
