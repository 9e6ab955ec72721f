//! The one list of error kinds. A kind is an identity that callers may match on in every language; its
//! documentation says what it means and, as the last sentence, what the caller must do.

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, retryable $retry:literal;)+) => {
        /// What went wrong, as a stable identity. `code()` is the same word in every language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl ErrorKind {
            /// Every kind, in the order of the specification's table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable snake_case name, e.g. `invalid_request`. Never reused for another meaning.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Whether errors of this kind are worth repeating unless the error itself says otherwise.
            pub const fn retryable_by_default(self) -> bool {
                match self { $(Self::$variant => $retry,)+ }
            }

            /// What it means and, as the last sentence, what the caller must do.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// The kind with this code, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

kinds! {
    /// One or more fields are outside their documented form; all violations are in the context. Correct the request.
    InvalidRequest = "invalid_request", retryable false;
    /// The configuration is refused; all violations, sorted by pointer. Correct the settings.
    InvalidConfig = "invalid_config", retryable false;
    /// The object cannot do this now (other process, not terminal, no loop). Follow the reason; use a new object.
    InvalidState = "invalid_state", retryable false;
    /// Used after `close()`. Open a new instance.
    Closed = "closed", retryable false;
    /// A credential is missing, wrong, expired or revoked, ours or a provider's. Sign in again or fix the key.
    Unauthenticated = "unauthenticated", retryable false;
    /// The caller is known and not allowed; the decision is in the context. Ask for the right.
    PermissionDenied = "permission_denied", retryable false;
    /// Allowed after a fresh second factor. Step up and repeat.
    MfaRequired = "mfa_required", retryable false;
    /// Absent, or not visible to this caller. Check the id.
    NotFound = "not_found", retryable false;
    /// A precondition failed: changed meanwhile, or exists with other content. Re-read, decide, repeat.
    Conflict = "conflict", retryable false;
    /// Somebody else owns it now. Stop, and never report success.
    LeaseLost = "lease_lost", retryable false;
    /// A dependency (store, network, entropy) does not answer; context `outcome` is `unknown` or `not_applied`.
    /// Repeat; settle `unknown` by reading.
    Unavailable = "unavailable", retryable true;
    /// One call outward passed its own limit. Repeat, or raise the limit.
    Timeout = "timeout", retryable true;
    /// The deadline the caller set has passed. Give more time.
    DeadlineExceeded = "deadline_exceeded", retryable false;
    /// Cancelled by the caller, the debate or a shutdown; a partial result is in the context. Nothing to do.
    Cancelled = "cancelled", retryable false;
    /// Too many calls or attempts, here or at the provider. Wait for `retry_after`.
    RateLimited = "rate_limited", retryable true;
    /// A bounded queue or the admission is full. Wait for `retry_after`, or raise the limit.
    QueueFull = "queue_full", retryable true;
    /// Larger than a store, receipt, webhook body or index may be; limit and size are in the context. Split or shrink.
    LimitExceeded = "limit_exceeded", retryable false;
    /// The feature needs a setting, key or compiled feature that is absent. Configure it.
    NotConfigured = "not_configured", retryable false;
    /// This implementation or model cannot do it. Choose another.
    Unsupported = "unsupported", retryable false;
    /// Written by a newer or unknown version; nothing was changed. Upgrade the library.
    UnsupportedVersion = "unsupported_version", retryable false;
    /// The clock cannot be believed; nothing was deleted. Check the time, then `confirm_clock`.
    ClockJump = "clock_jump", retryable false;
    /// A bug or a contained panic; the location is in the context. Report it.
    Internal = "internal", retryable false;
    /// A stored value, file or page is damaged; others stay readable. Run `Verify`, then restore.
    Corrupt = "corrupt", retryable false;
    /// An append-only log contradicts itself or its head. Stop writing and restore.
    LogCorrupt = "log_corrupt", retryable false;
    /// A write or sync failed and later writes are refused. Reopen the store.
    StorePoisoned = "store_poisoned", retryable false;
    /// The directory is held by another process. Close the other one.
    AlreadyOpen = "already_open", retryable false;
    /// The store cannot be written. Fix the rights, or open it for reading only.
    ReadOnly = "read_only", retryable false;
    /// The disk or quota is full and the batch was not applied. Free space.
    StorageFull = "storage_full", retryable true;
    /// Another process is migrating. Wait.
    MigrationLocked = "migration_locked", retryable true;
    /// A migration step failed and is absent; version and cause are in the context. Fix it and run again.
    MigrationFailed = "migration_failed", retryable false;
    /// Sealed data does not open at this address. Investigate.
    DecryptionFailed = "decryption_failed", retryable false;
    /// Plain data was found in a strict store. Investigate.
    PlaintextRefused = "plaintext_refused", retryable false;
    /// Sealed under a key that is not loaded. Add the key.
    KeyNotFound = "key_not_found", retryable false;
    /// The key service does not answer. Wait.
    KmsUnavailable = "kms_unavailable", retryable true;
    /// The key service refuses. Fix the service's rights.
    KmsDenied = "kms_denied", retryable false;
    /// The key service answered nonsense. Fix the service.
    KmsInvalid = "kms_invalid", retryable false;
    /// A backup's chain, manifest or object is damaged and nothing was touched. Use another backup.
    BackupInvalid = "backup_invalid", retryable false;
    /// The provider is busy. Nothing to do: layers retry.
    Overloaded = "overloaded", retryable true;
    /// The connection failed. Nothing to do: layers retry.
    Transport = "transport", retryable true;
    /// The provider reported an error of its own (5xx). Nothing to do: layers retry.
    ProviderError = "provider_error", retryable true;
    /// The stream ended early; partial text is kept. Nothing to do: layers retry.
    Interrupted = "interrupted", retryable true;
    /// The provider's body cannot be read. Report it.
    MalformedResponse = "malformed_response", retryable true;
    /// A credit or spend limit at the provider is used up. Pay or wait.
    QuotaExhausted = "quota_exhausted", retryable false;
    /// The provider does not know this model. Change the request.
    ModelNotFound = "model_not_found", retryable false;
    /// The provider refuses a request of this size. Change the request.
    RequestTooLarge = "request_too_large", retryable false;
    /// The prompt does not fit the model's window. Change the request, or set a context policy.
    ContextTooLong = "context_too_long", retryable false;
    /// The provider's policy refused the request. Rephrase.
    Blocked = "blocked", retryable false;
    /// The reply holds no text. Relax the shape or fix the participant.
    EmptyReply = "empty_reply", retryable false;
    /// The answer of a participant is not in the agreed shape. Relax the shape or fix the participant.
    InvalidReply = "invalid_reply", retryable false;
    /// The reply is larger than 4 MiB. Limit the output.
    ReplyTooLarge = "reply_too_large", retryable false;
    /// The breaker is open and nothing was sent. Wait for `retry_after`.
    CircuitOpen = "circuit_open", retryable true;
    /// A limit would be passed. Raise the limit.
    BudgetExceeded = "budget_exceeded", retryable false;
    /// A cost limit exists and the model has no price. Give a price.
    Unpriced = "unpriced", retryable false;
    /// A participant raised, panicked or returned a wrong type; the cause is attached. Look at the cause.
    AgentFailed = "agent_failed", retryable false;
    /// The scripted agent has no step left. Complete the script.
    ScriptExhausted = "script_exhausted", retryable false;
    /// There is no recorded reply for this request, and none is invented. Complete the recording.
    RecordingMissing = "recording_missing", retryable false;
    /// The person declined to answer. Go on without.
    HumanDeclined = "human_declined", retryable false;
    /// No participant gave a usable reply; every cause is in the context. See the causes.
    AllAgentsFailed = "all_agents_failed", retryable false;
    /// The protocol raised or broke its contract. Fix the protocol.
    ProtocolFailed = "protocol_failed", retryable false;
    /// Resuming found other prompts than the recorded ones. Fix the protocol or template, or accept the change.
    Nondeterministic = "nondeterministic", retryable false;
    /// Five starts of a job made no progress. Inspect it, then `retry_dead_letter`.
    Poisoned = "poisoned", retryable false;
    /// A receipt import or check failed; the report is in the context. Read the report.
    ReceiptInvalid = "receipt_invalid", retryable false;
    /// Only the tombstone of the receipt is left. Nothing to do.
    ReceiptDeleted = "receipt_deleted", retryable false;
    /// The debate's log was pruned. Nothing to do.
    TranscriptExpired = "transcript_expired", retryable false;
    /// A signer produced no valid signature. Check the key service.
    SigningFailed = "signing_failed", retryable true;
    /// Held data cannot be changed. Release the hold.
    LegalHold = "legal_hold", retryable false;
    /// The store is behind a pinned checkpoint. Investigate, then start a successor log.
    LogRolledBack = "log_rolled_back", retryable false;
    /// The audit chain does not match its head. Investigate, then start a new chain.
    AuditTampered = "audit_tampered", retryable false;
    /// The webhook body is not acceptable. Correct it.
    InvalidPayload = "invalid_payload", retryable false;
    /// The webhook secret is not acceptable. Correct it.
    InvalidSecret = "invalid_secret", retryable false;
    /// The address is not one this library may contact. Correct it.
    RefusedAddress = "refused_address", retryable false;
    /// The webhook endpoint is off. Enable it.
    EndpointDisabled = "endpoint_disabled", retryable false;
    /// A foreign webhook sink raised. Nothing to do: delivery retries.
    SinkError = "sink_error", retryable true;
    /// The webhook request carries no signature. Reject the request.
    SignatureMissing = "signature_missing", retryable false;
    /// The webhook signature does not match. Reject the request.
    SignatureMismatch = "signature_mismatch", retryable false;
    /// The webhook timestamp is too old or too new. Reject the request.
    TimestampOutOfTolerance = "timestamp_out_of_tolerance", retryable false;
    /// The webhook signature header cannot be read. Reject the request.
    MalformedHeader = "malformed_header", retryable false;
    /// A live stream in `Disconnect` mode fell behind. Re-read from the log.
    Lagged = "lagged", retryable false;
    /// The log before this cursor was pruned. Start at the given seq.
    CursorExpired = "cursor_expired", retryable false;
}
