use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tracing::Instrument as _;

use super::document::DebateDocument;
use super::drive::Driver;
use super::handle::DebateHandle;
use super::inner::Inner;
use super::live::Live;
use super::log::Log;
use super::machine::{Input, Machine};
use super::quotes::put_prices;
use super::stream::LogSource;
use super::timed::timed;
use super::turn::panic_text;
use crate::agents::providers::ModelSource;
use crate::agents::{Agent, Roster, Seat};
use crate::clock::Deadline;
use crate::consensus;
use crate::crypto::canonical::to_canonical;
use crate::debate::{
    AgentKind, DebateOptions, DebateStart, Equivalence, Frame, Join, Limits, ProtocolRef, Question, RiskTier,
    RuleConfig, RuleKind, Seed, Share, TieBreak,
};
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::ids::{AgentId, DebateId, Digest, MicroUsd, OrgId, WorkspaceId, ulid};
use crate::protocols::{Critique, DebateProtocol, TEMPLATE_NAMES, stop, template_faults};
use crate::telemetry::Bus;

/// Describes a debate. Nothing happens before [`DebateBuilder::start`].
#[derive(Debug)]
pub struct DebateBuilder {
    engine: Arc<Inner>,
    question: Question,
    seats: Vec<Seat>,
    /// Models that could not be opened: their place, and why.
    faults: Vec<(usize, Error)>,
    protocol: Arc<dyn DebateProtocol>,
    rule: RuleConfig,
    limits: Limits,
    options: DebateOptions,
    tier: Option<RiskTier>,
    tenant: OrgId,
    workspace: WorkspaceId,
    topic: Option<String>,
    tags: Vec<String>,
    seed: Option<u64>,
    id: Option<DebateId>,
}

impl DebateBuilder {
    pub(crate) fn new(engine: Arc<Inner>, question: Question) -> Self {
        Self {
            engine,
            question,
            seats: Vec::new(),
            faults: Vec::new(),
            protocol: Arc::new(Critique::default()),
            rule: RuleConfig::default(),
            limits: Limits::default(),
            options: DebateOptions::default(),
            tier: None,
            tenant: OrgId::trusted("default"),
            workspace: WorkspaceId::trusted("default"),
            topic: None,
            tags: Vec::new(),
            seed: None,
            id: None,
        }
    }

    /// Adds a participant, or an agent as a voting seat of weight 1.
    #[must_use]
    pub fn seat(mut self, seat: impl Into<Seat>) -> Self {
        self.seats.push(seat.into());
        self
    }

    /// Adds the agent of a model as a voting seat of weight 1: a spec string such as `anthropic/claude-sonnet-5`, or a
    /// configuration. The same model may sit more than once; then a number stands behind its name. What is wrong with
    /// it is reported by [`DebateBuilder::start`], together with everything else.
    #[must_use]
    pub fn model(mut self, model: impl Into<ModelSource>) -> Self {
        let place = self.seats.len() + self.faults.len();
        let taken: Vec<AgentId> = self.seats.iter().map(|seat| seat.agent.profile().id).collect();
        match self.engine.agents.open_beside(model, &taken) {
            Ok(agent) => self.seats.push(Seat::new(agent)),
            Err(error) => self.faults.push((place, error)),
        }
        self
    }

    /// Takes the participants of a roster, in its order.
    #[must_use]
    pub fn seats(mut self, roster: &Roster) -> Self {
        self.seats.extend(roster.iter().map(|(_, seat)| seat.clone()));
        self
    }

    /// Sets the protocol, default [`Critique`].
    #[must_use]
    pub fn protocol(mut self, protocol: impl DebateProtocol + 'static) -> Self {
        self.protocol = Arc::new(protocol);
        self
    }

    /// Sets a shared protocol.
    #[must_use]
    pub fn protocol_arc(mut self, protocol: Arc<dyn DebateProtocol>) -> Self {
        self.protocol = protocol;
        self
    }

    /// Sets the deciding rule, default majority.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<RuleConfig>) -> Self {
        self.rule = rule.into();
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the remaining options.
    #[must_use]
    pub fn options(mut self, options: DebateOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the rounds, 1..=50, default 2.
    #[must_use]
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.limits.rounds = rounds;
        self
    }

    /// Sets the deadline, 1 s..=24 h, default 15 min.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// Says how much agreement the matter needs; a weaker rule is replaced, and that is recorded.
    #[must_use]
    pub fn tier(mut self, tier: RiskTier) -> Self {
        self.tier = Some(tier);
        self
    }

