//! A server on this machine that speaks as much of the OpenAI chat protocol as one debate needs.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The key it accepts.
pub(crate) const KEY: &str = "sk-canary-key-xtask";

/// Starts the server on a free port and gives its base URL. It ends with this program.
pub(crate) fn start() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no port for a model server: {error}"))?;
    let address = listener.local_addr().map_err(|error| format!("the model server's address: {error}"))?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away in the middle is no concern of this server's.
            thread::spawn(move || drop(serve(&stream)));
        }
    });
    Ok(format!("http://{address}/v1"))
}

fn serve(mut stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut authorised) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim();
        let Some((name, value)) = line.split_once(':') else {
            if line.is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "authorization" => authorised = value.trim() == format!("Bearer {KEY}"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body);
    // A server of one's own needs no key.
    let (status, kind, text) = answer(&body, authorised || model(&body) == "qwen3");
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )
}

fn answer(body: &str, authorised: bool) -> (&'static str, &'static str, String) {
    if !authorised {
        let error = r#"{"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}"#;
        return ("401 Unauthorized", "application/json", error.to_owned());
    }
    let model = model(body);
    if !body.contains(r#""stream":true"#) {
        let whole = format!(
            r#"{{"model": "{model}", "choices": [{{"message": {{"role": "assistant", "content": "{REPLY}"}}, "finish_reason": "stop"}}], "usage": {USAGE}}}"#
        );
        return ("200 OK", "application/json", whole);
    }
    let mut events = String::new();
    for word in REPLY.split_inclusive(' ') {
        let _ = write!(
            events,
            "data: {{\"model\": \"{model}\", \"choices\": [{{\"delta\": {{\"content\": \"{word}\"}}}}]}}\n\n"
        );
    }
    events.push_str("data: {\"choices\": [{\"delta\": {}, \"finish_reason\": \"stop\"}]}\n\n");
    let _ = write!(events, "data: {{\"choices\": [], \"usage\": {USAGE}}}\n\ndata: [DONE]\n\n");
    ("200 OK", "text/event-stream", events)
}

/// The model a request is for.
fn model(body: &str) -> &str {
    let name = body.split_once(r#""model":""#).map_or("", |(_, rest)| rest);
    name.split('"').next().unwrap_or_default()
}

/// What the examples about models are told, and nothing else of the environment: they ask this server.
pub(crate) fn variables(server: &str) -> [(&'static str, String); 3] {
    let root = server.strip_suffix("/v1").unwrap_or(server);
    [("MODEL_SERVER", server.to_owned()), ("MODEL_KEY", KEY.to_owned()), ("OLLAMA_HOST", root.to_owned())]
}

/// Whether the example about models has asked this server and was answered.
pub(crate) fn answered(output: &str) -> Result<(), String> {
    let said = output.to_lowercase();
    let wanted = ["use a queue", "compatible/qwen3-coder: closed, 1 calls, 0 failed"];
    match wanted.iter().find(|words| !said.contains(*words)) {
        Some(words) => Err(format!("the example about models does not say {words:?}")),
        None => Ok(()),
    }
}

/// The same for every request: whoever asks several models gets agreement.
pub(crate) const REPLY: &str = r"A queue is easier to watch.\nFINAL ANSWER: use a queue";
const USAGE: &str = r#"{"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}"#;
