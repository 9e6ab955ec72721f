package ai.aragora

import java.lang.reflect.InvocationHandler
import java.lang.reflect.Proxy
import java.util.Collections
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.TimeSource
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

internal class AgentsTest {
    @Test
    fun `a class, a function and an agent of the core sit at one table`() = live {
        opened { aragora ->
            val decision = aragora.debate("Do we ship on Friday?") {
                agent(Says("ada", "no"))
                agent("bob") { AgentReply("FINAL ANSWER: no") }
                agent(ScriptedAgent("cyd", listOf(ScriptStep.say("FINAL ANSWER: yes"))))
                agent(DemoAgent("dan", DemoStyle.Critical), Seat(votes = false))
                protocol = BuiltinProtocol.voteOnly()
            }.result()
            assertEquals("no", decision.answer?.value)
            assertEquals(Outcome.Decided, decision.outcome)
            assertEquals(listOf("ada", "bob"), decision.supporters)
            assertTrue("cyd" in decision.dissenters)
        }
    }

    @Test
    fun `an agent is told everything about its turn, and its own state stays its own`() = live {
        val asked = Collections.synchronizedList(ArrayList<AgentRequest>())
        class Counter(override val id: String) : Agent {
            private var seen = 0
            override val provider = "acme"
            override val model = "m-1"
            override val family = "m"

            override suspend fun respond(request: AgentRequest): AgentReply {
                asked.add(request)
                return AgentReply("turn ${++seen}\nFINAL ANSWER: yes")
            }
        }
        opened { aragora ->
            val debate = aragora.debate(Question("Do we ship?", context = "It is Friday.")) {
                agent(Counter("ada"), Seat(role = Role.Critic, persona = Persona("Ada", instructions = "Be brief.")))
                agent(Counter("bob"), Seat(weight = 2.0))
                protocol = BuiltinProtocol.simultaneous()
                limits = Limits(rounds = 2)
                options = DebateOptions(minRounds = 2)
            }
            val messages = debate.events().toList().map { it.data }.filterIsInstance<EventData.AgentMessage>()
            val first = asked.first { "/r1.answer.ada" in it.id }
            assertEquals(debate.id, first.debate)
            assertEquals(1, first.round)
            assertEquals(Phase.Answer, first.phase)
            assertEquals("Ada", first.persona?.name)
            assertTrue(first.messages.any { "Do we ship?" in it.text } || "Do we ship?" in first.system)
            assertEquals(Expect.Text, first.expect)
            assertTrue(first.deadline!!.isPositive())
            assertTrue(first.sampling.maxOutputTokens!! > 0)
            // In every turn the object remembers the ones before.
            val ada = messages.filter { it.seat == "ada" }.map { it.text.lines().first() }
            assertTrue(ada.size > 1)
            assertEquals(ada.indices.map { "turn ${it + 1}" }, ada)
            val start = debate.events().toList().map { it.data }.filterIsInstance<EventData.DebateStart>().single()
            assertEquals("acme", start.roster.single { it.id == "ada" }.provider)
            assertEquals(2_000_000, start.roster.single { it.id == "bob" }.weight)
        }
    }

    @Test
    fun `a reply may say more than text`() = live {
        opened { aragora ->
            val debate = aragora.debate("?") {
                agent("ada") {
                    AgentReply("FINAL ANSWER: 4", usage = Usage(10, 5), costMicros = 70, model = "m-1", stop = StopReason.Length)
                }
                agent(Says("bob", "4"))
                protocol = BuiltinProtocol.voteOnly()
            }
            val said = debate.events().toList().map { it.data }.filterIsInstance<EventData.AgentMessage>().single { it.seat == "ada" }
            assertEquals(StopReason.Length, said.stop)
            assertEquals(70, said.costMicros)
            assertEquals(10, said.usage?.inputTotal)
            assertEquals(10, debate.result().usage.total.input)
        }
    }

    @Test
    fun `a wrong return type is named`() = live {
        for ((returned, shown) in listOf<Pair<Any?, String>>(7 to "Integer", null to "null", "text" to "String")) {
            val handler = InvocationHandler { proxy, method, arguments ->
                when (method.name) {
                    "getId" -> "java"
                    "respond" -> returned
                    "hashCode" -> 1
                    else -> InvocationHandler.invokeDefault(proxy, method, *arguments.orEmpty())
                }
            }
            val agent = Proxy.newProxyInstance(javaClass.classLoader, arrayOf(Agent::class.java), handler) as Agent
            opened { aragora ->
                val debate = aragora.debate("?") {
                    agent(agent)
                    agent(Says("ada", "yes"))
                    agent(Says("bob", "yes"))
                    protocol = BuiltinProtocol.voteOnly()
                }
                val failed = debate.events().toList().map { it.data }.filterIsInstance<EventData.TurnFailed>().single()
                assertEquals("agent_failed", failed.error.code)
                assertEquals("agent \"java\" returned $shown, expected AgentReply", failed.error.reason)
            }
        }
    }

