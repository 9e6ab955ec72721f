use std::time::Duration;

use redis::Value;

use super::Inner;
use super::dial::text;
use super::errors::nonsense;
use super::read::{hex, place};
use super::scripts::Script;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::Revision;
use crate::storage::address::Address;
use crate::storage::key::KeyBytes;
use crate::storage::lease::{ClaimTarget, Lease, LeaseClaim, lease_lost};
use crate::storage::remote::key_bounds;

/// A lapsed claim is forgotten after this long; until then its owner may still renew it.
const FORGET: Duration = Duration::from_secs(24 * 3_600);

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Inner {
    pub(super) async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        let prefix = self.options.prefix();
        let (space, table) = match &claim.target {
            ClaimTarget::Name(at) => (&at.space, &at.table),
            ClaimTarget::Ready { range, .. } => (&range.space, &range.table),
        };
        let bounds = match &claim.target {
            ClaimTarget::Name(_) => None,
            ClaimTarget::Ready { range, .. } => match range.physical() {
                Some(bounds) => Some(key_bounds(range, &bounds)),
                None => return Ok(Vec::new()),
            },
        };
        let place = place(space, table);
        let call = self.link.call(Script::Claim, |command| {
            command.arg(&prefix).arg(&place).arg(&claim.owner).arg(millis(claim.ttl)).arg(millis(FORGET));
            match (&claim.target, &bounds) {
                (ClaimTarget::Name(at), _) => command.arg("n").arg(hex(&at.key)),
                (ClaimTarget::Ready { limit, .. }, Some((from, to))) => command.arg("r").arg(from).arg(to).arg(*limit),
                _ => command,
            };
        });
        let Value::Array(rows) = call.await? else { return Err(nonsense("leases")) };
        rows.iter()
            .map(|row| {
                let Value::Array(fields) = row else { return Err(nonsense("a lease")) };
                let [Value::BulkString(member), token, until, revision] = &fields[..] else {
                    return Err(nonsense("a lease"));
                };
                let at = match &claim.target {
                    ClaimTarget::Name(at) => at.clone(),
                    ClaimTarget::Ready { .. } => {
                        Address::new(space.clone(), table.clone(), KeyBytes::from_bytes(member.clone()))
                    }
                };
                Ok(Lease {
                    at,
                    token: parsed(token).ok_or_else(|| nonsense("a lease"))?,
                    owner: claim.owner.clone(),
                    until: Timestamp::from_millis(parsed(until).ok_or_else(|| nonsense("a lease"))?),
                    revision: parsed(revision).map(Revision::new),
                })
            })
            .collect()
    }

    pub(super) async fn renew(&self, mut lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        let name = format!("{}:{}", place(&lease.at.space, &lease.at.table), hex(&lease.at.key));
        let prefix = self.options.prefix();
        let ttl = ttl.map_or(String::new(), |ttl| millis(ttl).to_string());
        let call = self.link.call(Script::Renew, |command| {
            command.arg(&prefix).arg(&name).arg(lease.token).arg(&ttl).arg(millis(FORGET));
        });
        let until = parsed(&call.await?);
        lease.until = Timestamp::from_millis(until.ok_or_else(|| lease_lost(&lease.at))?);
        Ok(lease)
    }
}

fn parsed<T: std::str::FromStr>(value: &Value) -> Option<T> {
    text(value)?.parse().ok()
}
