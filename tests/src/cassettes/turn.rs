//! One exchange, in every manner in which it can be asked for.

use std::sync::{Arc, OnceLock};

use aragora_core::agents::providers::Wire;
use aragora_core::agents::{AgentParts, AttemptOutcome, Output};
use aragora_core::telemetry::Parts;

use super::ask::{Adapter, agent, asked};
use super::exchange::Exchange;
use super::report::{Difference, Outcome, Verdict};
use super::server::{PIECES, Server};
use super::{around, compare, sent, through_genai};
use crate::agents::Heard;

pub(super) async fn replay(exchange: &Exchange, server: &Server) -> Outcome {
    let mut outcome = Outcome::of(&exchange.name, &exchange.api);
    match Adapter::of(&exchange.api) {
        Adapter::Turn(wire) => turns(exchange, wire, server, &mut outcome).await,
        Adapter::Embeddings => around::embeddings(exchange, server, &mut outcome).await,
        Adapter::Models => around::models(exchange, server, &mut outcome).await,
        Adapter::CountTokens => around::count_tokens(exchange, server, &mut outcome).await,
        Adapter::Genai => {
            outcome.verdict = Verdict::Reported;
            through_genai::replay(exchange, server, &mut outcome).await;
        }
        Adapter::Unknown => {
            outcome.differ(Difference::new("api", "a kind of call that is known", &exchange.api), None);
        }
    }
    outcome
}

/// A way to ask.
#[derive(Clone, Copy, Debug)]
struct Manner {
    streamed: bool,
    piece: usize,
}

impl Manner {
    fn describe(self, exchange: &Exchange) -> String {
        let asked = if self.streamed { "asked to stream" } else { "not asked to stream" };
        if exchange.response.is_event_stream() {
            format!("{asked}, pieces of {}", self.piece)
        } else {
            asked.to_owned()
        }
    }
}

/// An event stream in pieces of every size; and each the other way round, because the body decides what it is.
fn manners(exchange: &Exchange) -> Vec<Manner> {
    let [small, odd, large] = PIECES;
    if exchange.response.is_event_stream() {
        let mut manners: Vec<Manner> = PIECES.into_iter().map(|piece| Manner { streamed: true, piece }).collect();
        manners.push(Manner { streamed: false, piece: odd });
        manners
    } else {
        vec![Manner { streamed: false, piece: large }, Manner { streamed: true, piece: small }]
    }
}

async fn turns(exchange: &Exchange, wire: Wire, server: &Server, outcome: &mut Outcome) {
    if exchange.expected.is_null() {
        outcome.differ(Difference::new("EXPECTED.json", "a reading of the exchange", "none"), None);
        return;
    }
    let manners = manners(exchange);
    for manner in &manners {
        let found = match turn(exchange, wire, server, *manner).await {
            Ok((found, error)) => {
                outcome.error = outcome.error.take().or(error);
                found
            }
            Err(reason) => vec![Difference::new("agent", "one that opens", reason)],
        };
        for difference in found {
            outcome.differ(difference, Some(&manner.describe(exchange)));
        }
    }
    for found in outcome.differences.values_mut().filter(|found| found.len() == manners.len()) {
        found.clear();
    }
    if let Some(cached) = compare::cached_by_mistral(exchange) {
        let said = format!("num_cached_tokens says {cached}, which readings take for 0");
        outcome.deviation = Some(said);
    }
}

type Code = Option<(String, bool)>;

async fn turn(
    exchange: &Exchange,
    wire: Wire,
    server: &Server,
    manner: Manner,
) -> Result<(Vec<Difference>, Code), String> {
    let parts = parts()?;
    let base = server.base(exchange, manner.piece);
    let agent = agent(exchange, wire, &base, manner.streamed, &parts).map_err(|error| format!("{error:?}"))?;
    let heard = Heard::new();
    let output = if manner.streamed { Output::resettable(heard.clone()) } else { Output::none() };
    let result = agent.respond(asked(exchange), output.clone()).await;
    let mut found = compare::compare(exchange, &result);

    let received = server.take(exchange, manner.piece);
    match received.as_slice() {
        [one] => found.extend(sent::check(exchange, one, manner.streamed)),
        several => found.push(Difference::new("sent", "1 request", format!("{} requests", several.len()))),
    }
    match (output.attempts().as_slice(), &result) {
        ([one], Ok(_)) if one.outcome == AttemptOutcome::Ok => {}
        ([one], Err(error)) if one.outcome != AttemptOutcome::Ok && one.code.as_deref() == Some(error.code()) => {}
        (attempts, _) => found.push(Difference::new("attempts", "one as the outcome says", format!("{attempts:?}"))),
    }
    if let Ok(reply) = &result
        && manner.streamed
    {
        output.finish(reply);
        if heard.text() != reply.text {
            found.push(Difference::new("streamed text", &reply.text, heard.text()));
        }
    }
    let code = result.as_ref().err().map(|error| (error.code().to_owned(), exchange.response.status < 300));
    Ok((found, code))
}

/// What agents need, with targets of their own each time and no prices, so that every cost is the provider's.
pub(super) fn parts() -> Result<AgentParts, String> {
    static SYSTEM: OnceLock<Result<AgentParts, String>> = OnceLock::new();
    let system = SYSTEM.get_or_init(|| AgentParts::system().map_err(|error| error.to_string())).clone()?;
    Ok(AgentParts::new(Parts::system(), Arc::clone(&system.transport)))
}
