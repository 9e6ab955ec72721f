use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use bytes::Bytes;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::errors::collided;
use super::read::{check, column, number};
use super::session::{SqlQuery, failed};
use super::{Inner, Sent};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Revision;
use crate::storage::address::Address;
use crate::storage::batch::{Batch, Commit, Durability, Op, Precondition, conflict};
use crate::storage::frame;
use crate::storage::lease::lease_lost;
use crate::storage::remote::Topic;
use crate::storage::scan::Entry;

/// How often a batch that collided is tried again, and the pause before the first repetition; it doubles.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

const PUT: i16 = 0;
const DELETE: i16 = 1;
const TAKE: i16 = 2;
const CHECK: i16 = 3;
const FENCE: i16 = 4;

const ANY: i64 = 0;
const ABSENT: i64 = -1;
const PRESENT: i64 = -2;
const NEVER: i64 = -3;

/// A batch as parallel arrays, one element per operation.
#[derive(Default)]
struct Arrays {
    kinds: Vec<i16>,
    addresses: Vec<Address>,
    frames: Vec<Option<Bytes>>,
    revisions: Vec<i64>,
    ttls: Vec<Option<i64>>,
    expects: Vec<i64>,
    tokens: Vec<i64>,
}

/// What an earlier operation of the batch made of an address.
#[derive(Clone, Copy)]
enum Written {
    Put(Revision),
    Gone,
}

impl Inner {
    pub(super) async fn apply(&self, batch: Batch) -> Result<Commit> {
        if batch.ops.is_empty() {
            return Ok(Commit::default());
        }
        let relaxed = batch.durability == Durability::Relaxed;
        let puts = batch.ops.iter().filter(|op| matches!(op, Op::Put { .. })).count();
        let revisions = if puts == 0 { Vec::new() } else { self.revisions(puts).await? };
        let (arrays, new) = arrays(batch, revisions)?;
        let signals = self.topics(&arrays);
        let plain = signals.is_none() && !relaxed && !self.row_security && arrays.is_plain_put();
        for attempt in 0.. {
            let done =
                if plain { self.put(&arrays).await } else { self.call(&arrays, signals.as_deref(), relaxed).await };
            match done {
                Err(Failure::Collided) if attempt < TRIES => self.pause(attempt).await?,
                Err(Failure::Collided) => {
                    let reason = "the batch lost against others time and again";
                    return Err(Error::new(ErrorKind::Conflict, reason).retryable_if(true));
                }
                Err(Failure::Refused(error)) => return Err(error),
                Ok(mut taken) => {
                    let taken = (0..arrays.kinds.len()).map(|op| taken.remove(&op)).collect();
                    return Ok(Commit { revisions: new, taken });
                }
            }
        }
        Err(Error::internal("an endless loop ended"))
    }

    /// The whole batch in one call.
    async fn call(
        &self,
        arrays: &Arrays,
        signals: Option<&[String]>,
        relaxed: bool,
    ) -> Result<HashMap<usize, Entry>, Failure> {
        let spaces: Vec<&str> = arrays.addresses.iter().map(|at| column(&at.space)).collect();
        let tables: Vec<&str> = arrays.addresses.iter().map(|at| at.table.as_str()).collect();
        let keys: Vec<&[u8]> = arrays.addresses.iter().map(|at| at.key.as_bytes()).collect();
        let frames: Vec<Option<&[u8]>> = arrays.frames.iter().map(Option::as_deref).collect();
        let query = self.query(&self.sql.apply).bind(&arrays.kinds).bind(spaces).bind(tables).bind(keys).bind(frames);
        let query = query.bind(&arrays.revisions).bind(&arrays.ttls).bind(&arrays.expects).bind(&arrays.tokens);
        let tenant = self.tenant_of(arrays.addresses.iter().map(|at| &at.space));
        let rows = self.write(query.bind(signals).bind(relaxed).bind(tenant), arrays).await?;
        rows.iter().map(|row| taken(row, arrays).map_err(Failure::Refused)).collect()
    }

