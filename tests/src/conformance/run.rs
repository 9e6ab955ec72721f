//! Runs cases against an SDK.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::cast::Cast;
use super::format::{Case, Expectation, ExpectedError, Given, Mode, Step, Until};
use super::matching::{blessed, matches};
use super::sdk::{Events, Failure, Instance, Running, Sdk};
use super::servers;
use crate::loopback::Loopback;

const LIMIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// What became of a case.
#[derive(Debug)]
pub struct Outcome {
    /// The first difference; absent if the case holds.
    pub difference: Option<String>,
    /// The `ok` documents as they were found, by step, where they are expected.
    pub found: BTreeMap<usize, Value>,
}

struct Stage<'a> {
    sdk: &'a dyn Sdk,
    given: Given,
    instance: Box<dyn Instance>,
    folder: TempDir,
    cast: Arc<Cast>,
    servers: BTreeMap<String, Loopback>,
    kept: BTreeMap<String, Kept>,
    debates: Vec<Arc<Watched>>,
    found: BTreeMap<usize, Value>,
}

#[derive(Clone)]
enum Kept {
    Value(Value),
    Debate(Arc<Watched>),
}

/// A debate with a reader of its events.
struct Watched {
    debate: Arc<dyn Running>,
    seen: Arc<Mutex<Seen>>,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    types: Vec<Value>,
    streamed: BTreeMap<String, String>,
    noted: Vec<Value>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Runs a case in one of its modes.
pub async fn run(case: &Case, mode: Mode, sdk: &dyn Sdk) -> Outcome {
    let cast = Arc::new(Cast::of(&case.given, mode));
    let opened = match (servers::start(&case.given.servers).await, tempfile::tempdir()) {
        (Ok(servers), Ok(folder)) => {
            let mut given = servers::addressed(&case.given, &servers);
            given.storage = given.storage.map(|uri| placed(&uri, &folder));
            let opened = sdk.open(&given, cast.clone()).await;
            opened.map(|instance| (given, instance, servers, folder)).map_err(|e| format!("{e:?}"))
        }
        (Err(error), _) | (_, Err(error)) => Err(error.to_string()),
    };
    let (given, instance, servers, folder) = match opened {
        Ok(opened) => opened,
        Err(error) => return Outcome { difference: Some(format!("open: {error}")), found: BTreeMap::new() },
    };
    let kept = servers.iter().map(|(name, server)| (name.clone(), Kept::Value(servers::document(server)))).collect();
    let mut stage =
        Stage { sdk, given, instance, folder, cast, servers, kept, debates: Vec::new(), found: BTreeMap::new() };
    let played = tokio::time::timeout(LIMIT, stage.play(case, mode)).await;
    let difference = match played {
        Ok(Ok(())) => None,
        Ok(Err(difference)) => Some(difference),
        Err(_) => Some(format!("not over after {} s", LIMIT.as_secs())),
    };
    stage.debates.clear();
    stage.kept.clear();
    // Closing is part of every case: what hangs here hangs for a host.
    let closed = tokio::time::timeout(LIMIT, stage.instance.call("aragora.close", &json!({ "store": true }))).await;
    let difference = difference.or_else(|| closed.err().map(|_| "close hangs".to_owned()));
    Outcome { difference, found: stage.found }
}

/// A text with the case's folder in the place of its mark.
fn placed(text: &str, folder: &TempDir) -> String {
    text.replace("{dir}", &folder.path().display().to_string())
}

impl Stage<'_> {
    async fn play(&mut self, case: &Case, mode: Mode) -> Result<(), String> {
        for (at, step) in case.steps.iter().enumerate() {
            if mode == Mode::Builtin && step.op == "participant.stats" {
                continue;
            }
            self.step(at, step).await.map_err(|difference| format!("step {at} {}: {difference}", step.op))?;
        }
        let patient = Some(Until::Holds(true));
        let expected = |ok: &Value| Some(Expectation { ok: Some(ok.clone()), ..Expectation::default() });
        if let Some(events) = &case.then.events {
            let first = self.debates.first().ok_or("then.events: no debate was started")?.clone();
            self.kept.insert("$first".into(), Kept::Debate(first));
            let args = Map::from_iter([("debate".to_owned(), json!({ "$ref": "$first" }))]);
            let step = Step { op: "debate.types".into(), args, keep: None, then: expected(events), until: patient };
            self.step(usize::MAX, &step).await.map_err(|difference| format!("then.events: {difference}"))?;
        }
        for (name, stats) in case.then.participants.iter().filter(|_| mode == Mode::Foreign) {
            let args = Map::from_iter([("participant".to_owned(), json!(name))]);
            let op = "participant.stats".to_owned();
            let step = Step { op, args, keep: None, then: expected(stats), until: patient };
            self.step(usize::MAX, &step)
                .await
                .map_err(|difference| format!("then.participants.{name}: {difference}"))?;
        }
        Ok(())
    }

