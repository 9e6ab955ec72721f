//! The boundary the bindings share, driven by a host written in Rust.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::foreign::{self, Host, Message, Session};
use aragora_core::{Error, ErrorKind};
use aragora_tests::loopback::{Answer, Loopback};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Hands messages to a test and counts references.
#[derive(Debug)]
struct Wire {
    calls: UnboundedSender<Message>,
    forgotten: Mutex<HashMap<u64, u32>>,
    released: AtomicU64,
}

impl Host for Wire {
    fn post(&self, message: Message) {
        match &message {
            Message::Forget { participant } => *self.forgotten.lock().unwrap().entry(*participant).or_default() += 1,
            Message::Release { .. } => drop(self.released.fetch_add(1, Ordering::SeqCst)),
            _ => {}
        }
        let _ = self.calls.send(message);
    }
}

fn wire() -> (Arc<Wire>, UnboundedReceiver<Message>) {
    let (calls, messages) = unbounded_channel();
    (Arc::new(Wire { calls, forgotten: Mutex::default(), released: AtomicU64::new(0) }), messages)
}

async fn open(wire: &Arc<Wire>) -> Session {
    let host: Arc<dyn Host> = wire.clone();
    foreign::spawn(async move { Session::open(host, "{}").await }).await.unwrap()
}

fn seats(n: u64) -> Value {
    let seat = |i: u64| json!({"agent": {"kind": "foreign", "participant": i, "id": format!("a{i}")}});
    (1..=n).map(seat).collect()
}

fn spec(n: u64) -> String {
    json!({"question": "Ship?", "seats": seats(n), "protocol": "simultaneous", "limits": {"rounds": 1}, "listen": true})
        .to_string()
}

/// Answers every agent with the same words until the channel closes; protocols are answered by `protocol`.
fn serve(mut messages: UnboundedReceiver<Message>, protocol: impl Fn(u64, &str, &Value) -> String + Send + 'static) {
    std::thread::spawn(move || {
        while let Some(message) = messages.blocking_recv() {
            if let Message::Call { call, method, data, .. } = message {
                let data: Value = serde_json::from_str(&data).unwrap();
                if method == "agent.respond" {
                    foreign::output(call, "text", "Ship it.");
                    foreign::answer(call, "\"Ship it.\\nFINAL ANSWER: yes\"");
                } else {
                    foreign::answer(call, &protocol(call, method, &data));
                }
            }
        }
    });
}

fn no_protocol(_: u64, method: &str, _: &Value) -> String {
    panic!("nobody calls {method} here")
}

#[tokio::test]
async fn three_agents_of_a_host_decide_are_streamed_and_replayed() {
    let (wire, messages) = wire();
    let session = open(&wire).await;
    let debate = session.start("debate", &spec(3)).await.unwrap();
    // The seats answer before anybody asks for the events.
    serve(messages, no_protocol);
    debate.result().await.unwrap();
    let events = debate.events("{}").unwrap();
    let mut kinds = Vec::new();
    while let Some(batch) = events.next_batch(4).await.unwrap() {
        let batch: Vec<Value> = serde_json::from_str(&batch).unwrap();
        assert!((1..=4).contains(&batch.len()));
        kinds.extend(batch.iter().map(|event| event["type"].as_str().unwrap().to_owned()));
    }
    assert_eq!(kinds.first().map(String::as_str), Some("debate_start"));
    assert_eq!(kinds.last().map(String::as_str), Some("debate_end"));
    assert_eq!(kinds.iter().filter(|kind| *kind == "agent_message").count(), 3);
    assert!(kinds.iter().any(|kind| kind == "token_delta"));
    let decision: Value = serde_json::from_str(&debate.result().await.unwrap()).unwrap();
    assert_eq!(decision["outcome"], "decided");
    assert_eq!(decision["supporters"], json!(["a1", "a2", "a3"]));

    let args = json!({"debate": debate.id().unwrap()}).to_string();
    let log: String = serde_json::from_str(&session.call("debates.log", &args).await.unwrap()).unwrap();
    let report = session.call("debates.replay", &json!({ "log": log }).to_string()).await.unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["matches"], true, "{report}");
    assert_eq!(report["decision"], decision);
    drop((debate, events));
    session.close().await.unwrap();
    assert_eq!(*wire.forgotten.lock().unwrap(), HashMap::from([(1, 1), (2, 1), (3, 1)]));
}

