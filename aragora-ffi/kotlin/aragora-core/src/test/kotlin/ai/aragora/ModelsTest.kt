package ai.aragora

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.Collections
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Models behind an address, a key and a callback of one's own, against a server on this machine. */
internal class ModelsTest {
    private val whole = ProviderDocument(stream = StreamMode.Never)

    private class Seen(val path: String, val authorization: String?, val team: String?, val body: String)

    /** A server that answers chat completions to whoever it accepts. */
    private class Vendor(private val accepts: (String?) -> Boolean) : AutoCloseable {
        val seen: MutableList<Seen> = Collections.synchronizedList(ArrayList())
        private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        val url = "http://127.0.0.1:${server.address.port}/v1"

        init {
            server.createContext("/", ::answer)
            server.start()
        }

        private fun answer(exchange: HttpExchange) = exchange.use {
            val body = exchange.requestBody.readAllBytes().decodeToString()
            val authorization = exchange.requestHeaders.getFirst("authorization")
            seen.add(Seen(exchange.requestURI.path, authorization, exchange.requestHeaders.getFirst("x-team"), body))
            val accepted = accepts(authorization)
            val said = if ("/plain/" in exchange.requestURI.path) REPLY.replace(COST, "") else REPLY
            val reply = (if (accepted) said else """{"error": {"message": "who are you?"}}""").encodeToByteArray()
            exchange.responseHeaders.add("content-type", "application/json")
            val refusal = if ("/busy/" in exchange.requestURI.path) 503 else 401
            exchange.sendResponseHeaders(if (accepted) 200 else refusal, reply.size.toLong())
            exchange.responseBody.write(reply)
        }

        override fun close() = server.stop(0)
    }

    @Test
    fun `a model has an address, a key and a configuration of its own`() = live {
        Vendor { true }.use { vendor ->
            opened { aragora ->
                val config = ProviderDocument(stream = StreamMode.Never, headers = mapOf("x-team" to "core"))
                val ada = ModelAgent("openrouter/acme/fake-1", "ada", vendor.url, "canary-key", config = config)
                val decision = aragora.debate("Ship?") {
                    agent(ada)
                    agent(Says("bob", "yes"))
                    protocol = BuiltinProtocol.voteOnly()
                }.result()
                assertEquals(listOf("ada", "bob"), decision.supporters)
                val asked = vendor.seen.single()
                assertEquals("/v1/chat/completions", asked.path)
                assertEquals("Bearer canary-key", asked.authorization)
                assertEquals("core", asked.team)
                assertEquals("acme/fake-1", JsonValue.parse(asked.body).required("model").asString())
                val used = decision.usage.bySeat.getValue("ada")
                assertEquals(listOf<Any?>(10L, 5L, 42L), listOf(used.input, used.output, used.micros))
                assertFalse("canary-key" in aragora.debates().log(decision.debate))
                assertFalse("canary-key" in ada.toString())
            }
        }
    }

    @Test
    fun `a credentials callback signs and is asked again after a refusal`() = live {
        Vendor { it == "Bearer new" }.use { vendor ->
            opened { aragora ->
                val asked = Collections.synchronizedList(ArrayList<SigningRequest>())
                val credentials = Credentials { request ->
                    yield()
                    asked.add(request)
                    mapOf("Authorization" to if (request.refresh) "Bearer new" else "Bearer old")
                }
                val decision = aragora.debate("Ship?") {
                    agent(ModelAgent("compatible/fake-1", "ada", vendor.url, credentials = credentials, config = whole))
                    agent(Says("bob", "yes"))
                    protocol = BuiltinProtocol.voteOnly()
                }.result()
                assertEquals(listOf("ada", "bob"), decision.supporters)
                assertEquals(listOf(false, true), asked.map { it.refresh })
                assertEquals("POST", asked[0].method)
                assertEquals("${vendor.url}/chat/completions", asked[0].url)
                assertEquals(vendor.seen[0].body, asked[0].body)
                assertEquals(listOf("Bearer old", "Bearer new"), vendor.seen.map { it.authorization })
            }
        }
    }

    @Test
    fun `a credentials callback that fails keeps its words`() = live {
        Vendor { true }.use { vendor ->
            opened { aragora ->
                val broken = Credentials { error("token canary-token has expired") }
                val debate = aragora.debate("Ship?") {
                    agent(ModelAgent("compatible/fake-1", "ada", vendor.url, credentials = broken, config = whole))
                    agent(Says("bob", "yes"))
                    agent(Says("cyd", "yes"))
                    protocol = BuiltinProtocol.voteOnly()
                }
                val failed = debate.events().toList().map { it.data }.filterIsInstance<EventData.TurnFailed>().single()
                assertEquals("unauthenticated", failed.error.code)
                assertEquals("the credentials callback failed", failed.error.reason)
                assertEquals(listOf("ada"), debate.result().failed)
                assertFalse("canary-token" in aragora.debates().log(debate.id))
                assertTrue(vendor.seen.isEmpty())
            }
        }
    }

