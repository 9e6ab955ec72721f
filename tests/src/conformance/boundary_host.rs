//! A host written in Rust: answers the messages of the boundary by playing scripts.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aragora_core::Error;
use aragora_core::foreign::{self, ErrorParts, Host, Message};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::cast::{Player, Raised};
use super::script::{Broken, DecideItem, Item, ProtocolItem, ProtocolScript};
use super::sdk::Failure;

/// Participants by number, calls under way, and parked exceptions by call.
#[derive(Debug, Default)]
pub(super) struct Stage {
    participants: Mutex<HashMap<u64, Participant>>,
    cancels: Mutex<HashMap<u64, watch::Sender<bool>>>,
    parked: Mutex<HashMap<u64, String>>,
    next: AtomicU64,
}

#[derive(Clone, Debug)]
pub(super) enum Participant {
    Agent(Arc<Player>),
    Protocol(Arc<ProtocolScript>),
}

/// The host's end: messages come in, tasks are started and cancelled.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) stage: Arc<Stage>,
    pub(super) runtime: tokio::runtime::Handle,
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
    pub(super) fn number(&self, participant: Participant) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        lock(&self.participants).insert(number, participant);
        number
    }

    pub(super) fn failure(&self, error: &Error) -> Failure {
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

    pub(super) fn read(&self, result: aragora_core::Result<String>) -> Result<Value, Failure> {
        let json = result.map_err(|error| self.failure(&error))?;
        serde_json::from_str(&json).map_err(|error| Error::internal(format!("no JSON: {error}")).into())
    }
}
