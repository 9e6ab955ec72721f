package ai.aragora

import com.sun.jna.Callback
import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native

/**
 * Threads of the library that call into the JVM. JNA would make each of them a new Java thread for every call; here they
 * become one for good, and a daemon, so that none of them keeps the process from ending.
 */
internal object NativeThreads {
    private val callbacks = listOf(
        "uniffiCallbackInterfaceFfiHost\$deliver",
        "uniffiCallbackInterfaceFfiLogSink\$accept",
        // Whichever thread of the library drops the last handle of a host frees it.
        "uniffiCallbackInterfaceFfiHost\$uniffiFree",
        "uniffiCallbackInterfaceFfiLogSink\$uniffiFree",
        "uniffiRustFutureContinuationCallbackImpl",
    )

    /** How many of the callbacks were found. Where generated names were changed (by R8, say) it is slower, and right. */
    val kept: Int by lazy {
        callbacks.count { name ->
            runCatching {
                val callback = Class.forName("ai.aragora.ffi.$name").getField("INSTANCE").get(null) as Callback
                Native.setCallbackThreadInitializer(callback, CallbackThreadInitializer(true, false))
            }.isSuccess
        }
    }
}
