use std::sync::{Arc, Mutex, PoisonError};

use crate::debate::{OptionView, Phase, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::protocols::{AskStep, Checkpoint, DebateProtocol, Draft, ProtocolInfo, Step};

/// More steps than any debate of the suite needs, whatever its protocol.
const MOST_STEPS: u32 = 20_000;

/// Passes everything on to the protocol under test and looks at what it returns.
#[derive(Debug)]
pub(super) struct Checked {
    inner: Arc<dyn DebateProtocol>,
    other: Arc<dyn DebateProtocol>,
    planned: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    steps: u32,
    fault: Option<String>,
}

impl Checked {
    pub(super) fn new(inner: Arc<dyn DebateProtocol>, other: Arc<dyn DebateProtocol>, planned: u64) -> Self {
        Self { inner, other, planned, state: Mutex::default() }
    }

    /// The first broken line of the contract.
    pub(super) fn fault(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).fault.clone()
    }

    fn broken(&self, fault: String) -> Error {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.fault.get_or_insert(fault.clone());
        Error::new(ErrorKind::ProtocolFailed, fault)
    }

    // The same answer twice, from another instance, and about a transcript that was stored and read.
    fn pure<T: PartialEq + std::fmt::Debug>(
        &self,
        what: &str,
        t: &Transcript,
        ask: impl Fn(&dyn DebateProtocol, &Transcript) -> Result<T>,
    ) -> Result<T> {
        let first = ask(&*self.inner, t).map_err(|error| self.broken(format!("{what} failed: {error}")))?;
        let copy = serde_json::to_string(t).and_then(|text| serde_json::from_str::<Transcript>(&text));
        let copy = copy.map_err(|error| self.broken(format!("the transcript does not survive serde: {error}")))?;
        let others = [
            ("the second time", ask(&*self.inner, t)),
            ("from another instance", ask(&*self.other, t)),
            ("after a serde round trip of the transcript", ask(&*self.inner, &copy)),
        ];
        for (when, again) in others {
            if again.ok().as_ref() != Some(&first) {
                return Err(self.broken(format!("{what} is not pure: it returned something else {when}")));
            }
        }
        Ok(first)
    }

    fn legal(&self, t: &Transcript, step: &AskStep) -> Result<()> {
        if step.min as usize > step.asks.len() {
            return Err(self.broken(format!("a step of {} asks needs {} replies", step.asks.len(), step.min)));
        }
        if step.round == 0 || !(t.round()..=t.round() + 1).contains(&step.round) {
            return Err(self.broken(format!("a step of round {} in round {}", step.round, t.round())));
        }
        for (i, ask) in step.asks.iter().enumerate() {
            if t.seat(&ask.seat).is_none() || t.is_benched(&ask.seat) {
                return Err(self.broken(format!("turn {} asks seat {}, absent or benched", ask.turn, ask.seat)));
            }
            if t.turn(&ask.turn).is_some() || step.asks[..i].iter().any(|other| other.turn == ask.turn) {
                return Err(self.broken(format!("turn {} is planned twice", ask.turn)));
            }
            let hidden = |id: &&crate::ids::MessageId| t.message(id).is_none_or(|m| !m.visibility.allows(&ask.seat));
            if let Some(id) = ask.shown.iter().find(hidden) {
                return Err(self.broken(format!("turn {} shows message {id}, hidden from {}", ask.turn, ask.seat)));
            }
        }
        // Repeats of failed turns and a judge's word on a tie are the engine's.
        let own = t.steps().iter().filter(|step| step.retry_of.is_none() && step.phase != Phase::Judge);
        let calls = own.map(|step| step.asks.len() as u64).sum::<u64>() + step.asks.len() as u64;
        if calls > self.planned {
            return Err(self.broken(format!("{calls} calls are asked, at most {} were planned", self.planned)));
        }
        Ok(())
    }
}

impl DebateProtocol for Checked {
    fn describe(&self) -> ProtocolInfo {
        self.inner.describe()
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        let steps = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.steps += 1;
            state.steps
        };
        if steps > MOST_STEPS {
            return Err(self.broken(format!("it never ends: {MOST_STEPS} steps were planned")));
        }
        let step = self.pure("next", t, |protocol, t| protocol.next(t))?;
        if let Step::Ask(ask) = &step {
            self.legal(t, ask)?;
        }
        Ok(step)
    }

    fn decide(&self, t: &Transcript) -> Result<Draft> {
        self.pure("decide", t, |protocol, t| protocol.decide(t))
    }

    fn checkpoint(&self, t: &Transcript) -> Result<Option<Checkpoint>> {
        self.pure("checkpoint", t, |protocol, t| protocol.checkpoint(t))
    }

    fn closing(&self, t: &Transcript, winner: &OptionView) -> Result<Option<AskStep>> {
        let step = self.pure("closing", t, |protocol, t| protocol.closing(t, winner))?;
        if let Some(step) = &step {
            self.legal(t, step)?;
        }
        Ok(step)
    }
}
