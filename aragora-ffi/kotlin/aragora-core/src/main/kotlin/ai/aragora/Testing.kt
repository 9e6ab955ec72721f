package ai.aragora

import java.time.Instant
import kotlin.time.Duration

/** Time that passes only when a test says so. Give it to [Aragora.open]; every deadline of that instance follows it. */
public class ManualClock @JvmOverloads constructor(
    /** What the clock shows when the instance is opened. */
    public val start: Instant = Instant.parse("2026-01-01T00:00:00Z"),
) {
    @Volatile
    private var aragora: Aragora? = null

    internal fun bind(instance: Aragora) {
        aragora = instance
    }

    /** What the clock shows. */
    public fun now(): Instant = bound().ask("clock.now", JsonObject(emptyMap())).asInstant()

    /** Lets time pass. Everything that is due happens, in order. */
    public fun advance(time: Duration) {
        bound().ask("clock.advance", JsonObject(mapOf("ms" to jsonOf(time))))
    }

    /** How many wait for this clock. */
    public fun sleepers(): Long = bound().ask("clock.sleepers", JsonObject(emptyMap())).asLong()

    private fun bound(): Aragora =
        aragora ?: throw AragoraException(ErrorCode.InvalidState, "this clock belongs to no instance; give it to Aragora.open")
}
