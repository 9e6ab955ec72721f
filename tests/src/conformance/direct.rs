//! The core's public API, as a Rust host uses it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aragora_core::agents::layers::LayersDocument;
use aragora_core::agents::{AgentParts, Agents, PendingQuery, Seat};
use aragora_core::clock::{Clock as _, ManualClock, Timestamp};
use aragora_core::config::Config;
use aragora_core::debate::{Edit, Record, Seed};
use aragora_core::engine::{DebateHandle, DebateQuery, DebateState, Engine, EngineConfig, EventClass, EventStream};
use aragora_core::entropy::Entropy;
use aragora_core::foreign::{BudgetUsageDocument, EventDocument};
use aragora_core::ids::{DebateId, OrgId, PrincipalId, RequestId, WorkspaceId};
use aragora_core::storage::PageRequest;
use aragora_core::telemetry::Parts;
use aragora_core::{Error, ErrorKind, Question, Result};
use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::cast::Cast;
use super::direct_agent::PlayedProtocol;
use super::direct_pure::{parse, raise, tally};
use super::direct_store::{Kept, crypto};
use super::documents::{maybe, member, read, rule};
use super::format::Given;
use super::sdk::{Events, Failure, Instance, Running, Sdk};

/// The core itself.
#[derive(Clone, Copy, Debug)]
pub struct Direct;

#[derive(Debug)]
pub(super) struct DirectInstance {
    pub(super) engine: Engine,
    kept: Kept,
    pub(super) clock: ManualClock,
    pub(super) cast: Arc<Cast>,
}

#[derive(Debug)]
struct DirectDebate(DebateHandle);

struct DirectEvents(EventStream);

/// Bytes that count up from a seed.
#[derive(Debug)]
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, out: &mut [u8]) -> Result<()> {
        for chunk in out.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
        Ok(())
    }
}

#[async_trait]
impl Sdk for Direct {
    async fn open(&self, given: &Given, cast: Arc<Cast>) -> Result<Box<dyn Instance>, Failure> {
        let clock = ManualClock::new(given.clock.as_deref().unwrap_or("2026-01-01T00:00:00Z").parse()?);
        let seed: Seed = read("seed", &json!(given.seed.as_deref().unwrap_or("7")))?;
        let parts = Parts::system().with_clock(clock.clone()).with_entropy(Counted(AtomicU64::new(seed.0)));
        let config = given.config.as_ref().map_or_else(|| Config::load([("", "")]), config)?;
        let kept = Kept::open(given, &parts).await?;
        let storage = kept.stack.whole();
        let agents = Agents::builder()
            .providers(config.providers.clone())
            .parts(AgentParts::over(parts.clone()).with_storage(storage.clone()));
        let agents = agents
            .document(&given.layers.as_ref().map_or_else(|| Ok(LayersDocument::default()), |it| read("layers", it))?)?;
        let engine = Engine::builder().parts(parts).storage(storage);
        let engine = engine.config(EngineConfig::of(&config)).agents(agents.build());
        let engine = cast.protocols.values().try_fold(engine, |engine, script| {
            Ok::<_, Error>(engine.protocol(Arc::new(PlayedProtocol::new(script.clone())?)))
        })?;
        Ok(Box::new(DirectInstance { engine: engine.build()?, kept, clock, cast }))
    }
}

impl DirectInstance {
    async fn begin(&self, kind: &str, spec: &Value) -> Result<DebateHandle> {
        let tenant = tenant(spec)?;
        let seats = spec["seats"].as_array().cloned().unwrap_or_default();
        let seats: Vec<Seat> = seats.iter().map(|seat| self.seat(seat, &tenant)).collect::<Result<_>>()?;
        match kind {
            "resume" => {
                let mut resume = self.engine.resume(member(spec, "debate")?).tenant(tenant);
                if maybe(spec, "accept_changes")? == Some(true) {
                    resume = resume.accept_changes();
                }
                seats.into_iter().fold(resume, |resume, seat| resume.seat(seat)).start().await
            }
            "fork" => {
                let mut fork = self.engine.fork(member(spec, "debate")?, member(spec, "at_seq")?).tenant(tenant);
                for edit in maybe::<Vec<Edit>>(spec, "edits")?.unwrap_or_default() {
                    fork = fork.edit(edit);
                }
                if let Some(id) = maybe(spec, "id")? {
                    fork = fork.id(id);
                }
                seats.into_iter().fold(fork, |fork, seat| fork.seat(seat)).start().await
            }
            _ => self.debate(spec, tenant, seats).await,
        }
    }

