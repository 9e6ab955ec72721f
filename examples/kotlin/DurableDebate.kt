// A debate outlives its process: it stops half-way, is found in its store, and goes on where it stopped.

import ai.aragora.Agent
import ai.aragora.AgentReply
import ai.aragora.AgentRequest
import ai.aragora.Aragora
import ai.aragora.BuiltinProtocol
import ai.aragora.DebateState
import ai.aragora.EventData
import java.nio.file.Files
import kotlin.time.Duration
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking

/** Counts how often it was asked. One that is away lets everybody wait. */
class Member(override val id: String, private val view: String, @Volatile var away: Boolean = false) : Agent {
    @Volatile
    var asked = 0

    override suspend fun respond(request: AgentRequest): AgentReply {
        asked += 1
        if (away) awaitCancellation()
        return AgentReply("FINAL ANSWER: $view")
    }
}

fun main(): Unit = runBlocking {
    val (ada, bob) = listOf(Member("ada", "yes"), Member("bob", "yes"))
    val eve = Member("eve", "no", away = true)
    val folder = Files.createTempDirectory("durable-")
    // START durable_debate
    // A path, or redb:, sled:, postgres:// with an address: every record is durable before the next step depends on it.
    val storage = "redb:$folder/debates"
    val first = Aragora.open(storage = storage)
    val debate = first.debate("Do we rewrite it?") {
        listOf(ada, bob, eve).forEach { agent(it) }
        protocol = BuiltinProtocol.voteOnly()
    }
    debate.events().filter { it.data is EventData.AgentMessage }.take(2).toList()
    // Eve does not answer, and this process has to go. What runs stops at its last record; killing it does the same.
    println("stopped: ${first.shutdown(grace = Duration.ZERO).stopped}")

    // Another process, later: whatever has not ended is found and goes on.
    eve.away = false
    val second = Aragora.open(storage = storage)
    for (found in second.debates().list(state = DebateState.Running).items) {
        val resumed = second.debates().resume(found.debate) { listOf(ada, bob, eve).forEach { agent(it) } }
        val decision = resumed.result()
        println("${found.question} ${decision.outcome}, dissent of ${decision.dissenters}")
    }

    // Answers that were recorded are not asked for again, and not paid for again.
    println("asked: ada ${ada.asked}, bob ${bob.asked}, eve ${eve.asked}")

    // Everything as JSON lines: the summary of each debate, then its log.
    second.debates().export().collect { lines -> println("exported ${lines.trimEnd().lines().size} lines") }
    second.closeAndJoin()
    // END durable_debate
    folder.toFile().deleteRecursively()
}
