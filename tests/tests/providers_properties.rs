//! What must hold for any bytes of a provider, on every wire: cut anywhere, in pieces of any size, changed at random.

use std::fmt::Debug;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::agents::providers::classify;
use aragora_core::agents::{AgentReply, AttemptOutcome, PartialReply};
use aragora_core::http::Headers;
use aragora_tests::cassettes::{
    Exchange, Folder, Mutation, Playback, Played, holds, is_made_of, mutated, play, strings,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

static FIXTURES: LazyLock<Vec<Exchange>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/providers");
    Folder::read(&folder).unwrap().exchanges
});

static STREAMS: LazyLock<Vec<&'static Exchange>> =
    LazyLock::new(|| FIXTURES.iter().filter(|exchange| exchange.response.is_event_stream()).collect());

fn one_of<T>(list: &[T], at: usize) -> &T {
    &list[at % list.len()]
}

fn played(exchange: &Exchange, playback: Playback, streamed: bool) -> Played {
    let played = play(exchange, playback, streamed).unwrap();
    // Exactly one record per attempt that reached the wire, and it says what the call says.
    let [attempt] = played.attempts.as_slice() else { panic!("{}: {:?}", exchange.name, played.attempts) };
    match &played.outcome {
        Ok(reply) => {
            assert_eq!(attempt.outcome, AttemptOutcome::Ok);
            assert!(!streamed || played.shown == reply.text, "{}: what was shown is not the reply", exchange.name);
        }
        Err(error) => assert_eq!(attempt.code.as_deref(), Some(error.code()), "{}", exchange.name),
    }
    played
}

/// What must be the same in a reply that was cut behind its terminal sign.
fn part(reply: &AgentReply) -> impl PartialEq + Debug + use<> {
    (reply.text.clone(), reply.tool_calls.clone(), reply.refusal.clone())
}

/// Every place around the end of a line and inside a letter of several bytes, and every eleventh beside them.
fn cuts(body: &[u8]) -> Vec<usize> {
    let is_near = |at: usize| {
        let around = &body[at.saturating_sub(3)..body.len().min(at + 3)];
        around.iter().any(|byte| *byte == b'\n' || *byte >= 0x80)
    };
    (0..body.len()).filter(|at| at % 11 == 0 || is_near(*at)).collect()
}

