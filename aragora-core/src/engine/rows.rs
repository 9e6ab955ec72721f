//! How a debate lies in the store: one row per record, and a header row that lists can read alone.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::debate::{Outcome, Parent, Record, StopCause, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{DebateId, OrgId};
use crate::storage::{
    Address, Batch, Codec, KeyBytes, KeyRange, Op, Precondition, Space, TableDef, TableName, TableRecord, draft,
    open_frame,
};

use super::machine::Entry;

/// Where a stored debate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DebateState {
    /// It has not ended. It may run here, run elsewhere, or wait to be resumed.
    Running,
    /// It ended with a decision.
    Finished,
    /// It ended without any usable reply, or by a broken protocol.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl DebateState {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a list shows of a debate; one row per debate, written with every append.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DebateSummary {
    /// The debate.
    pub debate: DebateId,
    /// Where it stands.
    pub state: DebateState,
    /// The seq the next record will have.
    pub next_seq: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// When the newest record was written.
    pub updated_at: Timestamp,
    /// The protocol.
    pub protocol: String,
    /// The first 200 characters of the question.
    pub question: String,
    /// Words of the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where it was forked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopCause>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Rounds begun.
    pub rounds: u32,
    /// Turns asked.
    pub calls: u64,
    /// Known cost in micro-dollars.
    pub micros: u64,
}

impl TableRecord for DebateSummary {
    type Key = String;
    const DEF: TableDef = TableDef::tenant("debate", 1);
    fn key(&self) -> String {
        self.debate.to_string()
    }
}

const LOG: &str = "event";
/// The tables of this room.
pub(crate) const TABLES: [TableDef; 2] = [DebateSummary::DEF, TableDef::tenant(LOG, 1)];
const LOG_SCHEMA: u16 = 1;

fn log_table() -> TableName {
    TableName::of_definition(LOG)
}

pub(crate) fn space(tenant: &OrgId) -> Space {
    Space::Tenant(tenant.clone())
}

/// The rows of one debate's log.
pub(crate) fn log_range(tenant: &OrgId, debate: &DebateId) -> KeyRange {
    KeyRange::prefix(space(tenant), log_table(), &KeyBytes::of(&debate.to_string()))
}

/// The rows from a seq on.
pub(crate) fn log_range_from(tenant: &OrgId, debate: &DebateId, from: u64) -> KeyRange {
    let first = KeyBytes::of(&(debate.to_string(), from));
    let last = KeyBytes::of(&(debate.to_string(), u64::MAX));
    KeyRange::new(space(tenant), log_table(), first..=last)
}

/// Adds records to a batch; each must be the first of its seq.
pub(crate) fn stage_log(batch: &mut Batch, tenant: &OrgId, debate: &DebateId, entries: &[Entry]) {
    for entry in entries {
        let at = Address::new(space(tenant), log_table(), KeyBytes::of(&(debate.to_string(), entry.record.seq)));
        let frame = draft(Codec::Json, LOG_SCHEMA, &entry.line);
        batch.push(Op::Put { at, frame, ttl: None, expect: Precondition::Absent });
    }
}

/// Reads a record back, with its line.
pub(crate) fn read_log(entry: &crate::storage::Entry) -> Result<Record> {
    let frame = open_frame(&entry.frame, &entry.address.physical())?;
    if frame.schema > LOG_SCHEMA {
        let reason = format!("a log row of schema {}, this library reads {LOG_SCHEMA}", frame.schema);
        return Err(Error::new(ErrorKind::UnsupportedVersion, reason).with("table", LOG));
    }
    Record::from_line(frame.payload)
}
