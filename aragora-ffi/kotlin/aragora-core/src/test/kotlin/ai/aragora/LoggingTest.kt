package ai.aragora

import java.util.Collections
import java.util.concurrent.atomic.AtomicBoolean
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** One test, because there is one sink per process. */
internal class LoggingTest {
    @Test
    fun `records arrive whole and redacted, a sink may throw, and there is one per process`() = live {
        val records = Collections.synchronizedList(ArrayList<LogRecord>())
        // The sink stays for the rest of the process; it keeps nothing of what other tests do.
        val over = AtomicBoolean()
        setLogSink(LogLevel.Debug) { record ->
            if (over.get()) return@setLogSink
            records.add(record)
            throw IllegalStateException("a sink that fails")
        }
        val second = assertThrows(AragoraException::class.java) { setLogSink { } }
        assertEquals(ErrorCode.InvalidState, second.code)
        opened(Config.load(mapOf("OPENAI_API_KEY" to "sk-canary-key-very-secret"))) { aragora ->
            val debate = aragora.debate("a question nobody should read in a log") {
                agent("bad") { throw IllegalStateException("boom") }
                three()
            }
            debate.result()
            eventually { records.any { it.fields["debate_id"] == JsonString(debate.id) } }
            // It threw every time, and records came all the same.
            assertTrue(records.size > 1, "$records")
        }
        over.set(true)
        for (record in records.toList()) {
            assertTrue(record.target.isNotEmpty() && record.text.isNotEmpty(), "$record")
            assertTrue("sk-canary-key-very-secret" !in "$record" && "nobody should read" !in "$record", "$record")
        }
    }
}
