package ai.aragora

/** Describes a debate. What is left out is filled by the core. */
public class DebateBuilder internal constructor(private val question: JsonValue) {
    /** What asks next. */
    public var protocol: Protocol? = null

    /** How votes become a decision. */
    public var rule: RuleConfig? = null

    /** What it may cost. */
    public var limits: Limits? = null

    /** How it goes on. */
    public var options: DebateOptions? = null

    /** How much is at stake. */
    public var tier: RiskTier? = null

    /** Whose debate it is. */
    public var tenant: String? = null

    /** The part of the tenant it belongs to. */
    public var workspace: String? = null

    /** What it is about. */
    public var topic: String? = null

    /** Words to find it by. */
    public var tags: List<String>? = null

    /** Makes every drawn order repeatable. */
    public var seed: ULong? = null

    /** Its id; made by the core if absent. */
    public var id: String? = null

    private val seats = Seats()

    /** Decides by a rule as it is. */
    public fun rule(kind: RuleKind) {
        rule = RuleConfig(kind)
    }

    /** Gives a seat to an agent. */
    public fun agent(agent: Participant, seat: Seat? = null): Unit = seats.add(agent, seat)

    /** Gives a seat to a model, such as `anthropic/claude-sonnet-5`; its key comes from the [Config]. */
    public fun agent(model: String, seat: Seat? = null): Unit = seats.add(ModelAgent(model), seat)

    /** Gives a seat to a function. */
    public fun agent(id: String, seat: Seat? = null, respond: suspend (AgentRequest) -> AgentReply): Unit =
        seats.add(FunctionAgent(id, respond), seat)

    internal fun document(keeping: Keeping): JsonValue = Members()
        .put("question", question)
        .put("seats", seats.document(keeping))
        .put("protocol", protocol?.let { keeping.choice(it) })
        .put("rule", rule?.toJson())
        .put("limits", limits?.toJson())
        .put("options", options?.toJson())
        .put("tier", tier?.let { jsonOf(it) })
        .put("tenant", tenant?.let { jsonOf(it) })
        .put("workspace", workspace?.let { jsonOf(it) })
        .put("topic", topic?.let { jsonOf(it) })
        .put("tags", tags?.let { all -> jsonList(all) { jsonOf(it) } })
        .put("seed", seed?.let { jsonOf(it) })
        .put("id", id?.let { jsonOf(it) })
        .done()
}

/** A place at the table: what it weighs and which part it plays. */
public class Seat @JvmOverloads constructor(
    /** The part to play when the protocol gives none. */
    public val role: Role? = null,
    /** Who to be. */
    public val persona: Persona? = null,
    /** What its vote weighs, above 0 and at most 100. */
    public val weight: Double? = null,
    /** Whether it votes. */
    public val votes: Boolean? = null,
    /** Whether it judges instead of debating. */
    public val judges: Boolean? = null,
    /** Ratings, where the host has them. */
    public val reputation: Reputation? = null,
    /** Layers around this agent, of whatever kind it is, in place of the instance's; budgets and kept replies stay there. */
    public val layers: Layers? = null,
    /** Who answers in its name when it fails, in this order, in place of the models the layers name. */
    public val standIns: List<Participant> = emptyList(),
)

/** The seats of a debate that begins, goes on or is forked. */
public class Seats internal constructor() {
    private val all = ArrayList<Pair<Participant, Seat?>>()

    /** Gives a seat to an agent. */
    public fun agent(agent: Participant, seat: Seat? = null): Unit = add(agent, seat)

    /** Gives a seat to a model. */
    public fun agent(model: String, seat: Seat? = null): Unit = add(ModelAgent(model), seat)

    /** Gives a seat to a function. */
    public fun agent(id: String, seat: Seat? = null, respond: suspend (AgentRequest) -> AgentReply): Unit =
        add(FunctionAgent(id, respond), seat)

    internal fun add(agent: Participant, seat: Seat?) {
        all.add(agent to seat)
    }

    internal fun document(keeping: Keeping): JsonValue = jsonList(all) { (agent, seat) ->
        Members()
            .put("agent", keeping.document(agent))
            .put("role", seat?.role?.toJson())
            .put("persona", seat?.persona?.toJson())
            .put("weight", seat?.weight?.let { jsonOf(it) })
            .put("votes", seat?.votes?.let { jsonOf(it) })
            .put("judges", seat?.judges?.let { jsonOf(it) })
            .put("reputation", seat?.reputation?.toJson())
            .put("layers", seat?.layers?.toJson())
            .put("stand_ins", seat?.standIns?.let { others -> jsonList(others) { keeping.document(it) } })
            .done()
    }
}

internal fun Keeping.choice(protocol: Protocol): JsonValue = when (protocol) {
    is DebateProtocol -> document(protocol)
    is BuiltinProtocol -> Members().put("name", jsonOf(protocol.name)).put("params", protocol.params).done()
}
