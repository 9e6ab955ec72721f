package ai.aragora

import kotlin.time.Duration

/** What an agent is asked in one turn. It holds only what this agent may see. */
public class AgentRequest internal constructor(
    private val json: JsonValue,
    /** Where the answer is streamed while it is made. */
    public val output: Output,
) {
    /** Identifies the turn. */
    public val id: String get() = json.required("id").asString()

    /** The debate, if there is one. */
    public val debate: String? get() = json.member("debate")?.asString()

    /** The round, from 1. */
    public val round: Long get() = json.required("round").asLong()

    /** What is asked for. */
    public val phase: Phase get() = Phase.fromJson(json.required("phase"))

    /** The part to play. */
    public val role: Role get() = Role.fromJson(json.required("role"))

    /** Who to be. */
    public val persona: Persona? get() = json.member("persona")?.let { Persona.fromJson(it) }

    /** Rules and output format. */
    public val system: String get() = json.required("system").asString()

    /** The conversation. */
    public val messages: List<RequestMessage> get() = json.required("messages").asList { RequestMessage.fromJson(it) }

    /** What must be returned. */
    public val expect: Expect get() = Expect.fromJson(json.required("expect"))

    /** How a model should sample. */
    public val sampling: Sampling get() = Sampling.fromJson(json.required("sampling"))

    /** How long an answer is of use. */
    public val deadline: Duration? get() = json.member("deadline_ms")?.asDuration()

    /** Facts of the host. */
    public val metadata: Map<String, String> get() = json.required("metadata").asMap { it.asString() }

    /** Members for a provider's body. */
    public val extra: JsonValue get() = json["extra"] ?: JsonNull

    /** The JSON form. */
    public fun toJson(): JsonValue = json

    override fun toString(): String = "AgentRequest($id, ${phase.word})"
}
