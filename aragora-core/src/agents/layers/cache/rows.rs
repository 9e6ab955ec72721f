//! Where replies are kept, and how a forgotten one cannot come back.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::agents::recorded::KeptReply;
use crate::agents::reply::AgentReply;
use crate::error::{ErrorKind, Result};
use crate::ids::{AgentId, Digest};
use crate::storage::{
    Batch, Class, IndexDef, KeyBytes, PageRequest, Replaces, Revision, Space, Storage, Table, TableDef, TableRecord,
    Versioned,
};
use crate::telemetry::Parts;

/// A reply with who gave it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CachedReply {
    key: Digest,
    agent: AgentId,
    reply: KeptReply,
}

/// The tables of the cache.
pub(super) const TABLES: [TableDef; 2] = [CachedReply::DEF, CacheEpoch::DEF];

impl TableRecord for CachedReply {
    type Key = String;
    const DEF: TableDef = TableDef {
        class: Class::Derived,
        indexes: &[IndexDef { name: "agent", table: "cached_reply_agent" }],
        ..TableDef::tenant("cached_reply", 1)
    };

    fn key(&self) -> String {
        self.key.to_string()
    }

    fn index(&self, _name: &str) -> Vec<KeyBytes> {
        vec![KeyBytes::of(&self.agent.as_str().to_owned())]
    }
}

/// Changed whenever an agent's replies are forgotten: a reply asked for before is not kept afterwards.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CacheEpoch {
    agent: AgentId,
    epoch: u64,
}

impl TableRecord for CacheEpoch {
    type Key = String;
    const DEF: TableDef = TableDef {
        class: Class::Derived,
        seal: crate::storage::Seal::Plain,
        ..TableDef::tenant("cached_reply_epoch", 1)
    };

    fn key(&self) -> String {
        self.agent.as_str().to_owned()
    }
}

/// Permission to keep one reply, as things stood when it was asked for.
#[derive(Debug)]
pub(super) struct Fill(Revision);

#[derive(Clone, Debug)]
pub(super) struct Rows {
    replies: Table<CachedReply>,
    epochs: Table<CacheEpoch>,
}

impl Rows {
    pub(super) fn new(storage: Arc<dyn Storage>, space: Space, parts: &Parts) -> Self {
        let replies = Table::new(storage.clone(), space.clone()).with_parts(parts);
        let epochs = Table::new(storage, space).with_parts(parts);
        Self { replies, epochs }
    }

    /// The reply under this key, or permission to keep one.
    pub(super) async fn look(&self, agent: &AgentId, key: Digest) -> Result<std::result::Result<AgentReply, Fill>> {
        if let Some(kept) = self.replies.get(&key.to_string()).await? {
            return Ok(Ok(kept.value.reply.into()));
        }
        Ok(Err(Fill(self.epoch(agent).await?)))
    }

    async fn epoch(&self, agent: &AgentId) -> Result<Revision> {
        let first = CacheEpoch { agent: agent.clone(), epoch: 0 };
        if let Some(current) = self.epochs.get(&first.key()).await? {
            return Ok(current.revision);
        }
        match self.epochs.put_if_absent(&first).await? {
            Some(revision) => Ok(revision),
            // Somebody was faster.
            None => match self.epochs.get(&first.key()).await? {
                Some(current) => Ok(current.revision),
                None => Err(crate::error::Error::internal("an epoch vanished")),
            },
        }
    }

    /// Keeps a reply unless its agent's were forgotten meanwhile or somebody else kept one.
    pub(super) async fn keep(
        &self,
        agent: &AgentId,
        key: Digest,
        reply: &AgentReply,
        fill: Fill,
        ttl: Duration,
    ) -> Result<()> {
        let record = CachedReply { key, agent: agent.clone(), reply: KeptReply::from(reply) };
        let mut batch = Batch::default();
        self.epochs.stage_check(&mut batch, &agent.as_str().to_owned(), fill.0)?;
        self.replies.stage_put_for(&mut batch, &record, Replaces::Nothing, Some(ttl))?;
        match self.replies.storage().apply(batch).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn forget(&self, agent: &AgentId) -> Result<u64> {
        let next = |current: Option<CacheEpoch>| {
            let epoch = current.map_or(0, |current| current.epoch) + 1;
            Ok(Some(CacheEpoch { agent: agent.clone(), epoch }))
        };
        self.epochs.update(&agent.as_str().to_owned(), next).await?;
        let mut forgotten = 0;
        let range = self.replies.index_prefix("agent", &agent.as_str().to_owned())?;
        let mut page = Some(PageRequest::first(256));
        while let Some(request) = page {
            let found = self.replies.scan_index("agent", range.clone(), request).await?;
            for Versioned { value, .. } in found.records {
                forgotten += u64::from(self.replies.take(&value.key()).await?.is_some());
            }
            page = found.next.map(|next| PageRequest::first(256).after(next));
        }
        Ok(forgotten)
    }
}