#[tokio::test]
async fn cancelling_signals_every_call_and_discards_what_comes_late() {
    let (wire, mut messages) = wire();
    let session = open(&wire).await;
    let debate = session.start("debate", &spec(3)).await.unwrap();
    let mut calls = Vec::new();
    while calls.len() < 3 {
        if let Some(Message::Call { call, .. }) = messages.recv().await {
            calls.push(call);
        }
    }
    debate.cancel("enough");
    let mut cancelled = Vec::new();
    while cancelled.len() < 3 {
        if let Some(Message::Cancel { call }) = messages.recv().await {
            cancelled.push(call);
            // The host's task ends by raising its own cancellation.
            assert!(foreign::fail(call, "{\"reason\": \"stopped\"}"));
        }
    }
    cancelled.sort_unstable();
    calls.sort_unstable();
    assert_eq!(cancelled, calls);
    let error = debate.result().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(error.context().contains_key("decision"));
    for call in calls {
        assert!(!foreign::answer(call, "\"too late\""), "a late answer was heard");
        assert!(!foreign::output(call, "text", "too late"));
    }
    let activity: Value = serde_json::from_str(&session.ask("activity", "{}").unwrap()).unwrap();
    assert_eq!(activity["debates"], 0);
    assert_eq!(activity["turns"], 0);
}

#[tokio::test]
async fn a_protocol_of_the_host_asks_about_the_transcript_and_decides() {
    let (wire, messages) = wire();
    serve(messages, |call, method, data| {
        assert_eq!(method, "protocol.next");
        if data["round"] == 0 {
            let ask = json!({"ask": {"phase": "answer", "instruction": "One line."}}).to_string();
            return foreign::transcript(call, &ask).unwrap();
        }
        let read = |part: &str| -> Value {
            let question = json!({"read": part, "from": 0}).to_string();
            serde_json::from_str(&foreign::transcript(call, &question).unwrap()).unwrap()
        };
        assert_eq!(read("messages").as_array().unwrap().len(), 3);
        assert_eq!(read("question")["text"], "Ship?");
        assert_eq!(read("positions")[0]["seat"], "a1");
        json!({"finish": {"cause": "completed", "round": 1, "detail": "one round"}}).to_string()
    });
    let session = open(&wire).await;
    let protocol =
        json!({"foreign": {"participant": 9, "name": "one-round", "version": "1", "planned_calls": {"per_seat": 1}}});
    let spec = json!({"question": "Ship?", "seats": seats(3), "protocol": protocol}).to_string();
    let debate = session.start("debate", &spec).await.unwrap();
    let decision: Value = serde_json::from_str(&debate.result().await.unwrap()).unwrap();
    assert_eq!(decision["outcome"], "decided");
    assert_eq!(decision["calls"]["planned"], 3);
    // Outside its call nobody answers.
    let error = foreign::transcript(1, "{\"read\": \"messages\"}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidState);
}

#[tokio::test]
async fn a_raised_exception_is_the_cause_until_nobody_holds_the_error() {
    let (wire, mut messages) = wire();
    let session = open(&wire).await;
    let debate = session.start("debate", &spec(2)).await.unwrap();
    let mut last = 0;
    let mut failed = 0;
    while failed < 2 {
        if let Some(Message::Call { call, .. }) = messages.recv().await {
            last = call;
            failed += 1;
            assert!(foreign::fail(call, "{\"reason\": \"agent \\\"x\\\" raised ValueError: no\"}"));
        }
    }
    // The step is asked again once; those fail too.
    let answering = std::thread::spawn(move || {
        while let Some(message) = messages.blocking_recv() {
            if let Message::Call { call, .. } = message {
                last = call;
                foreign::fail(call, "{\"reason\": \"again\"}");
            }
        }
        last
    });
    let error = debate.result().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AllAgentsFailed);
    let parts = foreign::ErrorParts::from(&error);
    let cause = parts.cause_call.expect("the exception is the cause");
    let before = wire.released.load(Ordering::SeqCst);
    drop((error, parts, debate));
    session.close().await.unwrap();
    drop(session);
    assert!(wire.released.load(Ordering::SeqCst) >= before, "released while held");
    drop(wire);
    assert!(cause <= answering.join().unwrap());
}