    @Test
    fun `layers say how often a model is asked again`() = live {
        suspend fun asked(layers: Layers): Pair<List<String>, Int> {
            val requests = AtomicInteger()
            return Vendor { requests.getAndIncrement() > 0 }.use { vendor ->
                opened(layers = layers) { aragora ->
                    val decision = aragora.debate("Ship?") {
                        agent(ModelAgent("compatible/fake-1", "ada", "${vendor.url}/busy", config = whole))
                        agent(Says("bob", "yes"))
                        agent(Says("cyd", "yes"))
                        protocol = BuiltinProtocol.voteOnly()
                    }.result()
                    decision.failed to vendor.seen.size
                }
            }
        }
        assertEquals(emptyList<String>() to 2, asked(Layers(retries = 1, retryFirst = 1.milliseconds)))
        assertEquals(listOf("ada") to 1, asked(Layers(retries = 0)))
        assertEquals(listOf("ada") to 1, asked(Layers(bare = true)))
        assertEquals(ErrorCode.InvalidRequest, failing { asked(Layers(fallback = listOf("nobody/fake-1"))) }.code)
    }

    /** Models at this address, each a target of its own. */
    private fun DebateBuilder.models(url: String, vararg ids: String) =
        ids.forEach { agent(ModelAgent("compatible/fake-$it", it, url, config = whole)) }

    private fun DebateBuilder.two() {
        agent(Says("bob", "yes"))
        agent(Says("cyd", "yes"))
        protocol = BuiltinProtocol.voteOnly()
    }

    /** One micro-dollar per token of a prompt, two per token of an answer: a reply without a cost costs 20. */
    private val prices = PriceTable("own", listOf(PriceRow("*", "*fake-*", 1_000_000, 2_000_000)))

    /** Codes of the turns of a debate that failed. */
    private suspend fun failures(aragora: Aragora, debate: String): List<String> =
        aragora.debates().events(debate).map { it.data }.filterIsInstance<EventData.TurnFailed>().map { it.error.code }

    @Test
    fun `an instance says which providers it can ask, and no key`() = live {
        val config = Config.load(mapOf("MISTRAL_API_KEY" to "canary-key-12345"))
        val aragora = Aragora.open(config)
        aragora.use {
            val report = aragora.agents().check()
            val found = report.providers.associateBy { it.provider }
            val (mistral, anthropic) = found.getValue("mistral") to found.getValue("anthropic")
            assertEquals(listOf(true, "a key is set"), listOf(mistral.configured, mistral.reason))
            assertEquals("mistral-large-latest", mistral.defaultModel)
            assertEquals(listOf(false, "ANTHROPIC_API_KEY is not set"), listOf(anthropic.configured, anthropic.reason))
            assertTrue("neither Anthropic nor OpenAI is configured" in report.warnings)
            assertFalse("canary" in report.toString())
            assertFalse("canary" in config.toString())
            assertTrue(aragora.agents().health().isEmpty())
        }
        aragora.closeAndJoin()
    }

    @Test
    fun `an instance says how its models fare`() = live {
        Vendor { false }.use { vendor ->
            opened(layers = Layers(retries = 0, breakerFailures = 1, requestsPerMinute = 60, inFlight = 3)) { aragora ->
                aragora.debate("Ship?") {
                    models("${vendor.url}/busy", "ada")
                    two()
                }.result()
                val health = aragora.agents().health().single()
                val breaker = aragora.agents().breakers().single()
                val limits = aragora.agents().rateLimits().single()
                assertEquals(setOf("compatible/fake-ada"), setOf(health.target, breaker.target, limits.target))
                assertEquals(vendor.url, "${health.origin}/v1")
                assertEquals(listOf<Any?>(BreakerState.Open, false, 1L, 1L), health.run { listOf(state, available, calls, errors) })
                assertEquals("overloaded", health.lastError?.code)
                assertEquals(null, health.lastSuccess)
                assertEquals(listOf<Any?>(BreakerState.Open, 1L, 1L), breaker.run { listOf(state, failures, threshold) })
                assertEquals(listOf<Any?>("overloaded", 60.seconds), breaker.run { listOf(openedBy, window) })
                assertTrue(breaker.retryAfter.isPositive() && breaker.retryAfter <= 60.seconds)
                assertEquals(listOf<Any?>(60L, 3L, 0L), limits.run { listOf(requestsPerMinute, mostInFlight, inFlight) })
            }
        }
    }

    @Test
    fun `a call beyond a budget is not sent`() = live {
        Vendor { true }.use { vendor ->
            opened(layers = Layers(budgets = listOf(Budget(BudgetScope.Call, 10))), prices = prices) { aragora ->
                val decision = aragora.debate("Ship?") {
                    models(vendor.url, "ada")
                    two()
                }.result()
                assertEquals(listOf("ada"), decision.failed)
                assertEquals(listOf("budget_exceeded"), failures(aragora, decision.debate))
                // Where nobody else is there it is what the debate fails of.
                val refused = failing {
                    aragora.debate("Ship?") {
                        models(vendor.url, "ada", "eve")
                        protocol = BuiltinProtocol.voteOnly()
                    }.result()
                }
                assertEquals(ErrorCode.AllAgentsFailed, refused.code)
                val cause = refused.cause as AragoraException
                assertEquals(ErrorCode.BudgetExceeded, cause.code)
                assertEquals(listOf("call", "10"), listOf(cause.context["scope"], cause.context["limit"]))
                assertTrue(vendor.seen.isEmpty())
            }
        }
    }

