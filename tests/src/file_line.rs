use std::ops::Bound;
use std::time::Duration;

use aragora_core::clock::Timestamp;
use aragora_core::ids::OrgId;
use aragora_core::storage::{
    Address, Batch, ClaimTarget, Control, Durability, KeyBytes, KeyRange, Lease, LeaseClaim, MemoryStorage, Op,
    Precondition, Revision, Space, Storage, TableName,
};
use aragora_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// One successful write as it lies in the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    at: i64,
    call: Call,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Call {
    Apply(Vec<OpLine>),
    Claim { target: Target, owner: String, ttl_ms: u64 },
    Renew { lease: LeaseLine, ttl_ms: Option<u64> },
    Sweep,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum OpLine {
    Put { at: Place, frame: Hex, ttl_ms: Option<u64>, expect: Expect },
    Delete { at: Place, expect: Expect },
    Take { at: Place },
    Check { at: Place, expect: Expect },
    Fence(LeaseLine),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Target {
    Name(Place),
    Ready { tenant: Option<OrgId>, table: String, from: BoundLine, to: BoundLine, limit: u16 },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    tenant: Option<OrgId>,
    table: String,
    key: Hex,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LeaseLine {
    at: Place,
    token: u64,
    owner: String,
    until: i64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Expect {
    Any,
    Absent,
    Present,
    Revision(u64),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum BoundLine {
    Included(Hex),
    Excluded(Hex),
    Unbounded,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Hex(Vec<u8>);

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        hex.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
        let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or("not hex")?;
        Ok(Self(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()))
    }
}

impl Line {
    fn new(call: Call) -> Self {
        Self { at: 0, call }
    }

    pub(crate) fn of_batch(batch: &Batch) -> Self {
        Self::new(Call::Apply(batch.ops.iter().map(OpLine::of).collect()))
    }

    pub(crate) fn of_claim(claim: &LeaseClaim) -> Self {
        let target = match &claim.target {
            ClaimTarget::Name(at) => Target::Name(Place::of(at)),
            ClaimTarget::Ready { range, limit } => Target::Ready {
                tenant: tenant(&range.space),
                table: range.table.to_string(),
                from: bound(&range.from),
                to: bound(&range.to),
                limit: *limit,
            },
        };
        Self::new(Call::Claim { target, owner: claim.owner.clone(), ttl_ms: millis(claim.ttl) })
    }

    pub(crate) fn of_renewal(lease: &Lease, ttl: Option<Duration>) -> Self {
        Self::new(Call::Renew { lease: LeaseLine::of(lease), ttl_ms: ttl.map(millis) })
    }

    pub(crate) fn sweep() -> Self {
        Self::new(Call::Sweep)
    }

    /// The line's JSON once its time is known.
    pub(crate) fn at(mut self, now: Timestamp) -> String {
        self.at = now.as_millis();
        serde_json::to_string(&self).unwrap_or_default()
    }

    pub(crate) fn time(&self) -> Timestamp {
        Timestamp::from_millis(self.at)
    }

    /// Does again what was done. It succeeded then, so a refusal now means that the file is not what was written.
    pub(crate) async fn replay(self, memory: &MemoryStorage) -> Result<()> {
        let done = match self.call {
            Call::Apply(ops) => {
                let ops = ops.into_iter().map(OpLine::op).collect::<Result<Vec<_>>>()?;
                memory.apply(Batch { ops, durability: Durability::Immediate }).await.map(drop)
            }
            Call::Claim { target, owner, ttl_ms } => {
                let target = match target {
                    Target::Name(at) => ClaimTarget::Name(at.address()?),
                    Target::Ready { tenant, table, from, to, limit } => {
                        let bounds = (unbound(from), unbound(to));
                        ClaimTarget::Ready {
                            range: KeyRange::new(space(tenant), TableName::new(&table)?, bounds),
                            limit,
                        }
                    }
                };
                memory.claim(LeaseClaim { target, owner, ttl: Duration::from_millis(ttl_ms) }).await.map(drop)
            }
            Call::Renew { lease, ttl_ms } => {
                memory.renew(lease.lease()?, ttl_ms.map(Duration::from_millis)).await.map(drop)
            }
            Call::Sweep => memory.control(Control::Sweep).await.map(drop),
        };
        done.map_err(|error| Error::new(ErrorKind::Corrupt, "a line cannot be done again").caused_by(error))
    }
}

impl OpLine {
    fn of(op: &Op) -> Self {
        match op {
            Op::Put { at, frame, ttl, expect } => Self::Put {
                at: Place::of(at),
                frame: Hex(frame.to_vec()),
                ttl_ms: ttl.map(millis),
                expect: Expect::of(*expect),
            },
            Op::Delete { at, expect } => Self::Delete { at: Place::of(at), expect: Expect::of(*expect) },
            Op::Take { at } => Self::Take { at: Place::of(at) },
            Op::Check { at, expect } => Self::Check { at: Place::of(at), expect: Expect::of(*expect) },
            Op::Fence(lease) => Self::Fence(LeaseLine::of(lease)),
        }
    }

    fn op(self) -> Result<Op> {
        Ok(match self {
            Self::Put { at, frame, ttl_ms, expect } => Op::Put {
                at: at.address()?,
                frame: frame.0.into(),
                ttl: ttl_ms.map(Duration::from_millis),
                expect: expect.precondition(),
            },
            Self::Delete { at, expect } => Op::Delete { at: at.address()?, expect: expect.precondition() },
            Self::Take { at } => Op::Take { at: at.address()? },
            Self::Check { at, expect } => Op::Check { at: at.address()?, expect: expect.precondition() },
            Self::Fence(lease) => Op::Fence(lease.lease()?),
        })
    }
}

impl Place {
    fn of(at: &Address) -> Self {
        Self { tenant: tenant(&at.space), table: at.table.to_string(), key: Hex(at.key.as_bytes().to_vec()) }
    }

    fn address(self) -> Result<Address> {
        Ok(Address::new(space(self.tenant), TableName::new(&self.table)?, KeyBytes::from_bytes(self.key.0)))
    }
}

impl LeaseLine {
    fn of(lease: &Lease) -> Self {
        let (at, until) = (Place::of(&lease.at), lease.until.as_millis());
        Self { at, token: lease.token, owner: lease.owner.clone(), until }
    }

    fn lease(self) -> Result<Lease> {
        let (at, until) = (self.at.address()?, Timestamp::from_millis(self.until));
        Ok(Lease { at, token: self.token, owner: self.owner, until, revision: None })
    }
}

impl Expect {
    fn of(expect: Precondition) -> Self {
        match expect {
            Precondition::Any => Self::Any,
            Precondition::Absent => Self::Absent,
            Precondition::Present => Self::Present,
            Precondition::Revision(revision) => Self::Revision(revision.get()),
        }
    }

    fn precondition(self) -> Precondition {
        match self {
            Self::Any => Precondition::Any,
            Self::Absent => Precondition::Absent,
            Self::Present => Precondition::Present,
            Self::Revision(number) => Precondition::Revision(Revision::new(number)),
        }
    }
}

fn tenant(space: &Space) -> Option<OrgId> {
    if let Space::Tenant(org) = space { Some(org.clone()) } else { None }
}

fn space(tenant: Option<OrgId>) -> Space {
    tenant.map_or(Space::System, Space::Tenant)
}

fn bound(bound: &Bound<KeyBytes>) -> BoundLine {
    match bound {
        Bound::Included(key) => BoundLine::Included(Hex(key.as_bytes().to_vec())),
        Bound::Excluded(key) => BoundLine::Excluded(Hex(key.as_bytes().to_vec())),
        Bound::Unbounded => BoundLine::Unbounded,
    }
}

fn unbound(bound: BoundLine) -> Bound<KeyBytes> {
    match bound {
        BoundLine::Included(key) => Bound::Included(KeyBytes::from_bytes(key.0)),
        BoundLine::Excluded(key) => Bound::Excluded(KeyBytes::from_bytes(key.0)),
        BoundLine::Unbounded => Bound::Unbounded,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
