//! The files of `tests/conformance` as types; what `README.md` there does not list is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::script::{Item, Participant};

/// The suites, one file each.
pub const SUITES: [&str; 13] = [
    "debate",
    "protocols",
    "consensus",
    "parsing",
    "events",
    "errors",
    "cancel",
    "replay",
    "config",
    "layers",
    "providers",
    "storage",
    "crypto",
];

/// Every op a step may name.
pub const OPS: [&str; 72] = [
    "debate.start",
    "debate.result",
    "debate.cancel",
    "debate.partial",
    "debate.finished",
    "debate.events",
    "debate.types",
    "debate.streamed",
    "debate.noted",
    "human.message",
    "human.guidance",
    "human.vote",
    "human.resolve",
    "debates.get",
    "debates.list",
    "debates.log",
    "debates.events",
    "debates.export",
    "debates.replay",
    "debates.fork",
    "debates.resume",
    "agents.check",
    "agents.health",
    "agents.breakers",
    "agents.rate_limits",
    "agents.budgets",
    "agents.forget",
    "desk.pending",
    "desk.turn",
    "desk.submit",
    "desk.decline",
    "consensus.tally",
    "parse.ballot",
    "parse.critiques",
    "parse.signals",
    "parse.answer",
    "parse.normalise",
    "parse.same",
    "config.load",
    "errors.list",
    "errors.raise",
    "protocols.list",
    "clock.now",
    "clock.advance",
    "gate.open",
    "participant.stats",
    "server.requests",
    "encryption.key_ids",
    "encryption.census",
    "encryption.plan",
    "encryption.reencrypt",
    "encryption.status",
    "encryption.announce",
    "encryption.retire",
    "backups.full",
    "backups.increment",
    "backups.list",
    "backups.verify",
    "backups.restore",
    "backups.drill",
    "backups.plan_prune",
    "backups.prune",
    "crypto.generate_key",
    "crypto.record_key",
    "crypto.key_ids",
    "crypto.seal",
    "crypto.open",
    "aragora.open",
    "aragora.reopen",
    "aragora.shutdown",
    "aragora.activity",
    "aragora.close",
];

/// One file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Always 1.
    pub format: u32,
    /// The suite, which is the file's name.
    pub suite: String,
    /// What it is about.
    pub about: String,
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique in its suite.
    pub id: String,
    /// First version it holds for.
    pub since: String,
    /// Capabilities beyond the base; none is defined.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Where it is run, if not wherever its script allows.
    #[serde(default)]
    pub modes: Option<Vec<Mode>>,
    /// What is there before the first step.
    #[serde(default)]
    pub given: Given,
    /// What is done.
    pub steps: Vec<Step>,
    /// What holds in the end.
    #[serde(default)]
    pub then: Then,
}

/// Who stands behind the participants.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A class of the runner's language.
    Foreign,
    /// The core's scripted agent.
    Builtin,
}

/// What is there before the first step.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// The manual clock's start.
    pub clock: Option<String>,
    /// Entropy of ids.
    pub seed: Option<String>,
    /// Settings of the instance.
    pub config: Option<Value>,
    /// Layers of the instance.
    pub layers: Option<Value>,
    /// Where the instance keeps its debates.
    pub storage: Option<String>,
    /// The keys it seals them with.
    pub encryption: Option<Encryption>,
    /// Participants by name.
    pub participants: BTreeMap<String, Participant>,
    /// Servers on this machine by name: what each answers, request by request, the last one again and again.
    pub servers: BTreeMap<String, Vec<ServerAnswer>>,
}

/// Keys of an instance.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Encryption {
    /// 64 hex digits each; the first seals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
    /// Whether rows from before there was a key are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admit_plain: Option<bool>,
}

/// One answer of a server: JSON, a stream of events, or nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerAnswer {
    /// The status, default 200.
    pub status: Option<u16>,
    /// Header fields beside the content's type.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub json: Option<Value>,
    /// The body as a stream: the data of each event, texts as they are.
    pub events: Option<Vec<Value>>,
}

