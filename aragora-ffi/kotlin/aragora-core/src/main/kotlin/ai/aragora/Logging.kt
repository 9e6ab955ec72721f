package ai.aragora

import ai.aragora.ffi.FfiLogSink
import ai.aragora.ffi.ffiLogTo
import java.time.Instant

/** How much is logged. */
public enum class LogLevel(internal val word: String, internal val system: System.Logger.Level) {
    /** Everything. */
    Trace("trace", System.Logger.Level.TRACE),

    /** What helps to find a defect. */
    Debug("debug", System.Logger.Level.DEBUG),

    /** What happens. */
    Info("info", System.Logger.Level.INFO),

    /** What should be looked at. */
    Warning("warning", System.Logger.Level.WARNING),

    /** What failed. */
    Error("error", System.Logger.Level.ERROR),
}

/** One log record. Secrets and replies are not in it. */
public class LogRecord internal constructor(
    /** When. */
    public val time: Instant,
    /** How much it matters. */
    public val level: LogLevel,
    /** The part of the library. */
    public val target: String,
    /** What happened. */
    public val text: String,
    /** Names and values such as `debate_id`, `agent`, latencies and counts. */
    public val fields: Map<String, JsonValue>,
) {
    override fun toString(): String = "$time ${level.word} $target: $text ${JsonObject(fields)}"
}

/**
 * Sends log records of this level and above to the sink, on a thread of the library. Once per process; a second call is
 * `invalid_state`. Without this nothing is written anywhere. The default sink is `System.getLogger("ai.aragora")`.
 */
public fun setLogSink(level: LogLevel = LogLevel.Info, sink: (LogRecord) -> Unit = systemSink()) {
    val receiver = object : FfiLogSink {
        override fun accept(record: String) {
            // A sink that fails must not end the thread of all later records.
            runCatching { sink(readRecord(JsonValue.parse(record))) }
        }
    }
    NativeThreads.kept
    native { ffiLogTo(level.word, receiver) }
}

private fun readRecord(json: JsonValue) = LogRecord(
    json.required("time").asInstant(),
    json.required("level").asString().let { word -> LogLevel.entries.find { it.word == word } ?: LogLevel.Info },
    json.required("target").asString(),
    json.required("text").asString(),
    json.required("fields").asObject().members,
)

private fun systemSink(): (LogRecord) -> Unit {
    val logger = System.getLogger("ai.aragora")
    return { record -> logger.log(record.level.system, "${record.target}: ${record.text} ${JsonObject(record.fields)}") }
}
