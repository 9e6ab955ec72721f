package ai.aragora

import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** The corpus of `tests/conformance` through the public API. */
internal class ConformanceTest {
    @TestFactory
    fun corpus(): List<DynamicTest> = Corpus.cases().map { case ->
        DynamicTest.dynamicTest("${case.name} (${case.mode})") { play(case) }
    }

    @Test
    fun `a matcher nobody knows is a failure`() {
        val matching = Matching { JsonNull }
        val error = runCatching { matching.differs(JsonValue.of(mapOf("\$regex" to "a")), JsonString("a")) }
        assertFalse(error.isSuccess)
        assertFalse(runCatching { Operations.of("debate.unknown") }.isSuccess)
        assertFalse(runCatching { Corpus.known("step", JsonValue.of(mapOf("later" to 1))) }.isSuccess)
    }

    private fun play(case: Corpus.Case) {
        lateinit var stage: Stage
        val outcome = runCatching {
            runBlocking(Dispatchers.Default) {
                stage = Stage(case, this)
                try {
                    withTimeout(LIMIT) { stage.play() }
                } catch (error: TimeoutCancellationException) {
                    throw AssertionError("not within $LIMIT; ${stage.last}", error)
                }
            }
        }
        if (case.name in excluded) {
            outOfScope.incrementAndGet()
            check(outcome.isFailure) { "an excluded case passes: the exclusion is stale" }
            return
        }
        (if (outcome.isSuccess) passed else failed).incrementAndGet()
        outcome.getOrThrow()
    }

    companion object {
        private val LIMIT = 10.seconds
        private val excluded = Corpus.exclusions()
        private val passed = AtomicInteger()
        private val failed = AtomicInteger()
        private val outOfScope = AtomicInteger()

        @JvmStatic
        @AfterAll
        fun summary() {
            println("corpus: $passed passed, $failed failed, $outOfScope excluded")
        }
    }
}
