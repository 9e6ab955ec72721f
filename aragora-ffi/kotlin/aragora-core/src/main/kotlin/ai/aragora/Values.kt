// Rendered from the core's types by `cargo xtask faces`; do not edit.

@file:Suppress("RedundantVisibilityModifier")

package ai.aragora

import java.time.Instant
import kotlin.time.Duration

/** What went wrong, as a stable word. Keep a branch for words this version does not know. */
@JvmInline
public value class ErrorCode(public val word: String) {
    /** Whether errors of this kind are worth repeating unless they say otherwise. */
    public val retryable: Boolean get() = word in RETRYABLE

    override fun toString(): String = word

    public companion object {
        private val RETRYABLE = setOf(
            "unavailable",
            "timeout",
            "rate_limited",
            "queue_full",
            "storage_full",
            "migration_locked",
            "kms_unavailable",
            "overloaded",
            "transport",
            "provider_error",
            "interrupted",
            "malformed_response",
            "circuit_open",
            "signing_failed",
            "sink_error",
        )

        /**
         * One or more fields are outside their documented form; all violations are in the context. Correct the
         * request.
         */
        public val InvalidRequest: ErrorCode = ErrorCode("invalid_request")

        /** The configuration is refused; all violations, sorted by pointer. Correct the settings. */
        public val InvalidConfig: ErrorCode = ErrorCode("invalid_config")

        /**
         * The object cannot do this now (other process, not terminal, no loop). Follow the reason; use a new
         * object.
         */
        public val InvalidState: ErrorCode = ErrorCode("invalid_state")

        /** Used after `close()`. Open a new instance. */
        public val Closed: ErrorCode = ErrorCode("closed")

        /**
         * A credential is missing, wrong, expired or revoked, ours or a provider's. Sign in again or fix the
         * key.
         */
        public val Unauthenticated: ErrorCode = ErrorCode("unauthenticated")

        /** The caller is known and not allowed; the decision is in the context. Ask for the right. */
        public val PermissionDenied: ErrorCode = ErrorCode("permission_denied")

        /** Allowed after a fresh second factor. Step up and repeat. */
        public val MfaRequired: ErrorCode = ErrorCode("mfa_required")

        /** Absent, or not visible to this caller. Check the id. */
        public val NotFound: ErrorCode = ErrorCode("not_found")

        /** A precondition failed: changed meanwhile, or exists with other content. Re-read, decide, repeat. */
        public val Conflict: ErrorCode = ErrorCode("conflict")

        /** Somebody else owns it now. Stop, and never report success. */
        public val LeaseLost: ErrorCode = ErrorCode("lease_lost")

        /**
         * A dependency (store, network, entropy) does not answer; context `outcome` is `unknown` or
         * `not_applied`. Repeat; settle `unknown` by reading.
         */
        public val Unavailable: ErrorCode = ErrorCode("unavailable")

        /** One call outward passed its own limit. Repeat, or raise the limit. */
        public val Timeout: ErrorCode = ErrorCode("timeout")

        /** The deadline the caller set has passed. Give more time. */
        public val DeadlineExceeded: ErrorCode = ErrorCode("deadline_exceeded")

        /** Cancelled by the caller, the debate or a shutdown; a partial result is in the context. Nothing to do. */
        public val Cancelled: ErrorCode = ErrorCode("cancelled")

        /** Too many calls or attempts, here or at the provider. Wait for `retry_after`. */
        public val RateLimited: ErrorCode = ErrorCode("rate_limited")

        /** A bounded queue or the admission is full. Wait for `retry_after`, or raise the limit. */
        public val QueueFull: ErrorCode = ErrorCode("queue_full")

        /**
         * Larger than a store, receipt, webhook body or index may be; limit and size are in the context. Split
         * or shrink.
         */
        public val LimitExceeded: ErrorCode = ErrorCode("limit_exceeded")

        /** The feature needs a setting, key or compiled feature that is absent. Configure it. */
        public val NotConfigured: ErrorCode = ErrorCode("not_configured")

        /** This implementation or model cannot do it. Choose another. */
        public val Unsupported: ErrorCode = ErrorCode("unsupported")

        /** Written by a newer or unknown version; nothing was changed. Upgrade the library. */
        public val UnsupportedVersion: ErrorCode = ErrorCode("unsupported_version")

        /** The clock cannot be believed; nothing was deleted. Check the time, then `confirm_clock`. */
        public val ClockJump: ErrorCode = ErrorCode("clock_jump")

        /** A bug or a contained panic; the location is in the context. Report it. */
        public val Internal: ErrorCode = ErrorCode("internal")

        /** A stored value, file or page is damaged; others stay readable. Run `Verify`, then restore. */
        public val Corrupt: ErrorCode = ErrorCode("corrupt")

        /** An append-only log contradicts itself or its head. Stop writing and restore. */
        public val LogCorrupt: ErrorCode = ErrorCode("log_corrupt")

        /** A write or sync failed and later writes are refused. Reopen the store. */
        public val StorePoisoned: ErrorCode = ErrorCode("store_poisoned")

        /** The directory is held by another process. Close the other one. */
        public val AlreadyOpen: ErrorCode = ErrorCode("already_open")

        /** The store cannot be written. Fix the rights, or open it for reading only. */
        public val ReadOnly: ErrorCode = ErrorCode("read_only")

        /** The disk or quota is full and the batch was not applied. Free space. */
        public val StorageFull: ErrorCode = ErrorCode("storage_full")

        /** Another process is migrating. Wait. */
        public val MigrationLocked: ErrorCode = ErrorCode("migration_locked")

        /** A migration step failed and is absent; version and cause are in the context. Fix it and run again. */
        public val MigrationFailed: ErrorCode = ErrorCode("migration_failed")

        /** Sealed data does not open at this address. Investigate. */
        public val DecryptionFailed: ErrorCode = ErrorCode("decryption_failed")

        /** Plain data was found in a strict store. Investigate. */
        public val PlaintextRefused: ErrorCode = ErrorCode("plaintext_refused")

        /** Sealed under a key that is not loaded. Add the key. */
        public val KeyNotFound: ErrorCode = ErrorCode("key_not_found")

        /** The key service does not answer. Wait. */
        public val KmsUnavailable: ErrorCode = ErrorCode("kms_unavailable")

        /** The key service refuses. Fix the service's rights. */
        public val KmsDenied: ErrorCode = ErrorCode("kms_denied")

        /** The key service answered nonsense. Fix the service. */
        public val KmsInvalid: ErrorCode = ErrorCode("kms_invalid")

        /** A backup's chain, manifest or object is damaged and nothing was touched. Use another backup. */
        public val BackupInvalid: ErrorCode = ErrorCode("backup_invalid")

        /** The provider is busy. Nothing to do: layers retry. */
        public val Overloaded: ErrorCode = ErrorCode("overloaded")

        /** The connection failed. Nothing to do: layers retry. */
        public val Transport: ErrorCode = ErrorCode("transport")

        /** The provider reported an error of its own (5xx). Nothing to do: layers retry. */
        public val ProviderError: ErrorCode = ErrorCode("provider_error")

        /** The stream ended early; partial text is kept. Nothing to do: layers retry. */
        public val Interrupted: ErrorCode = ErrorCode("interrupted")

        /** The provider's body cannot be read. Report it. */
        public val MalformedResponse: ErrorCode = ErrorCode("malformed_response")

        /** A credit or spend limit at the provider is used up. Pay or wait. */
        public val QuotaExhausted: ErrorCode = ErrorCode("quota_exhausted")

        /** The provider does not know this model. Change the request. */
        public val ModelNotFound: ErrorCode = ErrorCode("model_not_found")

        /** The provider refuses a request of this size. Change the request. */
        public val RequestTooLarge: ErrorCode = ErrorCode("request_too_large")

        /** The prompt does not fit the model's window. Change the request, or set a context policy. */
        public val ContextTooLong: ErrorCode = ErrorCode("context_too_long")

        /** The provider's policy refused the request. Rephrase. */
        public val Blocked: ErrorCode = ErrorCode("blocked")

        /** The reply holds no text. Relax the shape or fix the participant. */
        public val EmptyReply: ErrorCode = ErrorCode("empty_reply")

        /** The answer of a participant is not in the agreed shape. Relax the shape or fix the participant. */
        public val InvalidReply: ErrorCode = ErrorCode("invalid_reply")

        /** The reply is larger than 4 MiB. Limit the output. */
        public val ReplyTooLarge: ErrorCode = ErrorCode("reply_too_large")

        /** The breaker is open and nothing was sent. Wait for `retry_after`. */
        public val CircuitOpen: ErrorCode = ErrorCode("circuit_open")

        /** A limit would be passed. Raise the limit. */
        public val BudgetExceeded: ErrorCode = ErrorCode("budget_exceeded")

        /** A cost limit exists and the model has no price. Give a price. */
        public val Unpriced: ErrorCode = ErrorCode("unpriced")

        /** A participant raised, panicked or returned a wrong type; the cause is attached. Look at the cause. */
        public val AgentFailed: ErrorCode = ErrorCode("agent_failed")

        /** The scripted agent has no step left. Complete the script. */
        public val ScriptExhausted: ErrorCode = ErrorCode("script_exhausted")

        /** There is no recorded reply for this request, and none is invented. Complete the recording. */
        public val RecordingMissing: ErrorCode = ErrorCode("recording_missing")

        /** The person declined to answer. Go on without. */
        public val HumanDeclined: ErrorCode = ErrorCode("human_declined")

        /** No participant gave a usable reply; every cause is in the context. See the causes. */
        public val AllAgentsFailed: ErrorCode = ErrorCode("all_agents_failed")

        /** The protocol raised or broke its contract. Fix the protocol. */
        public val ProtocolFailed: ErrorCode = ErrorCode("protocol_failed")

        /**
         * Resuming found other prompts than the recorded ones. Fix the protocol or template, or accept the
         * change.
         */
        public val Nondeterministic: ErrorCode = ErrorCode("nondeterministic")

        /** Five starts of a job made no progress. Inspect it, then `retry_dead_letter`. */
        public val Poisoned: ErrorCode = ErrorCode("poisoned")

        /** A receipt import or check failed; the report is in the context. Read the report. */
        public val ReceiptInvalid: ErrorCode = ErrorCode("receipt_invalid")

        /** Only the tombstone of the receipt is left. Nothing to do. */
        public val ReceiptDeleted: ErrorCode = ErrorCode("receipt_deleted")

        /** The debate's log was pruned. Nothing to do. */
        public val TranscriptExpired: ErrorCode = ErrorCode("transcript_expired")

        /** A signer produced no valid signature. Check the key service. */
        public val SigningFailed: ErrorCode = ErrorCode("signing_failed")

        /** Held data cannot be changed. Release the hold. */
        public val LegalHold: ErrorCode = ErrorCode("legal_hold")

        /** The store is behind a pinned checkpoint. Investigate, then start a successor log. */
        public val LogRolledBack: ErrorCode = ErrorCode("log_rolled_back")

        /** The audit chain does not match its head. Investigate, then start a new chain. */
        public val AuditTampered: ErrorCode = ErrorCode("audit_tampered")

        /** The webhook body is not acceptable. Correct it. */
        public val InvalidPayload: ErrorCode = ErrorCode("invalid_payload")

        /** The webhook secret is not acceptable. Correct it. */
        public val InvalidSecret: ErrorCode = ErrorCode("invalid_secret")

        /** The address is not one this library may contact. Correct it. */
        public val RefusedAddress: ErrorCode = ErrorCode("refused_address")

        /** The webhook endpoint is off. Enable it. */
        public val EndpointDisabled: ErrorCode = ErrorCode("endpoint_disabled")

        /** A foreign webhook sink raised. Nothing to do: delivery retries. */
        public val SinkError: ErrorCode = ErrorCode("sink_error")

        /** The webhook request carries no signature. Reject the request. */
        public val SignatureMissing: ErrorCode = ErrorCode("signature_missing")

        /** The webhook signature does not match. Reject the request. */
        public val SignatureMismatch: ErrorCode = ErrorCode("signature_mismatch")

        /** The webhook timestamp is too old or too new. Reject the request. */
        public val TimestampOutOfTolerance: ErrorCode = ErrorCode("timestamp_out_of_tolerance")

        /** The webhook signature header cannot be read. Reject the request. */
        public val MalformedHeader: ErrorCode = ErrorCode("malformed_header")

        /** A live stream in `Disconnect` mode fell behind. Re-read from the log. */
        public val Lagged: ErrorCode = ErrorCode("lagged")

        /** The log before this cursor was pruned. Start at the given seq. */
        public val CursorExpired: ErrorCode = ErrorCode("cursor_expired")

        /** Every code this version knows. */
        public val entries: List<ErrorCode> = listOf(
            InvalidRequest,
            InvalidConfig,
            InvalidState,
            Closed,
            Unauthenticated,
            PermissionDenied,
            MfaRequired,
            NotFound,
            Conflict,
            LeaseLost,
            Unavailable,
            Timeout,
            DeadlineExceeded,
            Cancelled,
            RateLimited,
            QueueFull,
            LimitExceeded,
            NotConfigured,
            Unsupported,
            UnsupportedVersion,
            ClockJump,
            Internal,
            Corrupt,
            LogCorrupt,
            StorePoisoned,
            AlreadyOpen,
            ReadOnly,
            StorageFull,
            MigrationLocked,
            MigrationFailed,
            DecryptionFailed,
            PlaintextRefused,
            KeyNotFound,
            KmsUnavailable,
            KmsDenied,
            KmsInvalid,
            BackupInvalid,
            Overloaded,
            Transport,
            ProviderError,
            Interrupted,
            MalformedResponse,
            QuotaExhausted,
            ModelNotFound,
            RequestTooLarge,
            ContextTooLong,
            Blocked,
            EmptyReply,
            InvalidReply,
            ReplyTooLarge,
            CircuitOpen,
            BudgetExceeded,
            Unpriced,
            AgentFailed,
            ScriptExhausted,
            RecordingMissing,
            HumanDeclined,
            AllAgentsFailed,
            ProtocolFailed,
            Nondeterministic,
            Poisoned,
            ReceiptInvalid,
            ReceiptDeleted,
            TranscriptExpired,
            SigningFailed,
            LegalHold,
            LogRolledBack,
            AuditTampered,
            InvalidPayload,
            InvalidSecret,
            RefusedAddress,
            EndpointDisabled,
            SinkError,
            SignatureMissing,
            SignatureMismatch,
            TimestampOutOfTolerance,
            MalformedHeader,
            Lagged,
            CursorExpired,
        )
    }
}

/** What kind of participant answers. */
public enum class AgentKind(
    /** The word in a document. */
    public val word: String,
) {
    /** A language model. */
    Model("model"),
    /** A person. */
    Human("human"),
    /** A function of the host. */
    Function("function"),
    /** A script with fixed replies. */
    Scripted("scripted"),
    /** The styled demo without network. */
    Demo("demo"),
    /** A recording. */
    Recorded("recorded"),
    /** An object of another language. */
    Foreign("foreign"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): AgentKind =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of AgentKind")
    }
}

/** What an agent answers. */
public class AgentReply(
    /** The text; may be empty where `structured` says it all. */
    public val text: String? = null,
    /** The structured value, where one was asked for. */
    public val structured: JsonValue? = null,
    /** What a model thought, where it shows it. */
    public val reasoning: String? = null,
    /** Tools a model asked for; they are recorded, never run. */
    public val toolCalls: List<ToolCall>? = null,
    /** A refusal. */
    public val refusal: Refusal? = null,
    /** Why the text ends, default `end`. */
    public val stop: StopReason? = null,
    /** Tokens used. */
    public val usage: Usage? = null,
    /** Cost in micro-dollars, where it is known. */
    public val costMicros: Long? = null,
    /** Who served it. */
    public val provider: String? = null,
    /** The model that answered. */
    public val model: String? = null,
    /** The provider's id of the response. */
    public val responseId: String? = null,
    /** What a reader should know. */
    public val warnings: List<ReplyWarning>? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("text", text?.let { a -> jsonOf(a) })
        .put("structured", structured)
        .put("reasoning", reasoning?.let { a -> jsonOf(a) })
        .put("tool_calls", toolCalls?.let { a -> jsonList(a) { b -> b.toJson() } })
        .put("refusal", refusal?.let { a -> a.toJson() })
        .put("stop", stop?.let { a -> a.toJson() })
        .put("usage", usage?.let { a -> a.toJson() })
        .put("cost_micros", costMicros?.let { a -> jsonOf(a) })
        .put("provider", provider?.let { a -> jsonOf(a) })
        .put("model", model?.let { a -> jsonOf(a) })
        .put("response_id", responseId?.let { a -> jsonOf(a) })
        .put("warnings", warnings?.let { a -> jsonList(a) { b -> b.toJson() } })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): AgentReply = AgentReply(
            json.member("text")?.let { a -> a.asString() },
            json.member("structured"),
            json.member("reasoning")?.let { a -> a.asString() },
            json.member("tool_calls")?.let { a -> a.asList { b -> ToolCall.fromJson(b) } },
            json.member("refusal")?.let { a -> Refusal.fromJson(a) },
            json.member("stop")?.let { a -> StopReason.fromJson(a) },
            json.member("usage")?.let { a -> Usage.fromJson(a) },
            json.member("cost_micros")?.let { a -> a.asLong() },
            json.member("provider")?.let { a -> a.asString() },
            json.member("model")?.let { a -> a.asString() },
            json.member("response_id")?.let { a -> a.asString() },
            json.member("warnings")?.let { a -> a.asList { b -> ReplyWarning.fromJson(b) } },
        )
    }
}

/** Which figure an analysis holds. */
public enum class AnalysisKind(
    /** The word in a document. */
    public val word: String,
) {
    /** Agreement, stability and position. */
    Convergence("convergence"),
    /** Evidence quality. */
    Evidence("evidence"),
    /** Gaps and contradictions between proposals. */
    Cross("cross"),
    /** Claims and relations. */
    Claims("claims"),
    /** Cruxes. */
    Cruxes("cruxes"),
    /** Contribution of each seat. */
    Contribution("contribution"),
    /** Signs of bias. */
    Bias("bias"),
    /** Diversity of the seats. */
    Diversity("diversity"),
    /** The stability test. */
    Stability("stability"),
    /** Verdicts of a comparator with I/O, so that grouping needs no call when folding. */
    Equivalence("equivalence"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): AnalysisKind =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of AnalysisKind")
    }
}

/** The answer of a decision. */
public class Answer(
    /** The option it won as. */
    public val option: String,
    /** The value that was compared, e.g. `42`, or a stated option's id. */
    public val value: String,
    /** The whole text it came from, or a stated option's text. */
    public val text: String,
    /** Who gave it first; absent for stated options. */
    public val author: String? = null,
    /** A synthesis made of it, beside the original. */
    public val synthesis: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("option", jsonOf(option))
        .put("value", jsonOf(value))
        .put("text", jsonOf(text))
        .put("author", author?.let { a -> jsonOf(a) })
        .put("synthesis", synthesis?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Answer = Answer(
            json.required("option").asString(),
            json.required("value").asString(),
            json.required("text").asString(),
            json.member("author")?.let { a -> a.asString() },
            json.member("synthesis")?.let { a -> a.asString() },
        )
    }
}

/** How an answer is taken from a reply, and when two answers are the same. */
public class AnswerFormat(
    /** Tried in order, the first hit wins. Empty: the whole trimmed reply is the answer. */
    public val extract: List<Extractor>? = null,
    /** When two answers are the same. */
    public val equal: Equivalence? = null,
    /** What becomes of a reply without an answer. */
    public val unparsed: UnparsedPolicy? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("extract", extract?.let { a -> jsonList(a) { b -> b.toJson() } })
        .put("equal", equal?.let { a -> a.toJson() })
        .put("unparsed", unparsed?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): AnswerFormat = AnswerFormat(
            json.member("extract")?.let { a -> a.asList { b -> Extractor.fromJson(b) } },
            json.member("equal")?.let { a -> Equivalence.fromJson(a) },
            json.member("unparsed")?.let { a -> UnparsedPolicy.fromJson(a) },
        )
    }
}

/** One turn to ask. */
public class Ask(
    /** The turn. */
    public val turn: String,
    /** The seat. */
    public val seat: String,
    /** Its part in this turn. */
    public val role: Role,
    /** What it is asked. */
    public val prompt: Prompt,
    /** The messages shown, in the order shown. */
    public val shown: List<String>,
    /** Labels of this voter, where they differ by voter. */
    public val labels: Map<String, String>? = null,
    /** What must be returned. */
    public val expect: Expect,
    /** Output limit. */
    public val maxOutputTokens: Long,
    /** Time limit; absent means the debate's turn timeout. */
    public val deadline: Duration? = null,
    /** What was left out of the prompt to make it fit. */
    public val reduced: List<ContextReduced>? = null,
    /** Whether the prompt still does not fit the model's window; the turn then fails without a call. */
    public val tooLong: Boolean? = null,
    /** Notes about the prompt, recorded as warnings. */
    public val notes: List<String>? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("turn", jsonOf(turn))
        .put("seat", jsonOf(seat))
        .put("role", role.toJson())
        .put("prompt", prompt.toJson())
        .put("shown", jsonList(shown) { a -> jsonOf(a) })
        .put("labels", labels?.let { a -> jsonMap(a) { b -> jsonOf(b) } })
        .put("expect", expect.toJson())
        .put("max_output_tokens", jsonOf(maxOutputTokens))
        .put("deadline_ms", deadline?.let { a -> jsonOf(a) })
        .put("reduced", reduced?.let { a -> jsonList(a) { b -> b.toJson() } })
        .put("too_long", tooLong?.let { a -> jsonOf(a) })
        .put("notes", notes?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Ask = Ask(
            json.required("turn").asString(),
            json.required("seat").asString(),
            Role.fromJson(json.required("role")),
            Prompt.fromJson(json.required("prompt")),
            json.required("shown").asList { a -> a.asString() },
            json.member("labels")?.let { a -> a.asMap { b -> b.asString() } },
            Expect.fromJson(json.required("expect")),
            json.required("max_output_tokens").asLong(),
            json.member("deadline_ms")?.let { a -> a.asDuration() },
            json.member("reduced")?.let { a -> a.asList { b -> ContextReduced.fromJson(b) } },
            json.member("too_long")?.let { a -> a.asBoolean() },
            json.member("notes")?.let { a -> a.asList { b -> b.asString() } },
        )
    }
}

/** An order of seats. */
public sealed interface AskOrder {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Roster order; the default. */
    public object Index : Value(), AskOrder {
        override fun toJson(): JsonValue = jsonOf("index")

        override fun toString(): String = "Index"
    }

    /** By the debate's seed, anew each round and, when showing, for each seat. */
    public object Shuffled : Value(), AskOrder {
        override fun toJson(): JsonValue = jsonOf("shuffled")

        override fun toString(): String = "Shuffled"
    }

    /** As given. */
    public class Explicit(
        /** The value. */
        public val value: Orders,
    ) : Value(), AskOrder {
        override fun toJson(): JsonValue = JsonObject(mapOf("explicit" to value.toJson()))
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): AskOrder {
            val (case, inner) = caseOf(json)
            return when (case) {
                "index" -> Index
                "shuffled" -> Shuffled
                "explicit" -> Explicit(Orders.fromJson(inner))
                else -> throw unexpected(json, "a case of AskOrder")
            }
        }
    }
}

/** One set of turns. */
public class AskStep(
    /** What is asked for. */
    public val phase: Phase,
    /** The round, the current one or the next. */
    public val round: Long,
    /** The turns. */
    public val asks: List<Ask>,
    /** All at once or one after the other. */
    public val order: Order,
    /** When the step ends. */
    public val join: Join,
    /** Usable replies it needs; never more than there are asks. */
    public val min: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("phase", phase.toJson())
        .put("round", jsonOf(round))
        .put("asks", jsonList(asks) { a -> a.toJson() })
        .put("order", order.toJson())
        .put("join", join.toJson())
        .put("min", jsonOf(min))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): AskStep = AskStep(
            Phase.fromJson(json.required("phase")),
            json.required("round").asLong(),
            json.required("asks").asList { a -> Ask.fromJson(a) },
            Order.fromJson(json.required("order")),
            Join.fromJson(json.required("join")),
            json.required("min").asLong(),
        )
    }
}

/** How an attempt ended. */
public enum class AttemptOutcome(
    /** The word in a document. */
    public val word: String,
) {
    /** With a reply. */
    Ok("ok"),
    /** With an error. */
    Failed("failed"),
    /** It was cancelled or dropped. */
    Cancelled("cancelled"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): AttemptOutcome =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of AttemptOutcome")
    }
}

/** Who said something. */
public sealed interface Author {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** A participant. */
    public class Agent(
        /** The value. */
        public val value: String,
    ) : Value(), Author {
        override fun toJson(): JsonValue = JsonObject(mapOf("agent" to jsonOf(value)))
    }

    /** A person who is not a participant. */
    public class Human(
        /** The value. */
        public val value: String,
    ) : Value(), Author {
        override fun toJson(): JsonValue = JsonObject(mapOf("human" to jsonOf(value)))
    }

    /** The library, speaking for the protocol. */
    public object Moderator : Value(), Author {
        override fun toJson(): JsonValue = jsonOf("moderator")

        override fun toString(): String = "Moderator"
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Author {
            val (case, inner) = caseOf(json)
            return when (case) {
                "agent" -> Agent(inner.asString())
                "human" -> Human(inner.asString())
                "moderator" -> Moderator
                else -> throw unexpected(json, "a case of Author")
            }
        }
    }
}

/** What is known of a backup. */
public class BackupFacts(
    /** Its id. */
    public val id: String,
    /** The one it goes on from. */
    public val parent: String?,
    /** When it ended. */
    public val endedAt: Instant,
    /** Whether it was read back. */
    public val verified: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("parent", parent?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("ended_at", jsonOfMillis(endedAt))
        .put("verified", jsonOf(verified))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BackupFacts = BackupFacts(
            json.required("id").asString(),
            json.member("parent")?.let { a -> a.asString() },
            json.required("ended_at").asInstantMs(),
            json.required("verified").asBoolean(),
        )
    }
}

/** What reading a backup back showed. Damage is an error and not in here. */
public class BackupVerifyReport(
    /** The backup. */
    public val backup: String,
    /** Its chain, the full backup first. */
    public val chain: List<String>,
    /** Rows of the restored copy by table. */
    public val tables: Map<String, TableCount>,
    /** Names of the checks that held in the copy. */
    public val checks: List<String>,
    /** When this was. */
    public val verifiedAt: Instant,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("backup", jsonOf(backup))
        .put("chain", jsonList(chain) { a -> jsonOf(a) })
        .put("tables", jsonMap(tables) { a -> a.toJson() })
        .put("checks", jsonList(checks) { a -> jsonOf(a) })
        .put("verified_at", jsonOfMillis(verifiedAt))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BackupVerifyReport = BackupVerifyReport(
            json.required("backup").asString(),
            json.required("chain").asList { a -> a.asString() },
            json.required("tables").asMap { a -> TableCount.fromJson(a) },
            json.required("checks").asList { a -> a.asString() },
            json.required("verified_at").asInstantMs(),
        )
    }
}

/** What one voter said. Nothing unparsable, refused, failed or late is ever a choice. */
public sealed interface Ballot {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** One option. */
    public class Choice(
        /** The value. */
        public val value: String,
    ) : Value(), Ballot {
        override fun toJson(): JsonValue = JsonObject(mapOf("choice" to jsonOf(value)))
    }

    /** Options best first; an inner list holds options tied with each other. Unlisted options tie for last. */
    public class Ranking(
        /** The value. */
        public val value: List<List<String>>,
    ) : Value(), Ballot {
        override fun toJson(): JsonValue = JsonObject(mapOf("ranking" to jsonList(value) { a -> jsonList(a) { b -> jsonOf(b) } }))
    }

    /** The approved options; empty approves nobody and is not an abstention. */
    public class Approval(
        /** The value. */
        public val value: List<String>,
    ) : Value(), Ballot {
        override fun toJson(): JsonValue = JsonObject(mapOf("approval" to jsonList(value) { a -> jsonOf(a) }))
    }

    /** A score per option. */
    public class Scores(
        /** The value. */
        public val value: Map<String, Long>,
    ) : Value(), Ballot {
        override fun toJson(): JsonValue = JsonObject(mapOf("scores" to jsonMap(value) { a -> jsonOf(a) }))
    }

    /** Points per option. */
    public class Points(
        /** The value. */
        public val value: Map<String, Long>,
    ) : Value(), Ballot {
        override fun toJson(): JsonValue = JsonObject(mapOf("points" to jsonMap(value) { a -> jsonOf(a) }))
    }

