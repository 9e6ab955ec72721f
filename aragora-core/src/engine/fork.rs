use std::sync::Arc;

use super::builder::run;
use super::fork_edits;
use super::handle::DebateHandle;
use super::inner::Inner;
use super::log::{Log, not_found, read_all};
use super::machine::{Entry, Input, Machine};
use super::quotes::put_prices;
use super::resume::agents_for;
use crate::agents::{Roster, Seat};
use crate::debate::{DebateStart, Edit, Event, Parent, Record, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{DebateId, OrgId, ulid};

/// Records appended in one batch; stores take 4,096 operations.
const CHUNK: usize = 4_000;

/// Describes a fork: a new debate that takes over another's records unchanged, applies edits and goes on. The parent
/// never changes; its pruning cannot hurt the fork.
#[derive(Debug)]
pub struct ForkBuilder {
    engine: Arc<Inner>,
    parent: DebateId,
    at_seq: u64,
    tenant: OrgId,
    edits: Vec<Edit>,
    seats: Vec<Seat>,
    id: Option<DebateId>,
}

impl ForkBuilder {
    pub(super) fn new(engine: Arc<Inner>, parent: DebateId, at_seq: u64) -> Self {
        Self {
            engine,
            parent,
            at_seq,
            tenant: OrgId::trusted("default"),
            edits: Vec::new(),
            seats: Vec::new(),
            id: None,
        }
    }

    /// Sets the organisation of both debates, default `default`.
    #[must_use]
    pub fn tenant(mut self, tenant: OrgId) -> Self {
        self.tenant = tenant;
        self
    }

    /// Adds an edit; edits are recorded and applied in order.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }

    /// Adds the agent of one seat.
    #[must_use]
    pub fn seat(mut self, seat: impl Into<Seat>) -> Self {
        self.seats.push(seat.into());
        self
    }

    /// Takes the agents of a roster.
    #[must_use]
    pub fn seats(mut self, roster: &Roster) -> Self {
        self.seats.extend(roster.iter().map(|(_, seat)| seat.clone()));
        self
    }

    /// Sets the id of the new debate.
    #[must_use]
    pub fn id(mut self, id: DebateId) -> Self {
        self.id = Some(id);
        self
    }

    /// Begins the fork. Budgets start at zero; what the parent used is listed apart.
    ///
    /// Errors: `not_found`; `invalid_request` if the seq lies outside the parent's log or behind its stop, if an edit
    /// names what does not exist, or if a seat has no agent.
    pub async fn start(mut self) -> Result<DebateHandle> {
        let engine = self.engine.clone();
        let admitted = engine.admit()?;
        let begun = tokio::spawn(async move {
            let records = self.records().await?;
            let folded = Transcript::fold(&records)?;
            let protocol = self.engine.protocol_of(&folded.start().protocol)?;
            let blocking = protocol.blocking();
            let mut machine = Machine::adopt(&records, protocol, self.engine.rules.clone())?;
            let mut entries = records
                .iter()
                .map(|record| Ok(Entry { line: record.to_line()?, record: record.clone() }))
                .collect::<Result<Vec<_>>>()?;
            if !self.edits.is_empty() {
                self.put_prices(machine.transcript())?;
                fork_edits::violations(machine.transcript(), &self.edits, &self.engine.rules).into_invalid_request()?;
                let now = self.engine.parts.clock.now();
                let edited = machine.handle(Input::Edit(self.edits.clone()), now).map_err(refused)?;
                entries.extend(edited.entries);
            }
            let agents = agents_for(machine.transcript(), &self.seats)?;
            let debate = machine.transcript().debate().clone();
            let mut log = Log::claim(&self.engine, &self.tenant, &debate).await?;
            for chunk in entries.chunks(CHUNK) {
                if let Err(error) = log.append(chunk).await {
                    log.release().await;
                    return Err(error);
                }
            }
            self.engine.metrics.started.increment();
            Ok(run(&self.engine, log, machine, &entries, &[], agents, blocking, Input::Continue, admitted))
        });
        begun.await.map_err(|error| Error::internal(format!("the fork could not be begun: {error}")))?
    }

    // Seats that are added to a debate with a cost limit.
    fn put_prices(&mut self, t: &Transcript) -> Result<()> {
        if t.limits().cost.is_none() {
            return Ok(());
        }
        let seats = &self.seats;
        let added = self.edits.iter_mut().filter_map(|edit| match edit {
            Edit::AddSeat { seat } if seat.price.is_none() => {
                let agent = seats.iter().map(|given| given.agent.profile()).find(|profile| profile.id == seat.id)?;
                Some((seat, agent))
            }
            _ => None,
        });
        put_prices(self.engine.agents.parts(), added)
    }

    // The fork's first event, then the parent's records unchanged.
    async fn records(&self) -> Result<Vec<Record>> {
        let parent = read_all(self.engine.storage.as_ref(), &self.tenant, &self.parent).await?;
        let Some(Record { event: Event::DebateStart(start), .. }) = parent.first() else {
            return Err(not_found(&self.parent));
        };
        let last = parent.last().map_or(0, |record| record.seq);
        if self.at_seq > last {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("seq {} lies behind the parent's last record {last}", self.at_seq),
            ));
        }
        if let Some(stop) = parent.iter().find(|record| matches!(record.event, Event::Stop(_)))
            && self.at_seq >= stop.seq
        {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!(
                    "seq {} lies behind the parent's stop at {}; fork at {} or earlier",
                    self.at_seq,
                    stop.seq,
                    stop.seq - 1
                ),
            ));
        }
        let now = self.engine.parts.clock.now();
        let debate = match &self.id {
            Some(id) => id.clone(),
            None => DebateId::new(format!("deb_{}", ulid(now, self.engine.parts.entropy.as_ref())?))?,
        };
        let start = DebateStart {
            debate,
            parent: Some(Parent { debate: self.parent.clone(), seq: self.at_seq }),
            ..start.as_ref().clone()
        };
        let first = Record { v: crate::debate::RECORD_VERSION, seq: 0, at: now, round: 0, event: start.into() };
        let taken = usize::try_from(self.at_seq).unwrap_or(usize::MAX);
        Ok(std::iter::once(first).chain(parent.into_iter().skip(1).take(taken)).collect())
    }
}

// An edit that names what does not exist is the caller's mistake, not damage.
fn refused(error: Error) -> Error {
    match error.kind() {
        ErrorKind::LogCorrupt => Error::new(ErrorKind::InvalidRequest, error.reason().to_owned()),
        _ => error,
    }
}