/// One step of a case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is done.
    pub op: String,
    /// With what.
    #[serde(default)]
    pub args: Map<String, Value>,
    /// Under which name the result is kept.
    #[serde(default, rename = "as")]
    pub keep: Option<String>,
    /// What must come of it.
    #[serde(default)]
    pub then: Option<Expectation>,
    /// Whether it is repeated until it holds.
    #[serde(default)]
    pub until: Option<Until>,
}

/// What must come of a step: one of the three.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expectation {
    /// The result.
    #[serde(deserialize_with = "present")]
    pub ok: Option<Value>,
    /// The error.
    pub error: Option<ExpectedError>,
    /// The bytes of a text, in hex.
    pub bytes: Option<String>,
}

// An expected `null` is an expectation all the same.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// An expected error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ExpectedError {
    pub code: String,
    #[serde(default)]
    pub retryable: Option<bool>,
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    #[serde(default)]
    pub reason: Option<Value>,
    #[serde(default)]
    pub context: Option<Value>,
    #[serde(default)]
    pub cause: Option<String>,
}

/// Repetition of a step.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Until {
    /// Until it holds.
    Holds(bool),
    /// And the clock is advanced in between.
    Advancing(Advance),
}

/// How far the clock is advanced.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Advance {
    pub advance_ms: u64,
}

/// What holds in the end.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Then {
    /// Of the recorded events' types.
    pub events: Option<Value>,
    /// Of the participants.
    pub participants: BTreeMap<String, Value>,
}

impl Case {
    /// The modes it is run in.
    pub fn modes(&self) -> Vec<Mode> {
        if let Some(modes) = &self.modes {
            return modes.clone();
        }
        let mut agents = false;
        for participant in self.given.participants.values() {
            match participant {
                Participant::Protocol(_) => return vec![Mode::Foreign],
                Participant::Agent(agent) if agent.profile.is_some() || agent.script.iter().any(Item::is_foreign) => {
                    return vec![Mode::Foreign];
                }
                Participant::Agent(_) => agents = true,
            }
        }
        if agents { vec![Mode::Foreign, Mode::Builtin] } else { vec![Mode::Foreign] }
    }

    /// What is wrong with it, if anything.
    ///
    /// # Errors
    ///
    /// One sentence about the first mistake.
    pub fn check(&self) -> Result<(), String> {
        if let Some(need) = self.needs.first() {
            return Err(format!("unknown need {need:?}"));
        }
        for (name, participant) in &self.given.participants {
            let Participant::Agent(agent) = participant else { continue };
            if let Some(item) = agent.script.iter().find(|item| item.verbs() != 1) {
                return Err(format!("participant {name}: an item has one verb, found {}", item.verbs()));
            }
        }
        for (name, answers) in &self.given.servers {
            if answers.is_empty() || answers.iter().any(|answer| answer.json.is_some() && answer.events.is_some()) {
                return Err(format!("server {name}: an answer has one body, and there is at least one answer"));
            }
        }
        for (at, step) in self.steps.iter().enumerate() {
            if !OPS.contains(&step.op.as_str()) {
                return Err(format!("step {at}: unknown op {:?}", step.op));
            }
            let Some(then) = &step.then else { continue };
            let kinds = [then.ok.is_some(), then.error.is_some(), then.bytes.is_some()];
            if kinds.iter().filter(|there| **there).count() != 1 {
                return Err(format!("step {at}: an expectation is one of ok, error and bytes"));
            }
        }
        Ok(())
    }
}

/// The corpus's folder.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// Every suite, in the order of [`SUITES`].
///
/// # Errors
///
/// The file and what is wrong with it.
pub fn load() -> Result<Vec<File>, String> {
    SUITES.iter().map(|suite| read(suite)).collect()
}

fn read(suite: &str) -> Result<File, String> {
    let path = folder().join(format!("{suite}.json"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{suite}.json: {error}"))?;
    let file: File = serde_json::from_str(&text).map_err(|error| format!("{suite}.json: {error}"))?;
    if file.format != 1 || file.suite != suite {
        return Err(format!("{suite}.json: format {} of suite {:?}", file.format, file.suite));
    }
    let mut ids = std::collections::BTreeSet::new();
    for case in &file.cases {
        case.check().map_err(|error| format!("{suite}/{}: {error}", case.id))?;
        if !ids.insert(&case.id) {
            return Err(format!("{suite}/{}: the id is there twice", case.id));
        }
    }
    Ok(file)
}
