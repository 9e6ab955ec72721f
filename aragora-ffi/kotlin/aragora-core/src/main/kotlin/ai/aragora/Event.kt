package ai.aragora

import java.time.Instant

/** One event of a debate. */
public class Event internal constructor(
    /** Its type. One this version does not know is kept: see [EventData.Unknown]. */
    public val type: String,
    /** For recorded events their place in the log, for live ones that of the last recorded event. */
    public val seq: Long,
    /** Whether it is in the log. */
    public val eventClass: EventClass,
    /** The debate. */
    public val debateId: String,
    /** 1 + the number of resumes before it. */
    public val run: Long,
    /** The participant it concerns. */
    public val agent: String?,
    /** Counts the events of one participant in one run from 0; absent when read from the log. */
    public val agentSeq: Long?,
    /** The round. */
    public val round: Long?,
    /** When. */
    public val time: Instant,
    /** What. */
    public val data: EventData,
    private val json: JsonValue,
) : Value() {
    override fun toJson(): JsonValue = json

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): Event {
            val type = json.required("type").asString()
            // The data of an event does not repeat the type beside it.
            val data = JsonObject(mapOf("type" to jsonOf(type)) + json.required("data").asObject().members)
            return Event(
                type,
                json.required("seq").asLong(),
                EventClass.fromJson(json.required("class")),
                json.required("debate_id").asString(),
                json.required("run").asLong(),
                json.member("agent")?.asString(),
                json.member("agent_seq")?.asLong(),
                json.member("round")?.asLong(),
                json.required("time").asInstant(),
                EventData.fromJson(data),
                json,
            )
        }
    }
}
