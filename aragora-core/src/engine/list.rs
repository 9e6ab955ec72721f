//! Debates as a store holds them: look-up, lists from header rows only, logs and exports.

use std::sync::Arc;

use futures_util::stream::{self, Stream};
use serde::Serialize;

use super::Engine;
use super::log::{not_found, read_all};
use super::rows::{DebateState, DebateSummary, space};
use super::stream::{EventStream, LogSource, events_of, events_of_log};
use crate::clock::Timestamp;
use crate::debate::{Record, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{DebateId, OrgId};
use crate::storage::{PageRequest, Table};
use crate::telemetry::OnLag;

/// Which debates to list. The default is all of an organisation, 100 at a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DebateQuery {
    /// Only in this state.
    pub state: Option<DebateState>,
    /// Only begun at or after this time.
    pub from: Option<Timestamp>,
    /// Only begun before this time.
    pub to: Option<Timestamp>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<DebateId>,
    /// 1..=1000, default 100.
    pub limit: Option<u16>,
}

/// One page of a list, in order of the debates' ids, which is the order of their beginnings for ids made here.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DebatePage {
    /// The debates.
    pub items: Vec<DebateSummary>,
    /// Where to go on; absent exactly when nothing follows.
    pub next: Option<DebateId>,
}

impl DebateQuery {
    fn takes(&self, debate: &DebateSummary) -> bool {
        self.state.is_none_or(|state| state == debate.state)
            && self.from.is_none_or(|from| debate.started_at >= from)
            && self.to.is_none_or(|to| debate.started_at < to)
            && self.tag.as_ref().is_none_or(|tag| debate.tags.contains(tag))
    }
}

impl Engine {
    fn headers(&self, tenant: &OrgId) -> Table<DebateSummary> {
        Table::new(self.inner.storage.clone(), space(tenant))
    }

    /// What the store says about one debate. `not_found` if there is none.
    pub async fn get(&self, tenant: &OrgId, debate: &DebateId) -> Result<DebateSummary> {
        let found = self.headers(tenant).get(&debate.to_string()).await?;
        found.map(|row| row.value).ok_or_else(|| not_found(debate))
    }

    /// One page of an organisation's debates.
    pub async fn list(&self, tenant: &OrgId, query: &DebateQuery) -> Result<DebatePage> {
        let limit = usize::from(query.limit.unwrap_or(100));
        if !(1..=1_000).contains(&limit) {
            return Err(Error::new(ErrorKind::InvalidRequest, format!("limit {limit}, expected 1 to 1000")));
        }
        let table = self.headers(tenant);
        let from = query.cursor.as_ref().map(DebateId::to_string);
        let range = table.range(
            from.as_ref().map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded),
            std::ops::Bound::Unbounded,
        );
        let mut items = Vec::new();
        let mut page = PageRequest::first(1_000);
        loop {
            let found = table.scan(range.clone(), page).await?;
            for row in found.records.into_iter().map(|row| row.value).filter(|row| query.takes(row)) {
                if items.len() == limit {
                    let next = items.last().map(|last: &DebateSummary| last.debate.clone());
                    return Ok(DebatePage { items, next });
                }
                items.push(row);
            }
            match found.next {
                Some(cursor) => page = PageRequest::first(1_000).after(cursor),
                None => return Ok(DebatePage { items, next: None }),
            }
        }
    }

    /// The whole log of a debate, running or not. `not_found` if there is none.
    pub async fn log(&self, tenant: &OrgId, debate: &DebateId) -> Result<Vec<Record>> {
        let records = read_all(self.inner.storage.as_ref(), tenant, debate).await?;
        if records.is_empty() { Err(not_found(debate)) } else { Ok(records) }
    }

    /// The folded log of a debate.
    pub async fn transcript(&self, tenant: &OrgId, debate: &DebateId) -> Result<Transcript> {
        Transcript::fold(&self.log(tenant, debate).await?)
    }

    /// The events of a debate from a seq on: live if it runs here, from its log otherwise.
    pub async fn events(&self, tenant: &OrgId, debate: &DebateId, from: u64) -> Result<EventStream> {
        if let Some(live) = self.inner.live(tenant, debate) {
            return Ok(events_of(&live, from, OnLag::CatchUp));
        }
        self.get(tenant, debate).await?;
        let source = LogSource { storage: self.inner.storage.clone(), tenant: tenant.clone(), debate: debate.clone() };
        Ok(events_of_log(source, Vec::new(), from))
    }

    /// One page of an export, debate by debate, and where the next one begins.
    #[cfg(feature = "foreign")]
    pub(crate) async fn export_page(
        &self,
        tenant: &OrgId,
        query: &DebateQuery,
    ) -> Result<(Vec<Vec<u8>>, Option<DebateId>)> {
        let page = self.list(tenant, query).await?;
        let mut debates = Vec::with_capacity(page.items.len());
        for header in &page.items {
            debates.push(self.export_one(tenant, header).await?);
        }
        Ok((debates, page.next))
    }

    async fn export_one(&self, tenant: &OrgId, header: &DebateSummary) -> Result<Vec<u8>> {
        let mut lines = crate::crypto::canonical::to_canonical(header)?;
        lines.push(b'\n');
        for record in self.log(tenant, &header.debate).await? {
            lines.extend(record.to_line()?);
            lines.push(b'\n');
        }
        Ok(lines)
    }

    /// Debates as JSON lines: the header of each, then its records.
    pub fn export(&self, tenant: OrgId, query: DebateQuery) -> impl Stream<Item = Result<Vec<u8>>> + Send + 'static {
        let engine = self.clone();
        let start = Export { engine: Arc::new(engine), tenant, query, waiting: Vec::new(), more: true };
        stream::try_unfold(start, |mut export| async move { Ok(export.next().await?.map(|lines| (lines, export))) })
    }
}

struct Export {
    engine: Arc<Engine>,
    tenant: OrgId,
    query: DebateQuery,
    waiting: Vec<DebateSummary>,
    more: bool,
}

impl Export {
    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.waiting.is_empty() && self.more {
            let page = self.engine.list(&self.tenant, &self.query).await?;
            self.more = page.next.is_some();
            self.query.cursor = page.next;
            self.waiting = page.items;
            self.waiting.reverse();
        }
        let Some(header) = self.waiting.pop() else { return Ok(None) };
        self.engine.export_one(&self.tenant, &header).await.map(Some)
    }
}