    /// Sets the organisation, default `default`.
    #[must_use]
    pub fn tenant(mut self, tenant: OrgId) -> Self {
        self.tenant = tenant;
        self
    }

    /// Sets the workspace, default the organisation's own.
    #[must_use]
    pub fn workspace(mut self, workspace: WorkspaceId) -> Self {
        self.workspace = workspace;
        self
    }

    /// Sets the topic.
    #[must_use]
    pub fn topic(mut self, topic: impl Into<String>) -> Self {
        self.topic = Some(topic.into());
        self
    }

    /// Adds a tag; at most 32.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Sets the seed of every shuffle and tie break; drawn at start otherwise, and recorded either way.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the id; `deb_` and a ULID otherwise.
    #[must_use]
    pub fn id(mut self, id: DebateId) -> Self {
        self.id = Some(id);
        self
    }

    /// What is asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Takes protocol, rule, limits and options from a document; what it leaves out stays as it is.
    ///
    /// Errors: `invalid_request` for an unknown field, protocol or protocol parameter.
    ///
    /// ```
    /// # fn main() -> aragora_core::Result<()> {
    /// use aragora_core::Aragora;
    /// use serde_json::json;
    ///
    /// let aragora = Aragora::in_memory()?;
    /// let refused = aragora.debate("Ship?").document(json!({"protocol": "critique", "round": 3}));
    /// assert_eq!(refused.err().map(|error| error.code()), Some("invalid_request"));
    /// let debate = aragora.debate("Ship?").document(json!({
    ///     "protocol": {"name": "critique", "params": {"pairwise": true}},
    ///     "rule": {"rule": {"name": "supermajority"}},
    ///     "limits": {"rounds": 3, "calls": 40},
    ///     "options": {"identity": "named"},
    /// }))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn document(mut self, document: Value) -> Result<Self> {
        let document = DebateDocument::read(document)?;
        if let Some(choice) = &document.protocol {
            self.protocol = choice.build(&self.engine.registry)?;
        }
        self.rule = document.rule.unwrap_or(self.rule);
        self.limits = document.limits.unwrap_or(self.limits);
        self.options = document.options.unwrap_or(self.options);
        self.tier = document.tier.or(self.tier);
        self.topic = document.topic.or(self.topic);
        self.tags.extend(document.tags);
        self.seed = document.seed.map(|seed| seed.0).or(self.seed);
        Ok(self)
    }

    /// Validates, records the first event and begins.
    ///
    /// Errors: one `invalid_request` that lists every violation, with nothing persisted; `unpriced` if a cost limit
    /// exists and a model has no price; `conflict` if the id exists; `queue_full`; `closed`; errors of the store.
    pub async fn start(self) -> Result<DebateHandle> {
        self.engine.open_for_business()?;
        // A host's protocol describes itself in here.
        let prepared = catch_unwind(AssertUnwindSafe(|| self.prepare())).unwrap_or_else(|panic| {
            let reason =
                format!("the protocol panicked when it was asked to describe itself: {}", panic_text(panic.as_ref()));
            Err(Error::new(ErrorKind::ProtocolFailed, reason))
        })?;
        prepared.launch(Vec::new()).await
    }

    pub(crate) fn prepare(mut self) -> Result<Prepared> {
        let roster = Roster::unchecked(std::mem::take(&mut self.seats));
        self.violations(&roster).into_invalid_request()?;
        self.template_violations().into_result(ErrorKind::InvalidConfig)?;
        if let Equivalence::Semantic { min, embedder } = &self.question.format.equal {
            // Better now than once there are answers to compare.
            self.engine.semantic(embedder, *min)?;
        }
        let mut views = roster.views();
        // A cost limit is only a limit if every call has a price.
        if self.limits.cost.is_some() {
            let profiles = roster.iter().map(|(profile, _)| profile.clone());
            put_prices(self.engine.agents.parts(), views.iter_mut().zip(profiles))?;
        }
        let entropy = self.engine.parts.entropy.as_ref();
        let seed = if let Some(seed) = self.seed {
            seed
        } else {
            let mut bytes = [0; 8];
            entropy.fill(&mut bytes)?;
            u64::from_le_bytes(bytes)
        };
        let now = self.engine.parts.clock.now();
        let debate = match self.id.clone() {
            Some(id) => id,
            None => DebateId::new(format!("deb_{}", ulid(now, entropy)?))?,
        };
        let rule = for_tier(self.rule.clone(), self.tier);
        let info = self.protocol.describe();
        let debaters = roster.iter().filter(|(_, seat)| !seat.judges || self.options.judges_may_debate).count() as u64;
        let protocol = ProtocolRef {
            name: info.name.clone(),
            version: info.version.clone(),
            params: info.params.clone(),
            planned_calls: info.planned_calls(debaters, u64::from(self.limits.rounds)).min((1 << 53) - 1),
        };
        let config_digest = digest(&protocol, &rule, &self.options, &roster)?;
        let start = DebateStart {
            debate,
            parent: None,
            library: concat!("aragora-core ", env!("CARGO_PKG_VERSION")).to_owned(),
            question: self.question,
            environment: Frame {
                limits: self.limits,
                tier: self.tier,
                tenant: self.tenant,
                workspace: self.workspace,
                topic: self.topic,
                tags: self.tags,
            },
            roster: views,
            protocol,
            rule,
            stop_when: self.options.stop_when.clone(),
            stops: stop::names(&self.options),
            topology: self.options.topology.clone(),
            options: self.options,
            seed: Seed(seed),
            config_digest,
        };
        let agents = roster.iter().map(|(profile, seat)| (profile.id.clone(), seat.agent.clone())).collect();
        let protocol = timed(self.protocol, self.engine.config.protocol_limit);
        Ok(Prepared { engine: self.engine, protocol, start, agents })
    }

    fn violations(&self, roster: &Roster) -> Violations {
        let mut v = Violations::new();
        let info = self.protocol.describe();
        v.nest("/question", self.question.violations());
        v.nest("/limits", self.limits.violations());
        v.nest("", roster.violations());
        for (place, error) in &self.faults {
            v.add(format!("/seats/{place}/model"), error.reason());
        }
        let debating = roster.iter().filter(|(_, seat)| !seat.judges || self.options.judges_may_debate).count();
        v.nest("/options", self.options.violations(debating));
        v.check(self.tags.len() <= 32, "/tags", format!("{} tags, at most 32 are allowed", self.tags.len()));
        // A model that could not be opened is told once, not also as a missing seat.
        let voting = roster.iter().filter(|(_, seat)| seat.votes).count() + self.faults.len();
        let (min, max) = (info.min_seats, info.max_seats);
        v.check(
            (min..=max).contains(&voting),
            "/seats",
            format!(
                "{voting} voting seats, protocol {} takes {min} to {max}; each agent given to the debate is one, unless it judges or has no vote",
                info.name
            ),
        );
        for (i, (profile, seat)) in roster.iter().enumerate() {
            v.check(
                self.engine.config.allow_demo || !matches!(profile.kind, AgentKind::Demo | AgentKind::Scripted),
                format!("/seats/{i}/agent"),
                format!(
                    "{} is no real participant, which production refuses; see Config::agents.allow_demo",
                    profile.id
                ),
            );
            let both = seat.judges && seat.votes;
            v.check(
                !both || self.options.judges_may_debate,
                format!("/seats/{i}/judges"),
                format!("{} judges and votes; seat it as_judge() or set options.judges_may_debate", profile.id),
            );
        }
        v.nest("/rule", consensus::violations(&self.rule, voting, &self.engine.rules));
        if let Some(stop_when) = &self.options.stop_when {
            v.nest("/options/stop_when", consensus::violations(stop_when, voting, &self.engine.rules));
        }
        if let Join::Consensus(rule) = &self.options.join {
            v.nest("/options/join/consensus", consensus::violations(rule, voting, &self.engine.rules));
        }
        if let TieBreak::Seat(seat) = &self.rule.ties {
            v.check(
                roster.get(seat).is_some(),
                "/rule/ties",
                format!("seat {seat} is to break ties and is not in the roster"),
            );
        }
        v
    }

    fn template_violations(&self) -> Violations {
        let mut v = Violations::new();
        for (name, text) in &self.options.templates {
            for fault in template_faults(name, text) {
                v.add(format!("/options/templates/{name}"), fault);
            }
        }
        v
    }
}

