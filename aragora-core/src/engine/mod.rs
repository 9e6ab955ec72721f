//! Runs debates: fan-out, deadlines, quorum, budget, cancellation, resume, replay, fork.
//!
//! The heart is a machine without I/O (`machine/`): inputs in, records and commands out. `drive.rs` is the task around
//! it that asks agents, waits and appends; `feed.rs` reads inputs back from a log, which is how a debate is resumed
//! and replayed.

mod appeal;
mod builder;
mod document;
mod drive;
mod feed;
mod fork;
mod fork_edits;
mod handle;
mod inner;
mod list;
mod live;
mod log;
pub(crate) mod machine;
mod permits;
mod quotes;
mod replay;
mod resume;
mod rows;
mod stream;
mod timed;
mod turn;
mod warm;

use std::sync::Arc;
use std::time::Duration;

pub use builder::DebateBuilder;
pub use feed::Difference;
pub use fork::ForkBuilder;
pub use handle::{DebateHandle, HumanVoice};
pub use inner::{Activity, EngineConfig};
pub use list::{DebatePage, DebateQuery};
pub use replay::{Check, ReplayReport};
pub use resume::ResumeBuilder;
pub(crate) use rows::TABLES;
pub use rows::{DebateState, DebateSummary};
pub use stream::{BreakerEvent, EventClass, EventData, EventStream, StreamEvent};

use crate::agents::{AgentParts, Agents, HumanDesk};
use crate::consensus::{DecisionRule, RuleSet};
use crate::debate::{Question, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{DebateId, OrgId};
use crate::protocols::{DebateProtocol, Registry};
use crate::storage::{MemoryStorage, Storage, Table};
use crate::telemetry::Parts;
use inner::Inner;

/// Runs debates over one store. Clones are the same engine.
///
/// ```
/// # fn main() -> aragora_core::Result<()> {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use aragora_core::agents::ScriptedAgent;
/// use aragora_core::debate::Question;
/// use aragora_core::engine::Engine;
/// use aragora_core::ids::AgentId;
/// use aragora_core::protocols::VoteOnlyProtocol;
///
/// let engine = Engine::in_memory()?;
/// let mut debate = engine.debate(Question::new("Ship on Friday?")).protocol(VoteOnlyProtocol::default());
/// for (id, answer) in [("ada", "no"), ("bob", "no"), ("eve", "yes")] {
///     debate = debate.seat(ScriptedAgent::new(AgentId::new(id)?).reply(answer));
/// }
/// let decision = debate.start().await?.result().await?;
/// assert_eq!(decision.answer.map(|answer| answer.text.to_string()).as_deref(), Some("no"));
/// assert_eq!(decision.dissenters, [AgentId::new("eve")?]);
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// Configures an engine.
#[derive(Debug)]
pub struct EngineBuilder {
    parts: Parts,
    storage: Option<Arc<dyn Storage>>,
    config: EngineConfig,
    registry: Registry,
    rules: RuleSet,
    agents: Option<Agents>,
}

impl EngineBuilder {
    /// Clock, random bytes and metrics; the machine's own by default.
    #[must_use]
    pub fn parts(mut self, parts: Parts) -> Self {
        self.parts = parts;
        self
    }

    /// Where debates are kept; memory by default.
    #[must_use]
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// Bounds and times.
    #[must_use]
    pub fn config(mut self, config: EngineConfig) -> Self {
        self.config = config;
        self
    }

    /// Makes a protocol of the host known by name, so that debates that used it can be resumed.
    #[must_use]
    pub fn protocol(mut self, protocol: Arc<dyn DebateProtocol>) -> Self {
        self.registry.register(protocol);
        self
    }

    /// Makes a rule of the host known by name.
    #[must_use]
    pub fn rule(mut self, rule: Arc<dyn DecisionRule>) -> Self {
        self.rules.register(rule);
        self
    }

    /// What names of models mean; none can be opened unless set, but those that need no key.
    #[must_use]
    pub fn agents(mut self, agents: Agents) -> Self {
        self.agents = Some(agents);
        self
    }

    /// The engine. Starts no task and opens nothing. `unavailable` if the entropy source fails.
    pub fn build(self) -> Result<Engine> {
        let owner = match self.config.owner.clone() {
            Some(owner) => owner,
            None => format!(
                "{}-{}",
                std::process::id(),
                crate::ids::ulid(self.parts.clock.now(), self.parts.entropy.as_ref())?
            ),
        };
        let storage = match self.storage {
            Some(storage) => storage,
            None => Arc::new(MemoryStorage::new(self.parts.clock.clone())),
        };
        let agents = self.agents.unwrap_or_else(|| {
            let parts = AgentParts::over(self.parts.clone()).with_storage(storage.clone());
            Agents::builder().parts(parts).build()
        });
        let inner = Inner::new(self.parts, storage, self.config, owner, self.registry, self.rules, agents);
        Ok(Engine { inner: Arc::new(inner) })
    }
}

/// What a shutdown left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShutdownReport {
    /// Debates that ended within the grace.
    pub finished: usize,
    /// Debates that were stopped at their last record and can be resumed elsewhere.
    pub stopped: usize,
}