    /** The voter takes part in the quorum and chooses nothing. */
    public class Abstain(
        /** The stated reason, possibly empty. */
        public val reason: String,
    ) : Value(), Ballot {
        override fun toJson(): JsonValue = JsonObject(mapOf("abstain" to Members()
            .put("reason", jsonOf(reason))
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Abstain = Abstain(
                json.required("reason").asString(),
            )
        }
    }

    /** Not a ballot; counted nowhere. */
    public class Invalid(
        /** The text that was read, cut at 1,000 characters. */
        public val raw: String,
        /** Why it is none. */
        public val why: InvalidWhy,
    ) : Value(), Ballot {
        override fun toJson(): JsonValue = JsonObject(mapOf("invalid" to Members()
            .put("raw", jsonOf(raw))
            .put("why", why.toJson())
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Invalid = Invalid(
                json.required("raw").asString(),
                InvalidWhy.fromJson(json.required("why")),
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Ballot {
            val (case, inner) = caseOf(json)
            return when (case) {
                "choice" -> Choice(inner.asString())
                "ranking" -> Ranking(inner.asList { a -> a.asList { b -> b.asString() } })
                "approval" -> Approval(inner.asList { a -> a.asString() })
                "scores" -> Scores(inner.asMap { a -> a.asLong() })
                "points" -> Points(inner.asMap { a -> a.asLong() })
                "abstain" -> Abstain.fromJson(inner)
                "invalid" -> Invalid.fromJson(inner)
                else -> throw unexpected(json, "a case of Ballot")
            }
        }
    }
}

/** The kind of ballot a rule counts. */
public sealed interface BallotKind {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** One option. */
    public object Choice : Value(), BallotKind {
        override fun toJson(): JsonValue = jsonOf("choice")

        override fun toString(): String = "Choice"
    }

    /** An order of the options. */
    public object Ranking : Value(), BallotKind {
        override fun toJson(): JsonValue = jsonOf("ranking")

        override fun toString(): String = "Ranking"
    }

    /** A set of options. */
    public object Approval : Value(), BallotKind {
        override fun toJson(): JsonValue = jsonOf("approval")

        override fun toString(): String = "Approval"
    }

    /** A number per option inside this range. */
    public class Scores(
        /** Lowest allowed score. In millionths. */
        public val lo: Long,
        /** Highest allowed score. In millionths. */
        public val hi: Long,
    ) : Value(), BallotKind {
        override fun toJson(): JsonValue = JsonObject(mapOf("scores" to Members()
            .put("lo", jsonOf(lo))
            .put("hi", jsonOf(hi))
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Scores = Scores(
                json.required("lo").asLong(),
                json.required("hi").asLong(),
            )
        }
    }

    /** Whole points per option. */
    public class Points(
        /** The most points together, default 10. */
        public val total: Long,
    ) : Value(), BallotKind {
        override fun toJson(): JsonValue = JsonObject(mapOf("points" to Members()
            .put("total", jsonOf(total))
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Points = Points(
                json.required("total").asLong(),
            )
        }
    }

    /** A judge's verdict: an option or a tie, with probabilities. */
    public object Verdict : Value(), BallotKind {
        override fun toJson(): JsonValue = jsonOf("verdict")

        override fun toString(): String = "Verdict"
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BallotKind {
            val (case, inner) = caseOf(json)
            return when (case) {
                "choice" -> Choice
                "ranking" -> Ranking
                "approval" -> Approval
                "scores" -> Scores.fromJson(inner)
                "points" -> Points.fromJson(inner)
                "verdict" -> Verdict
                else -> throw unexpected(json, "a case of BallotKind")
            }
        }
    }
}

/** The ballot one voter is asked for. */
public class BallotShape(
    /** Which kind. */
    public val kind: BallotKind,
    /** The labels on offer, in the order shown. */
    public val labels: List<Label>,
    /** Whether abstaining is offered. */
    public val mayAbstain: Boolean,
    /** Whether a confidence is asked for. */
    public val confidence: Boolean,
    /** Whether a reason is asked for. */
    public val reason: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("kind", kind.toJson())
        .put("labels", jsonList(labels) { a -> a.toJson() })
        .put("may_abstain", jsonOf(mayAbstain))
        .put("confidence", jsonOf(confidence))
        .put("reason", jsonOf(reason))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BallotShape = BallotShape(
            BallotKind.fromJson(json.required("kind")),
            json.required("labels").asList { a -> Label.fromJson(a) },
            json.required("may_abstain").asBoolean(),
            json.required("confidence").asBoolean(),
            json.required("reason").asBoolean(),
        )
    }
}

/** What counts as the votes. */
public enum class Ballots(
    /** The word in a document. */
    public val word: String,
) {
    /** The recorded ballots of the newest vote. */
    Cast("cast"),
    /** The newest positions. */
    Positions("positions"),
    /**
     * The positions given in the current round. A seat that has not answered in it yet has no vote, whatever it
     * said before.
     */
    Round("round"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Ballots =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Ballots")
    }
}

/** Whose weight is the whole of a share. */
public enum class Basis(
    /** The word in a document. */
    public val word: String,
) {
    /** The weight of cast votes; the default. */
    Counted("counted"),
    /** The weight of all eligible seats. */
    Electorate("electorate"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Basis =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Basis")
    }
}

/** Signs of bias in the voting. Lexical and positional figures, not proof. */
public class BiasReport(
    /** How often each position shown was chosen. */
    public val chosenByPosition: List<Long>,
    /** p of a chi-square test of those counts against equal chances; absent below 5 votes. */
    public val positionP: Double? = null,
    /** Votes for the own answer and nobody else's. */
    public val selfVotes: Long,
    /** Mean characters of the winner's texts. */
    public val winnerChars: Double? = null,
    /** Mean characters of the other texts. */
    public val loserChars: Double? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("chosen_by_position", jsonList(chosenByPosition) { a -> jsonOf(a) })
        .put("position_p", positionP?.let { a -> jsonOf(a) })
        .put("self_votes", jsonOf(selfVotes))
        .put("winner_chars", winnerChars?.let { a -> jsonOf(a) })
        .put("loser_chars", loserChars?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BiasReport = BiasReport(
            json.required("chosen_by_position").asList { a -> a.asLong() },
            json.member("position_p")?.let { a -> a.asDouble() },
            json.required("self_votes").asLong(),
            json.member("winner_chars")?.let { a -> a.asDouble() },
            json.member("loser_chars")?.let { a -> a.asDouble() },
        )
    }
}

/** The breaker of a target. */
public class BreakerSnapshot(
    /** Provider and model. */
    public val target: String,
    /** Scheme, host and port; empty if it has none. */
    public val origin: String,
    /** Its state. */
    public val state: BreakerState,
    /** Failures in the window. */
    public val failures: Long,
    /** Failures that open it. */
    public val threshold: Long,
    /** The window, in milliseconds. */
    public val window: Duration,
    /** How often it has opened. */
    public val openings: Long,
    /** When it opened, unless it is closed. */
    public val openedAt: Instant? = null,
    /** Code of the failure that opened it, unless it is closed. */
    public val openedBy: String? = null,
    /** Time until a probe is let through, in milliseconds; 0 unless it is open. */
    public val retryAfter: Duration,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("target", jsonOf(target))
        .put("origin", jsonOf(origin))
        .put("state", state.toJson())
        .put("failures", jsonOf(failures))
        .put("threshold", jsonOf(threshold))
        .put("window_ms", jsonOf(window))
        .put("openings", jsonOf(openings))
        .put("opened_at", openedAt?.let { a -> jsonOfMillis(a) })
        .put("opened_by", openedBy?.let { a -> jsonOf(a) })
        .put("retry_after_ms", jsonOf(retryAfter))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BreakerSnapshot = BreakerSnapshot(
            json.required("target").asString(),
            json.required("origin").asString(),
            BreakerState.fromJson(json.required("state")),
            json.required("failures").asLong(),
            json.required("threshold").asLong(),
            json.required("window_ms").asDuration(),
            json.required("openings").asLong(),
            json.member("opened_at")?.let { a -> a.asInstantMs() },
            json.member("opened_by")?.let { a -> a.asString() },
            json.required("retry_after_ms").asDuration(),
        )
    }
}

/** What a circuit breaker lets through. The numbers are those of the gauge `aragora_circuit_breaker_state`. */
public enum class BreakerState(
    /** The word in a document. */
    public val word: String,
) {
    /** Everything. */
    Closed("closed"),
    /** One probe. */
    HalfOpen("half_open"),
    /** Nothing. */
    Open("open"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BreakerState =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of BreakerState")
    }
}

/**
 * A budget of an instance, as its host describes it.
 *
 * What a call may cost at most is set aside before it is sent. A call that would pass the limit fails with
 * `budget_exceeded`, and nothing is sent.
 */
public class Budget(
    /** What is counted together. */
    public val scope: BudgetScope,
    /** The most that may be spent, in micro-dollars. */
    public val limitMicros: Long,
    /** What becomes of a call whose model has no price, default `refuse`. */
    public val unpriced: Unpriced? = null,
    /**
     * Its name in errors and alerts, and in the store: a budget that keeps its name keeps what was spent.
     * Default by the scope, e.g. `tenant/day`.
     */
    public val name: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("scope", scope.toJson())
        .put("limit_micros", jsonOf(limitMicros))
        .put("unpriced", unpriced?.let { a -> a.toJson() })
        .put("name", name?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Budget = Budget(
            BudgetScope.fromJson(json.required("scope")),
            json.required("limit_micros").asLong(),
            json.member("unpriced")?.let { a -> Unpriced.fromJson(a) },
            json.member("name")?.let { a -> a.asString() },
        )
    }
}

/** What a budget counts together. */
public sealed interface BudgetScope {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Nothing: every call by itself. */
    public object Call : Value(), BudgetScope {
        override fun toJson(): JsonValue = jsonOf("call")

        override fun toString(): String = "Call"
    }

    /** The calls of a debate, each debate by itself. What it spent before it was resumed counts. */
    public object Debate : Value(), BudgetScope {
        override fun toJson(): JsonValue = jsonOf("debate")

        override fun toString(): String = "Debate"
    }

    /**
     * The calls of an organisation in every period of the calendar; kept in the store, and shared by all
     * processes that use it.
     */
    public class Tenant(
        /** How long until it begins anew. */
        public val period: Period,
        /** Whose; absent: every organisation has one of its own. */
        public val tenant: String? = null,
    ) : Value(), BudgetScope {
        override fun toJson(): JsonValue = JsonObject(mapOf("tenant" to Members()
            .put("period", period.toJson())
            .put("tenant", tenant?.let { a -> jsonOf(a) })
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Tenant = Tenant(
                Period.fromJson(json.required("period")),
                json.member("tenant")?.let { a -> a.asString() },
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BudgetScope {
            val (case, inner) = caseOf(json)
            return when (case) {
                "call" -> Call
                "debate" -> Debate
                "tenant" -> Tenant.fromJson(inner)
                else -> throw unexpected(json, "a case of BudgetScope")
            }
        }
    }
}

/** How a budget of an organisation stands in its current period. */
public class BudgetUsage(
    /** Its name, e.g. `tenant/day`. */
    public val name: String,
    /** Settled, in micro-dollars. */
    public val spentMicros: Long,
    /** Set aside for calls under way, in micro-dollars. */
    public val reservedMicros: Long,
    /** The limit, in micro-dollars. */
    public val limitMicros: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("name", jsonOf(name))
        .put("spent_micros", jsonOf(spentMicros))
        .put("reserved_micros", jsonOf(reservedMicros))
        .put("limit_micros", jsonOf(limitMicros))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): BudgetUsage = BudgetUsage(
            json.required("name").asString(),
            json.required("spent_micros").asLong(),
            json.required("reserved_micros").asLong(),
            json.required("limit_micros").asLong(),
        )
    }
}

/** Calls made and saved. */
public class Calls(
    /** Turns that were asked. */
    public val made: Long,
    /** Of these, failed. */
    public val failed: Long,
    /** Extra attempts by hedging. */
    public val hedged: Long,
    /** The protocol's maximum. */
    public val planned: Long,
    /** planned - made. */
    public val saved: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("made", jsonOf(made))
        .put("failed", jsonOf(failed))
        .put("hedged", jsonOf(hedged))
        .put("planned", jsonOf(planned))
        .put("saved", jsonOf(saved))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Calls = Calls(
            json.required("made").asLong(),
            json.required("failed").asLong(),
            json.required("hedged").asLong(),
            json.required("planned").asLong(),
            json.required("saved").asLong(),
        )
    }
}

/** One eligible seat's vote as a rule sees it. */
public class CastVote(
    /** Who voted. */
    public val voter: String,
    /** What became of the vote; rules count `cast` only. */
    public val status: VoteStatus,
    /** The ballot, also when it is an abstention or invalid. Absent if there was no reply. */
    public val ballot: Ballot? = null,
    /** Stated confidence, 0..=1. */
    public val confidence: Double? = null,
    /** Whether the choice is the voter's own answer and nobody else's. */
    public val selfVote: Boolean? = null,
    /** Order of arrival in the debate. */
    public val arrival: Long? = null,
    /**
     * Intensity 1..=10 of a host user's vote; such a voter is no seat, never counts towards the quorum, and
     * weighs .5 times 1 -> .5, 5 -> 1, 10 -> 2, linear between.
     */
    public val userIntensity: Long? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("voter", jsonOf(voter))
        .put("status", status.toJson())
        .put("ballot", ballot?.let { a -> a.toJson() })
        .put("confidence", confidence?.let { a -> jsonOf(a) })
        .put("self_vote", selfVote?.let { a -> jsonOf(a) })
        .put("arrival", arrival?.let { a -> jsonOf(a) })
        .put("user_intensity", userIntensity?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): CastVote = CastVote(
            json.required("voter").asString(),
            VoteStatus.fromJson(json.required("status")),
            json.member("ballot")?.let { a -> Ballot.fromJson(a) },
            json.member("confidence")?.let { a -> a.asDouble() },
            json.member("self_vote")?.let { a -> a.asBoolean() },
            json.member("arrival")?.let { a -> a.asLong() },
            json.member("user_intensity")?.let { a -> a.asLong() },
        )
    }
}

/** When a rule counted. */
public enum class CheckScope(
    /** The word in a document. */
    public val word: String,
) {
    /** After the independent first answers. */
    Gate("gate"),
    /** After one reply. */
    Reply("reply"),
    /** At the end of a round. */
    Round("round"),
    /** For the decision. */
    Final("final"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): CheckScope =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of CheckScope")
    }
}

/** What to count after a step. */
public class Checkpoint(
    /** When it is: a gate, one reply, or the end of a round. */
    public val scope: CheckScope,
    /** What counts as the votes. */
    public val ballots: Ballots,
    /** The electorate, where it is not every eligible seat. */
    public val seats: List<String>? = null,
    /** The rule to check; absent means the debate's `stop_when` (or the gate's own rule). */
    public val rule: RuleConfig? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("scope", scope.toJson())
        .put("ballots", ballots.toJson())
        .put("seats", seats?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .put("rule", rule?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Checkpoint = Checkpoint(
            CheckScope.fromJson(json.required("scope")),
            Ballots.fromJson(json.required("ballots")),
            json.member("seats")?.let { a -> a.asList { b -> b.asString() } },
            json.member("rule")?.let { a -> RuleConfig.fromJson(a) },
        )
    }
}

/** Something open. */
public class Condition(
    /** Why. */
    public val kind: ConditionKind,
    /** Whom it concerns. */
    public val seat: String? = null,
    /** What is open. */
    public val detail: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("kind", kind.toJson())
        .put("seat", seat?.let { a -> jsonOf(a) })
        .put("detail", jsonOf(detail))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Condition = Condition(
            ConditionKind.fromJson(json.required("kind")),
            json.member("seat")?.let { a -> a.asString() },
            json.required("detail").asString(),
        )
    }
}

/** Why a verdict carries a condition. */
public enum class ConditionKind(
    /** The word in a document. */
    public val word: String,
) {
    /** Somebody dissents. */
    Dissent("dissent"),
    /** A challenge was not met. */
    UnresolvedIntervention("unresolved_intervention"),
    /** A severe critique of the winner was followed by no revision. */
    SevereCritique("severe_critique"),
    /** A judge decided differently in the other order. */
    JudgeInconsistent("judge_inconsistent"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ConditionKind =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of ConditionKind")
    }
}

/** How sure, and how that was found. */
public class Confidence(
    /** 0..=1; 0 with method `none` when nothing was decided. */
    public val value: Double,
    /** `support_share`, `mean_supporter`, `calibrated`, `judge_probability` or `none`. */
    public val method: String,
    /** The numbers it was computed from. */
    public val inputs: Map<String, Double>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("value", jsonOf(value))
        .put("method", jsonOf(method))
        .put("inputs", jsonMap(inputs) { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Confidence = Confidence(
            json.required("value").asDouble(),
            json.required("method").asString(),
            json.required("inputs").asMap { a -> a.asDouble() },
        )
    }
}

/** From stated confidence to weight. */
public enum class ConfidenceCurve(
    /** The word in a document. */
    public val word: String,
) {
    /** 1 -> 1; >= .9 -> .8; >= .8 -> .5; > .6 -> .3; else .1 (ReConcile, arXiv:2309.13007). */
    Reconcile("reconcile"),
    /** The confidence itself. */
    Linear("linear"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ConfidenceCurve =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of ConfidenceCurve")
    }
}

/** How confidence in the decision is found. */
public enum class ConfidenceMethod(
    /** The word in a document. */
    public val word: String,
) {
    /** Winner weight over counted weight; the default. */
    SupportShare("support_share"),
    /** Mean stated confidence of the supporters. */
    MeanSupporter("mean_supporter"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ConfidenceMethod =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of ConfidenceMethod")
    }
}

/** What may be left out of a prompt that does not fit, in order of preference. */
public sealed interface ContextPolicy {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Everything before the last round. */
    public object LastRound : Value(), ContextPolicy {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("last_round")))

        override fun toString(): String = "LastRound"
    }

    /** Everything before the last rounds. */
    public class Window(
        /** Rounds kept. */
        public val rounds: Long,
    ) : Value(), ContextPolicy {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("window"))
            .put("rounds", jsonOf(rounds))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Window = Window(
                json.required("rounds").asLong(),
            )
        }
    }

    /** What is left out is summarised by an extra recorded turn of this seat. */
    public class Summarise(
        /** Who summarises. */
        public val seat: String,
        /** How long the summary may be. */
        public val maxTokens: Long,
    ) : Value(), ContextPolicy {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("summarise"))
            .put("seat", jsonOf(seat))
            .put("max_tokens", jsonOf(maxTokens))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Summarise = Summarise(
                json.required("seat").asString(),
                json.required("max_tokens").asLong(),
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ContextPolicy {
            return when (val case = json.required("name").asString()) {
                "last_round" -> LastRound
                "window" -> Window.fromJson(json)
                "summarise" -> Summarise.fromJson(json)
                else -> throw unexpected(JsonString(case), "a case of ContextPolicy")
            }
        }
    }
}

/** A prompt was shortened, visibly. */
public class ContextReduced(
    /** The turn whose prompt it was. */
    public val turn: String,
    /** How. */
    public val method: String,
    /** The messages left out. */
    public val dropped: List<String>,
    /** What stands in their place. */
    public val summary: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("turn", jsonOf(turn))
        .put("method", jsonOf(method))
        .put("dropped", jsonList(dropped) { a -> jsonOf(a) })
        .put("summary", summary?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ContextReduced = ContextReduced(
            json.required("turn").asString(),
            json.required("method").asString(),
            json.required("dropped").asList { a -> a.asString() },
            json.member("summary")?.let { a -> a.asString() },
        )
    }
}

/** How close the seats are after a round. */
public class Convergence(
    /** The round. */
    public val round: Long,
    /** Mean similarity of the newest texts over pairs of seats. A signal; never consensus. */
    public val agreement: Double,
    /** Lowest similarity of a seat's newest text to its previous one. */
    public val stability: Double,
    /** Weight of the largest answer group over the weight of all positions. */
    public val position: Double,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("round", jsonOf(round))
        .put("agreement", jsonOf(agreement))
        .put("stability", jsonOf(stability))
        .put("position", jsonOf(position))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Convergence = Convergence(
            json.required("round").asLong(),
            json.required("agreement").asDouble(),
            json.required("stability").asDouble(),
            json.required("position").asDouble(),
        )
    }
}

/** Where a cost comes from. */
public sealed interface CostSource {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** The provider said so. */
    public object Provider : Value(), CostSource {
        override fun toJson(): JsonValue = jsonOf("provider")

        override fun toString(): String = "Provider"
    }

    /** A price list of this version. */
    public class PriceBook(
        /** The value. */
        public val value: String,
    ) : Value(), CostSource {
        override fun toJson(): JsonValue = JsonObject(mapOf("price_book" to jsonOf(value)))
    }

    /** Estimated from sizes. */
    public object Estimate : Value(), CostSource {
        override fun toJson(): JsonValue = jsonOf("estimate")

        override fun toString(): String = "Estimate"
    }

    /** It costs nothing. */
    public object Free : Value(), CostSource {
        override fun toJson(): JsonValue = jsonOf("free")

        override fun toString(): String = "Free"
    }

    /** Nobody knows; the cost is absent, not zero. */
    public object Unknown : Value(), CostSource {
        override fun toJson(): JsonValue = jsonOf("unknown")

        override fun toString(): String = "Unknown"
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): CostSource {
            val (case, inner) = caseOf(json)
            return when (case) {
                "provider" -> Provider
                "price_book" -> PriceBook(inner.asString())
                "estimate" -> Estimate
                "free" -> Free
                "unknown" -> Unknown
                else -> throw unexpected(json, "a case of CostSource")
            }
        }
    }
}

/**
 * Independent answers, then rounds of critique, revision and vote. The default protocol.
 *
 * Planned calls: n + 3nR; `pairwise`: n + R(n(n - 1) + 2n); one more with a synthesis.
 */
public class Critique(
    /** One critique call per target instead of one per critic. */
    public val pairwise: Boolean? = null,
    /** A seat that may merge the winner's members in one more call; it is shown the dissent. */
    public val synthesis: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("pairwise", pairwise?.let { a -> jsonOf(a) })
        .put("synthesis", synthesis?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Critique = Critique(
            json.member("pairwise")?.let { a -> a.asBoolean() },
            json.member("synthesis")?.let { a -> a.asString() },
        )
    }
}

/** A claim the disagreement hangs on. */
public class Crux(
    /** The claim's id. */
    public val id: String,
    /** The claim. */
    public val statement: String,
    /** 0..=1. */
    public val score: Double,
    /** Who contests it. */
    public val contesters: List<String>,
    /** Who supports it. */
    public val supporters: List<String>,
    /** What would settle it. */
    public val strategy: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("statement", jsonOf(statement))
        .put("score", jsonOf(score))
        .put("contesters", jsonList(contesters) { a -> jsonOf(a) })
        .put("supporters", jsonList(supporters) { a -> jsonOf(a) })
        .put("strategy", jsonOf(strategy))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Crux = Crux(
            json.required("id").asString(),
            json.required("statement").asString(),
            json.required("score").asDouble(),
            json.required("contesters").asList { a -> a.asString() },
            json.required("supporters").asList { a -> a.asString() },
            json.required("strategy").asString(),
        )
    }
}

/** How a debate is run. Every field has the documented default; as a document, unknown fields are refused. */
public class DebateOptions(
    /** The first round in which early stops may end the debate, default 1. */
    public val minRounds: Long? = null,
    /** The rule that ends the debate early once the deciding rule decides too; default supermajority 2/3. */
    public val stopWhen: Given<RuleConfig>? = null,
    /** Stop after independent first answers that agree, default unanimous. */
    public val gate: GatePolicy? = null,
    /** When parallel steps end, default all. */
    public val join: Join? = null,
    /** Failed turns in a row after which a seat is asked no more, default 2. */
    public val benchAfter: Long? = null,
    /** Usable replies a step needs, default 2 (all if fewer are asked). */
    public val stepMin: Long? = null,
    /** Who sees whom, default everybody. */
    public val topology: Topology? = null,
    /** Whether participants appear by name, default anonymous. */
    public val identity: Identity? = null,
    /** Whether each voter gets labels of its own, default off. */
    public val relabel: Relabel? = null,
    /** What to do with a prompt that does not fit, default nothing. */
    public val contextPolicy: List<ContextPolicy>? = null,
    /** Start one seat per model and wait for its first token, default off. */
    public val warmFirst: Boolean? = null,
    /** Cognitive roles, default off. */
    public val roles: RolePolicy? = null,
    /** Stances, default off. */
    public val stances: StancePolicy? = null,
    /** 0..=100 adds one sentence about how far to seek agreement, default none. */
    public val agreement: Long? = null,
    /** Whether a stop by repetition without agreement is on, default on. */
    public val stalemate: Boolean? = null,
    /** Whether the stability test is on, default off. */
    public val stability: Boolean? = null,
    /** Whether the readiness stop is on, default off. */
    public val readiness: Boolean? = null,
    /** Whether a failed seat's earlier answer still counts as its position, default drop. */
    public val stale: StalePolicy? = null,
    /** Whether a seat may judge and debate, default no. */
    public val judgesMayDebate: Boolean? = null,
    /** How confidence in the decision is found. */
    public val confidence: ConfidenceMethod? = null,
    /** Templates that replace the library's own, by name. */
    public val templates: Map<String, String>? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("min_rounds", minRounds?.let { a -> jsonOf(a) })
        .put("stop_when", stopWhen?.let { a -> a.value?.let { b -> b.toJson() } ?: JsonNull })
        .put("gate", gate?.let { a -> a.toJson() })
        .put("join", join?.let { a -> a.toJson() })
        .put("bench_after", benchAfter?.let { a -> jsonOf(a) })
        .put("step_min", stepMin?.let { a -> jsonOf(a) })
        .put("topology", topology?.let { a -> a.toJson() })
        .put("identity", identity?.let { a -> a.toJson() })
        .put("relabel", relabel?.let { a -> a.toJson() })
        .put("context_policy", contextPolicy?.let { a -> jsonList(a) { b -> b.toJson() } })
        .put("warm_first", warmFirst?.let { a -> jsonOf(a) })
        .put("roles", roles?.let { a -> a.toJson() })
        .put("stances", stances?.let { a -> a.toJson() })
        .put("agreement", agreement?.let { a -> jsonOf(a) })
        .put("stalemate", stalemate?.let { a -> jsonOf(a) })
        .put("stability", stability?.let { a -> jsonOf(a) })
        .put("readiness", readiness?.let { a -> jsonOf(a) })
        .put("stale", stale?.let { a -> a.toJson() })
        .put("judges_may_debate", judgesMayDebate?.let { a -> jsonOf(a) })
        .put("confidence", confidence?.let { a -> a.toJson() })
        .put("templates", templates?.let { a -> jsonMap(a) { b -> jsonOf(b) } })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): DebateOptions = DebateOptions(
            json.member("min_rounds")?.let { a -> a.asLong() },
            json["stop_when"]?.let { a -> Given(a.takeUnless { it === JsonNull }?.let { b -> RuleConfig.fromJson(b) }) },
            json.member("gate")?.let { a -> GatePolicy.fromJson(a) },
            json.member("join")?.let { a -> Join.fromJson(a) },
            json.member("bench_after")?.let { a -> a.asLong() },
            json.member("step_min")?.let { a -> a.asLong() },
            json.member("topology")?.let { a -> Topology.fromJson(a) },
            json.member("identity")?.let { a -> Identity.fromJson(a) },
            json.member("relabel")?.let { a -> Relabel.fromJson(a) },
            json.member("context_policy")?.let { a -> a.asList { b -> ContextPolicy.fromJson(b) } },
            json.member("warm_first")?.let { a -> a.asBoolean() },
            json.member("roles")?.let { a -> RolePolicy.fromJson(a) },
            json.member("stances")?.let { a -> StancePolicy.fromJson(a) },
            json.member("agreement")?.let { a -> a.asLong() },
            json.member("stalemate")?.let { a -> a.asBoolean() },
            json.member("stability")?.let { a -> a.asBoolean() },
            json.member("readiness")?.let { a -> a.asBoolean() },
            json.member("stale")?.let { a -> StalePolicy.fromJson(a) },
            json.member("judges_may_debate")?.let { a -> a.asBoolean() },
            json.member("confidence")?.let { a -> ConfidenceMethod.fromJson(a) },
            json.member("templates")?.let { a -> a.asMap { b -> b.asString() } },
        )
    }
}

/** One page of a list, in order of the debates' ids, which is the order of their beginnings for ids made here. */
public class DebatePage(
    /** The debates. */
    public val items: List<DebateSummary>,
    /** Where to go on; absent exactly when nothing follows. */
    public val next: String?,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("items", jsonList(items) { a -> a.toJson() })
        .put("next", next?.let { a -> jsonOf(a) } ?: JsonNull)
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): DebatePage = DebatePage(
            json.required("items").asList { a -> DebateSummary.fromJson(a) },
            json.member("next")?.let { a -> a.asString() },
        )
    }
}

/** Where a stored debate stands. */
public enum class DebateState(
    /** The word in a document. */
    public val word: String,
) {
    /** It has not ended. It may run here, run elsewhere, or wait to be resumed. */
    Running("running"),
    /** It ended with a decision. */
    Finished("finished"),
    /** It ended without any usable reply, or by a broken protocol. */
    Failed("failed"),
    /** It was cancelled. */
    Cancelled("cancelled"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): DebateState =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of DebateState")
    }
}

/** What a list shows of a debate; one row per debate, written with every append. */
public class DebateSummary(
    /** The debate. */
    public val debate: String,
    /** Where it stands. */
    public val state: DebateState,
    /** The seq the next record will have. */
    public val nextSeq: Long,
    /** When it began. */
    public val startedAt: Instant,
    /** When the newest record was written. */
    public val updatedAt: Instant,
    /** The protocol. */
    public val protocol: String,
    /** The first 200 characters of the question. */
    public val question: String,
    /** Words of the host. */
    public val tags: List<String>? = null,
    /** Where it was forked from. */
    public val parent: Parent? = null,
    /** Why it ended. */
    public val stop: StopCause? = null,
    /** What was found. */
    public val outcome: Outcome? = null,
    /** The verdict. */
    public val verdict: Verdict? = null,
    /** Rounds begun. */
    public val rounds: Long,
    /** Turns asked. */
    public val calls: Long,
    /** Known cost in micro-dollars. */
    public val micros: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("debate", jsonOf(debate))
        .put("state", state.toJson())
        .put("next_seq", jsonOf(nextSeq))
        .put("started_at", jsonOfMillis(startedAt))
        .put("updated_at", jsonOfMillis(updatedAt))
        .put("protocol", jsonOf(protocol))
        .put("question", jsonOf(question))
        .put("tags", tags?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .put("parent", parent?.let { a -> a.toJson() })
        .put("stop", stop?.let { a -> a.toJson() })
        .put("outcome", outcome?.let { a -> a.toJson() })
        .put("verdict", verdict?.let { a -> a.toJson() })
        .put("rounds", jsonOf(rounds))
        .put("calls", jsonOf(calls))
        .put("micros", jsonOf(micros))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): DebateSummary = DebateSummary(
            json.required("debate").asString(),
            DebateState.fromJson(json.required("state")),
            json.required("next_seq").asLong(),
            json.required("started_at").asInstantMs(),
            json.required("updated_at").asInstantMs(),
            json.required("protocol").asString(),
            json.required("question").asString(),
            json.member("tags")?.let { a -> a.asList { b -> b.asString() } },
            json.member("parent")?.let { a -> Parent.fromJson(a) },
            json.member("stop")?.let { a -> StopCause.fromJson(a) },
            json.member("outcome")?.let { a -> Outcome.fromJson(a) },
            json.member("verdict")?.let { a -> Verdict.fromJson(a) },
            json.required("rounds").asLong(),
            json.required("calls").asLong(),
            json.required("micros").asLong(),
        )
    }
}