    /// A put alone is one plain statement.
    async fn put(&self, arrays: &Arrays) -> Result<HashMap<usize, Entry>, Failure> {
        let refused = || Failure::Refused(Error::internal("a put without its parts"));
        let (Some(at), Some(Some(frame))) = (arrays.addresses.first(), arrays.frames.first()) else {
            return Err(refused());
        };
        let (Some(revision), Some(ttl)) = (arrays.revisions.first(), arrays.ttls.first()) else {
            return Err(refused());
        };
        let if_absent = arrays.expects == [ABSENT];
        let text = if if_absent { &self.sql.put_if_absent } else { &self.sql.put };
        let query = self.query(text).bind(column(&at.space)).bind(at.table.as_str()).bind(at.key.as_bytes());
        let query = query.bind(&frame[..]).bind(revision).bind(ttl);
        let mut session = self.session_of_function().await.map_err(Failure::Refused)?;
        let sent = session.sent();
        let written = session.execute(query).await.map_err(|error| refusal(error, sent, arrays))?;
        session.commit().await.map_err(Failure::Refused)?;
        if written == 1 {
            return Ok(HashMap::new());
        }
        let current = self.get_many(vec![at.clone()]).await.map_err(Failure::Refused)?.pop().flatten();
        Err(Failure::Refused(conflict(0, at, current.map(|entry| entry.revision))))
    }

    async fn write(&self, query: SqlQuery<'_>, arrays: &Arrays) -> Result<Vec<PgRow>, Failure> {
        let mut session = self.session_of_function().await.map_err(Failure::Refused)?;
        let sent = session.sent();
        let rows = session.fetch_all(query).await.map_err(|error| refusal(error, sent, arrays))?;
        session.commit().await.map_err(Failure::Refused)?;
        Ok(rows)
    }

    /// What is notified: commits that notify wait for each other on the server, so only tables that ask for it do.
    fn topics(&self, arrays: &Arrays) -> Option<Vec<String>> {
        let written = arrays.kinds.iter().zip(&arrays.addresses).filter(|(kind, _)| **kind <= TAKE);
        let topics: BTreeSet<Topic> = written
            .filter(|(_, at)| self.signals.notifies(&at.table))
            .map(|(_, at)| Topic::of(&at.space, &at.table))
            .collect();
        (!topics.is_empty()).then(|| topics.into_iter().map(Topic::to_hex).collect())
    }

