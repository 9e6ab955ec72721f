package ai.aragora

/** What an agent answers. Everything but the text is optional. */
public class AgentReply(
    /** The text; may be empty where [structured] says it all. */
    public val text: String,
    /** The structured value, where one was asked for. */
    public val structured: JsonValue? = null,
    /** What a model thought, where it shows it. */
    public val reasoning: String? = null,
    /** A refusal. */
    public val refusal: Refusal? = null,
    /** Why the text ends. */
    public val stop: StopReason? = null,
    /** Tokens used. */
    public val usage: Usage? = null,
    /** Cost in millionths of a dollar, where it is known. */
    public val costMicros: Long? = null,
    /** Who served it. */
    public val provider: String? = null,
    /** The model that answered. */
    public val model: String? = null,
    /** The provider's id of the response. */
    public val responseId: String? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("text", jsonOf(text))
        .put("structured", structured)
        .put("reasoning", reasoning?.let { jsonOf(it) })
        .put("refusal", refusal?.toJson())
        .put("stop", stop?.toJson())
        .put("usage", usage?.toJson())
        .put("cost_micros", costMicros?.let { jsonOf(it) })
        .put("provider", provider?.let { jsonOf(it) })
        .put("model", model?.let { jsonOf(it) })
        .put("response_id", responseId?.let { jsonOf(it) })
        .done()

    public companion object {
        /** From the JSON form. */
        @JvmStatic
        public fun fromJson(json: JsonValue): AgentReply = AgentReply(
            json.member("text")?.asString().orEmpty(),
            json.member("structured"),
            json.member("reasoning")?.asString(),
            json.member("refusal")?.let { Refusal.fromJson(it) },
            json.member("stop")?.let { StopReason.fromJson(it) },
            json.member("usage")?.let { Usage.fromJson(it) },
            json.member("cost_micros")?.asLong(),
            json.member("provider")?.asString(),
            json.member("model")?.asString(),
            json.member("response_id")?.asString(),
        )
    }
}
