package ai.aragora

/** Ops that are one call of the public API each. */
internal object Operations {
    private val table: Map<String, suspend (Aragora, Args) -> JsonValue> = mapOf(
        "debate.result" to { _, args -> args.debate().result().toJson() },
        "debate.cancel" to { _, args -> done { args.debate().cancel(args.text("reason")) } },
        "debate.partial" to { _, args -> args.debate().partial().toJson() },
        "debate.finished" to { _, args -> JsonValue.of(args.debate().isFinished) },
        "human.message" to { _, args -> done { args.debate().message(args.text("by"), args.text("text")) } },
        "human.guidance" to { _, args -> done { args.debate().guidance(args.text("by"), args.text("text")) } },
        "human.vote" to { _, args ->
            done { args.debate().vote(args.text("by"), args.text("option"), args.optional("intensity")?.asLong()) }
        },
        "human.resolve" to { _, args ->
            args.debate().resolve(args.text("breakpoint"), args.text("action"), args.text("by"), args.textOrNull("guidance"))
            JsonNull
        },
        "debates.get" to { aragora, args -> aragora.debates().get(args.text("debate"), args.textOrNull("tenant")).toJson() },
        "debates.list" to { aragora, args ->
            aragora.debates().list(
                args.optional("state")?.let { DebateState.fromJson(it) },
                args.optional("from")?.asInstant(),
                args.optional("to")?.asInstant(),
                args.textOrNull("tag"),
                args.textOrNull("cursor"),
                args.optional("limit")?.asLong(),
                args.textOrNull("tenant"),
            ).toJson()
        },
        "debates.log" to { aragora, args ->
            JsonString(aragora.debates().log(args.text("debate"), args.textOrNull("tenant")))
        },
        "debates.events" to { aragora, args ->
            JsonValue.of(
                aragora.debates().events(args.text("debate"), args.optional("from")?.asLong(), args.textOrNull("tenant")),
            )
        },
        "debates.replay" to { aragora, args ->
            aragora.debates().replay(args.text("log"), args.optional("check")?.let { ReplayCheck.fromJson(it) }).toJson()
        },
        "agents.check" to { aragora, _ -> aragora.agents().check().toJson() },
        "agents.health" to { aragora, _ -> JsonValue.of(aragora.agents().health()) },
        "agents.breakers" to { aragora, _ -> JsonValue.of(aragora.agents().breakers()) },
        "agents.rate_limits" to { aragora, _ -> JsonValue.of(aragora.agents().rateLimits()) },
        "agents.budgets" to { aragora, args -> JsonValue.of(aragora.agents().budgets(args.textOrNull("tenant"))) },
        "agents.forget" to { aragora, args ->
            JsonValue.of(aragora.agents().forget(args.text("agent"), args.textOrNull("tenant")))
        },
        "desk.pending" to { aragora, args ->
            aragora.desk().pending(
                args.textOrNull("debate"),
                args.textOrNull("agent"),
                args.optional("limit")?.asLong(),
                args.textOrNull("tenant"),
            ).toJson()
        },
        "desk.turn" to { aragora, args -> aragora.desk().turn(args.text("id"), args.textOrNull("tenant")).toJson() },
        "desk.submit" to { aragora, args ->
            val reply = HumanReply.fromJson(args.value("reply"))
            aragora.desk().submit(args.text("id"), reply, args.text("by"), args.textOrNull("tenant"))
            JsonNull
        },
        "desk.decline" to { aragora, args ->
            aragora.desk().decline(args.text("id"), args.text("reason"), args.text("by"), args.textOrNull("tenant"))
            JsonNull
        },
        "consensus.tally" to { _, args ->
            tally(
                RuleConfig.fromJson(args.value("rule")),
                args.value("seats").asList { seat ->
                    Voter(
                        seat.required("id").asString(),
                        seat.member("weight")?.asDouble(),
                        seat.member("family")?.asString(),
                        seat.member("reputation")?.let { Reputation.fromJson(it) },
                    )
                },
                args.value("options").asList { option ->
                    Candidate(option.required("id").asString(), option["authors"]?.asList { it.asString() }.orEmpty())
                },
                args.value("votes").asList { CastVote.fromJson(it) },
                args.optional("seed")?.asULong(),
                args.optional("active")?.asLong(),
            ).toJson()
        },
        "parse.ballot" to { _, args ->
            parseBallot(args.text("text"), BallotShape.fromJson(args.value("shape")), args.optional("structured"), stop(args))
                .toJson()
        },
        "parse.critiques" to { _, args ->
            val targets = args.optional("targets")?.asList { it.asString() }.orEmpty()
            JsonValue.of(parseCritiques(args.text("text"), targets, args.optional("structured")))
        },
        "parse.signals" to { _, args -> parseSignals(args.text("text"), args.optional("structured"), stop(args)).toJson() },
        "parse.answer" to { _, args ->
            val format = args.optional("format")?.let { AnswerFormat.fromJson(it) }
            JsonValue.of(parseAnswer(args.text("text"), format, args.optional("structured")))
        },
        "parse.normalise" to { _, args -> JsonString(normalise(args.text("text"))) },
        "parse.same" to { _, args ->
            JsonValue.of(sameAnswer(Equivalence.fromJson(args.value("equal")), args.text("a"), args.text("b")))
        },
        "config.load" to { _, args -> Config.load(args.optional("env")?.asMap { it.asString() }.orEmpty()).toJson() },
        "errors.list" to { _, _ ->
            JsonValue.of(ErrorCode.entries.map { mapOf("code" to it.word, "retryable" to it.retryable) })
        },
        "errors.raise" to { _, args ->
            failing(
                ErrorCode(args.text("code")),
                args.textOrNull("reason"),
                args.optional("retry_after_ms")?.asDuration(),
                args.optional("context")?.asMap { it.asString() }.orEmpty(),
            )
        },
        "protocols.list" to { _, _ -> JsonValue.of(BuiltinProtocol.all()) },
    )

    fun of(op: String) = table[op] ?: StoreOperations.table[op] ?: throw IllegalArgumentException("unknown op $op")

    private fun stop(args: Args) = args.optional("stop")?.let { StopReason.fromJson(it) }

    private fun done(call: () -> Unit): JsonValue = JsonNull.also { call() }
}