/// A debate that was validated and not begun.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) engine: Arc<Inner>,
    pub(crate) protocol: Arc<dyn DebateProtocol>,
    pub(crate) start: DebateStart,
    pub(crate) agents: BTreeMap<AgentId, Arc<dyn Agent>>,
}

impl Prepared {
    /// Begins the debate; `more` are further inputs that belong to its first batch (a fork's edits).
    pub(crate) async fn launch(self, more: Vec<Input>) -> Result<DebateHandle> {
        let admitted = self.engine.admit()?;
        // The work is a task of its own, so that dropping the caller's future leaves no half-begun debate: the handle
        // it returns is then dropped, which cancels the debate.
        let begun = tokio::spawn(async move {
            let (tenant, debate) = (self.start.environment.tenant.clone(), self.start.debate.clone());
            let mut log = Log::claim(&self.engine, &tenant, &debate).await?;
            let now = self.engine.parts.clock.now();
            let begun = Machine::begin(self.start, now, self.protocol.clone(), self.engine.rules.clone());
            let (mut machine, mut effects) = match begun {
                Ok(begun) => begun,
                Err(error) => {
                    log.release().await;
                    return Err(error);
                }
            };
            for input in more {
                effects.entries.extend(machine.handle(input, now)?.entries);
            }
            if let Err(error) = log.append(&effects.entries).await {
                log.release().await;
                return Err(error);
            }
            self.engine.metrics.started.increment();
            let blocking = self.protocol.blocking();
            Ok(run(&self.engine, log, machine, &effects.entries, &[], self.agents, blocking, Input::Begin, admitted))
        });
        begun.await.map_err(|error| Error::internal(format!("the debate could not be begun: {error}")))?
    }
}