/** The answer of a debate, who stands behind it, who dissents and why, and what it cost. */
public class Decision(
    /** The version of this document, `DECISION_SCHEMA`. */
    public val schema: Long,
    /** The debate. */
    public val debate: String,
    /** The answer; there iff the outcome is `Decided` (or `NotSought` with one group). */
    public val answer: Answer?,
    /** The front runner of an undecided debate. Never a decision. */
    public val leading: Answer?,
    /** What the rule found. */
    public val outcome: Outcome,
    /** Why the debate ended; exactly one cause. */
    public val stop: Stop,
    /** Outcome, share and confidence in one word. */
    public val verdict: Verdict,
    /** PASS, CONDITIONAL or FAIL. */
    public val gate: Gate,
    /** Whether a limit ended it before the protocol did. */
    public val partial: Boolean,
    /** The rule that was used. */
    public val rule: RuleUsed,
    /** What was counted. */
    public val tally: Tally,
    /** Every eligible seat's vote, in roster order. */
    public val votes: List<VoteRecord>,
    /** Voters of the winner. With the next five lists a partition of the eligible seats. */
    public val supporters: List<String>,
    /** Every other cast vote. */
    public val dissenters: List<String>,
    /** Explicit abstentions. */
    public val abstained: List<String>,
    /** Replies that are no ballot. */
    public val invalid: List<String>,
    /** Failed or late turns. */
    public val failed: List<String>,
    /** Never asked, or cancelled before they answered. */
    public val notAsked: List<String>,
    /** Every minority view, named. */
    public val dissent: List<Dissent>,
    /** How sure, and by which method. */
    public val confidence: Confidence,
    /** What is open. */
    public val conditions: List<Condition>,
    /** What a plain vote over the first answers would have decided. */
    public val voteOnly: VoteOnly,
    /** The claims the disagreement hangs on. */
    public val cruxes: List<Crux>,
    /** Convergence per round. */
    public val convergence: List<Convergence>,
    /** Challenges and guidance that were given. */
    public val interventions: List<Intervention>,
    /** Each seat's share in the result, where the protocol measures it. */
    public val contribution: Map<String, Double>,
    /** Signs of bias in the voting. */
    public val bias: BiasReport,
    /** How different the voters are. */
    public val diversity: Diversity,
    /** A protocol's own report. */
    public val report: Report?,
    /** Tokens and money. */
    public val usage: DecisionUsage,
    /** Calls made and saved. */
    public val calls: Calls,
    /** Rounds played. */
    public val roundsUsed: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("schema", jsonOf(schema))
        .put("debate", jsonOf(debate))
        .put("answer", answer?.let { a -> a.toJson() } ?: JsonNull)
        .put("leading", leading?.let { a -> a.toJson() } ?: JsonNull)
        .put("outcome", outcome.toJson())
        .put("stop", stop.toJson())
        .put("verdict", verdict.toJson())
        .put("gate", gate.toJson())
        .put("partial", jsonOf(partial))
        .put("rule", rule.toJson())
        .put("tally", tally.toJson())
        .put("votes", jsonList(votes) { a -> a.toJson() })
        .put("supporters", jsonList(supporters) { a -> jsonOf(a) })
        .put("dissenters", jsonList(dissenters) { a -> jsonOf(a) })
        .put("abstained", jsonList(abstained) { a -> jsonOf(a) })
        .put("invalid", jsonList(invalid) { a -> jsonOf(a) })
        .put("failed", jsonList(failed) { a -> jsonOf(a) })
        .put("not_asked", jsonList(notAsked) { a -> jsonOf(a) })
        .put("dissent", jsonList(dissent) { a -> a.toJson() })
        .put("confidence", confidence.toJson())
        .put("conditions", jsonList(conditions) { a -> a.toJson() })
        .put("vote_only", voteOnly.toJson())
        .put("cruxes", jsonList(cruxes) { a -> a.toJson() })
        .put("convergence", jsonList(convergence) { a -> a.toJson() })
        .put("interventions", jsonList(interventions) { a -> a.toJson() })
        .put("contribution", jsonMap(contribution) { a -> jsonOf(a) })
        .put("bias", bias.toJson())
        .put("diversity", diversity.toJson())
        .put("report", report?.let { a -> a.toJson() } ?: JsonNull)
        .put("usage", usage.toJson())
        .put("calls", calls.toJson())
        .put("rounds_used", jsonOf(roundsUsed))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Decision = Decision(
            json.required("schema").asLong(),
            json.required("debate").asString(),
            json.member("answer")?.let { a -> Answer.fromJson(a) },
            json.member("leading")?.let { a -> Answer.fromJson(a) },
            Outcome.fromJson(json.required("outcome")),
            Stop.fromJson(json.required("stop")),
            Verdict.fromJson(json.required("verdict")),
            Gate.fromJson(json.required("gate")),
            json.required("partial").asBoolean(),
            RuleUsed.fromJson(json.required("rule")),
            Tally.fromJson(json.required("tally")),
            json.required("votes").asList { a -> VoteRecord.fromJson(a) },
            json.required("supporters").asList { a -> a.asString() },
            json.required("dissenters").asList { a -> a.asString() },
            json.required("abstained").asList { a -> a.asString() },
            json.required("invalid").asList { a -> a.asString() },
            json.required("failed").asList { a -> a.asString() },
            json.required("not_asked").asList { a -> a.asString() },
            json.required("dissent").asList { a -> Dissent.fromJson(a) },
            Confidence.fromJson(json.required("confidence")),
            json.required("conditions").asList { a -> Condition.fromJson(a) },
            VoteOnly.fromJson(json.required("vote_only")),
            json.required("cruxes").asList { a -> Crux.fromJson(a) },
            json.required("convergence").asList { a -> Convergence.fromJson(a) },
            json.required("interventions").asList { a -> Intervention.fromJson(a) },
            json.required("contribution").asMap { a -> a.asDouble() },
            BiasReport.fromJson(json.required("bias")),
            Diversity.fromJson(json.required("diversity")),
            json.member("report")?.let { a -> Report.fromJson(a) },
            DecisionUsage.fromJson(json.required("usage")),
            Calls.fromJson(json.required("calls")),
            json.required("rounds_used").asLong(),
        )
    }
}

/** Tokens and money of a debate. */
public class DecisionUsage(
    /** All calls together, failed attempts and lost hedges included. */
    public val total: UsageTotals,
    /** By seat. */
    public val bySeat: Map<String, UsageTotals>,
    /** What a fork took over from its parent; not part of the total. */
    public val inherited: UsageTotals? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("total", total.toJson())
        .put("by_seat", jsonMap(bySeat) { a -> a.toJson() })
        .put("inherited", inherited?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): DecisionUsage = DecisionUsage(
            UsageTotals.fromJson(json.required("total")),
            json.required("by_seat").asMap { a -> UsageTotals.fromJson(a) },
            json.member("inherited")?.let { a -> UsageTotals.fromJson(a) },
        )
    }
}

/** Where a log and the debate it should produce part. */
public class Difference(
    /** The first seq that differs. */
    public val seq: Long,
    /** RFC 6901 pointer to the first member that differs. */
    public val field: String,
    /** What the log holds, as JSON; empty if it ends here. */
    public val recorded: String,
    /** What was produced, as JSON; empty if nothing was. */
    public val produced: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("seq", jsonOf(seq))
        .put("field", jsonOf(field))
        .put("recorded", jsonOf(recorded))
        .put("produced", jsonOf(produced))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Difference = Difference(
            json.required("seq").asLong(),
            json.required("field").asString(),
            json.required("recorded").asString(),
            json.required("produced").asString(),
        )
    }
}

/** A minority view. */
public class Dissent(
    /** Who. */
    public val seat: String,
    /** What the seat stands for instead. */
    public val option: String? = null,
    /** Why, as stated with the vote or in critiques of the winner. */
    public val reasons: List<String>,
    /** The seat's own answer. */
    public val view: String,
    /** 0..=1: highest critique of the winner / 10, else confidence / 2, else .25. */
    public val severity: Double,
    /** Whether a supporter answered it later. */
    public val acknowledged: Boolean,
    /** The answer to it. */
    public val rebuttal: String? = null,
    /** Where the view was given. */
    public val messages: List<String>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("seat", jsonOf(seat))
        .put("option", option?.let { a -> jsonOf(a) })
        .put("reasons", jsonList(reasons) { a -> jsonOf(a) })
        .put("view", jsonOf(view))
        .put("severity", jsonOf(severity))
        .put("acknowledged", jsonOf(acknowledged))
        .put("rebuttal", rebuttal?.let { a -> jsonOf(a) })
        .put("messages", jsonList(messages) { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Dissent = Dissent(
            json.required("seat").asString(),
            json.member("option")?.let { a -> a.asString() },
            json.required("reasons").asList { a -> a.asString() },
            json.required("view").asString(),
            json.required("severity").asDouble(),
            json.required("acknowledged").asBoolean(),
            json.member("rebuttal")?.let { a -> a.asString() },
            json.required("messages").asList { a -> a.asString() },
        )
    }
}

/** How different the voting seats are. */
public class Diversity(
    /** Model families among the voting seats; undisclosed ones count as one. */
    public val families: Map<String, Long>,
    /** Providers among the voting seats. */
    public val providers: Map<String, Long>,
    /** 1 / sum of squared family shares. */
    public val effective: Double,
    /** The largest family's share. */
    public val largestShare: Double,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("families", jsonMap(families) { a -> jsonOf(a) })
        .put("providers", jsonMap(providers) { a -> jsonOf(a) })
        .put("effective", jsonOf(effective))
        .put("largest_share", jsonOf(largestShare))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Diversity = Diversity(
            json.required("families").asMap { a -> a.asLong() },
            json.required("providers").asMap { a -> a.asLong() },
            json.required("effective").asDouble(),
            json.required("largest_share").asDouble(),
        )
    }
}

/** A document given to every participant. */
public class Document(
    /** What it is called in prompts. */
    public val title: String,
    /** Its whole text. */
    public val text: String,
    /** Where it came from. */
    public val uri: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("title", jsonOf(title))
        .put("text", jsonOf(text))
        .put("uri", uri?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Document = Document(
            json.required("title").asString(),
            json.required("text").asString(),
            json.member("uri")?.let { a -> a.asString() },
        )
    }
}

/** What is counted for the decision. */
public class Draft(
    /** What counts as the votes. */
    public val ballots: Ballots,
    /** The rule. */
    public val rule: RuleConfig,
    /** The electorate, where it is not every eligible seat. */
    public val seats: List<String>? = null,
    /** A synthesis of the winner, stored beside it. */
    public val synthesis: String? = null,
    /** Each seat's share in the result. */
    public val contribution: Map<String, Double>? = null,
    /** The protocol's own report. */
    public val report: Report? = null,
    /** Notes about how it came about, recorded as warnings unless they were before. */
    public val notes: List<String>? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("ballots", ballots.toJson())
        .put("rule", rule.toJson())
        .put("seats", seats?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .put("synthesis", synthesis?.let { a -> jsonOf(a) })
        .put("contribution", contribution?.let { a -> jsonMap(a) { b -> jsonOf(b) } })
        .put("report", report?.let { a -> a.toJson() })
        .put("notes", notes?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Draft = Draft(
            Ballots.fromJson(json.required("ballots")),
            RuleConfig.fromJson(json.required("rule")),
            json.member("seats")?.let { a -> a.asList { b -> b.asString() } },
            json.member("synthesis")?.let { a -> a.asString() },
            json.member("contribution")?.let { a -> a.asMap { b -> b.asDouble() } },
            json.member("report")?.let { a -> Report.fromJson(a) },
            json.member("notes")?.let { a -> a.asList { b -> b.asString() } },
        )
    }
}

/** How a restore went that nobody needed yet. */
public class DrillReport(
    /** When it began. */
    public val started: Instant,
    /** What was restored: the newest backup that was read back before. */
    public val backup: String,
    /** How long restoring and checking took, in milliseconds. */
    public val restoredIn: Duration,
    /** Rows restored. */
    public val records: Long,
    /** How old the oldest change was that no backup held, in milliseconds. */
    public val unsavedAge: Duration,
    /** The checks that held, by name. */
    public val checks: Map<String, Boolean>,
    /** Whether the restore took less than an hour. */
    public val rtoMet: Boolean,
    /** Whether less than five minutes would have been lost. */
    public val rpoMet: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("started", jsonOfMillis(started))
        .put("backup", jsonOf(backup))
        .put("restored_in_ms", jsonOf(restoredIn))
        .put("records", jsonOf(records))
        .put("unsaved_age_ms", jsonOf(unsavedAge))
        .put("checks", jsonMap(checks) { a -> jsonOf(a) })
        .put("rto_met", jsonOf(rtoMet))
        .put("rpo_met", jsonOf(rpoMet))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): DrillReport = DrillReport(
            json.required("started").asInstantMs(),
            json.required("backup").asString(),
            json.required("restored_in_ms").asDuration(),
            json.required("records").asLong(),
            json.required("unsaved_age_ms").asDuration(),
            json.required("checks").asMap { a -> a.asBoolean() },
            json.required("rto_met").asBoolean(),
            json.required("rpo_met").asBoolean(),
        )
    }
}

/**
 * Rounds that stop with the first reply that completes a threshold, and keep only the best seats from a given
 * round (DyLAN, arXiv:2310.02170).
 *
 * A round ends as soon as one answer has more than floor(2n/3) votes, n being the seats active in it. Planned
 * calls: nR, one more from the pruning round if seats are pruned: with keep 2, pruning in round 3 and R = 3, 2n
 * + 3.
 */
public class Dynamic(
    /** Seats kept from the pruning round on, default 2. */
    public val keep: Long? = null,
    /** The first round only the kept seats play, default 3. Seats are pruned only if there are more than 3. */
    public val pruneRound: Long? = null,
    /** Whether kept seats whose last answers agree finish without another call, default yes. */
    public val checkAfterPrune: Boolean? = null,
    /** Whether a seat's own previous reply is among those it is shown, default no. */
    public val peersIncludeSelf: Boolean? = null,
    /** Whether a seat's own earlier exchange precedes the prompt, default yes. */
    public val history: HistoryPolicy? = null,
    /** Whether the seats of a round see the replies given before theirs in it. */
    public val sequentialVisibility: Boolean? = null,
    /** Whether each reply rates what it was shown, as `[[a, b, ...]]`, 1 to 5. */
    public val ratings: Boolean? = null,
    /** The order of asking. */
    public val askOrder: AskOrder? = null,
    /** The order in which previous replies are shown. */
    public val showOrder: AskOrder? = null,
    /** All at once; the reply that completes the threshold cancels the rest. */
    public val parallel: Boolean? = null,
    /** Who ranks before pruning; absent: the first active seat. */
    public val ranker: String? = null,
    /** A published layout instead of the library's own. */
    public val preset: Preset? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("keep", keep?.let { a -> jsonOf(a) })
        .put("prune_round", pruneRound?.let { a -> jsonOf(a) })
        .put("check_after_prune", checkAfterPrune?.let { a -> jsonOf(a) })
        .put("peers_include_self", peersIncludeSelf?.let { a -> jsonOf(a) })
        .put("history", history?.let { a -> a.toJson() })
        .put("sequential_visibility", sequentialVisibility?.let { a -> jsonOf(a) })
        .put("ratings", ratings?.let { a -> jsonOf(a) })
        .put("ask_order", askOrder?.let { a -> a.toJson() })
        .put("show_order", showOrder?.let { a -> a.toJson() })
        .put("parallel", parallel?.let { a -> jsonOf(a) })
        .put("ranker", ranker?.let { a -> jsonOf(a) })
        .put("preset", preset?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Dynamic = Dynamic(
            json.member("keep")?.let { a -> a.asLong() },
            json.member("prune_round")?.let { a -> a.asLong() },
            json.member("check_after_prune")?.let { a -> a.asBoolean() },
            json.member("peers_include_self")?.let { a -> a.asBoolean() },
            json.member("history")?.let { a -> HistoryPolicy.fromJson(a) },
            json.member("sequential_visibility")?.let { a -> a.asBoolean() },
            json.member("ratings")?.let { a -> a.asBoolean() },
            json.member("ask_order")?.let { a -> AskOrder.fromJson(a) },
            json.member("show_order")?.let { a -> AskOrder.fromJson(a) },
            json.member("parallel")?.let { a -> a.asBoolean() },
            json.member("ranker")?.let { a -> a.asString() },
            json.member("preset")?.let { a -> Preset.fromJson(a) },
        )
    }
}

/** What a fork changes before it goes on. */
public sealed interface Edit {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Another text under the same id, marked as edited. */
    public class ReplaceMessage(
        /** The message. */
        public val message: String,
        /** Its new text. */
        public val text: String,
    ) : Value(), Edit {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("replace_message"))
            .put("message", jsonOf(message))
            .put("text", jsonOf(text))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): ReplaceMessage = ReplaceMessage(
                json.required("message").asString(),
                json.required("text").asString(),
            )
        }
    }

    /** A person's word to all. */
    public class InsertHuman(
        /** Who. */
        public val by: String,
        /** The text. */
        public val text: String,
    ) : Value(), Edit {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("insert_human"))
            .put("by", jsonOf(by))
            .put("text", jsonOf(text))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): InsertHuman = InsertHuman(
                json.required("by").asString(),
                json.required("text").asString(),
            )
        }
    }

    /** The seat takes part no more. */
    public class DropSeat(
        /** The seat. */
        public val seat: String,
    ) : Value(), Edit {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("drop_seat"))
            .put("seat", jsonOf(seat))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): DropSeat = DropSeat(
                json.required("seat").asString(),
            )
        }
    }

    /** A seat that was not there; the fork's roster must hold its agent. */
    public class AddSeat(
        /** The seat. */
        public val seat: SeatView,
    ) : Value(), Edit {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("add_seat"))
            .put("seat", seat.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): AddSeat = AddSeat(
                SeatView.fromJson(json.required("seat")),
            )
        }
    }

    /** Another decision rule. */
    public class SetRule(
        /** The rule. */
        public val rule: RuleConfig,
    ) : Value(), Edit {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("set_rule"))
            .put("rule", rule.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): SetRule = SetRule(
                RuleConfig.fromJson(json.required("rule")),
            )
        }
    }

    /** Other limits. */
    public class SetLimits(
        /** The limits. */
        public val limits: Limits,
    ) : Value(), Edit {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("set_limits"))
            .put("limits", limits.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): SetLimits = SetLimits(
                Limits.fromJson(json.required("limits")),
            )
        }
    }

    /** Another belief of a judge or seat. */
    public class SetBelief(
        /** The seat. */
        public val seat: String,
        /** Probabilities by option. */
        public val belief: Map<String, Double>,
    ) : Value(), Edit {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("set_belief"))
            .put("seat", jsonOf(seat))
            .put("belief", jsonMap(belief) { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): SetBelief = SetBelief(
                json.required("seat").asString(),
                json.required("belief").asMap { a -> a.asDouble() },
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Edit {
            return when (val case = json.required("name").asString()) {
                "replace_message" -> ReplaceMessage.fromJson(json)
                "insert_human" -> InsertHuman.fromJson(json)
                "drop_seat" -> DropSeat.fromJson(json)
                "add_seat" -> AddSeat.fromJson(json)
                "set_rule" -> SetRule.fromJson(json)
                "set_limits" -> SetLimits.fromJson(json)
                "set_belief" -> SetBelief.fromJson(json)
                else -> throw unexpected(JsonString(case), "a case of Edit")
            }
        }
    }
}

/** How hard to think. */
public enum class Effort(
    /** The word in a document. */
    public val word: String,
) {
    /** Not at all. */
    None("none"),
    /** As little as there is. */
    Minimal("minimal"),
    /** Little. */
    Low("low"),
    /** Some. */
    Medium("medium"),
    /** Much. */
    High("high"),
    /** Very much. */
    XHigh("x_high"),
    /** As much as there is. */
    Max("max"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Effort =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Effort")
    }
}

/** When two answers are the same. */
public sealed interface Equivalence {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Byte for byte. */
    public object Exact : Value(), Equivalence {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("exact")))

        override fun toString(): String = "Exact"
    }

    /** NFKC, full case fold, white space collapsed, surrounding quotes, emphasis and `.,;:!?` stripped. */
    public object Normalised : Value(), Equivalence {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("normalised")))

        override fun toString(): String = "Normalised"
    }

    /** Exact rationals within a tolerance. */
    public class Numeric(
        /** Relative tolerance, 0..1. */
        public val rel: Double? = null,
        /** Absolute tolerance, >= 0. */
        public val abs: Double? = null,
    ) : Value(), Equivalence {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("numeric"))
            .put("rel", rel?.let { a -> jsonOf(a) })
            .put("abs", abs?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Numeric = Numeric(
                json.member("rel")?.let { a -> a.asDouble() },
                json.member("abs")?.let { a -> a.asDouble() },
            )
        }
    }

    /** One letter, in either case, with or without brackets. */
    public object Letter : Value(), Equivalence {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("letter")))

        override fun toString(): String = "Letter"
    }

    /** String equality after the Hendrycks MATH normaliser. */
    public object Math : Value(), Equivalence {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("math")))

        override fun toString(): String = "Math"
    }

    /**
     * Alike in meaning: the cosine of the answers' vectors is at least `min`. The verdicts are recorded in the
     * log, so that a fold needs no embedder.
     */
    public class Semantic(
        /** The least cosine, above 0 and at most 1. */
        public val min: Double,
        /**
         * Who makes the vectors: `hash` compares letters on this machine, and a model is named as agents name
         * theirs, e.g. `openai/text-embedding-3-small`.
         */
        public val embedder: String? = null,
    ) : Value(), Equivalence {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("semantic"))
            .put("min", jsonOf(min))
            .put("embedder", embedder?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Semantic = Semantic(
                json.required("min").asDouble(),
                json.member("embedder")?.let { a -> a.asString() },
            )
        }
    }

    /** The verdicts of a comparator, recorded in the log so that a fold needs no comparator. */
    public class Custom(
        /** The comparator's name. */
        public val comparator: String,
    ) : Value(), Equivalence {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("custom"))
            .put("comparator", jsonOf(comparator))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Custom = Custom(
                json.required("comparator").asString(),
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Equivalence {
            return when (val case = json.required("name").asString()) {
                "exact" -> Exact
                "normalised" -> Normalised
                "numeric" -> Numeric.fromJson(json)
                "letter" -> Letter
                "math" -> Math
                "semantic" -> Semantic.fromJson(json)
                "custom" -> Custom.fromJson(json)
                else -> throw unexpected(JsonString(case), "a case of Equivalence")
            }
        }
    }
}

/** An error as the log keeps it: no cause and no context, which may hold private text. */
public class ErrorInfo(
    /** The kind's stable name. */
    public val code: String,
    /** One sentence. */
    public val reason: String,
    /** Whether repeating could have helped. */
    public val retryable: Boolean,
    /** How long to wait before. */
    public val retryAfter: Duration? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("code", jsonOf(code))
        .put("reason", jsonOf(reason))
        .put("retryable", jsonOf(retryable))
        .put("retry_after_ms", retryAfter?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ErrorInfo = ErrorInfo(
            json.required("code").asString(),
            json.required("reason").asString(),
            json.required("retryable").asBoolean(),
            json.member("retry_after_ms")?.let { a -> a.asDuration() },
        )
    }
}

/** Whether an event is in the log. */
public enum class EventClass(
    /** The word in a document. */
    public val word: String,
) {
    /** One per record of the log. */
    Recorded("recorded"),
    /** Never stored. */
    Live("live"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): EventClass =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of EventClass")
    }
}

