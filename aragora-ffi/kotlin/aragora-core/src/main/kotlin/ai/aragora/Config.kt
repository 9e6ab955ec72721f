package ai.aragora

/** Settings and keys. The library reads no environment by itself; what it may know is given here. */
public class Config private constructor(private val env: Map<String, String>, private val shown: JsonValue) {
    internal fun document(): JsonValue = JsonObject(mapOf("env" to jsonMap(env) { jsonOf(it) }))

    /** The settings as the core understood them, without any key. */
    public fun toJson(): JsonValue = shown

    override fun toString(): String = "Config($shown)"

    public companion object {
        /** Reads and checks settings, such as `System.getenv()`. `invalid_config` names everything that is wrong. */
        @JvmStatic
        public fun load(env: Map<String, String> = emptyMap()): Config {
            // Variables that are not the library's may hold anything, also what is no text.
            val known = env.filterValues { value -> runCatching { jsonOf(value).toString() }.isSuccess }
            val members = JsonObject(mapOf("env" to jsonMap(known) { jsonOf(it) }))
            return Config(known, compute("config.load", members))
        }
    }
}
