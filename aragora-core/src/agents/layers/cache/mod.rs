//! Replies that need not be asked for twice.

mod document;
mod rows;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value};

pub use document::ReplyCacheDocument;

use super::Layer;
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::conduct::{ready, within};
use crate::agents::output::Output;
use crate::agents::parts::AgentParts;
use crate::agents::reply::{AgentReply, Warning};
use crate::agents::request::{AgentRequest, Sampling};
use crate::agents::target::Target;
use crate::crypto::canonical::to_canonical;
use crate::debate::{Author, CostSource, Expect, Served, StopReason, Usage};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, Digest, MicroUsd, OrgId};
use crate::storage::{MemoryStorage, Space, Storage, TableDef};
use crate::telemetry::Parts;
use rows::Rows;

/// The tables of the cache.
pub(crate) const TABLES: [TableDef; 2] = rows::TABLES;

/// How long a reply is kept unless said otherwise.
const TTL: Duration = Duration::from_secs(3_600);

/// Answers a request that was answered before without asking anybody: same tenant, target, system text, visible
/// messages, expectation, sampling and extra fields.
///
/// Only requests at temperature 0 are looked up, unless [`ReplyCache::always`] says otherwise, and only complete
/// replies are kept: ended by themselves, no refusal, no tool calls. A hit costs nothing, is `served = Cache` and is
/// streamed as one piece. A store that fails makes a miss with a warning, never a failed turn.
#[derive(Clone, Debug)]
pub struct ReplyCache {
    parts: Parts,
    /// Whose replies are kept, if only those of one organisation are.
    tenant: Option<OrgId>,
    ttl: Duration,
    always: bool,
    storage: Arc<dyn Storage>,
}

impl ReplyCache {
    /// A cache of this tenant in the store of these parts, or in memory if they have none; replies live for an hour.
    ///
    /// Every call is taken for one of this tenant, whomever it is for.
    pub fn new(parts: &AgentParts, tenant: OrgId) -> Self {
        Self { tenant: Some(tenant), ..Self::by_tenant(parts) }
    }

    /// The same for every tenant by itself: none is answered with another's replies.
    pub fn by_tenant(parts: &AgentParts) -> Self {
        let memory = || Arc::new(MemoryStorage::new(parts.parts.clock.clone())) as Arc<dyn Storage>;
        let storage = parts.storage.clone().unwrap_or_else(memory);
        Self { parts: parts.parts.clone(), tenant: None, ttl: TTL, always: false, storage }
    }

    /// Replies live this long, 1 ms to 10 years.
    #[must_use]
    pub fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Keeps replies at any temperature: the same request then gets the same answer for as long as it lives.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// Forgets what this agent answered and returns how many replies that were. A reply that was asked for before is
    /// not kept when it arrives. Of a cache by tenant, those of the tenant `default`.
    pub async fn forget(&self, agent: &AgentId) -> Result<u64> {
        self.forget_of(&OrgId::trusted("default"), agent).await
    }

    /// The same for what it answered this tenant.
    pub async fn forget_of(&self, tenant: &OrgId, agent: &AgentId) -> Result<u64> {
        self.rows(tenant).forget(agent).await
    }

    fn rows(&self, tenant: &OrgId) -> Rows {
        let tenant = self.tenant.as_ref().unwrap_or(tenant);
        Rows::new(self.storage.clone(), Space::Tenant(tenant.clone()), &self.parts)
    }
}

impl Layer for ReplyCache {
    fn name(&self) -> &'static str {
        "cache"
    }

    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent> {
        Arc::new(Cached { profile: inner.profile(), inner, cache: self.clone() })
    }
}

#[derive(Debug)]
struct Cached {
    profile: AgentProfile,
    inner: Arc<dyn Agent>,
    cache: ReplyCache,
}

#[async_trait]
impl Agent for Cached {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    fn target(&self) -> Option<Arc<Target>> {
        self.inner.target()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let Self { profile, inner, cache } = self;
        let clock = &*cache.parts.clock;
        ready(clock, &profile.id, &request)?;
        let wanted = cache.always || request.sampling.temperature == Some(0.0);
        // What has no canonical form cannot be looked up.
        let key = if wanted { self.key(&request).ok() } else { None };
        let Some(key) = key else { return inner.respond(request, output).await };
        let (began, rows) = (clock.monotonic(), cache.rows(&request.tenant));
        let looked = within(clock, &request, rows.look(&profile.id, key)).await;
        let (fill, mut warning) = match looked {
            Ok(Ok(kept)) => {
                let reply = hit(kept, clock.monotonic().saturating_sub(began));
                output.reset();
                output.text(&reply.text);
                return Ok(reply);
            }
            Ok(Err(fill)) => (Some(fill), None),
            Err(error) if matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::DeadlineExceeded) => {
                return Err(error);
            }
            Err(error) => (None, Some(unavailable(&error))),
        };
        let again = request.clone();
        let mut reply = inner.respond(request, output).await?;
        if let Some(fill) = fill.filter(|_| complete(&reply)) {
            // The answer is there: nothing that happens to the cache may take it away again.
            let kept = within(clock, &again, rows.keep(&profile.id, key, &reply, fill, cache.ttl)).await;
            warning = kept.err().map(|error| unavailable(&error));
        }
        reply.warnings.extend(warning);
        Ok(reply)
    }
}

impl Cached {
    fn key(&self, request: &AgentRequest) -> Result<Digest> {
        #[derive(Serialize)]
        struct Asked<'a> {
            tenant: &'a OrgId,
            target: String,
            system: &'a str,
            messages: Vec<(bool, &'a str)>,
            expect: &'a Expect,
            sampling: &'a Sampling,
            extra: &'a Map<String, Value>,
        }
        let profile = &self.profile;
        let own = Author::Agent(profile.id.clone());
        // As models see it: their own words and those of others, whoever they are.
        let messages = request.messages_for(&profile.id).map(|m| (m.author == own, &*m.text)).collect();
        let target = match profile.targets.first() {
            Some(target) => format!("target {target}"),
            None => format!("agent {} {}/{} {}", profile.id, profile.provider, profile.model, profile.version),
        };
        let asked = Asked {
            tenant: self.cache.tenant.as_ref().unwrap_or(&request.tenant),
            target,
            system: &request.system,
            messages,
            expect: &request.expect,
            sampling: &request.sampling,
            extra: &request.extra,
        };
        Ok(Digest::of(to_canonical(&asked)?))
    }
}

fn complete(reply: &AgentReply) -> bool {
    reply.stop == StopReason::End
        && reply.refusal.is_none()
        && reply.tool_calls.is_empty()
        && matches!(reply.served, Served::Live)
}

/// Nothing was used and nothing is paid for.
fn hit(mut reply: AgentReply, took: Duration) -> AgentReply {
    reply.served = Served::Cache;
    reply.usage = Some(Usage::default());
    reply.cost = Some(MicroUsd(0));
    reply.cost_source = CostSource::Free;
    reply.latency.total = took;
    reply.latency.first_token = None;
    reply
}

fn unavailable(error: &Error) -> Warning {
    Warning { code: "cache_unavailable".into(), detail: format!("the reply cache did not answer: {}", error.code()) }
}
