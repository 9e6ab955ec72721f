// A participant of your own: an id and one function.

import ai.aragora.Aragora
import ai.aragora.BuiltinProtocol
import ai.aragora.Seat
import kotlinx.coroutines.runBlocking

// START custom_agent
import ai.aragora.Agent
import ai.aragora.AgentReply
import ai.aragora.AgentRequest
import ai.aragora.AragoraException
import ai.aragora.ErrorCode

/** Answers from a price list. What is not in it, it does not guess. */
class PriceList(override val id: String, private val prices: Map<String, Int>) : Agent {
    override suspend fun respond(request: AgentRequest): AgentReply {
        // Only what this seat may see; other messages are none of its business.
        val seen = request.messages.joinToString("\n") { it.text }
        val (item, price) = prices.entries.find { it.key in seen }
            ?: throw AragoraException(ErrorCode.AgentFailed, "nothing in the question has a price")
        // Streaming is optional: whoever follows the debate sees this piece at once.
        request.output.text("The list has $item at $price.\n")
        return AgentReply("The list has $item at $price.\nFINAL ANSWER: $price")
    }
}
// END custom_agent

fun main(): Unit = runBlocking {
    val prices = mapOf("nails" to 7, "screws" to 9)
    Aragora.open().use { aragora ->
        for (question in listOf("What does a box of nails cost?", "What does a hammer cost?")) {
            val decision = aragora.debate(question) {
                agent(PriceList("list", prices))
                // A seat of its own has a weight, a role or no vote.
                agent(PriceList("expert", prices), Seat(weight = 2.0))
                agent("clerk") { AgentReply("From memory.\nFINAL ANSWER: 8") }
                protocol = BuiltinProtocol.voteOnly()
            }.result()
            println("$question ${decision.answer?.value}: ${decision.outcome}, failed ${decision.failed}")
        }
    }
}
