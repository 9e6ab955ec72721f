package ai.aragora

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.Collections

/** A server of a case: answers what the case says, request by request, the last answer again and again. */
internal class Server(private val answers: List<JsonValue>) : AutoCloseable {
    private val seen = Collections.synchronizedList(ArrayList<JsonValue>())
    private val http = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)

    /** What steps may refer to. */
    val document: JsonValue = JsonValue.of(mapOf("url" to "http://127.0.0.1:${http.address.port}"))

    init {
        answers.forEach { Corpus.known("answer of a server", it) }
        http.createContext("/", ::answer)
        http.start()
    }

    /** What it was sent so far. */
    fun requests(): JsonValue = JsonArray(seen.toList())

    private fun answer(exchange: HttpExchange) = exchange.use {
        val body = JsonValue.parse(exchange.requestBody.readAllBytes().decodeToString())
        val headers = exchange.requestHeaders.entries.associate { (name, values) -> name.lowercase() to values.first() }
        seen.add(
            JsonValue.of(
                mapOf("method" to exchange.requestMethod, "path" to "${exchange.requestURI}", "headers" to headers, "body" to body),
            ),
        )
        val answer = answers[minOf(seen.size, answers.size) - 1]
        val (type, text) = said(answer)
        exchange.responseHeaders.set("content-type", type)
        answer.member("headers")?.asMap { it.asString() }?.forEach { (name, value) -> exchange.responseHeaders.set(name, value) }
        val bytes = text.encodeToByteArray()
        val status = answer.member("status")?.asLong()?.toInt() ?: 200
        exchange.sendResponseHeaders(status, if (bytes.isEmpty()) -1 else bytes.size.toLong())
        if (bytes.isNotEmpty()) exchange.responseBody.write(bytes)
    }

    /** The type and the text of an answer's body. */
    private fun said(answer: JsonValue): Pair<String, String> {
        answer["events"]?.let { events ->
            val texts = events.asList { if (it is JsonString) it.value else "$it" }
            return "text/event-stream" to texts.joinToString("") { "data: $it\n\n" }
        }
        return answer["json"]?.let { "application/json" to "$it" } ?: ("text/plain" to "")
    }

    override fun close() = http.stop(0)
}
