"""One class per code, so that `except errors.RateLimitedError` and `error.code == "rate_limited"` say the same.

Their documentation ends with what the caller must do. New codes may come with any version, as a plain `AragoraError`
until this package knows them: keep a branch for that. Timeouts are also the built-in `TimeoutError`.
"""

import builtins
from typing import ClassVar

from ._error import AragoraError, from_parts

__all__ = [
    "AgentFailedError",
    "AllAgentsFailedError",
    "AlreadyOpenError",
    "AragoraError",
    "AuditTamperedError",
    "BackupInvalidError",
    "BlockedError",
    "BudgetExceededError",
    "CancelledError",
    "CircuitOpenError",
    "ClockJumpError",
    "ClosedError",
    "ConflictError",
    "ContextTooLongError",
    "CorruptError",
    "CursorExpiredError",
    "DeadlineExceededError",
    "DecryptionFailedError",
    "EmptyReplyError",
    "EndpointDisabledError",
    "HumanDeclinedError",
    "InternalError",
    "InterruptedError",
    "InvalidConfigError",
    "InvalidPayloadError",
    "InvalidReplyError",
    "InvalidRequestError",
    "InvalidSecretError",
    "InvalidStateError",
    "KeyNotFoundError",
    "KmsDeniedError",
    "KmsInvalidError",
    "KmsUnavailableError",
    "LaggedError",
    "LeaseLostError",
    "LegalHoldError",
    "LimitExceededError",
    "LogCorruptError",
    "LogRolledBackError",
    "MalformedHeaderError",
    "MalformedResponseError",
    "MfaRequiredError",
    "MigrationFailedError",
    "MigrationLockedError",
    "ModelNotFoundError",
    "NondeterministicError",
    "NotConfiguredError",
    "NotFoundError",
    "OverloadedError",
    "PermissionDeniedError",
    "PlaintextRefusedError",
    "PoisonedError",
    "ProtocolFailedError",
    "ProviderErrorError",
    "QueueFullError",
    "QuotaExhaustedError",
    "RateLimitedError",
    "ReadOnlyError",
    "ReceiptDeletedError",
    "ReceiptInvalidError",
    "RecordingMissingError",
    "RefusedAddressError",
    "ReplyTooLargeError",
    "RequestTooLargeError",
    "ScriptExhaustedError",
    "SignatureMismatchError",
    "SignatureMissingError",
    "SigningFailedError",
    "SinkErrorError",
    "StorageFullError",
    "StorePoisonedError",
    "TimeoutError",
    "TimestampOutOfToleranceError",
    "TranscriptExpiredError",
    "TransportError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnpricedError",
    "UnsupportedError",
    "UnsupportedVersionError",
]


class InvalidRequestError(AragoraError):
    """One or more fields are outside their documented form; all violations are in the context. Correct the request."""

    CODE: ClassVar[str] = "invalid_request"


class InvalidConfigError(AragoraError):
    """The configuration is refused; all violations, sorted by pointer. Correct the settings."""

    CODE: ClassVar[str] = "invalid_config"


class InvalidStateError(AragoraError):
    """The object cannot do this now (other process, not terminal, no loop). Follow the reason; use a new object."""

    CODE: ClassVar[str] = "invalid_state"


class ClosedError(AragoraError):
    """Used after `close()`. Open a new instance."""

    CODE: ClassVar[str] = "closed"


class UnauthenticatedError(AragoraError):
    """A credential is missing, wrong, expired or revoked, ours or a provider's. Sign in again or fix the key."""

    CODE: ClassVar[str] = "unauthenticated"


class PermissionDeniedError(AragoraError):
    """The caller is known and not allowed; the decision is in the context. Ask for the right."""

    CODE: ClassVar[str] = "permission_denied"


class MfaRequiredError(AragoraError):
    """Allowed after a fresh second factor. Step up and repeat."""

    CODE: ClassVar[str] = "mfa_required"


class NotFoundError(AragoraError):
    """Absent, or not visible to this caller. Check the id."""

    CODE: ClassVar[str] = "not_found"


class ConflictError(AragoraError):
    """A precondition failed: changed meanwhile, or exists with other content. Re-read, decide, repeat."""

    CODE: ClassVar[str] = "conflict"


