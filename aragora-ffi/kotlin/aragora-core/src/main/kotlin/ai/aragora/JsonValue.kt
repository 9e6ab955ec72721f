package ai.aragora

import java.math.BigDecimal

/**
 * A JSON value. Nothing is lost on the way: numbers keep the digits they were written with, and objects their order.
 *
 * `toString()` is JSON text.
 */
public sealed class JsonValue {
    /** The member of an object, or null if this is no object or has no such member. */
    public open operator fun get(name: String): JsonValue? = null

    final override fun toString(): String = JsonWriter.text(this)

    public companion object {
        /** Reads JSON text. `invalid_request` with the place if it is none. */
        @JvmStatic
        public fun parse(text: String): JsonValue = JsonReader(text).document()

        /**
         * The JSON form of plain data: null, booleans, numbers, strings, enum cases, iterables, maps with string keys,
         * values of this package. `invalid_request` for anything else and for numbers that are not finite.
         */
        @JvmStatic
        public fun of(value: Any?): JsonValue = when (value) {
            null -> JsonNull
            is JsonValue -> value
            is Value -> value.toJson()
            is Boolean -> JsonBoolean(value)
            is String -> JsonString(value)
            is Byte, is Short, is Int, is Long, is UInt, is ULong -> JsonNumber(value.toString())
            is java.math.BigInteger, is BigDecimal -> JsonNumber(value.toString())
            is Double -> JsonNumber.of(value)
            is Float -> JsonNumber.of(value.toDouble())
            is Map<*, *> -> JsonObject(value.entries.associate { (name, member) ->
                (name as? String ?: throw invalid("a name of a JSON object must be a string, not $name")) to of(member)
            })
            is Iterable<*> -> JsonArray(value.map { of(it) })
            is Array<*> -> JsonArray(value.map { of(it) })
            else -> throw invalid("${value.javaClass.name} has no JSON form")
        }
    }
}

/** The JSON value `null`. */
public object JsonNull : JsonValue()

/** `true` or `false`. */
public class JsonBoolean(public val value: Boolean) : JsonValue() {
    override fun equals(other: Any?): Boolean = other is JsonBoolean && other.value == value

    override fun hashCode(): Int = value.hashCode()
}

/** A string. */
public class JsonString(public val value: String) : JsonValue() {
    override fun equals(other: Any?): Boolean = other is JsonString && other.value == value

    override fun hashCode(): Int = value.hashCode()
}

/** A number with the digits it was written with. Numbers are equal if their values are: `1` equals `1.0`. */
public class JsonNumber internal constructor(public val literal: String) : JsonValue() {
    private val value: BigDecimal get() = BigDecimal(literal)

    /** The number as an integer, or null if it is none or larger than a [Long]. */
    public fun toLongOrNull(): Long? =
        literal.toLongOrNull() ?: if (literal.length > LONGEST) null else runCatching { value.longValueExact() }.getOrNull()

    /** The nearest [Double]. */
    public fun toDouble(): Double = literal.toDouble()

    override fun equals(other: Any?): Boolean =
        other is JsonNumber && (other.literal == literal || other.value.compareTo(value) == 0)

    override fun hashCode(): Int = value.stripTrailingZeros().hashCode()

    public companion object {
        private const val LONGEST = 40

        /** An integer. */
        @JvmStatic
        public fun of(value: Long): JsonNumber = JsonNumber(value.toString())

        /** A finite number; `invalid_request` for others, which JSON cannot say. */
        @JvmStatic
        public fun of(value: Double): JsonNumber {
            if (!value.isFinite()) throw invalid("$value is not a finite number")
            return JsonNumber(value.toString())
        }
    }
}

/** A list of values. */
public class JsonArray(items: List<JsonValue>) : JsonValue() {
    /** The values, in order. */
    public val items: List<JsonValue> = items.toList()

    override fun equals(other: Any?): Boolean = other is JsonArray && other.items == items

    override fun hashCode(): Int = items.hashCode()
}

/** Named values, in the order they were written. Two objects are equal whatever that order is. */
public class JsonObject(members: Map<String, JsonValue>) : JsonValue() {
    /** The values by name. */
    public val members: Map<String, JsonValue> = LinkedHashMap(members)

    override fun get(name: String): JsonValue? = members[name]

    override fun equals(other: Any?): Boolean = other is JsonObject && other.members == members

    override fun hashCode(): Int = members.hashCode()
}

internal fun invalid(reason: String): AragoraException = AragoraException(ErrorCode.InvalidRequest, reason)
