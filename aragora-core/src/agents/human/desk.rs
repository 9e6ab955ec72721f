use std::fmt;
use std::sync::Arc;

use super::turn::{HumanReply, PendingTurn, TurnState};
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, DebateId, PrincipalId, RequestId};
use crate::storage::{Cursor, PageRequest, Table};

/// Something happened at the desk.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum HumanEvent {
    /// Somebody is asked: `human_turn_requested`.
    Requested(Box<PendingTurn>),
    /// Somebody answered or declined here: `human_turn_answered`.
    Answered(Box<PendingTurn>),
}

/// Which turns to list.
#[derive(Clone, Debug, Default)]
pub struct PendingQuery {
    /// Of this debate only.
    pub debate: Option<DebateId>,
    /// Of this participant only.
    pub agent: Option<AgentId>,
    /// How many, and after which.
    pub page: PageRequest,
}

/// Turns in the order of their request ids.
#[derive(Clone, Debug)]
pub struct PendingPage {
    /// The turns.
    pub turns: Vec<PendingTurn>,
    /// Where to go on; `None` exactly when nothing followed.
    pub next: Option<Cursor>,
}

type Listener = dyn Fn(&HumanEvent) + Send + Sync;

/// Where people find what they are asked, and answer it. Several processes may share the table of one desk.
///
/// Whether a principal may answer is the host's to check first (permission `interventions.create`).
#[derive(Clone)]
pub struct HumanDesk {
    pub(super) table: Table<PendingTurn>,
    pub(super) clock: Arc<dyn Clock>,
    listener: Option<Arc<Listener>>,
}

impl fmt::Debug for HumanDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HumanDesk").field("table", &self.table).finish_non_exhaustive()
    }
}

impl HumanDesk {
    /// A desk over this table; waiting and expiry run on this clock.
    pub fn new(table: Table<PendingTurn>, clock: Arc<dyn Clock>) -> Self {
        Self { table, clock, listener: None }
    }

    /// Tells this listener what happens; it must return at once.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&HumanEvent) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    pub(super) fn tell(&self, event: &HumanEvent) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    /// One turn, whatever became of it; `not_found` if nobody was asked.
    pub async fn turn(&self, id: &RequestId) -> Result<PendingTurn> {
        let found = self.table.get(&id.as_str().to_owned()).await?;
        found.map(|row| row.value).ok_or_else(|| absent(id))
    }

    /// The turns nobody has answered yet.
    pub async fn pending(&self, query: PendingQuery) -> Result<PendingPage> {
        let PendingQuery { debate, agent, page: wanted } = query;
        let matches = |turn: &PendingTurn| {
            turn.state == TurnState::Pending
                && (debate.is_none() || turn.debate == debate)
                && agent.as_ref().is_none_or(|agent| turn.agent == *agent)
        };
        let mut request = wanted.clone();
        let mut turns = Vec::new();
        loop {
            // Reading no more than is still wanted keeps the cursor exact.
            request.limit = wanted.limit.saturating_sub(u16::try_from(turns.len()).unwrap_or(u16::MAX));
            let page = self.table.scan(self.table.all(), request.clone()).await?;
            turns.extend(page.records.into_iter().map(|row| row.value).filter(&matches));
            match page.next {
                Some(next) if turns.len() < usize::from(wanted.limit) => request.cursor = Some(next),
                next => return Ok(PendingPage { turns, next }),
            }
        }
    }

    /// Answers a turn. An answer that is not what was asked for is `invalid_reply` and leaves the turn pending. Of
    /// two submissions one wins, the other is `conflict`; so is an answer to a turn that is no longer pending.
    pub async fn submit(&self, id: &RequestId, answer: HumanReply, by: &PrincipalId) -> Result<()> {
        answer.check(&self.turn(id).await?.expect)?;
        self.settle(id, TurnState::Answered { reply: answer, by: by.clone(), at: self.clock.now() }).await
    }

    /// Declines a turn, which fails it with `human_declined`. `conflict` as for [`HumanDesk::submit`].
    pub async fn decline(&self, id: &RequestId, reason: String, by: &PrincipalId) -> Result<()> {
        self.settle(id, TurnState::Declined { reason, by: by.clone(), at: self.clock.now() }).await
    }

    async fn settle(&self, id: &RequestId, state: TurnState) -> Result<()> {
        let now = self.clock.now();
        let settled = self
            .table
            .update(&id.as_str().to_owned(), |turn| {
                let mut turn = turn.ok_or_else(|| absent(id))?;
                let found = if turn.deadline <= now { "expired" } else { turn.state.as_str() };
                if found != "pending" {
                    let reason = format!("the turn is {found}, expected it to be pending");
                    return Err(Error::new(ErrorKind::Conflict, reason).with("request", id).with("state", found));
                }
                turn.state = state.clone();
                Ok(Some(turn))
            })
            .await?;
        if let Some(turn) = settled {
            self.tell(&HumanEvent::Answered(Box::new(turn)));
        }
        Ok(())
    }

    /// Moves a pending turn to this state; a turn that was settled meanwhile stays. Gives the turn afterwards.
    pub(super) async fn end(&self, id: &RequestId, state: TurnState) -> Result<Option<PendingTurn>> {
        self.table
            .update(&id.as_str().to_owned(), |turn| {
                Ok(turn.filter(|turn| turn.state == TurnState::Pending).map(|mut turn| {
                    turn.state = state.clone();
                    turn
                }))
            })
            .await
    }
}

fn absent(id: &RequestId) -> Error {
    Error::new(ErrorKind::NotFound, format!("nobody is asked for {:?}", id.as_str())).with("request", id)
}
