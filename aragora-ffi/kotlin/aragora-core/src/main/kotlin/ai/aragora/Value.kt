package ai.aragora

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/**
 * A value of this package. Values never change; they are equal if everything in them is, and their JSON form is the
 * one of the debate's log.
 */
public abstract class Value internal constructor() {
    /** The JSON form. */
    public abstract fun toJson(): JsonValue

    final override fun equals(other: Any?): Boolean =
        this === other || (other is Value && other.javaClass == javaClass && other.toJson() == toJson())

    final override fun hashCode(): Int = toJson().hashCode()

    override fun toString(): String = "${javaClass.simpleName}(${toJson()})"

    /** As text, with the names but not the values of these members. */
    internal fun hiding(vararg secrets: String): String {
        val shown = toJson().asObject().members.mapValues { (name, value) -> if (name in secrets) hidden(value) else value }
        return "${javaClass.simpleName}(${JsonObject(shown)})"
    }
}

/** What is shown of a secret, or of a map to secrets. */
private fun hidden(value: JsonValue): JsonValue =
    if (value is JsonObject) JsonObject(value.members.mapValues { jsonOf("***") }) else jsonOf("***")

/** A setting that was given on purpose; null says "none", where leaving it out says "as the core thinks best". */
public class Given<out T : Any>(
    /** What was given. */
    public val value: T?,
) {
    override fun equals(other: Any?): Boolean = other is Given<*> && other.value == value

    override fun hashCode(): Int = value.hashCode()

    override fun toString(): String = "Given($value)"
}

/** Collects the members of a document; what is absent stays absent. */
internal class Members {
    private val found = LinkedHashMap<String, JsonValue>()

    fun put(name: String, value: JsonValue?): Members {
        if (value != null) found[name] = value
        return this
    }

    fun done(): JsonObject = JsonObject(found)
}

private const val LARGEST = 9_007_199_254_740_991

// From values to JSON.

internal fun jsonOf(value: String): JsonValue = JsonString(value)

internal fun jsonOf(value: Boolean): JsonValue = JsonBoolean(value)

internal fun jsonOf(value: Double): JsonValue = JsonNumber.of(value)

internal fun jsonOf(value: Long): JsonValue {
    if (value > LARGEST || value < -LARGEST) throw invalid("$value is larger than $LARGEST, the largest integer that crosses")
    return JsonNumber.of(value)
}

/** Full-range integers cross as decimal strings. */
internal fun jsonOf(value: ULong): JsonValue = JsonString(value.toString())

internal fun jsonOf(value: Instant): JsonValue = JsonString(value.toString())

internal fun jsonOfMillis(value: Instant): JsonValue = jsonOf(value.toEpochMilli())

internal fun jsonOf(value: Duration): JsonValue {
    if (value.isNegative() || value.isInfinite()) throw invalid("$value is not a duration that can be waited for")
    return jsonOf(value.inWholeMilliseconds)
}

internal inline fun <T> jsonList(items: Iterable<T>, write: (T) -> JsonValue): JsonValue = JsonArray(items.map(write))

internal inline fun <T> jsonMap(members: Map<String, T>, write: (T) -> JsonValue): JsonValue =
    JsonObject(members.mapValues { write(it.value) })

// From JSON to values. What the core sends has these forms; anything else is a defect, not the user's mistake.

internal fun unexpected(value: JsonValue, wanted: String): AragoraException =
    AragoraException(ErrorCode.InvalidRequest, "expected $wanted, found ${value.toString().take(80)}")

internal fun JsonValue.asString(): String = (this as? JsonString)?.value ?: throw unexpected(this, "a string")

internal fun JsonValue.asBoolean(): Boolean = (this as? JsonBoolean)?.value ?: throw unexpected(this, "true or false")

internal fun JsonValue.asLong(): Long = (this as? JsonNumber)?.toLongOrNull() ?: throw unexpected(this, "an integer")

internal fun JsonValue.asDouble(): Double = (this as? JsonNumber)?.toDouble() ?: throw unexpected(this, "a number")

internal fun JsonValue.asULong(): ULong =
    (this as? JsonString)?.value?.toULongOrNull() ?: throw unexpected(this, "a decimal string")

internal fun JsonValue.asInstant(): Instant =
    runCatching { Instant.parse(asString()) }.getOrElse { throw unexpected(this, "a time") }

internal fun JsonValue.asInstantMs(): Instant = Instant.ofEpochMilli(asLong())

internal fun JsonValue.asDuration(): Duration = asLong().milliseconds

internal fun JsonValue.asObject(): JsonObject = this as? JsonObject ?: throw unexpected(this, "an object")

internal inline fun <T> JsonValue.asList(read: (JsonValue) -> T): List<T> =
    (this as? JsonArray)?.items?.map(read) ?: throw unexpected(this, "a list")

internal inline fun <T> JsonValue.asMap(read: (JsonValue) -> T): Map<String, T> = asObject().members.mapValues { read(it.value) }

/** The member with this name; absent and null are the same. */
internal fun JsonValue.member(name: String): JsonValue? = this[name]?.takeUnless { it === JsonNull }

internal fun JsonValue.required(name: String): JsonValue = member(name) ?: throw unexpected(this, "a member \"$name\"")

/** The case of a choice, which is a word by itself or the only member of an object, and what belongs to it. */
internal fun caseOf(json: JsonValue): Pair<String, JsonValue> = when (json) {
    is JsonString -> json.value to JsonNull
    is JsonObject -> json.members.entries.singleOrNull()?.let { it.key to it.value } ?: throw unexpected(json, "one member")
    else -> throw unexpected(json, "a word or an object of one member")
}
