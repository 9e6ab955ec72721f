// The first debate anybody writes: three seats, one question, a decision.

// START first_debate
import ai.aragora.AgentReply
import ai.aragora.Aragora
import ai.aragora.BuiltinProtocol
import kotlinx.coroutines.runBlocking

fun main(): Unit = runBlocking {
    Aragora.open().use { aragora ->
        val debate = aragora.debate("Do we ship on Friday?") {
            // These seats are functions. A model, a person or a recording takes a seat the same way.
            for ((id, view) in listOf("ada" to "no", "bob" to "no", "eve" to "yes")) {
                agent(id) { AgentReply("I looked at the open issues.\nFINAL ANSWER: $view") }
            }
            protocol = BuiltinProtocol.simultaneous()
        }
        val decision = debate.result()

        println("answer: ${decision.answer?.value}, because of ${decision.stop.cause}: ${decision.stop.detail}")
        println("for it: ${decision.supporters}, against it: ${decision.dissenters}")
        println("calls: ${decision.calls.made} of at most ${decision.calls.planned}")
    }
}
// END first_debate
