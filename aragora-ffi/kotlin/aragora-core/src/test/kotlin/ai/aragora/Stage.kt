package ai.aragora

import java.nio.file.Files
import java.time.Instant
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/** A debate of a case, and what was read of it in the background. */
internal class Watched(val debate: Debate) {
    val types: MutableList<String> = java.util.Collections.synchronizedList(ArrayList())
    val streamed: MutableMap<String, String> = java.util.Collections.synchronizedMap(LinkedHashMap())

    /** What layers told. */
    val noted: MutableList<JsonValue> = java.util.Collections.synchronizedList(ArrayList())
    lateinit var reader: Job

    fun watch(scope: CoroutineScope) {
        // Undispatched: the stream is open before the next step begins.
        reader = scope.launch(start = CoroutineStart.UNDISPATCHED) {
            try {
                debate.events().collect { event ->
                    when (val data = event.data) {
                        is EventData.TokenDelta -> streamed.merge(data.turn, data.text, String::plus)
                        is EventData.TokenReset -> streamed[data.turn] = ""
                        else -> when {
                            event.eventClass == EventClass.Recorded -> types.add(event.type)
                            event.type !in silent -> noted.add(event.toJson())
                        }
                    }
                }
            } catch (cut: AragoraException) {
                // An instance that closes cuts the streams of debates that go on elsewhere.
                if (cut.code.word != "closed") throw cut
            }
        }
    }

    private companion object {
        /** Live events that are not about what layers do. */
        val silent = setOf("token_start", "token_end", "agent_thinking", "heartbeat", "lagged")
    }
}

/** One case being played. */
internal class Stage(private val case: Corpus.Case, private val scope: CoroutineScope) {
    private val given = case.document["given"] ?: JsonObject(emptyMap())
    private val cast = Cast(given, case.mode)
    private var settings = given.asObject()
    private val folder = Files.createTempDirectory("aragora-")
    private var clock = ManualClock(given["clock"]?.asInstant() ?: Instant.parse("2026-01-01T00:00:00Z"))
    private val servers = given["servers"]?.asObject()?.members.orEmpty().mapValues { (_, answers) -> Server(answers.asList { it }) }
    private val kept = HashMap<String, Any>(servers.mapValues { it.value.document })
    private val debates = ArrayList<Watched>()
    private val matching = Matching(::lookup)
    private lateinit var aragora: Aragora

    suspend fun play() {
        aragora = open(settings, clock)
        try {
            steps()
        } finally {
            cast.openAll()
            withContext(NonCancellable) {
                debates.forEach { it.reader.cancelAndJoin() }
                aragora.closeAndJoin()
                servers.values.forEach { it.close() }
                folder.toFile().deleteRecursively()
            }
        }
    }

    /** An instance of the case. */
    private suspend fun open(settings: JsonObject, clock: ManualClock): Aragora {
        val encryption = settings["encryption"]
        return Aragora.open(
            settings["config"]?.member("env")?.let { filled(it) }?.asMap { it.asString() }?.let(Config::load),
            settings["storage"]?.let { filled(it) }?.asString(),
            cast.protocols.values.toList(),
            settings["layers"]?.let { Layers.fromJson(it) },
            encryptionKeys = encryption?.member("keys")?.asList { it.asString() },
            admitPlain = encryption?.member("admit_plain")?.asBoolean(),
            clock = clock,
            seed = (settings["seed"]?.asString() ?: "7").toULong(),
        )
    }

    private fun changed(args: Args) = JsonObject(settings.members + args.documents() - "grace_ms")

    /** Opens another instance with these settings in the place of the case's, and closes it. */
    private suspend fun beside(args: Args): JsonValue {
        open(changed(args), ManualClock(clock.now())).closeAndJoin()
        return JsonNull
    }

    private suspend fun reopen(args: Args): JsonValue {
        val next = ManualClock(clock.now())
        val grace = args.optional("grace_ms")
        if (grace == null) aragora.closeAndJoin() else aragora.shutdown(grace.asDuration())
        settings = changed(args)
        aragora = open(settings, next)
        clock = next
        return JsonNull
    }

