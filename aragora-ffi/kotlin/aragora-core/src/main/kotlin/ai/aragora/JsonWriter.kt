package ai.aragora

/** Writes JSON text without spaces. */
internal object JsonWriter {
    fun text(value: JsonValue): String = StringBuilder().also { write(value, it) }.toString()

    private fun write(value: JsonValue, out: StringBuilder) {
        when (value) {
            JsonNull -> out.append("null")
            is JsonBoolean -> out.append(value.value)
            is JsonNumber -> out.append(value.literal)
            is JsonString -> quote(value.value, out)
            is JsonArray -> {
                out.append('[')
                value.items.forEachIndexed { index, item ->
                    if (index > 0) out.append(',')
                    write(item, out)
                }
                out.append(']')
            }
            is JsonObject -> {
                out.append('{')
                var first = true
                for ((name, member) in value.members) {
                    if (!first) out.append(',')
                    first = false
                    quote(name, out)
                    out.append(':')
                    write(member, out)
                }
                out.append('}')
            }
        }
    }

    private fun quote(text: String, out: StringBuilder) {
        out.append('"')
        var at = 0
        while (at < text.length) {
            val sign = text[at]
            when {
                sign == '"' -> out.append("\\\"")
                sign == '\\' -> out.append("\\\\")
                sign == '\n' -> out.append("\\n")
                sign < ' ' -> out.append("\\u%04x".format(sign.code))
                // Half a character has no UTF-8 form, so it could not cross as what it is.
                sign.isLowSurrogate() -> throw halved(at)
                sign.isHighSurrogate() -> {
                    val next = text.getOrNull(++at)
                    if (next == null || !next.isLowSurrogate()) throw halved(at - 1)
                    out.append(sign).append(next)
                }
                else -> out.append(sign)
            }
            at++
        }
        out.append('"')
    }

    private fun halved(at: Int) = invalid("a string holds half a surrogate pair at character $at")
}
