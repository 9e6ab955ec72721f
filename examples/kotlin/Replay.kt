// A debate is its log: replayed to the last byte, caught when somebody changed it, and forked to ask "what if".

import ai.aragora.AgentReply
import ai.aragora.Aragora
import ai.aragora.BuiltinProtocol
import ai.aragora.Edit
import ai.aragora.EventData
import ai.aragora.FunctionAgent
import ai.aragora.RuleConfig
import ai.aragora.RuleKind
import kotlinx.coroutines.runBlocking

/** Two seats are for it, one against, and nobody is convinced by anybody. */
fun seats(): List<FunctionAgent> = listOf("ada" to "yes", "bob" to "yes", "eve" to "no").map { (id, view) ->
    FunctionAgent(id) { AgentReply("FINAL ANSWER: $view") }
}

fun main(): Unit = runBlocking {
    Aragora.open().use { aragora ->
        // START replay
        val debate = aragora.debate("Do we rewrite it?") {
            seats().forEach { agent(it) }
            protocol = BuiltinProtocol.simultaneous()
        }
        println("decided: ${debate.result().outcome}")

        // Nobody is asked: the machine is fed what the log says was answered, and must write the same log.
        val debates = aragora.debates()
        val log = debates.log(debate.id)
        val report = debates.replay(log)
        println("replayed ${report.records} records, all bytes equal: ${report.matches}")

        // Somebody edits a reply afterwards. What was concluded no longer follows from what was said.
        val forged = log.lines().joinToString("\n") { line ->
            if ("\"seat\":\"bob\"" in line) line.replace("FINAL ANSWER: yes", "FINAL ANSWER: no") else line
        }
        debates.replay(forged).difference?.let { println("the forgery differs at record ${it.seq}, ${it.field}") }

        // What if it had to be unanimous? A fork takes over the records up to a seq; the parent never changes.
        val answered = debates.events(debate.id).first { it.data is EventData.StepEnd }.seq
        val unanimous = Edit.SetRule(RuleConfig(RuleKind.Unanimity(ignoreAbstain = false)))
        val fork = debates.fork(debate.id, answered, listOf(unanimous)) { seats().forEach { agent(it) } }
        val other = fork.result()
        println("by unanimity: ${other.outcome} after ${other.roundsUsed} rounds")
        // END replay
    }
}