    async fn debate(&self, spec: &Value, tenant: OrgId, seats: Vec<Seat>) -> Result<DebateHandle> {
        let question: Question = match &spec["question"] {
            Value::String(text) => text.as_str().into(),
            document => read("question", document)?,
        };
        let mut settings = spec.as_object().cloned().unwrap_or_default();
        for name in ["question", "seats", "tenant", "workspace", "id"] {
            settings.remove(name);
        }
        if let Some(given) = settings.get_mut("rule") {
            *given = json!(rule(given)?);
        }
        let mut debate = self.engine.debate(question).tenant(tenant);
        if let Some(name) = settings.get("protocol").and_then(|protocol| protocol["participant"].as_str()) {
            let script = self.cast.protocols.get(name).cloned();
            let script =
                script.ok_or_else(|| Error::new(ErrorKind::InvalidRequest, format!("no protocol {name:?}")))?;
            debate = debate.protocol(PlayedProtocol::new(script)?);
            settings.remove("protocol");
        }
        debate = debate.document(settings.into())?;
        if let Some(workspace) = maybe::<WorkspaceId>(spec, "workspace")? {
            debate = debate.workspace(workspace);
        }
        if let Some(id) = maybe::<DebateId>(spec, "id")? {
            debate = debate.id(id);
        }
        seats.into_iter().fold(debate, |debate, seat| debate.seat(seat)).start().await
    }

    async fn debates(&self, op: &str, args: &Value) -> Result<Value> {
        let tenant = tenant(args)?;
        let debate = || member::<DebateId>(args, "debate");
        Ok(match op {
            "debates.get" => json!(self.engine.get(&tenant, &debate()?).await?),
            "debates.list" => {
                let query = DebateQuery {
                    state: maybe::<DebateState>(args, "state")?,
                    from: instant(args, "from")?,
                    to: instant(args, "to")?,
                    tag: maybe(args, "tag")?,
                    cursor: maybe(args, "cursor")?,
                    limit: maybe(args, "limit")?,
                };
                json!(self.engine.list(&tenant, &query).await?)
            }
            "debates.export" => {
                let query = DebateQuery {
                    state: maybe::<DebateState>(args, "state")?,
                    from: instant(args, "from")?,
                    to: instant(args, "to")?,
                    tag: maybe(args, "tag")?,
                    ..DebateQuery::default()
                };
                let debates: Vec<Vec<u8>> = self.engine.export(tenant, query).try_collect().await?;
                debates.iter().map(|lines| json!(String::from_utf8_lossy(lines))).collect()
            }
            "debates.log" => {
                let mut text = String::new();
                for record in self.engine.log(&tenant, &debate()?).await? {
                    text.push_str(&String::from_utf8_lossy(&record.to_line()?));
                    text.push('\n');
                }
                json!(text)
            }
            "debates.replay" => {
                let log: String = member(args, "log")?;
                let records: Vec<Record> =
                    log.lines().map(|line| Record::from_line(line.as_bytes())).collect::<Result<_>>()?;
                json!(self.engine.replay(&records, maybe(args, "check")?.unwrap_or_default())?)
            }
            _ => {
                let from = maybe(args, "from")?.unwrap_or_default();
                drain(self.engine.events(&tenant, &debate()?, from).await?).await?
            }
        })
    }

    async fn agents(&self, op: &str, args: &Value) -> Result<Value> {
        let agents = self.engine.agents();
        Ok(match op {
            "agents.check" => json!(agents.check()),
            "agents.health" => json!(agents.health()),
            "agents.breakers" => json!(agents.breakers()),
            "agents.rate_limits" => json!(agents.rate_limits()),
            "agents.budgets" => {
                let stands = agents.budgets(&tenant(args)?).await?;
                let document = |(name, usage)| json!(BudgetUsageDocument::from((name, usage)));
                stands.into_iter().map(document).collect()
            }
            _ => json!(agents.forget(&tenant(args)?, &member(args, "agent")?).await?),
        })
    }

    async fn desk(&self, op: &str, args: &Value) -> Result<Value> {
        let desk = self.engine.human_desk(&tenant(args)?);
        let id = || member::<RequestId>(args, "id");
        let by = || PrincipalId::new(member::<String>(args, "by")?);
        Ok(match op {
            "desk.pending" => {
                let page = PageRequest::first(maybe(args, "limit")?.unwrap_or(100));
                let query = PendingQuery { debate: maybe(args, "debate")?, agent: maybe(args, "agent")?, page };
                let page = desk.pending(query).await?;
                json!({ "turns": page.turns, "more": page.next.is_some() })
            }
            "desk.turn" => json!(desk.turn(&id()?).await?),
            "desk.submit" => {
                desk.submit(&id()?, member(args, "reply")?, &by()?).await?;
                Value::Null
            }
            _ => {
                desk.decline(&id()?, member(args, "reason")?, &by()?).await?;
                Value::Null
            }
        })
    }
}

