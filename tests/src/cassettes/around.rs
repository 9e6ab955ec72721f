//! What providers answer beside turns: embeddings, lists of models, counts of tokens. The readings leave them out, so
//! that what is expected is read from the recorded body here.

use aragora_core::agents::providers::{ProviderHandle, Wire};
use aragora_core::agents::{CallContext, EmbedTask};
use aragora_core::{Error, Result};
use serde_json::{Value, json};

use super::ask::{CANARY_KEY, MODEL, asked, config, credentials};
use super::exchange::Exchange;
use super::report::{Difference, Outcome};
use super::sent::credential_header;
use super::server::{PIECES, Server};
use super::turn::parts;

/// The body of a response that is small enough for one piece.
const WHOLE: usize = PIECES[2];

pub(super) async fn embeddings(exchange: &Exchange, server: &Server, outcome: &mut Outcome) {
    let expected = vectors(&body(exchange));
    let texts: Vec<String> = (0..expected.len().max(1)).map(|at| format!("text {at}")).collect();
    let found = async {
        let embedder = handle(exchange, server)?.embedder(None)?;
        let embeddings = embedder.embed(texts, EmbedTask::Document, CallContext::new()).await?;
        let numbers = embeddings.vectors.iter().map(|vector| vector.iter().map(|x| f64::from(*x)).collect()).collect();
        Ok((numbers, embeddings.usage.map(|usage| usage.input_total)))
    };
    let found: Result<(Vec<Vec<f64>>, Option<u64>)> = found.await;
    settle(exchange, found, outcome, |(found, tokens)| {
        let mut differences = Vec::new();
        if found.len() != expected.len() {
            differences.push(Difference::new("vectors", expected.len(), found.len()));
        }
        for (at, (ours, theirs)) in found.iter().zip(&expected).enumerate() {
            let same = ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| (*b as f32) == (*a as f32));
            if !same {
                let shown = |vector: &[f64]| format!("{} numbers {:?}..", vector.len(), vector.first());
                differences.push(Difference::new(format!("vectors[{at}]"), shown(theirs), shown(ours)));
            }
        }
        let told = body(exchange).pointer("/usage/prompt_tokens").and_then(Value::as_u64);
        if told.is_some() && told != tokens {
            differences.push(Difference::new("usage.input_total", format!("{told:?}"), format!("{tokens:?}")));
        }
        differences
    });
    let path = match exchange.provider.as_str() {
        "gemini" => format!("/v1beta/models/{MODEL}:batchEmbedContents"),
        _ => "/embeddings".to_owned(),
    };
    sent(exchange, server, outcome, "POST", &path);
}

pub(super) async fn models(exchange: &Exchange, server: &Server, outcome: &mut Outcome) {
    let found = async { handle(exchange, server)?.models().await };
    let found = found.await.map(|models| models.into_iter().map(|model| bare(&model.id).to_owned()).collect());
    settle(exchange, found, outcome, |found: Vec<String>| {
        let body = body(exchange);
        let listed = body["data"].as_array().or_else(|| body["models"].as_array());
        let id = |model: &Value| model["id"].as_str().or_else(|| model["name"].as_str()).map(bare).map(str::to_owned);
        let expected: Vec<String> = listed.into_iter().flatten().filter_map(id).collect();
        if found == expected { vec![] } else { vec![Difference::new("models", json!(expected), json!(found))] }
    });
    let path = match exchange.provider.as_str() {
        "anthropic" => "/v1/models",
        "gemini" => "/v1beta/models",
        _ => "/models",
    };
    sent(exchange, server, outcome, "GET", path);
}

pub(super) async fn count_tokens(exchange: &Exchange, server: &Server, outcome: &mut Outcome) {
    let found = async { handle(exchange, server)?.count_tokens(&asked(exchange)).await };
    settle(exchange, found.await, outcome, |found: u64| {
        let body = body(exchange);
        let expected = body["input_tokens"].as_u64().or_else(|| body["totalTokens"].as_u64());
        if expected == Some(found) { vec![] } else { vec![Difference::new("tokens", format!("{expected:?}"), found)] }
    });
    let path = match exchange.provider.as_str() {
        "anthropic" => "/v1/messages/count_tokens".to_owned(),
        "vertex" => format!("/publishers/google/models/{MODEL}:countTokens"),
        _ => format!("/v1beta/models/{MODEL}:countTokens"),
    };
    sent(exchange, server, outcome, "POST", &path);
}

