//! The layers around an agent: each by itself, and all of them in their order.

mod book;
mod budget;
mod cache;
mod cancel;
mod engine;
mod fallback;
mod named;
mod openrouter;
mod shape;
mod stack;
mod trace;

use std::sync::Arc;

use aragora_core::agents::{AgentParts, AgentReply, PriceRow, PriceTable};
use aragora_core::clock::ManualClock;
use aragora_core::http::{HttpRequest, HttpResponse, Transport};
use aragora_core::storage::Storage;
use aragora_core::telemetry::Parts;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::stub::Say;

/// Sends nothing.
#[derive(Debug)]
struct Nowhere;

#[async_trait::async_trait]
impl Transport for Nowhere {
    async fn send(&self, _request: HttpRequest) -> Result<HttpResponse> {
        Err(Error::new(ErrorKind::Transport, "nothing is sent in these suites"))
    }
}

/// Parts on this clock, with a price of 1 micro-dollar per input and 2 per output token for models called `m*`.
fn parts(clock: &ManualClock) -> AgentParts {
    let own = PriceTable::new("own").with(PriceRow::new("*", "m*", 1_000_000, 2_000_000));
    let parts = Parts::system().with_clock(clock.clone());
    AgentParts::new(parts, Arc::new(Nowhere)).with_prices(Arc::new(own))
}

fn stored(clock: &ManualClock, storage: Arc<dyn Storage>) -> AgentParts {
    parts(clock).with_storage(storage)
}

fn reply(text: &str) -> Say {
    Say::Reply(Box::new(AgentReply::text(text)))
}

fn fail(kind: ErrorKind) -> Say {
    Say::Fail(Error::new(kind, "on purpose"))
}
