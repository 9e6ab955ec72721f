// Models by name and at an address of your own, with a budget.
//
// `MODEL_SERVER` is the address of a server that speaks chat completions, `MODEL_KEY` its key, and `OLLAMA_HOST` where
// Ollama runs; `cargo xtask test` brings a server of its own.

import ai.aragora.Aragora
import ai.aragora.Budget
import ai.aragora.BudgetScope
import ai.aragora.BuiltinProtocol
import ai.aragora.Config
import ai.aragora.Credentials
import ai.aragora.Layers
import ai.aragora.ModelAgent
import ai.aragora.Period
import ai.aragora.PriceRow
import ai.aragora.PriceTable
import ai.aragora.ProviderDocument
import ai.aragora.ReplyCache
import ai.aragora.StreamMode
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.runBlocking

private val server = System.getenv("MODEL_SERVER").orEmpty()
private val key = System.getenv("MODEL_KEY").orEmpty()

// START layers
private val layers = Layers(
    retries = 1,
    attemptLimit = 30.seconds,
    requestsPerMinute = 600,
    fallback = emptyList(), // nobody stands in for a model whose provider fails
    cache = ReplyCache(ttl = 1.hours),
    budgets = listOf(
        Budget(BudgetScope.Call, limitMicros = 50_000),
        Budget(BudgetScope.Debate, limitMicros = 500_000),
        Budget(BudgetScope.Tenant(Period.Month), limitMicros = 20_000_000),
    ),
)

// In micro-dollars per million tokens. They win over the list that comes with the library.
private val prices =
    PriceTable("2026-11", listOf(PriceRow("compatible", "qwen3*", input = 100_000, output = 400_000)))
// END layers

// START credentials
// Asked for every request, and once more with `refresh` after the provider has refused the fields. It sees method,
// address and final body, so it can sign too.
private val token = Credentials { request -> mapOf("Authorization" to "Bearer ${fetchToken(request.refresh)}") }

private val signed = ModelAgent("compatible/qwen3-coder", id = "signed", baseUrl = server, credentials = token)
// END credentials

@Suppress("UNUSED_PARAMETER")
private fun fetchToken(renew: Boolean): String = key

private fun debate(): Unit = runBlocking {
    // START models
    // Nothing else reads keys; pass a map of your own in place of the environment.
    val config = Config.load(System.getenv())
    val aragora = Aragora.open(config, layers = layers, prices = prices)
    for (status in aragora.agents().check().providers) {
        println("${status.provider}: ${if (status.configured) "configured" else "not configured: ${status.reason}"}")
    }

    // Everything beyond a name: an address, a key, and in `config` whatever else its provider takes.
    val extras = ProviderDocument(headers = mapOf("x-team" to "core"), stream = StreamMode.Never)
    val own = ModelAgent("compatible/qwen3-large", "own", baseUrl = server, apiKey = key, config = extras)
    val decision = aragora.debate("A batch or a queue?") {
        // By its name alone: key and address come from the configuration.
        agent(ModelAgent("ollama/qwen3"))
        agent(own)
        agent(signed)
        protocol = BuiltinProtocol.voteOnly()
    }.result()
    // END models

    // START usage
    println("answer: ${decision.answer?.value}")
    for ((seat, used) in decision.usage.bySeat) {
        println("$seat: ${used.input} tokens in, ${used.output} out, ${used.micros} micro-dollars")
    }
    val total = decision.usage.total
    // A cost nobody knows is in no sum, and the total says so.
    println("${total.micros / 1e6} dollars${if (total.complete) "" else " or more"}")
    for (budget in aragora.agents().budgets()) {
        println("${budget.name}: ${budget.spentMicros} of ${budget.limitMicros} micro-dollars")
    }
    for (health in aragora.agents().health()) {
        println("${health.target}: ${health.state}, ${health.calls} calls, ${health.errors} failed")
    }
    // END usage
    aragora.closeAndJoin()
}

fun main() {
    if (server.isNotEmpty()) debate()
    else println("set MODEL_SERVER to the address of a server that speaks chat completions")
}
