//! A reply or an error against the independent reading.

use std::time::Duration;

use aragora_core::agents::{AgentReply, CostSource, PartialReply, StopReason};
use aragora_core::{Error, ErrorKind};
use serde_json::{Value, json};

use super::exchange::Exchange;
use super::report::Difference;

/// What a reading says must come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// A reply.
    Reply,
    /// An error with the response's own status.
    Refused,
    /// An error inside a success.
    Broken,
    /// A stream that ends in the middle.
    Cut,
}

fn reading(exchange: &Exchange) -> Reading {
    let expected = &exchange.expected;
    // A terminal sign without a reason for it is an end all the same.
    let ended = exchange.body_text().lines().any(|line| line.trim_end() == "data: [DONE]");
    match () {
        () if !expected["error_status"].is_null() => Reading::Refused,
        () if !expected["stream_error"].is_null() => Reading::Broken,
        () if expected["stop"].is_null() && exchange.response.is_event_stream() && !ended => Reading::Cut,
        () => Reading::Reply,
    }
}

/// Every difference between what the adapter returned and the reading.
pub(super) fn compare(exchange: &Exchange, outcome: &Result<AgentReply, Error>) -> Vec<Difference> {
    let reading = reading(exchange);
    let mut found = Found { differences: Vec::new() };
    match (outcome, reading) {
        (Ok(reply), Reading::Reply) => found.reply(exchange, reply),
        (Err(error), Reading::Refused) => found.refused(exchange, error),
        (Err(error), Reading::Broken) => found.partial(exchange, error),
        (Err(error), Reading::Cut) => {
            found.compare("kind", &json!(ErrorKind::Interrupted.code()), json!(error.code()));
            found.partial(exchange, error);
        }
        (Ok(reply), _) => {
            found.add("outcome", format!("an error ({reading:?})"), format!("a reply {:?}", shortened(&reply.text)));
        }
        (Err(error), Reading::Reply) => found.add("outcome", "a reply", format!("{error} {:?}", error.context())),
    }
    if let Err(error) = outcome
        && let Some(kind) = exchange.expected.get("kind")
    {
        found.compare("kind", kind, json!(error.code()));
    }
    found.differences
}

/// The number of cached tokens where only Mistral's own name for it says so. The readings do not know that name.
pub(super) fn cached_by_mistral(exchange: &Exchange) -> Option<u64> {
    let body = exchange.body_text();
    if body.contains("\"cached_tokens\"") {
        return None;
    }
    let after = body.rsplit_once("\"num_cached_tokens\":")?.1.trim_start();
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok().filter(|cached| *cached > 0)
}

/// What OpenRouter says a response cost. The readings know it from chat completions only.
fn cost_by_openrouter(exchange: &Exchange) -> Option<f64> {
    if exchange.provider != "openrouter" || exchange.api != "responses" {
        return None;
    }
    let body = exchange.body_text();
    let after = body.rsplit_once("\"cost\":")?.1.trim_start();
    after.split([',', '}']).next()?.trim().parse().ok()
}

#[derive(Debug)]
struct Found {
    differences: Vec<Difference>,
}

impl Found {
    fn add(&mut self, field: &str, expected: impl std::fmt::Display, found: impl std::fmt::Display) {
        self.differences.push(Difference::new(field, expected, found));
    }

    fn compare(&mut self, field: &str, expected: &Value, found: Value) {
        if *expected == found {
            return;
        }
        let (expected, found) = match (expected, &found) {
            (Value::String(expected), Value::String(found)) => parted(expected, found),
            _ => (expected.to_string(), found.to_string()),
        };
        self.add(field, expected, found);
    }

    fn reply(&mut self, exchange: &Exchange, reply: &AgentReply) {
        let expected = &exchange.expected;
        self.content(exchange, reply);
        let refusal = reply.refusal.as_ref().map(|refusal| refusal.text.clone()).unwrap_or_default();
        if let Some(expected) = expected.get("refusal") {
            self.compare("refusal", expected, refusal.into());
        }
        self.compare("stop", &expected["stop"], reply.stop_raw.clone().into());
        if !expected["stop_norm"].is_null() {
            self.compare("stop_norm", &expected["stop_norm"], word(&reply.stop).into());
        }
        // Only what fixtures of our own say.
        if let Some(structured) = expected.get("structured") {
            self.compare("structured", structured, reply.structured.clone().into());
        }
        if let Some(warnings) = expected.get("warnings") {
            let codes: Vec<&str> = reply.warnings.iter().map(|warning| warning.code.as_str()).collect();
            self.compare("warnings", warnings, json!(codes));
        }
        if let Some(id) = expected.get("request_id") {
            self.compare("request_id", id, reply.request_id.clone().into());
        }
    }

