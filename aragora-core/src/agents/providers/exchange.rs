//! One HTTP exchange with a provider: limits of time and size, and the choice between JSON and an event stream.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, HttpRequest, HttpResponse, SseDecoder, SseEvent, Transport};

/// The most that is read of a JSON body.
const JSON_BYTES: usize = 16 << 20;
/// The most that is read of the body of an unsuccessful response.
const ERROR_BYTES: usize = 256 << 10;
/// The largest event of a stream, and the most that is read of a stream altogether.
const EVENT_BYTES: usize = 4 << 20;
const STREAM_BYTES: usize = 64 << 20;

/// What the lines of an event stream begin with.
const FIELDS: [&[u8]; 4] = [b"data", b"event", b"id", b"retry"];

/// How long a stream that is complete may keep us waiting for what follows its last piece.
const LINGER: Duration = Duration::from_secs(5);

/// How long the parts of one exchange may take. The connection itself is the transport's: 5 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the head of the response, default 120 s; applies to streams, whose head comes early.
    pub headers: Duration,
    /// Between two pieces of the body, default 60 s.
    pub idle: Duration,
    /// For everything, default 240 s.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { headers: Duration::from_mins(2), idle: Duration::from_mins(1), total: Duration::from_mins(4) }
    }
}

/// Measures one exchange on the clock.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    clock: &'a dyn Clock,
    timeouts: Timeouts,
    end: Duration,
}

impl<'a> Watch<'a> {
    pub(super) fn start(clock: &'a dyn Clock, timeouts: Timeouts) -> Self {
        Self { clock, timeouts, end: clock.monotonic().saturating_add(timeouts.total) }
    }

    async fn within<T>(&self, limit: Duration, phase: &str, work: impl Future<Output = T>) -> Result<T> {
        let at = self.clock.monotonic().saturating_add(limit);
        let (at, phase) = if at < self.end { (at, phase) } else { (self.end, "total") };
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = self.clock.sleep_until(at) => Err(late(phase)),
        }
    }

    /// Sends and waits for the head.
    pub(super) async fn head(
        &self,
        transport: &dyn Transport,
        mut request: HttpRequest,
        stream: bool,
    ) -> Result<HttpResponse> {
        request.timeout = Some(self.timeouts.total);
        let limit = if stream { self.timeouts.headers } else { self.timeouts.total };
        self.within(limit, "headers", transport.send(request)).await?
    }

    /// What is read of the body of an unsuccessful response. The status alone tells enough: a body that breaks off or
    /// never comes must not hide it.
    pub(super) async fn prefix(&self, body: Body) -> Bytes {
        let prefix = self.within(self.timeouts.idle, "idle", body.prefix(ERROR_BYTES)).await;
        prefix.and_then(|read| read).unwrap_or_default()
    }

    /// Waits for credentials.
    pub(super) async fn signing<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.within(self.timeouts.headers, "credentials", work).await?
    }

    /// Shortens every further wait between pieces: the reply is complete, and only trailers such as usage may follow.
    pub(super) fn linger(&mut self) {
        self.timeouts.idle = self.timeouts.idle.min(LINGER);
    }

    async fn piece(&self, body: &mut Body) -> Result<Option<Bytes>> {
        self.within(self.timeouts.idle, "idle", body.next()).await?.transpose()
    }
}

/// A limit of time that one exchange passed.
pub(super) fn late(phase: &str) -> Error {
    Error::new(ErrorKind::Timeout, format!("the provider exceeded the limit for {phase}")).with("phase", phase)
}

fn too_large(what: &str, limit: usize) -> Error {
    Error::new(ErrorKind::ReplyTooLarge, format!("{what} is larger than {limit} bytes, which is the most that is read"))
        .with("limit", limit)
}

/// What a successful response turned out to be.
#[derive(Debug)]
pub(super) enum Payload {
    Json(Bytes),
    Events(Events),
}