    async fn step(&mut self, at: usize, step: &Step) -> Result<(), String> {
        let mut last = String::new();
        let limit = tokio::time::Instant::now() + LIMIT - Duration::from_millis(500);
        loop {
            match (self.once(at, step).await, step.until) {
                (Ok(()), _) => return Ok(()),
                (Err(difference), None | Some(Until::Holds(false))) => return Err(difference),
                // The case's limit would hide what was waited for.
                (Err(difference), _) if tokio::time::Instant::now() > limit => {
                    return Err(format!("never held: {difference} {last}"));
                }
                (Err(difference), Some(Until::Advancing(by))) => {
                    last = difference;
                    let args = json!({ "ms": by.advance_ms });
                    self.instance.call("clock.advance", &args).await.map_err(|error| format!("{error:?}"))?;
                }
                (Err(difference), Some(Until::Holds(true))) => last = difference,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn once(&mut self, at: usize, step: &Step) -> Result<(), String> {
        let result = self.act(step).await?;
        if let (Ok(kept), Some(name)) = (&result, &step.keep) {
            self.kept.insert(name.clone(), kept.clone());
        }
        let value = result.map(|kept| match kept {
            Kept::Value(value) => value,
            Kept::Debate(debate) => json!({ "id": debate.debate.id() }),
        });
        let lookup = |path: &str| self.lookup(path);
        match (&step.then, value) {
            (None, Ok(_)) => Ok(()),
            (Some(Expectation { ok: Some(expected), .. }), Ok(value)) => {
                let compared = matches(expected, Some(&value), &lookup);
                if step.until.is_none() && blessed(expected, Some(&value)) != *expected {
                    self.found.insert(at, blessed(expected, Some(&value)));
                }
                compared
            }
            (Some(Expectation { bytes: Some(hex), .. }), Ok(Value::String(text))) => {
                let found: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
                if found == *hex { Ok(()) } else { Err(format!("expected bytes {hex}, found {found}")) }
            }
            (Some(Expectation { error: Some(expected), .. }), Err(error)) => failed(expected, &error, &lookup),
            (_, Ok(value)) => Err(format!("expected a failure, found {value}")),
            (_, Err(error)) => Err(format!("failed: {error:?}")),
        }
    }

    /// The outer error is the case's, the inner one the library's.
    async fn act(&mut self, step: &Step) -> Result<Result<Kept, Failure>, String> {
        let args = self.resolved(&Value::Object(step.args.clone()))?;
        let value = |result: Result<Value, Failure>| Ok(result.map(Kept::Value));
        let name = |member: &str| args[member].as_str().unwrap_or_default().to_owned();
        match step.op.as_str() {
            "debate.start" | "debates.fork" | "debates.resume" => {
                let kind = step.op.rsplit('.').next().filter(|kind| *kind != "start").unwrap_or("debate");
                let started = self.instance.start(kind, &args).await;
                match started.and_then(Watched::begin) {
                    Ok(watched) => {
                        let watched = Arc::new(watched);
                        self.debates.push(watched.clone());
                        Ok(Ok(Kept::Debate(watched)))
                    }
                    Err(error) => Ok(Err(error)),
                }
            }
            "aragora.open" => value(match self.sdk.open(&self.settings(&args)?, self.cast.clone()).await {
                Ok(instance) => instance.call("aragora.close", &json!({ "store": true })).await,
                Err(error) => Err(error),
            }),
            "aragora.reopen" => {
                let mut given = self.settings(&args)?;
                let now = self.instance.call("clock.now", &json!({})).await.map_err(|error| format!("{error:?}"))?;
                given.clock = now.as_str().map(str::to_owned);
                let how = json!({ "store": true, "grace_ms": args["grace_ms"] });
                let op = if args["grace_ms"].is_null() { "aragora.close" } else { "aragora.shutdown" };
                self.instance.call(op, &how).await.map_err(|error| format!("{error:?}"))?;
                match self.sdk.open(&given, self.cast.clone()).await {
                    Ok(instance) => {
                        (self.instance, self.given) = (instance, given);
                        value(Ok(Value::Null))
                    }
                    Err(error) => value(Err(error)),
                }
            }
            "gate.open" => {
                self.cast.gates.open(&name("gate"));
                value(Ok(Value::Null))
            }
            "participant.stats" => {
                let player = self.cast.agents.get(&name("participant"));
                value(Ok(player.ok_or_else(|| format!("no agent {}", args["participant"]))?.stats()))
            }
            "server.requests" => {
                let server = self.servers.get(&name("server"));
                value(Ok(servers::requests(server.ok_or_else(|| format!("no server {}", args["server"]))?)))
            }
            "debate.noted" => value(Ok(json!(self.debate(step)?.seen().noted))),
            "debate.types" => value(Ok(json!(self.debate(step)?.seen().types))),
            "debate.streamed" => value(Ok(json!(self.debate(step)?.seen().streamed))),
            op if op.starts_with("debate.") || op.starts_with("human.") => {
                value(self.debate(step)?.debate.call(op, &args).await)
            }
            op => value(self.instance.call(op, &args).await),
        }
    }

    /// The settings of the case with these in their place.
    fn settings(&self, args: &Value) -> Result<Given, String> {
        let mut given = self.given.clone();
        if let Some(storage) = args["storage"].as_str() {
            given.storage = Some(storage.to_owned());
        }
        if let Some(encryption) = args.get("encryption") {
            let read = serde_json::from_value(encryption.clone());
            given.encryption = read.map_err(|error| format!("encryption: {error}"))?;
        }
        Ok(given)
    }

    fn debate(&self, step: &Step) -> Result<Arc<Watched>, String> {
        let name = step.args.get("debate").and_then(|debate| debate["$ref"].as_str()).unwrap_or_default();
        match self.kept.get(name) {
            Some(Kept::Debate(debate)) => Ok(debate.clone()),
            _ => Err(format!("no debate is kept as {name:?}")),
        }
    }

    fn resolved(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::Object(members) if members.len() == 1 && members.contains_key("$ref") => {
                self.lookup(members["$ref"].as_str().unwrap_or_default())?
            }
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| Ok((name.clone(), self.resolved(value)?)))
                .collect::<Result<Map<_, _>, String>>()?
                .into(),
            Value::Array(items) => items.iter().map(|item| self.resolved(item)).collect::<Result<_, _>>()?,
            Value::String(text) => placed(text, &self.folder).into(),
            other => other.clone(),
        })
    }