    @Test
    fun `a tenant's budget says how it stands, and nobody else's is touched`() = live {
        val monthly = Budget(BudgetScope.Tenant(Period.Month), 5_000_000)
        Vendor { true }.use { vendor ->
            opened(layers = Layers(budgets = listOf(monthly)), prices = prices) { aragora ->
                val decision = aragora.debate("Ship?") {
                    models("${vendor.url}/plain", "ada")
                    two()
                    tenant = "acme"
                }.result()
                val used = decision.usage.bySeat.getValue("ada")
                assertEquals(listOf<Any?>(10L, 5L, 20L), listOf(used.input, used.output, used.micros))
                assertEquals(listOf(BudgetUsage("tenant/month", 20, 0, 5_000_000)), aragora.agents().budgets("acme"))
                assertEquals(0L, aragora.agents().budgets().single().spentMicros)
            }
        }
    }

    @Test
    fun `what a model without a price may cost is the host's to say`() = live {
        suspend fun failed(unpriced: Unpriced?): List<String> = Vendor { true }.use { vendor ->
            opened(layers = Layers(budgets = listOf(Budget(BudgetScope.Debate, 1_000_000, unpriced)))) { aragora ->
                val debate = aragora.debate("Ship?") {
                    models(vendor.url, "ada")
                    two()
                }
                failures(aragora, debate.result().debate)
            }
        }
        assertEquals(listOf("unpriced"), failed(null))
        assertEquals(emptyList<String>(), failed(Unpriced.Allow))
        assertEquals(emptyList<String>(), failed(Unpriced.Assume(1, 1)))
        assertEquals(listOf("budget_exceeded"), failed(Unpriced.Assume(1_000_000_000_000, 1)))
    }

    @Test
    fun `a kept reply is not paid for again until it is forgotten`() = live {
        Vendor { true }.use { vendor ->
            opened(layers = Layers(cache = ReplyCache(60.seconds, always = true))) { aragora ->
                suspend fun asked(): Int {
                    aragora.debate("Ship?") {
                        models(vendor.url, "ada")
                        two()
                        seed = 7uL
                    }.result()
                    return vendor.seen.size
                }
                assertEquals(listOf(1, 1), listOf(asked(), asked()))
                assertEquals(0L, aragora.agents().forget("ada", tenant = "acme"))
                assertEquals(1L, aragora.agents().forget("ada"))
                assertEquals(2, asked())
            }
        }
    }

    @Test
    fun `settings that mean nothing are refused`() = live {
        val day = Budget(BudgetScope.Tenant(Period.Day), 1)
        val wrong = listOf(
            Layers(budgets = listOf(day, day)),
            Layers(budgets = listOf(day), bare = true),
            Layers(cache = ReplyCache(0.seconds)),
        )
        for (layers in wrong) assertEquals(ErrorCode.InvalidConfig, failing { opened(layers = layers) {} }.code)
        val nowhere = PriceTable("own", listOf(PriceRow("", "m", 1, 1)))
        assertEquals(ErrorCode.InvalidRequest, failing { opened(prices = nowhere) {} }.code)
    }

    @Test
    fun `what is printed holds no secret`() {
        val config = ProviderDocument(provider = "mistral", headers = mapOf("x-team" to "canary-field"))
        val ada = ModelAgent("compatible/fake-1", "ada", apiKey = "canary-key", config = config)
        assertFalse("canary" in "$config $ada ${listOf(config, ada)}")
        assertEquals("""ProviderDocument({"provider":"mistral","headers":{"x-team":"***"}})""", config.toString())
        assertEquals(config, ProviderDocument.fromJson(config.toJson()))
    }

    @Test
    fun `options that contradict each other are refused`() = live {
        Vendor { true }.use { vendor ->
            opened { aragora ->
                val none = Credentials { emptyMap() }
                val named = ProviderDocument(provider = "mistral")
                val wrong = listOf(
                    ModelAgent("compatible/fake-1", "ada", vendor.url, "canary-key", none),
                    ModelAgent("compatible/fake-1", "ada", vendor.url, config = named),
                    ModelAgent("nobody/fake-1", "ada", credentials = none),
                )
                for (ada in wrong) {
                    val refused = failing {
                        aragora.debate("Ship?") {
                            agent(ada)
                            agent(Says("bob", "yes"))
                        }.start()
                    }
                    assertEquals(ErrorCode.InvalidRequest, refused.code)
                    assertFalse("canary-key" in refused.toString())
                }
                eventually { aragora.participants == 0 }
                assertTrue(vendor.seen.isEmpty())
            }
        }
    }

    private companion object {
        const val COST = """, "cost": 0.000042"""
        const val REPLY = """{
            "id": "chat-1", "model": "acme/fake-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "FINAL ANSWER: yes"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.000042}
        }"""
    }
}
