//! A participant that is a person, and the desk where the person answers.

mod desk;
mod turn;

use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use desk::{HumanDesk, HumanEvent, PendingPage, PendingQuery};
pub use turn::{HumanReply, PendingTurn, SeenMessage, TurnState};

use super::agent::{Agent, AgentProfile};
use super::conduct::conduct;
use super::output::Output;
use super::reply::{AgentReply, Latency};
use super::request::AgentRequest;
use crate::debate::AgentKind;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::AgentId;

const PROVIDER: &str = "human";

/// How long a person has when the request has no deadline.
const PATIENCE: Duration = Duration::from_mins(30);

/// How often the record is read anyway: an answer given in another process may come without a signal.
const POLL: Duration = Duration::from_secs(1);

/// How long the record of a cancelled turn may take to be written; the caller is owed its answer within 100 ms.
const FAREWELL: Duration = Duration::from_millis(50);

/// A participant that is a person.
///
/// The request is put into the desk's table under its id and the call waits for the record to change. After a
/// restart the same request id finds its record again: an answer given meanwhile is returned at once, so a person is
/// asked once and the answer is used once. A call that is dropped leaves the turn pending; a cancelled one cancels it.
#[derive(Clone, Debug)]
pub struct HumanAgent {
    profile: AgentProfile,
    desk: Arc<HumanDesk>,
}

impl HumanAgent {
    /// The person who answers at this desk under this id.
    pub fn new(id: AgentId, desk: Arc<HumanDesk>) -> Self {
        let profile = AgentProfile {
            provider: PROVIDER.into(),
            family: PROVIDER.into(),
            ..AgentProfile::new(id, AgentKind::Human)
        };
        Self { profile, desk }
    }

    async fn wait(&self, request: &AgentRequest) -> Result<AgentReply> {
        let (clock, table) = (&*self.desk.clock, &self.desk.table);
        let began = clock.monotonic();
        let patience = request.deadline.map_or(PATIENCE, |deadline| deadline.left(clock));
        let expiry = began.saturating_add(patience);
        let key = request.id.as_str().to_owned();
        // Subscribed before the record is written, so that no answer can fall between.
        let mut watch = Some(table.watch(table.range(Bound::Included(&key), Bound::Included(&key))).await?);
        let asked = PendingTurn::new(request, &self.profile.id, clock.now(), clock.now().plus(patience))?;
        self.ask(&asked).await?;
        loop {
            let state = match table.get(&key).await? {
                Some(row) => row.value.state,
                None => return Err(Error::new(ErrorKind::NotFound, "the record of the turn is gone")),
            };
            match self.settled(state, began) {
                Some(outcome) => return outcome,
                None if clock.monotonic() >= expiry => {
                    let left = self.desk.end(&request.id, TurnState::Expired).await?;
                    let state = left.map_or(TurnState::Expired, |turn| turn.state);
                    // An answer that came at the last moment is an answer.
                    return self.settled(state, began).unwrap_or_else(|| Err(expired()));
                }
                None => {}
            }
            let next_look = clock.monotonic().saturating_add(POLL).min(expiry);
            let signal = async {
                match watch.as_mut() {
                    Some(signals) => signals.changed().await,
                    None => std::future::pending().await,
                }
            };
            let closed = tokio::select! {
                signal = signal => signal.is_none(),
                () = clock.sleep_until(next_look) => false,
            };
            if closed {
                watch = None;
            }
        }
    }

    // Creates the record, finds it again, or opens it anew where nobody answered the last time.
    async fn ask(&self, asked: &PendingTurn) -> Result<()> {
        if self.desk.table.put_if_absent(asked).await?.is_none() {
            let mut reopened = false;
            self.desk
                .table
                .update(&asked.id.as_str().to_owned(), |found| {
                    reopened = false;
                    let Some(mut turn) = found else { return Ok(Some(asked.clone())) };
                    if turn.agent != asked.agent || turn.digest != asked.digest {
                        let reason = "this request id was used for another question, an answer to it is none to this";
                        return Err(Error::new(ErrorKind::Conflict, reason).with("request", &asked.id));
                    }
                    match turn.state {
                        TurnState::Pending => {
                            turn.deadline = asked.deadline;
                            Ok(Some(turn))
                        }
                        TurnState::Expired | TurnState::Cancelled => {
                            reopened = true;
                            Ok(Some(asked.clone()))
                        }
                        TurnState::Answered { .. } | TurnState::Declined { .. } => Ok(None),
                    }
                })
                .await?;
            if !reopened {
                return Ok(());
            }
        }
        self.desk.tell(&HumanEvent::Requested(Box::new(asked.clone())));
        Ok(())
    }

    fn settled(&self, state: TurnState, began: Duration) -> Option<Result<AgentReply>> {
        match state {
            TurnState::Pending => None,
            TurnState::Answered { reply, .. } => {
                let total = self.desk.clock.monotonic().saturating_sub(began);
                Some(Ok(AgentReply { latency: Latency { total, ..Latency::default() }, ..reply.into_reply() }))
            }
            TurnState::Declined { reason, .. } => {
                let error = Error::new(ErrorKind::HumanDeclined, "the person declined to answer");
                Some(Err(if reason.is_empty() { error } else { error.with("why", reason) }))
            }
            TurnState::Expired => Some(Err(expired())),
            TurnState::Cancelled => Some(Err(Error::new(ErrorKind::Cancelled, "the turn was cancelled"))),
        }
    }
}

fn expired() -> Error {
    Error::new(ErrorKind::Timeout, "nobody answered in time").with("phase", "total")
}

#[async_trait]
impl Agent for HumanAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, _output: Output) -> Result<AgentReply> {
        let clock = &*self.desk.clock;
        let mut conducted = request.clone();
        // Expiry while waiting is this agent's own: it must be written down before the call ends.
        conducted.deadline = request.deadline.filter(|deadline| deadline.passed(clock));
        let outcome = conduct(clock, &self.profile.id, &conducted, self.wait(&request)).await;
        if outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::Cancelled) {
            let end = clock.monotonic().saturating_add(FAREWELL);
            tokio::select! {
                // The caller is told `cancelled` either way; a record that cannot be written expires by itself.
                _ = self.desk.end(&request.id, TurnState::Cancelled) => {}
                () = clock.sleep_until(end) => {}
            }
        }
        outcome
    }
}