/** What an event says, by its type. */
public sealed interface EventData {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** The debate began; everything fixed before the first turn. */
    public class DebateStart(
        /** The debate. */
        public val debate: String,
        /** Where it was forked from. */
        public val parent: Parent? = null,
        /** Version of the library that wrote the log. */
        public val library: String,
        /** What is to be decided. */
        public val question: Question,
        /** Limits, tier and tenant. */
        public val environment: Frame,
        /** The seats in order. */
        public val roster: List<SeatView>,
        /** The protocol. */
        public val protocol: ProtocolRef,
        /** The decision rule. */
        public val rule: RuleConfig,
        /** The rule that ends the debate early; absent: none. */
        public val stopWhen: RuleConfig? = null,
        /** The stopping rules that are on. */
        public val stops: List<String>,
        /** Who sees whom. */
        public val topology: Topology,
        /** The remaining options. */
        public val options: DebateOptions,
        /** The seed, given or drawn. */
        public val seed: ULong,
        /** Digest of protocol, parameters, templates, options and roster. */
        public val configDigest: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("debate_start"))
            .put("debate", jsonOf(debate))
            .put("parent", parent?.let { a -> a.toJson() })
            .put("library", jsonOf(library))
            .put("question", question.toJson())
            .put("environment", environment.toJson())
            .put("roster", jsonList(roster) { a -> a.toJson() })
            .put("protocol", protocol.toJson())
            .put("rule", rule.toJson())
            .put("stop_when", stopWhen?.let { a -> a.toJson() })
            .put("stops", jsonList(stops) { a -> jsonOf(a) })
            .put("topology", topology.toJson())
            .put("options", options.toJson())
            .put("seed", jsonOf(seed))
            .put("config_digest", jsonOf(configDigest))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): DebateStart = DebateStart(
                json.required("debate").asString(),
                json.member("parent")?.let { a -> Parent.fromJson(a) },
                json.required("library").asString(),
                Question.fromJson(json.required("question")),
                Frame.fromJson(json.required("environment")),
                json.required("roster").asList { a -> SeatView.fromJson(a) },
                ProtocolRef.fromJson(json.required("protocol")),
                RuleConfig.fromJson(json.required("rule")),
                json.member("stop_when")?.let { a -> RuleConfig.fromJson(a) },
                json.required("stops").asList { a -> a.asString() },
                Topology.fromJson(json.required("topology")),
                DebateOptions.fromJson(json.required("options")),
                json.required("seed").asULong(),
                json.required("config_digest").asString(),
            )
        }
    }

    /** Another owner took over after a stop. */
    public class DebateResumed(
        /** The first seq it wrote. */
        public val fromSeq: Long,
        /** Turns that were started and not ended. */
        public val lostTurns: List<String>,
        /** Whether a changed configuration was accepted. */
        public val configChanged: Boolean? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("debate_resumed"))
            .put("from_seq", jsonOf(fromSeq))
            .put("lost_turns", jsonList(lostTurns) { a -> jsonOf(a) })
            .put("config_changed", configChanged?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): DebateResumed = DebateResumed(
                json.required("from_seq").asLong(),
                json.required("lost_turns").asList { a -> a.asString() },
                json.member("config_changed")?.let { a -> a.asBoolean() },
            )
        }
    }

    /** A round began. */
    public class RoundStart(
        /** Cognitive roles by seat. */
        public val roles: Map<String, String>? = null,
        /** Stances by seat. */
        public val stances: Map<String, Stance>? = null,
        /** Whose words each seat sees in this round. */
        public val sees: Map<String, List<String>>,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("round_start"))
            .put("roles", roles?.let { a -> jsonMap(a) { b -> jsonOf(b) } })
            .put("stances", stances?.let { a -> jsonMap(a) { b -> b.toJson() } })
            .put("sees", jsonMap(sees) { a -> jsonList(a) { b -> jsonOf(b) } })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): RoundStart = RoundStart(
                json.member("roles")?.let { a -> a.asMap { b -> b.asString() } },
                json.member("stances")?.let { a -> a.asMap { b -> Stance.fromJson(b) } },
                json.required("sees").asMap { a -> a.asList { b -> b.asString() } },
            )
        }
    }

    /** A step was planned; its turns may start. */
    public class StepStart(
        /** Number of the step, from 0. */
        public val step: Long,
        /** What is asked for. */
        public val phase: Phase,
        /** When the step ends. */
        public val join: Join,
        /** All at once or one after the other. */
        public val order: Order,
        /** Usable replies that are needed. */
        public val min: Long,
        /** The step whose failed turns it repeats. */
        public val retryOf: Long? = null,
        /** Who is asked what. */
        public val asks: List<PlannedAsk>,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("step_start"))
            .put("step", jsonOf(step))
            .put("phase", phase.toJson())
            .put("join", join.toJson())
            .put("order", order.toJson())
            .put("min", jsonOf(min))
            .put("retry_of", retryOf?.let { a -> jsonOf(a) })
            .put("asks", jsonList(asks) { a -> a.toJson() })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): StepStart = StepStart(
                json.required("step").asLong(),
                Phase.fromJson(json.required("phase")),
                Join.fromJson(json.required("join")),
                Order.fromJson(json.required("order")),
                json.required("min").asLong(),
                json.member("retry_of")?.let { a -> a.asLong() },
                json.required("asks").asList { a -> PlannedAsk.fromJson(a) },
            )
        }
    }

    /** A turn was handed to its agent. */
    public class TurnStart(
        /** The turn. */
        public val turn: String,
        /** The seat. */
        public val seat: String,
        /** The idempotency key it is asked under. */
        public val requestId: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("turn_start"))
            .put("turn", jsonOf(turn))
            .put("seat", jsonOf(seat))
            .put("request_id", jsonOf(requestId))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TurnStart = TurnStart(
                json.required("turn").asString(),
                json.required("seat").asString(),
                json.required("request_id").asString(),
            )
        }
    }

    /** One attempt reached the wire, or ended before. */
    public class AgentAttempt(
        /** The turn. */
        public val turn: String,
        /** Number of the attempt, from 1. */
        public val n: Long,
        /** The endpoint and model. */
        public val target: String,
        /** How it ended. */
        public val outcome: AttemptOutcome,
        /** Tokens. */
        public val usage: Usage? = null,
        /** Cost, absent if unknown. */
        public val costMicros: Long? = null,
        /** Where the cost comes from. */
        public val costSource: CostSource,
        /** How long it took. */
        public val latency: Duration,
        /** Whether it was a hedge. */
        public val hedge: Boolean? = null,
        /** What went wrong. */
        public val error: ErrorInfo? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("agent_attempt"))
            .put("turn", jsonOf(turn))
            .put("n", jsonOf(n))
            .put("target", jsonOf(target))
            .put("outcome", outcome.toJson())
            .put("usage", usage?.let { a -> a.toJson() })
            .put("cost_micros", costMicros?.let { a -> jsonOf(a) })
            .put("cost_source", costSource.toJson())
            .put("latency_ms", jsonOf(latency))
            .put("hedge", hedge?.let { a -> jsonOf(a) })
            .put("error", error?.let { a -> a.toJson() })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): AgentAttempt = AgentAttempt(
                json.required("turn").asString(),
                json.required("n").asLong(),
                json.required("target").asString(),
                AttemptOutcome.fromJson(json.required("outcome")),
                json.member("usage")?.let { a -> Usage.fromJson(a) },
                json.member("cost_micros")?.let { a -> a.asLong() },
                CostSource.fromJson(json.required("cost_source")),
                json.required("latency_ms").asDuration(),
                json.member("hedge")?.let { a -> a.asBoolean() },
                json.member("error")?.let { a -> ErrorInfo.fromJson(a) },
            )
        }
    }

    /** A usable or refused reply. */
    public class AgentMessage(
        /** The turn. */
        public val turn: String,
        /** The seat. */
        public val seat: String,
        /** What was asked for. */
        public val phase: Phase,
        /** What it is. */
        public val kind: MessageKind,
        /** Its id. */
        public val message: String,
        /** The whole text, unchanged. */
        public val text: String,
        /** The structured value, if there is one. */
        public val structured: JsonValue? = null,
        /** Why it ended. */
        public val stop: StopReason,
        /** A refusal, which is an outcome and no error. */
        public val refusal: Refusal? = null,
        /** Provider. */
        public val provider: String? = null,
        /** Model as it answered. */
        public val model: String? = null,
        /** How the reply came to be. */
        public val served: Served,
        /** Tokens of all attempts of the turn. */
        public val usage: Usage? = null,
        /** Cost of the turn, absent if unknown. */
        public val costMicros: Long? = null,
        /** Order of arrival in its step, from 0. */
        public val arrival: Long,
        /** The answer found in it. */
        public val answer: ExtractedAnswer? = null,
        /** Stated confidence 0..=1. */
        public val confidence: Double? = null,
        /** Whether the seat wants to go on. */
        public val goOn: Boolean? = null,
        /** Whether the seat is ready to decide; from structured output only. */
        public val ready: Boolean? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("agent_message"))
            .put("turn", jsonOf(turn))
            .put("seat", jsonOf(seat))
            .put("phase", phase.toJson())
            .put("kind", kind.toJson())
            .put("message", jsonOf(message))
            .put("text", jsonOf(text))
            .put("structured", structured)
            .put("stop", stop.toJson())
            .put("refusal", refusal?.let { a -> a.toJson() })
            .put("provider", provider?.let { a -> jsonOf(a) })
            .put("model", model?.let { a -> jsonOf(a) })
            .put("served", served.toJson())
            .put("usage", usage?.let { a -> a.toJson() })
            .put("cost_micros", costMicros?.let { a -> jsonOf(a) })
            .put("arrival", jsonOf(arrival))
            .put("answer", answer?.let { a -> a.toJson() })
            .put("confidence", confidence?.let { a -> jsonOf(a) })
            .put("continue", goOn?.let { a -> jsonOf(a) })
            .put("ready", ready?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): AgentMessage = AgentMessage(
                json.required("turn").asString(),
                json.required("seat").asString(),
                Phase.fromJson(json.required("phase")),
                MessageKind.fromJson(json.required("kind")),
                json.required("message").asString(),
                json.required("text").asString(),
                json.member("structured"),
                StopReason.fromJson(json.required("stop")),
                json.member("refusal")?.let { a -> Refusal.fromJson(a) },
                json.member("provider")?.let { a -> a.asString() },
                json.member("model")?.let { a -> a.asString() },
                Served.fromJson(json.required("served")),
                json.member("usage")?.let { a -> Usage.fromJson(a) },
                json.member("cost_micros")?.let { a -> a.asLong() },
                json.required("arrival").asLong(),
                json.member("answer")?.let { a -> ExtractedAnswer.fromJson(a) },
                json.member("confidence")?.let { a -> a.asDouble() },
                json.member("continue")?.let { a -> a.asBoolean() },
                json.member("ready")?.let { a -> a.asBoolean() },
            )
        }
    }

    /** One critic's view of one target. */
    public class Critique(
        /** The turn it was given in. */
        public val turn: String,
        /** Who. */
        public val critic: String,
        /** Of whom. */
        public val target: String,
        /** The message it was given in. */
        public val message: String,
        /** Problems. */
        public val issues: List<String>,
        /** Suggestions. */
        public val suggestions: List<String>,
        /** 0..=10. */
        public val severity: Double? = null,
        /** Why. */
        public val reasoning: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("critique"))
            .put("turn", jsonOf(turn))
            .put("critic", jsonOf(critic))
            .put("target", jsonOf(target))
            .put("message", jsonOf(message))
            .put("issues", jsonList(issues) { a -> jsonOf(a) })
            .put("suggestions", jsonList(suggestions) { a -> jsonOf(a) })
            .put("severity", severity?.let { a -> jsonOf(a) })
            .put("reasoning", jsonOf(reasoning))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Critique = Critique(
                json.required("turn").asString(),
                json.required("critic").asString(),
                json.required("target").asString(),
                json.required("message").asString(),
                json.required("issues").asList { a -> a.asString() },
                json.required("suggestions").asList { a -> a.asString() },
                json.member("severity")?.let { a -> a.asDouble() },
                json.required("reasoning").asString(),
            )
        }
    }

    /** One seat's ballot. */
    public class Vote(
        /** The turn; absent for a host user's vote and for positions that count as votes. */
        public val turn: String? = null,
        /** Who. */
        public val voter: String,
        /** What became of it. */
        public val status: VoteStatus,
        /** The ballot; absent if there was no reply. */
        public val ballot: Ballot? = null,
        /** Stated confidence. */
        public val confidence: Double? = null,
        /** The seat's weight. In millionths. */
        public val weight: Long,
        /** The stated reason. */
        public val reason: String? = null,
        /** Whether it was for the own answer and nobody else's. */
        public val selfVote: Boolean,
        /** Intensity 1..=10 of a host user's vote. */
        public val userIntensity: Long? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("vote"))
            .put("turn", turn?.let { a -> jsonOf(a) })
            .put("voter", jsonOf(voter))
            .put("status", status.toJson())
            .put("ballot", ballot?.let { a -> a.toJson() })
            .put("confidence", confidence?.let { a -> jsonOf(a) })
            .put("weight", jsonOf(weight))
            .put("reason", reason?.let { a -> jsonOf(a) })
            .put("self_vote", jsonOf(selfVote))
            .put("user_intensity", userIntensity?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Vote = Vote(
                json.member("turn")?.let { a -> a.asString() },
                json.required("voter").asString(),
                VoteStatus.fromJson(json.required("status")),
                json.member("ballot")?.let { a -> Ballot.fromJson(a) },
                json.member("confidence")?.let { a -> a.asDouble() },
                json.required("weight").asLong(),
                json.member("reason")?.let { a -> a.asString() },
                json.required("self_vote").asBoolean(),
                json.member("user_intensity")?.let { a -> a.asLong() },
            )
        }
    }

    /** A turn ended without a usable reply. */
    public class TurnFailed(
        /** The turn. */
        public val turn: String,
        /** The seat. */
        public val seat: String,
        /** Why. */
        public val error: ErrorInfo,
        /** What had arrived. */
        public val partialText: String? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("turn_failed"))
            .put("turn", jsonOf(turn))
            .put("seat", jsonOf(seat))
            .put("error", error.toJson())
            .put("partial_text", partialText?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TurnFailed = TurnFailed(
                json.required("turn").asString(),
                json.required("seat").asString(),
                ErrorInfo.fromJson(json.required("error")),
                json.member("partial_text")?.let { a -> a.asString() },
            )
        }
    }

    /** A turn was given up while it ran. */
    public class TurnCancelled(
        /** The turn. */
        public val turn: String,
        /** The seat. */
        public val seat: String,
        /** Why. */
        public val why: GiveUp,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("turn_cancelled"))
            .put("turn", jsonOf(turn))
            .put("seat", jsonOf(seat))
            .put("why", why.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TurnCancelled = TurnCancelled(
                json.required("turn").asString(),
                json.required("seat").asString(),
                GiveUp.fromJson(json.required("why")),
            )
        }
    }

    /** A planned turn was never started. */
    public class TurnSkipped(
        /** The turn. */
        public val turn: String,
        /** The seat. */
        public val seat: String,
        /** Why. */
        public val why: GiveUp,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("turn_skipped"))
            .put("turn", jsonOf(turn))
            .put("seat", jsonOf(seat))
            .put("why", why.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TurnSkipped = TurnSkipped(
                json.required("turn").asString(),
                json.required("seat").asString(),
                GiveUp.fromJson(json.required("why")),
            )
        }
    }

    /** A seat failed so often that it is asked no more. */
    public class SeatBenched(
        /** The seat. */
        public val seat: String,
        /** Failures in a row. */
        public val afterFailures: Long,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("seat_benched"))
            .put("seat", jsonOf(seat))
            .put("after_failures", jsonOf(afterFailures))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): SeatBenched = SeatBenched(
                json.required("seat").asString(),
                json.required("after_failures").asLong(),
            )
        }
    }

    /** A prompt was shortened, visibly. */
    public class ContextReduced(
        /** The turn whose prompt it was. */
        public val turn: String,
        /** How. */
        public val method: String,
        /** The messages left out. */
        public val dropped: List<String>,
        /** What stands in their place. */
        public val summary: String? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("context_reduced"))
            .put("turn", jsonOf(turn))
            .put("method", jsonOf(method))
            .put("dropped", jsonList(dropped) { a -> jsonOf(a) })
            .put("summary", summary?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): ContextReduced = ContextReduced(
                json.required("turn").asString(),
                json.required("method").asString(),
                json.required("dropped").asList { a -> a.asString() },
                json.member("summary")?.let { a -> a.asString() },
            )
        }
    }

    /** Knowledge was given to the participants. */
    public class KnowledgeInjected(
        /** The items shown. */
        public val items: List<JsonValue>,
        /** Their text as it stands in the prompts. */
        public val text: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("knowledge_injected"))
            .put("items", jsonList(items) { a -> a })
            .put("text", jsonOf(text))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): KnowledgeInjected = KnowledgeInjected(
                json.required("items").asList { a -> a },
                json.required("text").asString(),
            )
        }
    }

    /** Knowledge was asked for and could not be had. */
    public class KnowledgeDegraded(
        /** What went wrong. */
        public val error: ErrorInfo,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("knowledge_degraded"))
            .put("error", error.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): KnowledgeDegraded = KnowledgeDegraded(
                ErrorInfo.fromJson(json.required("error")),
            )
        }
    }

    /** A person said something that is nobody's turn. */
    public class HumanInput(
        /** Who. */
        public val by: String,
        /** What. */
        public val kind: HumanInputKind,
        /** The text, or the option of a vote. */
        public val text: String,
        /** Intensity 1..=10 of a vote. */
        public val intensity: Long? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("human_input"))
            .put("by", jsonOf(by))
            .put("kind", kind.toJson())
            .put("text", jsonOf(text))
            .put("intensity", intensity?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): HumanInput = HumanInput(
                json.required("by").asString(),
                HumanInputKind.fromJson(json.required("kind")),
                json.required("text").asString(),
                json.member("intensity")?.let { a -> a.asLong() },
            )
        }
    }

    /** A rule counted. */
    public class ConsensusCheck(
        /** When. */
        public val scope: CheckScope,
        /** The rule that ends the debate early, or the deciding rule. */
        public val rule: RuleConfig,
        /** What was counted. */
        public val tally: Tally,
        /** What it found. */
        public val outcome: Outcome,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("consensus_check"))
            .put("scope", scope.toJson())
            .put("rule", rule.toJson())
            .put("tally", tally.toJson())
            .put("outcome", outcome.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): ConsensusCheck = ConsensusCheck(
                CheckScope.fromJson(json.required("scope")),
                RuleConfig.fromJson(json.required("rule")),
                Tally.fromJson(json.required("tally")),
                Outcome.fromJson(json.required("outcome")),
            )
        }
    }

    /** A figure about the debate. */
    public class Analysis(
        /** Which. */
        public val kind: AnalysisKind,
        /** The result with its inputs and version. */
        public val value: JsonValue,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("analysis"))
            .put("kind", kind.toJson())
            .put("value", value)
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Analysis = Analysis(
                AnalysisKind.fromJson(json.required("kind")),
                json["value"] ?: JsonNull,
            )
        }
    }

    /** Agreement without evidence. */
    public class HollowConsensus(
        /** Similarity of the texts. */
        public val similarity: Double,
        /** Mean evidence quality. */
        public val quality: Double,
        /** 0..=1. */
        public val severity: Double,
        /** Whether it counts as hollow. */
        public val detected: Boolean,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("hollow_consensus"))
            .put("similarity", jsonOf(similarity))
            .put("quality", jsonOf(quality))
            .put("severity", jsonOf(severity))
            .put("detected", jsonOf(detected))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): HollowConsensus = HollowConsensus(
                json.required("similarity").asDouble(),
                json.required("quality").asDouble(),
                json.required("severity").asDouble(),
                json.required("detected").asBoolean(),
            )
        }
    }

    /** The library challenged the participants. */
    public class TricksterIntervention(
        /** Which challenge. */
        public val kind: String,
        /** To whom. */
        public val targets: List<String>,
        /** Its text. */
        public val text: String,
        /** What each target lacks. */
        public val gaps: Map<String, List<String>>,
        /** 0..=1. */
        public val priority: Double,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("trickster_intervention"))
            .put("kind", jsonOf(kind))
            .put("targets", jsonList(targets) { a -> jsonOf(a) })
            .put("text", jsonOf(text))
            .put("gaps", jsonMap(gaps) { a -> jsonList(a) { b -> jsonOf(b) } })
            .put("priority", jsonOf(priority))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TricksterIntervention = TricksterIntervention(
                json.required("kind").asString(),
                json.required("targets").asList { a -> a.asString() },
                json.required("text").asString(),
                json.required("gaps").asMap { a -> a.asList { b -> b.asString() } },
                json.required("priority").asDouble(),
            )
        }
    }

    /** The debate waits for a person. */
    public class Breakpoint(
        /** Its id. */
        public val id: String,
        /** What triggered it. */
        public val trigger: String,
        /** Positions, issues and tally. */
        public val snapshot: JsonValue,
        /** Escalation level 1..=3. */
        public val level: Long,
        /** How long it waits. */
        public val deadline: Duration,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("breakpoint"))
            .put("id", jsonOf(id))
            .put("trigger", jsonOf(trigger))
            .put("snapshot", snapshot)
            .put("level", jsonOf(level))
            .put("deadline_ms", jsonOf(deadline))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Breakpoint = Breakpoint(
                json.required("id").asString(),
                json.required("trigger").asString(),
                json["snapshot"] ?: JsonNull,
                json.required("level").asLong(),
                json.required("deadline_ms").asDuration(),
            )
        }
    }

    /** A person answered a breakpoint, or time ran out. */
    public class BreakpointResolved(
        /** Its id. */
        public val id: String,
        /** continue, resolve, redirect or abort. */
        public val action: String,
        /** Guidance for the next round. */
        public val guidance: String? = null,
        /** Who. */
        public val by: String? = null,
        /** Whether nobody answered in time. */
        public val timedOut: Boolean,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("breakpoint_resolved"))
            .put("id", jsonOf(id))
            .put("action", jsonOf(action))
            .put("guidance", guidance?.let { a -> jsonOf(a) })
            .put("by", by?.let { a -> jsonOf(a) })
            .put("timed_out", jsonOf(timedOut))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): BreakpointResolved = BreakpointResolved(
                json.required("id").asString(),
                json.required("action").asString(),
                json.member("guidance")?.let { a -> a.asString() },
                json.member("by")?.let { a -> a.asString() },
                json.required("timed_out").asBoolean(),
            )
        }
    }

    /** A share of a limit is used. */
    public class BudgetAlert(
        /** Which limit. */
        public val scope: String,
        /** 50, 75, 90 or 100. */
        public val percent: Long,
        /** What is spent. */
        public val spent: Long,
        /** The limit. */
        public val limit: Long,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("budget_alert"))
            .put("scope", jsonOf(scope))
            .put("percent", jsonOf(percent))
            .put("spent", jsonOf(spent))
            .put("limit", jsonOf(limit))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): BudgetAlert = BudgetAlert(
                json.required("scope").asString(),
                json.required("percent").asLong(),
                json.required("spent").asLong(),
                json.required("limit").asLong(),
            )
        }
    }

    /** Something a reader should know that changed nothing. */
    public class Warning(
        /** A stable code. */
        public val code: String,
        /** The turn it concerns. */
        public val turn: String? = null,
        /** More about it. */
        public val detail: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("warning"))
            .put("code", jsonOf(code))
            .put("turn", turn?.let { a -> jsonOf(a) })
            .put("detail", jsonOf(detail))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Warning = Warning(
                json.required("code").asString(),
                json.member("turn")?.let { a -> a.asString() },
                json.required("detail").asString(),
            )
        }
    }

    /** What a fork changed. */
    public class ForkEdit(
        /** The edit. */
        public val edit: Edit,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("fork_edit"))
            .put("edit", edit.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): ForkEdit = ForkEdit(
                Edit.fromJson(json.required("edit")),
            )
        }
    }

    /** A step ended. */
    public class StepEnd(
        /** Number of the step. */
        public val step: Long,
        /** Why it ended. */
        public val why: StepWhy,
        /** Turns with a reply, in order of arrival. */
        public val arrived: List<String>,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("step_end"))
            .put("step", jsonOf(step))
            .put("why", why.toJson())
            .put("arrived", jsonList(arrived) { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): StepEnd = StepEnd(
                json.required("step").asLong(),
                StepWhy.fromJson(json.required("why")),
                json.required("arrived").asList { a -> a.asString() },
            )
        }
    }

    /** A round ended. */
    public class RoundEnd(
        /** How close the seats are. */
        public val convergence: RoundConvergence,
        /** The option with the greatest weight. */
        public val leader: String? = null,
        /** The leader's answer; labels change from round to round. */
        public val leaderValue: String? = null,
        /** Its share. */
        public val share: Double? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("round_end"))
            .put("convergence", convergence.toJson())
            .put("leader", leader?.let { a -> jsonOf(a) })
            .put("leader_value", leaderValue?.let { a -> jsonOf(a) })
            .put("share", share?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): RoundEnd = RoundEnd(
                RoundConvergence.fromJson(json.required("convergence")),
                json.member("leader")?.let { a -> a.asString() },
                json.member("leader_value")?.let { a -> a.asString() },
                json.member("share")?.let { a -> a.asDouble() },
            )
        }
    }

    /** Why the debate ends; exactly one per debate. */
    public class Stop(
        /** The cause. */
        public val cause: StopCause,
        /** The numbers. */
        public val detail: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("stop"))
            .put("cause", cause.toJson())
            .put("detail", jsonOf(detail))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Stop = Stop(
                StopCause.fromJson(json.required("cause")),
                json.required("detail").asString(),
            )
        }
    }

    /** The result. */
    public class Decision(
        /** The whole decision. */
        public val decision: ai.aragora.Decision,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("decision"))
            .put("decision", decision.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Decision = Decision(
                ai.aragora.Decision.fromJson(json.required("decision")),
            )
        }
    }

    /** The debate ended with a decision document. */
    public class DebateEnd(
        /** `finished`. */
        public val status: String,
        /** SHA-256 of the decision's canonical JSON. */
        public val decisionDigest: String? = null,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("debate_end"))
            .put("status", jsonOf(status))
            .put("decision_digest", decisionDigest?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): DebateEnd = DebateEnd(
                json.required("status").asString(),
                json.member("decision_digest")?.let { a -> a.asString() },
            )
        }
    }

    /** The debate ended without any usable reply, or by a broken protocol. */
    public class DebateFailed(
        /** Why. */
        public val error: ErrorInfo,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("debate_failed"))
            .put("error", error.toJson())
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): DebateFailed = DebateFailed(
                ErrorInfo.fromJson(json.required("error")),
            )
        }
    }

    /** The debate was cancelled. */
    public class DebateCancelled(
        /** By whom. */
        public val by: String,
        /** Why. */
        public val reason: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("debate_cancelled"))
            .put("by", jsonOf(by))
            .put("reason", jsonOf(reason))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): DebateCancelled = DebateCancelled(
                json.required("by").asString(),
                json.required("reason").asString(),
            )
        }
    }

    /** A turn begins to stream. */
    public class TokenStart(
        /** The turn. */
        public val turn: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("token_start"))
            .put("turn", jsonOf(turn))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TokenStart = TokenStart(
                json.required("turn").asString(),
            )
        }
    }

    /** A piece of text. */
    public class TokenDelta(
        /** The turn. */
        public val turn: String,
        /** The piece; adjacent ones are joined for slow readers. */
        public val text: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("token_delta"))
            .put("turn", jsonOf(turn))
            .put("text", jsonOf(text))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TokenDelta = TokenDelta(
                json.required("turn").asString(),
                json.required("text").asString(),
            )
        }
    }

    /** Forget the text of this turn so far: another attempt begins. */
    public class TokenReset(
        /** The turn. */
        public val turn: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("token_reset"))
            .put("turn", jsonOf(turn))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TokenReset = TokenReset(
                json.required("turn").asString(),
            )
        }
    }

    /** A turn is done streaming. */
    public class TokenEnd(
        /** The turn. */
        public val turn: String,
        /** Characters of the text. */
        public val chars: Long,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("token_end"))
            .put("turn", jsonOf(turn))
            .put("chars", jsonOf(chars))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): TokenEnd = TokenEnd(
                json.required("turn").asString(),
                json.required("chars").asLong(),
            )
        }
    }

    /** A piece of thinking, where a model shows it. */
    public class AgentThinking(
        /** The turn. */
        public val turn: String,
        /** The piece. */
        public val text: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("agent_thinking"))
            .put("turn", jsonOf(turn))
            .put("text", jsonOf(text))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): AgentThinking = AgentThinking(
                json.required("turn").asString(),
                json.required("text").asString(),
            )
        }
    }

    /** An attempt of a turn failed. */
    public class AgentError(
        /** The turn. */
        public val turn: String,
        /** The error's code. */
        public val code: String,
        /** Which attempt of its target, from 1. */
        public val attempt: Long,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("agent_error"))
            .put("turn", jsonOf(turn))
            .put("code", jsonOf(code))
            .put("attempt", jsonOf(attempt))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): AgentError = AgentError(
                json.required("turn").asString(),
                json.required("code").asString(),
                json.required("attempt").asLong(),
            )
        }
    }

    /** A turn is asked again of the same target. */
    public class AgentRetry(
        /** The turn. */
        public val turn: String,
        /** The attempt that follows, from 2. */
        public val attempt: Long,
        /** Code of the failure before. */
        public val code: String,
        /** The pause before it, in milliseconds. */
        public val delay: Duration,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("agent_retry"))
            .put("turn", jsonOf(turn))
            .put("attempt", jsonOf(attempt))
            .put("code", jsonOf(code))
            .put("delay_ms", jsonOf(delay))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): AgentRetry = AgentRetry(
                json.required("turn").asString(),
                json.required("attempt").asLong(),
                json.required("code").asString(),
                json.required("delay_ms").asDuration(),
            )
        }
    }

    /** A turn is asked of another target. */
    public class AgentFallbackTriggered(
        /** The turn. */
        public val turn: String,
        /** The target that failed. */
        public val from: String,
        /** The target asked now. */
        public val to: String,
        /** Code of the failure. */
        public val code: String,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("agent_fallback_triggered"))
            .put("turn", jsonOf(turn))
            .put("from", jsonOf(from))
            .put("to", jsonOf(to))
            .put("code", jsonOf(code))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): AgentFallbackTriggered = AgentFallbackTriggered(
                json.required("turn").asString(),
                json.required("from").asString(),
                json.required("to").asString(),
                json.required("code").asString(),
            )
        }
    }

    /** A turn waits under a provider's rate limit. */
    public class RateLimitWait(
        /** The provider. */
        public val provider: String,
        /** For how long at most, in milliseconds. */
        public val wait: Duration,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("rate_limit_wait"))
            .put("provider", jsonOf(provider))
            .put("wait_ms", jsonOf(wait))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): RateLimitWait = RateLimitWait(
                json.required("provider").asString(),
                json.required("wait_ms").asDuration(),
            )
        }
    }

    /** A turn's failure opened a circuit breaker: nothing is sent to its target for a while. */
    public class BreakerOpened(
        /** What it guards: `agent`. */
        public val scope: String,
        /** Whose, e.g. `openai/gpt-5`. */
        public val name: String,
        /** Failures that counted when it changed. */
        public val failures: Long,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("breaker_opened"))
            .put("scope", jsonOf(scope))
            .put("name", jsonOf(name))
            .put("failures", jsonOf(failures))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): BreakerOpened = BreakerOpened(
                json.required("scope").asString(),
                json.required("name").asString(),
                json.required("failures").asLong(),
            )
        }
    }

    /** A circuit breaker lets one probe through. */
    public class BreakerHalfOpen(
        /** What it guards: `agent`. */
        public val scope: String,
        /** Whose, e.g. `openai/gpt-5`. */
        public val name: String,
        /** Failures that counted when it changed. */
        public val failures: Long,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("breaker_half_open"))
            .put("scope", jsonOf(scope))
            .put("name", jsonOf(name))
            .put("failures", jsonOf(failures))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): BreakerHalfOpen = BreakerHalfOpen(
                json.required("scope").asString(),
                json.required("name").asString(),
                json.required("failures").asLong(),
            )
        }
    }

    /** A circuit breaker closed: its target answers again. */
    public class BreakerClosed(
        /** What it guards: `agent`. */
        public val scope: String,
        /** Whose, e.g. `openai/gpt-5`. */
        public val name: String,
        /** Failures that counted when it changed. */
        public val failures: Long,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("breaker_closed"))
            .put("scope", jsonOf(scope))
            .put("name", jsonOf(name))
            .put("failures", jsonOf(failures))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): BreakerClosed = BreakerClosed(
                json.required("scope").asString(),
                json.required("name").asString(),
                json.required("failures").asLong(),
            )
        }
    }

    /** Nothing happened for 30 seconds; the debate still runs. */
    public object Heartbeat : Value(), EventData {
        override fun toJson(): JsonValue = JsonObject(mapOf("type" to jsonOf("heartbeat")))

        override fun toString(): String = "Heartbeat"
    }

    /** This reader fell behind; recorded events are read again from the log, live ones are gone. */
    public class Lagged(
        /** First seq. */
        public val from: Long,
        /** Last seq. */
        public val to: Long,
        /** Live events lost since the stream began. */
        public val dropped: Long,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = Members()
            .put("type", jsonOf("lagged"))
            .put("from", jsonOf(from))
            .put("to", jsonOf(to))
            .put("dropped", jsonOf(dropped))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Lagged = Lagged(
                json.required("from").asLong(),
                json.required("to").asLong(),
                json.required("dropped").asLong(),
            )
        }
    }

    /** An event this version does not know; nothing of it is lost. */
    public class Unknown(
        /** Its type. */
        public val type: String,
        /** All of its members. */
        public val json: JsonValue,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = json
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): EventData {
            return when (val case = json.required("type").asString()) {
                "debate_start" -> DebateStart.fromJson(json)
                "debate_resumed" -> DebateResumed.fromJson(json)
                "round_start" -> RoundStart.fromJson(json)
                "step_start" -> StepStart.fromJson(json)
                "turn_start" -> TurnStart.fromJson(json)
                "agent_attempt" -> AgentAttempt.fromJson(json)
                "agent_message" -> AgentMessage.fromJson(json)
                "critique" -> Critique.fromJson(json)
                "vote" -> Vote.fromJson(json)
                "turn_failed" -> TurnFailed.fromJson(json)
                "turn_cancelled" -> TurnCancelled.fromJson(json)
                "turn_skipped" -> TurnSkipped.fromJson(json)
                "seat_benched" -> SeatBenched.fromJson(json)
                "context_reduced" -> ContextReduced.fromJson(json)
                "knowledge_injected" -> KnowledgeInjected.fromJson(json)
                "knowledge_degraded" -> KnowledgeDegraded.fromJson(json)
                "human_input" -> HumanInput.fromJson(json)
                "consensus_check" -> ConsensusCheck.fromJson(json)
                "analysis" -> Analysis.fromJson(json)
                "hollow_consensus" -> HollowConsensus.fromJson(json)
                "trickster_intervention" -> TricksterIntervention.fromJson(json)
                "breakpoint" -> Breakpoint.fromJson(json)
                "breakpoint_resolved" -> BreakpointResolved.fromJson(json)
                "budget_alert" -> BudgetAlert.fromJson(json)
                "warning" -> Warning.fromJson(json)
                "fork_edit" -> ForkEdit.fromJson(json)
                "step_end" -> StepEnd.fromJson(json)
                "round_end" -> RoundEnd.fromJson(json)
                "stop" -> Stop.fromJson(json)
                "decision" -> Decision.fromJson(json)
                "debate_end" -> DebateEnd.fromJson(json)
                "debate_failed" -> DebateFailed.fromJson(json)
                "debate_cancelled" -> DebateCancelled.fromJson(json)
                "token_start" -> TokenStart.fromJson(json)
                "token_delta" -> TokenDelta.fromJson(json)
                "token_reset" -> TokenReset.fromJson(json)
                "token_end" -> TokenEnd.fromJson(json)
                "agent_thinking" -> AgentThinking.fromJson(json)
                "agent_error" -> AgentError.fromJson(json)
                "agent_retry" -> AgentRetry.fromJson(json)
                "agent_fallback_triggered" -> AgentFallbackTriggered.fromJson(json)
                "rate_limit_wait" -> RateLimitWait.fromJson(json)
                "breaker_opened" -> BreakerOpened.fromJson(json)
                "breaker_half_open" -> BreakerHalfOpen.fromJson(json)
                "breaker_closed" -> BreakerClosed.fromJson(json)
                "heartbeat" -> Heartbeat
                "lagged" -> Lagged.fromJson(json)
                else -> Unknown(case, json)
            }
        }
    }
}

/** What a turn must return. */
public sealed interface Expect {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Free text. */
    public object Text : Value(), Expect {
        override fun toJson(): JsonValue = jsonOf("text")

        override fun toString(): String = "Text"
    }

    /** A JSON value of this shape. */
    public class Json(
        /** The value. */
        public val value: JsonShape,
    ) : Value(), Expect {
        override fun toJson(): JsonValue = JsonObject(mapOf("json" to value.toJson()))
    }

    /** A ballot of this shape. */
    public class Ballot(
        /** The value. */
        public val value: BallotShape,
    ) : Value(), Expect {
        override fun toJson(): JsonValue = JsonObject(mapOf("ballot" to value.toJson()))
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Expect {
            val (case, inner) = caseOf(json)
            return when (case) {
                "text" -> Text
                "json" -> Json(JsonShape.fromJson(inner))
                "ballot" -> Ballot(BallotShape.fromJson(inner))
                else -> throw unexpected(json, "a case of Expect")
            }
        }
    }
}

/** An answer taken from a reply. */
public class ExtractedAnswer(
    /** As it stands in the reply. */
    public val raw: String,
    /** The value that is compared. */
    public val value: String,
    /** The extractor that found it, `whole` for the whole reply, `unparsed` for an own candidate. */
    public val extractor: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("raw", jsonOf(raw))
        .put("value", jsonOf(value))
        .put("extractor", jsonOf(extractor))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ExtractedAnswer = ExtractedAnswer(
            json.required("raw").asString(),
            json.required("value").asString(),
            json.required("extractor").asString(),
        )
    }
}

/** A rule that finds an answer in a reply. Pure; named in the event. */
public sealed interface Extractor {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** RFC 6901 pointer into the structured value. */
    public class Structured(
        /** The pointer. */
        public val pointer: String,
    ) : Value(), Extractor {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("structured"))
            .put("pointer", jsonOf(pointer))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Structured = Structured(
                json.required("pointer").asString(),
            )
        }
    }

    /** The last `final answer:` line outside fences. */
    public object FinalAnswerLine : Value(), Extractor {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("final_answer_line")))

        override fun toString(): String = "FinalAnswerLine"
    }

    /** The last `answer:` line. */
    public object AnswerLine : Value(), Extractor {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("answer_line")))

        override fun toString(): String = "AnswerLine"
    }

    /** The last `(X)`, else the last `X)`, X one of the letters, upper-cased. */
    public class ChoiceParen(
        /** The allowed letters, e.g. `ABCD`. */
        public val letters: String,
    ) : Value(), Extractor {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("choice_paren"))
            .put("letters", jsonOf(letters))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): ChoiceParen = ChoiceParen(
                json.required("letters").asString(),
            )
        }
    }

    /** The content of the last `\boxed`. */
    public object Boxed : Value(), Extractor {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("boxed")))

        override fun toString(): String = "Boxed"
    }

    /** The first `{...}` with digits, from the last match back; else the last number. */
    public object BracesNumber : Value(), Extractor {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("braces_number")))

        override fun toString(): String = "BracesNumber"
    }

    /** The last token that is a decimal number. */
    public object FloatToken : Value(), Extractor {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("float_token")))

        override fun toString(): String = "FloatToken"
    }

    /** The last match of `-?\d*\.?\d+`. */
    public object LastNumber : Value(), Extractor {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("last_number")))

        override fun toString(): String = "LastNumber"
    }

    /** The extractor of the Hendrycks MATH evaluation. */
    public object HendrycksMath : Value(), Extractor {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("hendrycks_math")))

        override fun toString(): String = "HendrycksMath"
    }

    /** The whole trimmed reply. */
    public object Whole : Value(), Extractor {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("whole")))

        override fun toString(): String = "Whole"
    }

    /** A regular expression of at most 1 KiB, linear time. */
    public class Regex(
        /** The pattern. */
        public val pattern: String,
        /** The capture group, 0 for the whole match. */
        public val group: Long? = null,
        /** Whether the last match counts instead of the first. */
        public val last: Boolean? = null,
        /** Whether the value is upper-cased. */
        public val upper: Boolean? = null,
    ) : Value(), Extractor {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("regex"))
            .put("pattern", jsonOf(pattern))
            .put("group", group?.let { a -> jsonOf(a) })
            .put("last", last?.let { a -> jsonOf(a) })
            .put("upper", upper?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Regex = Regex(
                json.required("pattern").asString(),
                json.member("group")?.let { a -> a.asLong() },
                json.member("last")?.let { a -> a.asBoolean() },
                json.member("upper")?.let { a -> a.asBoolean() },
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Extractor {
            return when (val case = json.required("name").asString()) {
                "structured" -> Structured.fromJson(json)
                "final_answer_line" -> FinalAnswerLine
                "answer_line" -> AnswerLine
                "choice_paren" -> ChoiceParen.fromJson(json)
                "boxed" -> Boxed
                "braces_number" -> BracesNumber
                "float_token" -> FloatToken
                "last_number" -> LastNumber
                "hendrycks_math" -> HendrycksMath
                "whole" -> Whole
                "regex" -> Regex.fromJson(json)
                else -> throw unexpected(JsonString(case), "a case of Extractor")
            }
        }
    }
}

/** The environment without the question, which stands beside it. */
public class Frame(
    /** Bounds. */
    public val limits: Limits,
    /** Risk tier. */
    public val tier: RiskTier? = null,
    /** The organisation. */
    public val tenant: String,
    /** The workspace. */
    public val workspace: String,
    /** A word for ratings and search. */
    public val topic: String? = null,
    /** Words of the host. */
    public val tags: List<String>? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("limits", limits.toJson())
        .put("tier", tier?.let { a -> jsonOf(a) })
        .put("tenant", jsonOf(tenant))
        .put("workspace", jsonOf(workspace))
        .put("topic", topic?.let { a -> jsonOf(a) })
        .put("tags", tags?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Frame = Frame(
            Limits.fromJson(json.required("limits")),
            json.member("tier")?.let { a -> a.asLong() },
            json.required("tenant").asString(),
            json.required("workspace").asString(),
            json.member("topic")?.let { a -> a.asString() },
            json.member("tags")?.let { a -> a.asList { b -> b.asString() } },
        )
    }
}

