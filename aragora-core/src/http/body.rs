use std::fmt;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream, StreamExt as _};

use crate::error::{Error, ErrorKind, Result};

/// The body of a response: pieces of any size, in order. Dropping it closes the connection.
pub struct Body(Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>);

impl Body {
    /// A body that arrives piece by piece.
    pub fn stream(pieces: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self(Box::pin(pieces))
    }

    /// A body that is there already.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::stream(stream::iter((!bytes.is_empty()).then_some(Ok(bytes))))
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes>> {
        self.0.next().await
    }

    /// The whole body; one larger than `limit` bytes is `limit_exceeded` and is not read to its end.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes> {
        let mut all = BytesMut::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if all.len() + piece.len() > limit {
                return Err(Error::new(
                    ErrorKind::LimitExceeded,
                    format!("the body is larger than {limit} bytes, which is the most that is read"),
                )
                .with("limit", limit));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }

    /// The first `limit` bytes; the rest is not read.
    pub async fn prefix(mut self, limit: usize) -> Result<Bytes> {
        let mut all = BytesMut::new();
        while all.len() < limit {
            let Some(piece) = self.next().await else { break };
            all.extend_from_slice(&piece?);
        }
        all.truncate(limit);
        Ok(all.freeze())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}
