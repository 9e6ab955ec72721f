//! Server-sent events and headers.

use aragora_core::ErrorKind;
use aragora_core::http::{Headers, HttpRequest, Method, SseDecoder, SseEvent};
use proptest::prelude::*;

fn decode(bytes: &[u8], size: usize) -> Vec<SseEvent> {
    let mut decoder = SseDecoder::new(1 << 20);
    let mut events: Vec<SseEvent> = bytes.chunks(size.max(1)).flat_map(|piece| decoder.push(piece).unwrap()).collect();
    events.extend(decoder.finish());
    events
}

fn event(event: &str, data: &str, id: &str) -> SseEvent {
    SseEvent { event: event.into(), data: data.into(), id: id.into() }
}

/// The algorithm of the standard over the whole text, line by line.
fn reference(bytes: &[u8]) -> Vec<SseEvent> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
    let (mut kind, mut data, mut id, mut events) = (String::new(), String::new(), String::new(), Vec::new());
    for line in text.split('\n').chain(["", ""]) {
        if line.is_empty() {
            if let Some(data) = data.strip_suffix('\n') {
                let kind = if kind.is_empty() { "message" } else { &kind };
                events.push(event(kind, data, &id));
            }
            kind.clear();
            data.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => kind = value.to_owned(),
            "data" => data.push_str(&format!("{value}\n")),
            "id" if !value.contains('\0') => id = value.to_owned(),
            _ => {}
        }
    }
    events
}

#[test]
fn the_examples_of_the_standard_decode_as_it_says() {
    let stock = b"data: YHOO\ndata: +2\ndata: 10\n\n";
    assert_eq!(decode(stock, 4), [event("message", "YHOO\n+2\n10", "")]);
    let mixed = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
    assert_eq!(
        decode(mixed, 1),
        [
            event("message", "first event", "1"),
            event("message", "second event", ""),
            event("message", " third event", "")
        ]
    );
    assert_eq!(decode(b"data\n\ndata\ndata\n\n", 3), [event("message", "", ""), event("message", "\n", "")]);
    assert_eq!(decode(b"\xef\xbb\xbfevent: e\r\ndata: x\r\r\n", 2), [event("e", "x", "")]);
}

#[test]
fn an_unterminated_last_block_is_an_event() {
    assert_eq!(decode(b"data: a\n\ndata: b", 3), [event("message", "a", ""), event("message", "b", "")]);
    assert_eq!(decode(b"data: a\n", 3), [event("message", "a", "")]);
}

#[test]
fn an_event_over_the_limit_is_refused_before_it_is_whole() {
    let mut decoder = SseDecoder::new(64);
    let mut outcome = Ok(Vec::new());
    for _ in 0..9 {
        outcome = outcome.and_then(|_| decoder.push(b"data: ab\n"));
    }
    assert!(outcome.is_ok(), "nine lines of two bytes fit");
    let endless = decoder.push(&[b'x'; 65]);
    assert_eq!(endless.unwrap_err().kind(), ErrorKind::LimitExceeded);
}

#[test]
fn secret_headers_are_sent_and_not_shown() {
    let mut request = HttpRequest::new(Method::Post, "https://example.com/".parse().unwrap());
    request.headers.secret("Authorization", "Bearer canary");
    request.headers.set("Accept", "text/plain");
    request.body = "canary in a prompt".into();
    let shown = format!("{request:?}");
    assert!(shown.contains("text/plain") && !shown.contains("canary"), "{shown}");
    assert_eq!(request.headers.get("authorization"), Some("Bearer canary"));
    let mut headers = Headers::new();
    headers.append("Set-Cookie", "a");
    headers.append("set-cookie", "b");
    assert_eq!(headers.iter().map(|(_, value)| value).collect::<Vec<_>>(), ["a", "b"]);
    headers.set("SET-COOKIE", "c");
    assert_eq!(headers.iter().count(), 1);
}

proptest! {
    #[test]
    fn any_chunking_of_any_bytes_gives_what_the_standard_says(
        parts in prop::collection::vec(prop_oneof![
            Just("data: ".to_owned()), Just("data:x".into()), Just("event: e".into()), Just("id: 1".into()), Just(":c".into()),
            Just("\n".into()), Just("\r".into()), Just("\r\n".into()), Just("\u{feff}".into()), Just("\0".into()), ".{0,4}",
        ], 0..24),
        size in 1_usize..9,
    ) {
        let bytes = parts.concat().into_bytes();
        prop_assert_eq!(decode(&bytes, size), reference(&bytes));
    }
}
