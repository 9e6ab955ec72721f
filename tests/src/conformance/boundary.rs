//! The boundary the bindings share, driven by a host written in Rust: what a runner of another language does, without
//! that language.

use std::sync::Arc;

use aragora_core::foreign::{self, Debate, Host, Session};
use async_trait::async_trait;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};

use super::boundary_host::{Participant, Stage, Wire};
use super::cast::{Cast, Player};
use super::format::{Given, Mode};
use super::script::{PlannedCalls, ProtocolScript};
use super::sdk::{Events, Failure, Instance, Running, Sdk};

/// `aragora_core::foreign`.
#[derive(Clone, Copy, Debug)]
pub struct Boundary;

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
        if let Some(storage) = &given.storage {
            settings["storage"] = json!(storage);
        }
        if let Some(encryption) = &given.encryption {
            settings["encryption"] = json!(encryption);
        }
        if let Some(layers) = &given.layers {
            settings["layers"] = layers.clone();
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

    /// Every page, as a face reads them.
    async fn export(&self, mut args: Value) -> Result<Value, Failure> {
        let mut debates = Vec::new();
        loop {
            let (session, text) = (self.session.clone(), args.to_string());
            let page = foreign::spawn(async move { session.call("debates.export", &text).await }).await;
            let page = self.stage.read(page)?;
            debates.extend(page["debates"].as_array().cloned().unwrap_or_default());
            if page["next"].is_null() {
                return Ok(json!(debates));
            }
            args["cursor"] = page["next"].clone();
        }
    }

    fn spec(&self, given: &Value) -> Value {
        let mut spec = given.clone();
        for seat in spec["seats"].as_array_mut().into_iter().flatten() {
            match seat {
                Value::String(_) => *seat = json!({ "agent": self.agent(seat) }),
                seat => {
                    let agent = self.agent(&seat["agent"]);
                    seat["agent"] = agent;
                    for other in seat.get_mut("stand_ins").and_then(Value::as_array_mut).into_iter().flatten() {
                        *other = self.agent(other);
                    }
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

/// `crypto.`: the cipher of the boundary, and what needs none.
fn crypto(op: &str, args: &Value, stage: &Stage) -> Result<Value, Failure> {
    let text = |name: &str| args[name].as_str().unwrap_or_default();
    let hex = |name: &str| HEXLOWER.decode(text(name).as_bytes()).unwrap_or_default();
    let failed = |error| stage.failure(&error);
    match op {
        "crypto.generate_key" => return stage.read(foreign::compute("encryption.generate_key", "{}")),
        "crypto.record_key" => {
            return stage.read(foreign::compute("encryption.record_key", &args["parts"].to_string()));
        }
        _ => {}
    }
    let keys: Vec<&str> = args["keys"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let cipher = foreign::Cipher::new(keys.join(",")).map_err(failed)?;
    let place = json!({ "tenant": text("tenant"), "store": text("store"), "field": text("field") }).to_string();
    Ok(match op {
        "crypto.key_ids" => json!(cipher.key_ids()),
        "crypto.seal" => {
            let (kind, plain) = match (args.get("text"), args.get("bytes"), args.get("json")) {
                (Some(_), ..) => ("text", text("text").as_bytes().to_vec()),
                (None, Some(_), _) => ("bytes", hex("bytes")),
                (None, None, value) => ("json", value.unwrap_or(&Value::Null).to_string().into_bytes()),
            };
            json!(HEXLOWER.encode(&cipher.seal(&place, &hex("record"), kind, plain).map_err(failed)?))
        }
        _ => {
            let (kind, plain) = cipher.open(&place, &hex("record"), &hex("envelope")).map_err(failed)?;
            match kind {
                "text" => json!({ "text": String::from_utf8_lossy(&plain) }),
                "bytes" => json!({ "bytes": HEXLOWER.encode(&plain) }),
                _ => json!({ "json": serde_json::from_slice::<Value>(&plain).unwrap_or_default() }),
            }
        }
    })
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
            "aragora.shutdown" => {
                let given: Value = serde_json::from_str(&args).unwrap_or_default();
                let grace = json!({ "grace_ms": given["grace_ms"] }).to_string();
                stage.read(foreign::spawn(async move { session.call("shutdown", &grace).await }).await)
            }
            "aragora.activity" => stage.read(session.ask("activity", &args)),
            "clock.now" | "clock.advance" | "agents.check" | "agents.health" | "agents.breakers"
            | "agents.rate_limits" => stage.read(session.ask(op, &args)),
            "encryption.key_ids" => stage.read(session.ask(op, &args)),
            _ if op.starts_with("crypto.") => crypto(op, &serde_json::from_str(&args).unwrap_or_default(), stage),
            "debates.export" => self.export(serde_json::from_str(&args).unwrap_or_default()).await,
            "errors.raise" => stage.read(foreign::compute("testing.fail", &args)),
            _ if ["debates.", "desk.", "agents.", "encryption.", "backups."]
                .iter()
                .any(|room| op.starts_with(room)) =>
            {
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
