package ai.aragora

import ai.aragora.ffi.FfiException
import ai.aragora.ffi.ffiCauseFound
import java.util.concurrent.ConcurrentHashMap
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/**
 * Everything that goes wrong in a debate, by its [code]. Raise one in an agent or a protocol to say how the core should
 * react; any other exception becomes `agent_failed` or `protocol_failed` with that exception as [cause].
 *
 * @property code the stable word to decide by.
 * @property reason what happened and what to do, in one sentence.
 * @property retryAfter how long to wait before trying again, if anybody said so.
 * @property context names and values that belong to the error.
 */
public class AragoraException @JvmOverloads constructor(
    public val code: ErrorCode,
    public val reason: String,
    retryable: Boolean? = null,
    public val retryAfter: Duration? = null,
    public val context: Map<String, String> = emptyMap(),
    cause: Throwable? = null,
) : RuntimeException("${code.word}: $reason", cause) {
    /** What the author of the error said; the code decides where he said nothing. */
    internal val givenRetryable: Boolean? = retryable

    /** Whether the same call may succeed later. */
    public val retryable: Boolean = retryable ?: code.retryable
}

/** Exceptions of participants whose errors the core holds, by call. One table per process: errors outlive instances. */
internal object Causes {
    private val parked = ConcurrentHashMap<ULong, Throwable>()

    val size: Int get() = parked.size

    fun park(call: ULong, cause: Throwable) {
        parked[call] = cause
    }

    fun release(call: ULong) {
        parked.remove(call)
    }

    fun find(call: ULong): Throwable? = parked[call]
}

internal fun FfiException.toAragora(): AragoraException = when (this) {
    is FfiException.Failed -> {
        val cause = causeCall?.let { call -> Causes.find(call).also { ffiCauseFound(call) } }
        val behind = cause ?: causeParts?.let { errorOf(JsonValue.parse(it)) }
        AragoraException(ErrorCode(code), reason, retryable, retryAfterMs?.toLong()?.milliseconds, context, behind)
    }
}

/** An error of the core that is the cause of another one. */
private fun errorOf(parts: JsonValue): AragoraException = AragoraException(
    ErrorCode(parts.required("code").asString()),
    parts.required("reason").asString(),
    parts.required("retryable").asBoolean(),
    parts.member("retry_after_ms")?.asDuration(),
    parts.required("context").asMap { it.asString() },
    parts.member("cause")?.let(::errorOf),
)

/** Calls the core and throws what a user can read. */
internal inline fun <T> native(call: () -> T): T =
    try {
        call()
    } catch (error: FfiException) {
        throw error.toAragora()
    }

/** A failure of a participant, as the core wants to hear it. */
internal fun failureOf(error: Throwable): JsonValue = when (error) {
    is AragoraException -> Members()
        .put("reason", jsonOf(error.reason))
        .put("code", jsonOf(error.code.word))
        .put("retryable", error.givenRetryable?.let(::jsonOf))
        .put("retry_after_ms", error.retryAfter?.let(::jsonOf))
        .put("context", error.context.takeIf { it.isNotEmpty() }?.let { jsonMap(it, ::jsonOf) })
        .done()
    else -> Members().put("reason", jsonOf(described(error))).done()
}

/** The class and the words of an exception, without half characters that could not cross. */
internal fun described(error: Throwable): String {
    val words = error.message?.let { ": $it" }.orEmpty()
    val name = error.javaClass.simpleName.ifEmpty { error.javaClass.name }
    return String((name + words).toByteArray(Charsets.UTF_8), Charsets.UTF_8)
}
