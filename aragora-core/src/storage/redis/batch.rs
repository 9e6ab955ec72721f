use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use redis::Value;

use super::Inner;
use super::dial::text;
use super::errors::nonsense;
use super::read::{entry, foreign, hex, place};
use super::scripts::Script;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Revision;
use crate::storage::address::{Address, TableName};
use crate::storage::batch::{Batch, Commit, Op, Precondition, conflict};
use crate::storage::frame;
use crate::storage::lease::lease_lost;
use crate::storage::remote::Topic;

/// Tables whose loss cannot be made good, by their beginnings: logs of debates, receipts, audit, ledgers, knowledge and
/// keys. Versions of migrations may lie here, since they tell of this store alone.
const NEVER_ONLY_HERE: [&str; 8] = ["debate", "event", "receipt", "audit", "ledger", "km_", "knowledge", "encryption"];

/// One operation as the script takes it.
struct Line {
    kind: &'static str,
    place: String,
    hex: String,
    at: Address,
    expect: String,
    frame: Bytes,
    revision: String,
    ttl: String,
}

impl Inner {
    pub(super) async fn apply(&self, batch: Batch) -> Result<Commit> {
        if batch.ops.is_empty() {
            return Ok(Commit::default());
        }
        for op in &batch.ops {
            self.check_table(op)?;
        }
        let (lines, revisions) = self.lines(batch)?;
        let topics: BTreeSet<Topic> = lines
            .iter()
            .filter(|line| matches!(line.kind, "p" | "d" | "t"))
            .map(|line| Topic::of(&line.at.space, &line.at.table))
            .collect();
        let topics: Vec<String> = topics.into_iter().map(Topic::to_hex).collect();
        let (prefix, topics) = (self.options.prefix(), topics.join(" "));
        let call = self.link.call(Script::Apply, |command| {
            command.arg(&prefix).arg(lines.len()).arg(&topics);
            for line in &lines {
                command.arg(line.kind).arg(&line.place).arg(&line.hex).arg(line.at.key.as_bytes()).arg(&line.expect);
                command.arg(&line.frame[..]).arg(&line.revision).arg(&line.ttl);
            }
        });
        let Value::Array(answer) = call.await? else { return Err(nonsense("an outcome")) };
        let mut answer = answer.into_iter();
        let state = answer.next().as_ref().and_then(text).unwrap_or_default();
        if state == "ok" {
            let mut taken = vec![None; lines.len()];
            for row in answer {
                let (op, entry) = taken_row(row, &lines)?;
                if let Some(place) = taken.get_mut(op) {
                    *place = Some(entry);
                }
            }
            return Ok(Commit { revisions, taken });
        }
        let op = match answer.next() {
            Some(Value::Int(op)) => op as usize,
            _ => return Err(nonsense("an outcome")),
        };
        let at = lines.get(op).map(|line| &line.at).ok_or_else(|| nonsense("an outcome"))?;
        let current = answer.next().as_ref().and_then(text).and_then(|text| text.parse().ok());
        Err(match state.as_str() {
            "conflict" => conflict(op, at, current.map(Revision::new)),
            "lost" => lease_lost(at).with("op", op),
            _ => foreign(at).with("op", op),
        })
    }

    fn check_table(&self, op: &Op) -> Result<()> {
        let Op::Put { at, .. } = op else { return Ok(()) };
        self.check_name(&at.table)
    }

    /// `invalid_config` for a table that may not lie here.
    pub(super) fn check_name(&self, table: &TableName) -> Result<()> {
        let name = table.as_str();
        if self.options.only_copy || !NEVER_ONLY_HERE.iter().any(|begin| name.starts_with(begin)) {
            return Ok(());
        }
        let reason = format!("the table {name} may not lie only on Redis, which can lose acknowledged writes");
        Err(Error::new(ErrorKind::InvalidConfig, reason).with("table", name))
    }

    /// Stamps the frames and turns conditions on what the batch itself wrote earlier into ones that always or never
    /// hold: the script looks at the state before the batch only.
    fn lines(&self, batch: Batch) -> Result<(Vec<Line>, Vec<Option<Revision>>)> {
        let mut lines = Vec::with_capacity(batch.ops.len());
        let mut made = Vec::with_capacity(batch.ops.len());
        let mut written: HashMap<Address, Option<Revision>> = HashMap::new();
        for (index, op) in batch.ops.into_iter().enumerate() {
            let (kind, expect) = match &op {
                Op::Put { expect, .. } => ("p", *expect),
                Op::Delete { expect, .. } => ("d", *expect),
                Op::Take { .. } => ("t", Precondition::Any),
                Op::Check { expect, .. } => ("c", *expect),
                Op::Fence(_) => ("f", Precondition::Any),
            };
            let mut line = Line {
                kind,
                place: place(&op.address().space, &op.address().table),
                hex: hex(&op.address().key),
                at: op.address().clone(),
                expect: match expect {
                    Precondition::Any => String::new(),
                    Precondition::Absent => "a".to_owned(),
                    Precondition::Present => "p".to_owned(),
                    Precondition::Revision(wanted) => wanted.to_string(),
                },
                frame: Bytes::new(),
                revision: String::new(),
                ttl: String::new(),
            };
            if kind == "c"
                && let Some(current) = written.get(&line.at)
            {
                line.expect = if expect.holds(*current) { String::new() } else { "n".to_owned() };
                line.revision = current.map_or(String::new(), |revision| revision.to_string());
            }
            let mut revision = None;
            match op {
                Op::Put { at, frame: draft, ttl, .. } => {
                    let new = self.revision()?;
                    let stamped = frame::stamp(draft, &at.physical(), new, None);
                    line.frame = stamped.map_err(|error| error.with("op", index))?;
                    line.revision = new.to_string();
                    line.ttl = ttl.map_or(String::new(), |ttl| ttl.as_millis().to_string());
                    revision = Some(new);
                    written.insert(at, revision);
                }
                Op::Delete { at, .. } | Op::Take { at } => drop(written.insert(at, None)),
                Op::Fence(lease) => line.expect = lease.token.to_string(),
                Op::Check { .. } => {}
            }
            lines.push(line);
            made.push(revision);
        }
        Ok((lines, made))
    }

    /// 63 random bits: a failover could turn a counter back.
    fn revision(&self) -> Result<Revision> {
        let mut random = [0; 8];
        self.parts.entropy.fill(&mut random)?;
        Ok(Revision::new((u64::from_le_bytes(random) >> 1).max(1)))
    }
}

fn taken_row(row: Value, lines: &[Line]) -> Result<(usize, crate::storage::scan::Entry)> {
    let Value::Array(mut fields) = row else { return Err(nonsense("what was taken")) };
    if fields.is_empty() {
        return Err(nonsense("what was taken"));
    }
    let Value::Int(op) = fields.remove(0) else { return Err(nonsense("what was taken")) };
    let at = lines.get(op as usize).map(|line| line.at.clone()).ok_or_else(|| nonsense("what was taken"))?;
    // It is gone by now, damaged or not; whoever took it must know.
    let entry = entry(at, fields).map_err(|error| error.with("outcome", "applied"))?;
    Ok((op as usize, entry))
}
