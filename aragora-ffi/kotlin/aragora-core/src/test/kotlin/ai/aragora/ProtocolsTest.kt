package ai.aragora

import java.util.Collections
import kotlinx.coroutines.flow.toList
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

internal class ProtocolsTest {
    /** Everybody answers alone; whoever is not in the largest group may think again, once. */
    private object SecondThoughts : DebateProtocol {
        override val name = "second-thoughts"
        override val version = "1"
        override val plannedCalls = PlannedCalls(perSeat = 2)

        override fun next(transcript: Transcript): Step {
            if (transcript.round == 0L) return transcript.ask(Phase.Answer, "Answer in one line.")
            val largest = transcript.options.maxOf { it.authors.size }
            val minority = transcript.options.filter { it.authors.size < largest }.flatMap { it.authors }
            if (minority.isEmpty() || transcript.round > 1) return Step.Finish
            return transcript.ask(Phase.Answer, "Most see it differently.", seats = minority)
        }
    }

    private fun DebateBuilder.threeThatThink() {
        agent(Says("ada", "spaces"))
        agent(Says("bob", "spaces"))
        agent("cyd") { AgentReply("FINAL ANSWER: ${if (it.round == 1L) "tabs" else "spaces"}") }
        protocol = SecondThoughts
    }

    @Test
    fun `a protocol of one's own decides who is asked, and its log is replayed to equal bytes`() = live {
        opened(protocols = listOf(SecondThoughts)) { aragora ->
            val debate = aragora.debate("Tabs or spaces?") { threeThatThink() }
            val decision = debate.result()
            assertEquals("spaces", decision.answer?.value)
            assertEquals(listOf("ada", "bob", "cyd"), decision.supporters)
            assertEquals(4, decision.calls.made)
            val log = aragora.debates().log(debate.id)
            val report = aragora.debates().replay(log)
            assertTrue(report.matches, "${report.difference}")
            assertEquals(log.lines().count { it.isNotEmpty() }.toLong(), report.records)

            val forged = aragora.debates().replay(log.replace("FINAL ANSWER: tabs", "FINAL ANSWER: both"))
            assertFalse(forged.matches)
            assertNotNull(forged.difference)
        }
    }

    @Test
    fun `a fork asks what if, and the parent never changes`() = live {
        opened(protocols = listOf(SecondThoughts)) { aragora ->
            val debate = aragora.debate("Tabs or spaces?") { threeThatThink() }
            debate.result()
            val log = aragora.debates().log(debate.id)
            val cut = aragora.debates().events(debate.id).first { it.data is EventData.StepEnd }.seq
            val fork = aragora.debates().fork(debate.id, cut, listOf(Edit.SetRule(RuleConfig(RuleKind.Unanimity())))) {
                agent(Says("ada", "spaces"))
                agent(Says("bob", "spaces"))
                agent(Says("cyd", "tabs"))
            }
            assertEquals(Outcome.NotReached, fork.result().outcome)
            assertEquals(log, aragora.debates().log(debate.id))
            assertEquals(debate.id, aragora.debates().get(fork.id).parent?.debate)
        }
    }

    @Test
    fun `every optional member is asked, and only where it is written`() = live {
        val asked = Collections.synchronizedList(ArrayList<String>())
        val protocol = object : DebateProtocol {
            override val name = "with-everything"
            override val version = "2"
            override val params = JsonValue.of(mapOf("rounds" to 1))
            override val plannedCalls = PlannedCalls(perSeatRound = 2, perSeat = 2, constant = 2)

            override fun next(transcript: Transcript): Step {
                asked.add("next")
                return if (transcript.round == 0L) transcript.ask(Phase.Answer, "Answer.") else Step.Finish
            }

            override fun decide(transcript: Transcript): Draft {
                asked.add("decide")
                val draft = transcript.draft()
                assertEquals(draft, Draft(draft.ballots, draft.rule, draft.seats, draft.synthesis, draft.contribution, draft.report, draft.notes))
                return Draft(draft.ballots, draft.rule, report = Report("mine", JsonValue.of(listOf(1, 2))))
            }

            override fun checkpoint(transcript: Transcript): Checkpoint? {
                asked.add("checkpoint")
                return if (transcript.round == 0L) null else Checkpoint(CheckScope.Round, Ballots.Positions)
            }

            override fun closing(transcript: Transcript, winner: OptionView): AskStep? {
                asked.add("closing ${winner.value}")
                return null
            }
        }
        opened { aragora ->
            val decision = aragora.debate("?") {
                three()
                this.protocol = protocol
            }.result()
            assertEquals("mine", decision.report?.kind)
            assertTrue(asked.containsAll(listOf("next", "decide", "checkpoint", "closing no")), "$asked")
        }
    }

