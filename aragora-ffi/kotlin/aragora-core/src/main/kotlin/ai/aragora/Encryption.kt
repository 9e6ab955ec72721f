package ai.aragora

import kotlin.time.Duration

/** The keys of what an instance stores. Without keys every method but [keyIds] is `not_configured`. */
public class Encryption internal constructor(private val aragora: Aragora) {
    /** The ids of its keys, the one that encrypts first; none where nothing is encrypted. */
    public fun keyIds(): List<String> =
        aragora.ask("encryption.key_ids", JsonObject(emptyMap())).asList { it.asString() }

    /**
     * Counts the rows that need each key, without opening any, and names the keys that backups need: in the folders
     * that this instance has worked with, and in [backups]. No other folder is looked into. Name [tenants] that never
     * stored anything under a key.
     */
    public suspend fun census(tenants: List<String>? = null, backups: List<String>? = null): KeyCensus =
        KeyCensus.fromJson(call("census", of(null, tenants, backups)))

    /** What [reencrypt] would do. Writes nothing. */
    public suspend fun plan(stores: List<String>? = null, tenants: List<String>? = null): ReencryptReport =
        ReencryptReport.fromJson(call("plan", of(stores, tenants)))

    /**
     * Seals every row of these tables, of all without them, under the key that encrypts now. A call that was given up is
     * gone on with by the next one.
     */
    public suspend fun reencrypt(stores: List<String>? = null, tenants: List<String>? = null): ReencryptReport =
        ReencryptReport.fromJson(call("reencrypt", of(stores, tenants)))

    /** Every re-encryption that was begun, by table and organisation. */
    public suspend fun status(): List<ReencryptProgress> =
        call("status", Members()).asList { ReencryptProgress.fromJson(it) }

    /** Tells the other processes on this store which keys this one has, until [ttl] has passed. */
    public suspend fun announce(instance: String, ttl: Duration): KeyAge =
        KeyAge.fromJson(call("announce", Members().put("instance", jsonOf(instance)).put("ttl_ms", jsonOf(ttl))))

    /**
     * Says whether this key may be taken out of the settings: `conflict` while a row or a backup needs it, and within
     * seven days of the re-encryption unless it is [compromised]. Backups in folders that this instance has not worked
     * with are not looked at unless [backups] names them. It removes nothing itself.
     */
    public suspend fun retire(
        key: String,
        compromised: Boolean? = null,
        tenants: List<String>? = null,
        backups: List<String>? = null,
    ) {
        val args = of(null, tenants, backups).put("key", jsonOf(key))
        call("retire", args.put("compromised", compromised?.let { jsonOf(it) }))
    }

    private suspend fun call(op: String, args: Members) = aragora.call("encryption.$op", args.done())

    private fun of(stores: List<String>?, tenants: List<String>?, backups: List<String>? = null) = Members()
        .put("stores", stores?.let { all -> jsonList(all) { jsonOf(it) } })
        .put("tenants", tenants?.let { all -> jsonList(all) { jsonOf(it) } })
        .put("backups", backups?.let { all -> jsonList(all) { jsonOf(it) } })
}

/** What the core reads; nothing if nothing was given. */
internal fun encryptionDocument(keys: List<String>?, admitPlain: Boolean?): JsonValue? {
    if (keys == null && admitPlain == null) return null
    return Members()
        .put("keys", keys?.let { all -> jsonList(all) { jsonOf(it) } })
        .put("admit_plain", admitPlain?.let { jsonOf(it) })
        .done()
}
