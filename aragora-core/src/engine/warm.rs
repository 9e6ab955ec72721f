//! `warm_first`: in every step one seat per model begins, and the others of that model wait for its first token, so
//! that they find its prompt prefix cached. Only the driver knows: records and replays are the same with and without.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::agents::{AgentProfile, Delta, Output, TokenSink};
use crate::clock::Clock;
use crate::ids::TurnId;
use crate::protocols::Ask;

/// A model that shows nothing for this long holds nobody back any more.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Warm {
    on: bool,
    leads: BTreeMap<String, Lead>,
    held: Vec<(String, Ask)>,
    heard: UnboundedSender<TurnId>,
    hearing: UnboundedReceiver<TurnId>,
}

#[derive(Debug)]
struct Lead {
    turn: TurnId,
    until: Duration,
    warm: bool,
}

impl Warm {
    pub(super) fn new(on: bool) -> Self {
        let (heard, hearing) = unbounded_channel();
        Self { on, leads: BTreeMap::new(), held: Vec::new(), heard, hearing }
    }

    /// The turn if it may begin; it is kept if another seat of its model is to go first.
    pub(super) fn admit(&mut self, ask: Ask, profile: &AgentProfile, now: Duration) -> Option<Ask> {
        if !self.on || profile.model.is_empty() {
            return Some(ask);
        }
        let model = format!("{}/{}", profile.provider, profile.model);
        match self.leads.get(&model) {
            Some(lead) if !lead.warm => {
                self.held.push((model, ask));
                return None;
            }
            Some(_) => {}
            None => {
                let lead = Lead { turn: ask.turn.clone(), until: now + PATIENCE, warm: false };
                self.leads.insert(model, lead);
            }
        }
        Some(ask)
    }

    /// The output of a turn, listened to if others wait for its first token.
    pub(super) fn listen(&self, turn: &TurnId, output: Output) -> Output {
        if self.leads.values().any(|lead| lead.turn == *turn) {
            output.observed(Arc::new(Ear { turn: turn.clone(), heard: self.heard.clone() }))
        } else {
            output
        }
    }

    /// Waits until a turn shows its first token or the patience with one is over.
    pub(super) async fn woken(&mut self, clock: &dyn Clock) {
        let waits = |model: &String| self.held.iter().any(|(held, _)| held == model);
        let due =
            self.leads.iter().filter(|(model, lead)| !lead.warm && waits(model)).map(|(_, lead)| lead.until).min();
        let timer = async {
            match due {
                Some(due) => clock.sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(turn) = self.hearing.recv() => self.warmed(&turn),
            () = timer => {
                let now = clock.monotonic();
                self.leads.values_mut().filter(|lead| lead.until <= now).for_each(|lead| lead.warm = true);
            }
        }
    }

    /// This turn showed something, or ended.
    pub(super) fn warmed(&mut self, turn: &TurnId) {
        self.leads.values_mut().filter(|lead| lead.turn == *turn).for_each(|lead| lead.warm = true);
    }

    /// The turns nobody has to wait for any more.
    pub(super) fn released(&mut self) -> Vec<Ask> {
        let is_warm = |model: &String| self.leads.get(model).is_none_or(|lead| lead.warm);
        let (free, held) = std::mem::take(&mut self.held).into_iter().partition(|(model, _)| is_warm(model));
        self.held = held;
        free.into_iter().map(|(_, ask): (String, Ask)| ask).collect()
    }

    /// A step is over: the next one begins with one seat per model again, and nothing kept is asked.
    pub(super) fn clear(&mut self) {
        self.leads.clear();
        self.held.clear();
    }
}

#[derive(Debug)]
struct Ear {
    turn: TurnId,
    heard: UnboundedSender<TurnId>,
}

impl TokenSink for Ear {
    fn push(&self, seq: u64, delta: Delta) {
        if seq == 0 && delta != Delta::Reset {
            // Nobody listens once the debate is over.
            let _ = self.heard.send(self.turn.clone());
        }
    }
}
