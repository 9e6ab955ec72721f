package ai.aragora

import ai.aragora.ffi.FfiEvents
import ai.aragora.ffi.ffiOpen
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.flow.toList
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

internal class EventsTest {
    @Test
    fun `what an agent streams arrives in pieces and joined is what it said`() = live {
        opened { aragora ->
            val go = CompletableDeferred<Unit>()
            val debate = aragora.debate("Queue or batch?") {
                agent("ada") { request ->
                    go.await()
                    val pieces = listOf("A queue, ", "it never ", "sleeps. 🦉\n", "FINAL ANSWER: queue")
                    pieces.forEach(request.output::text)
                    request.output.reasoning("thinking")
                    AgentReply(pieces.joinToString(""))
                }
                agent(Says("bob", "queue"))
                protocol = BuiltinProtocol.voteOnly()
            }.start()
            val all = async(start = CoroutineStart.UNDISPATCHED) { debate.events().toList() }
            go.complete(Unit)
            val events = all.await()
            val streamed = events.filter { it.agent == "ada" }.mapNotNull { (it.data as? EventData.TokenDelta)?.text }
            val said = events.map { it.data }.filterIsInstance<EventData.AgentMessage>().single { it.seat == "ada" }
            assertEquals(said.text, streamed.joinToString(""))
            assertEquals("thinking", events.map { it.data }.filterIsInstance<EventData.AgentThinking>().single().text)
            assertTrue(events.filter { it.data is EventData.TokenDelta }.all { it.eventClass == EventClass.Live })
        }
    }

    @Test
    fun `every collector gets everything, and whoever comes back misses nothing`() = live {
        opened { aragora ->
            val debate = aragora.debate("?") { three() }
            val first = debate.events().filter { it.eventClass == EventClass.Recorded }.toList()
            val second = debate.events().filter { it.eventClass == EventClass.Recorded }.toList()
            assertEquals(shown(first), shown(second))
            assertEquals(first.indices.map { it.toLong() }, first.map { it.seq - first.first().seq })
            val half = first[first.size / 2].seq
            val before = debate.events().filter { it.eventClass == EventClass.Recorded }.takeWhile { it.seq < half }.toList()
            val after = debate.events(from = half).filter { it.eventClass == EventClass.Recorded }.toList()
            assertEquals(shown(first), shown(before + after))
            assertEquals(first.map { it.data }, aragora.debates().events(debate.id).map { it.data })
            assertEquals("debate_start", first.first().type)
            assertTrue(first.last().data is EventData.DebateEnd)
        }
    }

    @Test
    fun `live only skips what is in the log`() = live {
        opened { aragora ->
            val debate = aragora.debate("?") { three() }
            debate.result()
            assertEquals(emptyList<Event>(), debate.events(liveOnly = true).toList())
        }
    }

    @Test
    fun `two pulls at a time are served in order, and stopping ends a pull that waits`() = live {
        val session = ffiOpen(HostCalls(Dispatchers.Default), "{}")
        val seat = """{"agent":{"kind":"scripted","id":"%s","steps":[{"hang":true}]}}"""
        val seats = listOf("ada", "bob").joinToString(",") { seat.format(it) }
        val debate = session.start("debate", """{"question":"?","seats":[$seats],"protocol":"vote_only"}""")
        val events: FfiEvents = debate.events("{}")
        val pulls = List(4) { async(start = CoroutineStart.UNDISPATCHED) { events.nextBatch(1u) } }
        val served = pulls.map { pull -> JsonValue.parse(pull.await()!!).asList { Event.fromJson(it) }.single() }
        assertEquals("debate_start", served.first().type)
        assertEquals(served.map { it.seq }.sorted(), served.map { it.seq })
        val rest = async {
            var batch = events.nextBatch(256u)
            while (batch != null) batch = events.nextBatch(256u)
            batch
        }
        events.stop()
        assertNull(rest.await())
        session.shut()
    }

    @Test
    fun `an event of a later version is kept whole`() {
        val json = JsonValue.parse(
            """{"type":"mind_changed","seq":3,"class":"recorded","debate_id":"d","run":1,
               "time":"2026-01-01T00:00:00.000Z","data":{"seat":"ada","from":[1,2.50]}}""",
        )
        val event = Event.fromJson(json)
        val data = event.data as EventData.Unknown
        assertEquals("mind_changed", data.type)
        assertEquals("2.50", (data.json["from"] as JsonArray).items[1].toString())
        assertEquals(json, event.toJson())
    }

    @Test
    fun `every event of a debate has its own type and survives the way to JSON and back`() = live {
        opened { aragora ->
            val debate = aragora.debate("?") {
                three()
                protocol = BuiltinProtocol.critique()
            }
            val events = debate.events().toList()
            assertTrue(events.none { it.data is EventData.Unknown }, events.map { it.type }.toString())
            for (event in events) {
                val own = event.data.toJson().asObject().members - "type"
                // Everything the core wrote is there; what it left out because it is empty stays left out.
                assertEquals(present(event.toJson().required("data")), present(JsonObject(own)))
            }
        }
    }

    /** What is the same whether it is read live or from the log. */
    private fun shown(events: List<Event>) = events.map { it.seq to it.data }

    /** Without the members that are null, which is the same as absent. */
    private fun present(json: JsonValue): JsonValue = when (json) {
        is JsonObject -> JsonObject(json.members.filterValues { it !== JsonNull }.mapValues { present(it.value) })
        is JsonArray -> JsonArray(json.items.map { present(it) })
        else -> json
    }
}