#[tokio::test]
async fn a_code_raised_on_purpose_arrives_with_its_flags() {
    for kind in ErrorKind::ALL {
        let args = json!({"code": kind.code(), "reason": "on purpose", "context": {"a": "b"}}).to_string();
        let error = foreign::compute("testing.fail", &args).unwrap_err();
        assert_eq!((error.kind(), error.reason()), (*kind, "on purpose"));
        assert_eq!(error.retryable(), kind.retryable_by_default());
        assert_eq!(error.context()["a"], "b");
    }
}

#[tokio::test]
async fn a_panic_is_an_internal_error_with_its_place() {
    let error = foreign::compute("testing.panic", "{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.context()["location"].contains("compute.rs"), "{error:?}");
    let task = foreign::spawn(async { Err::<(), _>(Error::internal(format!("{}", Vec::<u8>::new()[0]))) });
    assert!(task.await.unwrap_err().context().contains_key("location"));
    assert!(foreign::compute("version", "{}").is_ok(), "the next call works");
}

#[tokio::test]
async fn a_refused_document_lets_go_of_its_participants() {
    let (wire, _messages) = wire();
    let session = open(&wire).await;
    let mut document: Value = serde_json::from_str(&spec(2)).unwrap();
    document["limits"]["rounds"] = json!("three");
    let error = session.start("debate", &document.to_string()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(format!("{:?}", error.context()).contains("/limits"), "{error:?}");
    assert_eq!(*wire.forgotten.lock().unwrap(), HashMap::from([(1, 1), (2, 1)]));
    session.close().await.unwrap();
    let error = session.start("debate", &spec(2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(wire.forgotten.lock().unwrap()[&1], 2);
}

#[tokio::test]
async fn who_stands_in_is_let_go_of_as_well() {
    let (wire, mut messages) = wire();
    let session = open(&wire).await;
    let other = |i: u64| json!({"kind": "foreign", "participant": i, "id": format!("s{i}")});
    let mut document: Value = serde_json::from_str(&spec(2)).unwrap();
    document["seats"][0]["layers"] = json!({"retries": 0});
    document["seats"][0]["stand_ins"] = json!([other(7), other(8)]);
    let debate = session.start("debate", &document.to_string()).await.unwrap();
    std::thread::spawn(move || {
        while let Some(message) = messages.blocking_recv() {
            match message {
                Message::Call { call, participant: 1 | 7, .. } => {
                    foreign::fail(call, &json!({"code": "overloaded", "reason": "busy"}).to_string());
                }
                Message::Call { call, participant, .. } => {
                    foreign::answer(call, &json!(format!("{participant} says\nFINAL ANSWER: yes")).to_string());
                }
                _ => {}
            }
        }
    });
    let decision: Value = serde_json::from_str(&debate.result().await.unwrap()).unwrap();
    assert_eq!(decision["supporters"], json!(["a1", "a2"]), "the eighth answered in the first one's name");
    drop(debate);
    session.close().await.unwrap();
    assert_eq!(*wire.forgotten.lock().unwrap(), HashMap::from([(1, 1), (2, 1), (7, 1), (8, 1)]));
}

#[tokio::test]
async fn a_refused_stand_in_lets_go_of_everybody() {
    let (wire, _messages) = wire();
    let session = open(&wire).await;
    let mut document: Value = serde_json::from_str(&spec(2)).unwrap();
    let nobody = json!({"kind": "model", "name": "nobody/fake-1", "credentials": {"participant": 9}});
    document["seats"][0]["stand_ins"] = json!([nobody]);
    let error = session.start("debate", &document.to_string()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(*wire.forgotten.lock().unwrap(), HashMap::from([(1, 1), (2, 1), (9, 1)]));
}

#[tokio::test]
async fn closing_cancels_and_is_idempotent() {
    let (wire, mut messages) = wire();
    let session = open(&wire).await;
    let debate = session.start("debate", &spec(2)).await.unwrap();
    let events = debate.events("{}").unwrap();
    let obedient = std::thread::spawn(move || {
        while let Some(message) = messages.blocking_recv() {
            if let Message::Cancel { call } = message {
                foreign::fail(call, "{\"reason\": \"stopped\"}");
            }
        }
    });
    session.close().await.unwrap();
    session.close().await.unwrap();
    assert_eq!(debate.result().await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(session.ask("activity", "{}").unwrap_err().kind(), ErrorKind::Closed);
    drop((events, debate, session, wire));
    obedient.join().unwrap();
}

#[tokio::test]
async fn pulls_are_served_in_order_and_a_closed_stream_ends() {
    let (wire, _messages) = wire();
    let session = open(&wire).await;
    let debate = session.start("debate", &spec(2)).await.unwrap();
    let events = debate.events("{}").unwrap();
    let pulls: Vec<_> = (0..3).map(|_| foreign::spawn(events.next_batch(1))).collect();
    for (seq, pull) in pulls.into_iter().enumerate() {
        let batch: Value = serde_json::from_str(&pull.await.unwrap().unwrap()).unwrap();
        assert_eq!(batch[0]["seq"], seq);
    }
    let events = debate.events("{\"live_only\": true}").unwrap();
    let pulls: Vec<_> = (0..2).map(|_| foreign::spawn(events.next_batch(1))).collect();
    events.close();
    for pull in pulls {
        assert_eq!(tokio::time::timeout(Duration::from_secs(5), pull).await.unwrap().unwrap(), None);
    }
    debate.cancel("done");
}

#[tokio::test]
async fn a_missing_key_says_which_variable_to_set() {
    let (wire, _messages) = wire();
    let session = open(&wire).await;
    let spec = json!({"question": "Ship?", "seats": [{"agent": {"kind": "model", "name": "openai/gpt-5.4-mini"}}]});
    let error = session.start("debate", &spec.to_string()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    assert!(error.reason().contains("OPENAI_API_KEY"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn models_are_seated_by_name_or_by_document_and_a_hook_of_the_host_authenticates_them() {
    let server = Loopback::start(|received| {
        let fields = &received.headers;
        let known = ["Bearer from-hook", "Bearer from-document"];
        let allowed = fields.get("authorization").is_none_or(|value| known.contains(&value.as_str()));
        let reply = json!({ "choices": [{ "message": { "content": "FINAL ANSWER: yes" }, "finish_reason": "stop" }] });
        Answer::new(if allowed { 200 } else { 401 }, "application/json", reply.to_string())
    })
    .await
    .unwrap();
    let (wire, messages) = wire();
    serve(messages, |_, method, data| {
        assert_eq!(method, "credentials.headers");
        assert_eq!((data["method"].as_str(), data["refresh"].as_bool()), (Some("POST"), Some(false)));
        assert!(data["body"].as_str().unwrap().contains("hooked"));
        json!({ "authorization": "Bearer from-hook" }).to_string()
    });
    let settings = json!({ "config": { "env": { "OLLAMA_HOST": server.url() } } }).to_string();
    let host: Arc<dyn Host> = wire.clone();
    let session = foreign::spawn(async move { Session::open(host, &settings).await }).await.unwrap();
    let at = |model: &str| json!({ "provider": "compatible", "model": model, "base_url": server.url() });
    let seats = json!([
        { "agent": { "kind": "model", "name": "ollama/named", "id": "named" } },
        { "agent": { "kind": "model", "config": at("keyed"), "api_key": "from-document" } },
        { "agent": { "kind": "model", "config": at("hooked"), "credentials": { "participant": 9 } } },
    ]);
    let spec = |seats: Value| json!({ "question": "Ship?", "seats": seats, "protocol": "vote_only" }).to_string();
    let debate = session.start("debate", &spec(seats)).await.unwrap();
    let decision: Value = serde_json::from_str(&debate.result().await.unwrap()).unwrap();
    assert_eq!(decision["supporters"], json!(["named", "compatible-keyed", "compatible-hooked"]));
    assert_eq!(decision["answer"]["value"], "yes");
    drop(debate);

    let report: Value = serde_json::from_str(&session.ask("agents.check", "{}").unwrap()).unwrap();
    let ollama = report["providers"].as_array().unwrap().iter().find(|p| p["provider"] == "ollama").unwrap();
    assert_eq!(ollama["configured"], true);
    let health: Value = serde_json::from_str(&session.ask("agents.health", "{}").unwrap()).unwrap();
    assert_eq!(health.as_array().unwrap().len(), 3);

    for (agent, code) in [
        (json!({ "kind": "model" }), "invalid_request"),
        (json!({ "kind": "model", "name": "ollama/x", "config": at("x") }), "invalid_request"),
        (json!({ "kind": "model", "config": { "provider": "compatible", "colour": "x" } }), "invalid_request"),
        (json!({ "kind": "model", "config": { "provider": "compatible", "model": "x" } }), "invalid_config"),
        (
            json!({ "kind": "model", "name": "ollama/x", "api_key": "k", "credentials": { "participant": 5 } }),
            "invalid_request",
        ),
    ] {
        let error = session.start("debate", &spec(json!([{ "agent": agent }]))).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    session.close().await.unwrap();
    // The task of a debate that has ended lets go of its seats a moment after its result is there.
    let let_go = HashMap::from([(5, 1), (9, 1)]);
    let all = async {
        while *wire.forgotten.lock().unwrap() != let_go {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(10), all).await;
    let forgotten = wire.forgotten.lock().unwrap().clone();
    assert!(waited.is_ok(), "hooks are let go of, also those of refused documents: {forgotten:?}");
}

#[tokio::test]
async fn keys_that_are_no_list_of_texts_are_refused_and_not_quoted() {
    for keys in
        [json!("hunter2"), json!([1_234_567]), json!([["hunter2"]]), json!({"a": "hunter2"}), json!(["hunter2"])]
    {
        let host: Arc<dyn Host> = wire().0;
        let settings = json!({ "encryption": { "keys": keys } }).to_string();
        let error = foreign::spawn(async move { Session::open(host, &settings).await }).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::InvalidConfig), "{error:?}");
        let shown = format!("{error:?} {error} {:?}", error.context());
        assert!(!shown.contains("hunter2") && !shown.contains("1234567"), "{shown}");
    }
}

#[tokio::test]
async fn an_instance_that_is_closed_has_let_go_of_its_directory() {
    let folder = tempfile::tempdir().unwrap();
    let settings = json!({ "storage": folder.path().join("store").to_str().unwrap() }).to_string();
    for _ in 0..2 {
        let (host, given): (Arc<dyn Host>, String) = (wire().0, settings.clone());
        let session = foreign::spawn(async move { Session::open(host, &given).await }).await.unwrap();
        session.call("shutdown", "{\"grace_ms\": 0}").await.unwrap();
        assert_eq!(session.call("shutdown", "{}").await.unwrap_err().kind(), ErrorKind::Closed);
        session.close().await.unwrap();
    }
}

/// An instance over a directory, with a debate whose participants never answer.
async fn busy(folder: &tempfile::TempDir) -> (Session, foreign::Debate, UnboundedReceiver<Message>) {
    let settings = json!({ "storage": folder.path().join("store").to_str().unwrap() }).to_string();
    let (wire, mut messages) = wire();
    let host: Arc<dyn Host> = wire;
    let session = foreign::spawn(async move { Session::open(host, &settings).await }).await.unwrap();
    let debate = session.start("debate", &spec(2)).await.unwrap();
    while !matches!(messages.recv().await.unwrap(), Message::Call { .. }) {}
    (session, debate, messages)
}

/// Long enough for anything that ends, shorter than the hour that the shutdowns here are given.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work).await.expect("it ends without waiting for the grace")
}

/// Looks at it once; whether it goes on.
async fn begun<T>(mut work: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(work.as_mut().poll(cx).is_pending())).await
}

#[tokio::test]
async fn a_shutdown_that_was_given_up_is_ended_by_closing() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _debate, _messages) = busy(&folder).await;
    {
        let mut shutdown = std::pin::pin!(session.call("shutdown", "{\"grace_ms\": 3600000}"));
        assert!(begun(shutdown.as_mut()).await);
    }
    assert_eq!(session.call("shutdown", "{}").await.unwrap_err().kind(), ErrorKind::Closed);
    soon(session.close()).await.unwrap();
    let (other, _debate, _messages) = busy(&folder).await;
    soon(other.close()).await.unwrap();
}

#[tokio::test]
async fn closing_beside_a_shutdown_ends_its_grace_and_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _debate, _messages) = busy(&folder).await;
    let mut shutdown = std::pin::pin!(session.call("shutdown", "{\"grace_ms\": 3600000}"));
    assert!(begun(shutdown.as_mut()).await);
    let (ended, closed) = soon(async { tokio::join!(shutdown, session.close()) }).await;
    closed.unwrap();
    let report: Value = serde_json::from_str(&ended.unwrap()).unwrap();
    assert_eq!(report["stopped"], 0, "a debate that was cancelled has ended: {report}");
    let (other, _debate, _messages) = busy(&folder).await;
    soon(other.close()).await.unwrap();
}

#[tokio::test]
async fn the_keys_of_backups_in_folders_that_were_worked_with_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (host, key): (Arc<dyn Host>, _) = (wire().0, foreign::compute("encryption.generate_key", "{}").unwrap());
    let key: String = serde_json::from_str(&key).unwrap();
    let settings = json!({ "encryption": { "keys": [key] } }).to_string();
    let session = foreign::spawn(async move { Session::open(host, &settings).await }).await.unwrap();
    let census =
        async || -> Value { serde_json::from_str(&session.call("encryption.census", "{}").await.unwrap()).unwrap() };
    assert_eq!(census().await["backups"], json!({}));
    let target = json!({ "target": folder.path().to_str().unwrap() }).to_string();
    let backup: String = serde_json::from_str(&session.call("backups.full", &target).await.unwrap()).unwrap();
    let ids: Value = serde_json::from_str(&session.ask("encryption.key_ids", "{}").unwrap()).unwrap();
    assert_eq!(census().await["backups"], json!({ backup: ids }));
    session.close().await.unwrap();
}

#[test]
fn a_cipher_opens_at_its_place_and_names_no_plain_text() {
    let key: String = serde_json::from_str(&foreign::compute("encryption.generate_key", "{}").unwrap()).unwrap();
    let cipher = foreign::Cipher::new(key.clone()).unwrap();
    let place = json!({"tenant": "acme", "store": "s", "field": "/f"}).to_string();
    let sealed = cipher.seal(&place, b"r", "text", b"xoxb-1".to_vec()).unwrap();
    assert_eq!(cipher.open(&place, b"r", &sealed).unwrap(), ("text", b"xoxb-1".to_vec()));
    assert_eq!(cipher.open(&place, b"q", &sealed).unwrap_err().kind(), ErrorKind::DecryptionFailed);
    for (kind, plain) in [("text", &b"\xffhunter2"[..]), ("json", b"{\"hunter2\"")] {
        let error = cipher.seal(&place, b"r", kind, plain.to_vec()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    assert!(!format!("{cipher:?}").contains(&key));
    assert_eq!(foreign::compute("encryption.record_key", "[]").unwrap_err().kind(), ErrorKind::InvalidRequest);
}
