package ai.aragora

/** Where people find what they are asked, and answer. It is kept with the debates, so a question outlasts a restart. */
public class HumanDesk internal constructor(private val aragora: Aragora) {
    /** The turns nobody has answered yet. */
    public suspend fun pending(
        debate: String? = null,
        agent: String? = null,
        limit: Long? = null,
        tenant: String? = null,
    ): PendingTurns = PendingTurns.fromJson(
        aragora.call(
            "desk.pending",
            Members()
                .put("debate", debate?.let { jsonOf(it) })
                .put("agent", agent?.let { jsonOf(it) })
                .put("limit", limit?.let { jsonOf(it) })
                .put("tenant", tenant?.let { jsonOf(it) })
                .done(),
        ),
    )

    /** One turn, whatever became of it. */
    public suspend fun turn(id: String, tenant: String? = null): PendingTurn =
        PendingTurn.fromJson(aragora.call("desk.turn", turnNamed(id, tenant).done()))

    /** Answers a turn. */
    public suspend fun submit(id: String, reply: HumanReply, by: String, tenant: String? = null) {
        aragora.call("desk.submit", turnNamed(id, tenant).put("reply", reply.toJson()).put("by", jsonOf(by)).done())
    }

    /** Answers a turn with text. */
    public suspend fun submit(id: String, text: String, by: String, tenant: String? = null): Unit =
        submit(id, HumanReply(text), by, tenant)

    /** Says that nobody will answer this turn. */
    public suspend fun decline(id: String, reason: String, by: String, tenant: String? = null) {
        aragora.call("desk.decline", turnNamed(id, tenant).put("reason", jsonOf(reason)).put("by", jsonOf(by)).done())
    }

    private fun turnNamed(id: String, tenant: String?) =
        Members().put("id", jsonOf(id)).put("tenant", tenant?.let { jsonOf(it) })
}
