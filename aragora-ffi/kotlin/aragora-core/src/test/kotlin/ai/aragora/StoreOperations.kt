package ai.aragora

import java.time.Instant
import kotlinx.coroutines.flow.toList

/** Ops about what is stored, and values sealed beside it. */
internal object StoreOperations {
    val table: Map<String, suspend (Aragora, Args) -> JsonValue> = mapOf(
        "debates.export" to { aragora, args ->
            JsonValue.of(
                aragora.debates().export(
                    args.optional("state")?.let { DebateState.fromJson(it) },
                    args.optional("from")?.asInstant(),
                    args.optional("to")?.asInstant(),
                    args.textOrNull("tag"),
                    args.textOrNull("tenant"),
                ).toList(),
            )
        },
        "encryption.key_ids" to { aragora, _ -> JsonValue.of(aragora.encryption().keyIds()) },
        "encryption.census" to { aragora, args ->
            aragora.encryption().census(args.texts("tenants"), args.texts("backups")).toJson()
        },
        "encryption.plan" to { aragora, args ->
            aragora.encryption().plan(args.texts("stores"), args.texts("tenants")).toJson()
        },
        "encryption.reencrypt" to { aragora, args ->
            aragora.encryption().reencrypt(args.texts("stores"), args.texts("tenants")).toJson()
        },
        "encryption.status" to { aragora, _ -> JsonValue.of(aragora.encryption().status()) },
        "encryption.announce" to { aragora, args ->
            aragora.encryption().announce(args.text("instance"), args.value("ttl_ms").asDuration()).toJson()
        },
        "encryption.retire" to { aragora, args ->
            val compromised = args.optional("compromised")?.asBoolean()
            aragora.encryption().retire(args.text("key"), compromised, args.texts("tenants"), args.texts("backups"))
            JsonNull
        },
        "backups.full" to { aragora, args -> JsonString(args.backups(aragora).full()) },
        "backups.increment" to { aragora, args -> args.backups(aragora).increment()?.let { JsonString(it) } ?: JsonNull },
        "backups.list" to { aragora, args -> JsonValue.of(args.backups(aragora).list()) },
        "backups.verify" to { aragora, args -> args.backups(aragora).verify(args.text("id")).toJson() },
        "backups.restore" to { aragora, args ->
            args.backups(aragora).restore(
                args.text("into"),
                args.textOrNull("id"),
                args.textOrNull("time")?.let { Instant.parse(it) },
                args.textOrNull("store_id"),
                args.optional("transient")?.asBoolean(),
            ).toJson()
        },
        "backups.drill" to { aragora, args -> args.backups(aragora).drill().toJson() },
        "backups.plan_prune" to { aragora, args ->
            args.backups(aragora).planPrune(args.optional("preset")?.let { RetentionPreset.fromJson(it) }).toJson()
        },
        "backups.prune" to { aragora, args ->
            args.backups(aragora).prune(PrunePlan.fromJson(args.value("plan")))
            JsonNull
        },
        "crypto.generate_key" to { _, _ -> JsonString(generateKey()) },
        "crypto.record_key" to { _, args ->
            JsonString(hex(recordKey(*args.value("parts").asList { it.asString() }.toTypedArray())))
        },
        "crypto.key_ids" to { _, args -> JsonValue.of(args.cipher().keyIds) },
        "crypto.seal" to { _, args ->
            val plain = args.textOrNull("text")?.let { Plain.Text(it) }
                ?: args.textOrNull("bytes")?.let { Plain.Bytes(bytes(it)) }
                ?: Plain.Json(args.value("json"))
            JsonString(hex(args.cipher().seal(args.place(), plain)))
        },
        "crypto.open" to { _, args ->
            when (val plain = args.cipher().open(args.place(), bytes(args.text("envelope")))) {
                is Plain.Text -> JsonValue.of(mapOf("text" to plain.value))
                is Plain.Bytes -> JsonValue.of(mapOf("bytes" to hex(plain.value)))
                is Plain.Json -> JsonValue.of(mapOf("json" to plain.value))
            }
        },
        "aragora.shutdown" to { aragora, args -> aragora.shutdown(args.value("grace_ms").asDuration()).toJson() },
    )

    private fun Args.texts(name: String): List<String>? = optional(name)?.asList { it.asString() }

    private fun Args.backups(aragora: Aragora): Backups = aragora.backups(text("target"))

    private fun Args.cipher(): Cipher = Cipher(value("keys").asList { it.asString() })

    private fun Args.place(): FieldPath =
        FieldPath(text("tenant"), text("store"), bytes(text("record")), textOrNull("field").orEmpty())

    private fun hex(bytes: ByteArray): String = bytes.joinToString("") { "%02x".format(it) }

    private fun bytes(hex: String): ByteArray = hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
}
