//! One line of a debate's log.

use serde::{Deserialize, Serialize};

use super::event::Event;
use crate::clock::Timestamp;
use crate::crypto::canonical::to_canonical;
use crate::error::{Error, ErrorKind, Result};

/// The version of the record format this library writes.
pub const RECORD_VERSION: u32 = 1;

/// One event with its place in the log. A record is one line of canonical JSON (RFC 8785).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_VERSION`].
    pub v: u32,
    /// Place in the log, from 0 without gaps.
    pub seq: u64,
    /// When it was appended.
    pub at: Timestamp,
    /// The round it belongs to; 0 before the first.
    pub round: u32,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

impl Record {
    /// The record's line, without a line end.
    pub fn to_line(&self) -> Result<Vec<u8>> {
        to_canonical(self)
    }

    /// Reads one line. A newer version or an unknown type is `unsupported_version` with the seq; anything else
    /// that is no record is `log_corrupt`.
    pub fn from_line(line: &[u8]) -> Result<Self> {
        match serde_json::from_slice::<Self>(line) {
            Ok(record) if record.v == RECORD_VERSION => Ok(record),
            Ok(record) => Err(Self::unsupported(
                Some(record.seq),
                format!("record version {}, this library reads {RECORD_VERSION}", record.v),
            )),
            Err(error) => Err(Self::classify(line, &error)),
        }
    }

    // Parsed a second time only when the first failed, so the usual path costs nothing.
    fn classify(line: &[u8], error: &serde_json::Error) -> Error {
        #[derive(Deserialize)]
        struct Head {
            v: u32,
            seq: u64,
            #[serde(rename = "type")]
            kind: String,
        }
        match serde_json::from_slice::<Head>(line) {
            Ok(head) if head.v != RECORD_VERSION => Self::unsupported(
                Some(head.seq),
                format!("record version {}, this library reads {RECORD_VERSION}", head.v),
            ),
            Ok(head) if !Event::TYPES.contains(&head.kind.as_str()) => {
                Self::unsupported(Some(head.seq), format!("event type {:?} is unknown", head.kind))
            }
            Ok(head) => {
                Error::new(ErrorKind::LogCorrupt, format!("a record cannot be read: {error}")).with("seq", head.seq)
            }
            Err(_) => Error::new(ErrorKind::LogCorrupt, format!("a line is no record: {error}")),
        }
    }

    fn unsupported(seq: Option<u64>, reason: String) -> Error {
        let error = Error::new(ErrorKind::UnsupportedVersion, reason);
        match seq {
            Some(seq) => error.with("seq", seq),
            None => error,
        }
    }
}