class LeaseLostError(AragoraError):
    """Somebody else owns it now. Stop, and never report success."""

    CODE: ClassVar[str] = "lease_lost"


class UnavailableError(AragoraError):
    """A dependency (store, network, entropy) does not answer; context `outcome` is `unknown` or `not_applied`. Repeat;
    settle `unknown` by reading.
    """

    CODE: ClassVar[str] = "unavailable"
    RETRYABLE: ClassVar[bool] = True


class TimeoutError(AragoraError, builtins.TimeoutError):
    """One call outward passed its own limit. Repeat, or raise the limit."""

    CODE: ClassVar[str] = "timeout"
    RETRYABLE: ClassVar[bool] = True


class DeadlineExceededError(AragoraError, builtins.TimeoutError):
    """The deadline the caller set has passed. Give more time."""

    CODE: ClassVar[str] = "deadline_exceeded"


class CancelledError(AragoraError):
    """Cancelled by the caller, the debate or a shutdown; a partial result is in the context. Nothing to do."""

    CODE: ClassVar[str] = "cancelled"


class RateLimitedError(AragoraError):
    """Too many calls or attempts, here or at the provider. Wait for `retry_after`."""

    CODE: ClassVar[str] = "rate_limited"
    RETRYABLE: ClassVar[bool] = True


class QueueFullError(AragoraError):
    """A bounded queue or the admission is full. Wait for `retry_after`, or raise the limit."""

    CODE: ClassVar[str] = "queue_full"
    RETRYABLE: ClassVar[bool] = True


class LimitExceededError(AragoraError):
    """Larger than a store, receipt, webhook body or index may be; limit and size are in the context. Split or
    shrink.
    """

    CODE: ClassVar[str] = "limit_exceeded"


class NotConfiguredError(AragoraError):
    """The feature needs a setting, key or compiled feature that is absent. Configure it."""

    CODE: ClassVar[str] = "not_configured"


class UnsupportedError(AragoraError):
    """This implementation or model cannot do it. Choose another."""

    CODE: ClassVar[str] = "unsupported"


class UnsupportedVersionError(AragoraError):
    """Written by a newer or unknown version; nothing was changed. Upgrade the library."""

    CODE: ClassVar[str] = "unsupported_version"


class ClockJumpError(AragoraError):
    """The clock cannot be believed; nothing was deleted. Check the time, then `confirm_clock`."""

    CODE: ClassVar[str] = "clock_jump"


class InternalError(AragoraError):
    """A bug or a contained panic; the location is in the context. Report it."""

    CODE: ClassVar[str] = "internal"


class CorruptError(AragoraError):
    """A stored value, file or page is damaged; others stay readable. Run `Verify`, then restore."""

    CODE: ClassVar[str] = "corrupt"


class LogCorruptError(AragoraError):
    """An append-only log contradicts itself or its head. Stop writing and restore."""

    CODE: ClassVar[str] = "log_corrupt"


class StorePoisonedError(AragoraError):
    """A write or sync failed and later writes are refused. Reopen the store."""

    CODE: ClassVar[str] = "store_poisoned"


class AlreadyOpenError(AragoraError):
    """The directory is held by another process. Close the other one."""

    CODE: ClassVar[str] = "already_open"


class ReadOnlyError(AragoraError):
    """The store cannot be written. Fix the rights, or open it for reading only."""

    CODE: ClassVar[str] = "read_only"


class StorageFullError(AragoraError):
    """The disk or quota is full and the batch was not applied. Free space."""

    CODE: ClassVar[str] = "storage_full"
    RETRYABLE: ClassVar[bool] = True


class MigrationLockedError(AragoraError):
    """Another process is migrating. Wait."""

    CODE: ClassVar[str] = "migration_locked"
    RETRYABLE: ClassVar[bool] = True


class MigrationFailedError(AragoraError):
    """A migration step failed and is absent; version and cause are in the context. Fix it and run again."""

    CODE: ClassVar[str] = "migration_failed"


class DecryptionFailedError(AragoraError):
    """Sealed data does not open at this address. Investigate."""

    CODE: ClassVar[str] = "decryption_failed"


class PlaintextRefusedError(AragoraError):
    """Plain data was found in a strict store. Investigate."""

    CODE: ClassVar[str] = "plaintext_refused"