    fn lookup(&self, path: &str) -> Result<Value, String> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let value = match self.kept.get(name) {
            Some(Kept::Value(value)) => value.clone(),
            Some(Kept::Debate(debate)) => json!({ "id": debate.debate.id() }),
            None => return Err(format!("nothing is kept as {name:?}")),
        };
        let pointer: String = rest.split('.').filter(|part| !part.is_empty()).map(|part| format!("/{part}")).collect();
        value.pointer(&pointer).cloned().ok_or_else(|| format!("{path} is not there"))
    }
}

impl Watched {
    fn begin(debate: Arc<dyn Running>) -> Result<Self, Failure> {
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let reader = tokio::spawn(read(debate.events(0)?, seen.clone()));
        Ok(Self { debate, seen, reader })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(mut events: Box<dyn Events>, seen: Arc<Mutex<Seen>>) {
    while let Ok(Some(batch)) = events.next().await {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        for event in batch {
            if event["class"] == "recorded" {
                seen.types.push(event["type"].clone());
            }
            let turn = event["data"]["turn"].as_str().unwrap_or_default().to_owned();
            match event["type"].as_str() {
                Some("token_delta") => {
                    seen.streamed.entry(turn).or_default().push_str(event["data"]["text"].as_str().unwrap_or_default());
                }
                Some("token_reset") => drop(seen.streamed.insert(turn, String::new())),
                Some("token_start" | "token_end" | "heartbeat" | "lagged") => {}
                _ if event["class"] == "live" => seen.noted.push(event),
                _ => {}
            }
        }
    }
}

fn failed(expected: &ExpectedError, error: &Failure, lookup: super::matching::Lookup<'_>) -> Result<(), String> {
    let ExpectedError { code, retryable, retry_after_ms, reason, context, cause } = expected;
    let differs = *code != error.code
        || retryable.is_some_and(|retryable| retryable != error.retryable)
        || retry_after_ms.is_some_and(|ms| Some(ms) != error.retry_after_ms);
    if differs {
        return Err(format!("expected {expected:?}, found {error:?}"));
    }
    if let Some(reason) = reason {
        matches(reason, Some(&json!(error.reason)), lookup).map_err(|difference| format!("reason{difference}"))?;
    }
    if let Some(context) = context {
        matches(context, Some(&json!(error.context)), lookup).map_err(|difference| format!("context{difference}"))?;
    }
    match cause {
        Some(text) if !error.causes.iter().any(|cause| cause.contains(text.as_str())) => {
            Err(format!("expected a cause {text:?}, found {:?}", error.causes))
        }
        _ => Ok(()),
    }
}
