package ai.aragora

import java.lang.reflect.InvocationHandler
import java.lang.reflect.Proxy
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.Continuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.withContext

/** The participants of a case, written in Kotlin behind the public interfaces. */
internal class Cast(given: JsonValue, private val mode: String) {
    private val gates = ConcurrentHashMap<String, CompletableDeferred<Unit>>()
    val players = LinkedHashMap<String, Player>()
    val protocols = LinkedHashMap<String, DebateProtocol>()

    init {
        for ((name, document) in given["participants"]?.asObject()?.members.orEmpty()) {
            if (document["seam"] == JsonString("protocol")) {
                protocols[name] = ScriptedProtocol(document)
            } else {
                players[name] = Player(name, document, ::gate)
            }
        }
    }

    fun gate(name: String) = gates.computeIfAbsent(name) { CompletableDeferred() }

    /** Lets everybody go at the end of a case. */
    fun openAll(): Unit = gates.values.forEach { it.complete(Unit) }

    /** Puts a seat of a step into the debate: a name, or a document whose agent is a name or a document. */
    fun seat(seat: JsonValue, add: (Participant, Seat?) -> Unit) {
        if (seat is JsonString) return add(agent(seat), null)
        val place = Seat(
            seat.member("role")?.let { Role.fromJson(it) },
            seat.member("persona")?.let { Persona.fromJson(it) },
            seat.member("weight")?.asDouble(),
            seat.member("votes")?.asBoolean(),
            seat.member("judges")?.asBoolean(),
            seat.member("reputation")?.let { Reputation.fromJson(it) },
            seat.member("layers")?.let { Layers.fromJson(it) },
            seat.member("stand_ins")?.asList { agent(it) }.orEmpty(),
        )
        add(agent(seat.required("agent")), place)
    }

    private fun agent(agent: JsonValue): Participant {
        if (agent !is JsonString) return builtin(agent)
        val player = players.getValue(agent.value)
        if (mode == "foreign") return player.agent
        val steps = player.document.required("script").asList { item ->
            val option = item["ballot"] ?: return@asList ScriptStep.of(item)
            ScriptStep.of(JsonObject(item.asObject().members + ("ballot" to JsonObject(mapOf("choice" to option)))))
        }
        val end = player.document["at_end"]?.asString() ?: "repeat"
        return ScriptedAgent(player.id, steps, ScriptEnd.entries.first { it.word == end })
    }

    private fun builtin(document: JsonValue): Participant {
        fun word(name: String) = document.member(name)?.asString()
        val id = word("id")
        return when (val kind = document.required("kind").asString()) {
            "model" -> ModelAgent(
                word("name")!!,
                id,
                word("base_url"),
                word("api_key"),
                config = document.member("config")?.let { ProviderDocument.fromJson(it) },
            )
            "human" -> HumanAgent(id!!)
            "demo" -> DemoAgent(id!!, DemoStyle.entries.first { it.word == word("style") }, document.member("seed")?.asLong())
            "recorded" -> word("log")?.let { RecordedAgent.fromLog(id!!, it) } ?: RecordedAgent.fromCassette(id!!, word("cassette")!!)
            "scripted" -> ScriptedAgent(
                id!!,
                document.required("steps").asList { ScriptStep.of(it) },
                word("at_end")?.let { end -> ScriptEnd.entries.first { it.word == end } },
            )
            else -> throw IllegalArgumentException("unknown kind of agent $kind")
        }
    }
}

/** One agent's script, and what was counted. */
internal class Player(name: String, val document: JsonValue, private val gate: (String) -> CompletableDeferred<Unit>) {
    val id: String = document["id"]?.asString() ?: name
    private val calls = AtomicInteger()
    private val cancelled = AtomicInteger()
    private val requests = java.util.Collections.synchronizedList(ArrayList<JsonValue>())
    private val taken = ConcurrentHashMap<String, AtomicInteger>()
    private val script = document.required("script").asList { it }

    /** A wrong type cannot be written in Kotlin; a proxy can return one, as Java can. */
    val agent: Agent = if (script.any { it["wrong_type"] != null }) proxy() else Written()

    private inner class Written : Agent {
        override val id get() = this@Player.id
        override val provider get() = profile("provider")
        override val model get() = profile("model")
        override val family get() = profile("family")
        override val version get() = profile("version")

        override suspend fun respond(request: AgentRequest) = answer(request) as AgentReply

        private fun profile(name: String) = document["profile"]?.member(name)?.asString()
    }