    /// What a reply and the rest of a broken one have in common.
    fn content(&mut self, exchange: &Exchange, reply: &AgentReply) {
        let expected = &exchange.expected;
        self.compare("text", &expected["text"], reply.text.clone().into());
        self.compare("reasoning", &expected["reasoning"], reply.reasoning.clone().unwrap_or_default().into());
        let tools: Vec<Value> = reply.tool_calls.iter().map(|call| json!([call.name, call.arguments])).collect();
        self.compare("tools", &expected["tools"], tools.into());
        if !expected["model"].is_null() {
            self.compare("model", &expected["model"], reply.model.clone().into());
        }
        if !expected["rid"].is_null() {
            self.compare("rid", &expected["rid"], reply.response_id.clone().into());
        }
        self.usage(exchange, reply);
    }

    fn usage(&mut self, exchange: &Exchange, reply: &AgentReply) {
        let expected = &exchange.expected["usage"];
        let ours = match (reply.usage, expected.is_null()) {
            (None, true) => return,
            (Some(ours), false) => ours,
            (ours, _) => return self.add("usage", expected, format!("{ours:?}")),
        };
        let cached = cached_by_mistral(exchange).map_or_else(|| expected["cache_read"].clone(), Value::from);
        self.compare("usage.input_total", &expected["input_total"], ours.input_total.into());
        self.compare("usage.output_total", &expected["output_total"], ours.output_total.into());
        self.compare("usage.cache_read", &cached, ours.cache_read.into());
        self.compare("usage.cache_write", &expected["cache_write"], ours.cache_write.into());
        self.compare("usage.reasoning", &expected["reasoning"], ours.reasoning.into());
        // US dollars to ticks of 1e-10, then up to a whole micro-dollar.
        let dollars = expected["cost"].as_f64().or_else(|| cost_by_openrouter(exchange));
        let micros = dollars.map(|usd| ((usd * 1e10).round() as u64).div_ceil(10_000));
        let reported = reply.cost.filter(|_| reply.cost_source == CostSource::Provider).map(|cost| cost.0);
        self.compare("usage.cost", &json!(micros), json!(reported));
    }

    fn partial(&mut self, exchange: &Exchange, error: &Error) {
        let partial = PartialReply::of(error).map(|partial| (*partial).clone()).unwrap_or_default();
        self.content(exchange, &partial);
    }

    fn refused(&mut self, exchange: &Exchange, error: &Error) {
        let expected = &exchange.expected;
        let status = error.context().get("http_status").and_then(|status| status.parse::<u64>().ok());
        self.compare("error_status", &expected["error_status"], json!(status));
        if let Some(told) = expected["retry_after"].as_str() {
            let milliseconds = exchange.response.header("retry-after-ms").and_then(|ms| ms.parse().ok());
            let wait = milliseconds
                .filter(|ms| *ms > 0)
                .map(Duration::from_millis)
                .or_else(|| told.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()));
            self.compare("retry_after", &json!(format!("{wait:?}")), format!("{:?}", error.retry_after()).into());
        }
        let tagged = |tag: &str| expected["tags"].as_array().is_some_and(|tags| tags.iter().any(|t| t == tag));
        if tagged("retryable") {
            self.compare("retryable", &json!(true), error.retryable().into());
        }
        if tagged("not_retryable") {
            self.compare("retryable", &json!(false), error.retryable().into());
        }
        if tagged("billing") {
            self.compare("kind", &json!(ErrorKind::QuotaExhausted.code()), json!(error.code()));
        }
    }
}

fn word(stop: &StopReason) -> &str {
    match stop {
        StopReason::End => "end",
        StopReason::Length => "length",
        StopReason::StopSequence => "stop_sequence",
        StopReason::ToolCalls => "tool_calls",
        StopReason::Refusal => "refusal",
        StopReason::ContentFilter => "content_filter",
        StopReason::Pause => "pause",
        StopReason::Other(word) => word,
    }
}

/// How much of a long text is shown.
const SHOWN: usize = 60;

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Two texts from a little before the place where they part.
fn parted(expected: &str, found: &str) -> (String, String) {
    let same = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(12);
    let show = |text: &str| {
        let rest: String = text.chars().skip(from).collect();
        let before = if from > 0 { "…" } else { "" };
        format!("{before}{:?} ({} characters)", shortened(&rest), text.chars().count())
    };
    (show(expected), show(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shown_where_they_part() {
        let same = "x".repeat(100);
        let (expected, found) = parted(&format!("{same}left"), &format!("{same}right"));
        assert_eq!(expected, "…\"xxxxxxxxxxxxleft\" (104 characters)");
        assert_eq!(found, "…\"xxxxxxxxxxxxright\" (105 characters)");
    }
}
