//! Every metric this library emits, with its labels and their closed sets. A name has the same labels everywhere.

/// What a metric measures.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum MetricKind {
    /// A number that only rises.
    Counter,
    /// A number that is set.
    Gauge,
    /// Observations counted by these upper bounds.
    Histogram(&'static [f64]),
}

/// A label and what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelDef {
    /// Its name.
    pub name: &'static str,
    /// Its values.
    pub values: Labels,
}

/// What a label may hold; anything else becomes `other` and counts as overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// These words only; their series exist at 0 from the start, so that the first increase is seen.
    Closed(&'static [&'static str]),
    /// The first so many values, which come from configuration and never from model text.
    Capped(usize),
}

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricDef {
    /// Its name, verbatim in the rendered text.
    pub name: &'static str,
    /// What it says, for people.
    pub help: &'static str,
    /// Counter, gauge or histogram.
    pub kind: MetricKind,
    /// Its labels in order.
    pub labels: &'static [LabelDef],
}

const fn closed(name: &'static str, values: &'static [&'static str]) -> LabelDef {
    LabelDef { name, values: Labels::Closed(values) }
}

const fn capped(name: &'static str, cap: usize) -> LabelDef {
    LabelDef { name, values: Labels::Capped(cap) }
}

const AGENT: LabelDef = capped("agent", 64);
const PROVIDER: LabelDef = capped("provider", 32);
const MODEL: LabelDef = capped("model", 200);
const KIND: LabelDef = capped("kind", 128);
const PROTOCOL: LabelDef = capped("protocol", 32);
const BACKUP: LabelDef = closed("kind", &["full", "increment"]);
const TABLE: LabelDef = capped("table", 200);
const CLASS: LabelDef = closed("class", &["recorded", "live", "instance"]);
const SEAM: LabelDef = closed("seam", &["agent", "protocol", "credentials"]);
const OUTCOME: LabelDef =
    closed("outcome", &["decided", "tie", "not_reached", "no_quorum", "no_evidence", "not_sought"]);
// The words of `debate::StopCause`, which lies above this room; a test compares the two.
const CAUSE: &[&str] = &[
    "cancelled",
    "all_failed",
    "human",
    "budget",
    "deadline",
    "judge",
    "consensus",
    "gate",
    "readiness",
    "stability",
    "stalemate",
    "quorum_lost",
    "max_rounds",
    "completed",
];

/// Seconds of an agent's answer.
const A: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 240.0];
/// Seconds of a call to a store or an embedder.
const S: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Seconds of a debate.
const D: &[f64] = &[1.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0, 1_200.0];
/// Rounds of a debate.
const R: &[f64] = &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 15.0, 20.0, 50.0];
/// Seconds in memory.
const M: &[f64] = &[
    1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5,
    1.0,
];

const CIPHER: LabelDef = closed("operation", &["encrypt", "decrypt"]);
const CIPHER_ERROR: LabelDef =
    closed("error_type", &["decryption_failed", "key_not_found", "plaintext_refused", "unsupported_version", "kms"]);
/// Batches of one group.
const G: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
const STORED: LabelDef = closed("kind", &["records", "files"]);
const POOL: LabelDef = closed("state", &["idle", "in_use"]);
const STORAGE: LabelDef = closed("operation", &["get_many", "scan", "apply", "claim", "renew", "watch", "control"]);

