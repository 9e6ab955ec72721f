use std::sync::Arc;

use super::live::{Control, Live};
use super::machine::Resolution;
use super::stream::{EventStream, events_of};
use crate::debate::{Decision, HumanInput, HumanInputKind};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, DebateId};
use crate::telemetry::OnLag;

/// A debate that runs. Clones are the same debate; dropping the last one cancels it unless it was detached.
#[derive(Debug)]
pub struct DebateHandle {
    live: Arc<Live>,
}

impl DebateHandle {
    pub(crate) fn new(live: Arc<Live>) -> Self {
        live.hold();
        Self { live }
    }

    /// The debate.
    pub fn id(&self) -> &DebateId {
        self.live.debate()
    }

    /// Waits for the decision. A debate stopped by a budget or a deadline is `Ok` with `partial: true`.
    ///
    /// Errors: `cancelled` (the decision as it stood is in the context as `decision`), `all_agents_failed` with every
    /// cause, `protocol_failed`, `lease_lost`, and errors of the store, after which the debate can be resumed.
    pub async fn result(&self) -> Result<Decision> {
        self.live.only_waits();
        let mut ending = self.live.ending();
        let ended = ending.wait_for(Option::is_some).await;
        match ended.as_deref() {
            Ok(Some(Ok(decision))) => Ok(decision.as_ref().clone()),
            Ok(Some(Err(error))) => Err(error.clone()),
            _ => Err(Error::internal("the debate's task is gone")),
        }
    }

    /// Every recorded event from this seq on (0 = all), then live ones, until the debate's last event.
    pub fn events(&self, from: u64) -> EventStream {
        events_of(&self.live, from, OnLag::CatchUp)
    }

    /// As [`Self::events`], but a reader that falls too far behind ends with the error `lagged` instead of catching up
    /// from the log.
    pub fn events_or_lagged(&self, from: u64) -> EventStream {
        events_of(&self.live, from, OnLag::Disconnect)
    }

    /// Events from now on.
    pub fn events_live(&self) -> EventStream {
        events_of(&self.live, self.live.head().map_or(0, |head| head + 1), OnLag::CatchUp)
    }

    /// Cancels the debate; returns at once and may be called again. [`Self::result`] is then `cancelled`.
    pub fn cancel(&self, reason: &str) {
        self.live.tell(Control::Cancel { by: "host".into(), reason: reason.to_owned() });
    }

    /// Lets the debate run on when its handles are dropped.
    pub fn detach(&self) {
        self.live.detach();
    }

    /// Speaks as a person who is no participant.
    pub fn human(&self) -> HumanVoice {
        HumanVoice { live: self.live.clone() }
    }

    /// The decision as it stands, never more than what is recorded. `invalid_state` before the first record.
    pub fn partial(&self) -> Result<Decision> {
        self.live.partial()
    }

    /// Whether the debate has ended here.
    pub fn is_finished(&self) -> bool {
        self.live.has_ended()
    }
}

impl Clone for DebateHandle {
    fn clone(&self) -> Self {
        Self::new(self.live.clone())
    }
}

impl Drop for DebateHandle {
    fn drop(&mut self) {
        self.live.release();
    }
}

/// What a person who is no participant can say to a debate. Everything said is recorded.
#[derive(Clone, Debug)]
pub struct HumanVoice {
    live: Arc<Live>,
}

impl HumanVoice {
    /// A message all participants see from the next step on.
    pub fn message(&self, by: &str, text: &str) -> Result<()> {
        self.say(by, HumanInputKind::Message, text, None)
    }

    /// Guidance for the rest of the debate, shown like a message.
    pub fn guidance(&self, by: &str, text: &str) -> Result<()> {
        self.say(by, HumanInputKind::Guidance, text, None)
    }

    /// A vote for an option of the current round, with an intensity of 1..=10 (default 5). It weighs .5 at 1, 1 at
    /// 5 and 2 at 10, halved, is shown apart in the tally and never counts towards the quorum. The newest vote of a
    /// person in a round counts. `invalid_request` for an intensity outside its range or a name that is no id.
    pub fn vote(&self, by: &str, option: &str, intensity: Option<u8>) -> Result<()> {
        if intensity.is_some_and(|i| !(1..=10).contains(&i)) {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("intensity {}, expected 1 to 10", intensity.unwrap_or_default()),
            ));
        }
        // A name that cannot stand in a tally would be recorded and then counted nowhere.
        AgentId::new(by)?;
        self.say(by, HumanInputKind::UserVote, option, intensity)
    }

    /// Answers a breakpoint: `continue`, `resolve`, `redirect` (with guidance) or `abort`.
    pub fn resolve(&self, breakpoint: &str, action: &str, guidance: Option<&str>, by: &str) -> Result<()> {
        if !["continue", "resolve", "redirect", "abort"].contains(&action) {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("action {action:?}, expected continue, resolve, redirect or abort"),
            ));
        }
        let waits =
            self.live.machine().as_ref().is_some_and(|machine| machine.transcript().pause() == Some(breakpoint));
        if !waits {
            return Err(Error::new(ErrorKind::NotFound, format!("no breakpoint {breakpoint} waits")));
        }
        let resolution = Resolution {
            id: breakpoint.to_owned(),
            action: action.to_owned(),
            guidance: guidance.map(str::to_owned),
            by: Some(by.to_owned()),
            timed_out: false,
        };
        self.tell(Control::Resolve(resolution))
    }

    fn say(&self, by: &str, kind: HumanInputKind, text: &str, intensity: Option<u8>) -> Result<()> {
        let chars = text.chars().count();
        if text.trim().is_empty() || chars > 100_000 || text.contains('\0') || by.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("{chars} characters, expected some text of at most 100000 without NUL, and a speaker"),
            ));
        }
        self.tell(Control::Human(HumanInput { by: by.to_owned(), kind, text: text.into(), intensity }))
    }

    fn tell(&self, control: Control) -> Result<()> {
        if self.live.has_ended() || !self.live.tell(control) {
            return Err(Error::new(ErrorKind::InvalidState, "the debate has ended"));
        }
        Ok(())
    }
}
