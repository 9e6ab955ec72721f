package ai.aragora

/** What happens next in a debate. Made by [Transcript.ask] and the functions here. */
public class Step internal constructor(private val json: JsonValue) : Value() {
    override fun toJson(): JsonValue = json

    /** What is asked, if this step asks. */
    public val ask: AskStep? get() = json.member("ask")?.let { AskStep.fromJson(it) }

    public companion object {
        /** Ends the debate: the protocol's schedule is done. */
        public val Finish: Step = finish(StopCause.Completed, "the protocol's schedule is done")

        /** Ends the debate for this reason. */
        public fun finish(cause: StopCause, detail: String): Step =
            Step(JsonObject(mapOf("finish" to Stop(cause, 0, detail).toJson())))

        /** Computes these figures and records them. */
        public fun analyse(kinds: List<AnalysisKind>): Step =
            Step(JsonObject(mapOf("analyse" to jsonList(kinds) { it.toJson() })))

        /** Waits for a person. */
        public fun pause(pause: Pause): Step = Step(JsonObject(mapOf("pause" to pause.toJson())))
    }
}
