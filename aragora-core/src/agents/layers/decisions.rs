//! What follows from an error, by its kind: whether the same target is asked again, whether another one is, and
//! whether the breaker counts it. Data, so that a host may move any kind.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind};

/// Whether the same target is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// No.
    No,
    /// Once per call.
    Once,
    /// As often as the retry policy allows.
    Yes,
    /// Not as it was: the shape layer asks once for a repair.
    Repair,
}

/// What follows from an error of some kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Decision {
    /// Whether the same target is asked again.
    pub again: Again,
    /// Whether the next target is asked. `circuit_open` is as the kind that opened the circuit instead.
    pub fallback: bool,
    /// Whether it is a failure for the breaker.
    pub counts: bool,
}

impl Decision {
    /// These three columns.
    pub const fn new(again: Again, fallback: bool, counts: bool) -> Self {
        Self { again, fallback, counts }
    }
}

/// What an outcome tells the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The target answered, if only to refuse this request.
    Answer,
    /// The target failed.
    Failure(ErrorKind),
    /// Nothing about the target: it was not reached, or the caller broke off.
    None,
}

/// The table of section 5 of the specification, with the host's changes.
///
/// ```
/// use aragora_core::ErrorKind;
/// use aragora_core::agents::layers::{Again, Decision, Decisions};
///
/// let decisions = Decisions::default().with(ErrorKind::Blocked, Decision::new(Again::No, true, false));
/// assert!(decisions.of(ErrorKind::Blocked).fallback);
/// assert_eq!(decisions.of(ErrorKind::MalformedResponse).again, Again::Once);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Decisions(BTreeMap<ErrorKind, Decision>);

impl Decisions {
    /// The same with this kind moved.
    #[must_use]
    pub fn with(mut self, kind: ErrorKind, decision: Decision) -> Self {
        self.0.insert(kind, decision);
        self
    }

    /// The same, but a refused credential leads to the next target too, which hides that a key must be fixed.
    #[must_use]
    pub fn fallback_on_auth(self) -> Self {
        let moved = Decision { fallback: true, ..default(ErrorKind::Unauthenticated) };
        self.with(ErrorKind::Unauthenticated, moved).with(ErrorKind::PermissionDenied, moved)
    }

    /// The same, but what one provider's policy refused is asked of the next target.
    #[must_use]
    pub fn fallback_on_blocked(self) -> Self {
        self.with(ErrorKind::Blocked, Decision { fallback: true, ..default(ErrorKind::Blocked) })
    }

    /// The row of this kind.
    pub fn of(&self, kind: ErrorKind) -> Decision {
        self.0.get(&kind).copied().unwrap_or_else(|| default(kind))
    }

    /// Whether the same target is asked again. A provider that says so itself (`x-should-retry`) is believed; a call
    /// that never left has waited as long as it may.
    pub fn again(&self, error: &Error) -> Again {
        if stayed_here(error) {
            return Again::No;
        }
        match (error.kind().retryable_by_default(), error.retryable()) {
            (false, true) => Again::Yes,
            (true, false) => Again::No,
            _ => self.of(error.kind()).again,
        }
    }

    /// Whether the next target is asked.
    pub fn falls_back(&self, error: &Error) -> bool {
        let opened_by = || ErrorKind::from_code(error.context().get("opened_by")?);
        match error.kind() {
            ErrorKind::CircuitOpen => opened_by().is_some_and(|kind| self.of(kind).fallback),
            kind => self.of(kind).fallback,
        }
    }

    /// What an outcome tells the breaker.
    pub fn verdict<T>(&self, outcome: &Result<T, Error>) -> Verdict {
        match outcome {
            Err(error) if stayed_here(error) => Verdict::None,
            Err(error) if self.of(error.kind()).counts => Verdict::Failure(error.kind()),
            // A refusal of this request is an answer too.
            Ok(_) | Err(_) => Verdict::Answer,
        }
    }
}

/// Whether an error says nothing about the target: nothing was sent, or the caller broke off.
pub(crate) fn stayed_here(error: &Error) -> bool {
    let context = error.context();
    let local = context.get("local").is_some_and(|local| local == "true");
    // A request that our own checks refuse names its violations.
    local || context.contains_key("violations") || is_local(error.kind())
}

const fn is_local(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::QueueFull
            | ErrorKind::CircuitOpen
            | ErrorKind::DeadlineExceeded
            | ErrorKind::Cancelled
            | ErrorKind::BudgetExceeded
            | ErrorKind::Unpriced
            | ErrorKind::ScriptExhausted
            | ErrorKind::RecordingMissing
            | ErrorKind::HumanDeclined
    )
}

// No wildcard: a new kind has to be decided here.
const fn default(kind: ErrorKind) -> Decision {
    use ErrorKind as K;
    match kind {
        K::RateLimited | K::Overloaded | K::Timeout | K::Transport | K::ProviderError | K::Interrupted => {
            Decision::new(Again::Yes, true, true)
        }
        K::QuotaExhausted => Decision::new(Again::No, true, true),
        K::MalformedResponse => Decision::new(Again::Once, true, true),
        K::Unauthenticated | K::PermissionDenied | K::AgentFailed => Decision::new(Again::No, false, true),
        K::EmptyReply | K::InvalidReply => Decision::new(Again::Repair, false, false),
        K::QueueFull => Decision::new(Again::No, true, false),
        K::ModelNotFound
        | K::InvalidRequest
        | K::RequestTooLarge
        | K::ContextTooLong
        | K::Unsupported
        | K::Blocked
        | K::ReplyTooLarge
        | K::CircuitOpen
        | K::BudgetExceeded
        | K::Unpriced
        | K::DeadlineExceeded
        | K::Cancelled
        | K::ScriptExhausted
        | K::RecordingMissing
        | K::HumanDeclined
        // No outcome of a target, but an agent of the host may return any of them.
        | K::InvalidConfig
        | K::InvalidState
        | K::Closed
        | K::MfaRequired
        | K::NotFound
        | K::Conflict
        | K::LeaseLost
        | K::Unavailable
        | K::LimitExceeded
        | K::NotConfigured
        | K::UnsupportedVersion
        | K::ClockJump
        | K::Internal
        | K::Corrupt
        | K::LogCorrupt
        | K::StorePoisoned
        | K::AlreadyOpen
        | K::ReadOnly
        | K::StorageFull
        | K::MigrationLocked
        | K::MigrationFailed
        | K::DecryptionFailed
        | K::PlaintextRefused
        | K::KeyNotFound
        | K::KmsUnavailable
        | K::KmsDenied
        | K::KmsInvalid
        | K::BackupInvalid
        | K::AllAgentsFailed
        | K::ProtocolFailed
        | K::Nondeterministic
        | K::Poisoned
        | K::ReceiptInvalid
        | K::ReceiptDeleted
        | K::TranscriptExpired
        | K::SigningFailed
        | K::LegalHold
        | K::LogRolledBack
        | K::AuditTampered
        | K::InvalidPayload
        | K::InvalidSecret
        | K::RefusedAddress
        | K::EndpointDisabled
        | K::SinkError
        | K::SignatureMissing
        | K::SignatureMismatch
        | K::TimestampOutOfTolerance
        | K::MalformedHeader
        | K::Lagged
        | K::CursorExpired => Decision::new(Again::No, false, false),
    }
}