macro_rules! metrics {
    ($($(#[doc = $doc:literal])+ $ident:ident = $name:literal $kind:expr, [$($label:expr),*];)+) => {
        /// The metrics by name.
        pub mod names {
            use super::{AGENT, A, BACKUP, CAUSE, CIPHER, CIPHER_ERROR, CLASS, D, G, KIND, M, MODEL, MetricDef, MetricKind, OUTCOME, POOL, PROTOCOL, PROVIDER, R, S, SEAM, STORAGE, STORED, TABLE, capped, closed};
            $($(#[doc = $doc])+ pub const $ident: MetricDef = MetricDef { name: $name, help: concat!($($doc),+), kind: $kind, labels: &[$($label),*] };)+
        }

        /// Every metric.
        pub const METRICS: &[MetricDef] = &[$(names::$ident),+];
    };
}

metrics! {
    /// Debates started.
    DEBATES_TOTAL = "aragora_debates_total" MetricKind::Counter, [];
    /// Debates that ended other than by failing, with what stopped them.
    DEBATES_COMPLETED = "aragora_debates_completed" MetricKind::Counter, [closed("stop", CAUSE)];
    /// The same under the usual name.
    DEBATES_COMPLETED_TOTAL = "aragora_debates_completed_total" MetricKind::Counter, [closed("stop", CAUSE)];
    /// Debates that failed.
    DEBATES_FAILED = "aragora_debates_failed" MetricKind::Counter, [];
    /// The same under the usual name.
    DEBATES_FAILED_TOTAL = "aragora_debates_failed_total" MetricKind::Counter, [];
    /// Debates running now.
    DEBATES_ACTIVE = "aragora_debates_active" MetricKind::Gauge, [];
    /// Seconds from start to end of a debate.
    DEBATE_DURATION_SECONDS = "aragora_debate_duration_seconds" MetricKind::Histogram(D), [PROTOCOL];
    /// Rounds a debate took.
    DEBATE_ROUNDS = "aragora_debate_rounds" MetricKind::Histogram(R), [PROTOCOL];
    /// What stopped debates.
    DEBATE_STOPS_TOTAL = "aragora_debate_stops_total" MetricKind::Counter, [closed("cause", CAUSE)];
    /// How debates were decided; the share of decided ones is the consensus rate.
    DEBATE_OUTCOMES_TOTAL = "aragora_debate_outcomes_total" MetricKind::Counter, [OUTCOME];
    /// Calls of agents.
    DEBATE_CALLS_TOTAL = "aragora_debate_calls_total" MetricKind::Counter, [closed("kind", &["made", "saved", "hedged", "cancelled"])];
    /// Votes by status.
    VOTES_TOTAL = "aragora_votes_total" MetricKind::Counter, [closed("status", &["cast", "abstain", "invalid", "failed", "timed_out", "not_asked"])];
    /// Seconds a turn waited for its permit.
    ENGINE_QUEUE_WAIT_SECONDS = "aragora_engine_queue_wait_seconds" MetricKind::Histogram(M), [];
    /// Seconds from asking an agent to its answer.
    AGENT_RESPONSE_SECONDS = "aragora_agent_response_seconds" MetricKind::Histogram(A), [AGENT, PROVIDER, capped("outcome", 32)];
    /// Failed attempts of agents, and calls that failed before one was made.
    AGENT_ERRORS_TOTAL = "aragora_agent_errors_total" MetricKind::Counter, [AGENT, PROVIDER, KIND];
    /// Attempts repeated at the same target, by the failure before.
    AGENT_RETRIES_TOTAL = "aragora_agent_retries_total" MetricKind::Counter, [AGENT, PROVIDER, KIND];
    /// Calls passed on to another target.
    AGENT_FALLBACKS_TOTAL = "aragora_agent_fallbacks_total" MetricKind::Counter, [AGENT, capped("from", 200), capped("to", 200)];
    /// Replies slower than the service target of their provider.
    AGENT_TARGET_MISSED_TOTAL = "aragora_agent_target_missed_total" MetricKind::Counter, [AGENT, PROVIDER, closed("kind", &["slow"])];
    /// Seconds to the first piece of text.
    AGENT_FIRST_TOKEN_SECONDS = "aragora_agent_first_token_seconds" MetricKind::Histogram(A), [PROVIDER];
    /// Seconds a call waited for permits and pacing.
    AGENT_QUEUE_SECONDS = "aragora_agent_queue_seconds" MetricKind::Histogram(A), [PROVIDER];
    /// Calls of agents under way.
    AGENT_IN_FLIGHT = "aragora_agent_in_flight" MetricKind::Gauge, [PROVIDER];
    /// Known cost in micro-dollars, by where it comes from.
    AGENT_COST_MICRODOLLARS_TOTAL = "aragora_agent_cost_microdollars_total" MetricKind::Counter, [AGENT, PROVIDER, closed("source", &["provider", "price_book", "estimate", "free", "unknown"])];
    /// Attempts whose cost nobody knows.
    AGENT_UNPRICED_TOTAL = "aragora_agent_unpriced_total" MetricKind::Counter, [AGENT, PROVIDER];
    /// Replies from the reply cache.
    AGENT_CACHE_HITS_TOTAL = "aragora_agent_cache_hits_total" MetricKind::Counter, [AGENT, PROVIDER];
    /// Spent and set aside as a share of the limit, of the budget of this name that changed last.
    BUDGET_UTILIZATION_RATIO = "aragora_budget_utilization_ratio" MetricKind::Gauge, [capped("scope", 64)];
    /// The breaker of an agent's primary target: 0 closed, 1 half-open, 2 open.
    CIRCUIT_BREAKER_STATE = "aragora_circuit_breaker_state" MetricKind::Gauge, [AGENT];
    /// Openings of breakers.
    CIRCUIT_BREAKER_TRIPS_TOTAL = "aragora_circuit_breaker_trips_total" MetricKind::Counter, [AGENT];
    /// Seconds a provider took to embed one batch of texts.
    EMBEDDING_SECONDS = "aragora_embedding_seconds" MetricKind::Histogram(S), [];
    /// Calls into participants of another language.
    FOREIGN_CALLS_TOTAL = "aragora_foreign_calls_total" MetricKind::Counter, [SEAM, closed("outcome", &["ok", "failed", "cancelled", "dropped"])];
    /// Seconds of a call into another language.
    FOREIGN_CALL_SECONDS = "aragora_foreign_call_seconds" MetricKind::Histogram(A), [SEAM];
    /// Calls into another language under way.
    FOREIGN_CALLS_IN_FLIGHT = "aragora_foreign_calls_in_flight" MetricKind::Gauge, [SEAM];
    /// Tokens used; kinds are disjoint, so their sum is the total.
    TOKENS_USED_TOTAL = "aragora_tokens_used_total" MetricKind::Counter, [AGENT, PROVIDER, MODEL, closed("kind", &["input", "cache_read", "cache_write", "output", "reasoning"])];
    /// Events handed to subscribers.
    EVENTS_PUBLISHED_TOTAL = "aragora_events_published_total" MetricKind::Counter, [CLASS];
    /// Events a subscriber was too slow for.
    EVENTS_DROPPED_TOTAL = "aragora_events_dropped_total" MetricKind::Counter, [CLASS];
    /// Calls of the store, by how they ended: `success`, or the code of the error.
    STORAGE_OPERATIONS_TOTAL = "aragora_storage_operations_total" MetricKind::Counter, [STORAGE, capped("status", 64)];
    /// Seconds of a call of the store.
    STORAGE_OPERATION_SECONDS = "aragora_storage_operation_seconds" MetricKind::Histogram(S), [STORAGE];
    /// Batches that were committed at once.
    STORAGE_GROUP_SIZE = "aragora_storage_group_size" MetricKind::Histogram(G), [];
    /// Stored rows that were found damaged, each time they were met.
    STORAGE_CORRUPT_TOTAL = "aragora_storage_corrupt_total" MetricKind::Counter, [TABLE];
    /// Expired rows that were removed.
    STORAGE_SWEPT_TOTAL = "aragora_storage_swept_total" MetricKind::Counter, [];
    /// Bytes stored when they were last counted: keys and values of records, and files of an embedded store.
    STORAGE_BYTES = "aragora_storage_bytes" MetricKind::Gauge, [STORED];
    /// Connections of the pool to PostgreSQL.
    DB_POOL_CONNECTIONS = "aragora_db_pool_connections" MetricKind::Gauge, [POOL];
    /// Values sealed and opened.
    ENCRYPTION_OPERATIONS_TOTAL = "aragora_encryption_operations_total" MetricKind::Counter, [CIPHER, capped("store", 200)];
    /// Seconds to seal or open a value.
    ENCRYPTION_OPERATION_LATENCY_SECONDS = "aragora_encryption_operation_latency_seconds" MetricKind::Histogram(M), [CIPHER];
    /// Values that could not be sealed or opened.
    ENCRYPTION_ERRORS_TOTAL = "aragora_encryption_errors_total" MetricKind::Counter, [CIPHER, CIPHER_ERROR];
    /// Seconds since the key that encrypts was first used.
    ENCRYPTION_KEY_AGE_SECONDS = "aragora_encryption_key_age_seconds" MetricKind::Gauge, [];
    /// Records of a re-encryption by how they ended.
    MIGRATION_RECORDS_TOTAL = "aragora_migration_records_total" MetricKind::Counter, [capped("store", 200), closed("status", &["migrated", "skipped", "failed"])];
    /// Records a re-encryption could not read.
    MIGRATION_ERRORS_TOTAL = "aragora_migration_errors_total" MetricKind::Counter, [capped("store", 200), capped("error_type", 64)];
    /// Calls of the key service.
    KMS_REQUESTS_TOTAL = "aragora_kms_requests_total" MetricKind::Counter, [closed("operation", &["generate", "decrypt", "reencrypt"]), capped("status", 64)];
    /// Index rows that led to no record.
    STORAGE_INDEX_ORPHANS_TOTAL = "aragora_storage_index_orphans_total" MetricKind::Counter, [TABLE];
    /// Backups that were tried. Of an increment, `nothing` is that nothing had changed.
    BACKUP_RUNS_TOTAL = "aragora_backup_runs_total" MetricKind::Counter, [BACKUP, closed("status", &["success", "nothing", "failure"])];
    /// Seconds a backup took.
    BACKUP_DURATION_SECONDS = "aragora_backup_duration_seconds" MetricKind::Histogram(D), [BACKUP];
    /// Bytes written to backups.
    BACKUP_BYTES = "aragora_backup_bytes" MetricKind::Counter, [BACKUP];
    /// When a backup was last read back, in seconds since 1970.
    BACKUP_LAST_VERIFIED_TIMESTAMP_SECONDS = "aragora_backup_last_verified_timestamp_seconds" MetricKind::Gauge, [];
    /// Age in seconds of the oldest change that no backup holds.
    BACKUP_LAG_SECONDS = "aragora_backup_lag_seconds" MetricKind::Gauge, [];
    /// Label values beyond what a metric keeps apart.
    TELEMETRY_LABEL_OVERFLOW_TOTAL = "aragora_telemetry_label_overflow_total" MetricKind::Counter, [capped("metric", 200)];
}
