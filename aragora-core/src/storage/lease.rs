//! Ownership that ends by itself.
//!
//! A lease is told apart by its token, which rises with every successful claim for ever: a batch that carries
//! [`super::Op::Fence`] is refused once somebody else took over, however wrong the clocks are.

use std::sync::Arc;
use std::time::Duration;

use super::address::{Address, KeyRange, Space, TableName};
use super::key::KeyBytes;
use super::scan::MAX_PAGE;
use super::{Revision, Storage};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};

/// The shortest lease (1 s).
pub const MIN_LEASE: Duration = Duration::from_secs(1);
/// The longest lease (1 h).
pub const MAX_LEASE: Duration = Duration::from_secs(3_600);

/// A request for leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseClaim {
    /// What to own.
    pub target: ClaimTarget,
    /// Who asks, shown to people who wonder.
    pub owner: String,
    /// How long, 1 s to 1 h.
    pub ttl: Duration,
}

/// What to own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimTarget {
    /// This address, whether a record lies there or not.
    Name(Address),
    /// The first free records of a range in key order.
    Ready {
        /// The queue; the caller bounds it by now.
        range: KeyRange,
        /// Most leases, 1..=1,000.
        limit: u16,
    },
}

/// Ownership of an address until an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What is owned.
    pub at: Address,
    /// Rises with every successful claim in the store.
    pub token: u64,
    /// Who owns it.
    pub owner: String,
    /// When it lapses; until somebody takes it over it can still be renewed and still fences.
    pub until: Timestamp,
    /// The revision of the record at the address, if there is one.
    pub revision: Option<Revision>,
}

impl LeaseClaim {
    /// Every rule a claim must keep, for backends to call before any I/O.
    pub fn check_rules(&self) -> Result<()> {
        check_ttl(self.ttl)?;
        match &self.target {
            ClaimTarget::Name(at) => at.check_limits(),
            ClaimTarget::Ready { range, limit } if (1..=MAX_PAGE).contains(limit) => range.check_limits(),
            ClaimTarget::Ready { limit, .. } => Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("a claim of {limit} leases, expected 1 to {MAX_PAGE}"),
            )),
        }
    }
}

/// `invalid_request` unless 1 s to 1 h.
pub(crate) fn check_ttl(ttl: Duration) -> Result<()> {
    if (MIN_LEASE..=MAX_LEASE).contains(&ttl) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidRequest, format!("a lease of {ttl:?}, expected 1 s to 1 h")))
}

/// The error of a lease that was taken over, as every backend reports it.
pub(crate) fn lease_lost(at: &Address) -> Error {
    Error::new(ErrorKind::LeaseLost, "somebody else owns this by now").with("table", &at.table)
}

/// Leases by name, in table `lease` of one space.
#[derive(Clone, Debug)]
pub struct Leases {
    storage: Arc<dyn Storage>,
    space: Space,
}

impl Leases {
    /// The leases of this space.
    pub fn new(storage: Arc<dyn Storage>, space: Space) -> Self {
        Self { storage, space }
    }

    /// The lease of this name, e.g. `job/deb_1`.
    pub fn named(&self, name: &str) -> NamedLease {
        let key = KeyBytes::of(&name.to_owned());
        let at = Address::new(self.space.clone(), TableName::of_definition("lease"), key);
        NamedLease { storage: self.storage.clone(), at }
    }
}

/// One lease by name.
#[derive(Clone, Debug)]
pub struct NamedLease {
    storage: Arc<dyn Storage>,
    at: Address,
}

impl NamedLease {
    /// Where it lies.
    pub fn address(&self) -> &Address {
        &self.at
    }

    /// Takes it if it is free.
    pub async fn claim(&self, owner: impl Into<String>, ttl: Duration) -> Result<Option<Lease>> {
        let target = ClaimTarget::Name(self.at.clone());
        Ok(self.storage.claim(LeaseClaim { target, owner: owner.into(), ttl }).await?.pop())
    }

    /// Extends it; `lease_lost` once it was taken over.
    pub async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease> {
        self.storage.renew(lease.clone(), Some(ttl)).await
    }

    /// Gives it up before its time.
    pub async fn release(&self, lease: Lease) -> Result<()> {
        self.storage.renew(lease, None).await.map(drop)
    }
}
