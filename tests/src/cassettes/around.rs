//! What providers answer beside turns: embeddings, lists of models, counts of tokens.

use super::exchange::Exchange;
use super::report::{Difference, Outcome};
use super::server::Server;

fn absent(outcome: &mut Outcome, what: &str) {
    outcome.differ(Difference::new(what, "an adapter", "none yet"), None);
}

pub(super) async fn embeddings(_exchange: &Exchange, _server: &Server, outcome: &mut Outcome) {
    absent(outcome, "embeddings");
}

pub(super) async fn models(_exchange: &Exchange, _server: &Server, outcome: &mut Outcome) {
    absent(outcome, "models");
}

pub(super) async fn count_tokens(_exchange: &Exchange, _server: &Server, outcome: &mut Outcome) {
    absent(outcome, "count_tokens");
}

pub(super) async fn genai(_exchange: &Exchange, _server: &Server, outcome: &mut Outcome) {
    absent(outcome, "genai");
}