    private suspend fun steps() {
        case.document.required("steps").asList { it }.forEachIndexed { index, step ->
            Corpus.known("step", step)
            if (case.mode == "foreign" || step["op"] != JsonString("participant.stats")) {
                step(step)?.let { throw AssertionError("step $index ${step["op"]}: $it") }
            }
        }
        val then = Corpus.known("then", case.document["then"] ?: JsonObject(emptyMap()))
        then["events"]?.let { events ->
            kept["\$first"] = debates.first()
            after("debate.types", mapOf("debate" to mapOf("\$ref" to "\$first")), events)
        }
        if (case.mode == "foreign") {
            then["participants"]?.asObject()?.members?.forEach { (name, stats) ->
                after("participant.stats", mapOf("participant" to name), stats)
            }
        }
    }

    private suspend fun after(op: String, args: Any, expected: JsonValue) {
        val step = mapOf("op" to op, "args" to args, "then" to mapOf("ok" to expected), "until" to true)
        step(JsonValue.of(step))?.let { throw AssertionError("at the end, $op: $it") }
    }

    /** Plays a step until it holds, if it may be repeated. The limit of the case is the only bound. */
    private suspend fun step(step: JsonValue): String? {
        val until = step["until"]
        while (true) {
            val difference = once(step)
            if (difference == null || until == null) return difference
            last = "${step["op"]}: $difference"
            until["advance_ms"]?.let { clock.advance(it.asDuration()) }
            delay(5.milliseconds)
        }
    }

    /** What the step that is repeated lacks, for the report of a case that ran out of time. */
    @Volatile
    var last: String? = null
        private set

    private suspend fun once(step: JsonValue): String? {
        val then = Corpus.known("then of a step", step["then"] ?: JsonObject(emptyMap()))
        val value = try {
            operation(step.required("op").asString(), resolved(step["args"] ?: JsonObject(emptyMap())))
        } catch (error: AragoraException) {
            return failed(Corpus.known("error", then["error"] ?: return "failed: $error ${error.context}"), error)
        }
        step["as"]?.let { kept[it.asString()] = value }
        val found = if (value is Watched) JsonValue.of(mapOf("id" to value.debate.id)) else value as JsonValue
        then["error"]?.let { return "expected a failure, found $found" }
        then["bytes"]?.let { hex ->
            val bytes = found.asString().toByteArray().joinToString("") { "%02x".format(it) }
            return if (bytes == hex.asString()) null else "found the bytes of $found"
        }
        return then["ok"]?.let { matching.differs(it, found) }
    }

    private fun failed(expected: JsonValue, error: AragoraException): String? {
        val found = Members()
            .put("code", jsonOf(error.code.word))
            .put("retryable", jsonOf(error.retryable))
            .put("reason", jsonOf(error.reason))
            .put("context", jsonMap(error.context) { jsonOf(it) })
            .put("retry_after_ms", error.retryAfter?.let { jsonOf(it) })
            .done()
        matching.differs(JsonObject(expected.asObject().members - "cause"), found)?.let { return it }
        val cause = expected["cause"]?.asString() ?: return null
        val causes = generateSequence<Throwable>(error) { it.cause }.drop(1).map { it.message.orEmpty() }.toList()
        return if (causes.any { cause in it }) null else "expected the cause $cause, found $causes"
    }

    /** Arguments with their references filled in; a debate stays what it is. */
    private fun resolved(value: JsonValue): Args = Args(
        value.asObject().members.mapValues { (_, member) -> kept(member) as? Watched ?: filled(member) },
    )

    private fun kept(value: JsonValue): Any? = (value["\$ref"] as? JsonString)?.value?.let { kept[it] }

    private fun filled(value: JsonValue): JsonValue = when {
        value is JsonObject && value.members.keys == setOf("\$ref") -> lookup(value.required("\$ref").asString())
        value is JsonObject -> JsonObject(value.members.mapValues { filled(it.value) })
        value is JsonArray -> JsonArray(value.items.map { filled(it) })
        value is JsonString -> JsonString(value.value.replace("{dir}", folder.toString()))
        else -> value
    }

    private fun lookup(path: String): JsonValue {
        val (name, rest) = path.split(".").let { it.first() to it.drop(1) }
        val value = kept[name] ?: throw IllegalArgumentException("nothing is kept as $name")
        if (value is Watched) return JsonString(value.debate.id)
        return rest.fold(value as JsonValue) { inner, part ->
            (inner as? JsonArray)?.items?.get(part.toInt()) ?: inner[part] ?: JsonNull
        }
    }

