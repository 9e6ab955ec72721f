package ai.aragora

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.Collections
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds
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
            val reply = (if (accepted) REPLY else """{"error": {"message": "who are you?"}}""").encodeToByteArray()
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
        const val REPLY = """{
            "id": "chat-1", "model": "acme/fake-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "FINAL ANSWER: yes"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.000042}
        }"""
    }
}