    @Test
    fun `everything about a transcript can be read, inside the method only`() = live {
        lateinit var kept: Transcript
        val protocol = object : DebateProtocol {
            override val name = "reader"
            override val version = "1"
            override val plannedCalls = PlannedCalls(perSeatRound = 1)

            override fun next(transcript: Transcript): Step {
                kept = transcript
                if (transcript.round == 0L) {
                    assertEquals(0, transcript.messages.size)
                    return transcript.ask(Phase.Answer, "Answer.")
                }
                assertEquals("Ship?", transcript.question.text)
                assertEquals(listOf("ada", "bob", "eve"), transcript.seats.map { it.id })
                assertEquals(transcript.active, transcript.eligible)
                assertEquals(3, transcript.messages.size)
                assertEquals(setOf("no", "yes"), transcript.positions.map { (it.kind as PositionKind.Answer).value }.toSet())
                assertEquals(listOf(2, 1), transcript.options.map { it.authors.size })
                assertEquals(1, transcript.steps.size)
                assertEquals(1, transcript.rounds.size)
                assertEquals(0, transcript.votes.size)
                assertEquals(3, transcript.turns.size)
                assertEquals(3, transcript.spent.calls)
                assertTrue(transcript.limits.rounds!! > 0)
                assertEquals(RuleKind.Majority, transcript.rule.rule)
                assertTrue(transcript.sees("ada", "eve"))
                assertTrue(transcript.planned(1, Phase.Answer))
                assertFalse(transcript.planned(1, Phase.Vote))
                assertTrue(transcript.displayName("ada").isNotEmpty())
                assertEquals(Outcome.Decided, transcript.check(RuleConfig(RuleKind.Majority)).outcome)
                assertEquals(Outcome.NotReached, transcript.check(RuleConfig(RuleKind.Unanimity())).outcome)
                assertTrue(transcript.read("round_ends") is JsonArray)
                assertEquals(listOf("ada", "bob", "eve"), transcript.start.roster.map { it.id })
                assertEquals(0, transcript.critiques.size + transcript.checks.size)
                return Step.finish(StopCause.Completed, "seen it all")
            }
        }
        opened { aragora ->
            val decision = aragora.debate("Ship?") {
                three()
                rule(RuleKind.Majority)
                this.protocol = protocol
            }.result()
            assertEquals("seen it all", decision.stop.detail)
        }
        val error = failing { kept.question }
        assertEquals(ErrorCode.InvalidState, error.code)
        assertTrue("only inside the method" in error.reason, error.reason)
    }

    @Test
    fun `messages that were read are not read again`() {
        val cache = MessageCache()
        val read = ArrayList<Int>()
        val message = TranscriptMessage.fromJson(JsonValue.parse(MESSAGE))
        fun messages(debate: String, count: Int) = cache.messages(debate, count) { from ->
            read.add(from)
            List(count - from) { message }
        }
        for (count in 0..5) assertEquals(count, messages("d", count).size)
        messages("d", 5)
        assertEquals(listOf(0, 1, 2, 3, 4), read)
        // A fork of the same debate begins again with fewer.
        assertEquals(2, messages("d", 2).size)
        assertEquals(0, read.last())
        assertSame(message, messages("other", 1).single())
    }

