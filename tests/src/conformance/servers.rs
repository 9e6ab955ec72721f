//! The servers of a case: each answers what the case says, request by request.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::format::{Given, ServerAnswer};
use crate::loopback::{Answer, Loopback, Received};

/// The servers that are given, running.
pub(super) async fn start(given: &BTreeMap<String, Vec<ServerAnswer>>) -> io::Result<BTreeMap<String, Loopback>> {
    let mut running = BTreeMap::new();
    for (name, answers) in given {
        let (answers, next) = (answers.clone(), AtomicUsize::new(0));
        let server = Loopback::start(move |_| {
            let at = next.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
            said(&answers[at])
        });
        running.insert(name.clone(), server.await?);
    }
    Ok(running)
}

fn said(answer: &ServerAnswer) -> Answer {
    let (content_type, body) = match (&answer.json, &answer.events) {
        (_, Some(events)) => ("text/event-stream", events.iter().map(data).collect()),
        (Some(body), None) => ("application/json", body.to_string()),
        (None, None) => ("text/plain", String::new()),
    };
    let said = Answer::new(answer.status.unwrap_or(200), content_type, body);
    answer.headers.iter().fold(said, |said, (name, value)| said.header(name, value))
}

fn data(event: &Value) -> String {
    match event {
        Value::String(text) => format!("data: {text}\n\n"),
        document => format!("data: {document}\n\n"),
    }
}

/// What steps may refer to of a server.
pub(super) fn document(server: &Loopback) -> Value {
    json!({ "url": server.url() })
}

/// The same with the addresses of servers where the settings refer to them.
pub(super) fn addressed(given: &Given, servers: &BTreeMap<String, Loopback>) -> Given {
    let mut given = given.clone();
    let env = given.config.as_mut().and_then(|config| config["env"].as_object_mut());
    for value in env.into_iter().flat_map(|env| env.values_mut()) {
        let named = value["$ref"].as_str().and_then(|path| servers.get(path.trim_end_matches(".url")));
        if let Some(server) = named {
            *value = document(server)["url"].take();
        }
    }
    given
}

/// `server.requests`
pub(super) fn requests(server: &Loopback) -> Value {
    let document = |request: &Received| {
        json!({
            "method": request.method, "path": request.path, "headers": request.headers, "body": request.json(),
        })
    };
    server.received().iter().map(document).collect()
}
