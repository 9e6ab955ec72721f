// A protocol of your own: what to ask next, as a pure function of what was said.

import ai.aragora.AgentReply
import ai.aragora.Aragora
import kotlinx.coroutines.runBlocking

// START custom_protocol
import ai.aragora.DebateProtocol
import ai.aragora.Phase
import ai.aragora.PlannedCalls
import ai.aragora.Step
import ai.aragora.Transcript

/** Everybody answers. Whoever is not in the largest group then hears the others and may think again, once. */
object SecondThoughts : DebateProtocol {
    override val name = "second-thoughts"
    override val version = "1"
    override val plannedCalls = PlannedCalls(perSeat = 2)

    override fun next(transcript: Transcript): Step {
        if (transcript.round == 0L) return transcript.ask(Phase.Answer, "Answer in one line.")
        // Equal answers are one option, with everybody who gave it.
        val options = transcript.options
        val largest = options.maxOfOrNull { it.authors.size } ?: 0
        val minority = options.filter { it.authors.size < largest }.flatMap { it.authors }
        if (minority.isEmpty() || transcript.round > 1) return Step.Finish
        return transcript.ask(Phase.Answer, "Most see it differently. Do their reasons convince you?", seats = minority)
    }
}
// END custom_protocol

fun main(): Unit = runBlocking {
    val nothing = "tabs, and nothing will change my mind"
    val views = listOf(
        Triple("ada", "spaces", "spaces"),
        Triple("bob", "spaces", "spaces"),
        Triple("cyd", "tabs", "spaces"),
        Triple("eve", nothing, nothing),
    )
    Aragora.open().use { aragora ->
        val decision = aragora.debate("Tabs or spaces?") {
            for ((id, first, second) in views) {
                agent(id) { AgentReply("FINAL ANSWER: ${if (it.round == 1L) first else second}") }
            }
            protocol = SecondThoughts
        }.result()
        println("${decision.answer?.value} with ${decision.supporters}; ${decision.dissenters} is not convinced")
        println("${decision.calls.made} calls: four first answers, two second thoughts")
    }
}
