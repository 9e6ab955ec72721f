package ai.aragora

import java.lang.ref.WeakReference
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

internal class LeaksTest {
    @Test
    fun `ten thousand debates leave the memory flat and every table empty`(): Unit = runBlocking(Dispatchers.Default) {
        suspend fun debates(count: Int) {
            repeat(count / ROUND) {
                // An instance keeps its debates, so what is measured is what it leaves behind.
                opened { aragora ->
                    List(ROUND) { number ->
                        async {
                            aragora.debate("Question $number?") {
                                agent("ada") { AgentReply("FINAL ANSWER: yes") }
                                agent("bob") { if (number % 2 == 0) throw IllegalStateException("boom") else AgentReply("FINAL ANSWER: yes") }
                                protocol = BuiltinProtocol.voteOnly()
                            }.result()
                        }
                    }.awaitAll()
                }
                // The collector of the JVM knows nothing of the memory behind its handles.
                System.gc()
            }
        }
        debates(DEBATES / 4)
        val before = memory()
        debates(DEBATES - DEBATES / 4)
        val after = memory()
        println("leaks: heap ${before.first / MIB} to ${after.first / MIB} MiB, process ${before.second / MIB} to ${after.second / MIB} MiB")
        assertTrue(after.first - before.first < 8 * MIB, "heap: ${before.first} to ${after.first}")
        assertTrue(after.second - before.second < before.second / 4 + 16 * MIB, "process: ${before.second} to ${after.second}")
        eventually {
            System.gc()
            Causes.size == 0
        }
    }

    @Test
    fun `calls that were given up leave nothing behind`() = live {
        val clock = ManualClock()
        val waiting = AtomicInteger()
        opened(clock = clock) { aragora ->
            val results = List(100) { number ->
                async {
                    aragora.debate("Question $number?") {
                        agent("ada") {
                            waiting.incrementAndGet()
                            awaitCancellation()
                        }
                        agent("bob") { AgentReply("FINAL ANSWER: yes") }
                        agent("cyd") { throw IllegalStateException("late and wrong") }
                        agent("dan") { AgentReply("FINAL ANSWER: yes") }
                        protocol = BuiltinProtocol.voteOnly()
                        limits = Limits(turnTimeout = 1.seconds)
                    }.result()
                }
            }
            // Everybody else has answered before the time of the one who never does is up.
            eventually { waiting.get() == 100 && aragora.callsUnderWay == 100 }
            while (results.any { it.isActive }) {
                clock.advance(1.seconds)
                delay(5.milliseconds)
            }
            assertTrue(results.awaitAll().all { "ada" in it.failed })
            eventually { aragora.callsUnderWay == 0 && aragora.participants == 0 && aragora.activity().foreignCalls == 0L }
        }
        eventually {
            System.gc()
            Causes.size == 0
        }
    }

    @Test
    fun `after closing nothing holds on to what the user made`() = live {
        val references = List(100) { held() }.flatten()
        eventually {
            System.gc()
            references.count { it.get() != null } == 0
        }
    }

    /** A participant that refers back to the instance and the debate it is in. */
    private class Knot(override val id: String) : Agent {
        var aragora: Aragora? = null
        var debate: Debate? = null

        override suspend fun respond(request: AgentRequest) = AgentReply("FINAL ANSWER: yes")
    }

    private suspend fun held(): List<WeakReference<*>> {
        val aragora = Aragora.open()
        val agents = listOf(Knot("ada"), Knot("bob"))
        val debate = aragora.debate("?") {
            agents.forEach { agent(it) }
            protocol = BuiltinProtocol.voteOnly()
        }
        agents.forEach {
            it.aragora = aragora
            it.debate = debate
        }
        debate.start().detach()
        assertEquals("yes", debate.result().answer?.value)
        aragora.closeAndJoin()
        return (agents + aragora + debate).map { WeakReference(it) }
    }

    private suspend fun memory(): Pair<Long, Long> {
        repeat(3) {
            System.gc()
            delay(50.milliseconds)
        }
        val runtime = Runtime.getRuntime()
        val pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1].toLong()
        return runtime.totalMemory() - runtime.freeMemory() to pages * 4096
    }

    private companion object {
        const val DEBATES = 10_000
        const val ROUND = 250
        const val MIB = 1024 * 1024
    }
}