/** The gate of a receipt. */
public enum class Gate(
    /** The word in a document. */
    public val word: String,
) {
    /** Decided, confidence >= .7, no unacknowledged dissent of severity >= .6. */
    Pass("PASS"),
    /** Decided otherwise. */
    Conditional("CONDITIONAL"),
    /** Not decided. */
    Fail("FAIL"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Gate =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Gate")
    }
}

/** When agreeing first answers end the debate. */
public sealed interface GatePolicy {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** What the protocol has: unanimous for `critique` and `roundtable`, off for the others. */
    public object Default : Value(), GatePolicy {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("default")))

        override fun toString(): String = "Default"
    }

    /** Every eligible seat gave an answer of one group. */
    public object Unanimous : Value(), GatePolicy {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("unanimous")))

        override fun toString(): String = "Unanimous"
    }

    /** As unanimous, and every confidence is at least this. */
    public class Confidence(
        /** 0..=1 in millionths. In millionths. */
        public val min: Long,
    ) : Value(), GatePolicy {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("confidence"))
            .put("min", jsonOf(min))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Confidence = Confidence(
                json.required("min").asLong(),
            )
        }
    }

    /** Never. */
    public object Off : Value(), GatePolicy {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("off")))

        override fun toString(): String = "Off"
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): GatePolicy {
            return when (val case = json.required("name").asString()) {
                "default" -> Default
                "unanimous" -> Unanimous
                "confidence" -> Confidence.fromJson(json)
                "off" -> Off
                else -> throw unexpected(JsonString(case), "a case of GatePolicy")
            }
        }
    }
}

/** Why a turn was given up or never started. */
public enum class GiveUp(
    /** The word in a document. */
    public val word: String,
) {
    /** The threshold was reached without it. */
    Consensus("consensus"),
    /** Enough others had answered. */
    Quorum("quorum"),
    /** Time was up. */
    Deadline("deadline"),
    /** A limit would be passed. */
    Budget("budget"),
    /** A hedge answered first. */
    HedgeLost("hedge_lost"),
    /** The process that ran it stopped. */
    OwnerLost("owner_lost"),
    /** The seat had failed too often. */
    Benched("benched"),
    /** The debate was cancelled. */
    DebateCancelled("debate_cancelled"),
    /** A person took it. */
    Human("human"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): GiveUp =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of GiveUp")
    }
}

/** How long stragglers get once a quorum is in: the longer of a fixed time and a share of the time elapsed. */
public class Grace(
    /** Fixed time, default 250 ms. */
    public val atLeast: Duration? = null,
    /** Share of the time elapsed in the step in thousandths, default 500. */
    public val elapsedThousandths: Long? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("at_least_ms", atLeast?.let { a -> jsonOf(a) })
        .put("elapsed_thousandths", elapsedThousandths?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Grace = Grace(
            json.member("at_least_ms")?.let { a -> a.asDuration() },
            json.member("elapsed_thousandths")?.let { a -> a.asLong() },
        )
    }
}

/** Whether a seat's own earlier exchange precedes the prompt. */
public enum class HistoryPolicy(
    /** The word in a document. */
    public val word: String,
) {
    /** It does; the default. */
    Own("own"),
    /** It does not. */
    None("none"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): HistoryPolicy =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of HistoryPolicy")
    }
}

/** What a person said. */
public enum class HumanInputKind(
    /** The word in a document. */
    public val word: String,
) {
    /** A message to all. */
    Message("message"),
    /** Guidance for the next round. */
    Guidance("guidance"),
    /** A vote. */
    UserVote("user_vote"),
    /** An answer that resolves the debate. */
    Answer("answer"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): HumanInputKind =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of HumanInputKind")
    }
}

/** A person's answer. */
public class HumanReply(
    /** The text, at most 4 MiB. */
    public val text: String,
    /** The structured value, e.g. from a form. */
    public val structured: JsonValue? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("text", jsonOf(text))
        .put("structured", structured)
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): HumanReply = HumanReply(
            json.required("text").asString(),
            json.member("structured"),
        )
    }
}

/** How participants appear to each other. */
public enum class Identity(
    /** The word in a document. */
    public val word: String,
) {
    /** As Agent-1..n by a seeded shuffle, stable over the debate. */
    Anonymous("anonymous"),
    /** By their ids. */
    Named("named"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Identity =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Identity")
    }
}

/** A challenge or guidance that was given during the debate. */
public class Intervention(
    /** What kind. */
    public val kind: String,
    /** When. */
    public val round: Long,
    /** To whom. */
    public val targets: List<String>,
    /** Its text. */
    public val text: String,
    /** Whether it was met. */
    public val resolved: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("kind", jsonOf(kind))
        .put("round", jsonOf(round))
        .put("targets", jsonList(targets) { a -> jsonOf(a) })
        .put("text", jsonOf(text))
        .put("resolved", jsonOf(resolved))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Intervention = Intervention(
            json.required("kind").asString(),
            json.required("round").asLong(),
            json.required("targets").asList { a -> a.asString() },
            json.required("text").asString(),
            json.required("resolved").asBoolean(),
        )
    }
}

/** Why a reply is not a ballot. */
public enum class InvalidWhy(
    /** The word in a document. */
    public val word: String,
) {
    /** Nothing in it is a ballot. */
    NoBallot("no_ballot"),
    /** A label that was not offered. */
    UnknownLabel("unknown_label"),
    /** Two different choices at once. */
    Conflicting("conflicting"),
    /** In no form that is agreed. */
    Malformed("malformed"),
    /** A number outside the declared range. */
    OutOfRange("out_of_range"),
    /** One option twice. */
    Duplicate("duplicate"),
    /** The participant refused, or a filter stopped it. */
    Refused("refused"),
    /** Cut off before the ballot was complete. */
    Truncated("truncated"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): InvalidWhy =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of InvalidWhy")
    }
}

/** When a step ends. */
public sealed interface Join {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** When every turn has ended. */
    public object All : Value(), Join {
        override fun toJson(): JsonValue = jsonOf("all")

        override fun toString(): String = "All"
    }

    /** When this many usable replies are in and the grace for stragglers is over. */
    public class Quorum(
        /** Usable replies. */
        public val min: Long,
        /** How long stragglers get. */
        public val grace: Grace? = null,
    ) : Value(), Join {
        override fun toJson(): JsonValue = JsonObject(mapOf("quorum" to Members()
            .put("min", jsonOf(min))
            .put("grace", grace?.let { a -> a.toJson() })
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Quorum = Quorum(
                json.required("min").asLong(),
                json.member("grace")?.let { a -> Grace.fromJson(a) },
            )
        }
    }

    /** As soon as the rule decides over the replies so far; checked after every reply. */
    public class Consensus(
        /** The value. */
        public val value: RuleConfig,
    ) : Value(), Join {
        override fun toJson(): JsonValue = JsonObject(mapOf("consensus" to value.toJson()))
    }

    /** With the first usable reply. */
    public object First : Value(), Join {
        override fun toJson(): JsonValue = jsonOf("first")

        override fun toString(): String = "First"
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Join {
            val (case, inner) = caseOf(json)
            return when (case) {
                "all" -> All
                "quorum" -> Quorum.fromJson(inner)
                "consensus" -> Consensus(RuleConfig.fromJson(inner))
                "first" -> First
                else -> throw unexpected(json, "a case of Join")
            }
        }
    }
}

/** A named JSON Schema. */
public class JsonShape(
    /** What providers are told it is called. */
    public val name: String,
    /**
     * JSON Schema, an object of at most 64 KiB and 32 levels; shared, because every turn of a step asks for the
     * same.
     */
    public val schema: JsonValue,
    /** Whether providers should enforce it. */
    public val strict: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("name", jsonOf(name))
        .put("schema", schema)
        .put("strict", jsonOf(strict))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): JsonShape = JsonShape(
            json.required("name").asString(),
            json["schema"] ?: JsonNull,
            json.required("strict").asBoolean(),
        )
    }
}

/** How old the key that encrypts is. Age never stops decryption. */
public class KeyAge(
    /** The key's id. */
    public val key: String,
    /** When it was first announced in this store. */
    public val since: Instant,
    /** Whether that is 90 days ago. */
    public val rotationDue: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("key", jsonOf(key))
        .put("since", jsonOfMillis(since))
        .put("rotation_due", jsonOf(rotationDue))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): KeyAge = KeyAge(
            json.required("key").asString(),
            json.required("since").asInstantMs(),
            json.required("rotation_due").asBoolean(),
        )
    }
}

/** Which keys the stored rows need. */
public class KeyCensus(
    /** Rows by table and key id; a row under two keys counts for both. */
    public val rows: Map<String, Map<String, Long>>,
    /** Rows of sealed tables that no key protects, by table. */
    public val plain: Map<String, Long>,
    /** The ids of the keys that reading each retained backup takes, by the backup's id. */
    public val backups: Map<String, List<String>>,
    /** When it was begun. */
    public val takenAt: Instant,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("rows", jsonMap(rows) { a -> jsonMap(a) { b -> jsonOf(b) } })
        .put("plain", jsonMap(plain) { a -> jsonOf(a) })
        .put("backups", jsonMap(backups) { a -> jsonList(a) { b -> jsonOf(b) } })
        .put("taken_at", jsonOfMillis(takenAt))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): KeyCensus = KeyCensus(
            json.required("rows").asMap { a -> a.asMap { b -> b.asLong() } },
            json.required("plain").asMap { a -> a.asLong() },
            json.required("backups").asMap { a -> a.asList { b -> b.asString() } },
            json.required("taken_at").asInstantMs(),
        )
    }
}

/** A label shown to a voter and the option it stands for. */
public class Label(
    /** What is shown: a capital letter without I and O, two of them beyond 24 options. */
    public val label: String,
    /** What it stands for. */
    public val option: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("label", jsonOf(label))
        .put("option", jsonOf(option))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Label = Label(
            json.required("label").asString(),
            json.required("option").asString(),
        )
    }
}

/** The last failure of a target. */
public class LastError(
    /** The error's code. */
    public val code: String,
    /** When. */
    public val at: Instant,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("code", jsonOf(code))
        .put("at", jsonOfMillis(at))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): LastError = LastError(
            json.required("code").asString(),
            json.required("at").asInstantMs(),
        )
    }
}

/** What the layers around named models do. What is absent keeps its default. */
public class Layers(
    /** No layers at all: every failure reaches the debate at once, and nobody stands in. */
    public val bare: Boolean? = null,
    /**
     * Models that stand in for one whose provider fails, in this order; empty: nobody. Default OpenRouter where
     * its key is set.
     */
    public val fallback: List<String>? = null,
    /** Requests to repair an unusable answer, default 1. */
    public val repairs: Long? = null,
    /** How often the same target is asked again, default 2. */
    public val retries: Long? = null,
    /** The longest first pause before it is, default 0.5 s; doubled for each further one. */
    public val retryFirst: Duration? = null,
    /** The longest such pause, default 8 s. */
    public val retryLongest: Duration? = null,
    /** When a second copy of a slow call is sent, default never. */
    public val hedgeAfter: Duration? = null,
    /** How long one attempt may take, default 240 s. */
    public val attemptLimit: Duration? = null,
    /** Requests per minute and target, default no limit of ours. */
    public val requestsPerMinute: Long? = null,
    /** Tokens per minute and target, prompt and output together, default no limit of ours. */
    public val tokensPerMinute: Long? = null,
    /** The longest anybody waits for a rate limit, default 60 s. */
    public val longestWait: Duration? = null,
    /** Calls of a target in flight, default 8. */
    public val inFlight: Long? = null,
    /** Calls that may wait for one of those to end, default 256. */
    public val queue: Long? = null,
    /** Failures within the window that open a target's breaker, default 3, for OpenRouter 5. */
    public val breakerFailures: Long? = null,
    /** That window, default 60 s, for OpenRouter 120 s. */
    public val breakerWindow: Duration? = null,
    /** How long a breaker stays open before one probe is let through, default 60 s. */
    public val breakerOpenFor: Duration? = null,
    /**
     * What calls may cost, default as much as they like. A call is booked on all budgets it belongs to, or is
     * refused.
     */
    public val budgets: List<Budget>? = null,
    /** Keeps replies, default no. */
    public val cache: ReplyCache? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("bare", bare?.let { a -> jsonOf(a) })
        .put("fallback", fallback?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .put("repairs", repairs?.let { a -> jsonOf(a) })
        .put("retries", retries?.let { a -> jsonOf(a) })
        .put("retry_first_ms", retryFirst?.let { a -> jsonOf(a) })
        .put("retry_longest_ms", retryLongest?.let { a -> jsonOf(a) })
        .put("hedge_after_ms", hedgeAfter?.let { a -> jsonOf(a) })
        .put("attempt_limit_ms", attemptLimit?.let { a -> jsonOf(a) })
        .put("requests_per_minute", requestsPerMinute?.let { a -> jsonOf(a) })
        .put("tokens_per_minute", tokensPerMinute?.let { a -> jsonOf(a) })
        .put("longest_wait_ms", longestWait?.let { a -> jsonOf(a) })
        .put("in_flight", inFlight?.let { a -> jsonOf(a) })
        .put("queue", queue?.let { a -> jsonOf(a) })
        .put("breaker_failures", breakerFailures?.let { a -> jsonOf(a) })
        .put("breaker_window_ms", breakerWindow?.let { a -> jsonOf(a) })
        .put("breaker_open_for_ms", breakerOpenFor?.let { a -> jsonOf(a) })
        .put("budgets", budgets?.let { a -> jsonList(a) { b -> b.toJson() } })
        .put("cache", cache?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Layers = Layers(
            json.member("bare")?.let { a -> a.asBoolean() },
            json.member("fallback")?.let { a -> a.asList { b -> b.asString() } },
            json.member("repairs")?.let { a -> a.asLong() },
            json.member("retries")?.let { a -> a.asLong() },
            json.member("retry_first_ms")?.let { a -> a.asDuration() },
            json.member("retry_longest_ms")?.let { a -> a.asDuration() },
            json.member("hedge_after_ms")?.let { a -> a.asDuration() },
            json.member("attempt_limit_ms")?.let { a -> a.asDuration() },
            json.member("requests_per_minute")?.let { a -> a.asLong() },
            json.member("tokens_per_minute")?.let { a -> a.asLong() },
            json.member("longest_wait_ms")?.let { a -> a.asDuration() },
            json.member("in_flight")?.let { a -> a.asLong() },
            json.member("queue")?.let { a -> a.asLong() },
            json.member("breaker_failures")?.let { a -> a.asLong() },
            json.member("breaker_window_ms")?.let { a -> a.asDuration() },
            json.member("breaker_open_for_ms")?.let { a -> a.asDuration() },
            json.member("budgets")?.let { a -> a.asList { b -> Budget.fromJson(b) } },
            json.member("cache")?.let { a -> ReplyCache.fromJson(a) },
        )
    }
}

/** How prompts are laid out. */
public sealed interface Layout {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Shared prefixes: rules, question, transcript, then what differs by seat. */
    public object Shared : Value(), Layout {
        override fun toJson(): JsonValue = jsonOf("shared")

        override fun toString(): String = "Shared"
    }

    /** Own history with a published preset's texts, byte for byte. */
    public class Preset(
        /** The value. */
        public val value: ai.aragora.Preset,
    ) : Value(), Layout {
        override fun toJson(): JsonValue = JsonObject(mapOf("preset" to value.toJson()))
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Layout {
            val (case, inner) = caseOf(json)
            return when (case) {
                "shared" -> Shared
                "preset" -> Preset(ai.aragora.Preset.fromJson(inner))
                else -> throw unexpected(json, "a case of Layout")
            }
        }
    }
}

/** Bounds of one debate. Absent limits are unlimited. */
public class Limits(
    /** Rounds, 1..=50, default 2. */
    public val rounds: Long? = null,
    /** The whole debate, 1 s..=24 h, default 900 s. */
    public val deadline: Duration? = null,
    /** One turn, default 60 s. */
    public val turnTimeout: Duration? = null,
    /** Calls to agents. */
    public val calls: Long? = null,
    /** Input tokens. */
    public val inputTokens: Long? = null,
    /** Output tokens. */
    public val outputTokens: Long? = null,
    /** Money, in micro-dollars. */
    public val costMicros: Long? = null,
    /** Output tokens of one turn, default 2,048. */
    public val maxOutputTokens: Long? = null,
    /** Calls of this debate at the same time, default 16. */
    public val maxParallel: Long? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("rounds", rounds?.let { a -> jsonOf(a) })
        .put("deadline_ms", deadline?.let { a -> jsonOf(a) })
        .put("turn_timeout_ms", turnTimeout?.let { a -> jsonOf(a) })
        .put("calls", calls?.let { a -> jsonOf(a) })
        .put("input_tokens", inputTokens?.let { a -> jsonOf(a) })
        .put("output_tokens", outputTokens?.let { a -> jsonOf(a) })
        .put("cost_micros", costMicros?.let { a -> jsonOf(a) })
        .put("max_output_tokens", maxOutputTokens?.let { a -> jsonOf(a) })
        .put("max_parallel", maxParallel?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Limits = Limits(
            json.member("rounds")?.let { a -> a.asLong() },
            json.member("deadline_ms")?.let { a -> a.asDuration() },
            json.member("turn_timeout_ms")?.let { a -> a.asDuration() },
            json.member("calls")?.let { a -> a.asLong() },
            json.member("input_tokens")?.let { a -> a.asLong() },
            json.member("output_tokens")?.let { a -> a.asLong() },
            json.member("cost_micros")?.let { a -> a.asLong() },
            json.member("max_output_tokens")?.let { a -> a.asLong() },
            json.member("max_parallel")?.let { a -> a.asLong() },
        )
    }
}

/**
 * One rendered message of a request to an agent. Author = the asked agent maps to the assistant role, every
 * other author to the user role.
 */
public class Message(
    /** Identifies the message inside its request. */
    public val id: String,
    /** Who said it. */
    public val author: Author,
    /** The whole text, unchanged. */
    public val text: String,
    /** Who may see it. */
    public val visibility: Visibility,
    /** Whether a provider may cache the prompt up to and including this message. */
    public val cachePoint: Boolean? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("author", author.toJson())
        .put("text", jsonOf(text))
        .put("visibility", visibility.toJson())
        .put("cache_point", cachePoint?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Message = Message(
            json.required("id").asString(),
            Author.fromJson(json.required("author")),
            json.required("text").asString(),
            Visibility.fromJson(json.required("visibility")),
            json.member("cache_point")?.let { a -> a.asBoolean() },
        )
    }
}

/** What a message is. */
public enum class MessageKind(
    /** The word in a document. */
    public val word: String,
) {
    /** A first or repeated answer. */
    Answer("answer"),
    /** Criticism. */
    Critique("critique"),
    /** A revised answer. */
    Revision("revision"),
    /** A speech. */
    Speech("speech"),
    /** A ballot, raw. */
    Ballot("ballot"),
    /** A ranking, raw. */
    Ranking("ranking"),
    /** A judgement. */
    Judgement("judgement"),
    /** A synthesis. */
    Synthesis("synthesis"),
    /** A message of the library to participants. */
    Intervention("intervention"),
    /** A person's word that is nobody's turn. */
    Human("human"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): MessageKind =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of MessageKind")
    }
}

/** What a model can do. Absent means the dialect's permissive default. */
public class ModelCaps(
    /** The window in tokens, prompt and output together. */
    public val context: Long? = null,
    /** The most tokens it writes. */
    public val maxOutput: Long? = null,
    /** Whether it can be held to a JSON schema. */
    public val jsonSchema: Boolean? = null,
    /** Whether it can be made to call one tool. */
    public val forcedTool: Boolean? = null,
    /** Whether it takes `temperature` and `top_p`. A model that thinks on demand takes them while it does not. */
    public val temperature: Boolean? = null,
    /** The efforts it takes, weakest first; empty: none. `Effort::None` among them: thinking can be turned off. */
    public val efforts: List<Effort>? = null,
    /** Whether effort is told as a budget of tokens, as to models before Claude 4.6 and Gemini 3. */
    public val thinkingBudget: Boolean? = null,
    /** Whether it knows a system role. */
    public val systemRole: Boolean? = null,
    /** `max_tokens` or `max_completion_tokens`. */
    public val maxTokensKey: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("context", context?.let { a -> jsonOf(a) })
        .put("max_output", maxOutput?.let { a -> jsonOf(a) })
        .put("json_schema", jsonSchema?.let { a -> jsonOf(a) })
        .put("forced_tool", forcedTool?.let { a -> jsonOf(a) })
        .put("temperature", temperature?.let { a -> jsonOf(a) })
        .put("efforts", efforts?.let { a -> jsonList(a) { b -> b.toJson() } })
        .put("thinking_budget", thinkingBudget?.let { a -> jsonOf(a) })
        .put("system_role", systemRole?.let { a -> jsonOf(a) })
        .put("max_tokens_key", maxTokensKey?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ModelCaps = ModelCaps(
            json.member("context")?.let { a -> a.asLong() },
            json.member("max_output")?.let { a -> a.asLong() },
            json.member("json_schema")?.let { a -> a.asBoolean() },
            json.member("forced_tool")?.let { a -> a.asBoolean() },
            json.member("temperature")?.let { a -> a.asBoolean() },
            json.member("efforts")?.let { a -> a.asList { b -> Effort.fromJson(b) } },
            json.member("thinking_budget")?.let { a -> a.asBoolean() },
            json.member("system_role")?.let { a -> a.asBoolean() },
            json.member("max_tokens_key")?.let { a -> a.asString() },
        )
    }
}

/** One stated option. */
public class OptionSpec(
    /** Its id in ballots and decisions. */
    public val id: String,
    /** Its text, at most 10,000 characters; texts must differ after normalisation. */
    public val text: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("text", jsonOf(text))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): OptionSpec = OptionSpec(
            json.required("id").asString(),
            json.required("text").asString(),
        )
    }
}

/** An option that can be voted for: a stated one, or a group of equal answers. */
public class OptionView(
    /** Its id: a stated id, or the label of the group. */
    public val id: String,
    /** The label shown in prompts. */
    public val label: String,
    /** The value that is compared. */
    public val value: String,
    /** The whole text shown to voters: the first member's reply, or the stated text. */
    public val text: String,
    /** Whose answer it is, in roster order. */
    public val authors: List<String>,
    /** The message that text is of; absent for a stated text. */
    public val shown: String?,
    /** The members' messages. */
    public val messages: List<String>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("label", jsonOf(label))
        .put("value", jsonOf(value))
        .put("text", jsonOf(text))
        .put("authors", jsonList(authors) { a -> jsonOf(a) })
        .put("shown", shown?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("messages", jsonList(messages) { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): OptionView = OptionView(
            json.required("id").asString(),
            json.required("label").asString(),
            json.required("value").asString(),
            json.required("text").asString(),
            json.required("authors").asList { a -> a.asString() },
            json.member("shown")?.let { a -> a.asString() },
            json.required("messages").asList { a -> a.asString() },
        )
    }
}

/** Whether the turns of a step run at once. */
public enum class Order(
    /** The word in a document. */
    public val word: String,
) {
    /** All at once, up to `max_parallel`. */
    Parallel("parallel"),
    /** Each waits for the one before. */
    Sequential("sequential"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Order =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Order")
    }
}

/** Given orders, by roster index. What is not given falls back to roster order. */
public class Orders(
    /** `asked[round - 1]`: the order of asking. */
    public val asked: List<List<Long>>? = null,
    /** `shown[round - 1][seat]`: the order in which that seat is shown the previous replies. */
    public val shown: List<List<List<Long>?>>? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("asked", asked?.let { a -> jsonList(a) { b -> jsonList(b) { c -> jsonOf(c) } } })
        .put("shown", shown?.let { a -> jsonList(a) { b -> jsonList(b) { c -> (c?.let { d -> jsonList(d) { e -> jsonOf(e) } } ?: JsonNull) } } })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Orders = Orders(
            json.member("asked")?.let { a -> a.asList { b -> b.asList { c -> c.asLong() } } },
            json.member("shown")?.let { a -> a.asList { b -> b.asList { c -> c.takeUnless { it === JsonNull }?.let { d -> d.asList { e -> e.asLong() } } } } },
        )
    }
}

/** What the rule found. */
public sealed interface Outcome {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** One option won. */
    public object Decided : Value(), Outcome {
        override fun toJson(): JsonValue = jsonOf("decided")

        override fun toString(): String = "Decided"
    }

    /** These options are tied. */
    public class Tie(
        /** The value. */
        public val value: List<String>,
    ) : Value(), Outcome {
        override fun toJson(): JsonValue = JsonObject(mapOf("tie" to jsonList(value) { a -> jsonOf(a) }))
    }

    /** Votes were counted and nobody passed the test. */
    public object NotReached : Value(), Outcome {
        override fun toJson(): JsonValue = jsonOf("not_reached")

        override fun toString(): String = "NotReached"
    }

    /** Too few took part. */
    public object NoQuorum : Value(), Outcome {
        override fun toJson(): JsonValue = jsonOf("no_quorum")

        override fun toString(): String = "NoQuorum"
    }

    /** Nobody cast a vote. */
    public object NoEvidence : Value(), Outcome {
        override fun toJson(): JsonValue = jsonOf("no_evidence")

        override fun toString(): String = "NoEvidence"
    }

    /** The rule seeks no decision. */
    public object NotSought : Value(), Outcome {
        override fun toJson(): JsonValue = jsonOf("not_sought")

        override fun toString(): String = "NotSought"
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Outcome {
            val (case, inner) = caseOf(json)
            return when (case) {
                "decided" -> Decided
                "tie" -> Tie(inner.asList { a -> a.asString() })
                "not_reached" -> NotReached
                "no_quorum" -> NoQuorum
                "no_evidence" -> NoEvidence
                "not_sought" -> NotSought
                else -> throw unexpected(json, "a case of Outcome")
            }
        }
    }
}

/** Where a debate was forked from. */
public class Parent(
    /** The parent. */
    public val debate: String,
    /** The last record taken over. */
    public val seq: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("debate", jsonOf(debate))
        .put("seq", jsonOf(seq))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Parent = Parent(
            json.required("debate").asString(),
            json.required("seq").asLong(),
        )
    }
}

/** Something about a reply that a reader should know and that did not make it invalid. */
public class ParseWarning(
    /** `confidence_rejected`, `severity_rejected`, `ballot_revised` or `critique_unstructured`. */
    public val code: String,
    /** What was found. */
    public val detail: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("code", jsonOf(code))
        .put("detail", jsonOf(detail))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ParseWarning = ParseWarning(
            json.required("code").asString(),
            json.required("detail").asString(),
        )
    }
}

/** What a voter's reply says. */
public class ParsedBallot(
    /** The ballot; `Invalid` whenever the reply is not clearly one. A judge's tie is a ranking with one rank. */
    public val ballot: Ballot,
    /** Stated confidence 0..=1, rounded to six decimals. */
    public val confidence: Double?,
    /** The stated reason. */
    public val reason: String?,
    /** Whether the voter wants the debate to go on. */
    public val goOn: Boolean?,
    /** Whether the voter is ready to decide; from structured output only. */
    public val ready: Boolean?,
    /** Whether some offered options were left unranked or without a score. */
    public val partial: Boolean,
    /** What the reply says it answers; from structured output only. */
    public val respondsTo: List<String>,
    /** A judge's probability per option, normalised to sum 1; empty if not given. */
    public val probabilities: Map<String, Long>,
    /** What a reader should know. */
    public val warnings: List<ParseWarning>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("ballot", ballot.toJson())
        .put("confidence", confidence?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("reason", reason?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("continue", goOn?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("ready", ready?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("partial", jsonOf(partial))
        .put("responds_to", jsonList(respondsTo) { a -> jsonOf(a) })
        .put("probabilities", jsonMap(probabilities) { a -> jsonOf(a) })
        .put("warnings", jsonList(warnings) { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ParsedBallot = ParsedBallot(
            Ballot.fromJson(json.required("ballot")),
            json.member("confidence")?.let { a -> a.asDouble() },
            json.member("reason")?.let { a -> a.asString() },
            json.member("continue")?.let { a -> a.asBoolean() },
            json.member("ready")?.let { a -> a.asBoolean() },
            json.required("partial").asBoolean(),
            json.required("responds_to").asList { a -> a.asString() },
            json.required("probabilities").asMap { a -> a.asLong() },
            json.required("warnings").asList { a -> ParseWarning.fromJson(a) },
        )
    }
}

/** A critique of one target. */
public class ParsedCritique(
    /**
     * The target as the critic names it, e.g. `Agent-2`; absent if it names none. Whether it is a seat the
     * critic was shown, and not the critic itself, is the caller's to check.
     */
    public val target: String?,
    /** Problems. */
    public val issues: List<String>,
    /** Suggestions. */
    public val suggestions: List<String>,
    /** 0..=10, rounded to six decimals: 0-2 cosmetic, 3-5 moderate, 6-8 significant, 9-10 invalidates. */
    public val severity: Double?,
    /** Why. */
    public val reasoning: String,
    /** `severity_rejected`, `critique_unstructured`. */
    public val warnings: List<ParseWarning>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("target", target?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("issues", jsonList(issues) { a -> jsonOf(a) })
        .put("suggestions", jsonList(suggestions) { a -> jsonOf(a) })
        .put("severity", severity?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("reasoning", jsonOf(reasoning))
        .put("warnings", jsonList(warnings) { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ParsedCritique = ParsedCritique(
            json.member("target")?.let { a -> a.asString() },
            json.required("issues").asList { a -> a.asString() },
            json.required("suggestions").asList { a -> a.asString() },
            json.member("severity")?.let { a -> a.asDouble() },
            json.required("reasoning").asString(),
            json.required("warnings").asList { a -> ParseWarning.fromJson(a) },
        )
    }
}

/** A point at which a person is waited for. */
public class Pause(
    /** Its id, unique in the debate. */
    public val id: String,
    /** What triggered it. */
    public val trigger: String,
    /** Positions, issues and tally for the person. */
    public val snapshot: JsonValue,
    /** Escalation level 1..=3. */
    public val level: Long,
    /** How long to wait; then the debate goes on. */
    public val wait: Duration,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("trigger", jsonOf(trigger))
        .put("snapshot", snapshot)
        .put("level", jsonOf(level))
        .put("wait_ms", jsonOf(wait))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Pause = Pause(
            json.required("id").asString(),
            json.required("trigger").asString(),
            json["snapshot"] ?: JsonNull,
            json.required("level").asLong(),
            json.required("wait_ms").asDuration(),
        )
    }
}

/** What became of a person's turn. */
public sealed interface PendingState {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Nobody has answered yet. */
    public object Pending : Value(), PendingState {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("pending")))

        override fun toString(): String = "Pending"
    }

    /** Answered. */
    public class Answered(
        /** The answer. */
        public val reply: HumanReply,
        /** By whom. */
        public val by: String,
        /** When. */
        public val at: Instant,
    ) : Value(), PendingState {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("answered"))
            .put("reply", reply.toJson())
            .put("by", jsonOf(by))
            .put("at", jsonOfMillis(at))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Answered = Answered(
                HumanReply.fromJson(json.required("reply")),
                json.required("by").asString(),
                json.required("at").asInstantMs(),
            )
        }
    }

    /** Declined. */
    public class Declined(
        /** Why. */
        public val reason: String,
        /** By whom. */
        public val by: String,
        /** When. */
        public val at: Instant,
    ) : Value(), PendingState {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("declined"))
            .put("reason", jsonOf(reason))
            .put("by", jsonOf(by))
            .put("at", jsonOfMillis(at))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Declined = Declined(
                json.required("reason").asString(),
                json.required("by").asString(),
                json.required("at").asInstantMs(),
            )
        }
    }

    /** Nobody answered in time. */
    public object Expired : Value(), PendingState {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("expired")))

        override fun toString(): String = "Expired"
    }

    /** The debate no longer needs it. */
    public object Cancelled : Value(), PendingState {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("cancelled")))

        override fun toString(): String = "Cancelled"
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PendingState {
            return when (val case = json.required("name").asString()) {
                "pending" -> Pending
                "answered" -> Answered.fromJson(json)
                "declined" -> Declined.fromJson(json)
                "expired" -> Expired
                "cancelled" -> Cancelled
                else -> throw unexpected(JsonString(case), "a case of PendingState")
            }
        }
    }
}