fn handle(exchange: &Exchange, server: &Server) -> Result<ProviderHandle> {
    let wire = match exchange.provider.as_str() {
        "anthropic" => Some(Wire::Messages),
        "gemini" | "vertex" => Some(Wire::Gemini),
        _ => None,
    };
    let config = config(exchange, wire, &server.base(exchange, WHOLE))?;
    ProviderHandle::open(&config, credentials(exchange), &parts().map_err(Error::internal)?)
}

/// An error where the status says so, and nothing but the expected otherwise.
fn settle<T>(exchange: &Exchange, found: Result<T>, outcome: &mut Outcome, compare: impl FnOnce(T) -> Vec<Difference>) {
    let status = exchange.response.status;
    let differences = match found {
        Ok(found) if status < 300 => compare(found),
        Ok(_) => vec![Difference::new("outcome", format!("an error with status {status}"), "a success")],
        Err(error) if status < 300 => vec![Difference::new("outcome", "a success", format!("{error:?}"))],
        Err(error) => {
            outcome.error = Some((error.code().to_owned(), false));
            let found = error.context().get("http_status").cloned().unwrap_or_default();
            let same = found == status.to_string();
            if same { vec![] } else { vec![Difference::new("error_status", status, format!("{found:?}"))] }
        }
    };
    differences.into_iter().for_each(|difference| outcome.differ(difference, None));
}

fn sent(exchange: &Exchange, server: &Server, outcome: &mut Outcome, method: &str, path: &str) {
    let received = server.take(exchange, WHOLE);
    let Some(first) = received.first() else {
        outcome.differ(Difference::new("sent", "a request", "none"), None);
        return;
    };
    for request in &received {
        let (name, prefix) = credential_header(&exchange.provider, &exchange.api);
        let key = request.headers.get(name).map_or("", String::as_str);
        if key != format!("{prefix}{CANARY_KEY}") {
            outcome.differ(Difference::new(format!("sent.{name}"), "the credential", key), None);
        }
        if request.path.contains(CANARY_KEY) {
            outcome.differ(Difference::new("sent.path", "no credential in the address", &request.path), None);
        }
    }
    let to = first.path.get(exchange.name.len() + 1..).unwrap_or_default();
    let to = to.split('?').next().unwrap_or_default();
    if (first.method.as_str(), to) != (method, path) {
        let found = format!("{} {to}", first.method);
        outcome.differ(Difference::new("sent", format!("{method} {path}"), found), None);
    }
    if method == "POST" && !first.json().is_object() {
        outcome.differ(Difference::new("sent.body", "a JSON object", String::from_utf8_lossy(&first.body)), None);
    }
}

fn body(exchange: &Exchange) -> Value {
    serde_json::from_slice(&exchange.response.body).unwrap_or_default()
}

/// A model's name without the folder Google puts it in.
fn bare(name: &str) -> &str {
    name.strip_prefix("models/").unwrap_or(name)
}

/// The vectors of a body, in order of their indices: OpenAI's shape with numbers or base64, or Gemini's.
fn vectors(body: &Value) -> Vec<Vec<f64>> {
    if let Some(list) = body["embeddings"].as_array() {
        return list.iter().map(|one| numbers(&one["values"])).collect();
    }
    let mut list: Vec<(u64, Vec<f64>)> = Vec::new();
    for (at, one) in body["data"].as_array().into_iter().flatten().enumerate() {
        list.push((one["index"].as_u64().unwrap_or(at as u64), numbers(&one["embedding"])));
    }
    list.sort_by_key(|(index, _)| *index);
    list.into_iter().map(|(_, vector)| vector).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::String(text) => {
            let bytes = super::exchange::decoded(text).unwrap_or_default();
            let number =
                |four: &[u8]| <[u8; 4]>::try_from(four).map_or(f64::NAN, |four| f32::from_le_bytes(four).into());
            bytes.chunks(4).map(number).collect()
        }
        other => other.as_array().into_iter().flatten().filter_map(Value::as_f64).collect(),
    }
}