impl Payload {
    /// Looks at the first bytes, because gateways answer JSON to a request for a stream and name types as they
    /// like. Text that is neither is `malformed_response`; a stream that was asked for and ends before it can be told
    /// from anything else is a stream that ends too early.
    pub(super) async fn open(watch: &Watch<'_>, mut body: Body, stream: bool) -> Result<Self> {
        let mut head = Vec::new();
        let is_stream = loop {
            let start = significant(&head);
            match start.first() {
                Some(b'{' | b'[') => break false,
                Some(b':') => break true,
                Some(_) if start.len() >= 6 => {
                    if FIELDS.iter().any(|field| start.starts_with(field)) {
                        break true;
                    }
                    return Err(unreadable());
                }
                _ => {}
            }
            match watch.piece(&mut body).await {
                Ok(Some(piece)) => head.extend_from_slice(&piece),
                Ok(None) if stream && FIELDS.iter().any(|field| field.starts_with(start)) => break true,
                Ok(None) if start.is_empty() => return Err(unreadable()),
                Ok(None) => break FIELDS.iter().any(|field| start.starts_with(field)),
                Err(error) if stream && error.kind() == ErrorKind::Transport => {
                    let reason = "the connection broke before the reply began";
                    return Err(Error::new(ErrorKind::Interrupted, reason).caused_by(error));
                }
                Err(error) => return Err(error),
            }
            if head.len() > STREAM_BYTES {
                return Err(too_large("the stream", STREAM_BYTES));
            }
        };
        if is_stream {
            return Ok(Self::Events(Events::new(body, head)));
        }
        while let Some(piece) = watch.piece(&mut body).await? {
            head.extend_from_slice(&piece);
            if head.len() > JSON_BYTES {
                return Err(too_large("the body", JSON_BYTES));
            }
        }
        let skipped = head.len() - significant(&head).len();
        Ok(Self::Json(Bytes::from(head).slice(skipped..)))
    }
}

fn significant(bytes: &[u8]) -> &[u8] {
    let mark = b"\xef\xbb\xbf";
    // A mark that is still arriving says nothing yet.
    if mark.starts_with(bytes) { &[] } else { bytes.strip_prefix(mark).unwrap_or(bytes).trim_ascii_start() }
}

fn unreadable() -> Error {
    Error::new(ErrorKind::MalformedResponse, "the response is neither JSON nor an event stream")
}

/// One event of a stream.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) event: SseEvent,
    /// Whether the stream ended inside this event's block.
    pub(super) unterminated: bool,
}

/// The events of a stream, one by one.
#[derive(Debug)]
pub(super) struct Events {
    body: Body,
    decoder: Option<SseDecoder>,
    waiting: std::collections::VecDeque<SseEvent>,
    head: Vec<u8>,
    read: usize,
}

impl Events {
    fn new(body: Body, head: Vec<u8>) -> Self {
        Self {
            body,
            decoder: Some(SseDecoder::new(EVENT_BYTES)),
            waiting: std::collections::VecDeque::new(),
            head,
            read: 0,
        }
    }

    /// The next event; `None` at the clean end.
    pub(super) async fn next(&mut self, watch: &Watch<'_>) -> Result<Option<Arrival>> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(Some(Arrival { event, unterminated: false }));
            }
            let Some(decoder) = &mut self.decoder else { return Ok(None) };
            let piece = if self.head.is_empty() {
                watch.piece(&mut self.body).await?
            } else {
                Some(Bytes::from(std::mem::take(&mut self.head)))
            };
            let Some(piece) = piece else {
                let last = self.decoder.take().and_then(SseDecoder::finish);
                return Ok(last.map(|event| Arrival { event, unterminated: true }));
            };
            self.read += piece.len();
            if self.read > STREAM_BYTES {
                return Err(too_large("the stream", STREAM_BYTES));
            }
            self.waiting.extend(decoder.push(&piece).map_err(|_| too_large("an event of the stream", EVENT_BYTES))?);
        }
    }
}
