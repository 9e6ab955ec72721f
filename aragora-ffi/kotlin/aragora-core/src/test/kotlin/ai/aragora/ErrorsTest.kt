package ai.aragora

import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.toList
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

internal class ErrorsTest {
    @Test
    fun `every code raised in the core arrives with all of it`() {
        assertTrue(ErrorCode.entries.size > 30)
        for (code in ErrorCode.entries) {
            val error = assertThrows(AragoraException::class.java) {
                failing(code, "because of ${code.word}", 1_500.milliseconds, mapOf("seat" to "ada"))
            }
            assertEquals(code, error.code)
            assertEquals("because of ${code.word}", error.reason)
            // A wait says that it may be repeated.
            assertTrue(error.retryable)
            assertEquals(1_500.milliseconds, error.retryAfter)
            assertEquals("ada", error.context["seat"])
            assertEquals("${code.word}: because of ${code.word}", error.message)
            assertNull(error.cause)
            val plain = assertThrows(AragoraException::class.java) { failing(code, null, null, emptyMap()) }
            assertEquals(code.retryable, plain.retryable)
            assertNull(plain.retryAfter)
        }
    }

    @Test
    fun `every code raised in an agent keeps its code, flags and reason`() = live {
        opened { aragora ->
            for (code in ErrorCode.entries) {
                val debate = aragora.debate("?") {
                    agent("bad") { throw AragoraException(code, "on purpose", !code.retryable, 2.seconds) }
                    agent(Says("ada", "yes"))
                    agent(Says("bob", "yes"))
                    protocol = BuiltinProtocol.voteOnly()
                }
                val events = debate.events().toList().map { it.data }
                val failed = events.filterIsInstance<EventData.TurnFailed>().singleOrNull { it.seat == "bad" }
                assertEquals(code.word, failed?.error?.code)
                assertEquals("on purpose", failed?.error?.reason)
                assertEquals(!code.retryable, failed?.error?.retryable)
                assertEquals(2.seconds, failed?.error?.retryAfter)
            }
        }
    }

    @Test
    fun `the cause is the very exception, and is let go of afterwards`() = live {
        opened { aragora ->
            val thrown = IllegalStateException("the price list is gone")
            val broken = object : DebateProtocol {
                override val name = "broken"
                override val version = "1"

                override fun next(transcript: Transcript): Step = throw thrown
            }
            val debate = aragora.debate("?") {
                three()
                protocol = broken
            }
            val error = failing { debate.result() }
            assertEquals(ErrorCode.ProtocolFailed, error.code)
            assertSame(thrown, error.cause)
            assertTrue("IllegalStateException: the price list is gone" in error.reason, error.reason)
            // Whoever waits later finds the same one.
            assertSame(thrown, failing { debate.result() }.cause)
        }
        System.gc()
        eventually {
            System.gc()
            Causes.size == 0
        }
    }

    @Test
    fun `an exception of every agent fails the debate with help and a cause`() = live {
        opened { aragora ->
            val thrown = IllegalArgumentException("no network here")
            val error = failing {
                aragora.debate("?") {
                    agent("ada") { throw thrown }
                    agent("bob") { throw thrown }
                    protocol = BuiltinProtocol.voteOnly()
                }.result()
            }
            assertEquals(ErrorCode.AllAgentsFailed, error.code)
            assertSame(thrown, error.cause)
            assertTrue(error.context.values.any { "no network here" in it } || "no network here" in error.reason, "$error")
        }
    }

    @Test
    fun `a panic stays inside and the next call works`() = live {
        val error = assertThrows(AragoraException::class.java) { compute("testing.panic", JsonObject(emptyMap())) }
        assertEquals(ErrorCode.Internal, error.code)
        assertTrue(error.context.values.any { ".rs:" in it }, "${error.context}")
        assertTrue(Aragora.version.isNotEmpty())
        opened { aragora -> assertEquals("no", aragora.debate("?") { three() }.result().answer?.value) }
    }

