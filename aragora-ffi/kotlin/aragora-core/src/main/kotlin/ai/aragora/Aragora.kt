package ai.aragora

import ai.aragora.ffi.FfiSession
import ai.aragora.ffi.ffiConfigureRuntime
import ai.aragora.ffi.ffiOpen
import ai.aragora.ffi.ffiShutdownRuntime
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async

/**
 * One instance of the library.
 *
 * `use` begins to close it at the end of the block; [closeAndJoin] also waits until everything has stopped.
 */
public class Aragora private constructor(private val session: FfiSession, private val calls: HostCalls) : AutoCloseable {
    // What is begun here outlives the coroutine that asked for it, because several may wait for it.
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    private val closing: Deferred<Unit> by lazy {
        scope.async<Unit> {
            native { session.shut() }
            calls.participants.clear()
            kept.remove(this@Aragora)
        }
    }

    /** Describes a debate about this question. Nothing begins and nothing is spent before [Debate.start]. */
    public fun debate(question: String, describe: DebateBuilder.() -> Unit = {}): Debate =
        described(DebateBuilder(jsonOf(question)).apply(describe))

    /** Describes a debate about a question with options, documents or an answer format. */
    public fun debate(question: Question, describe: DebateBuilder.() -> Unit = {}): Debate =
        described(DebateBuilder(question.toJson()).apply(describe))

    /** Past and running debates: lists, logs, replays, forks. */
    public fun debates(): Debates = Debates(this)

    /** The providers behind its models: which can be asked, how they fare, and what was spent. */
    public fun agents(): Agents = Agents(this)

    /** The keys of what is stored: which rows need them, and how one takes the place of another. */
    public fun encryption(): Encryption = Encryption(this)

    /** Copies of its store in this folder, sealed under its keys where it has some. */
    public fun backups(target: String): Backups = Backups(this, target)

    /** Where people find what they are asked. */
    public fun desk(): HumanDesk = HumanDesk(this)

    /** What goes on in this instance right now. */
    public fun activity(): Activity = Activity(ask("activity", JsonObject(emptyMap())))

    /** Counters and times in the text format of Prometheus. */
    public fun metrics(): String = ask("metrics", JsonObject(emptyMap())).asString()

    /**
     * Lets debates run on for this long, half a minute without it, stops the others at their last record so that they can
     * be resumed, here or in another process, and closes.
     */
    public suspend fun shutdown(grace: Duration? = null): ShutdownReport {
        val done = call("shutdown", Members().put("grace_ms", grace?.let { jsonOf(it) }).done())
        closing.await()
        return ShutdownReport.fromJson(done)
    }

    /** Begins to close: everything that runs is cancelled, and later calls fail with `closed`. */
    override fun close() {
        closing.start()
    }

    /** Closes and waits until everything has stopped, participants that do not listen up to five seconds. */
    public suspend fun closeAndJoin() {
        closing.await()
    }

    override fun toString(): String = "Aragora(${calls.size} calls under way)"

    /** From now on only [close] ends this instance, because something in it runs that nobody holds. */
    internal fun keep() {
        kept.add(this)
    }

    private fun described(builder: DebateBuilder) = Debate(this) { begin("debate") { builder.document(it) } }

    /** Starts, resumes, forks or finds a debate. */
    internal fun begin(kind: String, document: (Keeping) -> JsonValue): Deferred<ai.aragora.ffi.FfiDebate> =
        scope.async {
            val spec = calls.participants.write(document)
            native { session.start(kind, spec) }
        }

    internal suspend fun call(op: String, args: JsonValue): JsonValue =
        JsonValue.parse(native { session.call(op, args.toString()) })

    internal fun ask(op: String, args: JsonValue): JsonValue = JsonValue.parse(native { session.ask(op, args.toString()) })

    internal val callsUnderWay: Int get() = calls.size

    internal val participants: Int get() = calls.participants.size

    public companion object {
        private val hooked = AtomicBoolean(false)
        private val kept = ConcurrentHashMap.newKeySet<Aragora>()

        /**
         * Opens an instance. Without arguments it keeps everything in memory and knows no provider's key.
         *
         * @param config settings and keys.
         * @param storage where debates are kept, as a URI.
         * @param protocols your own protocols, so that their logs can be replayed and resumed.
         * @param layers what the layers around every named model do: repeats, limits, budgets, who stands in.
         * @param prices your own prices; they win over the list that comes with the library.
         * @param context where participants run.
         * @param clock time by hand, for tests.
         * @param seed makes ids repeatable, for tests.
         * @param encryptionKeys keys of 64 hex digits: what is stored is sealed under the first and opened by all. They
         *   take the place of `ARAGORA_ENCRYPTION_KEY`.
         * @param admitPlain whether rows from before there was a key are read until they are re-encrypted.
         */
        public suspend fun open(
            config: Config? = null,
            storage: String? = null,
            protocols: List<DebateProtocol> = emptyList(),
            layers: Layers? = null,
            prices: PriceTable? = null,
            context: CoroutineContext = Dispatchers.Default,
            clock: ManualClock? = null,
            seed: ULong? = null,
            encryptionKeys: List<String>? = null,
            admitPlain: Boolean? = null,
        ): Aragora {
            val calls = HostCalls(context)
            val settings = calls.participants.write { keeping ->
                Members()
                    .put("config", config?.document())
                    .put("storage", storage?.let { jsonOf(it) })
                    .put("protocols", protocols.takeIf { it.isNotEmpty() }?.let { all ->
                        jsonList(all) { keeping.document(it) }
                    })
                    .put("layers", layers?.toJson())
                    .put("prices", prices?.toJson())
                    .put("encryption", encryptionDocument(encryptionKeys, admitPlain))
                    .put("clock", clock?.let { JsonObject(mapOf("manual" to jsonOf(it.start))) })
                    .put("seed", seed?.let { jsonOf(it) })
                    .done()
            }
            stopAtExit()
            NativeThreads.kept
            val aragora = Aragora(native { ffiOpen(calls, settings) }, calls)
            clock?.bind(aragora)
            return aragora
        }

        /** How many threads the library works with, 1 to 64. `invalid_state` after the first use. */
        public fun configureRuntime(threads: Int): Unit =
            native { ffiConfigureRuntime(threads.toUInt()) }

        /** The version of the library. */
        public val version: String get() = compute("version", JsonObject(emptyMap())).asString()

        /** The process ends with work under way: it is cancelled while participants can still hear of it. */
        private fun stopAtExit() {
            if (!hooked.compareAndSet(false, true)) return
            Runtime.getRuntime().addShutdownHook(Thread({ ffiShutdownRuntime(2_000u) }, "aragora-exit"))
        }
    }
}

/** What goes on in an instance. All zero when nothing does. */
public class Activity internal constructor(private val json: JsonValue) : Value() {
    /** Debates that run. */
    public val debates: Long get() = json.required("debates").asLong()

    /** Debates that wait to be admitted. */
    public val queued: Long get() = json.required("queued").asLong()

    /** Turns under way. */
    public val turns: Long get() = json.required("turns").asLong()

    /** Permits that are taken. */
    public val permits: Long get() = json.required("permits").asLong()

    /** Calls into participants of this process, of all instances. */
    public val foreignCalls: Long get() = json.required("foreign_calls").asLong()

    override fun toJson(): JsonValue = json
}
