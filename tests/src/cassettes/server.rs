use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::exchange::Exchange;
use crate::loopback::{Answer, End, Loopback, Received};

/// Answers `/<provider>/<file>/<anything>` with what was recorded; one server for each size of piece, so that the
/// address is the file's alone.
#[derive(Debug)]
pub(super) struct Server {
    by_piece: BTreeMap<usize, Loopback>,
}

/// How bodies are cut into pieces: bytes, an odd size that splits lines and letters, and most events at once.
pub(super) const PIECES: [usize; 3] = [1, 37, 4_096];

impl Server {
    pub(super) async fn start(exchanges: &[Arc<Exchange>]) -> io::Result<Self> {
        let all: BTreeMap<String, Arc<Exchange>> =
            exchanges.iter().map(|exchange| (exchange.name.clone(), Arc::clone(exchange))).collect();
        let all = Arc::new(all);
        let mut by_piece = BTreeMap::new();
        for piece in PIECES {
            let all = Arc::clone(&all);
            by_piece.insert(piece, Loopback::start(move |received| answer(&all, received, piece)).await?);
        }
        Ok(Self { by_piece })
    }

    /// The base address of an exchange whose body comes in pieces of this size.
    pub(super) fn base(&self, exchange: &Exchange, piece: usize) -> String {
        let server = self.by_piece.get(&piece).map(Loopback::url).unwrap_or_default();
        format!("{server}/{}", exchange.name)
    }

    /// Takes out what was sent for an exchange.
    pub(super) fn take(&self, exchange: &Exchange, piece: usize) -> Vec<Received> {
        let prefix = format!("/{}/", exchange.name);
        self.by_piece.get(&piece).map(|server| server.take(|sent| sent.path.starts_with(&prefix))).unwrap_or_default()
    }
}

fn answer(all: &BTreeMap<String, Arc<Exchange>>, received: &Received, piece: usize) -> Answer {
    let name: Vec<&str> = received.path.trim_start_matches('/').splitn(3, '/').take(2).collect();
    let Some(exchange) = all.get(&name.join("/")) else {
        // No provider answers with it, so that it cannot be taken for a recording.
        return Answer::new(599, "text/plain", "no such recording");
    };
    let response = &exchange.response;
    // A second page of a list has nothing on it.
    if received.path.contains("after_id=") || received.path.contains("pageToken=") {
        return Answer::new(200, "application/json", r#"{"data":[],"models":[],"has_more":false}"#);
    }
    let mut answer = Answer::new(response.status, "", response.body.clone());
    answer.headers.clone_from(&response.headers);
    if response.is_event_stream() {
        answer = answer.in_pieces_of(piece);
    }
    answer.ending(if response.cut { End::Cut } else { End::Clean })
}