#[async_trait]
impl Instance for DirectInstance {
    async fn call(&self, op: &str, args: &Value) -> Result<Value, Failure> {
        Ok(match op {
            "consensus.tally" => tally(args)?,
            "config.load" => {
                let config = config(args)?;
                let providers: Vec<&String> = config.providers.keys.keys().collect();
                json!({ "events": { "buffer_size": config.events.buffer_size }, "providers": providers })
            }
            "errors.list" => ErrorKind::ALL
                .iter()
                .map(|kind| json!({ "code": kind.code(), "retryable": kind.retryable_by_default() }))
                .collect(),
            "errors.raise" => return Err(raise(args)?.into()),
            "protocols.list" => ["critique", "dynamic", "sequential", "simultaneous", "vote_only"]
                .iter()
                .map(|name| {
                    let built = aragora_core::protocols::Registry::default().named(name, &Value::Null)?;
                    Ok(json!({ "name": name, "params": built.describe().params }))
                })
                .collect::<Result<Value>>()?,
            "clock.now" => json!(self.clock.now().to_string()),
            "clock.advance" => {
                self.clock.advance(Duration::from_millis(member(args, "ms")?));
                Value::Null
            }
            "aragora.activity" => {
                let now = self.engine.activity();
                json!({ "debates": now.debates, "queued": now.queued, "turns": now.turns, "permits": now.permits })
            }
            "aragora.shutdown" => {
                let report = self.engine.shutdown(Duration::from_millis(member(args, "grace_ms")?)).await;
                self.kept.close().await?;
                json!(report)
            }
            "aragora.close" => {
                self.engine.shutdown(Duration::ZERO).await;
                if args["store"] == true {
                    self.kept.close().await?;
                }
                Value::Null
            }
            _ if op.starts_with("crypto.") => crypto(op, args)?,
            _ if op.starts_with("encryption.") => self.kept.encryption(op, args).await?,
            _ if op.starts_with("backups.") => self.kept.backups(op, args).await?,
            _ if op.starts_with("parse.") => parse(op, args)?,
            _ if op.starts_with("debates.") => self.debates(op, args).await?,
            _ if op.starts_with("agents.") => self.agents(op, args).await?,
            _ if op.starts_with("desk.") => self.desk(op, args).await?,
            _ => return Err(Error::internal(format!("op {op} is not the instance's")).into()),
        })
    }

    async fn start(&self, kind: &str, spec: &Value) -> Result<Arc<dyn Running>, Failure> {
        Ok(Arc::new(DirectDebate(self.begin(kind, spec).await?)))
    }
}

#[async_trait]
impl Running for DirectDebate {
    fn id(&self) -> String {
        self.0.id().to_string()
    }

    async fn call(&self, op: &str, args: &Value) -> Result<Value, Failure> {
        let (human, text) = (self.0.human(), |name: &str| args[name].as_str().unwrap_or_default());
        Ok(match op {
            "debate.result" => json!(self.0.result().await?),
            "debate.partial" => json!(self.0.partial()?),
            "debate.finished" => json!(self.0.is_finished()),
            "debate.cancel" => {
                self.0.cancel(text("reason"));
                Value::Null
            }
            "debate.events" => drain(self.0.events(maybe(args, "from")?.unwrap_or_default())).await?,
            "human.message" => json!(human.message(text("by"), text("text"))?),
            "human.guidance" => json!(human.guidance(text("by"), text("text"))?),
            "human.vote" => json!(human.vote(text("by"), text("option"), maybe(args, "intensity")?)?),
            "human.resolve" => {
                let guidance: Option<String> = maybe(args, "guidance")?;
                json!(human.resolve(text("breakpoint"), text("action"), guidance.as_deref(), text("by"))?)
            }
            _ => return Err(Error::internal(format!("op {op} is not a debate's")).into()),
        })
    }

    fn events(&self, from: u64) -> Result<Box<dyn Events>, Failure> {
        Ok(Box::new(DirectEvents(self.0.events(from))))
    }
}

#[async_trait]
impl Events for DirectEvents {
    async fn next(&mut self) -> Result<Option<Vec<Value>>, Failure> {
        match self.0.next().await {
            Some(next) => Ok(Some(vec![json!(EventDocument::from(&next?))])),
            None => Ok(None),
        }
    }
}

async fn drain(mut stream: EventStream) -> Result<Value> {
    let mut events = Vec::new();
    while let Some(next) = stream.next().await {
        let next = next?;
        if next.class == EventClass::Recorded {
            events.push(json!(EventDocument::from(&next)));
        }
    }
    Ok(events.into())
}

fn tenant(args: &Value) -> Result<OrgId> {
    OrgId::new(maybe::<String>(args, "tenant")?.as_deref().unwrap_or("default"))
}

fn instant(args: &Value, name: &str) -> Result<Option<Timestamp>> {
    maybe::<String>(args, name)?.map(|text| text.parse()).transpose()
}

fn config(args: &Value) -> Result<Config> {
    let env: BTreeMap<String, String> = maybe(args, "env")?.unwrap_or_default();
    Config::load(env)
}
