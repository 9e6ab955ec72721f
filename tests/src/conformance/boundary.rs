//! The boundary the bindings share, driven by a host written in Rust: what a runner of another language does, without
//! that language.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aragora_core::Error;
use aragora_core::foreign::{self, Debate, ErrorParts, Host, Message, Session};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::cast::{Cast, Player, Raised};
use super::format::{Broken, DecideItem, Given, Item, Mode, PlannedCalls, ProtocolItem, ProtocolScript};
use super::sdk::{Events, Failure, Instance, Running, Sdk};

/// `aragora_core::foreign`.
#[derive(Clone, Copy, Debug)]
pub struct Boundary;

/// Participants by number, calls under way, and parked exceptions by call.
#[derive(Debug, Default)]
struct Stage {
    participants: Mutex<HashMap<u64, Participant>>,
    cancels: Mutex<HashMap<u64, watch::Sender<bool>>>,
    parked: Mutex<HashMap<u64, String>>,
    next: AtomicU64,
}

#[derive(Clone, Debug)]
enum Participant {
    Agent(Arc<Player>),
    Protocol(Arc<ProtocolScript>),
}

/// The host's end: messages come in, tasks are started and cancelled.
#[derive(Debug)]
struct Wire {
    stage: Arc<Stage>,
    runtime: tokio::runtime::Handle,
}

struct Opened {
    session: Arc<Session>,
    stage: Arc<Stage>,
    cast: Arc<Cast>,
}

struct Begun {
    id: String,
    debate: Arc<Debate>,
    stage: Arc<Stage>,
}

struct Pulled {
    events: Arc<foreign::Events>,
    stage: Arc<Stage>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Begun({})", self.id)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host for Wire {
    fn post(&self, message: Message) {
        match message {
            Message::Call { call, participant, method, data } => {
                let found = lock(&self.stage.participants).get(&participant).cloned();
                let data: Value = serde_json::from_str(&data).unwrap_or_default();
                match found {
                    Some(Participant::Agent(player)) => {
                        let (cancel, cancelled) = watch::channel(false);
                        lock(&self.stage.cancels).insert(call, cancel);
                        let stage = self.stage.clone();
                        self.runtime.spawn(async move { respond(&stage, call, &player, &data, cancelled).await });
                    }
                    Some(Participant::Protocol(script)) => {
                        let stage = self.stage.clone();
                        self.runtime.spawn_blocking(move || step(&stage, call, method, &script));
                    }
                    None => _ = foreign::fail(call, &json!({ "reason": "nobody has this number" }).to_string()),
                }
            }
            Message::Cancel { call } => {
                if let Some(cancel) = lock(&self.stage.cancels).get(&call) {
                    cancel.send_replace(true);
                }
            }
            Message::Release { call } => drop(lock(&self.stage.parked).remove(&call)),
            Message::Forget { participant } => drop(lock(&self.stage.participants).remove(&participant)),
        }
    }
}

async fn respond(stage: &Stage, call: u64, player: &Player, data: &Value, mut cancelled: watch::Receiver<bool>) {
    let said = match player.begin(data) {
        Ok((item, mut counted)) => {
            let output = |piece: &str| _ = foreign::output(call, "text", piece);
            let mut play = std::pin::pin!(player.play(&item, data, &output));
            let played = tokio::select! {
                biased;
                // The sender lives as long as the call is in the table.
                _ = cancelled.wait_for(|cancelled| *cancelled) => None,
                played = &mut play => Some(played),
            };
            match played {
                Some(played) => {
                    counted.done();
                    Some(played)
                }
                None => {
                    counted.cancelled();
                    let Item { ignore_cancel, .. } = item;
                    if ignore_cancel == Some(true) { Some(play.await) } else { None }
                }
            }
        }
        Err(raised) => Some(Err(raised)),
    };
    lock(&stage.cancels).remove(&call);
    match said {
        Some(Ok(reply)) => _ = foreign::answer(call, &reply.to_string()),
        Some(Err(raised)) => refuse(stage, call, &format!("agent {:?}", player.id), raised),
        None => refuse(stage, call, &player.id, Raised::Host("CancelledError".to_owned())),
    }
}