    private suspend fun watch(debate: Debate): Watched {
        debate.start()
        return Watched(debate).also {
            it.watch(scope)
            debates.add(it)
        }
    }

    private suspend fun operation(op: String, args: Args): Any = when (op) {
        "debate.start" -> watch(begin(args))
        "debates.fork" -> watch(
            aragora.debates().fork(
                args.text("debate"),
                args.value("at_seq").asLong(),
                args.optional("edits")?.asList { Edit.fromJson(it) }.orEmpty(),
                args.textOrNull("id"),
                args.textOrNull("tenant"),
            ) { args.value("seats").asList { seat -> cast.seat(seat) { agent, place -> agent(agent, place) } } },
        )
        "debates.resume" -> watch(
            aragora.debates().resume(
                args.text("debate"),
                args.optional("accept_changes")?.asBoolean(),
                args.textOrNull("tenant"),
            ) { args.value("seats").asList { seat -> cast.seat(seat) { agent, place -> agent(agent, place) } } },
        )
        "debate.types" -> JsonValue.of(args.watched().types.toList())
        "debate.streamed" -> JsonValue.of(args.watched().streamed.toMap())
        "debate.noted" -> JsonArray(args.watched().noted.toList())
        "server.requests" -> servers.getValue(args.text("server")).requests()
        "debate.events" -> JsonValue.of(
            args.debate().events(args.optional("from")?.asLong()).filter { it.eventClass == EventClass.Recorded }.toList(),
        )
        "gate.open" -> JsonNull.also { cast.gate(args.text("gate")).complete(Unit) }
        "participant.stats" -> cast.players.getValue(args.text("participant")).stats()
        "clock.now" -> JsonString(java.time.format.DateTimeFormatterBuilder().appendInstant(3).toFormatter().format(clock.now()))
        "clock.advance" -> JsonNull.also { clock.advance(args.value("ms").asDuration()) }
        "aragora.activity" -> aragora.activity().toJson()
        "aragora.open" -> beside(args)
        "aragora.reopen" -> reopen(args)
        "aragora.close" -> JsonNull.also { aragora.closeAndJoin() }
        else -> Operations.of(op)(aragora, args)
    }

    private fun begin(args: Args): Debate {
        val describe: DebateBuilder.() -> Unit = {
            args.value("seats").asList { seat -> cast.seat(seat) { agent, place -> agent(agent, place) } }
            args.optional("protocol")?.let { protocol = protocol(it) }
            args.optional("rule")?.let { given ->
                when {
                    given is JsonString -> rule(RuleKind.fromJson(JsonObject(mapOf("name" to given))))
                    given["name"] != null -> rule(RuleKind.fromJson(given))
                    else -> rule = RuleConfig.fromJson(given)
                }
            }
            limits = args.optional("limits")?.let { Limits.fromJson(it) }
            options = args.optional("options")?.let { DebateOptions.fromJson(it) }
            tier = args.optional("tier")?.asLong()
            tenant = args.textOrNull("tenant")
            workspace = args.textOrNull("workspace")
            topic = args.textOrNull("topic")
            tags = args.optional("tags")?.asList { it.asString() }
            seed = args.optional("seed")?.asULong()
            id = args.textOrNull("id")
        }
        val question = args.value("question")
        return if (question is JsonString) {
            aragora.debate(question.value, describe)
        } else {
            aragora.debate(Question.fromJson(question), describe)
        }
    }

    private fun protocol(given: JsonValue): Protocol = when {
        given is JsonString -> BuiltinProtocol.named(given.value)
        given["participant"] != null -> cast.protocols.getValue(given.required("participant").asString())
        else -> BuiltinProtocol.named(given.required("name").asString(), given["params"])
    }
}

/** The arguments of a step. */
internal class Args(private val values: Map<String, Any>) {
    fun watched() = values.getValue("debate") as Watched

    fun debate() = watched().debate

    fun documents(): Map<String, JsonValue> = values.mapValues { it.value as JsonValue }

    fun optional(name: String) = (values[name] as JsonValue?)?.takeUnless { it === JsonNull }

    fun value(name: String) = optional(name) ?: throw IllegalArgumentException("the argument $name is missing")

    fun text(name: String) = (values[name] as? Watched)?.debate?.id ?: value(name).asString()

    fun textOrNull(name: String) = optional(name)?.asString()
}
