package ai.aragora

import ai.aragora.ffi.FfiHost
import ai.aragora.ffi.FfiMessage
import ai.aragora.ffi.ffiAnswer
import ai.aragora.ffi.ffiFail
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch

/**
 * The mailbox of one instance: every call of the core is a coroutine in the user's context, under the call's number.
 * A call is settled exactly once, however its coroutine ends.
 */
internal class HostCalls(context: CoroutineContext) : FfiHost {
    val participants = Participants()

    private val scope = CoroutineScope(context + SupervisorJob(context[Job]))
    private val live = ConcurrentHashMap<ULong, LiveCall>()

    /** Calls under way. */
    val size: Int get() = live.size

    override fun deliver(messages: List<FfiMessage>) {
        for (message in messages) {
            when (message) {
                is FfiMessage.Call -> begin(message)
                is FfiMessage.Cancel -> live[message.call]?.job?.cancel(CancellationException("the core gave up this call"))
                is FfiMessage.Release -> Causes.release(message.call)
                is FfiMessage.Forget -> participants.forget(message.participant)
            }
        }
    }

    private fun begin(message: FfiMessage.Call) {
        val seam = participants.find(message.participant)
        if (seam == null) {
            ffiFail(message.call, failure("participant ${message.participant} is not known any more"))
            return
        }
        val call = LiveCall(message.call)
        call.job = scope.launch(start = CoroutineStart.LAZY) {
            try {
                call.answer(seam.answer(message.method, JsonValue.parse(message.data), message.call))
            } catch (error: Throwable) {
                call.fail(error)
            }
        }
        live[message.call] = call
        call.job.invokeOnCompletion {
            live.remove(message.call)
            // A coroutine that was cancelled before it began, or whose scope is gone, has not said anything yet.
            call.fail(it ?: CancellationException("the coroutine ended without an answer"))
        }
        call.job.start()
    }

    private class LiveCall(private val number: ULong) {
        lateinit var job: Job
        private val settled = AtomicBoolean(false)

        fun answer(json: String) {
            if (settled.compareAndSet(false, true)) ffiAnswer(number, json)
        }

        fun fail(error: Throwable) {
            if (!settled.compareAndSet(false, true)) return
            // Its own cancellation is no cause anybody needs to see; the core asked for it or the scope is gone.
            if (job.isCancelled) {
                ffiFail(number, failure("the coroutine of this call was cancelled"))
                return
            }
            Causes.park(number, error)
            if (!ffiFail(number, failureOf(error).toString())) Causes.release(number)
        }
    }
}

private fun failure(reason: String): String = Members().put("reason", jsonOf(reason)).done().toString()