    async fn pause(&self, attempt: u32) -> Result<()> {
        let mut random = [0; 1];
        self.parts.entropy.fill(&mut random)?;
        let base = PAUSE.saturating_mul(1 << attempt.min(4));
        let wait = base / 2 + base.saturating_mul(u32::from(random[0])) / 512;
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

impl Arrays {
    fn is_plain_put(&self) -> bool {
        self.kinds == [PUT] && matches!(self.expects[..], [ANY | ABSENT])
    }
}

enum Failure {
    /// Another transaction was in the way; nothing was applied.
    Collided,
    Refused(Error),
}

fn refusal(error: sqlx::Error, sent: Sent, arrays: &Arrays) -> Failure {
    if collided(&error) {
        return Failure::Collided;
    }
    let raised = error.as_database_error().and_then(|found| {
        let state = found.code()?.into_owned();
        matches!(state.as_str(), "AR001" | "AR002").then(|| (state, found.message().to_owned()))
    });
    let Some((state, message)) = raised else { return Failure::Refused(failed(error, sent)) };
    let (op, current) = message.split_once(' ').unwrap_or((&message, ""));
    let index = op.parse::<usize>().unwrap_or_default();
    let Some(at) = arrays.addresses.get(index) else {
        return Failure::Refused(Error::internal("the server refused an operation that was not sent"));
    };
    Failure::Refused(match state.as_str() {
        "AR001" => conflict(index, at, current.parse().ok().map(Revision::new)),
        _ => lease_lost(at).with("op", index),
    })
}

fn taken(row: &PgRow, arrays: &Arrays) -> Result<(usize, Entry)> {
    let read = |error| failed(error, Sent::Read);
    let op = row.try_get::<i32, _>("op_index").map_err(read)? as usize;
    let address = arrays.addresses.get(op).cloned();
    let address = address.ok_or_else(|| Error::internal("the server took what was not asked for"))?;
    let frame = Bytes::from(row.try_get::<Vec<u8>, _>("op_frame").map_err(read)?);
    let revision = Revision::new(number(row, "op_revision")?.cast_unsigned());
    let expires_at = row.try_get::<Option<i64>, _>("op_expires").map_err(read)?.map(Timestamp::from_millis);
    // It is gone by now, damaged or not; whoever took it must know.
    check(&address, &frame, revision).map_err(|error| error.with("outcome", "applied"))?;
    Ok((op, Entry { address, frame, revision, expires_at }))
}

/// Stamps the frames and turns conditions on what the batch itself wrote earlier into ones that always or never hold:
/// the server looks at the state before the batch only.
fn arrays(batch: Batch, revisions: Vec<Revision>) -> Result<(Arrays, Vec<Option<Revision>>)> {
    let mut out = Arrays::default();
    let mut new = Vec::with_capacity(batch.ops.len());
    let mut written: HashMap<Address, Written> = HashMap::new();
    let mut revisions = revisions.into_iter();
    let alone = batch.ops.len() == 1;
    for (index, op) in batch.ops.into_iter().enumerate() {
        let (kind, expect) = match &op {
            Op::Put { expect, .. } => (PUT, *expect),
            Op::Delete { expect, .. } => (DELETE, *expect),
            Op::Take { .. } => (TAKE, Precondition::Any),
            Op::Check { expect, .. } => (CHECK, *expect),
            Op::Fence(_) => (FENCE, Precondition::Any),
        };
        let mut row_revision = 0;
        let mut code = match expect {
            Precondition::Any => ANY,
            Precondition::Absent => ABSENT,
            Precondition::Present => PRESENT,
            Precondition::Revision(wanted) => match i64::try_from(wanted.get()) {
                Ok(wanted) if wanted > 0 => wanted,
                // No row ever has it; the server still says which one is there.
                _ => i64::MAX,
            },
        };
        if kind == CHECK
            && let Some(before) = written.get(op.address())
        {
            let current = match before {
                Written::Put(revision) => Some(*revision),
                Written::Gone => None,
            };
            code = if expect.holds(current) { ANY } else { NEVER };
            row_revision = current.map_or(0, |revision| revision.get().cast_signed());
        }
        let (mut frame, mut ttl_ms, mut token, mut made) = (None, None, 0, None);
        let at = match op {
            Op::Put { at, frame: draft, ttl, .. } => {
                let revision = revisions.next().ok_or_else(|| Error::internal("too few revisions were taken"))?;
                let stamped = frame::stamp(draft, &at.physical(), revision, None);
                frame = Some(stamped.map_err(|error| error.with("op", index))?);
                ttl_ms = ttl.map(|ttl| i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX));
                row_revision = revision.get().cast_signed();
                made = Some(revision);
                at
            }
            Op::Delete { at, .. } | Op::Take { at } | Op::Check { at, .. } => at,
            Op::Fence(lease) => {
                token = i64::try_from(lease.token).unwrap_or(-1);
                lease.at
            }
        };
        if !alone && kind <= TAKE {
            written.insert(at.clone(), made.map_or(Written::Gone, Written::Put));
        }
        out.kinds.push(kind);
        out.addresses.push(at);
        out.frames.push(frame);
        out.revisions.push(row_revision);
        out.ttls.push(ttl_ms);
        out.expects.push(code);
        out.tokens.push(token);
        new.push(made);
    }
    Ok((out, new))
}
