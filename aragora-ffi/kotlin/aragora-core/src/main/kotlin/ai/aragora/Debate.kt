package ai.aragora

import ai.aragora.ffi.FfiDebate
import ai.aragora.ffi.FfiException
import java.util.concurrent.atomic.AtomicReference
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * A debate. It is only described until [start], [result] or [events] begins it.
 *
 * A running debate whose handle nobody holds any more is cancelled, unless it was [detach]ed.
 */
public class Debate internal constructor(
    // Held, so that an instance somebody still waits on is not collected and thereby closed.
    private val aragora: Aragora,
    begin: () -> Deferred<FfiDebate>,
) {
    private val starting: Deferred<FfiDebate> by lazy(begin)
    private val handle = AtomicReference<FfiDebate?>()
    private val asked = AtomicReference<String?>()

    /** Its id. `invalid_state` before it was started. */
    public val id: String get() = native { running().id() }

    /** Whether it has ended. */
    public val isFinished: Boolean get() = ask("finished", JsonObject(emptyMap())).asBoolean()

    /** Checks and begins it. A second time nothing happens. */
    public suspend fun start(): Debate {
        started()
        return this
    }

    /**
     * The decision, once there is one.
     *
     * Cancelling the coroutine that waits here cancels the debate. When somebody else cancels the debate, this throws
     * an [AragoraException] of code `cancelled`, never a [CancellationException].
     */
    public suspend fun result(): Decision {
        try {
            val debate = started()
            return Decision.fromJson(JsonValue.parse(native { debate.result() }))
        } catch (error: CancellationException) {
            cancel("the coroutine that waited for the result was cancelled")
            throw error
        } catch (error: AragoraException) {
            // Both may happen at once; a coroutine that was cancelled sees its own cancellation.
            currentCoroutineContext().ensureActive()
            throw error
        }
    }

    /**
     * What happens, from the record with this seq on. Every collector gets all of it; leaving early ends only that
     * collection.
     *
     * @param lag what a collector gets that cannot keep up.
     * @param liveOnly skips what is in the log already.
     */
    public fun events(from: Long? = null, lag: Lag? = null, liveOnly: Boolean? = null): Flow<Event> = flow {
        val options = Members()
            .put("from", from?.let { jsonOf(it) })
            .put("lag", lag?.let { jsonOf(it.word) })
            .put("live_only", liveOnly?.let { jsonOf(it) })
            .done()
        val events = started().let { debate -> native { debate.events(options.toString()) } }
        try {
            while (true) {
                val batch = native { events.nextBatch(BATCH) } ?: break
                for (event in JsonValue.parse(batch).asList { Event.fromJson(it) }) emit(event)
            }
        } finally {
            native { events.stop() }
            events.destroy()
        }
    }

    /** What the decision would be now. */
    public suspend fun partial(): Decision = Decision.fromJson(call("partial", JsonObject(emptyMap())))

    /** Ends the debate early. Returns at once, from any thread; a second time nothing happens. */
    public fun cancel(reason: String) {
        asked.compareAndSet(null, reason)
        handle.get()?.let { debate -> native { debate.cancel(reason) } }
    }

    /** Lets the debate run when nobody holds this object any more. */
    public fun detach() {
        native { running().detach() }
        aragora.keep()
    }

    /** Says something as a person; every seat sees it. */
    public fun message(by: String, text: String) {
        ask("human.message", Members().put("by", jsonOf(by)).put("text", jsonOf(text)).done())
    }

    /** Tells the seats what to consider. */
    public fun guidance(by: String, text: String) {
        ask("human.guidance", Members().put("by", jsonOf(by)).put("text", jsonOf(text)).done())
    }

    /** Votes as a person. */
    public fun vote(by: String, option: String, intensity: Long? = null) {
        val vote = Members().put("by", jsonOf(by)).put("option", jsonOf(option))
        ask("human.vote", vote.put("intensity", intensity?.let { jsonOf(it) }).done())
    }

    /** Answers a breakpoint at which the debate waits for a person. */
    public suspend fun resolve(breakpoint: String, action: String, by: String, guidance: String? = null) {
        val answer = Members().put("breakpoint", jsonOf(breakpoint)).put("action", jsonOf(action))
        call("human.resolve", answer.put("guidance", guidance?.let { jsonOf(it) }).put("by", jsonOf(by)).done())
    }

    override fun toString(): String = handle.get()?.let { "Debate(${it.id()})" } ?: "Debate(not started)"

    private suspend fun started(): FfiDebate {
        val debate = starting.await()
        handle.compareAndSet(null, debate)
        // Somebody may have cancelled it while it was being started.
        asked.get()?.let { reason -> native { debate.cancel(reason) } }
        return debate
    }

    private fun running(): FfiDebate = handle.get() ?: throw AragoraException(
        ErrorCode.InvalidState,
        "this debate has not been started; call start(), result() or events() first",
    )

    private fun ask(op: String, args: JsonValue): JsonValue =
        JsonValue.parse(native { running().ask(op, args.toString()) })

    private suspend fun call(op: String, args: JsonValue): JsonValue {
        val debate = running()
        return JsonValue.parse(native { debate.call(op, args.toString()) })
    }

    private companion object {
        const val BATCH = 256u
    }
}

/** What a collector of events gets that cannot keep up. */
public enum class Lag(internal val word: String) {
    /** Recorded events again from the log, and [EventData.Lagged] in the place of live ones that are gone. */
    CatchUp("catch_up"),

    /** An error of code `lagged`. */
    Disconnect("disconnect"),
}
