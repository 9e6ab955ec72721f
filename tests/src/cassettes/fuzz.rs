//! What the fuzz targets do with any bytes, and what must hold whatever they are. Everything goes through the public
//! API, so that no entry point exists for this alone.

use std::path::Path;

use aragora_core::agents::AttemptOutcome;
use aragora_core::agents::providers::classify;
use aragora_core::http::{Headers, SseDecoder, SseEvent};

use super::exchange::{Exchange, Recorded};
use super::folder::Folder;
use super::memory::{Playback, play};

/// Flags of the first byte of an input.
const STREAMED: u8 = 1;
const BROKEN: u8 = 2;
const SHAPED: u8 = 4;
const AS_EVENT: u8 = 8;

/// A body that answers a request of a kind of call. The first byte says how it was asked and how it arrives.
///
/// # Panics
///
/// If anything is found.
pub fn turn(api: &str, input: &[u8]) {
    let Some((flags, body)) = input.split_first() else { return };
    let (streamed, broken) = (flags & STREAMED != 0, flags & BROKEN != 0);
    let body = if flags & AS_EVENT == 0 { body.to_vec() } else { [b"data: ", body, b"\n\n"].concat() };
    let schema = serde_json::json!({ "type": "object", "properties": { "claim": { "type": "string" } } });
    let ask = serde_json::json!({ "ask": { "schema": schema, "caps": { "json_schema": flags & 16 != 0 } } });
    let exchange = Exchange {
        name: "fuzzed/input".into(),
        provider: provider(api).into(),
        api: api.into(),
        request: serde_json::Value::Null,
        response: Recorded { status: 200, headers: Vec::new(), body: body.clone(), cut: broken },
        expected: if flags & SHAPED == 0 { serde_json::Value::Null } else { ask },
    };
    let whole = Playback::of(&exchange.response);
    let size = 1 + usize::from(flags >> 5);
    let pieces = whole.clone().in_pieces(body.chunks(size).map(<[u8]>::to_vec).collect());
    let (Ok(whole), Ok(pieced)) = (play(&exchange, whole, streamed), play(&exchange, pieces, streamed)) else {
        panic!("the agent does not open or does not end");
    };
    assert_eq!(whole.fingerprint(), pieced.fingerprint(), "the pieces of {size} changed the reply");
    for played in [whole, pieced] {
        let [attempt] = played.attempts.as_slice() else { panic!("{} attempts", played.attempts.len()) };
        match &played.outcome {
            Ok(reply) => {
                assert_eq!(attempt.outcome, AttemptOutcome::Ok);
                assert!(!streamed || played.shown == reply.text, "what was shown is not the reply");
            }
            Err(error) => assert_eq!(attempt.code.as_deref(), Some(error.code())),
        }
    }
}

fn provider(api: &str) -> &'static str {
    match api {
        "messages" => "anthropic",
        "responses" => "openai",
        "generate" | "interactions" => "gemini",
        _ => "openrouter",
    }
}

/// Bytes of an event stream.
///
/// # Panics
///
/// If the pieces they come in matter.
pub fn events(input: &[u8]) {
    let decoded = |size: usize| -> Option<Vec<SseEvent>> {
        let mut decoder = SseDecoder::new(1 << 12);
        let mut events = Vec::new();
        for piece in input.chunks(size) {
            events.extend(decoder.push(piece).ok()?);
        }
        events.extend(decoder.finish());
        Some(events)
    };
    let bytewise = decoded(1);
    for size in [2, 3, 7, 64, input.len().max(1)] {
        assert_eq!(decoded(size), bytewise, "pieces of {size}");
    }
}

/// An unsuccessful response: two bytes of status, header lines up to a blank one, the body.
///
/// # Panics
///
/// If the error is not one.
pub fn refusal(input: &[u8]) {
    let [high, low, rest @ ..] = input else { return };
    let status = 300 + u16::from_be_bytes([*high, *low]) % 300;
    let end = rest.windows(2).position(|two| two == b"\n\n");
    let (head, body) = end.map_or((&[][..], rest), |at| (&rest[..at], &rest[at + 2..]));
    let mut headers = Headers::new();
    let head = String::from_utf8_lossy(head);
    head.lines().filter_map(|line| line.split_once(':')).for_each(|(name, value)| headers.append(name, value.trim()));
    let error = classify(status, &headers, body);
    assert_eq!(error.context().get("http_status"), Some(&status.to_string()));
    for (name, value) in error.context() {
        assert!(value.len() <= 2 << 10, "{name} has {} bytes", value.len());
    }
    assert!(error.retry_after().is_none_or(|wait| !wait.is_zero()), "a wait of nothing");
    let again = classify(status, &headers, body);
    assert_eq!(format!("{error:?}"), format!("{again:?}"));
}

/// One input of a fuzz target: the target, the file's name, the bytes.
pub type Seed = (String, String, Vec<u8>);

/// First inputs, made from a folder of exchanges.
pub fn seeds(folder: &Path) -> Result<Vec<Seed>, String> {
    let mut seeds = Vec::new();
    for exchange in Folder::read(folder)?.exchanges {
        let name = exchange.name.replace('/', "_");
        let Recorded { status, headers, body, .. } = &exchange.response;
        if *status < 300 {
            let stream = exchange.response.is_event_stream();
            let shaped = exchange.expected.get("ask").map_or(0, |_| SHAPED);
            let flags = shaped | if stream { STREAMED | BROKEN << 5 } else { 0 };
            seeds.push((exchange.api.clone(), name.clone(), [&[flags][..], body].concat()));
            if stream {
                seeds.push(("sse".into(), name, body.clone()));
            }
        } else {
            let status = (status - 300).to_be_bytes();
            let head: String = headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
            seeds.push(("classify".into(), name, [&status[..], head.as_bytes(), b"\n", body].concat()));
        }
    }
    Ok(seeds)
}

/// Runs one input on the target of this name.
///
/// # Panics
///
/// If anything is found, or there is no such target.
pub fn run(target: &str, input: &[u8]) {
    match target {
        "sse" => events(input),
        "classify" => refusal(input),
        "messages" | "responses" | "chat" | "generate" | "interactions" => turn(target, input),
        _ => panic!("there is no target {target}"),
    }
}
