package ai.aragora

import java.nio.file.Files
import java.nio.file.Path

/** The files of `tests/conformance`, read strictly. What the format does not list is a failure. */
internal object Corpus {
    private val folder: Path = Path.of(System.getProperty("aragora.root"), "tests", "conformance")
    private val suites = listOf(
        "debate", "protocols", "consensus", "parsing", "events", "errors", "cancel", "replay", "config", "layers", "providers",
        "storage", "crypto",
    )
    private val foreignOnly = setOf("throw", "wrong_type", "gate", "ignore_cancel")
    private val verbs = setOf("say", "reply", "stream", "ballot", "fail", "hang", "throw", "wrong_type")
    private val modifiers = setOf("phase", "gate", "ignore_cancel", "retry_after_ms")
    private val members = mapOf(
        "case" to setOf("id", "since", "needs", "modes", "given", "steps", "then"),
        "given" to setOf("clock", "seed", "config", "layers", "storage", "encryption", "participants", "servers"),
        "answer of a server" to setOf("status", "headers", "json", "events"),
        "agent" to setOf("seam", "style", "id", "profile", "at_end", "script"),
        "protocol" to
            setOf("seam", "name", "version", "params", "min_seats", "max_seats", "planned_calls", "script", "decide"),
        "step" to setOf("op", "args", "as", "then", "until"),
        "then of a step" to setOf("ok", "error", "bytes"),
        "error" to setOf("code", "retryable", "retry_after_ms", "reason", "context", "cause"),
        "then" to setOf("events", "participants"),
    )

    class Case(val suite: String, val id: String, val mode: String, val document: JsonObject) {
        val name: String get() = "$suite/$id"
    }

    fun cases(): List<Case> = suites.flatMap { suite ->
        val file = read("$suite.json")
        require(file["format"] == JsonValue.of(1) && file["suite"] == JsonValue.of(suite)) { "$suite.json: another format" }
        file.required("cases").asList { it.asObject() }.flatMap { document ->
            val id = known("case", document).required("id").asString()
            modes(id, document).map { Case(suite, id, it, document) }
        }
    }

    fun known(what: String, document: JsonValue): JsonValue = document.also {
        val unknown = it.asObject().members.keys - members.getValue(what)
        require(unknown.isEmpty()) { "a $what has unknown members $unknown" }
    }

    private fun modes(id: String, document: JsonObject): List<String> {
        require(document["needs"]?.asList { it }.isNullOrEmpty()) { "$id needs something nobody has defined" }
        val given = known("given", document["given"] ?: JsonObject(emptyMap()))
        val people = given["participants"]?.asObject()?.members?.values.orEmpty()
        val builtin = people.isNotEmpty() && people.all { everythingIsCommon(id, it) }
        val stated = document["modes"]?.asList { it.asString() }
        stated?.forEach { require(it == "foreign" || it == "builtin") { "$id: unknown mode $it" } }
        return stated ?: if (builtin) listOf("foreign", "builtin") else listOf("foreign")
    }

    /** Whether the core's scripted agent can take this participant's place. */
    private fun everythingIsCommon(id: String, person: JsonValue): Boolean {
        val seam = person.required("seam").asString()
        require(seam == "agent" || seam == "protocol") { "unknown seam $seam" }
        known(seam, person)
        if (seam == "protocol") return false
        val items = person.required("script").asList { it.asObject().members.keys }
        items.forEach {
            // A failure may follow a stream.
            val said = (it intersect verbs) - if ("stream" in it) setOf("fail") else emptySet()
            require(said.size == 1 && (it - verbs - modifiers).isEmpty()) { "$id: $it is no script item" }
        }
        return person["profile"] == null && items.none { (it intersect foreignOnly).isNotEmpty() }
    }

    /** The cases Kotlin cannot do. */
    fun exclusions(): Set<String> = read("exclusions.json").asList { it }
        .filter { JsonString("kotlin") in it.required("languages").asList { language -> language } }
        .mapTo(HashSet()) { it.required("target").asString().removePrefix("cases/") }

    private fun read(name: String): JsonValue = JsonValue.parse(Files.readString(folder.resolve(name)))
}