/** What a person is asked, and what became of it. It holds only the messages that participant may see. */
public class PendingTurn(
    /** The request, and the key of this record. */
    public val id: String,
    /** Who is asked. */
    public val agent: String,
    /** Digest of the request: an answer is used for this question only. */
    public val digest: String,
    /** The debate, for sorting. */
    public val debate: String? = null,
    /** The round, for sorting. */
    public val round: Long,
    /** The phase, for sorting. */
    public val phase: Phase,
    /** The part to play. */
    public val role: Role,
    /** Who to be. */
    public val persona: Persona? = null,
    /** Rules and output format. */
    public val system: String,
    /** The conversation as this participant sees it. */
    public val messages: List<SeenMessage>,
    /** What must be answered. */
    public val expect: Expect,
    /** When it was asked. */
    public val askedAt: Instant,
    /** When the answer is no longer of use. */
    public val deadline: Instant,
    /** What became of it. */
    public val state: PendingState,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("agent", jsonOf(agent))
        .put("digest", jsonOf(digest))
        .put("debate", debate?.let { a -> jsonOf(a) })
        .put("round", jsonOf(round))
        .put("phase", phase.toJson())
        .put("role", role.toJson())
        .put("persona", persona?.let { a -> a.toJson() })
        .put("system", jsonOf(system))
        .put("messages", jsonList(messages) { a -> a.toJson() })
        .put("expect", expect.toJson())
        .put("asked_at", jsonOfMillis(askedAt))
        .put("deadline", jsonOfMillis(deadline))
        .put("state", state.toJson())
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PendingTurn = PendingTurn(
            json.required("id").asString(),
            json.required("agent").asString(),
            json.required("digest").asString(),
            json.member("debate")?.let { a -> a.asString() },
            json.required("round").asLong(),
            Phase.fromJson(json.required("phase")),
            Role.fromJson(json.required("role")),
            json.member("persona")?.let { a -> Persona.fromJson(a) },
            json.required("system").asString(),
            json.required("messages").asList { a -> SeenMessage.fromJson(a) },
            Expect.fromJson(json.required("expect")),
            json.required("asked_at").asInstantMs(),
            json.required("deadline").asInstantMs(),
            PendingState.fromJson(json.required("state")),
        )
    }
}

/** Turns people have not answered yet. */
public class PendingTurns(
    /** The turns, in the order of their ids. */
    public val turns: List<PendingTurn>,
    /** Whether there are more than were asked for. */
    public val more: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("turns", jsonList(turns) { a -> a.toJson() })
        .put("more", jsonOf(more))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PendingTurns = PendingTurns(
            json.required("turns").asList { a -> PendingTurn.fromJson(a) },
            json.required("more").asBoolean(),
        )
    }
}

/** A period of the calendar in UTC. */
public enum class Period(
    /** The word in a document. */
    public val word: String,
) {
    /** From midnight. */
    Day("day"),
    /** From Monday. */
    Week("week"),
    /** From the first of the month. */
    Month("month"),
    /** From the first of January, April, July or October. */
    Quarter("quarter"),
    /** From the first of January. */
    Year("year"),
    /** For ever. */
    Unlimited("unlimited"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Period =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Period")
    }
}

/** Who a participant is asked to be. */
public class Persona(
    /** A short name, e.g. `Economist`. */
    public val name: String,
    /** The side to argue. */
    public val stance: Stance? = null,
    /** What the persona cares about and how it speaks. */
    public val instructions: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("name", jsonOf(name))
        .put("stance", stance?.let { a -> a.toJson() })
        .put("instructions", instructions?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Persona = Persona(
            json.required("name").asString(),
            json.member("stance")?.let { a -> Stance.fromJson(a) },
            json.member("instructions")?.let { a -> a.asString() },
        )
    }
}

/** What a step asks for; part of the turn id. */
public enum class Phase(
    /** The word in a document. */
    public val word: String,
) {
    /** Gathering of context before anybody answers. */
    Context("context"),
    /** An answer to the question. */
    Answer("answer"),
    /** Criticism of the answers of others. */
    Critique("critique"),
    /** A new version of the own answer. */
    Revise("revise"),
    /** A contribution in turn order. */
    Speech("speech"),
    /** A ballot. */
    Vote("vote"),
    /** A ranking of what others said. */
    Rank("rank"),
    /** A judgement. */
    Judge("judge"),
    /** A moderator's word. */
    Moderate("moderate"),
    /** Merging of several contributions into one. */
    Synthesize("synthesize"),
    /** An attack in a stress test. */
    Attack("attack"),
    /** The defence against an attack. */
    Defend("defend"),
    /** A probe of an agent's habits. */
    Probe("probe"),
    /** A review of a document or diff. */
    Review("review"),
    /** Confirmation or refutation of findings. */
    Confirm("confirm"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Phase =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Phase")
    }
}

/** One planned turn of a step. */
public class PlannedAsk(
    /** The turn. */
    public val turn: String,
    /** The seat. */
    public val seat: String,
    /** Its part in this turn. */
    public val role: Role,
    /** Digest of the whole request, so that a resume can tell whether it would ask the same. */
    public val promptDigest: String,
    /** The messages shown, in the order shown. */
    public val shown: List<String>,
    /** Labels of this voter where they differ by voter. */
    public val labels: Map<String, String>? = null,
    /** What must be returned. */
    public val expect: Expect,
    /** Output limit. */
    public val maxOutputTokens: Long,
    /** Time limit. */
    public val deadline: Duration,
    /** What is set aside for it. */
    public val reserve: Reserve,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("turn", jsonOf(turn))
        .put("seat", jsonOf(seat))
        .put("role", role.toJson())
        .put("prompt_digest", jsonOf(promptDigest))
        .put("shown", jsonList(shown) { a -> jsonOf(a) })
        .put("labels", labels?.let { a -> jsonMap(a) { b -> jsonOf(b) } })
        .put("expect", expect.toJson())
        .put("max_output_tokens", jsonOf(maxOutputTokens))
        .put("deadline_ms", jsonOf(deadline))
        .put("reserve", reserve.toJson())
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PlannedAsk = PlannedAsk(
            json.required("turn").asString(),
            json.required("seat").asString(),
            Role.fromJson(json.required("role")),
            json.required("prompt_digest").asString(),
            json.required("shown").asList { a -> a.asString() },
            json.member("labels")?.let { a -> a.asMap { b -> b.asString() } },
            Expect.fromJson(json.required("expect")),
            json.required("max_output_tokens").asLong(),
            json.required("deadline_ms").asDuration(),
            Reserve.fromJson(json.required("reserve")),
        )
    }
}

/** `constant + per_seat * seats + per_seat_round * seats * rounds`. */
public class PlannedCalls(
    /** Independent of seats and rounds. */
    public val constant: Long? = null,
    /** Per debating seat. */
    public val perSeat: Long? = null,
    /** Per debating seat and round. */
    public val perSeatRound: Long? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("constant", constant?.let { a -> jsonOf(a) })
        .put("per_seat", perSeat?.let { a -> jsonOf(a) })
        .put("per_seat_round", perSeatRound?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PlannedCalls = PlannedCalls(
            json.member("constant")?.let { a -> a.asLong() },
            json.member("per_seat")?.let { a -> a.asLong() },
            json.member("per_seat_round")?.let { a -> a.asLong() },
        )
    }
}

/** Where a debating seat stands. */
public class Position(
    /** The seat. */
    public val seat: String,
    /** What its newest answer amounts to. */
    public val kind: PositionKind,
    /** The message it is in. */
    public val message: String?,
    /** The round of that message; 0 without one. */
    public val round: Long,
    /** Stated confidence. */
    public val confidence: Double?,
    /** Order of arrival in the debate. */
    public val arrival: Long,
    /** What became of the newest turn; anything but `Cast` means that an answer shown is an earlier one. */
    public val newest: VoteStatus,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("seat", jsonOf(seat))
        .put("kind", kind.toJson())
        .put("message", message?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("round", jsonOf(round))
        .put("confidence", confidence?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("arrival", jsonOf(arrival))
        .put("newest", newest.toJson())
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Position = Position(
            json.required("seat").asString(),
            PositionKind.fromJson(json.required("kind")),
            json.member("message")?.let { a -> a.asString() },
            json.required("round").asLong(),
            json.member("confidence")?.let { a -> a.asDouble() },
            json.required("arrival").asLong(),
            VoteStatus.fromJson(json.required("newest")),
        )
    }
}

/** What a seat's newest answer amounts to. */
public sealed interface PositionKind {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** An answer with this value. */
    public class Answer(
        /** The value. */
        public val value: String,
    ) : Value(), PositionKind {
        override fun toJson(): JsonValue = JsonObject(mapOf("answer" to jsonOf(value)))
    }

    /** The seat abstains. */
    public object Abstain : Value(), PositionKind {
        override fun toJson(): JsonValue = jsonOf("abstain")

        override fun toString(): String = "Abstain"
    }

    /** A reply without an answer. */
    public class Invalid(
        /** The value. */
        public val value: InvalidWhy,
    ) : Value(), PositionKind {
        override fun toJson(): JsonValue = JsonObject(mapOf("invalid" to value.toJson()))
    }

    /** No reply: failed, late or not asked. */
    public object Missing : Value(), PositionKind {
        override fun toJson(): JsonValue = jsonOf("missing")

        override fun toString(): String = "Missing"
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PositionKind {
            val (case, inner) = caseOf(json)
            return when (case) {
                "answer" -> Answer(inner.asString())
                "abstain" -> Abstain
                "invalid" -> Invalid(InvalidWhy.fromJson(inner))
                "missing" -> Missing
                else -> throw unexpected(json, "a case of PositionKind")
            }
        }
    }
}

/**
 * Texts of a published experiment, used byte for byte: nothing is put between the parts, and line breaks and
 * blanks at both ends of every string count. Replies are quoted without escaping, which is recorded as a
 * warning.
 */
public class Preset(
    /** The system message, if there is one. */
    public val system: String? = null,
    /** The first user message with slots `{question}` and, for choices, `{A}` to `{D}`. */
    public val first: String? = null,
    /** Opens the message of a later round. */
    public val prefix: String? = null,
    /** Once per shown reply, with slot `{reply}`. */
    public val each: String? = null,
    /** Closes the message of a later round. */
    public val suffix: String? = null,
    /** How an answer is taken from a reply: a row of the extractor table. */
    public val extractor: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("system", system?.let { a -> jsonOf(a) })
        .put("first", first?.let { a -> jsonOf(a) })
        .put("prefix", prefix?.let { a -> jsonOf(a) })
        .put("each", each?.let { a -> jsonOf(a) })
        .put("suffix", suffix?.let { a -> jsonOf(a) })
        .put("extractor", extractor?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Preset = Preset(
            json.member("system")?.let { a -> a.asString() },
            json.member("first")?.let { a -> a.asString() },
            json.member("prefix")?.let { a -> a.asString() },
            json.member("each")?.let { a -> a.asString() },
            json.member("suffix")?.let { a -> a.asString() },
            json.member("extractor")?.let { a -> a.asString() },
        )
    }
}

/** The price of some models, in whole micro-dollars per million tokens. */
public class PriceRow(
    /** The provider's word, or `*`. */
    public val provider: String,
    /** The model; `*` stands for any characters, `?` for one. Compared without regard to ASCII case. */
    public val model: String,
    /** Input tokens that touch no cache. */
    public val input: Long,
    /** Output tokens, reasoning included. */
    public val output: Long,
    /** Input tokens read from a cache, default `input`. */
    public val cacheRead: Long? = null,
    /** Input tokens written to a cache, default `input`. */
    public val cacheWrite: Long? = null,
    /** Only calls in this service tier; default any. */
    public val serviceTier: String? = null,
    /** Valid from this instant on, in milliseconds since 1970. */
    public val from: Instant? = null,
    /** Valid before this instant, in milliseconds since 1970. */
    public val until: Instant? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("provider", jsonOf(provider))
        .put("model", jsonOf(model))
        .put("input", jsonOf(input))
        .put("output", jsonOf(output))
        .put("cache_read", cacheRead?.let { a -> jsonOf(a) })
        .put("cache_write", cacheWrite?.let { a -> jsonOf(a) })
        .put("service_tier", serviceTier?.let { a -> jsonOf(a) })
        .put("from", from?.let { a -> jsonOfMillis(a) })
        .put("until", until?.let { a -> jsonOfMillis(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PriceRow = PriceRow(
            json.required("provider").asString(),
            json.required("model").asString(),
            json.required("input").asLong(),
            json.required("output").asLong(),
            json.member("cache_read")?.let { a -> a.asLong() },
            json.member("cache_write")?.let { a -> a.asLong() },
            json.member("service_tier")?.let { a -> a.asString() },
            json.member("from")?.let { a -> a.asInstantMs() },
            json.member("until")?.let { a -> a.asInstantMs() },
        )
    }
}

/**
 * Prices of the host: negotiated rates, models of its own, or what the bundled list does not know. Rows are read
 * in order and the first that matches gives the price.
 */
public class PriceTable(
    /** The version kept beside every cost. */
    public val version: String,
    /** The prices. */
    public val rows: List<PriceRow>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("version", jsonOf(version))
        .put("rows", jsonList(rows) { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PriceTable = PriceTable(
            json.required("version").asString(),
            json.required("rows").asList { a -> PriceRow.fromJson(a) },
        )
    }
}

/** What one seat is asked, rendered. */
public class Prompt(
    /** S0: the rules of the protocol and the output format. */
    public val system: String,
    /** S1, S2 in blocks by round, S3; or an own history. */
    public val messages: List<Message>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("system", jsonOf(system))
        .put("messages", jsonList(messages) { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Prompt = Prompt(
            json.required("system").asString(),
            json.required("messages").asList { a -> Message.fromJson(a) },
        )
    }
}

/** Whether cache points are used. */
public enum class PromptCache(
    /** The word in a document. */
    public val word: String,
) {
    /** No. */
    Off("off"),
    /** Where the provider supports it. */
    Auto("auto"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PromptCache =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of PromptCache")
    }
}

/** A protocol by name, with what is needed to build it again. */
public class ProtocolRef(
    /** The registered name. */
    public val name: String,
    /** Its version. */
    public val version: String,
    /** Its parameters. */
    public val params: JsonValue,
    /** The most calls it can make with this roster. */
    public val plannedCalls: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("name", jsonOf(name))
        .put("version", jsonOf(version))
        .put("params", params)
        .put("planned_calls", jsonOf(plannedCalls))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ProtocolRef = ProtocolRef(
            json.required("name").asString(),
            json.required("version").asString(),
            json["params"] ?: JsonNull,
            json.required("planned_calls").asLong(),
        )
    }
}

/** An agent behind a provider, as a document. What is absent keeps its default. */
public class ProviderDocument(
    /** The provider, or an alias of it; absent only where a model's name stands beside the document. */
    public val provider: String? = null,
    /** The model, with Azure the deployment; default the provider's. */
    public val model: String? = null,
    /** The agent's id, default made of provider and model. */
    public val id: String? = null,
    /** The wire format, default the provider's. */
    public val wire: Wire? = null,
    /** Where it is reached, default the provider's. */
    public val baseUrl: String? = null,
    /** The path after the base, with `{model}` in it; default the wire's. */
    public val path: String? = null,
    /** Header fields of every request; never shown. */
    public val headers: Map<String, String>? = null,
    /** Query members of every request. A credential belongs in a header. */
    public val query: Map<String, String>? = null,
    /** `OpenAI-Organization`. */
    public val organization: String? = null,
    /** `OpenAI-Project`. */
    public val project: String? = null,
    /** The host's name, for OpenRouter's `X-Title`. */
    public val appName: String? = null,
    /** The host's site, for OpenRouter's `HTTP-Referer`. */
    public val appUrl: String? = null,
    /** Time limits of one exchange. */
    public val timeouts: TimeoutsDocument? = null,
    /** When replies are streamed, default where somebody listens. */
    public val stream: StreamMode? = null,
    /** Permits plain `http` beyond this machine. */
    public val allowInsecureHttp: Boolean? = null,
    /** Refuses a request with a knob the model does not take, instead of leaving it out with a warning. */
    public val strictKnobs: Boolean? = null,
    /** What the model can do, default by its name. */
    public val caps: ModelCaps? = null,
    /** Whether the model can be held to a schema, default native where the provider can. */
    public val structured: StructuredMode? = null,
    /** Names of metadata that leave the process. */
    public val forwardMetadata: List<String>? = null,
    /** Keeps the raw body of a refused call in the error. */
    public val captureRaw: Boolean? = null,
    /** Calls cost nothing, e.g. on a server of one's own. */
    public val free: Boolean? = null,
    /** Members of every request's body; the request's own `extra` wins. */
    public val extra: Map<String, JsonValue>? = null,
    /** The model's lineage, default guessed from its name. */
    public val family: String? = null,
    /** The agent's version. */
    public val version: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("provider", provider?.let { a -> jsonOf(a) })
        .put("model", model?.let { a -> jsonOf(a) })
        .put("id", id?.let { a -> jsonOf(a) })
        .put("wire", wire?.let { a -> a.toJson() })
        .put("base_url", baseUrl?.let { a -> jsonOf(a) })
        .put("path", path?.let { a -> jsonOf(a) })
        .put("headers", headers?.let { a -> jsonMap(a) { b -> jsonOf(b) } })
        .put("query", query?.let { a -> jsonMap(a) { b -> jsonOf(b) } })
        .put("organization", organization?.let { a -> jsonOf(a) })
        .put("project", project?.let { a -> jsonOf(a) })
        .put("app_name", appName?.let { a -> jsonOf(a) })
        .put("app_url", appUrl?.let { a -> jsonOf(a) })
        .put("timeouts", timeouts?.let { a -> a.toJson() })
        .put("stream", stream?.let { a -> a.toJson() })
        .put("allow_insecure_http", allowInsecureHttp?.let { a -> jsonOf(a) })
        .put("strict_knobs", strictKnobs?.let { a -> jsonOf(a) })
        .put("caps", caps?.let { a -> a.toJson() })
        .put("structured", structured?.let { a -> a.toJson() })
        .put("forward_metadata", forwardMetadata?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .put("capture_raw", captureRaw?.let { a -> jsonOf(a) })
        .put("free", free?.let { a -> jsonOf(a) })
        .put("extra", extra?.let { a -> jsonMap(a) { b -> b } })
        .put("family", family?.let { a -> jsonOf(a) })
        .put("version", version?.let { a -> jsonOf(a) })
        .done()

    override fun toString(): String = hiding("headers")

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ProviderDocument = ProviderDocument(
            json.member("provider")?.let { a -> a.asString() },
            json.member("model")?.let { a -> a.asString() },
            json.member("id")?.let { a -> a.asString() },
            json.member("wire")?.let { a -> Wire.fromJson(a) },
            json.member("base_url")?.let { a -> a.asString() },
            json.member("path")?.let { a -> a.asString() },
            json.member("headers")?.let { a -> a.asMap { b -> b.asString() } },
            json.member("query")?.let { a -> a.asMap { b -> b.asString() } },
            json.member("organization")?.let { a -> a.asString() },
            json.member("project")?.let { a -> a.asString() },
            json.member("app_name")?.let { a -> a.asString() },
            json.member("app_url")?.let { a -> a.asString() },
            json.member("timeouts")?.let { a -> TimeoutsDocument.fromJson(a) },
            json.member("stream")?.let { a -> StreamMode.fromJson(a) },
            json.member("allow_insecure_http")?.let { a -> a.asBoolean() },
            json.member("strict_knobs")?.let { a -> a.asBoolean() },
            json.member("caps")?.let { a -> ModelCaps.fromJson(a) },
            json.member("structured")?.let { a -> StructuredMode.fromJson(a) },
            json.member("forward_metadata")?.let { a -> a.asList { b -> b.asString() } },
            json.member("capture_raw")?.let { a -> a.asBoolean() },
            json.member("free")?.let { a -> a.asBoolean() },
            json.member("extra")?.let { a -> a.asMap { b -> b } },
            json.member("family")?.let { a -> a.asString() },
            json.member("version")?.let { a -> a.asString() },
        )
    }
}

/** Which providers an instance can ask, found without asking them. */
public class ProviderReport(
    /** Every provider, in a fixed order. */
    public val providers: List<ProviderStatus>,
    /** What a host should know. */
    public val warnings: List<String>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("providers", jsonList(providers) { a -> a.toJson() })
        .put("warnings", jsonList(warnings) { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ProviderReport = ProviderReport(
            json.required("providers").asList { a -> ProviderStatus.fromJson(a) },
            json.required("warnings").asList { a -> a.asString() },
        )
    }
}

/** Whether a provider can be named. */
public class ProviderStatus(
    /** Its word in spec strings. */
    public val provider: String,
    /** Whether it has a key, an address or credentials of the host. */
    public val configured: Boolean,
    /** Where from, or what is missing. Never a key. */
    public val reason: String,
    /** The model where a spec string names none. */
    public val defaultModel: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("provider", jsonOf(provider))
        .put("configured", jsonOf(configured))
        .put("reason", jsonOf(reason))
        .put("default_model", defaultModel?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ProviderStatus = ProviderStatus(
            json.required("provider").asString(),
            json.required("configured").asBoolean(),
            json.required("reason").asString(),
            json.member("default_model")?.let { a -> a.asString() },
        )
    }
}

/** What to remove. Executed only while its hash fits what lies at the target. */
public class PrunePlan(
    /** The rule. */
    public val preset: RetentionPreset,
    /** For which moment. */
    public val now: Instant,
    /** What goes, oldest first. */
    public val remove: List<String>,
    /** What stays, oldest first. */
    public val keep: List<String>,
    /** SHA-256 of the members above. */
    public val hash: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("preset", preset.toJson())
        .put("now", jsonOfMillis(now))
        .put("remove", jsonList(remove) { a -> jsonOf(a) })
        .put("keep", jsonList(keep) { a -> jsonOf(a) })
        .put("hash", jsonOf(hash))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): PrunePlan = PrunePlan(
            RetentionPreset.fromJson(json.required("preset")),
            json.required("now").asInstantMs(),
            json.required("remove").asList { a -> a.asString() },
            json.required("keep").asList { a -> a.asString() },
            json.required("hash").asString(),
        )
    }
}

/** A question with everything the participants are given. */
public class Question(
    /** The question itself: not blank, at most 100,000 characters, no NUL. */
    public val text: String,
    /** Background, at most 1,000,000 characters. */
    public val context: String? = null,
    /** Stated options, at most 24; empty means that the answers themselves are the options. */
    public val options: List<OptionSpec>? = null,
    /** How an answer is taken from a reply and when two answers are the same. */
    public val format: AnswerFormat? = null,
    /** At most 100 documents, 4 MiB together. */
    public val documents: List<Document>? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("text", jsonOf(text))
        .put("context", context?.let { a -> jsonOf(a) })
        .put("options", options?.let { a -> jsonList(a) { b -> b.toJson() } })
        .put("format", format?.let { a -> a.toJson() })
        .put("documents", documents?.let { a -> jsonList(a) { b -> b.toJson() } })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Question = Question(
            json.required("text").asString(),
            json.member("context")?.let { a -> a.asString() },
            json.member("options")?.let { a -> a.asList { b -> OptionSpec.fromJson(b) } },
            json.member("format")?.let { a -> AnswerFormat.fromJson(a) },
            json.member("documents")?.let { a -> a.asList { b -> Document.fromJson(b) } },
        )
    }
}

/** Who had to take part, and who did. */
public class Quorum(
    /** Eligible seats. */
    public val eligible: Long,
    /** How many had to cast or abstain. */
    public val needed: Long,
    /** How many did. */
    public val present: Long,
    /** Whether that suffices. */
    public val met: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("eligible", jsonOf(eligible))
        .put("needed", jsonOf(needed))
        .put("present", jsonOf(present))
        .put("met", jsonOf(met))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Quorum = Quorum(
            json.required("eligible").asLong(),
            json.required("needed").asLong(),
            json.required("present").asLong(),
            json.required("met").asBoolean(),
        )
    }
}

/** How many eligible seats must cast or abstain. */
public sealed interface QuorumRule {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** max(min(2, eligible), ceil(eligible / 2)). */
    public object Half : Value(), QuorumRule {
        override fun toJson(): JsonValue = jsonOf("half")

        override fun toString(): String = "Half"
    }

    /** This many. */
    public class Count(
        /** The value. */
        public val value: Long,
    ) : Value(), QuorumRule {
        override fun toJson(): JsonValue = JsonObject(mapOf("count" to jsonOf(value)))
    }

    /** This share, rounded up. */
    public class Fraction(
        /** The value. */
        public val value: String,
    ) : Value(), QuorumRule {
        override fun toJson(): JsonValue = JsonObject(mapOf("fraction" to jsonOf(value)))
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): QuorumRule {
            val (case, inner) = caseOf(json)
            return when (case) {
                "half" -> Half
                "count" -> Count(inner.asLong())
                "fraction" -> Fraction(inner.asString())
                else -> throw unexpected(json, "a case of QuorumRule")
            }
        }
    }
}

/** The rate limits of a target. */
public class RateLimitSnapshot(
    /** Provider and model. */
    public val target: String,
    /** Scheme, host and port; empty if it has none. */
    public val origin: String,
    /** Our limit of requests per minute. */
    public val requestsPerMinute: Long? = null,
    /** Our limit of tokens per minute. */
    public val tokensPerMinute: Long? = null,
    /** Our limit of calls in flight. */
    public val mostInFlight: Long,
    /** Calls in flight. */
    public val inFlight: Long,
    /** Calls that wait for a place or for a rate limit. */
    public val queued: Long,
    /** For how long nothing is sent, in milliseconds. */
    public val paused: Duration,
    /** Repeats that are left of at most ten. */
    public val retriesLeft: Double,
    /** What the provider last said about its limits. */
    public val stated: List<StatedLimit>,
    /** When it said so. */
    public val statedAt: Instant? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("target", jsonOf(target))
        .put("origin", jsonOf(origin))
        .put("requests_per_minute", requestsPerMinute?.let { a -> jsonOf(a) })
        .put("tokens_per_minute", tokensPerMinute?.let { a -> jsonOf(a) })
        .put("most_in_flight", jsonOf(mostInFlight))
        .put("in_flight", jsonOf(inFlight))
        .put("queued", jsonOf(queued))
        .put("paused_ms", jsonOf(paused))
        .put("retries_left", jsonOf(retriesLeft))
        .put("stated", jsonList(stated) { a -> a.toJson() })
        .put("stated_at", statedAt?.let { a -> jsonOfMillis(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RateLimitSnapshot = RateLimitSnapshot(
            json.required("target").asString(),
            json.required("origin").asString(),
            json.member("requests_per_minute")?.let { a -> a.asLong() },
            json.member("tokens_per_minute")?.let { a -> a.asLong() },
            json.required("most_in_flight").asLong(),
            json.required("in_flight").asLong(),
            json.required("queued").asLong(),
            json.required("paused_ms").asDuration(),
            json.required("retries_left").asDouble(),
            json.required("stated").asList { a -> StatedLimit.fromJson(a) },
            json.member("stated_at")?.let { a -> a.asInstantMs() },
        )
    }
}

/** What became of the rows of one store. */
public class ReencryptCounts(
    /** Rows that were sealed, or sealed anew. */
    public val migrated: Long,
    /** Rows that were wholly under the active key already. */
    public val skipped: Long,
    /** Rows that cannot be read. */
    public val failed: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("migrated", jsonOf(migrated))
        .put("skipped", jsonOf(skipped))
        .put("failed", jsonOf(failed))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ReencryptCounts = ReencryptCounts(
            json.required("migrated").asLong(),
            json.required("skipped").asLong(),
            json.required("failed").asLong(),
        )
    }
}

/** A row that cannot be re-encrypted. */
public class ReencryptFailure(
    /** Whose; empty for the installation. */
    public val tenant: String,
    /** The table. */
    public val store: String,
    /** The encoded key of the row, in hex. */
    public val row: String,
    /** The code of the error. */
    public val code: String,
    /** Its reason. */
    public val reason: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("tenant", jsonOf(tenant))
        .put("store", jsonOf(store))
        .put("row", jsonOf(row))
        .put("code", jsonOf(code))
        .put("reason", jsonOf(reason))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ReencryptFailure = ReencryptFailure(
            json.required("tenant").asString(),
            json.required("store").asString(),
            json.required("row").asString(),
            json.required("code").asString(),
            json.required("reason").asString(),
        )
    }
}

/** How far the re-encryption of one table of one tenant came. */
public class ReencryptProgress(
    /** Whose; empty for the installation. */
    public val tenant: String,
    /** The table. */
    public val store: String,
    /** The id of the key everything is sealed under. */
    public val target: String? = null,
    /** Rows so far. */
    public val counts: ReencryptCounts,
    /** When the end was reached; absent while it was not. */
    public val finishedAt: Instant? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("tenant", jsonOf(tenant))
        .put("store", jsonOf(store))
        .put("target", target?.let { a -> jsonOf(a) })
        .put("counts", counts.toJson())
        .put("finished_at", finishedAt?.let { a -> jsonOfMillis(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ReencryptProgress = ReencryptProgress(
            json.required("tenant").asString(),
            json.required("store").asString(),
            json.member("target")?.let { a -> a.asString() },
            ReencryptCounts.fromJson(json.required("counts")),
            json.member("finished_at")?.let { a -> a.asInstantMs() },
        )
    }
}

/** What a re-encryption did, or what a plan found. */
public class ReencryptReport(
    /** Counts by table, all tenants together. */
    public val perStore: Map<String, ReencryptCounts>,
    /** Rows by the key ids they were found under; a row under two keys counts for both. */
    public val keysSeen: Map<String, Long>,
    /** The rows that failed. */
    public val failures: List<ReencryptFailure>,
    /** Whether every selected store was seen to its end. */
    public val complete: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("per_store", jsonMap(perStore) { a -> a.toJson() })
        .put("keys_seen", jsonMap(keysSeen) { a -> jsonOf(a) })
        .put("failures", jsonList(failures) { a -> a.toJson() })
        .put("complete", jsonOf(complete))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ReencryptReport = ReencryptReport(
            json.required("per_store").asMap { a -> ReencryptCounts.fromJson(a) },
            json.required("keys_seen").asMap { a -> a.asLong() },
            json.required("failures").asList { a -> ReencryptFailure.fromJson(a) },
            json.required("complete").asBoolean(),
        )
    }
}

/** A refusal, which is a recorded outcome and not an error. */
public class Refusal(
    /** What was said. */
    public val text: String,
    /** The provider's category. */
    public val category: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("text", jsonOf(text))
        .put("category", category?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Refusal = Refusal(
            json.required("text").asString(),
            json.member("category")?.let { a -> a.asString() },
        )
    }
}

/** Whether voters share labels. */
public enum class Relabel(
    /** The word in a document. */
    public val word: String,
) {
    /** All voters see the same labels. */
    Off("off"),
    /** Each voter gets an own mapping, recorded with the step. */
    PerVoter("per_voter"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Relabel =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Relabel")
    }
}

/** How closely a replay is compared. */
public enum class ReplayCheck(
    /** The word in a document. */
    public val word: String,
) {
    /** Every byte of every record. */
    Strict("strict"),
    /** The decision only. */
    Decision("decision"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ReplayCheck =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of ReplayCheck")
    }
}

/** What a replay found. */
public class ReplayReport(
    /** Whether the check holds. */
    public val matches: Boolean,
    /** Records compared. */
    public val records: Long,
    /** The first difference of the logs, also when only decisions are compared. */
    public val difference: Difference? = null,
    /** The decision of the replayed debate, if it came to one. */
    public val decision: Decision? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("matches", jsonOf(matches))
        .put("records", jsonOf(records))
        .put("difference", difference?.let { a -> a.toJson() })
        .put("decision", decision?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ReplayReport = ReplayReport(
            json.required("matches").asBoolean(),
            json.required("records").asLong(),
            json.member("difference")?.let { a -> Difference.fromJson(a) },
            json.member("decision")?.let { a -> Decision.fromJson(a) },
        )
    }
}

/** Keeps replies of models, so that the same request need not be paid for twice. Every organisation has its own. */
public class ReplyCache(
    /** How long a reply lives, 1 ms to 10 years, default one hour. */
    public val ttl: Duration? = null,
    /** Keeps replies at any temperature, instead of those at temperature 0 only. */
    public val always: Boolean? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("ttl_ms", ttl?.let { a -> jsonOf(a) })
        .put("always", always?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ReplyCache = ReplyCache(
            json.member("ttl_ms")?.let { a -> a.asDuration() },
            json.member("always")?.let { a -> a.asBoolean() },
        )
    }
}

/** Something about a reply that a reader should know and that changed nothing. */
public class ReplyWarning(
    /** A stable code. */
    public val code: String,
    /** More about it. */
    public val detail: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("code", jsonOf(code))
        .put("detail", jsonOf(detail))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ReplyWarning = ReplyWarning(
            json.required("code").asString(),
            json.required("detail").asString(),
        )
    }
}

