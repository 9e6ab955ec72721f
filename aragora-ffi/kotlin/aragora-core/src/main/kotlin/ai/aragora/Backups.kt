package ai.aragora

import java.time.Instant

/** Copies of an instance's store in a folder. A backup counts once it was read back: [verify]. */
public class Backups internal constructor(private val aragora: Aragora, private val target: String) {
    /** Writes everything, while writers go on; the backup's id. */
    public suspend fun full(): String = call("full").asString()

    /**
     * Writes what changed since the latest backup, null if nothing did. A full one instead if there is none yet, or if the
     * store keeps no journal (`?journal=on`).
     */
    public suspend fun increment(): String? = call("increment").takeUnless { it === JsonNull }?.asString()

    /** Every complete backup of this store, oldest first. */
    public suspend fun list(): List<BackupFacts> = call("list").asList { BackupFacts.fromJson(it) }

    /** Reads a backup and its chain back into memory and notes that it counts; `backup_invalid` if it does not. */
    public suspend fun verify(id: String): BackupVerifyReport =
        BackupVerifyReport.fromJson(call("verify", Members().put("id", jsonOf(id))))

    /**
     * Fills the empty store of this URI and closes it.
     *
     * @param into the URI of the store.
     * @param id to this backup; to the latest without it.
     * @param time to the latest backup that ended at this time or before.
     * @param storeId whose, where the folder holds backups of several stores.
     * @param transient whether sessions, OAuth states and rate limits come back too.
     */
    public suspend fun restore(
        into: String,
        id: String? = null,
        time: Instant? = null,
        storeId: String? = null,
        transient: Boolean? = null,
    ): RestoreReport = RestoreReport.fromJson(
        call(
            "restore",
            Members()
                .put("into", jsonOf(into))
                .put("id", id?.let { jsonOf(it) })
                .put("time", time?.let { jsonOf(it) })
                .put("store_id", storeId?.let { jsonOf(it) })
                .put("transient", transient?.let { jsonOf(it) }),
        ),
    )

    /** Restores the newest verified backup into memory and measures it. */
    public suspend fun drill(): DrillReport = DrillReport.fromJson(call("drill"))

    /** What would go by this rule, `runbook` without one. Changes nothing. */
    public suspend fun planPrune(preset: RetentionPreset? = null): PrunePlan =
        PrunePlan.fromJson(call("plan_prune", Members().put("preset", preset?.toJson())))

    /** Removes what the plan lists; `conflict` if there are other backups by now. */
    public suspend fun prune(plan: PrunePlan) {
        call("prune", Members().put("plan", plan.toJson()))
    }

    private suspend fun call(op: String, args: Members = Members()): JsonValue =
        aragora.call("backups.$op", args.put("target", jsonOf(target)).done())
}
