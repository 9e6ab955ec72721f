package ai.aragora

import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** How a process ends that has a debate under way: with its own status, at once, and without a word. */
internal class ExitTest {
    private class Ended(val status: Int, val output: String, val errors: String)

    private fun child(way: String, after: (Process) -> Unit = {}): Ended {
        val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
        val path = System.getProperty("java.class.path")
        // Where the tests run in the background, interrupts are ignored, and a child would inherit that.
        val heard = if (System.getProperty("os.name") == "Linux") listOf("env", "--default-signal=INT") else emptyList()
        val command = heard + listOf(java, "-XX:TieredStopAtLevel=1", "-cp", path, "ai.aragora.ExitTestKt", way)
        val process = ProcessBuilder(command).start()
        val output = StringBuilder()
        val errors = StringBuilder()
        val readers = listOf(process.inputStream to output, process.errorStream to errors).map { (stream, text) ->
            Thread {
                stream.bufferedReader().forEachLine { line ->
                    text.appendLine(line)
                    if (line == "under way") after(process)
                }
            }.also(Thread::start)
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "$way did not end")
        readers.forEach(Thread::join)
        return Ended(process.exitValue(), output.toString(), errors.toString())
    }

    private fun silent(way: String, status: Int, after: (Process) -> Unit = {}) = repeat(RUNS) {
        val ended = child(way, after)
        assertEquals(status, ended.status, ended.errors)
        assertEquals("", ended.errors)
        assertTrue("under way" in ended.output)
    }

    @Test
    fun `main returns with a debate under way`(): Unit = silent("return", 0)

    @Test
    fun `exitProcess with a debate under way`(): Unit = silent("exit", 3)

    @Test
    fun `an interrupt with a debate under way`(): Unit = silent("wait", 130) { process ->
        ProcessBuilder("kill", "-INT", process.pid().toString()).start().waitFor()
    }

    @Test
    fun `an exception nobody caught is the only thing said`(): Unit = repeat(RUNS) {
        val ended = child("throw")
        assertEquals(1, ended.status)
        assertTrue(ended.errors.startsWith("Exception in thread \"main\" java.lang.IllegalStateException: mine"), ended.errors)
        assertTrue(ended.errors.lines().drop(1).all { it.isEmpty() || it.startsWith("\tat ") }, ended.errors)
    }

    @Test
    fun `an instance that is never closed does not keep the process`(): Unit = silent("idle", 0)

    private companion object {
        const val RUNS = 4
    }
}

internal fun main(arguments: Array<String>) {
    val way = arguments.single()
    runBlocking {
        val aragora = Aragora.open()
        if (way != "idle") {
            val agents = List(3) { Hangs("agent-$it") }
            aragora.debate("?") {
                agents.forEach { agent(it) }
                protocol = BuiltinProtocol.voteOnly()
            }.start().detach()
            agents.forEach { it.called.await() }
        } else {
            aragora.debate("?") { three() }.result()
        }
    }
    println("under way")
    when (way) {
        "exit" -> exitProcess(3)
        "throw" -> throw IllegalStateException("mine")
        "wait" -> Thread.sleep(60_000)
    }
}
