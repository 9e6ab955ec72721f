package ai.aragora

import java.lang.reflect.Modifier
import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import java.util.concurrent.TimeUnit
import java.util.zip.ZipFile
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

internal class ApiTest {
    private val model = JsonValue.parse(Files.readString(Path.of(System.getProperty("aragora.root"), "tests/conformance/api.json")))

    /** What crosses as an object here, or is built by this package from what the user gives. */
    private val inside = setOf("AgentDocument", "CredentialsDocument", "SeatDocument", "ProtocolDocument", "ScriptDocument")

    private fun classOf(name: String): Class<*> = Class.forName("ai.aragora.$name")

    @Test
    fun `every type of the core is here with every member`() {
        var members = 0
        for (type in model.required("types").asList { it }) {
            val name = type.required("name").asString()
            if (name in inside || type.required("kind").asString() == "alias") continue
            type["fields"]?.asList { field ->
                members += getter(classOf(name), field)
            }
            if (name != "Step") {
                type["cases"]?.asList { case ->
                    val word = case.required("name").asString().split("_").joinToString("") { it.replaceFirstChar(Char::uppercase) }
                    when (type.required("kind").asString()) {
                        "union" -> {
                            val nested = classOf("$name\$$word")
                            case["fields"]?.asList { members += getter(nested, it) }
                        }
                        else -> classOf(name).let { owner ->
                            val place = if (owner.isEnum) owner else classOf("$name\$Companion")
                            val found = place.fields.any { it.name == word } || place.methods.any { it.name == "get$word" }
                            assertTrue(found, "$name.$word")
                        }
                    }
                }
            }
        }
        assertTrue(members > 300, "$members")
    }

    private fun getter(owner: Class<*>, field: JsonValue): Int {
        var name = field.required("name").asString()
        if (field.required("type").toString().contains("duration_ms")) name = name.removeSuffix("_ms")
        val camel = name.split("_").joinToString("") { it.replaceFirstChar(Char::uppercase) }
        // `class` is a word of the language.
        val renamed = if (owner == Event::class.java && camel == "Class") "EventClass" else camel
        // The name of a getter of a value class ends in a hash.
        val found = owner.methods.any { it.name == "get$renamed" || it.name.startsWith("get$renamed-") }
        assertTrue(found, "${owner.simpleName}.$renamed")
        return 1
    }

    /** Public classes that are Kotlin's way to say what other languages say otherwise. */
    private val idiom = setOf(
        "Activity", "BuiltinProtocol", "Candidate", "DebateBuilder", "DemoStyle", "ErrorCode", "FunctionAgent", "Given",
        "JsonArray", "JsonBoolean", "JsonNull", "JsonNumber", "JsonObject", "JsonString", "JsonValue", "Lag", "LogLevel",
        "Participant", "Protocol", "ProtocolInfo", "ScriptEnd", "Seats", "StructuredReplies", "Value", "Voter",
    )

    @Test
    fun `the surface is the one of every language`() {
        val stated = model.required("items").asList { item ->
            if (item["kotlin"] === JsonNull) null else item["kotlin"]?.asString() ?: byRule(item.required("name").asString())
        }.filterNotNull().map { it.removeSuffix("()") }
        assertTrue(stated.size > 100, "${stated.size}")
        for (name in stated) {
            val (owner, member) = name.split(".").let { if (it.size == 2) it else listOf("", it.single()) }
            when {
                member.first().isUpperCase() && owner.isEmpty() -> classOf(member)
                owner.isEmpty() -> assertTrue(files().any { file -> file.methods.any { it.isNamed(member) } }, name)
                else -> {
                    val places = listOfNotNull(classOf(owner), runCatching { classOf("$owner\$Companion") }.getOrNull())
                    assertTrue(places.flatMap { it.methods.toList() }.any { it.isNamed(member) }, name)
                }
            }
        }
        val known = stated.map { it.substringBefore(".") }.toSet() + idiom +
            model.required("types").asList { it.required("name").asString() }
        val found = publicClasses()
        assertTrue(found.size > 100, "${found.size}")
        assertEquals(emptySet<String>(), found - known)
        assertEquals(emptySet<String>(), idiom - found)
    }

