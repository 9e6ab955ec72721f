package ai.aragora

import kotlin.time.Duration

/** What happens next in a debate. Made by [Transcript.ask] and the functions here. */
public class Step internal constructor(private val json: JsonValue) : Value() {
    override fun toJson(): JsonValue = json

    /** What is asked, if this step asks. */
    public val ask: AskStep? get() = json.member("ask")?.let { AskStep(it) }

    public companion object {
        /** Ends the debate: the protocol's schedule is done. */
        public val Finish: Step = finish(StopCause.Completed, "the protocol's schedule is done")

        /** Ends the debate for this reason. */
        public fun finish(cause: StopCause, detail: String): Step =
            Step(JsonObject(mapOf("finish" to Stop(cause, 0, detail).toJson())))

        /** Computes these figures and records them. */
        public fun analyse(kinds: List<AnalysisKind>): Step =
            Step(JsonObject(mapOf("analyse" to jsonList(kinds) { it.toJson() })))

        /** Waits for a person, at most this long. */
        public fun pause(id: String, trigger: String, snapshot: JsonValue, level: Long, wait: Duration): Step = Step(
            JsonObject(
                mapOf(
                    "pause" to Members()
                        .put("id", jsonOf(id))
                        .put("trigger", jsonOf(trigger))
                        .put("snapshot", snapshot)
                        .put("level", jsonOf(level))
                        .put("wait_ms", jsonOf(wait))
                        .done(),
                ),
            ),
        )
    }
}

/** One set of turns, as the core built it. */
public class AskStep internal constructor(private val json: JsonValue) : Value() {
    /** What is asked for. */
    public val phase: Phase get() = Phase.fromJson(json.required("phase"))

    /** The round. */
    public val round: Long get() = json.required("round").asLong()

    /** The seats that are asked. */
    public val seats: List<String> get() = json.required("asks").asList { it.required("seat").asString() }

    override fun toJson(): JsonValue = json
}

/** What a decision is made of. Made by [Transcript.draft]; change what differs. */
public class Draft internal constructor(private val json: JsonObject) : Value() {
    /** The rule that counts. */
    public val rule: RuleConfig get() = RuleConfig.fromJson(json.required("rule"))

    /** The same, counted by another rule. */
    public fun withRule(rule: RuleConfig): Draft = with("rule", rule.toJson())

    /** The same, with these seats as the electorate. */
    public fun withSeats(seats: List<String>): Draft = with("seats", jsonList(seats) { jsonOf(it) })

    /** The same, with this message as a synthesis of the winner. */
    public fun withSynthesis(message: String): Draft = with("synthesis", jsonOf(message))

    /** The same, with each seat's share in the result. */
    public fun withContribution(shares: Map<String, Double>): Draft = with("contribution", jsonMap(shares) { jsonOf(it) })

    /** The same, with a report of the protocol's own. */
    public fun withReport(report: Report): Draft = with("report", report.toJson())

    /** The same, with notes, which become warnings of the debate. */
    public fun withNotes(notes: List<String>): Draft = with("notes", jsonList(notes) { jsonOf(it) })

    private fun with(name: String, value: JsonValue) = Draft(JsonObject(json.members + (name to value)))

    override fun toJson(): JsonValue = json
}

/** What is counted after a step to see whether the debate may end. */
public class Checkpoint private constructor(private val json: JsonValue) : Value() {
    override fun toJson(): JsonValue = json

    public companion object {
        /**
         * Counts the newest positions.
         *
         * @param rule the debate's own if absent.
         */
        public fun positions(scope: CheckScope, rule: RuleConfig? = null, seats: List<String>? = null): Checkpoint =
            of("positions", scope, rule, seats)

        /**
         * Counts the votes cast in this round.
         *
         * @param rule the debate's own if absent.
         */
        public fun votes(scope: CheckScope, rule: RuleConfig? = null, seats: List<String>? = null): Checkpoint =
            of("cast", scope, rule, seats)

        /**
         * Counts the positions given in this round; a seat that has not answered in it yet has no vote.
         *
         * @param rule the debate's own if absent.
         */
        public fun round(scope: CheckScope, rule: RuleConfig? = null, seats: List<String>? = null): Checkpoint =
            of("round", scope, rule, seats)

        private fun of(ballots: String, scope: CheckScope, rule: RuleConfig?, seats: List<String>?) = Checkpoint(
            Members()
                .put("scope", scope.toJson())
                .put("ballots", jsonOf(ballots))
                .put("seats", seats?.let { all -> jsonList(all) { jsonOf(it) } })
                .put("rule", rule?.toJson())
                .done(),
        )
    }
}

/** One option that stands, with everybody who holds it. */
public class OptionView internal constructor(private val json: JsonValue) : Value() {
    /** Its id. */
    public val id: String get() = json.required("id").asString()

    /** What it says. */
    public val text: String get() = json.required("text").asString()

    /** The seats that hold it. */
    public val authors: List<String> get() = json.required("authors").asList { it.asString() }

    override fun toJson(): JsonValue = json
}
