use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::rows::Rows;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::lease::{ClaimTarget, Lease, LeaseClaim, lease_lost};

/// A lapsed claim is forgotten after this long; until then its owner may still renew it.
const FORGET: Duration = Duration::from_secs(24 * 3_600);

/// Who owns what, by physical key. One counter for all tokens, so that a forgotten claim frees nothing but memory.
#[derive(Debug, Default)]
pub(super) struct Claims {
    by_key: BTreeMap<Bytes, (u64, Timestamp)>,
    last: u64,
}

impl Claims {
    pub(super) fn claim(&mut self, claim: &LeaseClaim, rows: &Rows, now: Timestamp) -> Vec<Lease> {
        let until = now.plus(claim.ttl);
        let mut taken = Vec::new();
        let mut take = |this: &mut Self, key: Bytes, at, revision| {
            this.last += 1;
            this.by_key.insert(key, (this.last, until));
            taken.push(Lease { at, token: this.last, owner: claim.owner.clone(), until, revision });
        };
        match &claim.target {
            ClaimTarget::Name(at) => {
                let key = at.physical();
                if self.free(&key, now) {
                    let revision = rows.revision(&key, now);
                    take(self, key, at.clone(), revision);
                }
            }
            ClaimTarget::Ready { range, limit } => {
                let mut left = *limit;
                for (key, at, revision) in rows.live(range, now) {
                    if left == 0 {
                        break;
                    }
                    if self.free(key, now) {
                        left -= 1;
                        take(self, key.clone(), at, Some(revision));
                    }
                }
            }
        }
        taken
    }

    fn free(&self, key: &Bytes, now: Timestamp) -> bool {
        self.by_key.get(key).is_none_or(|(_, until)| *until <= now)
    }

    pub(super) fn renew(&mut self, mut lease: Lease, ttl: Option<Duration>, now: Timestamp) -> Result<Lease> {
        let key = lease.at.physical();
        let Some((_, until)) = self.by_key.get_mut(&key).filter(|(token, _)| *token == lease.token) else {
            return Err(lease_lost(&lease.at));
        };
        if let Some(ttl) = ttl {
            *until = now.plus(ttl);
            lease.until = *until;
        } else {
            self.by_key.remove(&key);
            lease.until = now;
        }
        Ok(lease)
    }

    /// Compares token and address only, so that it is right when clocks disagree.
    pub(super) fn fence(&self, lease: &Lease) -> Result<()> {
        match self.by_key.get(&lease.at.physical()) {
            Some((token, _)) if *token == lease.token => Ok(()),
            _ => Err(lease_lost(&lease.at)),
        }
    }

    pub(super) fn sweep(&mut self, now: Timestamp) {
        self.by_key.retain(|_, (_, until)| now < until.plus(FORGET));
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn count_on_from(&mut self, token: u64) {
        self.last = self.last.max(token);
    }

    pub(super) fn len(&self) -> u64 {
        self.by_key.len() as u64
    }
}
