package ai.aragora

import ai.aragora.ffi.ffiTranscript

/**
 * What was said so far, as a protocol may read it. It is good inside the method that got it and refuses with
 * `invalid_state` afterwards.
 */
public class Transcript internal constructor(
    private val call: ULong,
    private val data: JsonValue,
    private val cache: MessageCache,
) {
    /** The debate. */
    public val debate: String get() = data.required("debate").asString()

    /** The current round, 0 before the first one. */
    public val round: Long get() = data.required("round").asLong()

    /** The seq of the record that comes next. */
    public val nextSeq: Long get() = data.required("next_seq").asLong()

    /** Every message, in order. Messages read once are not read again, however long the debate. */
    public val messages: List<TranscriptMessage>
        get() = cache.messages(debate, data.required("messages").asLong().toInt()) { from ->
            read("messages", from.toLong()).asList { TranscriptMessage.fromJson(it) }
        }

    /** The question. */
    public val question: Question get() = Question.fromJson(read("question"))

    /** The limits. */
    public val limits: Limits get() = Limits.fromJson(read("limits"))

    /** The rule that decides. */
    public val rule: RuleConfig get() = RuleConfig.fromJson(read("rule"))

    /** The seats, in roster order. */
    public val seats: List<SeatView> get() = read("seats").asList { SeatView.fromJson(it) }

    /** The ids of the seats that still debate. */
    public val active: List<String> get() = read("active").asList { it.asString() }

    /** The ids of the seats that may vote. */
    public val eligible: List<String> get() = read("eligible").asList { it.asString() }

    /** The rounds. */
    public val rounds: List<RoundView> get() = read("rounds").asList { RoundView.fromJson(it) }

    /** The steps. */
    public val steps: List<StepView> get() = read("steps").asList { StepView.fromJson(it) }

    /** Every critique. */
    public val critiques: List<EventData.Critique> get() = read("critiques").asList { EventData.Critique.fromJson(it) }

    /** Every count that was taken to see whether the debate may end. */
    public val checks: List<EventData.ConsensusCheck> get() = read("checks").asList { EventData.ConsensusCheck.fromJson(it) }

    /** How the debate began. */
    public val start: EventData.DebateStart get() = EventData.DebateStart.fromJson(read("start"))

    /** Every vote. */
    public val votes: List<VoteView> get() = read("votes").asList { VoteView.fromJson(it) }

    /** Every option that stands, with everybody who holds it. */
    public val options: List<OptionView> get() = read("options").asList { OptionView.fromJson(it) }

    /** Where each seat stands. */
    public val positions: List<Position> get() = read("positions").asList { Position.fromJson(it) }

    /** The turns. */
    public val turns: List<TurnView> get() = read("turns").asList { TurnView.fromJson(it) }

    /** What was used so far. */
    public val spent: Spent get() = Spent.fromJson(read("spent"))

    /** How the debate ended, if it did. */
    public val stop: Stop? get() = read("stop").takeUnless { it === JsonNull }?.let { Stop.fromJson(it) }

    /** Parts that have no type here, by the core's own name, such as `round_ends`. */
    public fun read(part: String, from: Long = 0): JsonValue =
        about(Members().put("read", jsonOf(part)).put("from", jsonOf(from)).done())

    /**
     * The step that asks these seats; all who debate if absent. The core makes the turns, decides who sees what, and
     * writes the prompts.
     *
     * @param round the current round, or the next one if this phase was asked in it.
     * @param expect what must be returned; by the phase if absent.
     */
    public fun ask(
        phase: Phase,
        instruction: String,
        seats: List<String>? = null,
        round: Long? = null,
        expect: Expect? = null,
        order: Order? = null,
    ): Step = Step(
        about(
            JsonObject(
                mapOf(
                    "ask" to Members()
                        .put("phase", phase.toJson())
                        .put("instruction", jsonOf(instruction))
                        .put("seats", seats?.let { all -> jsonList(all) { jsonOf(it) } })
                        .put("round", round?.let { jsonOf(it) })
                        .put("expect", expect?.toJson())
                        .put("order", order?.toJson())
                        .done(),
                ),
            ),
        ),
    )

    /** What a rule says of the newest positions. */
    public fun check(rule: RuleConfig): Tally = Tally.fromJson(about(JsonObject(mapOf("check" to rule.toJson()))))

    /** What the core itself would make the decision of. */
    public fun draft(): Draft = Draft.fromJson(about(JsonObject(mapOf("draft" to JsonObject(emptyMap())))))

    /** What a seat is called in prompts. */
    public fun displayName(seat: String): String = about(JsonObject(mapOf("display_name" to jsonOf(seat)))).asString()

    /** Whether a seat sees what another one says. */
    public fun sees(seat: String, other: String): Boolean =
        about(JsonObject(mapOf("sees" to Members().put("seat", jsonOf(seat)).put("other", jsonOf(other)).done()))).asBoolean()

    /** Whether this phase was asked in this round. */
    public fun planned(round: Long, phase: Phase): Boolean = about(
        JsonObject(mapOf("planned" to Members().put("round", jsonOf(round)).put("phase", phase.toJson()).done())),
    ).asBoolean()

    private fun about(question: JsonValue): JsonValue = JsonValue.parse(native { ffiTranscript(call, question.toString()) })

    override fun toString(): String = "Transcript($debate, round $round)"
}

/** The messages of the debates one protocol object is in. They only ever grow, so step n does not cost n. */
internal class MessageCache {
    private val byDebate = object : LinkedHashMap<String, List<TranscriptMessage>>(16, 0.75f, true) {
        override fun removeEldestEntry(eldest: MutableMap.MutableEntry<String, List<TranscriptMessage>>): Boolean =
            size > DEBATES
    }

    @Synchronized
    fun messages(debate: String, count: Int, read: (Int) -> List<TranscriptMessage>): List<TranscriptMessage> {
        // A fork or a replay under the same id begins again with fewer.
        val known = byDebate[debate].orEmpty().let { if (it.size > count) emptyList() else it }
        val all = if (known.size < count) known + read(known.size) else known
        byDebate[debate] = all
        return all
    }

    private companion object {
        const val DEBATES = 64
    }
}