class KeyNotFoundError(AragoraError):
    """Sealed under a key that is not loaded. Add the key."""

    CODE: ClassVar[str] = "key_not_found"


class KmsUnavailableError(AragoraError):
    """The key service does not answer. Wait."""

    CODE: ClassVar[str] = "kms_unavailable"
    RETRYABLE: ClassVar[bool] = True


class KmsDeniedError(AragoraError):
    """The key service refuses. Fix the service's rights."""

    CODE: ClassVar[str] = "kms_denied"


class KmsInvalidError(AragoraError):
    """The key service answered nonsense. Fix the service."""

    CODE: ClassVar[str] = "kms_invalid"


class BackupInvalidError(AragoraError):
    """A backup's chain, manifest or object is damaged and nothing was touched. Use another backup."""

    CODE: ClassVar[str] = "backup_invalid"


class OverloadedError(AragoraError):
    """The provider is busy. Nothing to do: layers retry."""

    CODE: ClassVar[str] = "overloaded"
    RETRYABLE: ClassVar[bool] = True


class TransportError(AragoraError):
    """The connection failed. Nothing to do: layers retry."""

    CODE: ClassVar[str] = "transport"
    RETRYABLE: ClassVar[bool] = True


class ProviderErrorError(AragoraError):
    """The provider reported an error of its own (5xx). Nothing to do: layers retry."""

    CODE: ClassVar[str] = "provider_error"
    RETRYABLE: ClassVar[bool] = True


class InterruptedError(AragoraError):
    """The stream ended early; partial text is kept. Nothing to do: layers retry."""

    CODE: ClassVar[str] = "interrupted"
    RETRYABLE: ClassVar[bool] = True


class MalformedResponseError(AragoraError):
    """The provider's body cannot be read. Report it."""

    CODE: ClassVar[str] = "malformed_response"
    RETRYABLE: ClassVar[bool] = True


class QuotaExhaustedError(AragoraError):
    """A credit or spend limit at the provider is used up. Pay or wait."""

    CODE: ClassVar[str] = "quota_exhausted"


class ModelNotFoundError(AragoraError):
    """The provider does not know this model. Change the request."""

    CODE: ClassVar[str] = "model_not_found"


class RequestTooLargeError(AragoraError):
    """The provider refuses a request of this size. Change the request."""

    CODE: ClassVar[str] = "request_too_large"


class ContextTooLongError(AragoraError):
    """The prompt does not fit the model's window. Change the request, or set a context policy."""

    CODE: ClassVar[str] = "context_too_long"


class BlockedError(AragoraError):
    """The provider's policy refused the request. Rephrase."""

    CODE: ClassVar[str] = "blocked"


class EmptyReplyError(AragoraError):
    """The reply holds no text. Relax the shape or fix the participant."""

    CODE: ClassVar[str] = "empty_reply"


class InvalidReplyError(AragoraError):
    """The answer of a participant is not in the agreed shape. Relax the shape or fix the participant."""

    CODE: ClassVar[str] = "invalid_reply"


class ReplyTooLargeError(AragoraError):
    """The reply is larger than 4 MiB. Limit the output."""

    CODE: ClassVar[str] = "reply_too_large"


class CircuitOpenError(AragoraError):
    """The breaker is open and nothing was sent. Wait for `retry_after`."""

    CODE: ClassVar[str] = "circuit_open"
    RETRYABLE: ClassVar[bool] = True


class BudgetExceededError(AragoraError):
    """A limit would be passed. Raise the limit."""

    CODE: ClassVar[str] = "budget_exceeded"


class UnpricedError(AragoraError):
    """A cost limit exists and the model has no price. Give a price."""

    CODE: ClassVar[str] = "unpriced"


class AgentFailedError(AragoraError):
    """A participant raised, panicked or returned a wrong type; the cause is attached. Look at the cause."""

    CODE: ClassVar[str] = "agent_failed"


class ScriptExhaustedError(AragoraError):
    """The scripted agent has no step left. Complete the script."""

    CODE: ClassVar[str] = "script_exhausted"


class RecordingMissingError(AragoraError):
    """There is no recorded reply for this request, and none is invented. Complete the recording."""

    CODE: ClassVar[str] = "recording_missing"


