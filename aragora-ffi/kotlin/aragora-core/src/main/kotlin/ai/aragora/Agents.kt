package ai.aragora

import ai.aragora.ffi.ffiOutput

/** Who may take a seat: your own [Agent], or one of the core's. */
public sealed interface Participant

/**
 * A participant of your own. It runs in the context given to [Aragora.open]; when the core gives up a turn (deadline,
 * cancelled debate) its coroutine is cancelled.
 */
public interface Agent : Participant {
    /** Unique within a debate: lower case letters, digits, `-`, `_` and `.`. */
    public val id: String

    /** Who provides the model behind it, if there is one. */
    public val provider: String? get() = null

    /** The model behind it. */
    public val model: String? get() = null

    /** The family of that model; seats of different families disagree in more useful ways. */
    public val family: String? get() = null

    /** Your version of this agent, kept in the log. */
    public val version: String? get() = null

    /** How it handles a request for structured replies; the core assumes nothing else than its own default. */
    public val structured: StructuredReplies? get() = null

    /** Whether it streams. */
    public val streams: Boolean? get() = null

    /** How much it can read at once, in tokens. */
    public val contextTokens: Long? get() = null

    /** Answers one turn. Any exception fails the turn; an [AragoraException] keeps its code. */
    public suspend fun respond(request: AgentRequest): AgentReply
}

/** How an agent gets a structured reply out of its model. */
public enum class StructuredReplies(internal val word: String) {
    /** The model guarantees the schema. */
    Native("native"),

    /** The prompt asks for it. */
    Instructed("instructed"),

    /** Not at all. */
    None("none"),
}

/** An agent that is one function. */
public class FunctionAgent(
    override val id: String,
    private val function: suspend (AgentRequest) -> AgentReply,
) : Agent {
    override suspend fun respond(request: AgentRequest): AgentReply = function(request)
}

/**
 * Gives the header fields that authenticate a request. It is asked for every request, and once more with `refresh`
 * after the provider has refused the fields.
 */
public fun interface Credentials {
    /** Fields for this request; every value is treated as a secret. */
    public suspend fun headers(request: SigningRequest): Map<String, String>
}

/** A model behind one of the core's providers; key and address come from the [Config] unless they are given here. */
public class ModelAgent @JvmOverloads constructor(
    /** Such as `openai/gpt-5`. */
    public val name: String,
    /** The seat's id; made of the model's name if absent. */
    public val id: String? = null,
    /** Where it is reached. */
    public val baseUrl: String? = null,
    /** Its key. */
    public val apiKey: String? = null,
    /** What authenticates its requests instead of a key. */
    public val credentials: Credentials? = null,
    /** Everything else; names neither provider nor model. */
    public val config: ProviderDocument? = null,
) : Participant

/** Plays a script: for tests and rehearsals. */
public class ScriptedAgent @JvmOverloads constructor(
    /** The seat's id. */
    public val id: String,
    /** One for each turn. */
    public val steps: List<ScriptStep>,
    /** What happens after the last one. */
    public val atEnd: ScriptEnd? = null,
) : Participant

/** What a scripted agent does when its script is over. */
public enum class ScriptEnd(internal val word: String) {
    /** Fails with `script_exhausted`. */
    Error("error"),

    /** The last step again. */
    Repeat("repeat"),

    /** From the beginning. */
    Cycle("cycle"),
}

/** One turn of a [ScriptedAgent]. */
public class ScriptStep private constructor(internal val document: JsonObject) {
    /** The same, for turns of this phase only. */
    public fun during(phase: Phase): ScriptStep = ScriptStep(JsonObject(document.members + ("phase" to phase.toJson())))

    override fun toString(): String = "ScriptStep($document)"

    public companion object {
        private fun of(name: String, value: JsonValue) = ScriptStep(JsonObject(mapOf(name to value)))

        /** Says this. */
        public fun say(text: String): ScriptStep = of("say", jsonOf(text))

        /** Gives this reply. */
        public fun reply(reply: AgentReply): ScriptStep = of("reply", reply.toJson())

        /** Gives this structured value. */
        public fun json(value: JsonValue): ScriptStep = of("json", value)

        /** Votes; the document is a ballot as in the log. */
        public fun ballot(ballot: JsonValue): ScriptStep = of("ballot", ballot)

        /** Fails. */
        public fun fail(code: ErrorCode, retryAfter: kotlin.time.Duration? = null): ScriptStep =
            ScriptStep(Members().put("fail", jsonOf(code.word)).put("retry_after_ms", retryAfter?.let { jsonOf(it) }).done())

        /** Waits on the instance's clock, then takes the next step. */
        public fun sleep(time: kotlin.time.Duration): ScriptStep = of("sleep_ms", jsonOf(time))

        /** Answers nothing until it is cancelled. */
        public fun hang(): ScriptStep = of("hang", JsonBoolean(true))

        /** Streams these pieces and then says them together. */
        public fun stream(pieces: List<String>): ScriptStep = of("stream", jsonList(pieces) { jsonOf(it) })

        /** A step in the form of `tests/conformance`. */
        public fun of(document: JsonValue): ScriptStep = ScriptStep(document.asObject())
    }
}

