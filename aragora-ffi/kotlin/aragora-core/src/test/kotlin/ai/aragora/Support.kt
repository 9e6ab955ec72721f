package ai.aragora

import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

/** A test that may wait; the limit only ends a test that would hang. */
internal fun live(test: suspend CoroutineScope.() -> Unit) {
    runBlocking(Dispatchers.Default) { withTimeout(60.seconds) { test() } }
}

/** A fresh instance for each test, closed at its end. */
internal suspend fun <T> opened(
    config: Config? = null,
    protocols: List<DebateProtocol> = emptyList(),
    context: CoroutineContext = Dispatchers.Default,
    clock: ManualClock? = null,
    seed: ULong? = null,
    layers: Layers? = null,
    prices: PriceTable? = null,
    test: suspend (Aragora) -> T,
): T {
    val aragora = Aragora.open(config, null, protocols, layers, prices, context, clock, seed)
    try {
        return test(aragora)
    } finally {
        aragora.closeAndJoin()
    }
}

/** Looks until it holds; the limit of the test is the only bound. */
internal suspend fun eventually(holds: suspend () -> Boolean) {
    while (!holds()) delay(5.milliseconds)
}

/** The error a block must end with. */
internal suspend fun failing(block: suspend () -> Unit): AragoraException {
    try {
        block()
    } catch (error: AragoraException) {
        return error
    }
    throw AssertionError("nothing failed")
}

/** Says the same every time, and votes for the first option when there is a vote. */
internal class Says(override val id: String, private val view: String) : Agent {
    override suspend fun respond(request: AgentRequest): AgentReply {
        val shape = (request.expect as? Expect.Ballot)?.value ?: return AgentReply("I looked at it.\nFINAL ANSWER: $view")
        return AgentReply("I vote.", JsonValue.of(mapOf("choice" to shape.labels.first().label)))
    }
}

/** Streams one piece, then answers nothing until it is cancelled. */
internal class Hangs(override val id: String) : Agent {
    val called = CompletableDeferred<Unit>()
    val cancelled = CompletableDeferred<Unit>()
    val calls = AtomicInteger()

    override suspend fun respond(request: AgentRequest): AgentReply {
        calls.incrementAndGet()
        request.output.text("Let me ")
        called.complete(Unit)
        try {
            awaitCancellation()
        } catch (error: CancellationException) {
            cancelled.complete(Unit)
            throw error
        }
    }
}

/** Three agents that agree on nothing important. */
internal fun DebateBuilder.three() {
    agent(Says("ada", "no"))
    agent(Says("bob", "no"))
    agent(Says("eve", "yes"))
    protocol = BuiltinProtocol.voteOnly()
}
