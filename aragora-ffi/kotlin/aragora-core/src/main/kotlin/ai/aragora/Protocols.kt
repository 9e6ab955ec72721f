package ai.aragora

/** What asks next: your own [DebateProtocol], or one of the core's. */
public sealed interface Protocol

/**
 * A protocol of your own: pure and plain. The same transcript must always give the same step, because a debate is
 * replayed from its log; no clock, no random numbers, no network.
 */
public interface DebateProtocol : Protocol {
    /** Names it in the log. */
    public val name: String

    /** Its version; a log is replayed with the version that wrote it. */
    public val version: String

    /** Its parameters, kept in the log. */
    public val params: JsonValue? get() = null

    /** Voting seats it needs at least. */
    public val minSeats: Long? get() = null

    /** Voting seats it takes at most. */
    public val maxSeats: Long? get() = null

    /** The most calls it makes; the core checks limits with it before anything is spent. */
    public val plannedCalls: PlannedCalls? get() = null

    /** What happens next. */
    public fun next(transcript: Transcript): Step

    /** What the decision is made of; the core's own way if not overridden. */
    public fun decide(transcript: Transcript): Draft = transcript.draft()

    /** Whether the debate may end after this step; null for no. */
    public fun checkpoint(transcript: Transcript): Checkpoint? = null

    /** A last step once there is a winner; null for none. */
    public fun closing(transcript: Transcript, winner: OptionView): AskStep? = null
}

/** A protocol of the core, by name. */
public class BuiltinProtocol private constructor(
    /** Its name. */
    public val name: String,
    /** Its parameters; the core's defaults if absent. */
    public val params: JsonValue?,
) : Protocol {
    override fun toString(): String = "BuiltinProtocol($name, ${params ?: "defaults"})"

    public companion object {
        /** Answers, critiques each other, revises. */
        public fun critique(params: Critique? = null): BuiltinProtocol = named("critique", params?.toJson())

        /** Everybody answers at once, round by round. */
        public fun simultaneous(params: Simultaneous? = null): BuiltinProtocol = named("simultaneous", params?.toJson())

        /** One after the other. */
        public fun sequential(params: Sequential? = null): BuiltinProtocol = named("sequential", params?.toJson())

        /** Answers and votes, without a discussion. */
        public fun voteOnly(params: VoteOnlyProtocol? = null): BuiltinProtocol = named("vote_only", params?.toJson())

        /** Seats are pruned as the debate goes on. */
        public fun dynamic(params: Dynamic? = null): BuiltinProtocol = named("dynamic", params?.toJson())

        /** Any protocol the core knows. */
        public fun named(name: String, params: JsonValue? = null): BuiltinProtocol = BuiltinProtocol(name, params)

        /** Every protocol of the core, with its default parameters. */
        public fun all(): List<ProtocolInfo> =
            compute("protocols.list", JsonObject(emptyMap())).asList { ProtocolInfo(it) }
    }
}

/** What the core says of one of its protocols. */
public class ProtocolInfo internal constructor(private val json: JsonValue) : Value() {
    /** Its name. */
    public val name: String get() = json.required("name").asString()

    /** Its version. */
    public val version: String get() = json.required("version").asString()

    /** Its default parameters. */
    public val params: JsonValue get() = json["params"] ?: JsonNull

    /** Voting seats it needs at least. */
    public val minSeats: Long get() = json.required("min_seats").asLong()

    /** Voting seats it takes at most. */
    public val maxSeats: Long get() = json.required("max_seats").asLong()

    override fun toJson(): JsonValue = json
}

/** Calls a protocol. */
internal class ProtocolSeam(private val protocol: DebateProtocol) : Seam {
    private val seen = MessageCache()

    override suspend fun answer(method: String, data: JsonValue, call: ULong): String {
        val transcript = Transcript(call, data, seen)
        // Whoever implements the interface in Java can return anything.
        val answer: Any? = when (method) {
            "protocol.next" -> protocol.next(transcript) as Any? ?: wrong("next", "Step")
            "protocol.decide" -> protocol.decide(transcript) as Any? ?: wrong("decide", "Draft")
            "protocol.checkpoint" -> protocol.checkpoint(transcript)
            "protocol.closing" -> protocol.closing(transcript, OptionView.fromJson(data.required("winner")))
            else -> throw AragoraException(ErrorCode.Unsupported, "this version does not know $method")
        }
        return (answer as Value?)?.toJson()?.toString() ?: "null"
    }

    private fun wrong(method: String, wanted: String): Nothing = throw AragoraException(
        ErrorCode.ProtocolFailed,
        "protocol \"${protocol.name}\" returned null from $method, expected $wanted",
    )
}

/** The document of a protocol of the user. */
internal fun Keeping.document(protocol: DebateProtocol): JsonValue {
    val members = listOf("next") + listOf("decide", "checkpoint", "closing").filter { overrides(protocol, it) }
    val document = Members()
        .put("participant", jsonOf(keep(protocol) { ProtocolSeam(protocol) }.toLong()))
        .put("name", jsonOf(protocol.name))
        .put("version", jsonOf(protocol.version))
        .put("params", protocol.params)
        .put("min_seats", protocol.minSeats?.let { jsonOf(it) })
        .put("max_seats", protocol.maxSeats?.let { jsonOf(it) })
        .put("planned_calls", protocol.plannedCalls?.toJson())
        .put("members", jsonList(members) { jsonOf(it) })
        .done()
    return JsonObject(mapOf("foreign" to document))
}

/** What is not overridden is not called, which saves a crossing for each step; calling it would change nothing. */
private fun overrides(protocol: DebateProtocol, method: String): Boolean =
    protocol.javaClass.methods.none { it.name == method && it.declaringClass == DebateProtocol::class.java }