    private fun byRule(name: String): String = name.split(".").joinToString(".") { part ->
        val words = part.split("_")
        words.first() + words.drop(1).joinToString("") { it.replaceFirstChar(Char::uppercase) }
    }

    private fun java.lang.reflect.Method.isNamed(member: String): Boolean {
        val plain = name.substringBefore("-")
        return plain == member || plain == "get" + member.replaceFirstChar(Char::uppercase)
    }

    private fun names(): List<String> = ZipFile(jar()).use { zip ->
        zip.entries().asSequence().map { it.name }
            .filter { it.matches(Regex("ai/aragora/[A-Za-z]+\\.class")) }
            .map { it.removePrefix("ai/aragora/").removeSuffix(".class") }
            .toList()
    }

    private fun files(): List<Class<*>> = names().filter { it.endsWith("Kt") }.map(::classOf)

    /** What is public in Kotlin is public in the bytecode too, and so is what is internal; that has no visible members. */
    private fun publicClasses(): Set<String> = names().filterNot { it.endsWith("Kt") }.filterTo(HashSet()) { name ->
        Modifier.isPublic(classOf(name).modifiers) && name !in internals
    }

    private val internals = setOf("AgentSeam", "Causes", "CredentialsSeam", "HostCalls", "JsonReader", "JsonWriter", "Keeping", "Members", "MessageCache",
        "NativeThreads", "Participants", "ProtocolSeam", "Seam")

    private fun jar(): String = System.getProperty("java.class.path").split(":").single { it.endsWith("aragora-core.jar") }

    @Test
    fun `every document of the samples survives the way into a value and back`() {
        val samples = JsonValue.parse(Files.readString(Path.of(System.getProperty("aragora.root"), "tests/conformance/vectors/values.json")))
        var count = 0
        for ((name, documents) in samples.required("types").asObject().members) {
            // Requests and steps are read from the core and never written by a user; the others never become values here.
            if (name in inside || name == "AgentRequest" || name == "Step") continue
            val alias = model.required("types").asList { it }.single { it.required("name").asString() == name }
            if (alias.required("kind").asString() == "alias") continue
            val read = classOf("$name\$Companion").methods.single { it.name == "fromJson" }
            val companion = classOf(name).getField("Companion").get(null)
            documents.asList { document ->
                val value = read.invoke(companion, document)
                val written = value.javaClass.getMethod("toJson").invoke(value)
                assertEquals(document, written, name)
                count++
            }
        }
        assertTrue(count > 300, "$count")
    }

    @Test
    fun `every error code is here`() {
        val codes = model.required("errors").asList { it.required("code").asString() to it.required("retryable").asBoolean() }
        assertEquals(codes, ErrorCode.entries.map { it.word to it.retryable })
    }

    @Test
    fun `values are equal by what is in them and survive the way to JSON and back`() {
        val limits = Limits(rounds = 2, deadline = 1_500.milliseconds)
        assertEquals("""{"rounds":2,"deadline_ms":1500}""", limits.toJson().toString())
        assertEquals(limits, Limits.fromJson(limits.toJson()))
        assertEquals(limits.hashCode(), Limits.fromJson(limits.toJson()).hashCode())
        assertNotEquals(limits, Limits(rounds = 3))
        assertTrue("Limits" in limits.toString())
        val rule = RuleConfig(RuleKind.Hybrid(listOf(RuleKind.Majority, RuleKind.Supermajority("2/3"))), QuorumRule.Count(2), TieBreak.Seat("ada"))
        assertEquals(rule, RuleConfig.fromJson(rule.toJson()))
        assertEquals("""{"stop_when":null}""", DebateOptions(stopWhen = Given(null)).toJson().toString())
        assertEquals("{}", DebateOptions().toJson().toString())
        assertEquals(Given<RuleConfig>(null), DebateOptions.fromJson(JsonValue.parse("""{"stop_when":null}""")).stopWhen)
        assertEquals(Role("tester"), Role.fromJson(JsonString("tester")))
        assertEquals(ErrorCode.InvalidRequest, assertThrows(AragoraException::class.java) { Phase.fromJson(JsonString("x")) }.code)
    }