class HumanDeclinedError(AragoraError):
    """The person declined to answer. Go on without."""

    CODE: ClassVar[str] = "human_declined"


class AllAgentsFailedError(AragoraError):
    """No participant gave a usable reply; every cause is in the context. See the causes."""

    CODE: ClassVar[str] = "all_agents_failed"


class ProtocolFailedError(AragoraError):
    """The protocol raised or broke its contract. Fix the protocol."""

    CODE: ClassVar[str] = "protocol_failed"


class NondeterministicError(AragoraError):
    """Resuming found other prompts than the recorded ones. Fix the protocol or template, or accept the change."""

    CODE: ClassVar[str] = "nondeterministic"


class PoisonedError(AragoraError):
    """Five starts of a job made no progress. Inspect it, then `retry_dead_letter`."""

    CODE: ClassVar[str] = "poisoned"


class ReceiptInvalidError(AragoraError):
    """A receipt import or check failed; the report is in the context. Read the report."""

    CODE: ClassVar[str] = "receipt_invalid"


class ReceiptDeletedError(AragoraError):
    """Only the tombstone of the receipt is left. Nothing to do."""

    CODE: ClassVar[str] = "receipt_deleted"


class TranscriptExpiredError(AragoraError):
    """The debate's log was pruned. Nothing to do."""

    CODE: ClassVar[str] = "transcript_expired"


class SigningFailedError(AragoraError):
    """A signer produced no valid signature. Check the key service."""

    CODE: ClassVar[str] = "signing_failed"
    RETRYABLE: ClassVar[bool] = True


class LegalHoldError(AragoraError):
    """Held data cannot be changed. Release the hold."""

    CODE: ClassVar[str] = "legal_hold"


class LogRolledBackError(AragoraError):
    """The store is behind a pinned checkpoint. Investigate, then start a successor log."""

    CODE: ClassVar[str] = "log_rolled_back"


class AuditTamperedError(AragoraError):
    """The audit chain does not match its head. Investigate, then start a new chain."""

    CODE: ClassVar[str] = "audit_tampered"


class InvalidPayloadError(AragoraError):
    """The webhook body is not acceptable. Correct it."""

    CODE: ClassVar[str] = "invalid_payload"


class InvalidSecretError(AragoraError):
    """The webhook secret is not acceptable. Correct it."""

    CODE: ClassVar[str] = "invalid_secret"


class RefusedAddressError(AragoraError):
    """The address is not one this library may contact. Correct it."""

    CODE: ClassVar[str] = "refused_address"


class EndpointDisabledError(AragoraError):
    """The webhook endpoint is off. Enable it."""

    CODE: ClassVar[str] = "endpoint_disabled"


class SinkErrorError(AragoraError):
    """A foreign webhook sink raised. Nothing to do: delivery retries."""

    CODE: ClassVar[str] = "sink_error"
    RETRYABLE: ClassVar[bool] = True


class SignatureMissingError(AragoraError):
    """The webhook request carries no signature. Reject the request."""

    CODE: ClassVar[str] = "signature_missing"


class SignatureMismatchError(AragoraError):
    """The webhook signature does not match. Reject the request."""

    CODE: ClassVar[str] = "signature_mismatch"


class TimestampOutOfToleranceError(AragoraError):
    """The webhook timestamp is too old or too new. Reject the request."""

    CODE: ClassVar[str] = "timestamp_out_of_tolerance"


class MalformedHeaderError(AragoraError):
    """The webhook signature header cannot be read. Reject the request."""

    CODE: ClassVar[str] = "malformed_header"


class LaggedError(AragoraError):
    """A live stream in `Disconnect` mode fell behind. Re-read from the log."""

    CODE: ClassVar[str] = "lagged"


class CursorExpiredError(AragoraError):
    """The log before this cursor was pruned. Start at the given seq."""

    CODE: ClassVar[str] = "cursor_expired"


_CLASSES: dict[str, type[AragoraError]] = {kind.CODE: kind for kind in AragoraError.__subclasses__()}


def _from_parts(text: str) -> AragoraError:  # pyright: ignore[reportUnusedFunction]
    """Called by the native module."""
    return from_parts(text, _CLASSES)
