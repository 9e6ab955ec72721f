//! What an instance can be asked beside beginning debates: one arm per operation.

use futures_util::TryStreamExt as _;
use serde::Deserialize;
use serde_json::json;

use super::budgets::BudgetUsageDocument;
use super::documents::{EventDocument, PendingTurns};
use super::json::{read, write};
use super::session::Inner;
use super::settings::Instant;
use crate::agents::{HumanReply, PendingQuery};
use crate::debate::{Document, Record};
use crate::engine::{Check, DebateQuery, DebateState};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, DebateId, OrgId, PrincipalId, RequestId};
use crate::storage::PageRequest;

/// Debates of one page of an export, which holds their whole logs.
const EXPORTED: u16 = 16;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
    debate: DebateId,
    #[serde(default)]
    from: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListArgs {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
    #[serde(default)]
    state: Option<DebateState>,
    #[serde(default)]
    from: Option<Instant>,
    #[serde(default)]
    to: Option<Instant>,
    #[serde(default)]
    tag: Option<String>,
    #[serde(default)]
    cursor: Option<DebateId>,
    #[serde(default)]
    limit: Option<u16>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayArgs {
    log: String,
    #[serde(default)]
    check: Check,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppealArgs {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
    debate: DebateId,
    #[serde(default)]
    documents: Vec<Document>,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PendingArgs {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
    #[serde(default)]
    debate: Option<DebateId>,
    #[serde(default)]
    agent: Option<AgentId>,
    #[serde(default)]
    limit: Option<u16>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TurnArgs {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
    id: RequestId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubmitArgs {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
    id: RequestId,
    reply: HumanReply,
    by: PrincipalId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclineArgs {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
    id: RequestId,
    reason: String,
    by: PrincipalId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantArgs {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForgetArgs {
    #[serde(default = "default_tenant")]
    tenant: OrgId,
    agent: AgentId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShutdownArgs {
    #[serde(default = "half_a_minute")]
    grace_ms: u64,
}

fn half_a_minute() -> u64 {
    30_000
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    ms: u64,
}

impl Inner {
    pub(super) async fn call(&self, op: &str, args: &str) -> Result<String> {
        let engine = self.aragora.debates();
        match op {
            "debates.get" => {
                let a: Named = read(op, args)?;
                write(&engine.get(&a.tenant, &a.debate).await?)
            }
            "debates.list" => {
                let ListArgs { tenant, state, from, to, tag, cursor, limit } = read(op, args)?;
                let (from, to) = (from.map(|at| at.0), to.map(|at| at.0));
                write(&engine.list(&tenant, &DebateQuery { state, from, to, tag, cursor, limit }).await?)
            }
            "debates.log" => {
                let a: Named = read(op, args)?;
                let mut text = String::new();
                for record in engine.log(&a.tenant, &a.debate).await? {
                    text.push_str(&lines(record.to_line()?)?);
                    text.push('\n');
                }
                write(&text)
            }
            "debates.events" => {
                let a: Named = read(op, args)?;
                let events: Vec<_> = engine.events(&a.tenant, &a.debate, a.from).await?.try_collect().await?;
                write(&events.iter().map(EventDocument::from).collect::<Vec<_>>())
            }
            "debates.messages" => {
                let a: Named = read(op, args)?;
                write(&engine.transcript(&a.tenant, &a.debate).await?.messages())
            }
            "debates.replay" => {
                let a: ReplayArgs = read(op, args)?;
                let engine = engine.clone();
                // A protocol of the host answers from another thread, so this one must be free to wait.
                let replayed = tokio::task::spawn_blocking(move || engine.replay(&records(&a.log)?, a.check));
                write(&replayed.await.map_err(|error| Error::internal(format!("a replay was lost: {error}")))??)
            }
            "debates.appeal" => {
                let a: AppealArgs = read(op, args)?;
                write(engine.appeal(&a.tenant, &a.debate, a.documents, &a.reason).await?.question())
            }
            "debates.export" => {
                let ListArgs { tenant, state, from, to, tag, cursor, limit } = read(op, args)?;
                let (from, to) = (from.map(|at| at.0), to.map(|at| at.0));
                let limit = Some(limit.unwrap_or(EXPORTED));
                let query = DebateQuery { state, from, to, tag, cursor, limit };
                let (debates, next) = engine.export_page(&tenant, &query).await?;
                let debates = debates.into_iter().map(lines).collect::<Result<Vec<_>>>()?;
                write(&json!({ "debates": debates, "next": next }))
            }
            "shutdown" => {
                let a: ShutdownArgs = read(op, args)?;
                write(&self.shut_down(std::time::Duration::from_millis(a.grace_ms)).await?)
            }
            "desk.pending" => {
                let a: PendingArgs = read(op, args)?;
                let page = PageRequest::first(a.limit.unwrap_or(100));
                let page = engine
                    .human_desk(&a.tenant)
                    .pending(PendingQuery { debate: a.debate, agent: a.agent, page })
                    .await?;
                write(&PendingTurns { more: page.next.is_some(), turns: page.turns })
            }
            "desk.turn" => {
                let a: TurnArgs = read(op, args)?;
                write(&engine.human_desk(&a.tenant).turn(&a.id).await?)
            }
            "desk.submit" => {
                let a: SubmitArgs = read(op, args)?;
                write(&engine.human_desk(&a.tenant).submit(&a.id, a.reply, &a.by).await?)
            }
            "desk.decline" => {
                let a: DeclineArgs = read(op, args)?;
                write(&engine.human_desk(&a.tenant).decline(&a.id, a.reason, &a.by).await?)
            }
            "agents.budgets" => {
                let a: TenantArgs = read(op, args)?;
                let stands = self.aragora.agents().budgets(&a.tenant).await?;
                write(&stands.into_iter().map(BudgetUsageDocument::from).collect::<Vec<_>>())
            }
            "agents.forget" => {
                let a: ForgetArgs = read(op, args)?;
                write(&self.aragora.agents().forget(&a.tenant, &a.agent).await?)
            }
            _ if op.starts_with("encryption.") => self.encryption(op, args).await,
            _ if op.starts_with("backups.") => self.backups(op, args).await,
            other => Err(Error::internal(format!("a binding called {other:?}"))),
        }
    }

    pub(super) fn ask(&self, op: &str, args: &str) -> Result<String> {
        match op {
            "activity" => {
                let a = self.aragora.debates().activity();
                write(&json!({
                    "debates": a.debates, "queued": a.queued, "turns": a.turns, "permits": a.permits,
                    "foreign_calls": self.process.calls.len(),
                }))
            }
            "agents.check" => write(&self.aragora.agents().check()),
            "agents.health" => write(&self.aragora.agents().health()),
            "agents.breakers" => write(&self.aragora.agents().breakers()),
            "agents.rate_limits" => write(&self.aragora.agents().rate_limits()),
            "encryption.key_ids" => write(&self.key_ids()),
            "metrics" => write(&self.parts.telemetry.render_prometheus()),
            "clock.now" => write(&self.parts.clock.now().to_string()),
            "clock.advance" => {
                let a: Advance = read(op, args)?;
                self.manual()?.advance(std::time::Duration::from_millis(a.ms));
                write(&())
            }
            "clock.sleepers" => write(&self.manual()?.sleepers()),
            other => Err(Error::internal(format!("a binding asked for {other:?}"))),
        }
    }

    fn manual(&self) -> Result<&crate::clock::ManualClock> {
        self.manual.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::InvalidState, "this instance runs on the machine's clock; open it with a manual one")
        })
    }
}

/// The records of a log, one line each.
pub(super) fn records(log: &str) -> Result<Vec<Record>> {
    log.lines().filter(|line| !line.trim().is_empty()).map(|line| Record::from_line(line.as_bytes())).collect()
}

fn lines(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| Error::internal(format!("a record is no UTF-8: {error}")))
}

pub(super) fn default_tenant() -> OrgId {
    OrgId::trusted("default")
}