    @Test
    fun `a protocol that fails fails the debate, with the exception`() = live {
        class Broken(private val thrown: Throwable) : DebateProtocol {
            override val name = "broken"
            override val version = "1"

            override fun next(transcript: Transcript): Step = throw thrown
        }
        opened { aragora ->
            for (thrown in listOf(IllegalStateException("a bug"), StackOverflowError("deep"))) {
                val error = failing { aragora.debate("?") { three(); protocol = Broken(thrown) }.result() }
                assertEquals(ErrorCode.ProtocolFailed, error.code)
                assertSame(thrown, error.cause)
            }
            val said = AragoraException(ErrorCode.Unsupported, "not with three seats")
            val error = failing { aragora.debate("?") { three(); protocol = Broken(said) }.result() }
            assertEquals(ErrorCode.ProtocolFailed, error.code)
            assertTrue("not with three seats" in error.reason, error.reason)
            assertSame(said, error.cause)
        }
    }

    @Test
    fun `every protocol and every rule of the core runs with Kotlin agents`() = live {
        assertEquals(
            listOf("critique", "simultaneous", "sequential", "vote_only", "dynamic"),
            BuiltinProtocol.all().map { it.name },
        )
        val protocols = listOf(
            BuiltinProtocol.critique(Critique(pairwise = false)),
            BuiltinProtocol.simultaneous(Simultaneous()),
            BuiltinProtocol.sequential(Sequential(rotate = true)),
            BuiltinProtocol.voteOnly(VoteOnlyProtocol(samples = 1)),
            BuiltinProtocol.dynamic(Dynamic(keep = 2)),
        )
        opened { aragora ->
            for (choice in protocols) {
                val debate = aragora.debate("?") {
                    three()
                    protocol = choice
                }
                // Which option is the first one depends on who answered first.
                val decision = debate.result()
                assertEquals(Outcome.Decided, decision.outcome, choice.name)
                assertTrue(decision.answer?.value in setOf("no", "yes"), choice.name)
                assertTrue(aragora.debates().replay(aragora.debates().log(debate.id)).matches, choice.name)
            }
            val rules = listOf(
                RuleKind.Plurality, RuleKind.Majority, RuleKind.Supermajority("2/3"), RuleKind.Threshold("1/2", strict = true),
                RuleKind.CountAboveFloor(), RuleKind.Unanimity(), RuleKind.ConfidenceWeighted(), RuleKind.ReputationWeighted,
                RuleKind.Hybrid(listOf(RuleKind.Majority, RuleKind.Plurality)), RuleKind.None,
            )
            for (kind in rules) {
                val debate = aragora.debate("?") {
                    three()
                    rule(kind)
                    options = DebateOptions(stopWhen = Given(null))
                }
                val used = debate.result().rule.config.rule!!.toJson().asObject()
                // What was left out the core has filled in.
                assertEquals(kind.toJson(), JsonObject(used.members.filterKeys { it in kind.toJson().asObject().members }), "$kind")
            }
        }
    }

    @Test
    fun `debates are listed and found`() = live {
        opened { aragora ->
            val ids = List(3) { number ->
                aragora.debate("Question $number?") {
                    three()
                    tags = listOf("weekly")
                    topic = "release"
                }.also { it.result() }.id
            }
            val page = aragora.debates().list(state = DebateState.Finished, tag = "weekly", limit = 2)
            assertEquals(2, page.items.size)
            val rest = aragora.debates().list(tag = "weekly", cursor = page.next)
            assertEquals(ids.toSet(), (page.items + rest.items).map { it.debate }.toSet())
            assertEquals(3, aragora.debates().messages(ids.first()).size)
            val appeal = aragora.debates().appeal(ids.first(), "new figures", listOf(Document("Figures", "42")))
            assertTrue(appeal.documents!!.any { it.title == "Figures" })
            assertTrue(aragora.debate("?") { three() }.events().toList().isNotEmpty())
        }
    }

    private companion object {
        const val MESSAGE = """{"id":"m","author":{"agent":"ada"},"seat":"ada","turn":null,"step":null,"phase":null,
            "kind":"answer","round":1,"text":"t","visibility":"all","structured":null,"stop":"end","refusal":null,
            "answer":null,"confidence":null,"continue":null,"ready":null,"arrival":0,"edited":false}"""
    }
}