// Parked first: the core may release it before `fail` has returned.
fn refuse(stage: &Stage, call: u64, who: &str, raised: Raised) {
    let (text, mut document) = match raised {
        Raised::Ours { code, reason, retry_after_ms } => {
            let mut document = json!({ "reason": reason, "code": code });
            if let Some(wait) = retry_after_ms {
                document["retry_after_ms"] = json!(wait);
            }
            (reason, document)
        }
        Raised::Host(text) => {
            let reason = format!("{who} raised: {text}");
            (text, json!({ "reason": reason }))
        }
        Raised::WrongType => {
            let reason = format!("{who} returned int, expected str or AgentReply");
            (reason.clone(), json!({ "reason": reason }))
        }
    };
    lock(&stage.parked).insert(call, text);
    if !foreign::fail(call, &document.take().to_string()) {
        lock(&stage.parked).remove(&call);
    }
}

fn step(stage: &Stage, call: u64, method: &str, script: &ProtocolScript) {
    let who = format!("protocol {:?}", script.name);
    match answered(call, method, script) {
        Ok(answer) => _ = foreign::answer(call, &answer),
        Err(raised) => refuse(stage, call, &who, raised),
    }
}

fn answered(call: u64, method: &str, script: &ProtocolScript) -> Result<String, Raised> {
    let ask = |question: Value| {
        let failed = |error: Error| Raised::Ours {
            code: error.code().to_owned(),
            reason: error.reason().to_owned(),
            retry_after_ms: None,
        };
        foreign::transcript(call, &question.to_string()).map_err(failed)
    };
    if method == "protocol.decide" {
        return match &script.decide {
            Some(DecideItem::Broken(broken)) => Err(broken_by(broken)),
            _ => ask(json!({ "draft": {} })),
        };
    }
    let steps: Vec<Value> = serde_json::from_str(&ask(json!({ "read": "steps" }))?).unwrap_or_default();
    match script.script.get(steps.len()) {
        Some(ProtocolItem::Ask(item)) => {
            let args = &item.ask;
            let mut given = json!({ "phase": args.phase, "instruction": args.instruction });
            let optional = [
                ("seats", args.seats.as_ref().map(|seats| json!(seats))),
                ("round", args.round.map(|round| json!(round))),
                ("expect", args.expect.clone()),
                ("order", args.order.as_ref().map(|order| json!(order))),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    given[name] = value;
                }
            }
            ask(json!({ "ask": given }))
        }
        Some(ProtocolItem::Broken(broken)) => Err(broken_by(broken)),
        Some(ProtocolItem::Finish(_)) | None => {
            let done = json!({ "cause": "completed", "round": 0, "detail": "the protocol's schedule is done" });
            Ok(json!({ "finish": done }).to_string())
        }
    }
}

fn broken_by(broken: &Broken) -> Raised {
    match broken {
        Broken { fail: Some(code), .. } => Raised::ours(code, None),
        Broken { throw: Some(text), .. } => Raised::Host(text.clone()),
        _ => Raised::WrongType,
    }
}

impl Stage {
    fn number(&self, participant: Participant) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        lock(&self.participants).insert(number, participant);
        number
    }

    fn failure(&self, error: &Error) -> Failure {
        let parts: Value = serde_json::from_str(&ErrorParts::from(error).to_json()).unwrap_or_default();
        let parked = parts["cause_call"].as_u64().and_then(|call| lock(&self.parked).get(&call).cloned());
        let text = |name: &str| parts[name].as_str().unwrap_or_default().to_owned();
        Failure {
            code: text("code"),
            reason: text("reason"),
            retryable: parts["retryable"] == true,
            retry_after_ms: parts["retry_after_ms"].as_u64(),
            context: serde_json::from_value::<BTreeMap<_, _>>(parts["context"].clone()).unwrap_or_default(),
            causes: parked.into_iter().collect(),
        }
    }

    fn read(&self, result: aragora_core::Result<String>) -> Result<Value, Failure> {
        let json = result.map_err(|error| self.failure(&error))?;
        serde_json::from_str(&json).map_err(|error| Error::internal(format!("no JSON: {error}")).into())
    }
}

