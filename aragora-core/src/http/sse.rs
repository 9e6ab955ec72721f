//! Server-sent events, decoded as the WHATWG describes them (html.spec.whatwg.org, section 9.2.6), whatever the
//! pieces the bytes arrive in.

use crate::error::{Error, ErrorKind, Result};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// The event's type, `message` unless the stream names one.
    pub event: String,
    /// The data, lines joined by a line feed.
    pub data: String,
    /// The last id the stream has given, empty if none.
    pub id: String,
}

/// Turns bytes into events. Memory is bounded by the size limit of one event.
#[derive(Debug)]
pub struct SseDecoder {
    limit: usize,
    line: Vec<u8>,
    event: String,
    data: String,
    has_data: bool,
    id: String,
    after_cr: bool,
    started: bool,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl SseDecoder {
    /// A decoder that refuses an event whose lines together pass `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            event: String::new(),
            data: String::new(),
            has_data: false,
            id: String::new(),
            after_cr: false,
            started: false,
        }
    }

    /// Takes the next bytes and returns the events they complete. An event over the limit is `limit_exceeded`,
    /// after which the decoder is of no further use.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<SseEvent>> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let (piece, terminator) = rest.split_at(end.unwrap_or(rest.len()));
            self.line.extend_from_slice(piece);
            self.check_size()?;
            let Some((&terminator, after)) = terminator.split_first() else { break };
            self.after_cr = terminator == b'\r';
            rest = after;
            events.extend(self.end_of_line());
        }
        Ok(events)
    }

    /// The event of an unterminated last block, if there is one. Providers that close right after the last `data`
    /// line are common, so a clean end counts as the missing empty line.
    pub fn finish(mut self) -> Option<SseEvent> {
        self.end_of_line().or_else(|| self.end_of_line())
    }

    fn check_size(&self) -> Result<()> {
        let size = self.line.len() + self.data.len() + self.event.len();
        if size <= self.limit {
            return Ok(());
        }
        let reason =
            format!("an event of the stream is larger than {} bytes, which is the most that is read", self.limit);
        Err(Error::new(ErrorKind::LimitExceeded, reason).with("limit", self.limit))
    }

    fn end_of_line(&mut self) -> Option<SseEvent> {
        let mut bytes = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.started, true) && bytes.starts_with(BOM) {
            bytes.drain(..BOM.len());
        }
        if bytes.is_empty() {
            return self.dispatch();
        }
        let line = String::from_utf8_lossy(&bytes);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            // Comments have an empty field name; `retry` is for clients that reconnect, which these never do.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let event = std::mem::take(&mut self.event);
        let data = std::mem::take(&mut self.data);
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        let event = if event.is_empty() { "message".to_owned() } else { event };
        Some(SseEvent { event, data, id: self.id.clone() })
    }
}
