package ai.aragora

import java.util.IdentityHashMap

/**
 * The user's objects the core may call, by number. The core counts how often a number stood in what it was given and
 * forgets each of them once; the last time lets go of the object.
 */
internal class Participants {
    private class Kept(val seam: Seam, var uses: Int)

    private val byNumber = HashMap<ULong, Kept>()
    private val numbers = IdentityHashMap<Any, ULong>()
    private var next = 1uL

    /** The number of this object; one object keeps its number as long as it is in use. */
    @Synchronized
    fun keep(participant: Any, seam: () -> Seam): ULong {
        val number = numbers.getOrPut(participant) { next++ }
        byNumber.getOrPut(number) { Kept(seam(), 0) }.uses++
        return number
    }

    @Synchronized
    fun find(number: ULong): Seam? = byNumber[number]?.seam

    @Synchronized
    fun forget(number: ULong) {
        val kept = byNumber[number] ?: return
        if (--kept.uses > 0) return
        byNumber.remove(number)
        numbers.values.remove(number)
    }

    @Synchronized
    fun clear() {
        byNumber.clear()
        numbers.clear()
    }

    @get:Synchronized
    val size: Int get() = byNumber.size
}

/** Writes one document, and lets go of the participants in it again if that fails half-way. */
internal inline fun Participants.write(document: (Keeping) -> JsonValue): String {
    val keeping = Keeping(this)
    try {
        return document(keeping).toString()
    } catch (error: Throwable) {
        keeping.undo()
        throw error
    }
}

/** The participants one document refers to. */
internal class Keeping(private val participants: Participants) {
    private val kept = ArrayList<ULong>()

    fun keep(participant: Any, seam: () -> Seam): ULong = participants.keep(participant, seam).also(kept::add)

    fun undo(): Unit = kept.forEach(participants::forget)
}

/** What stands between the core's calls and one object of the user. A new seam is one of these. */
internal interface Seam {
    /** Answers one call with JSON text. Everything it throws fails the call. */
    suspend fun answer(method: String, data: JsonValue, call: ULong): String
}
