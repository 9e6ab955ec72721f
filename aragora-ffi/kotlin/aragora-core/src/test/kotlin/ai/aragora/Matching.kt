package ai.aragora

import kotlin.math.abs

/** Compares as the README of the corpus says. */
internal class Matching(private val lookup: (String) -> JsonValue) {
    /** The first difference, with its place; null if there is none. */
    fun differs(expected: JsonValue, found: JsonValue?, at: String = ""): String? {
        val matcher = (expected as? JsonObject)?.members?.entries?.singleOrNull()?.takeIf { it.key.startsWith("$") }
        return when {
            matcher != null -> matched(matcher.key, matcher.value, found, at)
            expected === JsonNull && found == null -> null
            expected is JsonObject && found is JsonObject ->
                expected.members.firstNotNullOfOrNull { (name, member) -> differs(member, found[name], "$at/$name") }
            expected is JsonArray && found is JsonArray && expected.items.size == found.items.size ->
                expected.items.indices.firstNotNullOfOrNull { differs(expected.items[it], found.items[it], "$at/$it") }
            expected == found -> null
            else -> "$at: expected $expected, found $found"
        }
    }

    private fun fits(expected: JsonValue, found: JsonValue) = differs(expected, found) == null

    private fun matched(name: String, argument: JsonValue, found: JsonValue?, at: String): String? {
        val items = (found as? JsonArray)?.items
        val holds = when (name) {
            "\$any" -> found != null && found !== JsonNull
            "\$absent" -> found == null || found === JsonNull
            "\$near" -> {
                val (wanted, tolerance) = argument.asList { it.asDouble() }
                found is JsonNumber && abs(found.toDouble() - wanted) <= tolerance
            }
            "\$ref" -> return differs(lookup(argument.asString()), found, at)
            "\$contains" -> found is JsonString && argument.asString() in found.value
            "\$unordered" -> {
                val left = items?.toMutableList()
                left != null && argument.asList { it }.all { item ->
                    val index = left.indexOfFirst { fits(item, it) }
                    (index >= 0).also { if (it) left.removeAt(index) }
                } && left.isEmpty()
            }
            "\$contains_in_order" -> {
                val rest = items?.iterator()
                rest != null && argument.asList { it }.all { item -> rest.asSequence().any { fits(item, it) } }
            }
            "\$count" ->
                items != null && items.count { fits(argument.required("of"), it) }.toLong() == argument.required("is").asLong()
            "\$json" -> return differs(argument, (found as? JsonString)?.let { JsonValue.parse(it.value) }, "$at(json)")
            else -> throw IllegalArgumentException("unknown matcher $name")
        }
        return if (holds) null else "$at: expected $name $argument, found $found"
    }
}
