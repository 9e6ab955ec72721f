package ai.aragora

/** Reads one JSON document, strictly: RFC 8259 with unique member names and at most [DEEPEST] levels. */
internal class JsonReader(private val text: String) {
    private var at = 0

    fun document(): JsonValue {
        val value = value(0)
        space()
        if (at != text.length) throw wrong("something after the end of the document")
        return value
    }

    private fun value(depth: Int): JsonValue {
        if (depth > DEEPEST) throw wrong("more than $DEEPEST levels")
        space()
        return when (val first = peek()) {
            '{' -> members(depth)
            '[' -> items(depth)
            '"' -> JsonString(string())
            't' -> word("true", JsonBoolean(true))
            'f' -> word("false", JsonBoolean(false))
            'n' -> word("null", JsonNull)
            else -> if (first == '-' || first in '0'..'9') number() else throw wrong("no value begins like this")
        }
    }

    private fun members(depth: Int): JsonObject {
        val found = LinkedHashMap<String, JsonValue>()
        at++
        space()
        if (peek() == '}') return JsonObject(found).also { at++ }
        while (true) {
            space()
            if (peek() != '"') throw wrong("a member needs a name in quotation marks")
            val name = string()
            space()
            expect(':')
            if (found.put(name, value(depth + 1)) != null) throw wrong("the member \"$name\" occurs twice")
            space()
            if (peek() == '}') return JsonObject(found).also { at++ }
            expect(',')
        }
    }

    private fun items(depth: Int): JsonArray {
        val found = ArrayList<JsonValue>()
        at++
        space()
        if (peek() == ']') return JsonArray(found).also { at++ }
        while (true) {
            found.add(value(depth + 1))
            space()
            if (peek() == ']') return JsonArray(found).also { at++ }
            expect(',')
        }
    }

    private fun string(): String {
        val from = ++at
        while (at < text.length && text[at] != '"' && text[at] != '\\' && text[at] >= ' ') at++
        if (peek() == '"') return text.substring(from, at++)
        val built = StringBuilder(text.substring(from, at))
        while (true) {
            when (val next = peek()) {
                '"' -> return built.toString().also { at++ }
                '\\' -> {
                    at++
                    built.append(escaped())
                }
                else -> {
                    if (next < ' ') throw wrong("a control character in a string")
                    built.append(next)
                    at++
                }
            }
        }
    }

    private fun escaped(): Char {
        val sign = peek()
        at++
        return when (sign) {
            '"', '\\', '/' -> sign
            'b' -> '\b'
            'f' -> '\u000c'
            'n' -> '\n'
            'r' -> '\r'
            't' -> '\t'
            'u' -> {
                val digits = text.substring(at, minOf(at + 4, text.length))
                if (digits.length < 4 || digits.any { it.digitToIntOrNull(16) == null }) throw wrong("\\u needs four digits")
                at += 4
                digits.toInt(16).toChar()
            }
            else -> throw wrong("no escape is written like this")
        }
    }

    private fun number(): JsonNumber {
        val from = at
        if (peek() == '-') at++
        if (peek() == '0') at++ else digits()
        if (at < text.length && text[at] == '.') {
            at++
            digits()
        }
        if (at < text.length && (text[at] == 'e' || text[at] == 'E')) {
            at++
            if (peek() == '+' || peek() == '-') at++
            digits()
        }
        return JsonNumber(text.substring(from, at))
    }

    private fun digits() {
        if (peek() !in '0'..'9') throw wrong("a digit is missing")
        while (at < text.length && text[at] in '0'..'9') at++
    }

    private fun word(word: String, value: JsonValue): JsonValue {
        if (!text.startsWith(word, at)) throw wrong("no value begins like this")
        at += word.length
        return value
    }

    private fun space() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) at++
    }

    private fun expect(sign: Char) {
        if (peek() != sign) throw wrong("'$sign' is missing")
        at++
    }

    private fun peek(): Char = if (at < text.length) text[at] else throw wrong("the document ends too early")

    private fun wrong(what: String) = invalid("not JSON at character $at: $what")

    private companion object {
        const val DEEPEST = 256
    }
}
