package ai.aragora

import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

internal class CancelTest {
    @Test
    fun `three agents, streamed, cancelled half-way, nothing left running, replayed to equal bytes`() = live {
        opened { aragora ->
            val agents = listOf(Hangs("ada"), Hangs("bob"), Hangs("eve"))
            val debate = aragora.debate("Ship on Friday?") {
                agents.forEach { agent(it) }
                protocol = BuiltinProtocol.voteOnly()
            }
            // All three have streamed something, so the debate is half-way.
            val streamed = HashSet<String?>()
            debate.events().first { event ->
                if (event.data is EventData.TokenDelta) streamed.add(event.agent)
                streamed.size == 3
            }
            assertEquals(setOf<String?>("ada", "bob", "eve"), streamed)
            debate.cancel("the user closed the page")
            val error = failing { debate.result() }
            assertEquals(ErrorCode.Cancelled, error.code)
            agents.forEach { it.cancelled.await() }
            eventually { aragora.activity().let { it.debates + it.queued + it.turns + it.permits + it.foreignCalls } == 0L }
            assertEquals(0, aragora.callsUnderWay)
            eventually { aragora.participants == 0 }

            val report = aragora.debates().replay(aragora.debates().log(debate.id), ReplayCheck.Strict)
            assertTrue(report.matches, report.difference.toString())
            assertEquals(DebateState.Cancelled, aragora.debates().get(debate.id).state)
        }
    }

    @Test
    fun `cancelling the coroutine that waits cancels the debate, and only that coroutine sees its own cancellation`() = live {
        opened { aragora ->
            val agent = Hangs("ada")
            val debate = aragora.debate("?") {
                agent(agent)
                agent(Hangs("bob"))
                protocol = BuiltinProtocol.voteOnly()
            }.start()
            val seen = CompletableDeferred<Throwable>()
            val waiting = launch(start = CoroutineStart.UNDISPATCHED) {
                try {
                    debate.result()
                } catch (error: Throwable) {
                    seen.complete(error)
                    throw error
                }
            }
            // Started before anything is cancelled, so that it waits already.
            val other = async(start = CoroutineStart.UNDISPATCHED) { failing { debate.result() } }
            agent.called.await()
            waiting.cancel(CancellationException("enough"))
            assertTrue(seen.await() is CancellationException)
            // An AragoraException, in a coroutine that goes on.
            assertEquals(ErrorCode.Cancelled, other.await().code)
            agent.cancelled.await()
            eventually { aragora.activity().turns == 0L }
        }
    }

    @Test
    fun `a timeout of the host ends the debate and stays a timeout`() = live {
        opened { aragora ->
            val agent = Hangs("ada")
            val debate = aragora.debate("?") {
                agent(agent)
                agent(Hangs("bob"))
            }
            val error = runCatching { withTimeout(100.milliseconds) { debate.result() } }.exceptionOrNull()
            assertTrue(error is TimeoutCancellationException, "$error")
            eventually { aragora.activity().let { it.debates + it.turns + it.foreignCalls } == 0L }
            assertEquals(ErrorCode.Cancelled, failing { debate.result() }.code)
        }
    }

    @Test
    fun `cancel returns at once, may be repeated, and works before the debate has begun`() = live {
        opened { aragora ->
            val debate = aragora.debate("?") {
                agent(Hangs("ada"))
                agent(Hangs("bob"))
            }
            debate.cancel("never mind")
            debate.cancel("really")
            val error = failing { debate.result() }
            assertEquals(ErrorCode.Cancelled, error.code)
            assertFalse(error.retryable)
            debate.cancel("and again")
            assertTrue(debate.isFinished)
        }
    }

    @Test
    fun `a deadline signals the agent, and what it says afterwards is discarded`() = live {
        val clock = ManualClock()
        opened(clock = clock) { aragora ->
            val signalled = CompletableDeferred<Unit>()
            val goOn = CompletableDeferred<Unit>()
            val late = CompletableDeferred<Unit>()
            val called = CompletableDeferred<Unit>()
            val debate = aragora.debate("?") {
                agent("slow") {
                    called.complete(Unit)
                    try {
                        withTimeout(10.minutes) { CompletableDeferred<Unit>().await() }
                    } catch (error: CancellationException) {
                        signalled.complete(Unit)
                        // An agent that does not listen: it answers long after nobody waits any more.
                        withContext(NonCancellable) { goOn.await() }
                    } finally {
                        late.complete(Unit)
                    }
                    AgentReply("FINAL ANSWER: late")
                }
                agent(Says("ada", "no"))
                agent(Says("bob", "no"))
                protocol = BuiltinProtocol.voteOnly()
                limits = Limits(turnTimeout = 5.seconds)
            }.start()
            val result = async { debate.result() }
            called.await()
            // The turn's limit, then the two seconds in which it could have stopped by itself.
            while (!result.isCompleted) {
                clock.advance(1.seconds)
                kotlinx.coroutines.delay(5.milliseconds)
            }
            val decision = result.await()
            assertEquals(listOf("slow"), decision.failed)
            assertEquals("no", decision.answer?.value)
            signalled.await()
            goOn.complete(Unit)
            late.await()
            eventually { aragora.callsUnderWay == 0 }
            assertEquals(listOf("slow"), debate.result().failed)
            assertEquals(0, Causes.size)
        }
    }