/// Hands a debate to a task of its own.
#[allow(clippy::too_many_arguments)]
pub(crate) fn run(
    engine: &Arc<Inner>,
    log: Log,
    machine: Machine,
    published: &[super::machine::Entry],
    history: &[crate::debate::Record],
    agents: BTreeMap<AgentId, Arc<dyn Agent>>,
    blocking: bool,
    first: Input,
    admitted: super::inner::Admitted,
) -> DebateHandle {
    let t = machine.transcript();
    let (tenant, debate) = (t.start().environment.tenant.clone(), t.debate().clone());
    let clock = engine.parts.clock.clone();
    let elapsed = clock.now().as_millis().saturating_sub(t.started().as_millis()).max(0).cast_unsigned();
    let left = t.limits().deadline.saturating_sub(Duration::from_millis(elapsed));
    let deadline = Deadline::after(clock.as_ref(), left);
    let accounts = engine.agents.enter(&tenant, &debate, MicroUsd(t.ledger().micros()));
    let bus = Bus::new(engine.config.event_buffer, &engine.parts.telemetry);
    let source = LogSource { storage: engine.storage.clone(), tenant, debate };
    let (live, controls) = Live::new(source, bus, clock);
    live.history(history);
    live.publish(published);
    live.listen_early();
    *live.machine() = Some(machine);
    engine.enter(&live);
    let handle = DebateHandle::new(live.clone());
    let mut driver = Driver::new(engine.clone(), live, controls, agents, log, blocking, deadline);
    driver.accounts = accounts;
    let span = tracing::info_span!("debate", debate = %handle.id());
    tokio::spawn(driver.run(first, admitted).instrument(span));
    handle
}

/// The rule a risk tier asks for, unless the given one is at least as strong.
fn for_tier(rule: RuleConfig, tier: Option<RiskTier>) -> RuleConfig {
    let strength = |kind: &RuleKind| match kind {
        RuleKind::Unanimity { .. } => 3,
        RuleKind::Supermajority { share } | RuleKind::Threshold { share, .. } | RuleKind::CountAboveFloor { share }
            if reaches(*share, Share::TWO_THIRDS) =>
        {
            2
        }
        RuleKind::Majority | RuleKind::Supermajority { .. } => 1,
        RuleKind::Threshold { share, strict } if reaches(*share, Share::HALF) && (*strict || *share != Share::HALF) => {
            1
        }
        _ => 0,
    };
    let (needed, kind) = match tier {
        None => return rule,
        Some(RiskTier::One) => (2, RuleKind::Supermajority { share: Share::TWO_THIRDS }),
        Some(RiskTier::Two | RiskTier::Three) => (1, RuleKind::Majority),
    };
    if strength(&rule.rule) >= needed { rule } else { RuleConfig { rule: kind, ..rule } }
}

fn reaches(share: Share, least: Share) -> bool {
    u64::from(share.num()) * u64::from(least.den()) >= u64::from(least.num()) * u64::from(share.den())
}

fn digest(protocol: &ProtocolRef, rule: &RuleConfig, options: &DebateOptions, roster: &Roster) -> Result<Digest> {
    let templates: Vec<Value> = TEMPLATE_NAMES
        .iter()
        .map(|name| {
            json!([
                name,
                Digest::of(
                    options
                        .templates
                        .get(*name)
                        .map(String::as_str)
                        .or_else(|| crate::protocols::builtin_template(name))
                        .unwrap_or_default()
                )
            ])
        })
        .collect();
    let document = json!({"protocol": protocol, "rule": rule, "options": options, "templates": templates, "roster": roster.digest()?});
    Ok(Digest::of(to_canonical(&document)?))
}
