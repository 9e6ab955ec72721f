// Following a debate while it runs, leaving, and coming back without a gap.

import ai.aragora.AgentReply
import ai.aragora.Aragora
import ai.aragora.BuiltinProtocol
import ai.aragora.EventClass
import ai.aragora.EventData
import ai.aragora.Limits
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking

fun main(): Unit = runBlocking {
    Aragora.open().use { aragora ->
        val debate = aragora.debate("Queue or nightly batch?") {
            for ((id, words) in listOf("ada" to "A queue, it never sleeps.", "bob" to "A batch, I want to.")) {
                agent(id) { request ->
                    for (word in words.split(" ")) {
                        request.output.text("$word ")
                        delay(20.milliseconds)
                    }
                    AgentReply("$words ")
                }
            }
            protocol = BuiltinProtocol.simultaneous()
            limits = Limits(rounds = 1)
        }
        // START streaming
        var lastSeen = 0L
        debate.events()
            .onEach { event ->
                when (val data = event.data) {
                    // Never stored: the words as they come.
                    is EventData.TokenDelta -> println("    ${data.turn}: ${data.text}")
                    // In the log, delivered exactly once and in order, and durable before it is shown.
                    else -> if (event.eventClass == EventClass.Recorded) {
                        lastSeen = event.seq
                        println("${event.seq} ${event.type}")
                    }
                }
            }
            // The connection is lost after the first message, say. The debate does not notice.
            .takeWhile { it.data !is EventData.AgentMessage }
            .toList()

        // Whoever comes back names the first seq it has not seen: no gap and no repetition.
        debate.events(from = lastSeen + 1).collect { event ->
            if (event.eventClass == EventClass.Recorded) println("${event.seq} ${event.type}")
        }
        // END streaming
    }
}
