//! One exchange that is no turn but is paid for like one: signed, sent, read as JSON, recorded in the ledger.

use serde_json::Value;

use super::agent::ProviderAgent;
use super::codec::Draft;
use super::endpoint::Unsigned;
use super::exchange::Watch;
use super::flight::Flight;
use crate::agents::output::Output;
use crate::debate::CostSource;
use crate::error::{ErrorKind, Result};
use crate::ids::MicroUsd;

/// What came back, and what it cost.
#[derive(Debug)]
pub(super) struct Answered<T> {
    pub(super) value: T,
    pub(super) draft: Draft,
    pub(super) cost: (Option<MicroUsd>, CostSource),
}

/// Asks, and asks once more with fresh credentials where the first were refused. `read` takes the value out of the
/// document and notes usage, cost and model in the draft; what it refuses is recorded as a failed attempt.
pub(super) async fn ask<T>(
    agent: &ProviderAgent,
    unsigned: &Unsigned,
    output: &Output,
    read: impl Fn(&Value, &mut Draft) -> Result<T>,
) -> Result<Answered<T>> {
    let endpoint = &agent.endpoint;
    let watch = Watch::start(&*endpoint.clock, endpoint.timeouts);
    let mut signed = endpoint.sign(&watch, unsigned, false).await?;
    let mut fresh = true;
    loop {
        let mut flight = Flight::start(agent, output);
        let http = endpoint.seal(unsigned, &signed);
        flight.sent = true;
        let mut draft = Draft::default();
        let outcome = endpoint.read_document(&watch, http).await.and_then(|document| read(&document, &mut draft));
        flight.note(&draft);
        let outcome = outcome.map_err(|error| endpoint.described(error, &signed));
        let cost = flight.cost();
        drop(flight.land(outcome.as_ref().err()));
        let refused = outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::Unauthenticated);
        if fresh && refused {
            fresh = false;
            let renewed = endpoint.sign(&watch, unsigned, true).await?;
            if renewed != signed {
                signed = renewed;
                continue;
            }
        }
        return outcome.map(|value| Answered { value, draft, cost });
    }
}