impl Engine {
    /// A builder.
    pub fn builder() -> EngineBuilder {
        EngineBuilder {
            parts: Parts::default(),
            storage: None,
            config: EngineConfig::default(),
            registry: Registry::default(),
            rules: RuleSet::default(),
            agents: None,
        }
    }

    /// An engine that keeps everything in memory. `unavailable` if the entropy source fails.
    pub fn in_memory() -> Result<Self> {
        Self::builder().build()
    }

    /// Describes a debate on this question; nothing happens before [`DebateBuilder::start`].
    pub fn debate(&self, question: Question) -> DebateBuilder {
        DebateBuilder::new(self.inner.clone(), question)
    }

    /// Describes the resumption of a debate of the default organisation.
    pub fn resume(&self, debate: DebateId) -> ResumeBuilder {
        ResumeBuilder::new(self.inner.clone(), debate)
    }

    /// Describes a fork: a new debate that takes over the records of this one up to a seq.
    pub fn fork(&self, debate: DebateId, at_seq: u64) -> ForkBuilder {
        ForkBuilder::new(self.inner.clone(), debate, at_seq)
    }

    /// Runs a log again without asking anybody and compares every byte.
    ///
    /// Errors: `log_corrupt`, `unsupported_version`, `not_configured` for an unknown protocol, `recording_missing` if
    /// the log ends where an agent would have to be asked. A difference is no error but part of the report.
    pub fn replay(&self, log: &[Record], check: Check) -> Result<ReplayReport> {
        replay::replay(&self.inner, log, check)
    }

    /// The handle of a debate that runs in this engine.
    pub fn running(&self, tenant: &OrgId, debate: &DebateId) -> Option<DebateHandle> {
        self.inner.live(tenant, debate).map(DebateHandle::new)
    }

    /// Where people who hold a seat of an organisation's debates answer; give it to their `HumanAgent`s.
    pub fn human_desk(&self, tenant: &OrgId) -> Arc<HumanDesk> {
        let table = Table::new(self.inner.storage.clone(), rows::space(tenant)).with_parts(&self.inner.parts);
        Arc::new(HumanDesk::new(table, self.inner.parts.clock.clone()))
    }

    /// Opens the agents that debates name by a model.
    pub fn agents(&self) -> &Agents {
        &self.inner.agents
    }

    /// The store.
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.inner.storage
    }

    /// Clock, random bytes and metrics.
    pub fn parts(&self) -> &Parts {
        &self.inner.parts
    }

    /// What runs now; all zero when nothing does.
    pub fn activity(&self) -> Activity {
        self.inner.activity()
    }

    /// Admits nothing any more, lets debates run until the grace is over, then stops the rest at their last record;
    /// they can be resumed elsewhere.
    pub async fn shutdown(&self, grace: Duration) -> ShutdownReport {
        self.inner.close();
        let (running, before) = (self.inner.activity().debates, self.inner.stopped());
        let clock = &self.inner.parts.clock;
        let over = clock.sleep_until(clock.monotonic() + grace);
        tokio::select! {
            biased;
            () = self.inner.until_idle() => return ShutdownReport { finished: running, stopped: 0 },
            () = over => {}
        }
        self.inner.stop_all();
        self.inner.until_idle().await;
        let stopped = self.inner.stopped().saturating_sub(before);
        ShutdownReport { finished: running.saturating_sub(stopped), stopped }
    }
}

fn ended(debate: &DebateId) -> Error {
    Error::new(ErrorKind::InvalidState, format!("debate {debate} has ended"))
}