#[test]
fn a_stream_cut_anywhere_is_whole_or_interrupted_and_never_shorter() {
    let mut whole = 0;
    let mut interrupted = 0;
    for exchange in STREAMS.iter() {
        let playback = Playback::of(&exchange.response);
        let full = played(exchange, playback.clone(), true);
        // An error may follow the terminal sign: up to there the reply is what had arrived before it.
        let full_reply = match &full.outcome {
            Ok(reply) => reply.clone(),
            Err(error) => PartialReply::of(error).map(|partial| (*partial).clone()).unwrap_or_default(),
        };
        for (number, cut) in cuts(&exchange.response.body).into_iter().enumerate() {
            let broken = number % 2 == 1;
            let start = exchange.response.body[..cut].to_vec();
            let cut_short = played(exchange, playback.clone().in_pieces(vec![start]).broken(broken), true);
            let place = format!("{} cut at {cut}, broken {broken}", exchange.name);
            match &cut_short.outcome {
                Ok(reply) => {
                    whole += 1;
                    assert_eq!(part(reply), part(&full_reply), "{place}");
                    assert!(full.outcome.is_err() || reply.stop == full_reply.stop, "{place}: {:?}", reply.stop);
                    assert!(reply.stop_raw.is_some() || full_reply.stop_raw.is_none(), "{place}: no terminal sign");
                }
                Err(error) => {
                    interrupted += 1;
                    let as_full = full.outcome.as_ref().is_err_and(|full| full.kind() == error.kind());
                    // The first of two errors stands until the second has arrived.
                    let is_first = exchange.body_text().matches("\"error\": {").count() > 1;
                    let allowed = error.kind() == ErrorKind::Interrupted || as_full || is_first;
                    assert!(allowed, "{place}: {error}");
                    assert!(full_reply.text.starts_with(&cut_short.shown), "{place}: {:?}", cut_short.shown);
                }
            }
        }
    }
    println!("{} streams, {whole} cuts whole, {interrupted} interrupted", STREAMS.len());
    assert!(whole > 100 && interrupted > 3_000, "{whole} {interrupted}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_any_size_are_the_same_reply(at in any::<usize>(), sizes in vec(1_usize..200, 1..24)) {
        let exchange = one_of(&STREAMS, at);
        let mut rest = exchange.response.body.as_slice();
        let mut pieces = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            pieces.push(piece.to_vec());
            rest = after;
        }
        let playback = Playback::of(&exchange.response);
        let whole = played(exchange, playback.clone(), true);
        let pieced = played(exchange, playback.in_pieces(pieces), true);
        prop_assert_eq!(whole.fingerprint(), pieced.fingerprint(), "{}", exchange.name);
    }

    #[test]
    fn a_changed_response_never_says_what_is_not_in_it(
        at in any::<usize>(),
        changes in vec((any::<usize>(), any::<u8>()), 1..4),
        streamed in any::<bool>(),
    ) {
        let exchange = one_of(&FIXTURES, at);
        let mutations: Vec<Mutation> =
            changes.into_iter().map(|(place, change)| Mutation { place, change }).collect();
        let body = mutated(exchange.body_text(), &mutations);
        let playback = Playback::of(&exchange.response).in_pieces(vec![body.clone().into_bytes()]);
        let played = played(exchange, playback, streamed);
        if let Ok(reply) = &played.outcome {
            // The arguments of the forced tool may come as a value, which is written down as the text.
            let is_value = serde_json::from_str(&reply.text).is_ok_and(|value: Value| holds(&body, &value));
            let is_said = is_value || is_made_of(&reply.text, &strings(&body));
            prop_assert!(is_said, "{}: {:?} from {body}", exchange.name, reply.text);
        }
    }

    #[test]
    fn any_bytes_are_a_reply_or_an_error(
        at in any::<usize>(),
        status in prop_oneof![3 => Just(200_u16), 1 => 200_u16..600],
        body in vec(any::<u8>(), 0..600),
        as_event in any::<bool>(),
        streamed in any::<bool>(),
    ) {
        let exchange = one_of(&FIXTURES, at);
        let mut response = exchange.response.clone();
        response.status = status;
        response.body = if as_event { [b"data: ", body.as_slice(), b"\n\n"].concat() } else { body };
        let played = played(exchange, Playback::of(&response), streamed);
        prop_assert!(played.outcome.is_err() || status < 300);
    }

    #[test]
    fn every_status_and_every_document_has_a_kind(status in 300_u16..600, document in error_document()) {
        let body = document.to_string();
        let error = classify(status, &Headers::new(), body.as_bytes());
        prop_assert_eq!(&error.context()["http_status"], &status.to_string());
        // A status that alone says whose fault it is never becomes one that is repeated, and the other way round.
        if matches!(status, 400..=403 | 404 | 422) {
            let may = [ErrorKind::RateLimited, ErrorKind::Overloaded];
            let said_so = may.contains(&error.kind());
            prop_assert!(said_so || !error.retryable(), "{status} {body}: {error}");
        }
        prop_assert!(error.context().values().all(|value| value.len() <= 2 << 10), "an endless entry");
    }

    #[test]
    fn no_wait_is_longer_than_the_longest_that_was_told(
        seconds in prop_oneof![(0_u32..90).prop_map(|s| s.to_string()), (0.0_f64..90.0).prop_map(|s| s.to_string()), "[ -~]{0,12}"],
        milliseconds in proptest::option::of(-5_i64..90_000),
        words in proptest::option::of((0_u32..90, prop_oneof![Just("ms"), Just("s"), Just("m")])),
    ) {
        let mut headers = Headers::new();
        headers.set("retry-after", seconds.clone());
        let mut told = vec![seconds.trim().parse::<f64>().ok().filter(|s| s.is_finite() && *s > 0.0)];
        if let Some(ms) = milliseconds {
            headers.set("retry-after-ms", ms.to_string());
            told.push((ms > 0).then(|| ms as f64 / 1_000.0));
        }
        let mut message = "Slow down.".to_owned();
        if let Some((count, unit)) = words {
            message = format!("Please try again in {count}{unit}.");
            let factor = match unit { "ms" => 0.001, "s" => 1.0, _ => 60.0 };
            told.push(Some(f64::from(count) * factor).filter(|s| *s > 0.0));
        }
        let body = json!({ "error": { "message": message, "type": "rate_limit_error" } }).to_string();
        let error = classify(429, &headers, body.as_bytes());
        let longest = told.iter().flatten().copied().fold(0.0, f64::max);
        if let Some(wait) = error.retry_after() {
            prop_assert!(wait <= Duration::from_secs_f64(longest + 1e-6), "{wait:?} of {told:?}");
            prop_assert!(wait > Duration::ZERO);
        } else {
            prop_assert!(longest == 0.0, "told {told:?} and nothing was understood");
        }
    }
}

/// Documents made of what vendors say, in every place and of every type.
fn error_document() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just(json!(null)),
        Just(json!(429)),
        Just(json!("429")),
        Just(json!("rate_limit_exceeded")),
        Just(json!("insufficient_quota")),
        Just(json!("invalid_request_error")),
        Just(json!("overloaded_error")),
        Just(json!("content_filter")),
        Just(json!("context_length_exceeded")),
        Just(json!("error")),
        Just(json!({ "detail": [{ "msg": "bad", "loc": ["body"] }] })),
        Just(json!(["a", { "b": 1 }])),
        any::<i64>().prop_map(|number| json!(number)),
        ".{0,40}".prop_map(|text| json!(text)),
    ];
    let member = prop_oneof![
        Just("code"),
        Just("type"),
        Just("message"),
        Just("status"),
        Just("status_code"),
        Just("detail"),
        Just("details"),
        Just("metadata"),
        Just("innererror"),
        Just("param"),
        Just("error"),
    ];
    let object = vec((member, word), 0..6)
        .prop_map(|members| Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()));
    (object, 0_u8..4).prop_map(|(object, form)| match form {
        0 => object,
        1 => json!({ "error": object }),
        2 => json!([{ "error": object }]),
        _ => json!({ "type": "error", "error": object, "request_id": "r" }),
    })
}