    private fun proxy(): Agent {
        val respond: suspend (AgentRequest) -> Any? = { answer(it) }

        @Suppress("UNCHECKED_CAST")
        val plain = respond as (AgentRequest, Continuation<Any?>) -> Any?
        val handler = InvocationHandler { proxy, method, arguments ->
            when (method.name) {
                "getId" -> id
                "respond" -> @Suppress("UNCHECKED_CAST") plain(arguments[0] as AgentRequest, arguments[1] as Continuation<Any?>)
                "hashCode" -> System.identityHashCode(proxy)
                "equals" -> proxy === arguments[0]
                "toString" -> "Player($id)"
                else -> InvocationHandler.invokeDefault(proxy, method, *arguments.orEmpty())
            }
        }
        return Proxy.newProxyInstance(Agent::class.java.classLoader, arrayOf(Agent::class.java), handler) as Agent
    }

    fun stats(): JsonValue =
        JsonValue.of(mapOf("calls" to calls.get(), "cancelled" to cancelled.get(), "requests" to requests.toList()))

    private suspend fun answer(request: AgentRequest): Any? {
        calls.incrementAndGet()
        requests.add(request.toJson())
        val item = next(request)
        try {
            item["gate"]?.asString()?.let { pass(it, item["ignore_cancel"] != null) }
            if (item["hang"] != null) awaitCancellation()
        } catch (error: CancellationException) {
            cancelled.incrementAndGet()
            throw error
        }
        return act(item, request)
    }

    private suspend fun pass(name: String, stubborn: Boolean) {
        try {
            gate(name).await()
        } catch (error: CancellationException) {
            if (!stubborn) throw error
            cancelled.incrementAndGet()
            withContext(NonCancellable) { gate(name).await() }
        }
    }

    private fun next(request: AgentRequest): JsonValue {
        val phase = request.phase.word
        val own = script.filter { it["phase"] == JsonString(phase) }
        val items = own.ifEmpty { script.filter { it["phase"] == null } }
        val index = taken.computeIfAbsent(if (own.isEmpty()) "" else phase) { AtomicInteger() }.getAndIncrement()
        return when (document["at_end"]?.asString() ?: "repeat") {
            "repeat" -> items[minOf(index, items.lastIndex)]
            "cycle" -> items[index % items.size]
            else -> items.getOrNull(index)
                ?: throw AragoraException(ErrorCode.ScriptExhausted, "the script of \"$id\" has no item left")
        }
    }

    private fun act(item: JsonValue, request: AgentRequest): Any? {
        item["say"]?.let { return AgentReply(it.asString()) }
        item["reply"]?.let { return AgentReply.fromJson(it) }
        item["stream"]?.asList { piece -> piece.asString().also(request.output::text) }?.let { pieces ->
            if (item["fail"] == null) return AgentReply(pieces.joinToString(""))
        }
        item["ballot"]?.asString()?.let { option ->
            val shape = (request.expect as Expect.Ballot).value
            val label = shape.labels.find { it.option == option }?.label ?: option
            val ballot = JsonValue.of(mapOf("choice" to label))
            return AgentReply(ballot.toString(), ballot)
        }
        item["fail"]?.let {
            throw AragoraException(
                ErrorCode(it.asString()),
                "the script says so",
                retryAfter = item.member("retry_after_ms")?.asDuration(),
            )
        }
        item["throw"]?.let { throw IllegalStateException(it.asString()) }
        if (item["wrong_type"] != null) return 7
        throw IllegalArgumentException("unknown verb in $item")
    }
}

/** Takes the item whose index is the number of steps so far. */
internal class ScriptedProtocol(private val document: JsonValue) : DebateProtocol {
    private val script = document.required("script").asList { it }
    override val name = document.required("name").asString()
    override val version = document["version"]?.asString() ?: "1"
    override val params = document["params"]
    override val minSeats = document["min_seats"]?.asLong() ?: 2
    override val maxSeats = document["max_seats"]?.asLong() ?: 64
    override val plannedCalls = document["planned_calls"]?.let { PlannedCalls.fromJson(it) } ?: PlannedCalls(perSeatRound = 8)

    override fun next(transcript: Transcript): Step {
        val item = script.getOrNull(transcript.steps.size) ?: return Step.Finish
        if (item["finish"] != null) return Step.Finish
        val ask = item["ask"] ?: return broken(item)
        return transcript.ask(
            Phase.fromJson(ask.required("phase")),
            ask.required("instruction").asString(),
            ask["seats"]?.asList { it.asString() },
            ask["round"]?.asLong(),
            ask["expect"]?.let { Expect.fromJson(it) },
            ask["order"]?.let { Order.fromJson(it) },
        )
    }

    override fun decide(transcript: Transcript): Draft = when (val item = document["decide"]) {
        null, JsonValue.of(mapOf("default" to true)) -> transcript.draft()
        else -> broken(item)
    }

    private fun <T> broken(item: JsonValue): T {
        item["fail"]?.let { throw AragoraException(ErrorCode(it.asString()), "the script says so") }
        item["throw"]?.let { throw IllegalStateException(it.asString()) }
        require(item["wrong_type"] != null) { "unknown item $item" }
        @Suppress("UNCHECKED_CAST")
        return 7 as T
    }
}