/** A protocol's own report, by kind. */
public class Report(
    /** Which report. */
    public val kind: String,
    /** Its content. */
    public val value: JsonValue,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("kind", jsonOf(kind))
        .put("value", value)
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Report = Report(
            json.required("kind").asString(),
            json["value"] ?: JsonNull,
        )
    }
}

/** Ratings of a seat, for `reputation_weighted` and judge selection. */
public class Reputation(
    /** Elo, 1500 for the unknown. */
    public val elo: Double,
    /** Calibration score 0..=1; absent if unknown. */
    public val calibration: Double? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("elo", jsonOf(elo))
        .put("calibration", calibration?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Reputation = Reputation(
            json.required("elo").asDouble(),
            json.member("calibration")?.let { a -> a.asDouble() },
        )
    }
}

/** One message of a request. */
public class RequestMessage(
    /** Its id. */
    public val id: String,
    /** Who said it. */
    public val author: Author,
    /** The text. */
    public val text: String,
    /** Who may see it. */
    public val visibility: Visibility,
    /** Whether a provider's prompt cache may end here. */
    public val cachePoint: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("author", author.toJson())
        .put("text", jsonOf(text))
        .put("visibility", visibility.toJson())
        .put("cache_point", jsonOf(cachePoint))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RequestMessage = RequestMessage(
            json.required("id").asString(),
            Author.fromJson(json.required("author")),
            json.required("text").asString(),
            Visibility.fromJson(json.required("visibility")),
            json.required("cache_point").asBoolean(),
        )
    }
}

/** Tokens and money set aside for a turn. */
public class Reserve(
    /** Estimated input tokens, bytes / 3 rounded up. */
    public val tokensIn: Long,
    /** Output limit. */
    public val tokensOut: Long,
    /** Quoted cost; absent if the model has no price. */
    public val micros: Long? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("tokens_in", jsonOf(tokensIn))
        .put("tokens_out", jsonOf(tokensOut))
        .put("micros", micros?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Reserve = Reserve(
            json.required("tokens_in").asLong(),
            json.required("tokens_out").asLong(),
            json.member("micros")?.let { a -> a.asLong() },
        )
    }
}

/** What was restored. */
public class RestoreReport(
    /** The backup whose end the store stands at. */
    public val backup: String,
    /** Its chain, the full backup first. */
    public val chain: List<String>,
    /** When that end was: what was written later is lost. */
    public val restoredTo: Instant,
    /** From then until the restore, in milliseconds. */
    public val gap: Duration,
    /** Rows by table. */
    public val tables: Map<String, TableCount>,
    /** Names of the checks that held. */
    public val checks: List<String>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("backup", jsonOf(backup))
        .put("chain", jsonList(chain) { a -> jsonOf(a) })
        .put("restored_to", jsonOfMillis(restoredTo))
        .put("gap_ms", jsonOf(gap))
        .put("tables", jsonMap(tables) { a -> a.toJson() })
        .put("checks", jsonList(checks) { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RestoreReport = RestoreReport(
            json.required("backup").asString(),
            json.required("chain").asList { a -> a.asString() },
            json.required("restored_to").asInstantMs(),
            json.required("gap_ms").asDuration(),
            json.required("tables").asMap { a -> TableCount.fromJson(a) },
            json.required("checks").asList { a -> a.asString() },
        )
    }
}

/**
 * How long backups are kept. Whatever a preset says, the newest five full backups and the newest verified one
 * stay, and so does everything that an increment that stays goes on from.
 */
public sealed interface RetentionPreset {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Increments 24 h, daily full backups 7 d, weekly ones 30 d. */
    public object Runbook : Value(), RetentionPreset {
        override fun toJson(): JsonValue = jsonOf("runbook")

        override fun toString(): String = "Runbook"
    }

    /** Increments 7 d, daily full backups 30 d, weekly ones 90 d. */
    public object Deployment : Value(), RetentionPreset {
        override fun toJson(): JsonValue = jsonOf("deployment")

        override fun toString(): String = "Deployment"
    }

    /** Times of the host's, none shorter than a day. */
    public class Custom(
        /** Increments, in days. */
        public val increments: Long,
        /** The first full backup of each day, in days. */
        public val daily: Long,
        /** The first full backup of each week (ISO 8601, from Monday, UTC), in days. */
        public val weekly: Long,
    ) : Value(), RetentionPreset {
        override fun toJson(): JsonValue = JsonObject(mapOf("custom" to Members()
            .put("increments", jsonOf(increments))
            .put("daily", jsonOf(daily))
            .put("weekly", jsonOf(weekly))
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Custom = Custom(
                json.required("increments").asLong(),
                json.required("daily").asLong(),
                json.required("weekly").asLong(),
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RetentionPreset {
            val (case, inner) = caseOf(json)
            return when (case) {
                "runbook" -> Runbook
                "deployment" -> Deployment
                "custom" -> Custom.fromJson(inner)
                else -> throw unexpected(json, "a case of RetentionPreset")
            }
        }
    }
}

/** How much agreement a matter needs. */
public typealias RiskTier = Long

/** The part a participant plays in one turn. */
public class Role(
    /** The word in a document. */
    public val word: String,
) : Value() {
    override fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** Proposes answers; the default. */
        public val Proposer: Role = Role("proposer")

        /** Criticises. */
        public val Critic: Role = Role("critic")

        /** Revises the own answer. */
        public val Reviser: Role = Role("reviser")

        /** Votes. */
        public val Voter: Role = Role("voter")

        /** Judges. */
        public val Judge: Role = Role("judge")

        /** Merges. */
        public val Synthesizer: Role = Role("synthesizer")

        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Role = Role(json.asString())
    }
}

/** Cognitive roles. */
public enum class RolePolicy(
    /** The word in a document. */
    public val word: String,
) {
    /** None. */
    Off("off"),
    /** Analyst, Skeptic, Lateral Thinker, Synthesizer by (seat + round) mod 4. */
    Rotate("rotate"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RolePolicy =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of RolePolicy")
    }
}

/** How close the seats were at the end of a round: the three figures of `Convergence`. */
public class RoundConvergence(
    /** Mean similarity of the newest texts over pairs of seats. */
    public val agreement: Double,
    /** Lowest similarity of a seat's newest text to its previous one. */
    public val stability: Double,
    /** Weight of the largest answer group over the weight of all positions. */
    public val position: Double,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("agreement", jsonOf(agreement))
        .put("stability", jsonOf(stability))
        .put("position", jsonOf(position))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RoundConvergence = RoundConvergence(
            json.required("agreement").asDouble(),
            json.required("stability").asDouble(),
            json.required("position").asDouble(),
        )
    }
}

/** One round. */
public class RoundView(
    /** Its number, from 1. */
    public val round: Long,
    /** Whose words each seat sees. */
    public val sees: Map<String, List<String>>,
    /** Cognitive roles. */
    public val roles: Map<String, String>,
    /** Stances. */
    public val stances: Map<String, Stance>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("round", jsonOf(round))
        .put("sees", jsonMap(sees) { a -> jsonList(a) { b -> jsonOf(b) } })
        .put("roles", jsonMap(roles) { a -> jsonOf(a) })
        .put("stances", jsonMap(stances) { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RoundView = RoundView(
            json.required("round").asLong(),
            json.required("sees").asMap { a -> a.asList { b -> b.asString() } },
            json.required("roles").asMap { a -> a.asString() },
            json.required("stances").asMap { a -> Stance.fromJson(a) },
        )
    }
}

/** What one option got. */
public class Row(
    /** The option. */
    public val option: String,
    /** Votes of seats. */
    public val votes: Long,
    /** Weight of the votes, those of host users included. In millionths. */
    public val weight: Long,
    /** Figures of the rule, and the share of host users in the weight: `user_votes`, `user_weight`. */
    public val extra: JsonValue? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("option", jsonOf(option))
        .put("votes", jsonOf(votes))
        .put("weight", jsonOf(weight))
        .put("extra", extra)
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Row = Row(
            json.required("option").asString(),
            json.required("votes").asLong(),
            json.required("weight").asLong(),
            json.member("extra"),
        )
    }
}

/** A decision rule with its common settings. */
public class RuleConfig(
    /** Which rule. */
    public val rule: RuleKind? = null,
    /** How many must take part. */
    public val quorum: QuorumRule? = null,
    /** What happens when several options are first. */
    public val ties: TieBreak? = null,
    /** Whose weight is the whole. */
    public val basis: Basis? = null,
    /** Whether votes for one's own answer count; absent means the default of the ballot kind. */
    public val selfVote: SelfVote? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("rule", rule?.let { a -> a.toJson() })
        .put("quorum", quorum?.let { a -> a.toJson() })
        .put("ties", ties?.let { a -> a.toJson() })
        .put("basis", basis?.let { a -> a.toJson() })
        .put("self_vote", selfVote?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RuleConfig = RuleConfig(
            json.member("rule")?.let { a -> RuleKind.fromJson(a) },
            json.member("quorum")?.let { a -> QuorumRule.fromJson(a) },
            json.member("ties")?.let { a -> TieBreak.fromJson(a) },
            json.member("basis")?.let { a -> Basis.fromJson(a) },
            json.member("self_vote")?.let { a -> SelfVote.fromJson(a) },
        )
    }
}

/** The decision rules. */
public sealed interface RuleKind {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Greatest weight above 0. */
    public object Plurality : Value(), RuleKind {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("plurality")))

        override fun toString(): String = "Plurality"
    }

    /** More than half of the counted weight; the default. */
    public object Majority : Value(), RuleKind {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("majority")))

        override fun toString(): String = "Majority"
    }

    /** At least this share of the counted weight, default 2/3. */
    public class Supermajority(
        /** The share. */
        public val share: String? = null,
    ) : Value(), RuleKind {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("supermajority"))
            .put("share", share?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Supermajority = Supermajority(
                json.member("share")?.let { a -> a.asString() },
            )
        }
    }

    /** A share of the basis, strictly or not. */
    public class Threshold(
        /** The share. */
        public val share: String,
        /** Whether the share must be exceeded. */
        public val strict: Boolean? = null,
    ) : Value(), RuleKind {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("threshold"))
            .put("share", jsonOf(share))
            .put("strict", strict?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Threshold = Threshold(
                json.required("share").asString(),
                json.member("strict")?.let { a -> a.asBoolean() },
            )
        }
    }

    /** Votes > floor(share * n), n = seats active in the round. */
    public class CountAboveFloor(
        /** The share, default 2/3. */
        public val share: String? = null,
    ) : Value(), RuleKind {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("count_above_floor"))
            .put("share", share?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): CountAboveFloor = CountAboveFloor(
                json.member("share")?.let { a -> a.asString() },
            )
        }
    }

    /** Every eligible seat cast for one option. */
    public class Unanimity(
        /** Whether abstentions do not block. */
        public val ignoreAbstain: Boolean? = null,
    ) : Value(), RuleKind {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("unanimity"))
            .put("ignore_abstain", ignoreAbstain?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Unanimity = Unanimity(
                json.member("ignore_abstain")?.let { a -> a.asBoolean() },
            )
        }
    }

    /** Votes weighted by stated confidence. */
    public class ConfidenceWeighted(
        /** The curve from confidence to weight. */
        public val curve: ConfidenceCurve? = null,
    ) : Value(), RuleKind {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("confidence_weighted"))
            .put("curve", curve?.let { a -> a.toJson() })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): ConfidenceWeighted = ConfidenceWeighted(
                json.member("curve")?.let { a -> ConfidenceCurve.fromJson(a) },
            )
        }
    }

    /** Votes weighted by rating and calibration, read once at start. */
    public object ReputationWeighted : Value(), RuleKind {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("reputation_weighted")))

        override fun toString(): String = "ReputationWeighted"
    }

    /** The first rule that decides. */
    public class Hybrid(
        /** In order of preference. */
        public val rules: List<RuleKind>,
    ) : Value(), RuleKind {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("hybrid"))
            .put("rules", jsonList(rules) { a -> a.toJson() })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Hybrid = Hybrid(
                json.required("rules").asList { a -> RuleKind.fromJson(a) },
            )
        }
    }

    /** No decision is sought; all positions are returned. */
    public object None : Value(), RuleKind {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("none")))

        override fun toString(): String = "None"
    }

    /** A rule of the host, registered with the engine by name. */
    public class Custom(
        /** The registered name. */
        public val rule: String,
    ) : Value(), RuleKind {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("custom"))
            .put("rule", jsonOf(rule))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Custom = Custom(
                json.required("rule").asString(),
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RuleKind {
            return when (val case = json.required("name").asString()) {
                "plurality" -> Plurality
                "majority" -> Majority
                "supermajority" -> Supermajority.fromJson(json)
                "threshold" -> Threshold.fromJson(json)
                "count_above_floor" -> CountAboveFloor.fromJson(json)
                "unanimity" -> Unanimity.fromJson(json)
                "confidence_weighted" -> ConfidenceWeighted.fromJson(json)
                "reputation_weighted" -> ReputationWeighted
                "hybrid" -> Hybrid.fromJson(json)
                "none" -> None
                "custom" -> Custom.fromJson(json)
                else -> throw unexpected(JsonString(case), "a case of RuleKind")
            }
        }
    }
}

/** The rule that was used, and where. */
public class RuleUsed(
    /** The rule's name; of a hybrid, the member that decided. */
    public val name: String,
    /** Its settings. */
    public val config: RuleConfig,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("name", jsonOf(name))
        .put("config", config.toJson())
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): RuleUsed = RuleUsed(
            json.required("name").asString(),
            RuleConfig.fromJson(json.required("config")),
        )
    }
}

/** How a model samples. Absent means the provider's default. */
public class Sampling(
    /** 0..=2. */
    public val temperature: Double? = null,
    /** Above 0, at most 1. */
    public val topP: Double? = null,
    /** At least 1. */
    public val maxOutputTokens: Long? = null,
    /** At most 4 of at most 64 characters. */
    public val stop: List<String>? = null,
    /** A seed for providers that take one. */
    public val seed: Long? = null,
    /** How hard to think. */
    public val effort: Effort? = null,
    /** The provider's service tier. */
    public val serviceTier: String? = null,
    /** Whether cache points are used. */
    public val promptCache: PromptCache? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("temperature", temperature?.let { a -> jsonOf(a) })
        .put("top_p", topP?.let { a -> jsonOf(a) })
        .put("max_output_tokens", maxOutputTokens?.let { a -> jsonOf(a) })
        .put("stop", stop?.let { a -> jsonList(a) { b -> jsonOf(b) } })
        .put("seed", seed?.let { a -> jsonOf(a) })
        .put("effort", effort?.let { a -> a.toJson() })
        .put("service_tier", serviceTier?.let { a -> jsonOf(a) })
        .put("prompt_cache", promptCache?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Sampling = Sampling(
            json.member("temperature")?.let { a -> a.asDouble() },
            json.member("top_p")?.let { a -> a.asDouble() },
            json.member("max_output_tokens")?.let { a -> a.asLong() },
            json.member("stop")?.let { a -> a.asList { b -> b.asString() } },
            json.member("seed")?.let { a -> a.asLong() },
            json.member("effort")?.let { a -> Effort.fromJson(a) },
            json.member("service_tier")?.let { a -> a.asString() },
            json.member("prompt_cache")?.let { a -> PromptCache.fromJson(a) },
        )
    }
}

/** The highest price of a seat's tokens over its targets, in micro-dollars per million, as it stood at the start. */
public class SeatPrice(
    /** Input tokens. */
    public val input: Long,
    /** Output tokens. */
    public val output: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("input", jsonOf(input))
        .put("output", jsonOf(output))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): SeatPrice = SeatPrice(
            json.required("input").asLong(),
            json.required("output").asLong(),
        )
    }
}

/** One seat as everybody may see it. */
public class SeatView(
    /** The participant. */
    public val id: String,
    /** What kind answers. */
    public val kind: AgentKind,
    /** Provider, e.g. `openai`, empty if there is none. */
    public val provider: String? = null,
    /** Model as asked for, empty if there is none. */
    public val model: String? = null,
    /** Model lineage, e.g. `claude`; empty means undisclosed. */
    public val family: String? = null,
    /** Version of the agent. */
    public val version: String? = null,
    /** The model's window in tokens, prompt and output together; absent if unknown. */
    public val contextTokens: Long? = null,
    /** What its tokens cost at most; only where the debate has a cost limit. */
    public val price: SeatPrice? = null,
    /** Its part. */
    public val role: Role,
    /** Who it is asked to be. */
    public val persona: Persona? = null,
    /** Its weight in votes. In millionths. */
    public val weight: Long,
    /** Whether it votes. */
    public val votes: Boolean,
    /** Whether it judges. */
    public val judges: Boolean,
    /** Ratings read once at start. */
    public val reputation: Reputation? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("kind", kind.toJson())
        .put("provider", provider?.let { a -> jsonOf(a) })
        .put("model", model?.let { a -> jsonOf(a) })
        .put("family", family?.let { a -> jsonOf(a) })
        .put("version", version?.let { a -> jsonOf(a) })
        .put("context_tokens", contextTokens?.let { a -> jsonOf(a) })
        .put("price", price?.let { a -> a.toJson() })
        .put("role", role.toJson())
        .put("persona", persona?.let { a -> a.toJson() })
        .put("weight", jsonOf(weight))
        .put("votes", jsonOf(votes))
        .put("judges", jsonOf(judges))
        .put("reputation", reputation?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): SeatView = SeatView(
            json.required("id").asString(),
            AgentKind.fromJson(json.required("kind")),
            json.member("provider")?.let { a -> a.asString() },
            json.member("model")?.let { a -> a.asString() },
            json.member("family")?.let { a -> a.asString() },
            json.member("version")?.let { a -> a.asString() },
            json.member("context_tokens")?.let { a -> a.asLong() },
            json.member("price")?.let { a -> SeatPrice.fromJson(a) },
            Role.fromJson(json.required("role")),
            json.member("persona")?.let { a -> Persona.fromJson(a) },
            json.required("weight").asLong(),
            json.required("votes").asBoolean(),
            json.required("judges").asBoolean(),
            json.member("reputation")?.let { a -> Reputation.fromJson(a) },
        )
    }
}

/** A message as it is shown. */
public class SeenMessage(
    /** Who said it. */
    public val author: Author,
    /** The text. */
    public val text: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("author", author.toJson())
        .put("text", jsonOf(text))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): SeenMessage = SeenMessage(
            Author.fromJson(json.required("author")),
            json.required("text").asString(),
        )
    }
}

/** Whether a vote for one's own answer counts. */
public enum class SelfVote(
    /** The word in a document. */
    public val word: String,
) {
    /** In full; the default for choices, since forbidding it forces a lone dissenter to join the majority. */
    Count("count"),
    /** Not at all; the default for rankings, scores and points. */
    Exclude("exclude"),
    /** At half weight. */
    Half("half"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): SelfVote =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of SelfVote")
    }
}

/**
 * One after the other, each seeing what was said before.
 *
 * Planned calls: nR.
 */
public class Sequential(
    /** Everything said so far instead of the newest message of every other seat. */
    public val full: Boolean? = null,
    /** The order moves on by one seat each round. */
    public val rotate: Boolean? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("full", full?.let { a -> jsonOf(a) })
        .put("rotate", rotate?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Sequential = Sequential(
            json.member("full")?.let { a -> a.asBoolean() },
            json.member("rotate")?.let { a -> a.asBoolean() },
        )
    }
}

/** How a reply came to be. */
public sealed interface Served {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Asked for and answered now. */
    public object Live : Value(), Served {
        override fun toJson(): JsonValue = jsonOf("live")

        override fun toString(): String = "Live"
    }

    /** From a reply cache. */
    public object Cache : Value(), Served {
        override fun toJson(): JsonValue = jsonOf("cache")

        override fun toString(): String = "Cache"
    }

    /** From a recording. */
    public object Recorded : Value(), Served {
        override fun toJson(): JsonValue = jsonOf("recorded")

        override fun toString(): String = "Recorded"
    }

    /** Another target answered. */
    public class Fallback(
        /** The target that failed. */
        public val from: String,
    ) : Value(), Served {
        override fun toJson(): JsonValue = JsonObject(mapOf("fallback" to Members()
            .put("from", jsonOf(from))
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Fallback = Fallback(
                json.required("from").asString(),
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Served {
            val (case, inner) = caseOf(json)
            return when (case) {
                "live" -> Live
                "cache" -> Cache
                "recorded" -> Recorded
                "fallback" -> Fallback.fromJson(inner)
                else -> throw unexpected(json, "a case of Served")
            }
        }
    }
}

/** What a shutdown left behind. */
public class ShutdownReport(
    /** Debates that ended within the grace. */
    public val finished: Long,
    /** Debates that were stopped at their last record and can be resumed elsewhere. */
    public val stopped: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("finished", jsonOf(finished))
        .put("stopped", jsonOf(stopped))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ShutdownReport = ShutdownReport(
            json.required("finished").asLong(),
            json.required("stopped").asLong(),
        )
    }
}

/** What an ordinary reply says about itself. */
public class Signals(
    /** Stated confidence 0..=1, rounded to six decimals. */
    public val confidence: Double?,
    /** Whether to go on, from yes, no, true or false only. */
    public val goOn: Boolean?,
    /**
     * Whether the participant is ready to decide; from structured output only, because a hidden comment in a
     * text must never control the debate.
     */
    public val ready: Boolean?,
    /** What the reply says it answers; from structured output only. */
    public val respondsTo: List<String>,
    /** `confidence_rejected`. */
    public val warnings: List<ParseWarning>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("confidence", confidence?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("continue", goOn?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("ready", ready?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("responds_to", jsonList(respondsTo) { a -> jsonOf(a) })
        .put("warnings", jsonList(warnings) { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Signals = Signals(
            json.member("confidence")?.let { a -> a.asDouble() },
            json.member("continue")?.let { a -> a.asBoolean() },
            json.member("ready")?.let { a -> a.asBoolean() },
            json.required("responds_to").asList { a -> a.asString() },
            json.required("warnings").asList { a -> ParseWarning.fromJson(a) },
        )
    }
}

/** What the hook sees of a request, so that it can sign it. */
public class SigningRequest(
    /** The method. */
    public val method: String,
    /** The whole target. */
    public val url: String,
    /** The body as it is sent; JSON text, empty for a request without one. */
    public val body: String,
    /** Whether the provider refused the last fields and new ones are needed. */
    public val refresh: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("method", jsonOf(method))
        .put("url", jsonOf(url))
        .put("body", jsonOf(body))
        .put("refresh", jsonOf(refresh))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): SigningRequest = SigningRequest(
            json.required("method").asString(),
            json.required("url").asString(),
            json.required("body").asString(),
            json.required("refresh").asBoolean(),
        )
    }
}

/**
 * Everybody answers alone, then again having seen the others' last answers (Du et al., arXiv:2305.14325).
 *
 * Planned calls: nR.
 */
public class Simultaneous(
    /**
     * Whether everybody is asked at once (default) or, from round 2, in index order with each seeing the newest
     * reply of every other seat.
     */
    public val sequentialVisibility: Boolean? = null,
    /** The library's own layout, or a published one. */
    public val layout: Layout? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("sequential_visibility", sequentialVisibility?.let { a -> jsonOf(a) })
        .put("layout", layout?.let { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Simultaneous = Simultaneous(
            json.member("sequential_visibility")?.let { a -> a.asBoolean() },
            json.member("layout")?.let { a -> Layout.fromJson(a) },
        )
    }
}

/** What was spent: settled attempts, in total and by seat. */
public class Spent(
    /** All attempts together. */
    public val total: UsageTotals,
    /** By seat. */
    public val bySeat: Map<String, UsageTotals>,
    /** Turns that were asked. */
    public val calls: Long,
    /** Of these, failed. */
    public val failed: Long,
    /** Attempts that were hedges. */
    public val hedged: Long,
    /** What a fork took over from its parent; not in the total. */
    public val inherited: UsageTotals?,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("total", total.toJson())
        .put("by_seat", jsonMap(bySeat) { a -> a.toJson() })
        .put("calls", jsonOf(calls))
        .put("failed", jsonOf(failed))
        .put("hedged", jsonOf(hedged))
        .put("inherited", inherited?.let { a -> a.toJson() } ?: JsonNull)
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Spent = Spent(
            UsageTotals.fromJson(json.required("total")),
            json.required("by_seat").asMap { a -> UsageTotals.fromJson(a) },
            json.required("calls").asLong(),
            json.required("failed").asLong(),
            json.required("hedged").asLong(),
            json.member("inherited")?.let { a -> UsageTotals.fromJson(a) },
        )
    }
}

/** What becomes of the earlier answer of a seat that failed in the last round. */
public enum class StalePolicy(
    /** The word in a document. */
    public val word: String,
) {
    /** The seat has no position. */
    Drop("drop"),
    /** It counts. */
    Count("count"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StalePolicy =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of StalePolicy")
    }
}

/** The position a persona argues from. */
public enum class Stance(
    /** The word in a document. */
    public val word: String,
) {
    /** For. */
    Affirmative("affirmative"),
    /** Against. */
    Negative("negative"),
    /** Neither. */
    Neutral("neutral"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Stance =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Stance")
    }
}

/** Stances. */
public enum class StancePolicy(
    /** The word in a document. */
    public val word: String,
) {
    /** None. */
    Off("off"),
    /** Affirmative, negative, neutral by (seat + round) mod 3. */
    Rotate("rotate"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StancePolicy =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of StancePolicy")
    }
}

/** A limit as the provider stated it. */
public class StatedLimit(
    /** Its name in the header fields, e.g. `requests` or `input-tokens`. */
    public val name: String,
    /** The limit. */
    public val limit: Long? = null,
    /** What was left of it. */
    public val remaining: Long? = null,
    /** Time until it is whole again, in milliseconds; absent if unknown. */
    public val reset: Duration? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("name", jsonOf(name))
        .put("limit", limit?.let { a -> jsonOf(a) })
        .put("remaining", remaining?.let { a -> jsonOf(a) })
        .put("reset_ms", reset?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StatedLimit = StatedLimit(
            json.required("name").asString(),
            json.member("limit")?.let { a -> a.asLong() },
            json.member("remaining")?.let { a -> a.asLong() },
            json.member("reset_ms")?.let { a -> a.asDuration() },
        )
    }
}

/** One step. */
public class StepView(
    /** Its number, from 0. */
    public val step: Long,
    /** The round. */
    public val round: Long,
    /** What it asks for. */
    public val phase: Phase,
    /** When it ends. */
    public val join: Join,
    /** All at once or one after the other. */
    public val order: Order,
    /** Usable replies it needs. */
    public val min: Long,
    /** The step whose failed turns it repeats. */
    public val retryOf: Long?,
    /** The planned turns. */
    public val asks: List<PlannedAsk>,
    /** Turns with a reply, in order of arrival. */
    public val arrived: List<String>,
    /** Why it ended; absent while it is open. */
    public val end: StepWhy?,
    /** When it began, in ms since 1970. */
    public val began: Instant,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("step", jsonOf(step))
        .put("round", jsonOf(round))
        .put("phase", phase.toJson())
        .put("join", join.toJson())
        .put("order", order.toJson())
        .put("min", jsonOf(min))
        .put("retry_of", retryOf?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("asks", jsonList(asks) { a -> a.toJson() })
        .put("arrived", jsonList(arrived) { a -> jsonOf(a) })
        .put("end", end?.let { a -> a.toJson() } ?: JsonNull)
        .put("began", jsonOfMillis(began))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StepView = StepView(
            json.required("step").asLong(),
            json.required("round").asLong(),
            Phase.fromJson(json.required("phase")),
            Join.fromJson(json.required("join")),
            Order.fromJson(json.required("order")),
            json.required("min").asLong(),
            json.member("retry_of")?.let { a -> a.asLong() },
            json.required("asks").asList { a -> PlannedAsk.fromJson(a) },
            json.required("arrived").asList { a -> a.asString() },
            json.member("end")?.let { a -> StepWhy.fromJson(a) },
            json.required("began").asInstantMs(),
        )
    }
}

/** Why a step ended. */
public enum class StepWhy(
    /** The word in a document. */
    public val word: String,
) {
    /** Every turn ended. */
    All("all"),
    /** A quorum was in. */
    Quorum("quorum"),
    /** The threshold was reached. */
    Consensus("consensus"),
    /** Time was up. */
    Deadline("deadline"),
    /** A limit stopped it. */
    Budget("budget"),
    /** The debate was cancelled. */
    Cancelled("cancelled"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StepWhy =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of StepWhy")
    }
}

/** Why a debate ended, with the numbers that triggered it. */
public class Stop(
    /** The cause. */
    public val cause: StopCause,
    /** The round it was found in. */
    public val round: Long,
    /** The numbers behind it, for people. */
    public val detail: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("cause", cause.toJson())
        .put("round", jsonOf(round))
        .put("detail", jsonOf(detail))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Stop = Stop(
            StopCause.fromJson(json.required("cause")),
            json.required("round").asLong(),
            json.required("detail").asString(),
        )
    }
}

/** Why a debate ended. */
public enum class StopCause(
    /** The word in a document. */
    public val word: String,
) {
    /** The caller, a shutdown or a revoked permission. */
    Cancelled("cancelled"),
    /** No usable reply at all. */
    AllFailed("all_failed"),
    /** A person ended it. */
    Human("human"),
    /** A limit on calls, tokens or cost. */
    Budget("budget"),
    /** Time is up. */
    Deadline("deadline"),
    /** A judge or moderator ended it. */
    Judge("judge"),
    /** Agreement of positions. */
    Consensus("consensus"),
    /** All independent first answers agree. */
    Gate("gate"),
    /** Enough seats say they are ready. */
    Readiness("readiness"),
    /** The distribution of positions stopped moving. */
    Stability("stability"),
    /** Everybody repeats a different answer. */
    Stalemate("stalemate"),
    /** Too few usable seats remain. */
    QuorumLost("quorum_lost"),
    /** The last allowed round was played. */
    MaxRounds("max_rounds"),
    /** The protocol's schedule is done. */
    Completed("completed"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StopCause =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of StopCause")
    }
}

/** Why a reply ended. */
public sealed interface StopReason {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** The participant was done. */
    public object End : Value(), StopReason {
        override fun toJson(): JsonValue = jsonOf("end")

        override fun toString(): String = "End"
    }

    /** The output limit cut it off. */
    public object Length : Value(), StopReason {
        override fun toJson(): JsonValue = jsonOf("length")

        override fun toString(): String = "Length"
    }

    /** A stop string was met. */
    public object StopSequence : Value(), StopReason {
        override fun toJson(): JsonValue = jsonOf("stop_sequence")

        override fun toString(): String = "StopSequence"
    }

    /** It asks for tool calls, which the core never runs. */
    public object ToolCalls : Value(), StopReason {
        override fun toJson(): JsonValue = jsonOf("tool_calls")

        override fun toString(): String = "ToolCalls"
    }

    /** It refused. */
    public object Refusal : Value(), StopReason {
        override fun toJson(): JsonValue = jsonOf("refusal")

        override fun toString(): String = "Refusal"
    }

    /** A filter stopped it. */
    public object ContentFilter : Value(), StopReason {
        override fun toJson(): JsonValue = jsonOf("content_filter")

        override fun toString(): String = "ContentFilter"
    }

    /** The provider paused the turn. */
    public object Pause : Value(), StopReason {
        override fun toJson(): JsonValue = jsonOf("pause")

        override fun toString(): String = "Pause"
    }

    /** Something this version has no word for. */
    public class Other(
        /** The value. */
        public val value: String,
    ) : Value(), StopReason {
        override fun toJson(): JsonValue = JsonObject(mapOf("other" to jsonOf(value)))
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StopReason {
            val (case, inner) = caseOf(json)
            return when (case) {
                "end" -> End
                "length" -> Length
                "stop_sequence" -> StopSequence
                "tool_calls" -> ToolCalls
                "refusal" -> Refusal
                "content_filter" -> ContentFilter
                "pause" -> Pause
                "other" -> Other(inner.asString())
                else -> throw unexpected(json, "a case of StopReason")
            }
        }
    }
}

/** When replies are streamed. */
public enum class StreamMode(
    /** The word in a document. */
    public val word: String,
) {
    /** Where somebody listens. */
    Auto("auto"),
    /** Always, e.g. because a gateway cuts long silent calls. */
    Always("always"),
    /** Never. */
    Never("never"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StreamMode =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of StreamMode")
    }
}

/** Whether an agent can be held to a schema. */
public enum class StructuredMode(
    /** The word in a document. */
    public val word: String,
) {
    /** The provider enforces it. */
    Native("native"),
    /** The prompt asks for it. */
    Instructed("instructed"),
    /** Neither; ballots are read from text. */
    None("none"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): StructuredMode =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of StructuredMode")
    }
}

/** How many rows a table has, and how many removals an increment holds for it. */
public class TableCount(
    /** Rows with a value. */
    public val rows: Long,
    /** Rows that are gone. */
    public val removed: Long? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("rows", jsonOf(rows))
        .put("removed", removed?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TableCount = TableCount(
            json.required("rows").asLong(),
            json.member("removed")?.let { a -> a.asLong() },
        )
    }
}

/** What a rule counted. */
public class Tally(
    /** The rule's name; of a hybrid, the member that decided. */
    public val rule: String,
    /** One row per option, in the order of the options. */
    public val rows: List<Row>,
    /** Weight of the votes that counted. In millionths. */
    public val counted: Long,
    /** Weight of all eligible seats. In millionths. */
    public val electorate: Long,
    /** Who had to take part, and who did. */
    public val quorum: Quorum,
    /** The test the leader had to pass, if the rule has one. */
    public val test: Test? = null,
    /** The options that are first: one if decided, several if tied, else none. */
    public val winners: List<String>,
    /** What follows from it. */
    public val outcome: Outcome,
    /** How a tie was broken. */
    public val tieBreak: TieUse? = null,
    /** What the rule did, line by line, where that is not plain from the rows. */
    public val trace: List<TraceLine>? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("rule", jsonOf(rule))
        .put("rows", jsonList(rows) { a -> a.toJson() })
        .put("counted", jsonOf(counted))
        .put("electorate", jsonOf(electorate))
        .put("quorum", quorum.toJson())
        .put("test", test?.let { a -> a.toJson() })
        .put("winners", jsonList(winners) { a -> jsonOf(a) })
        .put("outcome", outcome.toJson())
        .put("tie_break", tieBreak?.let { a -> a.toJson() })
        .put("trace", trace?.let { a -> jsonList(a) { b -> b.toJson() } })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Tally = Tally(
            json.required("rule").asString(),
            json.required("rows").asList { a -> Row.fromJson(a) },
            json.required("counted").asLong(),
            json.required("electorate").asLong(),
            Quorum.fromJson(json.required("quorum")),
            json.member("test")?.let { a -> Test.fromJson(a) },
            json.required("winners").asList { a -> a.asString() },
            Outcome.fromJson(json.required("outcome")),
            json.member("tie_break")?.let { a -> TieUse.fromJson(a) },
            json.member("trace")?.let { a -> a.asList { b -> TraceLine.fromJson(b) } },
        )
    }
}

/** How a target does. */
public class TargetHealth(
    /** Provider and model, e.g. `openai/gpt-5.4`. */
    public val target: String,
    /** Scheme, host and port; empty if it has none. */
    public val origin: String,
    /** The breaker's state. */
    public val state: BreakerState,
    /** Whether a call would be let through or be the probe. */
    public val available: Boolean,
    /** When it last answered. */
    public val lastSuccess: Instant? = null,
    /** When it last failed, and how. */
    public val lastError: LastError? = null,
    /** Length of the window the numbers below are about, in seconds. */
    public val windowSeconds: Long,
    /** Calls that ended. */
    public val calls: Long,
    /** Of those, failed. */
    public val errors: Long,
    /** Answers slower than the service target. */
    public val missed: Long,
    /** Median of the answers, in milliseconds. */
    public val p50: Duration? = null,
    /** 95th percentile of the answers, in milliseconds. */
    public val p95: Duration? = null,
    /** Calls in flight. */
    public val inFlight: Long,
    /** Calls that wait for a place or for a rate limit. */
    public val queued: Long,
    /** What the provider last said about its limits. */
    public val stated: List<StatedLimit>,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("target", jsonOf(target))
        .put("origin", jsonOf(origin))
        .put("state", state.toJson())
        .put("available", jsonOf(available))
        .put("last_success", lastSuccess?.let { a -> jsonOfMillis(a) })
        .put("last_error", lastError?.let { a -> a.toJson() })
        .put("window_seconds", jsonOf(windowSeconds))
        .put("calls", jsonOf(calls))
        .put("errors", jsonOf(errors))
        .put("missed", jsonOf(missed))
        .put("p50_ms", p50?.let { a -> jsonOf(a) })
        .put("p95_ms", p95?.let { a -> jsonOf(a) })
        .put("in_flight", jsonOf(inFlight))
        .put("queued", jsonOf(queued))
        .put("stated", jsonList(stated) { a -> a.toJson() })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TargetHealth = TargetHealth(
            json.required("target").asString(),
            json.required("origin").asString(),
            BreakerState.fromJson(json.required("state")),
            json.required("available").asBoolean(),
            json.member("last_success")?.let { a -> a.asInstantMs() },
            json.member("last_error")?.let { a -> LastError.fromJson(a) },
            json.required("window_seconds").asLong(),
            json.required("calls").asLong(),
            json.required("errors").asLong(),
            json.required("missed").asLong(),
            json.member("p50_ms")?.let { a -> a.asDuration() },
            json.member("p95_ms")?.let { a -> a.asDuration() },
            json.required("in_flight").asLong(),
            json.required("queued").asLong(),
            json.required("stated").asList { a -> StatedLimit.fromJson(a) },
        )
    }
}

