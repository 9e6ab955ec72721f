//! The participants of one case as the runner plays them: scripts, gates, and what was counted. Knows no SDK.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::format::{Given, Mode};
use super::script::{AgentScript, AtEnd, Item, Participant, ProtocolScript};

/// Everybody of one case, by name.
#[derive(Debug)]
pub struct Cast {
    /// Who stands behind the agents.
    pub mode: Mode,
    /// Agents.
    pub agents: BTreeMap<String, Arc<Player>>,
    /// Protocols.
    pub protocols: BTreeMap<String, Arc<ProtocolScript>>,
    /// Gates.
    pub gates: Arc<Gates>,
}

/// What a script makes of a call that does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Raised {
    /// An error of the library, raised on purpose.
    Ours {
        /// Its code.
        code: String,
        /// Its reason.
        reason: String,
        /// When to try again.
        retry_after_ms: Option<u64>,
    },
    /// An error of the host's own kind.
    Host(String),
    /// A value of a type that is no answer.
    WrongType,
}

impl Raised {
    /// An error of this code, as the core's scripted agent makes it.
    pub fn ours(code: &str, retry_after_ms: Option<u64>) -> Self {
        Self::Ours { code: code.to_owned(), reason: "the script says so".to_owned(), retry_after_ms }
    }
}

/// One agent and its script.
#[derive(Debug)]
pub struct Player {
    /// Its id.
    pub id: String,
    /// Its script.
    pub script: AgentScript,
    gates: Arc<Gates>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Items taken so far, by phase; the empty word for the common ones.
    taken: HashMap<String, usize>,
    calls: u64,
    cancelled: u64,
    requests: Vec<Value>,
}

/// A call in progress: one that ends before it is done was cancelled.
#[derive(Debug)]
pub struct Call<'a> {
    player: &'a Player,
    open: bool,
}

impl Cast {
    /// The participants of a case in one of its modes.
    pub fn of(given: &Given, mode: Mode) -> Self {
        let gates = Arc::new(Gates::default());
        let mut cast = Self { mode, agents: BTreeMap::new(), protocols: BTreeMap::new(), gates: gates.clone() };
        for (name, participant) in &given.participants {
            match participant {
                Participant::Agent(script) => {
                    let id = script.id.clone().unwrap_or_else(|| name.clone());
                    let player = Player { id, script: script.clone(), gates: gates.clone(), state: Mutex::default() };
                    cast.agents.insert(name.clone(), Arc::new(player));
                }
                Participant::Protocol(script) => {
                    cast.protocols.insert(name.clone(), Arc::new(script.clone()));
                }
            }
        }
        cast
    }
}

impl Player {
    /// Begins a call: counts it, keeps the request, takes the next item.
    ///
    /// # Errors
    ///
    /// `script_exhausted` where no item is left.
    pub fn begin(&self, request: &Value) -> Result<(Item, Call<'_>), Raised> {
        let mut state = self.lock();
        state.calls += 1;
        state.requests.push(request.clone());
        let phase = request["phase"].as_str().unwrap_or_default();
        let of = |phase: Option<&str>| -> Vec<&Item> {
            self.script.script.iter().filter(|item| item.phase.as_deref() == phase).collect()
        };
        let own = of(Some(phase));
        let (track, items) = if own.is_empty() { (String::new(), of(None)) } else { (phase.to_owned(), own) };
        let next = state.taken.entry(track).or_default();
        let at = match self.script.at_end {
            AtEnd::Repeat => (*next).min(items.len().saturating_sub(1)),
            AtEnd::Cycle => *next % items.len().max(1),
            AtEnd::Error => *next,
        };
        *next += 1;
        let item = items.get(at).map(|item| (*item).clone());
        drop(state);
        let reason = format!("the script of {:?} has no item left", self.id);
        let exhausted = Raised::Ours { code: "script_exhausted".into(), reason, retry_after_ms: None };
        Ok((item.ok_or(exhausted)?, Call { player: self, open: true }))
    }

    /// Plays an item: a text or a reply document, after its gate.
    ///
    /// # Errors
    ///
    /// What the item raises.
    pub async fn play(&self, item: &Item, request: &Value, output: &(dyn Fn(&str) + Sync)) -> Result<Value, Raised> {
        if let Some(gate) = &item.gate {
            self.gates.passed(gate).await;
        }
        if let Some(text) = &item.say {
            return Ok(json!(text));
        }
        if let Some(reply) = &item.reply {
            return Ok(json!(reply));
        }
        if let Some(pieces) = &item.stream {
            pieces.iter().for_each(|piece| output(piece));
            return match &item.fail {
                Some(code) => Err(Raised::ours(code, item.retry_after_ms)),
                None => Ok(json!(pieces.concat())),
            };
        }
        if let Some(option) = &item.ballot {
            let labels = request["expect"]["ballot"]["labels"].as_array();
            let shown = labels.into_iter().flatten().find(|label| label["option"] == json!(option));
            let choice =
                json!({ "choice": shown.map_or(option.as_str(), |label| label["label"].as_str().unwrap_or(option)) });
            return Ok(json!({ "text": choice.to_string(), "structured": choice }));
        }
        if let Some(code) = &item.fail {
            return Err(Raised::ours(code, item.retry_after_ms));
        }
        if let Some(text) = &item.throw {
            return Err(Raised::Host(text.clone()));
        }
        if item.wrong_type == Some(true) {
            return Err(Raised::WrongType);
        }
        std::future::pending().await
    }

    /// What was counted.
    pub fn stats(&self) -> Value {
        let state = self.lock();
        json!({ "calls": state.calls, "cancelled": state.cancelled, "requests": state.requests })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call<'_> {
    /// The call came to its own end.
    pub fn done(mut self) {
        self.open = false;
    }

    /// A cancellation reached the call, which may go on.
    pub fn cancelled(&mut self) {
        if std::mem::take(&mut self.open) {
            self.player.lock().cancelled += 1;
        }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.cancelled();
    }
}

/// Doors that the steps of a case open.
#[derive(Debug, Default)]
pub struct Gates(Mutex<HashMap<String, watch::Sender<bool>>>);

impl Gates {
    /// Opens a gate for good.
    pub fn open(&self, name: &str) {
        self.gate(name, |gate| _ = gate.send_replace(true));
    }

    async fn passed(&self, name: &str) {
        let mut door = self.gate(name, watch::Sender::subscribe);
        // The sender lives as long as the gates; when both are gone nobody waits.
        let _ = door.wait_for(|open| *open).await;
    }

    fn gate<T>(&self, name: &str, act: impl FnOnce(&watch::Sender<bool>) -> T) -> T {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(gates.entry(name.to_owned()).or_insert_with(|| watch::Sender::new(false)))
    }
}
