//! What is applied together or not at all.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;

use super::Revision;
use super::address::Address;
use super::frame::{MAX_PAYLOAD, payload_len};
use super::lease::Lease;
use super::scan::Entry;
use crate::error::{Error, ErrorKind, Result};

/// Most operations of one batch.
pub const MAX_BATCH_OPS: usize = 4_096;
/// Most bytes of one batch, keys and frames (32 MiB).
pub const MAX_BATCH_BYTES: usize = 32 << 20;
/// The shortest life of an entry (1 ms).
pub const MIN_TTL: Duration = Duration::from_millis(1);
/// The longest life of an entry that expires (3,652 days, ten years).
pub const MAX_TTL: Duration = Duration::from_secs(3_652 * 86_400);

/// Operations that are applied in order on one state, all or none; at most one of them writes an address.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// The operations.
    pub ops: Vec<Op>,
    /// When it is acknowledged.
    pub durability: Durability,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Writes a value; without `ttl` it is permanent, whatever was there before.
    Put {
        /// Where.
        at: Address,
        /// A frame made by [`super::draft`].
        frame: Bytes,
        /// How long it lives, 1 ms to ten years.
        ttl: Option<Duration>,
        /// What must be there.
        expect: Precondition,
    },
    /// Removes a value.
    Delete {
        /// Where.
        at: Address,
        /// What must be there.
        expect: Precondition,
    },
    /// Removes a value and returns it; nothing there is no conflict.
    Take {
        /// Where.
        at: Address,
    },
    /// Applies the batch only if this holds: `Present` or `Revision`, or `Absent` where the same batch puts.
    Check {
        /// Where.
        at: Address,
        /// What must be there.
        expect: Precondition,
    },
    /// Applies the batch only if the lease was not taken over.
    Fence(Lease),
}

/// What must hold at an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    #[default]
    Any,
    /// No live entry.
    Absent,
    /// A live entry.
    Present,
    /// A live entry of this revision.
    Revision(Revision),
}

impl Precondition {
    /// Whether it holds where the live entry, if any, has this revision.
    pub fn holds(self, current: Option<Revision>) -> bool {
        match self {
            Self::Any => true,
            Self::Absent => current.is_none(),
            Self::Present => current.is_some(),
            Self::Revision(wanted) => current == Some(wanted),
        }
    }
}

/// What an applied batch did, by index of the operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// The new revision of each `Put`.
    pub revisions: Vec<Option<Revision>>,
    /// What each `Take` found.
    pub taken: Vec<Option<Entry>>,
}

/// When a batch is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// After its data reached stable storage.
    #[default]
    Immediate,
    /// At once: visible in order, lost only together with everything after it, within a second at most. For counters
    /// and last-seen marks.
    Relaxed,
}

impl Batch {
    /// A batch of these operations, acknowledged when stable.
    pub fn of(ops: impl Into<Vec<Op>>) -> Self {
        Self { ops: ops.into(), durability: Durability::Immediate }
    }

    /// Adds a permanent value.
    pub fn put(&mut self, at: Address, frame: Bytes, expect: Precondition) -> &mut Self {
        self.push(Op::Put { at, frame, ttl: None, expect })
    }

    /// Adds the removal of a value.
    pub fn delete(&mut self, at: Address, expect: Precondition) -> &mut Self {
        self.push(Op::Delete { at, expect })
    }

    /// Adds a condition.
    pub fn check(&mut self, at: Address, expect: Precondition) -> &mut Self {
        self.push(Op::Check { at, expect })
    }

    /// Adds a fence.
    pub fn fence(&mut self, lease: Lease) -> &mut Self {
        self.push(Op::Fence(lease))
    }

    /// Adds an operation.
    pub fn push(&mut self, op: Op) -> &mut Self {
        self.ops.push(op);
        self
    }

