use std::collections::BTreeMap;
use std::sync::Arc;

use super::builder::run;
use super::feed::feed;
use super::handle::DebateHandle;
use super::inner::Inner;
use super::log::Log;
use super::machine::Input;
use crate::agents::{Agent, Roster, Seat};
use crate::debate::{Record, Transcript};
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::ids::{AgentId, DebateId, OrgId};

/// Describes the resumption of a debate from its log. Recorded turns are never asked again; turns that were started and
/// not recorded are, under the same request ids.
#[derive(Debug)]
pub struct ResumeBuilder {
    engine: Arc<Inner>,
    debate: DebateId,
    tenant: OrgId,
    seats: Vec<Seat>,
    accept_changes: bool,
}

impl ResumeBuilder {
    pub(super) fn new(engine: Arc<Inner>, debate: DebateId) -> Self {
        Self { engine, debate, tenant: OrgId::trusted("default"), seats: Vec::new(), accept_changes: false }
    }

    /// Sets the organisation, default `default`.
    #[must_use]
    pub fn tenant(mut self, tenant: OrgId) -> Self {
        self.tenant = tenant;
        self
    }

    /// Adds the agent of one seat; weights, roles and flags are taken from the log.
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

    /// Goes on although the protocol, a template or the library changed since; recorded as `config_changed`.
    #[must_use]
    pub fn accept_changes(mut self) -> Self {
        self.accept_changes = true;
        self
    }

    /// Takes the debate over and goes on where its log ends.
    ///
    /// Errors: `not_found`; `invalid_state` if it has ended or runs here; `conflict` (retryable) while another engine
    /// holds it; `invalid_request` naming every seat without an agent; `nondeterministic` if the protocol or a template
    /// changed so that other prompts would be asked, in which case nothing is asked; `log_corrupt`.
    pub async fn start(self) -> Result<DebateHandle> {
        if self.engine.live(&self.tenant, &self.debate).is_some() {
            return Err(Error::new(ErrorKind::InvalidState, format!("debate {} runs in this engine", self.debate)));
        }
        let engine = self.engine.clone();
        let admitted = engine.admit()?;
        let resumed = tokio::spawn(async move {
            let mut log = Log::claim(&self.engine, &self.tenant, &self.debate).await?;
            match self.take_over(&mut log).await {
                Ok(ready) => Ok(run(
                    &self.engine,
                    log,
                    ready.machine,
                    &[],
                    &ready.records,
                    ready.agents,
                    ready.blocking,
                    Input::Resumed { config_changed: ready.config_changed },
                    admitted,
                )),
                Err(error) => {
                    log.release().await;
                    Err(error)
                }
            }
        });
        resumed.await.map_err(|error| Error::internal(format!("the debate could not be resumed: {error}")))?
    }

    async fn take_over(&self, log: &mut Log) -> Result<Ready> {
        let mut records = log.load().await?;
        let folded = Transcript::fold(&records)?;
        if folded.terminal().is_some() {
            return Err(super::ended(&self.debate));
        }
        let agents = agents_for(&folded, &self.seats)?;
        let protocol = self.engine.protocol_of(&folded.start().protocol)?;
        let blocking = protocol.blocking();
        let mut fed = feed(&records, protocol, self.engine.rules.clone())?;
        let config_changed = fed.difference.is_some();
        if let Some(difference) = fed.difference.take() {
            if !self.accept_changes {
                let reason =
                    "the protocol, a template or the library would not produce this log again; nothing was asked";
                let error = Error::new(ErrorKind::Nondeterministic, reason);
                return Err(error.with("seq", difference.seq).with("field", difference.field));
            }
            fed.machine = fed.machine.adopt_again(&records)?;
            fed.surplus.clear();
        }
        // A log cut inside a batch is completed before anything else happens.
        log.append(&fed.surplus).await?;
        records.extend(fed.surplus.into_iter().map(|entry| entry.record));
        if fed.machine.is_done() {
            return Err(super::ended(&self.debate));
        }
        Ok(Ready { machine: fed.machine, records, agents, blocking, config_changed })
    }
}

struct Ready {
    machine: super::machine::Machine,
    records: Vec<Record>,
    agents: BTreeMap<AgentId, Arc<dyn Agent>>,
    blocking: bool,
    config_changed: bool,
}

/// An agent for every seat of a transcript, or one error that names all that are missing.
pub(super) fn agents_for(t: &Transcript, seats: &[Seat]) -> Result<BTreeMap<AgentId, Arc<dyn Agent>>> {
    let given: BTreeMap<AgentId, Arc<dyn Agent>> =
        seats.iter().map(|seat| (seat.agent.profile().id, seat.agent.clone())).collect();
    let mut v = Violations::new();
    for (i, seat) in t.seats().enumerate() {
        v.check(
            given.contains_key(&seat.id),
            format!("/seats/{i}"),
            format!("seat {} of the log has no agent", seat.id),
        );
    }
    v.into_invalid_request()?;
    Ok(given)
}