    @Test
    fun `what cannot cross is refused at the boundary`() = live {
        opened { aragora ->
            fun refused(call: () -> Unit) {
                assertEquals(ErrorCode.InvalidRequest, assertThrows(AragoraException::class.java, call).code)
            }
            refused { JsonValue.of(Double.NaN) }
            refused { JsonValue.of(mapOf("share" to Float.POSITIVE_INFINITY)) }
            refused { JsonValue.of(Any()) }
            refused { Limits(calls = Long.MAX_VALUE).toJson() }
            refused { Limits(deadline = (-1).seconds).toJson() }
            assertEquals(ErrorCode.InvalidRequest, failing { aragora.debate("half \ud83e").start() }.code)
            // Refused while its participants were being written down: none of them is kept.
            val nameless = object : Agent {
                override val id: String get() = throw IllegalStateException("no name yet")

                override suspend fun respond(request: AgentRequest) = AgentReply("")
            }
            val thrown = runCatching { aragora.debate("?") { agent(Says("ada", "yes")); agent(nameless) }.start() }
            assertTrue(thrown.exceptionOrNull() is IllegalStateException)
            assertEquals(ErrorCode.InvalidRequest, failing { aragora.debate("half \ud83e") { three() }.start() }.code)
            assertEquals(0, aragora.participants)
            val agent = FunctionAgent("ada") { AgentReply("half \ud83e") }
            val error = failing { aragora.debate("?") { repeat(2) { agent(FunctionAgent("a$it", agent::respond)) } }.result() }
            assertEquals(ErrorCode.AllAgentsFailed, error.code)
        }
    }

    @Test
    fun `all wrong values are named by their place`() = live {
        opened { aragora ->
            val error = failing {
                aragora.debate("?") {
                    three()
                    limits = Limits(rounds = 0, calls = 0)
                }.start()
            }
            assertEquals(ErrorCode.InvalidRequest, error.code)
            assertTrue(error.context.keys.any { it.startsWith("/") } || error.context.values.any { "/" in it }, "${error.context}")
        }
    }

    @Test
    fun `the first mistakes of a newcomer read as help`() = live {
        opened { aragora ->
            val nobody = failing { aragora.debate("Ship?").start() }
            assertEquals(ErrorCode.InvalidRequest, nobody.code)
            assertTrue("seat" in nobody.reason || "seat" in nobody.context.toString(), "$nobody ${nobody.context}")

            val keyless = failing { aragora.debate("Ship?") { repeat(2) { agent("openai/gpt-5") } }.start() }
            assertEquals(ErrorCode.NotConfigured, keyless.code)
            assertTrue("OPENAI_API_KEY" in keyless.reason, keyless.reason)

            val early = assertThrows(AragoraException::class.java) { aragora.debate("Ship?") { three() }.id }
            assertEquals(ErrorCode.InvalidState, early.code)
            assertTrue("start()" in early.reason, early.reason)

            val missing = failing { aragora.debates().get("deb_nothing") }
            assertEquals(ErrorCode.NotFound, missing.code)

            val twice = failing {
                aragora.debate("Ship?") {
                    agent(Says("ada", "yes"))
                    agent(Says("ada", "no"))
                }.start()
            }
            assertEquals(ErrorCode.InvalidRequest, twice.code)

            val typo = failing { aragora.debate("Ship?") { three(); protocol = BuiltinProtocol.named("critic") }.start() }
            assertTrue("critic" in typo.reason + typo.context, "$typo ${typo.context}")
        }
    }

    @Test
    fun `a key never shows`() {
        val config = Config.load(mapOf("OPENAI_API_KEY" to "sk-canary-key-very-secret", "UNRELATED" to "half \ud83e"))
        assertTrue("openai" in config.toString().lowercase(), config.toString())
        assertTrue("sk-canary-key-very-secret" !in config.toString())
        val error = assertThrows(AragoraException::class.java) {
            Config.load(mapOf("ARAGORA_EVENT_BUFFER_SIZE" to "many", "OPENAI_API_KEY" to "sk-canary-key-very-secret"))
        }
        assertEquals(ErrorCode.InvalidConfig, error.code)
        assertTrue("sk-canary-key-very-secret" !in error.toString() + error.context)
    }
}
