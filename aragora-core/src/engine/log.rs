//! The one writer of a debate's log. Every append is one batch: records, header, fence.

use std::sync::Arc;
use std::time::Duration;

use super::inner::Inner;
use super::machine::Entry;
use super::rows::{DebateState, DebateSummary, log_range, read_log, space, stage_log};
use crate::debate::{DebateStart, Event, GiveUp, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{DebateId, OrgId};
use crate::storage::{Batch, Lease, Leases, PageRequest, Replaces, Storage, Table, Versioned};

#[derive(Debug)]
pub(crate) struct Log {
    engine: Arc<Inner>,
    tenant: OrgId,
    debate: DebateId,
    table: Table<DebateSummary>,
    header: Option<Versioned<DebateSummary>>,
    lease: Option<Lease>,
    renewed: Duration,
}

impl Log {
    /// Takes the debate's lease. `conflict` if somebody else runs it.
    pub(crate) async fn claim(engine: &Arc<Inner>, tenant: &OrgId, debate: &DebateId) -> Result<Self> {
        let name = format!("job/{debate}");
        let leases = Leases::new(engine.storage.clone(), space(tenant));
        let lease = leases.named(&name).claim(engine.owner.clone(), engine.config.lease).await?;
        let Some(lease) = lease else {
            return Err(Error::new(ErrorKind::Conflict, "another engine runs this debate")
                .with("debate", debate)
                .retryable_if(true));
        };
        Ok(Self {
            engine: engine.clone(),
            tenant: tenant.clone(),
            debate: debate.clone(),
            table: Table::new(engine.storage.clone(), space(tenant)),
            header: None,
            lease: Some(lease),
            renewed: engine.parts.clock.monotonic(),
        })
    }

    /// Reads the header and every record.
    pub(crate) async fn load(&mut self) -> Result<Vec<Record>> {
        self.header = self.table.get(&self.debate.to_string()).await?;
        if self.header.is_none() {
            return Err(not_found(&self.debate));
        }
        read_all(self.engine.storage.as_ref(), &self.tenant, &self.debate).await
    }

    pub(crate) fn renew_at(&self) -> Duration {
        self.renewed + self.engine.config.lease / 3
    }

    pub(crate) async fn renew(&mut self) -> Result<()> {
        let Some(lease) = self.lease.clone() else { return Ok(()) };
        let lease = self.engine.storage.renew(lease, Some(self.engine.config.lease)).await?;
        self.lease = Some(lease);
        self.renewed = self.engine.parts.clock.monotonic();
        Ok(())
    }

    pub(crate) async fn release(&mut self) {
        if let Some(lease) = self.lease.take() {
            // A lease that cannot be given back lapses by itself.
            drop(self.engine.storage.renew(lease, None).await);
        }
    }

    /// Appends records durably. A failed condition is `lease_lost`: somebody else owns the debate now.
    pub(crate) async fn append(&mut self, entries: &[Entry]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let header = self.next_header(entries)?;
        let mut batch = Batch::default();
        let replaces = match &self.header {
            Some(current) => Replaces::This(current),
            None => Replaces::Nothing,
        };
        self.table.stage_put(&mut batch, &header, replaces)?;
        stage_log(&mut batch, &self.tenant, &self.debate, entries);
        if let Some(lease) = &self.lease {
            batch.fence(lease.clone());
        }
        let revision = match self.engine.storage.apply(batch).await {
            Ok(commit) => commit.revisions.first().copied().flatten(),
            Err(error) if error.kind() == ErrorKind::Conflict && self.header.is_none() => {
                let reason = format!("a debate with the id {} exists", self.debate);
                return Err(Error::new(ErrorKind::Conflict, reason));
            }
            Err(error) if error.kind() == ErrorKind::Conflict => {
                return Err(Error::new(ErrorKind::LeaseLost, "another writer appended to this debate")
                    .with("debate", &self.debate));
            }
            Err(error) if error.context().get("outcome").is_some_and(|outcome| outcome == "unknown") => {
                self.settle(&header, error).await?
            }
            Err(error) => return Err(error),
        };
        let revision = revision.ok_or_else(|| Error::internal("an append wrote no header"))?;
        self.header = Some(Versioned { value: header, revision, expires_at: None });
        Ok(())
    }

    // Whether a batch of unknown outcome was applied is settled by reading the row it was conditioned on. The whole
    // row is compared: another owner may have come to the same seq by other records.
    async fn settle(&self, header: &DebateSummary, error: Error) -> Result<Option<crate::storage::Revision>> {
        let current = self.table.get(&self.debate.to_string()).await?;
        match current {
            Some(current) if current.value == *header => Ok(Some(current.revision)),
            _ => Err(error),
        }
    }

    fn next_header(&self, entries: &[Entry]) -> Result<DebateSummary> {
        let mut header = match (&self.header, entries.first().map(|entry| &entry.record)) {
            (Some(current), _) => current.value.clone(),
            (None, Some(Record { event: Event::DebateStart(start), at, .. })) => first_header(start, *at),
            _ => return Err(Error::internal("a log that does not begin with debate_start")),
        };
        for entry in entries {
            let record = &entry.record;
            header.next_seq = record.seq + 1;
            header.updated_at = record.at;
            // What a fork took over was asked and paid for by its parent.
            let inherited = header.parent.as_ref().is_some_and(|parent| record.seq <= parent.seq);
            match &record.event {
                Event::RoundStart(_) => header.rounds = record.round,
                Event::TurnStart(_) | Event::AgentAttempt(_) if inherited => {}
                Event::TurnStart(_) => header.calls += 1,
                // It is asked again, which is still one call.
                Event::TurnCancelled(body) if body.why == GiveUp::OwnerLost => {
                    header.calls = header.calls.saturating_sub(1);
                }
                Event::AgentAttempt(body) => header.micros += body.cost_micros.map_or(0, |cost| cost.0),
                Event::Stop(body) => header.stop = Some(body.cause),
                Event::Decision(body) => {
                    header.outcome = Some(body.decision.outcome.clone());
                    header.verdict = Some(body.decision.verdict);
                }
                Event::DebateEnd(_) => header.state = DebateState::Finished,
                Event::DebateFailed(_) => header.state = DebateState::Failed,
                Event::DebateCancelled(_) => header.state = DebateState::Cancelled,
                _ => {}
            }
        }
        Ok(header)
    }
}

fn first_header(start: &DebateStart, at: crate::clock::Timestamp) -> DebateSummary {
    DebateSummary {
        debate: start.debate.clone(),
        state: DebateState::Running,
        next_seq: 0,
        started_at: at,
        updated_at: at,
        protocol: start.protocol.name.clone(),
        question: start.question.text.chars().take(200).collect(),
        tags: start.environment.tags.clone(),
        parent: start.parent.clone(),
        stop: None,
        outcome: None,
        verdict: None,
        rounds: 0,
        calls: 0,
        micros: 0,
    }
}

pub(crate) fn not_found(debate: &DebateId) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no debate {debate}"))
}

/// Every record of a debate.
pub(crate) async fn read_all(storage: &dyn Storage, tenant: &OrgId, debate: &DebateId) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    let mut page = PageRequest::first(1_000);
    loop {
        let found = storage.scan(log_range(tenant, debate), page).await?;
        for entry in &found.entries {
            records.push(read_log(entry)?);
        }
        match found.next {
            Some(cursor) => page = PageRequest::first(1_000).after(cursor),
            None => return Ok(records),
        }
    }
}