    @Test
    fun `leaving the events ends only that collection`() = live {
        opened { aragora ->
            val gate = CompletableDeferred<Unit>()
            val debate = aragora.debate("?") {
                agent("ada") { gate.await().let { AgentReply("FINAL ANSWER: yes") } }
                agent(Says("bob", "yes"))
                protocol = BuiltinProtocol.voteOnly()
            }
            assertEquals("debate_start", debate.events().first().type)
            gate.complete(Unit)
            assertEquals("yes", debate.result().answer?.value)
            assertEquals("debate_end", debate.events().toList().last().type)
        }
    }

    @Test
    fun `an exception of a collector is its own and the debate goes on`() = live {
        opened { aragora ->
            val debate = aragora.debate("?") { three() }
            val error = runCatching { debate.events().onEach { throw IllegalStateException("mine") }.toList() }
            assertEquals("mine", error.exceptionOrNull()?.message)
            assertEquals("no", debate.result().answer?.value)
        }
    }

    @Test
    fun `cancelling after the answer changes nothing`() = live {
        opened { aragora ->
            val debate = aragora.debate("?") { three() }
            val decision = debate.result()
            debate.cancel("too late")
            assertEquals(decision, debate.result())
        }
    }

    @Test
    fun `an agent that cancels itself has failed, and nobody else is cancelled`() = live {
        opened { aragora ->
            val decision = aragora.debate("?") {
                agent("quitter") { throw CancellationException("I do not want to") }
                agent(Says("ada", "no"))
                agent(Says("bob", "no"))
                protocol = BuiltinProtocol.voteOnly()
            }.result()
            assertEquals(listOf("quitter"), decision.failed)
            assertEquals("no", decision.answer?.value)
        }
    }

    @Test
    fun `a scope that is gone fails the calls instead of leaving them unanswered`() = live {
        val home = Job()
        opened(context = Dispatchers.Default + home) { aragora ->
            val agents = listOf(Hangs("ada"), Hangs("bob"))
            val debate = aragora.debate("?") {
                agents.forEach { agent(it) }
                protocol = BuiltinProtocol.voteOnly()
            }.start()
            agents.forEach { it.called.await() }
            home.cancel()
            val error = failing { debate.result() }
            assertEquals(ErrorCode.AllAgentsFailed, error.code)
            // Not even begun any more, and answered all the same.
            assertEquals(ErrorCode.AllAgentsFailed, failing { aragora.debate("?") { three() }.result() }.code)
        }
    }

    @Test
    fun `closing cancels what runs and waits for it`() = live {
        val aragora = Aragora.open()
        val agents = listOf(Hangs("ada"), Hangs("bob"))
        val debate = aragora.debate("?") { agents.forEach { agent(it) } }.start()
        agents.forEach { it.called.await() }
        aragora.closeAndJoin()
        agents.forEach { it.cancelled.await() }
        eventually { aragora.callsUnderWay == 0 && aragora.participants == 0 }
        assertEquals(ErrorCode.Closed, failing { debate.result() }.code)
        assertEquals(ErrorCode.Closed, failing { aragora.debate("?") { three() }.start() }.code)
        aragora.closeAndJoin()
    }

    @Test
    fun `a cancelled call of a hundred is signalled in time`() = live {
        opened { aragora ->
            val signalled = AtomicInteger()
            val called = AtomicInteger()
            val debates = List(25) { number ->
                aragora.debate("Question $number?") {
                    repeat(4) { seat ->
                        agent("agent-$seat") {
                            called.incrementAndGet()
                            try {
                                kotlinx.coroutines.awaitCancellation()
                            } finally {
                                signalled.incrementAndGet()
                            }
                        }
                    }
                    protocol = BuiltinProtocol.voteOnly()
                }.start()
            }
            eventually { called.get() == 100 }
            debates.forEach { it.cancel("enough") }
            debates.forEach { assertEquals(ErrorCode.Cancelled, failing { it.result() }.code) }
            eventually { signalled.get() == 100 }
            eventually { aragora.activity().let { it.debates + it.turns + it.foreignCalls } == 0L }
        }
    }
}
