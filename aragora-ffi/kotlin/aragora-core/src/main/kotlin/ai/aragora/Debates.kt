package ai.aragora

import java.time.Instant
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** Past and running debates of an instance. */
public class Debates internal constructor(private val aragora: Aragora) {
    /** How a debate stands. */
    public suspend fun get(debate: String, tenant: String? = null): DebateSummary =
        DebateSummary.fromJson(aragora.call("debates.get", named(debate, tenant).done()))

    /** Debates, newest first, a page at a time. */
    public suspend fun list(
        state: DebateState? = null,
        from: Instant? = null,
        to: Instant? = null,
        tag: String? = null,
        cursor: String? = null,
        limit: Long? = null,
        tenant: String? = null,
    ): DebatePage = DebatePage.fromJson(
        aragora.call(
            "debates.list",
            query(state, from, to, tag, tenant)
                .put("cursor", cursor?.let { jsonOf(it) })
                .put("limit", limit?.let { jsonOf(it) })
                .done(),
        ),
    )

    /** The log, one record on each line, byte for byte as it is kept. */
    public suspend fun log(debate: String, tenant: String? = null): String =
        aragora.call("debates.log", named(debate, tenant).done()).asString()

    /** Debates as JSON lines, one text for each: its summary, then the records of its log. Read as it is collected. */
    public fun export(
        state: DebateState? = null,
        from: Instant? = null,
        to: Instant? = null,
        tag: String? = null,
        tenant: String? = null,
    ): Flow<String> = flow {
        var cursor: JsonValue? = null
        do {
            val page = aragora.call("debates.export", query(state, from, to, tag, tenant).put("cursor", cursor).done())
            page.required("debates").asList { it.asString() }.forEach { emit(it) }
            cursor = page.member("next")
        } while (cursor != null)
    }

    /** The recorded events from the record with this seq on. */
    public suspend fun events(debate: String, from: Long? = null, tenant: String? = null): List<Event> =
        aragora.call("debates.events", named(debate, tenant).put("from", from?.let { jsonOf(it) }).done())
            .asList { Event.fromJson(it) }

    /** What was said. */
    public suspend fun messages(debate: String, tenant: String? = null): List<TranscriptMessage> =
        aragora.call("debates.messages", named(debate, tenant).done()).asList { TranscriptMessage.fromJson(it) }

    /** Holds a debate again from its log, without asking anybody, and compares. */
    public suspend fun replay(log: String, check: ReplayCheck? = null): ReplayReport = ReplayReport.fromJson(
        aragora.call("debates.replay", Members().put("log", jsonOf(log)).put("check", check?.let { it.toJson() }).done()),
    )

    /** The question of a debate with documents that were not considered, to be debated again. */
    public suspend fun appeal(
        debate: String,
        reason: String,
        documents: List<Document> = emptyList(),
        tenant: String? = null,
    ): Question = Question.fromJson(
        aragora.call(
            "debates.appeal",
            named(debate, tenant)
                .put("documents", jsonList(documents) { it.toJson() })
                .put("reason", jsonOf(reason))
                .done(),
        ),
    )

    /** Describes going on with a debate that was interrupted. */
    public fun resume(
        debate: String,
        acceptChanges: Boolean? = null,
        tenant: String? = null,
        seats: Seats.() -> Unit,
    ): Debate = Debate(aragora) {
        aragora.begin("resume") { keeping ->
            named(debate, tenant)
                .put("seats", Seats().apply(seats).document(keeping))
                .put("accept_changes", acceptChanges?.let { jsonOf(it) })
                .done()
        }
    }

    /** Describes a debate that takes over another one up to the record with this seq, with these changes. */
    public fun fork(
        debate: String,
        atSeq: Long,
        edits: List<Edit> = emptyList(),
        id: String? = null,
        tenant: String? = null,
        seats: Seats.() -> Unit,
    ): Debate = Debate(aragora) {
        aragora.begin("fork") { keeping ->
            named(debate, tenant)
                .put("at_seq", jsonOf(atSeq))
                .put("edits", jsonList(edits) { it.toJson() })
                .put("seats", Seats().apply(seats).document(keeping))
                .put("id", id?.let { jsonOf(it) })
                .done()
        }
    }

    /** A debate that runs in this instance, found by its id: a second handle. */
    public fun attach(debate: String, tenant: String? = null): Debate =
        Debate(aragora) { aragora.begin("attach") { named(debate, tenant).done() } }

    private fun query(state: DebateState?, from: Instant?, to: Instant?, tag: String?, tenant: String?) = Members()
        .put("state", state?.toJson())
        .put("from", from?.let { jsonOf(it) })
        .put("to", to?.let { jsonOf(it) })
        .put("tag", tag?.let { jsonOf(it) })
        .put("tenant", tenant?.let { jsonOf(it) })

    private fun named(debate: String, tenant: String?) =
        Members().put("debate", jsonOf(debate)).put("tenant", tenant?.let { jsonOf(it) })
}