#[async_trait]
impl Sdk for Boundary {
    async fn open(&self, given: &Given, cast: Arc<Cast>) -> Result<Box<dyn Instance>, Failure> {
        let stage = Arc::new(Stage::default());
        let host: Arc<dyn Host> = Arc::new(Wire { stage: stage.clone(), runtime: tokio::runtime::Handle::current() });
        let mut settings = json!({
            "clock": { "manual": given.clock.as_deref().unwrap_or("2026-01-01T00:00:00Z") },
            "seed": given.seed.as_deref().unwrap_or("7"),
        });
        if let Some(config) = &given.config {
            settings["config"] = config.clone();
        }
        let protocols: Vec<Value> = cast.protocols.values().map(|script| protocol(&stage, script)).collect();
        settings["protocols"] = json!(protocols);
        let opened = foreign::spawn(async move { Session::open(host, &settings.to_string()).await }).await;
        let session = Arc::new(opened.map_err(|error| stage.failure(&error))?);
        Ok(Box::new(Opened { session, stage, cast }))
    }
}

fn protocol(stage: &Stage, script: &Arc<ProtocolScript>) -> Value {
    let PlannedCalls { constant, per_seat, per_seat_round } =
        script.planned_calls.unwrap_or(PlannedCalls { per_seat_round: 8, ..PlannedCalls::default() });
    let members: &[&str] = if script.decide.is_some() { &["next", "decide"] } else { &["next"] };
    json!({ "foreign": {
        "participant": stage.number(Participant::Protocol(script.clone())),
        "name": script.name, "version": script.version.as_deref().unwrap_or("1"), "params": script.params,
        "min_seats": script.min_seats.unwrap_or(2), "max_seats": script.max_seats.unwrap_or(64),
        "planned_calls": { "constant": constant, "per_seat": per_seat, "per_seat_round": per_seat_round },
        "members": members,
    } })
}

impl Opened {
    fn agent(&self, value: &Value) -> Value {
        let Some(player) = value.as_str().and_then(|name| self.cast.agents.get(name)) else { return value.clone() };
        if self.cast.mode == Mode::Builtin {
            return scripted(player);
        }
        let mut agent = json!({
            "kind": "foreign", "id": player.id, "participant": self.stage.number(Participant::Agent(player.clone())),
        });
        if let Some(profile) = &player.script.profile {
            for (name, word) in [
                ("provider", &profile.provider),
                ("model", &profile.model),
                ("family", &profile.family),
                ("version", &profile.version),
            ] {
                agent[name] = json!(word);
            }
        }
        agent
    }

    fn spec(&self, given: &Value) -> Value {
        let mut spec = given.clone();
        for seat in spec["seats"].as_array_mut().into_iter().flatten() {
            match seat {
                Value::String(_) => *seat = json!({ "agent": self.agent(seat) }),
                seat => {
                    let agent = self.agent(&seat["agent"]);
                    seat["agent"] = agent;
                }
            }
        }
        let named = spec["protocol"]["participant"].as_str().and_then(|name| self.cast.protocols.get(name));
        if let Some(script) = named {
            spec["protocol"] = protocol(&self.stage, script);
        }
        spec
    }
}

/// The core's scripted agent with the same script.
fn scripted(player: &Player) -> Value {
    let steps = player.script.script.iter().map(|item| {
        let ballot = item.ballot.as_ref().map(|option| json!({ "choice": option }));
        let members = [
            ("phase", item.phase.as_ref().map(|phase| json!(phase))),
            ("say", item.say.as_ref().map(|text| json!(text))),
            ("reply", item.reply.as_ref().map(|reply| json!(reply))),
            ("stream", item.stream.as_ref().map(|pieces| json!(pieces))),
            ("ballot", ballot),
            ("fail", item.fail.as_ref().map(|code| json!(code))),
            ("retry_after_ms", item.retry_after_ms.map(|wait| json!(wait))),
            ("hang", item.hang.map(|hang| json!(hang))),
        ];
        let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(given.collect::<Map<_, _>>())
    });
    let end = format!("{:?}", player.script.at_end).to_lowercase();
    json!({ "kind": "scripted", "id": player.id, "steps": steps.collect::<Vec<_>>(), "at_end": end })
}