    @Test
    fun `participants run in the context the instance was opened with`() = live {
        Executors.newSingleThreadExecutor { Thread(it, "mine") }.asCoroutineDispatcher().use { mine ->
            val names = Collections.synchronizedSet(HashSet<String>())
            opened(context = mine) { aragora ->
                aragora.debate("?") {
                    repeat(3) { seat ->
                        agent("agent-$seat") {
                            names.add(Thread.currentThread().name.substringBefore(" @"))
                            AgentReply("FINAL ANSWER: yes")
                        }
                    }
                    protocol = BuiltinProtocol.voteOnly()
                }.result()
            }
            assertEquals(setOf("mine"), names.toSet())
        }
    }

    @Test
    fun `a thread of the host is not blocked while 64 participants block theirs`() = live {
        Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { single ->
            Executors.newFixedThreadPool(64).asCoroutineDispatcher().use { pool ->
                opened(context = pool) { aragora ->
                    withContext(single) {
                        var longest = 0.milliseconds
                        val ticker = launch {
                            while (true) {
                                val began = TimeSource.Monotonic.markNow()
                                delay(5.milliseconds)
                                longest = maxOf(longest, began.elapsedNow())
                            }
                        }
                        val debates = List(16) {
                            async {
                                aragora.debate("?") {
                                    repeat(4) { seat ->
                                        agent("agent-$seat") {
                                            @Suppress("BlockingMethodInNonBlockingContext")
                                            Thread.sleep(500)
                                            AgentReply("FINAL ANSWER: yes")
                                        }
                                    }
                                    protocol = BuiltinProtocol.voteOnly()
                                }.result()
                            }
                        }
                        debates.awaitAll()
                        ticker.cancel()
                        // A blocked thread would stand still for at least the half second.
                        assertTrue(longest < 400.milliseconds, "$longest")
                    }
                }
            }
        }
    }

    @Test
    fun `one object may sit in many debates at a time`() = live {
        val calls = AtomicInteger()
        val shared = FunctionAgent("shared") {
            calls.incrementAndGet()
            AgentReply("FINAL ANSWER: yes")
        }
        opened { aragora ->
            val decisions = List(20) {
                async {
                    aragora.debate("Question $it?") {
                        agent(shared)
                        agent(Says("ada", "yes"))
                        protocol = BuiltinProtocol.voteOnly()
                    }.result()
                }
            }.awaitAll()
            assertTrue(decisions.all { it.answer?.value == "yes" })
            assertEquals(20, calls.get())
            eventually { aragora.participants == 0 }
        }
    }

    @Test
    fun `a described debate that nobody starts costs nothing`() = live {
        val calls = AtomicInteger()
        opened { aragora ->
            repeat(10) {
                aragora.debate("?") {
                    agent("ada") { AgentReply("${calls.incrementAndGet()}") }
                }
            }
            assertEquals(0, aragora.activity().debates)
            assertEquals(0, aragora.participants)
        }
        assertEquals(0, calls.get())
    }

    @Test
    fun `a person answers at the desk`() = live {
        opened { aragora ->
            val debate = aragora.debate("Lunch at noon or at one?") {
                agent(Says("ada", "noon"))
                agent(Says("bob", "one"))
                agent(HumanAgent("you"))
                protocol = BuiltinProtocol.voteOnly()
            }.start()
            val desk = aragora.desk()
            eventually { desk.pending(debate = debate.id).turns.isNotEmpty() }
            val turn = desk.pending().turns.single()
            assertEquals("you", turn.agent)
            assertEquals(PendingState.Pending, desk.turn(turn.id).state)
            desk.submit(turn.id, "FINAL ANSWER: noon", by = "keyboard")
            assertEquals(listOf("ada", "you"), debate.result().supporters)
            assertTrue(desk.turn(turn.id).state is PendingState.Answered)
            assertEquals(ErrorCode.NotFound, failing { desk.decline("deb_x/r1.answer.you", "who?", "keyboard") }.code)
        }
    }

    @Test
    fun `a recorded seat repeats itself`() = live {
        val (first, log) = opened { aragora ->
            val debate = aragora.debate("Ship?") { three() }
            debate.result() to aragora.debates().log(debate.id)
        }
        opened { aragora ->
            val decision = aragora.debate("Ship?") {
                id = first.debate
                for (id in listOf("ada", "bob", "eve")) agent(RecordedAgent.fromLog(id, log))
                protocol = BuiltinProtocol.voteOnly()
            }.result()
            assertEquals(first.answer?.text, decision.answer?.text)
            assertEquals(first.supporters, decision.supporters)
            assertEquals(listOf("eve"), decision.dissenters)
        }
    }

    @Test
    fun `a debate that nobody holds any more is cancelled, one that was let go is not`() = live {
        opened { aragora ->
            val forgotten = Hangs("ada")
            val kept = Hangs("bob")
            begin(aragora, forgotten)
            val id = begin(aragora, kept).also { it.detach() }.id
            forgotten.called.await()
            kept.called.await()
            eventually {
                System.gc()
                forgotten.cancelled.isCompleted
            }
            assertTrue(!kept.cancelled.isCompleted)
            // Found again by its id: a second handle.
            val again = aragora.debates().attach(id).start()
            assertSame(again, again.start())
            again.cancel("now")
            kept.cancelled.await()
        }
    }

    private suspend fun begin(aragora: Aragora, agent: Agent): Debate = aragora.debate("?") {
        agent(agent)
        agent(Hangs("other"))
        protocol = BuiltinProtocol.voteOnly()
    }.start()
}
