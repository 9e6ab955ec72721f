use std::sync::{Arc, Mutex, PoisonError};

use aragora_core::http::{Body, Headers, HttpRequest, HttpResponse, Transport};
use aragora_core::{Error, ErrorKind, Result};
use async_trait::async_trait;
use futures_util::stream;

use super::exchange::Recorded;

/// A transport without a network: every request gets the same response, its body in the pieces it was given in.
#[derive(Clone, Debug)]
pub struct Playback {
    status: u16,
    headers: Headers,
    pieces: Arc<Vec<Vec<u8>>>,
    broken: bool,
    sent: Arc<Mutex<Vec<HttpRequest>>>,
}

impl Playback {
    /// Answers with a recorded response, its body in one piece.
    pub fn of(response: &Recorded) -> Self {
        let mut headers = Headers::new();
        response.headers.iter().for_each(|(name, value)| headers.append(name, value));
        Self {
            status: response.status,
            headers,
            pieces: Arc::new(vec![response.body.clone()]),
            broken: response.cut,
            sent: Arc::default(),
        }
    }

    /// The body in these pieces instead.
    #[must_use]
    pub fn in_pieces(mut self, pieces: Vec<Vec<u8>>) -> Self {
        self.pieces = Arc::new(pieces);
        self
    }

    /// Whether the connection breaks behind the last piece.
    #[must_use]
    pub fn broken(mut self, broken: bool) -> Self {
        self.broken = broken;
        self
    }

    /// What was sent so far.
    pub fn sent(&self) -> Vec<HttpRequest> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Transport for Playback {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let pieces: Vec<Result<_>> =
            self.pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| Ok(piece.clone().into())).collect();
        let end = self.broken.then(|| Err(Error::new(ErrorKind::Transport, "the connection broke")));
        let body = Body::stream(stream::iter(pieces.into_iter().chain(end)));
        Ok(HttpResponse { status: self.status, headers: self.headers.clone(), body })
    }
}
