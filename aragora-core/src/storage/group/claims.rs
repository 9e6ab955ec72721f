//! Leases of an embedded store: rows beside the records.

use std::time::Duration;

use bytes::Bytes;

use super::disk::{EVERYTHING, Part};
use super::plan::{Plan, unreadable};
use super::rows;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::Revision;
use crate::storage::address::{Address, address_in};
use crate::storage::lease::{ClaimTarget, Lease, LeaseClaim, lease_lost};

/// A lapsed claim is forgotten after this long; until then its owner may still renew it.
const FORGET: Duration = Duration::from_secs(24 * 3_600);

/// Who owns an address until when.
struct Claim {
    token: u64,
    until: Timestamp,
    owner: String,
}

impl Claim {
    fn row(&self, key: &[u8]) -> Result<Bytes> {
        let until = self.until.as_millis().to_le_bytes();
        let payload = [&self.token.to_le_bytes(), &until, self.owner.as_bytes()].concat();
        rows::framed(Part::Claims, key, &payload)
    }

    fn of_row(key: &[u8], row: &[u8]) -> Result<Self> {
        let payload = rows::unframed(Part::Claims, key, row)?;
        let short = || unreadable("a claim is too short", Part::Claims, key);
        let (token, rest) = payload.split_first_chunk::<8>().ok_or_else(short)?;
        let (until, owner) = rest.split_first_chunk::<8>().ok_or_else(short)?;
        Ok(Self {
            token: u64::from_le_bytes(*token),
            until: Timestamp::from_millis(i64::from_le_bytes(*until)),
            owner: String::from_utf8_lossy(owner).into_owned(),
        })
    }
}

/// Whether the row of a claim is sound.
pub(super) fn check(key: &[u8], row: &[u8]) -> Result<()> {
    Claim::of_row(key, row).map(drop)
}

impl Plan<'_> {
    fn claimed(&self, key: &Bytes) -> Result<Option<Claim>> {
        self.get(Part::Claims, key)?.map(|row| Claim::of_row(key, &row)).transpose()
    }

    fn is_free(&self, key: &Bytes) -> Result<bool> {
        Ok(self.claimed(key)?.is_none_or(|claim| claim.until <= self.now))
    }

    pub(super) fn claim(&mut self, claim: &LeaseClaim) -> Result<Vec<Lease>> {
        self.attempt(|plan| {
            let free: Vec<(Bytes, Address, Option<Revision>)> = match &claim.target {
                ClaimTarget::Name(at) => {
                    let key = at.physical();
                    let revision = plan.revision(at, &key)?;
                    if plan.is_free(&key)? { vec![(key, at.clone(), revision)] } else { Vec::new() }
                }
                ClaimTarget::Ready { range, limit } => {
                    let prefix = range.physical_prefix_len();
                    let mut free = Vec::new();
                    if let Some(bounds) = range.physical() {
                        plan.walk(Part::Records, &bounds, &mut |key, row| {
                            let entry = rows::entry(address_in(range, key, prefix), key, row.clone())?;
                            if rows::live(entry.expires_at, plan.now) && plan.is_free(key)? {
                                free.push((key.clone(), entry.address, Some(entry.revision)));
                            }
                            Ok(free.len() < usize::from(*limit))
                        })?;
                    }
                    free
                }
            };
            let until = plan.now.plus(claim.ttl);
            let mut taken = Vec::with_capacity(free.len());
            for (key, at, revision) in free {
                plan.state.token += 1;
                let token = plan.state.token;
                let row = Claim { token, until, owner: claim.owner.clone() }.row(&key)?;
                plan.set(Part::Claims, key, Some(row));
                taken.push(Lease { at, token, owner: claim.owner.clone(), until, revision });
            }
            Ok(taken)
        })
    }

    pub(super) fn renew(&mut self, mut lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.attempt(|plan| {
            let key = lease.at.physical();
            let Some(mut claim) = plan.claimed(&key)?.filter(|claim| claim.token == lease.token) else {
                return Err(lease_lost(&lease.at));
            };
            claim.until = ttl.map_or(plan.now, |ttl| plan.now.plus(ttl));
            lease.until = claim.until;
            let row = ttl.map(|_| claim.row(&key)).transpose()?;
            plan.set(Part::Claims, key, row);
            Ok(lease)
        })
    }

    /// Compares token and address only, so that it is right when clocks disagree.
    pub(super) fn fence(&self, lease: &Lease) -> Result<()> {
        match self.claimed(&lease.at.physical())? {
            Some(claim) if claim.token == lease.token => Ok(()),
            _ => Err(lease_lost(&lease.at)),
        }
    }

    pub(super) fn forget_claims(&mut self, most: usize) -> Result<()> {
        let mut lapsed = Vec::new();
        self.walk(Part::Claims, &EVERYTHING, &mut |key, row| {
            // A damaged one stays for `Verify` to find.
            if Claim::of_row(key, row).is_ok_and(|claim| claim.until.plus(FORGET) <= self.now) {
                lapsed.push(key.clone());
            }
            Ok(lapsed.len() < most)
        })?;
        for key in lapsed {
            self.set(Part::Claims, key, None);
        }
        Ok(())
    }
}
