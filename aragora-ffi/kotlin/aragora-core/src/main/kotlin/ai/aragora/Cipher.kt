package ai.aragora

import ai.aragora.ffi.ffiCipher

/** A key that nobody else has, as 64 hex digits. Keep it where secrets are kept. */
public fun generateKey(): String = compute("encryption.generate_key", JsonObject(emptyMap())).asString()

/** The name of a record that several texts make up; no other texts have it. */
public fun recordKey(vararg parts: String): ByteArray =
    compute("encryption.record_key", jsonList(parts.toList()) { jsonOf(it) }).asString()
        .chunked(2).map { it.toInt(16).toByte() }.toByteArray()

/** The place a value is sealed for; it opens nowhere else. */
public class FieldPath(
    /** Whose it is; empty for the installation. */
    public val tenant: String,
    /** The name of the store. */
    public val store: String,
    record: ByteArray,
    /** The RFC 6901 pointer of the member; empty for the whole record. */
    public val field: String = "",
) {
    private val name = record.copyOf()

    /** A place whose record is named by a text. */
    public constructor(tenant: String, store: String, record: String, field: String = "") :
        this(tenant, store, record.encodeToByteArray(), field)

    /** The name of the record in the store; [recordKey] makes one of several texts. */
    public val record: ByteArray get() = name.copyOf()

    override fun equals(other: Any?): Boolean = other is FieldPath && tenant == other.tenant && store == other.store &&
        name.contentEquals(other.name) && field == other.field

    override fun hashCode(): Int = listOf(tenant, store, name.contentHashCode(), field).hashCode()

    override fun toString(): String = "FieldPath(tenant=$tenant, store=$store, record=${name.joinToString("") { "%02x".format(it) }}, field=$field)"
}

/**
 * A value to be sealed, or one that was opened; never printed. Its type is sealed with it, so `Plain.Text("true")` and a
 * JSON `true` stay apart.
 */
public sealed class Plain {
    /** A text. */
    public class Text(
        /** The text. */
        public val value: String,
    ) : Plain() {
        override fun equals(other: Any?): Boolean = other is Text && value == other.value

        override fun hashCode(): Int = value.hashCode()
    }

    /** Bytes. */
    public class Bytes(
        /** The bytes. */
        public val value: ByteArray,
    ) : Plain() {
        override fun equals(other: Any?): Boolean = other is Bytes && value.contentEquals(other.value)

        override fun hashCode(): Int = value.contentHashCode()
    }

    /** A JSON value. */
    public class Json(
        /** The value. */
        public val value: JsonValue,
    ) : Plain() {
        override fun equals(other: Any?): Boolean = other is Json && value == other.value

        override fun hashCode(): Int = value.hashCode()
    }

    override fun toString(): String = "Plain.${this::class.java.simpleName}(***)"
}

/**
 * Seals values for a place under the first of its keys, and opens them there under any of them.
 *
 * It belongs to no instance: for values that an application keeps itself.
 */
public class Cipher(keys: List<String>) {
    private val cipher = native { ffiCipher(keys.joinToString(",")) }

    /** The ids of its keys, the one that seals first; they say nothing about the keys. */
    public val keyIds: List<String> get() = cipher.keyIds()

    /** Seals a value for this place; every time with other bytes. */
    public fun seal(at: FieldPath, value: Plain): ByteArray {
        val (kind, plain) = when (value) {
            is Plain.Text -> "text" to value.value.also { jsonOf(it).toString() }.encodeToByteArray()
            is Plain.Bytes -> "bytes" to value.value
            is Plain.Json -> "json" to value.value.toString().encodeToByteArray()
        }
        return native { cipher.seal(place(at), at.record, kind, plain) }
    }

    /** Seals a text for this place. */
    public fun seal(at: FieldPath, text: String): ByteArray = seal(at, Plain.Text(text))

    /**
     * Opens what was sealed for this place. `decryption_failed` for what was sealed for another or was changed,
     * `key_not_found` for what was sealed under another key.
     */
    public fun open(at: FieldPath, envelope: ByteArray): Plain {
        val plain = native { cipher.unseal(place(at), at.record, envelope) }
        return when (plain.kind) {
            "bytes" -> Plain.Bytes(plain.bytes)
            "text" -> Plain.Text(plain.bytes.decodeToString())
            else -> Plain.Json(JsonValue.parse(plain.bytes.decodeToString()))
        }
    }

    override fun toString(): String = "Cipher($keyIds)"

    private fun place(at: FieldPath): String = Members()
        .put("tenant", jsonOf(at.tenant))
        .put("store", jsonOf(at.store))
        .put("field", jsonOf(at.field))
        .done()
        .toString()
}
