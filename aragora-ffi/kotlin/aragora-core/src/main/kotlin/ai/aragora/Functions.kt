package ai.aragora

import ai.aragora.ffi.ffiCompute
import kotlin.time.Duration

// Pure functions of the core: no instance, no I/O.

/**
 * Counts votes by a rule, exactly as a debate does.
 *
 * @param active how many seats take part at all, where more than the voters do.
 */
public fun tally(
    rule: RuleConfig,
    voters: List<Voter>,
    options: List<Candidate>,
    votes: List<CastVote>,
    seed: ULong? = null,
    active: Long? = null,
): Tally = Tally.fromJson(
    compute(
        "consensus.tally",
        Members()
            .put("rule", rule.toJson())
            .put("seats", jsonList(voters) { it.toJson() })
            .put("options", jsonList(options) { it.toJson() })
            .put("votes", jsonList(votes) { it.toJson() })
            .put("seed", seed?.let { jsonOf(it) })
            .put("active", active?.let { jsonOf(it) })
            .done(),
    ),
)

/** Who may vote. */
public class Voter @JvmOverloads constructor(
    /** The seat. */
    public val id: String,
    /** What its vote weighs. */
    public val weight: Double? = null,
    /** The family of its model. */
    public val family: String? = null,
    /** Its ratings. */
    public val reputation: Reputation? = null,
) : Value() {
    override fun toJson(): JsonValue = Members()
        .put("id", jsonOf(id))
        .put("weight", weight?.let { jsonOf(it) })
        .put("family", family?.let { jsonOf(it) })
        .put("reputation", reputation?.toJson())
        .done()
}

/** What can be voted for. */
public class Candidate @JvmOverloads constructor(
    /** The option. */
    public val id: String,
    /** The seats it comes from. */
    public val authors: List<String> = emptyList(),
) : Value() {
    override fun toJson(): JsonValue =
        Members().put("id", jsonOf(id)).put("authors", jsonList(authors) { jsonOf(it) }).done()
}

/** Reads a ballot out of a reply. */
public fun parseBallot(text: String, shape: BallotShape, structured: JsonValue? = null, stop: StopReason? = null): ParsedBallot =
    ParsedBallot.fromJson(compute("parse.ballot", reply(text, structured, stop).put("shape", shape.toJson()).done()))

/** Reads critiques of these targets out of a reply. */
public fun parseCritiques(text: String, targets: List<String>, structured: JsonValue? = null): List<ParsedCritique> =
    compute("parse.critiques", reply(text, structured, null).put("targets", jsonList(targets) { jsonOf(it) }).done())
        .asList { ParsedCritique.fromJson(it) }

/** Reads what a reply says about itself: confidence, readiness, whether to go on. */
public fun parseSignals(text: String, structured: JsonValue? = null, stop: StopReason? = null): Signals =
    Signals.fromJson(compute("parse.signals", reply(text, structured, stop).done()))

/** Reads the answer out of a reply; null if there is none. */
public fun parseAnswer(text: String, format: AnswerFormat? = null, structured: JsonValue? = null): ExtractedAnswer? =
    compute("parse.answer", reply(text, structured, null).put("format", format?.toJson()).done())
        .takeUnless { it === JsonNull }?.let { ExtractedAnswer.fromJson(it) }

/** Whether two answers are the same. */
public fun sameAnswer(equal: Equivalence, a: String, b: String): Boolean =
    compute("parse.same", Members().put("equal", equal.toJson()).put("a", jsonOf(a)).put("b", jsonOf(b)).done()).asBoolean()

/** An answer in the form in which it is compared. */
public fun normalise(text: String): String = compute("parse.normalise", reply(text, null, null).done()).asString()

private fun reply(text: String, structured: JsonValue?, stop: StopReason?) = Members()
    .put("text", jsonOf(text))
    .put("structured", structured)
    .put("stop", stop?.toJson())

internal fun compute(op: String, args: JsonValue): JsonValue = JsonValue.parse(native { ffiCompute(op, args.toString()) })

/** An error of this code, raised by the core itself: to test how an application reacts to it. */
internal fun failing(code: ErrorCode, reason: String?, retryAfter: Duration?, context: Map<String, String>): Nothing {
    compute(
        "testing.fail",
        Members()
            .put("code", jsonOf(code.word))
            .put("reason", reason?.let { jsonOf(it) })
            .put("retry_after_ms", retryAfter?.let { jsonOf(it) })
            .put("context", jsonMap(context) { jsonOf(it) })
            .done(),
    )
    throw AragoraException(ErrorCode.Internal, "the core did not fail")
}
