use std::time::Duration;

use sqlx::Row as _;

use super::Inner;
use super::errors::collided;
use super::read::{bytes, column, number};
use super::session::failed;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::Revision;
use crate::storage::address::{Address, KeyRange};
use crate::storage::key::KeyBytes;
use crate::storage::lease::{ClaimTarget, Lease, LeaseClaim, lease_lost};
use crate::storage::remote::key_bounds;

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

impl Inner {
    pub(super) async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        match &claim.target {
            ClaimTarget::Name(at) => self.claim_name(at, &claim).await,
            ClaimTarget::Ready { range, limit } => self.claim_ready(range, *limit, &claim).await,
        }
    }

    async fn claim_name(&self, at: &Address, claim: &LeaseClaim) -> Result<Vec<Lease>> {
        let query = self.query(&self.sql.claim).bind(column(&at.space)).bind(at.table.as_str()).bind(at.key.as_bytes());
        let query = query.bind(&claim.owner).bind(millis(claim.ttl)).bind(self.tenant_of([&at.space]));
        let mut session = self.session_of_function().await?;
        let sent = session.sent();
        let rows = session.fetch_all(query).await.map_err(|error| failed(error, sent))?;
        session.commit().await?;
        rows.iter()
            .map(|row| {
                let revision: Option<i64> = row.try_get("revision").map_err(|error| failed(error, sent))?;
                Ok(Lease {
                    at: at.clone(),
                    token: number(row, "token")?.cast_unsigned(),
                    owner: claim.owner.clone(),
                    until: Timestamp::from_millis(number(row, "until")?),
                    revision: revision.map(|revision| Revision::new(revision.cast_unsigned())),
                })
            })
            .collect()
    }

    async fn claim_ready(&self, range: &KeyRange, limit: u16, claim: &LeaseClaim) -> Result<Vec<Lease>> {
        let Some(bounds) = range.physical() else { return Ok(Vec::new()) };
        let (from, to) = key_bounds(range, &bounds);
        let query = self.query(&self.sql.claim_ready).bind(column(&range.space)).bind(range.table.as_str());
        let query = query.bind(from).bind(to).bind(i32::from(limit)).bind(&claim.owner).bind(millis(claim.ttl));
        let mut session = self.session_of_function().await?;
        let sent = session.sent();
        let rows = match session.fetch_all(query.bind(self.tenant_of([&range.space]))).await {
            // Somebody was in the way; a claim never waits.
            Err(error) if collided(&error) => return Ok(Vec::new()),
            rows => rows.map_err(|error| failed(error, sent))?,
        };
        session.commit().await?;
        rows.iter()
            .map(|row| {
                let key = KeyBytes::from_bytes(bytes(row, "key")?);
                Ok(Lease {
                    at: Address::new(range.space.clone(), range.table.clone(), key),
                    token: number(row, "token")?.cast_unsigned(),
                    owner: claim.owner.clone(),
                    until: Timestamp::from_millis(number(row, "until")?),
                    revision: Some(Revision::new(number(row, "revision")?.cast_unsigned())),
                })
            })
            .collect()
    }

    pub(super) async fn renew(&self, mut lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        let text = if ttl.is_some() { &self.sql.renew } else { &self.sql.release };
        let at = &lease.at;
        let query = self.query(text).bind(column(&at.space)).bind(at.table.as_str()).bind(at.key.as_bytes());
        let query = query.bind(i64::try_from(lease.token).unwrap_or(-1));
        let query = if let Some(ttl) = ttl { query.bind(millis(ttl)) } else { query };
        let mut session = self.session(&super::session::setting([&at.space])).await?;
        let sent = session.sent();
        let rows = session.fetch_all(query).await.map_err(|error| failed(error, sent))?;
        session.commit().await?;
        let Some(row) = rows.first() else { return Err(lease_lost(&lease.at)) };
        lease.until = Timestamp::from_millis(number(row, "until")?);
        Ok(lease)
    }
}