/** Makes its words out of the question: for demonstrations without a model. */
public class DemoAgent @JvmOverloads constructor(
    /** The seat's id. */
    public val id: String,
    /** Its manner. */
    public val style: DemoStyle,
    /** Varies its words. */
    public val seed: Long? = null,
) : Participant

/** The manner of a [DemoAgent]. */
public enum class DemoStyle(internal val word: String) {
    /** Looks for what speaks for it. */
    Supportive("supportive"),

    /** Looks for what speaks against it. */
    Critical("critical"),

    /** Weighs both. */
    Balanced("balanced"),

    /** Is against what the others are for. */
    Contrarian("contrarian"),
}

/** A person, asked through [Aragora.desk]. */
public class HumanAgent(
    /** The seat's id. */
    public val id: String,
) : Participant

/** Repeats what a seat of this name said before. */
public class RecordedAgent private constructor(
    /** The seat's id. */
    public val id: String,
    internal val log: String?,
    internal val cassette: String?,
) : Participant {
    public companion object {
        /** From the log of a debate. */
        public fun fromLog(id: String, log: String): RecordedAgent = RecordedAgent(id, log, null)

        /** From recorded provider traffic. */
        public fun fromCassette(id: String, cassette: String): RecordedAgent = RecordedAgent(id, null, cassette)
    }
}

/** Where an agent streams its answer while it makes it. Pieces of a turn nobody waits for any more are discarded. */
public class Output internal constructor(private val call: ULong) {
    /** The next piece of the answer. */
    public fun text(piece: String) {
        ffiOutput(call, "text", whole(piece))
    }

    /** The next piece of the reasoning. */
    public fun reasoning(piece: String) {
        ffiOutput(call, "reasoning", whole(piece))
    }

    /** What was streamed so far does not count. */
    public fun reset() {
        ffiOutput(call, "reset", "")
    }

    /** Refuses half characters, as everywhere at the boundary. */
    private fun whole(piece: String): String = piece.also { jsonOf(it).toString() }
}

/** Calls an agent. */
internal class AgentSeam(private val agent: Agent) : Seam {
    override suspend fun answer(method: String, data: JsonValue, call: ULong): String {
        // Whoever implements the interface in Java, or by a proxy, can return anything.
        val reply: Any? = agent.respond(AgentRequest(data, Output(call)))
        if (reply !is AgentReply) {
            val found = reply?.javaClass?.simpleName ?: "null"
            throw AragoraException(ErrorCode.AgentFailed, "agent \"${agent.id}\" returned $found, expected AgentReply")
        }
        return reply.toJson().toString()
    }
}

/** Asks for the fields of one request. */
internal class CredentialsSeam(private val credentials: Credentials) : Seam {
    override suspend fun answer(method: String, data: JsonValue, call: ULong): String {
        val fields = credentials.headers(SigningRequest.fromJson(data))
        val members = Members()
        for ((name, value) in fields) members.put(name, jsonOf(value))
        return members.done().toString()
    }
}

private fun Keeping.credentials(credentials: Credentials): JsonValue {
    val number = keep(credentials) { CredentialsSeam(credentials) }
    return Members().put("participant", jsonOf(number.toLong())).done()
}

/** The seat document's `agent`. */
internal fun Keeping.document(participant: Participant): JsonValue {
    val document = Members()
    fun word(name: String, value: String?) = document.put(name, value?.let { jsonOf(it) })
    when (participant) {
        is Agent -> {
            word("kind", "foreign").put("participant", jsonOf(keep(participant) { AgentSeam(participant) }.toLong()))
            word("id", participant.id)
            word("provider", participant.provider)
            word("model", participant.model)
            word("family", participant.family)
            word("version", participant.version)
            word("structured", participant.structured?.word)
            document.put("streams", participant.streams?.let { jsonOf(it) })
            document.put("context_tokens", participant.contextTokens?.let { jsonOf(it) })
        }
        is ModelAgent -> {
            word("kind", "model")
            word("name", participant.name)
            word("id", participant.id)
            word("base_url", participant.baseUrl)
            word("api_key", participant.apiKey)
            document.put("config", participant.config?.toJson())
            document.put("credentials", participant.credentials?.let { credentials(it) })
        }
        is ScriptedAgent -> {
            word("kind", "scripted")
            word("id", participant.id)
            document.put("steps", jsonList(participant.steps) { it.document })
            word("at_end", participant.atEnd?.word)
        }
        is DemoAgent -> {
            word("kind", "demo")
            word("id", participant.id)
            word("style", participant.style.word)
            document.put("seed", participant.seed?.let { jsonOf(it) })
        }
        is HumanAgent -> {
            word("kind", "human")
            word("id", participant.id)
        }
        is RecordedAgent -> {
            word("kind", "recorded")
            word("id", participant.id)
            word("log", participant.log)
            word("cassette", participant.cassette)
        }
    }
    return document.done()
}