/** The test the leader had to pass. */
public class Test(
    /** `>` or `>=`. */
    public val op: String,
    /** The share. */
    public val share: String,
    /** Whose weight is the whole. */
    public val basis: Basis,
    /** What the leader has; rules that count heads count each as weight 1. In millionths. */
    public val part: Long,
    /** What it is a share of. In millionths. */
    public val whole: Long,
    /** Whether the leader passed. Stays false when a casting vote decided an exact half. */
    public val passed: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("op", jsonOf(op))
        .put("share", jsonOf(share))
        .put("basis", basis.toJson())
        .put("part", jsonOf(part))
        .put("whole", jsonOf(whole))
        .put("passed", jsonOf(passed))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Test = Test(
            json.required("op").asString(),
            json.required("share").asString(),
            Basis.fromJson(json.required("basis")),
            json.required("part").asLong(),
            json.required("whole").asLong(),
            json.required("passed").asBoolean(),
        )
    }
}

/** What happens when several options are first. */
public sealed interface TieBreak {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** A tie stays a tie. */
    public object None : Value(), TieBreak {
        override fun toJson(): JsonValue = jsonOf("none")

        override fun toString(): String = "None"
    }

    /** The option that was voted for first. */
    public object FirstSeen : Value(), TieBreak {
        override fun toJson(): JsonValue = jsonOf("first_seen")

        override fun toString(): String = "FirstSeen"
    }

    /** The option with the earliest supporter in roster order. */
    public object Roster : Value(), TieBreak {
        override fun toJson(): JsonValue = jsonOf("roster")

        override fun toString(): String = "Roster"
    }

    /** By the debate's seed. */
    public object Seeded : Value(), TieBreak {
        override fun toJson(): JsonValue = jsonOf("seeded")

        override fun toString(): String = "Seeded"
    }

    /** One more turn of this seat decides. */
    public class Seat(
        /** The value. */
        public val value: String,
    ) : Value(), TieBreak {
        override fun toJson(): JsonValue = JsonObject(mapOf("seat" to jsonOf(value)))
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TieBreak {
            val (case, inner) = caseOf(json)
            return when (case) {
                "none" -> None
                "first_seen" -> FirstSeen
                "roster" -> Roster
                "seeded" -> Seeded
                "seat" -> Seat(inner.asString())
                else -> throw unexpected(json, "a case of TieBreak")
            }
        }
    }
}

/** How a tie was broken. */
public class TieUse(
    /** The options that were tied. */
    public val tied: List<String>,
    /** What decided. */
    public val by: TieBreak,
    /** The option that was taken. */
    public val chosen: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("tied", jsonList(tied) { a -> jsonOf(a) })
        .put("by", by.toJson())
        .put("chosen", jsonOf(chosen))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TieUse = TieUse(
            json.required("tied").asList { a -> a.asString() },
            TieBreak.fromJson(json.required("by")),
            json.required("chosen").asString(),
        )
    }
}

/** Time limits of one exchange, in milliseconds. */
public class TimeoutsDocument(
    /** Until the head of a streamed response, default 120,000. */
    public val headers: Duration? = null,
    /** Between two pieces of the body, default 60,000. */
    public val idle: Duration? = null,
    /** For everything, default 240,000. */
    public val total: Duration? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("headers_ms", headers?.let { a -> jsonOf(a) })
        .put("idle_ms", idle?.let { a -> jsonOf(a) })
        .put("total_ms", total?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TimeoutsDocument = TimeoutsDocument(
            json.member("headers_ms")?.let { a -> a.asDuration() },
            json.member("idle_ms")?.let { a -> a.asDuration() },
            json.member("total_ms")?.let { a -> a.asDuration() },
        )
    }
}

/** A tool call a model asked for. */
public class ToolCall(
    /** The provider's id. */
    public val id: String? = null,
    /** The tool. */
    public val name: String? = null,
    /** The arguments, if they are JSON. */
    public val arguments: JsonValue? = null,
    /** The arguments as they came. */
    public val raw: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", id?.let { a -> jsonOf(a) })
        .put("name", name?.let { a -> jsonOf(a) })
        .put("arguments", arguments)
        .put("raw", raw?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): ToolCall = ToolCall(
            json.member("id")?.let { a -> a.asString() },
            json.member("name")?.let { a -> a.asString() },
            json.member("arguments"),
            json.member("raw")?.let { a -> a.asString() },
        )
    }
}

/** Who sees whom. */
public sealed interface Topology {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Everybody sees everybody. */
    public object AllToAll : Value(), Topology {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("all_to_all")))

        override fun toString(): String = "AllToAll"
    }

    /** The neighbours in roster order; only the one before if directed. */
    public class Ring(
        /** Whether only the seat before is seen. */
        public val directed: Boolean? = null,
    ) : Value(), Topology {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("ring"))
            .put("directed", directed?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Ring = Ring(
                json.member("directed")?.let { a -> a.asBoolean() },
            )
        }
    }

    /** Spokes see the hub, the hub sees all. */
    public class Star(
        /** Roster index of the hub. */
        public val hub: Long,
    ) : Value(), Topology {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("star"))
            .put("hub", jsonOf(hub))
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Star = Star(
                json.required("hub").asLong(),
            )
        }
    }

    /** max(1, ceil((1 - sparsity)(n - 1))) others, anew each round. */
    public class Sparse(
        /** 0..1, default .5. */
        public val sparsity: Double? = null,
    ) : Value(), Topology {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("sparse"))
            .put("sparsity", sparsity?.let { a -> jsonOf(a) })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Sparse = Sparse(
                json.member("sparsity")?.let { a -> a.asDouble() },
            )
        }
    }

    /** One other, another in each round. */
    public object RoundRobin : Value(), Topology {
        override fun toJson(): JsonValue = JsonObject(mapOf("name" to jsonOf("round_robin")))

        override fun toString(): String = "RoundRobin"
    }

    /** Row i lists whom seat i sees. */
    public class Custom(
        /** n x n. */
        public val matrix: List<List<Boolean>>,
    ) : Value(), Topology {
        override fun toJson(): JsonValue = Members()
            .put("name", jsonOf("custom"))
            .put("matrix", jsonList(matrix) { a -> jsonList(a) { b -> jsonOf(b) } })
            .done()

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Custom = Custom(
                json.required("matrix").asList { a -> a.asList { b -> b.asBoolean() } },
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Topology {
            return when (val case = json.required("name").asString()) {
                "all_to_all" -> AllToAll
                "ring" -> Ring.fromJson(json)
                "star" -> Star.fromJson(json)
                "sparse" -> Sparse.fromJson(json)
                "round_robin" -> RoundRobin
                "custom" -> Custom.fromJson(json)
                else -> throw unexpected(JsonString(case), "a case of Topology")
            }
        }
    }
}

/** One line of a rule's account. */
public class TraceLine(
    /** The rule or stage. */
    public val stage: String,
    /** What it found. */
    public val note: String,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("stage", jsonOf(stage))
        .put("note", jsonOf(note))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TraceLine = TraceLine(
            json.required("stage").asString(),
            json.required("note").asString(),
        )
    }
}

/** Something that was said. */
public class TranscriptMessage(
    /** Its id. */
    public val id: String,
    /** Who said it. */
    public val author: Author,
    /** The seat, if it was one. */
    public val seat: String?,
    /** The turn, if it was one. */
    public val turn: String?,
    /** The step it arrived in. */
    public val step: Long?,
    /** What was asked for. */
    public val phase: Phase?,
    /** What it is. */
    public val kind: MessageKind,
    /** The round. */
    public val round: Long,
    /** The whole text, unchanged. */
    public val text: String,
    /** Who may see it. */
    public val visibility: Visibility,
    /** The structured value. */
    public val structured: JsonValue,
    /** Why the reply ended. */
    public val stop: StopReason,
    /** A refusal. */
    public val refusal: Refusal?,
    /** The answer found in it. */
    public val answer: ExtractedAnswer?,
    /** Stated confidence. */
    public val confidence: Double?,
    /** Whether the seat wants to go on. */
    public val goOn: Boolean?,
    /** Whether the seat is ready to decide. */
    public val ready: Boolean?,
    /** Order of arrival in its step. */
    public val arrival: Long,
    /** Whether a fork replaced the text. */
    public val edited: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("author", author.toJson())
        .put("seat", seat?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("turn", turn?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("step", step?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("phase", phase?.let { a -> a.toJson() } ?: JsonNull)
        .put("kind", kind.toJson())
        .put("round", jsonOf(round))
        .put("text", jsonOf(text))
        .put("visibility", visibility.toJson())
        .put("structured", structured)
        .put("stop", stop.toJson())
        .put("refusal", refusal?.let { a -> a.toJson() } ?: JsonNull)
        .put("answer", answer?.let { a -> a.toJson() } ?: JsonNull)
        .put("confidence", confidence?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("go_on", goOn?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("ready", ready?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("arrival", jsonOf(arrival))
        .put("edited", jsonOf(edited))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TranscriptMessage = TranscriptMessage(
            json.required("id").asString(),
            Author.fromJson(json.required("author")),
            json.member("seat")?.let { a -> a.asString() },
            json.member("turn")?.let { a -> a.asString() },
            json.member("step")?.let { a -> a.asLong() },
            json.member("phase")?.let { a -> Phase.fromJson(a) },
            MessageKind.fromJson(json.required("kind")),
            json.required("round").asLong(),
            json.required("text").asString(),
            Visibility.fromJson(json.required("visibility")),
            json["structured"] ?: JsonNull,
            StopReason.fromJson(json.required("stop")),
            json.member("refusal")?.let { a -> Refusal.fromJson(a) },
            json.member("answer")?.let { a -> ExtractedAnswer.fromJson(a) },
            json.member("confidence")?.let { a -> a.asDouble() },
            json.member("go_on")?.let { a -> a.asBoolean() },
            json.member("ready")?.let { a -> a.asBoolean() },
            json.required("arrival").asLong(),
            json.required("edited").asBoolean(),
        )
    }
}

/** Where a turn stands. */
public enum class TurnState(
    /** The word in a document. */
    public val word: String,
) {
    /** Planned, not started. */
    Planned("planned"),
    /** Handed to its agent. */
    Running("running"),
    /** Ended with a reply. */
    Answered("answered"),
    /** Ended without a usable reply. */
    Failed("failed"),
    /** Given up while it ran. */
    Cancelled("cancelled"),
    /** Never started. */
    Skipped("skipped"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TurnState =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of TurnState")
    }
}

/** One turn of one seat. */
public class TurnView(
    /** The turn. */
    public val id: String,
    /** The seat. */
    public val seat: String,
    /** What was asked for. */
    public val phase: Phase,
    /** The round. */
    public val round: Long,
    /** The step. */
    public val step: Long,
    /** Where it stands. */
    public val state: TurnState,
    /** Why it failed. */
    public val error: ErrorInfo?,
    /** Its message. */
    public val message: String?,
    /** Attempts of the newest asking. */
    public val attempts: Long,
    /** Whether it was handed to its agent at least once. */
    public val askedBefore: Boolean,
    /** Tokens its attempts used, input and output together. */
    public val tokens: Long,
    /** Known cost of its attempts in micro-dollars. */
    public val micros: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("seat", jsonOf(seat))
        .put("phase", phase.toJson())
        .put("round", jsonOf(round))
        .put("step", jsonOf(step))
        .put("state", state.toJson())
        .put("error", error?.let { a -> a.toJson() } ?: JsonNull)
        .put("message", message?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("attempts", jsonOf(attempts))
        .put("asked_before", jsonOf(askedBefore))
        .put("tokens", jsonOf(tokens))
        .put("micros", jsonOf(micros))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): TurnView = TurnView(
            json.required("id").asString(),
            json.required("seat").asString(),
            Phase.fromJson(json.required("phase")),
            json.required("round").asLong(),
            json.required("step").asLong(),
            TurnState.fromJson(json.required("state")),
            json.member("error")?.let { a -> ErrorInfo.fromJson(a) },
            json.member("message")?.let { a -> a.asString() },
            json.required("attempts").asLong(),
            json.required("asked_before").asBoolean(),
            json.required("tokens").asLong(),
            json.required("micros").asLong(),
        )
    }
}

/** What becomes of a reply in which no answer is found. */
public enum class UnparsedPolicy(
    /** The word in a document. */
    public val word: String,
) {
    /** It is no position and no vote; the default. */
    Exclude("exclude"),
    /** It is an answer of its own, and two such replies agree (as in published DyLAN runs). */
    OwnCandidate("own_candidate"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): UnparsedPolicy =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of UnparsedPolicy")
    }
}

/** What becomes of a call that has no price. */
public sealed interface Unpriced {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** It is refused as `unpriced`. */
    public object Refuse : Value(), Unpriced {
        override fun toJson(): JsonValue = jsonOf("refuse")

        override fun toString(): String = "Refuse"
    }

    /** It is let through and counts as nothing. */
    public object Allow : Value(), Unpriced {
        override fun toJson(): JsonValue = jsonOf("allow")

        override fun toString(): String = "Allow"
    }

    /** It counts at these prices. */
    public class Assume(
        /** Micro-dollars per million input tokens. */
        public val input: Long,
        /** Micro-dollars per million output tokens. */
        public val output: Long,
    ) : Value(), Unpriced {
        override fun toJson(): JsonValue = JsonObject(mapOf("assume" to Members()
            .put("input", jsonOf(input))
            .put("output", jsonOf(output))
            .done()))

        public companion object {
            /** From the JSON form. */
            @JvmStatic
            public fun fromJson(json: JsonValue): Assume = Assume(
                json.required("input").asLong(),
                json.required("output").asLong(),
            )
        }
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Unpriced {
            val (case, inner) = caseOf(json)
            return when (case) {
                "refuse" -> Refuse
                "allow" -> Allow
                "assume" -> Assume.fromJson(inner)
                else -> throw unexpected(json, "a case of Unpriced")
            }
        }
    }
}

/**
 * Tokens of one call, as reported. Derived differences saturate at 0 because some vendors break the rules
 * `reasoning <= output_total` and `cache_read + cache_write <= input_total`.
 */
public class Usage(
    /** Input tokens, cached ones included. */
    public val inputTotal: Long,
    /** Output tokens, reasoning included. */
    public val outputTotal: Long,
    /** Input tokens read from a cache. */
    public val cacheRead: Long? = null,
    /** Input tokens written to a cache. */
    public val cacheWrite: Long? = null,
    /** Output tokens spent on reasoning. */
    public val reasoning: Long? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("input_total", jsonOf(inputTotal))
        .put("output_total", jsonOf(outputTotal))
        .put("cache_read", cacheRead?.let { a -> jsonOf(a) })
        .put("cache_write", cacheWrite?.let { a -> jsonOf(a) })
        .put("reasoning", reasoning?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Usage = Usage(
            json.required("input_total").asLong(),
            json.required("output_total").asLong(),
            json.member("cache_read")?.let { a -> a.asLong() },
            json.member("cache_write")?.let { a -> a.asLong() },
            json.member("reasoning")?.let { a -> a.asLong() },
        )
    }
}

/** Tokens and money of a debate or a seat. */
public class UsageTotals(
    /** Input tokens, cached ones included. */
    public val input: Long,
    /** Output tokens, reasoning included. */
    public val output: Long,
    /** Input tokens read from a cache. */
    public val cacheRead: Long,
    /** Input tokens written to a cache. */
    public val cacheWrite: Long,
    /** Output tokens spent on reasoning. */
    public val reasoning: Long,
    /** Known cost in micro-dollars. */
    public val micros: Long,
    /** Whether the cost of every call is known. */
    public val complete: Boolean,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("input", jsonOf(input))
        .put("output", jsonOf(output))
        .put("cache_read", jsonOf(cacheRead))
        .put("cache_write", jsonOf(cacheWrite))
        .put("reasoning", jsonOf(reasoning))
        .put("micros", jsonOf(micros))
        .put("complete", jsonOf(complete))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): UsageTotals = UsageTotals(
            json.required("input").asLong(),
            json.required("output").asLong(),
            json.required("cache_read").asLong(),
            json.required("cache_write").asLong(),
            json.required("reasoning").asLong(),
            json.required("micros").asLong(),
            json.required("complete").asBoolean(),
        )
    }
}

/** Outcome, exact share and confidence in one word. */
public enum class Verdict(
    /** The word in a document. */
    public val word: String,
) {
    /** Decided, no dissent, confidence >= .8, nothing open. */
    Approved("approved"),
    /** Decided otherwise. */
    ApprovedWithConditions("approved_with_conditions"),
    /** Not decided, the leader has at least 2/5. */
    NeedsReview("needs_review"),
    /** Not decided. */
    Rejected("rejected"),
    /** No usable reply. */
    NoEvidence("no_evidence"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Verdict =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Verdict")
    }
}

/** Who may see a message. What is hidden from an agent reaches no body, digest, log or cache key of its calls. */
public sealed interface Visibility {
    /** The JSON form. */
    public fun toJson(): JsonValue

    /** Everybody. */
    public object All : Value(), Visibility {
        override fun toJson(): JsonValue = jsonOf("all")

        override fun toString(): String = "All"
    }

    /** These agents only. */
    public class Only(
        /** The value. */
        public val value: List<String>,
    ) : Value(), Visibility {
        override fun toJson(): JsonValue = JsonObject(mapOf("only" to jsonList(value) { a -> jsonOf(a) }))
    }

    /** Everybody but these agents. */
    public class Except(
        /** The value. */
        public val value: List<String>,
    ) : Value(), Visibility {
        override fun toJson(): JsonValue = JsonObject(mapOf("except" to jsonList(value) { a -> jsonOf(a) }))
    }

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Visibility {
            val (case, inner) = caseOf(json)
            return when (case) {
                "all" -> All
                "only" -> Only(inner.asList { a -> a.asString() })
                "except" -> Except(inner.asList { a -> a.asString() })
                else -> throw unexpected(json, "a case of Visibility")
            }
        }
    }
}

/** Plurality over the first independent answers, with the same equivalence. */
public class VoteOnly(
    /** What it would have decided. */
    public val answer: Answer? = null,
    /** The outcome of that vote. */
    public val outcome: Outcome,
    /** What was counted. */
    public val tally: Tally,
    /** Whether it is the decision's answer. */
    public val sameAsDecision: Boolean,
    /** Whether every eligible seat had been asked; an early stop may leave some out. */
    public val complete: Boolean,
    /** Calls the first answers took. */
    public val calls: Long,
    /** Tokens they used. */
    public val tokens: Long,
    /** What they cost, where known. */
    public val micros: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("answer", answer?.let { a -> a.toJson() })
        .put("outcome", outcome.toJson())
        .put("tally", tally.toJson())
        .put("same_as_decision", jsonOf(sameAsDecision))
        .put("complete", jsonOf(complete))
        .put("calls", jsonOf(calls))
        .put("tokens", jsonOf(tokens))
        .put("micros", jsonOf(micros))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): VoteOnly = VoteOnly(
            json.member("answer")?.let { a -> Answer.fromJson(a) },
            Outcome.fromJson(json.required("outcome")),
            Tally.fromJson(json.required("tally")),
            json.required("same_as_decision").asBoolean(),
            json.required("complete").asBoolean(),
            json.required("calls").asLong(),
            json.required("tokens").asLong(),
            json.required("micros").asLong(),
        )
    }
}

/**
 * Everybody answers alone; the answers are the votes. The baseline every debate has to beat.
 *
 * Planned calls: nk, or n(k + 1) with ballots.
 */
public class VoteOnlyProtocol(
    /** Answers per seat, default 1; a seat's most frequent answer is its position. */
    public val samples: Long? = null,
    /** Adds a vote over the answers, for free texts that never group. */
    public val ballots: Boolean? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("samples", samples?.let { a -> jsonOf(a) })
        .put("ballots", ballots?.let { a -> jsonOf(a) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): VoteOnlyProtocol = VoteOnlyProtocol(
            json.member("samples")?.let { a -> a.asLong() },
            json.member("ballots")?.let { a -> a.asBoolean() },
        )
    }
}

/** One eligible seat's vote. */
public class VoteRecord(
    /** Who. */
    public val voter: String,
    /** What became of it. */
    public val status: VoteStatus,
    /** The ballot, if there was a reply. */
    public val ballot: Ballot? = null,
    /** Stated confidence. */
    public val confidence: Double? = null,
    /** The weight it counted with; 0 unless cast. In millionths. */
    public val weight: Long,
    /** The stated reason. */
    public val reason: String? = null,
    /** Whether it was for the own answer and nobody else's. */
    public val selfVote: Boolean,
    /** The round it was given in; 0 if never asked. */
    public val round: Long,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("voter", jsonOf(voter))
        .put("status", status.toJson())
        .put("ballot", ballot?.let { a -> a.toJson() })
        .put("confidence", confidence?.let { a -> jsonOf(a) })
        .put("weight", jsonOf(weight))
        .put("reason", reason?.let { a -> jsonOf(a) })
        .put("self_vote", jsonOf(selfVote))
        .put("round", jsonOf(round))
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): VoteRecord = VoteRecord(
            json.required("voter").asString(),
            VoteStatus.fromJson(json.required("status")),
            json.member("ballot")?.let { a -> Ballot.fromJson(a) },
            json.member("confidence")?.let { a -> a.asDouble() },
            json.required("weight").asLong(),
            json.member("reason")?.let { a -> a.asString() },
            json.required("self_vote").asBoolean(),
            json.required("round").asLong(),
        )
    }
}

/** What became of an eligible seat in the deciding vote. Only `cast` counts. */
public enum class VoteStatus(
    /** The word in a document. */
    public val word: String,
) {
    /** A valid ballot. */
    Cast("cast"),
    /** An explicit abstention. */
    Abstain("abstain"),
    /** A reply that is no ballot. */
    Invalid("invalid"),
    /** The turn failed. */
    Failed("failed"),
    /** The turn ran out of time. */
    TimedOut("timed_out"),
    /** Never asked, or cancelled before it answered. */
    NotAsked("not_asked"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): VoteStatus =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of VoteStatus")
    }
}

/** A recorded vote. */
public class VoteView(
    /** The step it was given in; absent for a host user's vote. */
    public val step: Long?,
    /** The round. */
    public val round: Long,
    /** Who. */
    public val voter: String,
    /** What became of it. */
    public val status: VoteStatus,
    /** The ballot. */
    public val ballot: Ballot?,
    /** Stated confidence. */
    public val confidence: Double?,
    /** Stated reason. */
    public val reason: String?,
    /** Whether it was for the own answer and nobody else's. */
    public val selfVote: Boolean,
    /** Order of arrival. */
    public val arrival: Long,
    /** Intensity of a host user's vote. */
    public val userIntensity: Long?,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("step", step?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("round", jsonOf(round))
        .put("voter", jsonOf(voter))
        .put("status", status.toJson())
        .put("ballot", ballot?.let { a -> a.toJson() } ?: JsonNull)
        .put("confidence", confidence?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("reason", reason?.let { a -> jsonOf(a) } ?: JsonNull)
        .put("self_vote", jsonOf(selfVote))
        .put("arrival", jsonOf(arrival))
        .put("user_intensity", userIntensity?.let { a -> jsonOf(a) } ?: JsonNull)
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): VoteView = VoteView(
            json.member("step")?.let { a -> a.asLong() },
            json.required("round").asLong(),
            json.required("voter").asString(),
            VoteStatus.fromJson(json.required("status")),
            json.member("ballot")?.let { a -> Ballot.fromJson(a) },
            json.member("confidence")?.let { a -> a.asDouble() },
            json.member("reason")?.let { a -> a.asString() },
            json.required("self_vote").asBoolean(),
            json.required("arrival").asLong(),
            json.member("user_intensity")?.let { a -> a.asLong() },
        )
    }
}

/** The wire formats. */
public enum class Wire(
    /** The word in a document. */
    public val word: String,
) {
    /** Anthropic Messages. */
    Messages("messages"),
    /** OpenAI Responses. */
    Responses("responses"),
    /** OpenAI Chat Completions and its dialects. */
    Chat("chat"),
    /** Gemini `generateContent`. */
    Gemini("gemini"),
    /** Gemini Interactions. */
    GeminiInteractions("gemini_interactions"),
    ;

    /** The JSON form. */
    public fun toJson(): JsonValue = jsonOf(word)

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Wire =
            entries.find { it.word == json.asString() } ?: throw unexpected(json, "a word of Wire")
    }
}