#[async_trait]
impl Instance for Opened {
    async fn call(&self, op: &str, args: &Value) -> Result<Value, Failure> {
        let (session, stage, args) = (self.session.clone(), &self.stage, args.to_string());
        match op {
            "aragora.close" => {
                let closed = foreign::spawn(async move { session.close().await }).await;
                closed.map(|()| Value::Null).map_err(|error| stage.failure(&error))
            }
            "aragora.activity" => stage.read(session.ask("activity", &args)),
            "clock.now" | "clock.advance" => stage.read(session.ask(op, &args)),
            "errors.raise" => stage.read(foreign::compute("testing.fail", &args)),
            _ if op.starts_with("debates.") || op.starts_with("desk.") => {
                let op = op.to_owned();
                stage.read(foreign::spawn(async move { session.call(&op, &args).await }).await)
            }
            _ => stage.read(foreign::compute(op, &args)),
        }
    }

    async fn start(&self, kind: &str, spec: &Value) -> Result<Arc<dyn Running>, Failure> {
        let (session, kind, spec) = (self.session.clone(), kind.to_owned(), self.spec(spec).to_string());
        let begun = foreign::spawn(async move { session.start(&kind, &spec).await }).await;
        let debate = Arc::new(begun.map_err(|error| self.stage.failure(&error))?);
        let id = debate.id().map_err(|error| self.stage.failure(&error))?;
        Ok(Arc::new(Begun { id, debate, stage: self.stage.clone() }))
    }
}

#[async_trait]
impl Running for Begun {
    fn id(&self) -> String {
        self.id.clone()
    }

    async fn call(&self, op: &str, args: &Value) -> Result<Value, Failure> {
        let mut given = args.clone();
        if let Value::Object(members) = &mut given {
            members.remove("debate");
        }
        let (debate, stage, text) = (self.debate.clone(), &self.stage, given.to_string());
        match op {
            "debate.result" => stage.read(foreign::spawn(async move { debate.result().await }).await),
            "debate.cancel" => {
                debate.cancel(args["reason"].as_str().unwrap_or_default());
                Ok(Value::Null)
            }
            "debate.finished" => stage.read(debate.ask("finished", &text)),
            "debate.events" => {
                let mut events = self.events(args["from"].as_u64().unwrap_or_default())?;
                let mut all = Vec::new();
                while let Some(batch) = events.next().await? {
                    all.extend(batch.into_iter().filter(|event| event["class"] == "recorded"));
                }
                Ok(json!(all))
            }
            "debate.partial" | "human.resolve" => {
                let op = op.trim_start_matches("debate.").to_owned();
                stage.read(foreign::spawn(async move { debate.call(&op, &text).await }).await)
            }
            _ => stage.read(debate.ask(op, &text)),
        }
    }

    fn events(&self, from: u64) -> Result<Box<dyn Events>, Failure> {
        let events = self.debate.events(&json!({ "from": from }).to_string());
        let events = Arc::new(events.map_err(|error| self.stage.failure(&error))?);
        Ok(Box::new(Pulled { events, stage: self.stage.clone() }))
    }
}

#[async_trait]
impl Events for Pulled {
    async fn next(&mut self) -> Result<Option<Vec<Value>>, Failure> {
        let events = self.events.clone();
        let batch = foreign::spawn(async move { events.next_batch(256).await }).await;
        match batch.map_err(|error| self.stage.failure(&error))? {
            Some(batch) => self.stage.read(Ok(batch)).map(|batch| batch.as_array().cloned()),
            None => Ok(None),
        }
    }
}