    /// Every rule a batch must keep whatever the state of the store, for backends to call before any I/O:
    /// `limit_exceeded` naming limit and size, `invalid_request` otherwise.
    pub fn check_rules(&self) -> Result<()> {
        limit("operations of a batch", MAX_BATCH_OPS, self.ops.len())?;
        let mut bytes = 0;
        for (index, op) in self.ops.iter().enumerate() {
            op.check_rules().map_err(|error| error.with("op", index))?;
            bytes += op.bytes();
        }
        limit("bytes of a batch", MAX_BATCH_BYTES, bytes)?;
        if self.ops.len() < 2 && !matches!(self.ops.first(), Some(Op::Check { expect: Precondition::Absent, .. })) {
            return Ok(());
        }
        let mut written = HashSet::with_capacity(self.ops.len());
        for (index, at) in self.ops.iter().enumerate().filter_map(|(index, op)| op.writes().map(|at| (index, at))) {
            if !written.insert(at) {
                let reason = "a batch writes one address twice";
                return Err(Error::new(ErrorKind::InvalidRequest, reason).with("op", index).with("table", &at.table));
            }
        }
        let puts: HashSet<&Address> =
            self.ops.iter().filter_map(|op| if let Op::Put { at, .. } = op { Some(at) } else { None }).collect();
        for (index, op) in self.ops.iter().enumerate() {
            if let Op::Check { at, expect: Precondition::Absent } = op
                && !puts.contains(at)
            {
                let reason = "a check for absence needs a put at the same address in the same batch";
                return Err(Error::new(ErrorKind::InvalidRequest, reason).with("op", index).with("table", &at.table));
            }
        }
        Ok(())
    }
}

impl Op {
    /// The address it concerns.
    pub fn address(&self) -> &Address {
        match self {
            Self::Put { at, .. } | Self::Delete { at, .. } | Self::Take { at } | Self::Check { at, .. } => at,
            Self::Fence(lease) => &lease.at,
        }
    }

    /// The address it writes, if it writes.
    pub fn writes(&self) -> Option<&Address> {
        match self {
            Self::Put { at, .. } | Self::Delete { at, .. } | Self::Take { at } => Some(at),
            Self::Check { .. } | Self::Fence(_) => None,
        }
    }

    /// What it counts against the bytes of a batch.
    pub(crate) fn bytes(&self) -> usize {
        self.address().key.len() + if let Self::Put { frame, .. } = self { frame.len() } else { 0 }
    }

    fn check_rules(&self) -> Result<()> {
        self.address().check_limits()?;
        match self {
            Self::Put { frame, ttl, .. } => {
                limit("bytes of a value", MAX_PAYLOAD, payload_len(frame))?;
                match ttl {
                    Some(ttl) if !(MIN_TTL..=MAX_TTL).contains(ttl) => Err(Error::new(
                        ErrorKind::InvalidRequest,
                        format!("a life of {ttl:?}, expected 1 ms to {} days", MAX_TTL.as_secs() / 86_400),
                    )),
                    _ => Ok(()),
                }
            }
            Self::Check { expect: Precondition::Any, .. } => {
                Err(Error::new(ErrorKind::InvalidRequest, "a check that expects nothing"))
            }
            _ => Ok(()),
        }
    }
}

/// `limit_exceeded` naming both if the size is above the limit.
pub(crate) fn limit(what: &str, limit: usize, size: usize) -> Result<()> {
    if size <= limit {
        return Ok(());
    }
    Err(Error::new(ErrorKind::LimitExceeded, format!("{size} {what}, allowed are {limit}"))
        .with("limit", limit)
        .with("size", size))
}

/// The error of a condition that failed, as every backend reports it.
pub(crate) fn conflict(op: usize, at: &Address, current: Option<Revision>) -> Error {
    let current = current.map_or_else(|| "absent".to_owned(), |revision| revision.to_string());
    Error::new(ErrorKind::Conflict, "a condition of the batch does not hold")
        .with("op", op)
        .with("table", &at.table)
        .with("current", current)
}

/// Marks an error of a write that was not made.
pub(crate) fn not_applied(error: Error) -> Error {
    error.with("outcome", "not_applied")
}