    @Test
    fun `classes that hold values are final and have no way to be copied apart`() {
        for (type in model.required("types").asList { it.required("name").asString() } - inside) {
            val owner = runCatching { classOf(type) }.getOrNull() ?: continue
            if (!owner.isInterface) assertTrue(Modifier.isFinal(owner.modifiers), type)
            assertTrue(owner.methods.none { it.name == "copy" || it.name.startsWith("component") }, type)
        }
    }

    @Test
    fun `JSON keeps every digit and every character`() {
        val text = """{"a":[1,1.0,12345678901234567890.000000001,-0,1e400,true,null],"ü":"\u0000\n\"\\🦉","z":{}}"""
        val value = JsonValue.parse(text)
        assertEquals(text, value.toString().replace("\\u000a", "\\n"))
        assertEquals(value, JsonValue.parse(" ${value.toString().replace(",", " ,\n")} "))
        assertEquals(JsonNumber.of(1), JsonNumber.of(1.0))
        assertEquals(JsonNumber.of(1).hashCode(), JsonNumber.of(1.0).hashCode())
        assertEquals(null, (JsonValue.parse("1e999999999") as JsonNumber).toLongOrNull())
        assertEquals(7, (JsonValue.parse("7.0") as JsonNumber).toLongOrNull())
        for (wrong in listOf("", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.", "+1", "nul", "\"\u0001\"", "\"\\u12\"", "1 2", "[".repeat(300))) {
            assertEquals(ErrorCode.InvalidRequest, assertThrows(AragoraException::class.java, { JsonValue.parse(wrong) }, wrong).code)
        }
    }

    @Test
    fun `pure functions need no instance`() {
        val voters = listOf("a", "b", "c").map { Voter(it) }
        val votes = listOf("a" to "x", "b" to "x", "c" to "y").map { (voter, option) -> CastVote(voter, VoteStatus.Cast, Ballot.Choice(option)) }
        val tally = tally(RuleConfig(RuleKind.Majority), voters, listOf(Candidate("x"), Candidate("y")), votes)
        assertEquals(Outcome.Decided, tally.outcome)
        assertEquals(listOf("x"), tally.winners)
        assertEquals("42", parseAnswer("Because.\nFinal answer: 42")?.value)
        assertEquals(0.8, parseSignals("Yes.\nConfidence: 0.8").confidence)
        assertTrue(sameAnswer(Equivalence.Normalised, "Paris.", "paris"))
        assertEquals("0.1.0", Aragora.version)
    }

    @Test
    fun `time by hand`() = live {
        val clock = ManualClock(Instant.parse("2026-03-01T12:00:00Z"))
        assertEquals(ErrorCode.InvalidState, assertThrows(AragoraException::class.java) { clock.now() }.code)
        opened(clock = clock) {
            clock.advance(90.seconds)
            assertEquals(Instant.parse("2026-03-01T12:01:30Z"), clock.now())
            assertEquals(0, clock.sleepers())
        }
    }

    @Test
    fun `ids are repeatable with a seed`() = live {
        val ids = List(2) {
            opened(clock = ManualClock(), seed = 7uL) { aragora -> aragora.debate("?") { three() }.start().id }
        }
        assertEquals(ids.first(), ids.last())
    }

    @Test
    fun `threads cannot be configured after the first use`() = live {
        opened { assertEquals(ErrorCode.InvalidState, assertThrows(AragoraException::class.java) { Aragora.configureRuntime(2) }.code) }
    }

    @Test
    fun `threads of the library are attached once and as daemons`() = live {
        assertEquals(5, NativeThreads.kept)
        opened { aragora ->
            // JNA attaches a new thread for a moment, as no daemon, to ask what it is to be: none may stay that way.
            suspend fun attached(): Set<Long> {
                repeat(100) {
                    aragora.debate("?") { three() }.result()
                    val threads = Thread.getAllStackTraces().keys.filter { it.name.startsWith("Thread-") }
                    if (threads.all { it.isDaemon }) return threads.map { it.id }.toSet()
                }
                error("threads of the library would keep the process from ending")
            }
            repeat(10) { attached() }
            val first = attached()
            assertTrue(first.isNotEmpty())
            repeat(10) { attached() }
            // The ones that were there are there still: the same few threads, not a new one for each call.
            assertTrue(attached().containsAll(first))
        }
    }

    @Test
    fun `counters tell what was called`() = live {
        opened { aragora ->
            aragora.debate("?") { three() }.result()
            assertTrue("aragora_foreign_calls_total{" in aragora.metrics(), aragora.metrics())
        }
    }

    @Test
    fun `names that generated code breaks on do not cross, and neither do objects inside records`() {
        val reserved = setOf("message", "cause", "stackTrace", "suppressed", "description", "hashValue", "close", "init", "self")
        val crossing = listOf("FfiException\$Failed", "FfiMessage\$Call", "FfiMessage\$Cancel", "FfiMessage\$Release", "FfiMessage\$Forget")
        for (name in crossing) {
            val fields = classOf("ffi.$name").declaredFields.filterNot { Modifier.isStatic(it.modifiers) }
            assertTrue(fields.isNotEmpty(), name)
            for (field in fields) {
                assertFalse(field.name in reserved, "$name.${field.name}")
                val plain = field.type.isPrimitive || field.type.name.startsWith("java.") || field.type.name == "kotlin.ULong"
                assertTrue(plain, "$name.${field.name}: ${field.type}")
            }
        }
        val exported = listOf("FfiSession", "FfiDebate", "FfiEvents").flatMap { classOf("ffi.${it}Interface").declaredMethods.toList() }
        assertTrue(exported.none { it.name in reserved })
    }

    @Test
    fun `the jar holds the library where it is looked for, and only the package`() {
        ZipFile(jar()).use { zip ->
            val names = zip.entries().asSequence().map { it.name }.filterNot { it.endsWith("/") }.toList()
            assertTrue(names.any { it.matches(Regex("(linux|darwin|win32)-[a-z0-9-]+/.*aragora_ffi\\..*")) }, "$names")
            val others = names.filterNot { it.startsWith("ai/aragora/") || it.startsWith("META-INF/") || "aragora_ffi" in it }
            assertEquals(emptyList<String>(), others)
            assertTrue(names.none { it.endsWith("ApiTest.class") })
        }
    }

    @Test
    fun `loading the package starts nothing and reads nothing`() {
        val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
        val process = ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "ai.aragora.ApiTestKt").start()
        assertTrue(process.waitFor(60, TimeUnit.SECONDS))
        assertEquals("nothing", process.inputStream.bufferedReader().readText().trim() + process.errorStream.bufferedReader().readText())
    }
}

/** Loads and builds everything that needs no call of the library, and says what that started. */
internal fun main() {
    fun threads() = Thread.getAllStackTraces().keys.map { it.name }.toSet()
    val before = threads()
    Class.forName("ai.aragora.Aragora")
    Limits(rounds = 1).toJson()
    DebateBuilder(JsonNull).agent("openai/gpt-5")
    BuiltinProtocol.critique()
    val maps = Files.readString(Path.of("/proc/self/maps"))
    val found = (threads() - before).map { "thread $it" } + listOf("aragora_ffi", "jnidispatch").filter { it in maps }
    println(found.ifEmpty { listOf("nothing") }.joinToString())
}
