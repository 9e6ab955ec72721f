"""Protocols written in Python, and the core's own."""

import aragora_core as ac
import pytest
from aragora_core import errors
from people import Says, three


class OneRound(ac.DebateProtocol):
    name = "one-round"
    planned_calls = ac.PlannedCalls(per_seat=1)

    def next(self, transcript: ac.Transcript) -> ac.Step:
        if transcript.round == 0:
            return transcript.ask("answer", "Answer in one line.")
        return ac.Step.finish()


async def test_a_protocol_of_ones_own_asks_and_ends(aragora: ac.Aragora) -> None:
    decision = await aragora.debate("Ship?", three(), protocol=OneRound())
    assert list(decision.supporters) == ["ada", "bob"]
    assert decision.stop.cause == "completed"
    assert decision.calls.made == 3


async def test_the_transcript_holds_what_was_said(aragora: ac.Aragora) -> None:
    seen: dict[str, object] = {}

    class Reads(OneRound):
        name = "reads"

        def next(self, transcript: ac.Transcript) -> ac.Step:
            if transcript.round == 1:
                seen["texts"] = [message.text for message in transcript.messages]
                seen["again"] = len(transcript.messages)
                seen["options"] = {option.value: list(option.authors) for option in transcript.options}
                seen["seats"] = [seat.id for seat in transcript.seats]
                seen["question"] = transcript.question.text
                seen["tally"] = transcript.check("majority").outcome
                seen["steps"] = len(transcript.steps)
                seen["name"] = transcript.display_name("ada")
            return super().next(transcript)

    await aragora.debate("Ship?", three(), protocol=Reads())
    assert sorted(seen["texts"]) == ["FINAL ANSWER: no", "FINAL ANSWER: yes", "FINAL ANSWER: yes"]  # type: ignore[call-overload]
    assert seen["again"] == 3
    assert seen["options"] == {"yes": ["ada", "bob"], "no": ["eve"]}
    assert seen["seats"] == ["ada", "bob", "eve"]
    assert seen["question"] == "Ship?"
    assert seen["tally"].type == "decided"  # type: ignore[attr-defined]
    assert seen["steps"] == 1
    assert str(seen["name"]).startswith("Agent-")


async def test_decide_may_change_the_core_draft(aragora: ac.Aragora) -> None:
    class Decides(OneRound):
        name = "decides"

        def decide(self, transcript: ac.Transcript) -> ac.Draft:
            return transcript.draft(rule={"rule": {"name": "unanimity"}})

    decision = await aragora.debate("Ship?", three(), protocol=Decides())
    assert decision.outcome.type == "not_reached"


async def test_a_transcript_kept_too_long_says_so(aragora: ac.Aragora) -> None:
    kept: list[ac.Transcript] = []

    class Keeps(OneRound):
        name = "keeps"

        def next(self, transcript: ac.Transcript) -> ac.Step:
            kept.append(transcript)
            return super().next(transcript)

    await aragora.debate("Ship?", three(), protocol=Keeps())
    with pytest.raises(errors.InvalidStateError, match="only inside the method"):
        _ = kept[0].seats


async def test_replay_asks_the_protocol_again(aragora: ac.Aragora) -> None:
    async with ac.Aragora.open(protocols=[OneRound()]) as other:
        debate = other.debate("Ship?", three(), protocol=OneRound())
        await debate
        log = await other.debates.log(debate.id)
        report = await other.debates.replay(log)
        assert report.matches
    with pytest.raises(errors.NotConfiguredError):
        await aragora.debates.replay(log)


async def test_an_async_protocol_is_refused_before_anything_starts(aragora: ac.Aragora) -> None:
    class Waits(ac.DebateProtocol):
        name = "waits"

        async def next(self, transcript: ac.Transcript) -> ac.Step:  # type: ignore[override]
            return ac.Step.finish()

    with pytest.raises(TypeError, match="expected a plain function"):
        aragora.debate("Ship?", three(), protocol=Waits())


async def test_a_step_that_must_be_awaited_is_refused_too(aragora: ac.Aragora) -> None:
    class Hidden(OneRound):
        name = "hidden"

        def next(self, transcript: ac.Transcript) -> ac.Step:
            async def later() -> ac.Step:
                return ac.Step.finish()

            return later()  # type: ignore[return-value]

    with pytest.raises(errors.ProtocolFailedError, match="expected a plain value"):
        await aragora.debate("Ship?", three(), protocol=Hidden())


@pytest.mark.parametrize("answer", [7, None, "finish"])
async def test_a_wrong_step_is_named(aragora: ac.Aragora, answer: object) -> None:
    class Wrong(OneRound):
        name = "wrong"

        def next(self, transcript: ac.Transcript) -> ac.Step:
            return answer  # type: ignore[return-value]

    with pytest.raises(errors.ProtocolFailedError, match="expected a Step") as caught:
        await aragora.debate("Ship?", three(), protocol=Wrong())
    assert 'protocol "wrong"' in caught.value.reason


@pytest.mark.parametrize("protocol", [OneRound, object(), 7])
async def test_what_cannot_be_a_protocol_is_refused(aragora: ac.Aragora, protocol: object) -> None:
    with pytest.raises(TypeError, match="protocol is"):
        aragora.debate("Ship?", three(), protocol=protocol)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "protocol",
    [
        "critique",
        ac.Critique(),
        ac.Simultaneous(),
        ac.Sequential(rotate=True),
        ac.VoteOnlyProtocol(samples=1),
        ac.Dynamic(),
        {"name": "vote_only"},
    ],
)
async def test_every_built_in_protocol_runs(aragora: ac.Aragora, protocol: object) -> None:
    seats = [Says("ada", "yes"), Says("bob", "yes"), Says("eve", "yes"), Says("joe", "no")]
    decision = await aragora.debate("Ship?", seats, protocol=protocol)  # type: ignore[arg-type]
    assert decision.calls.made >= 2
    assert decision.calls.failed == 0


async def test_a_rule_may_be_a_name_a_kind_or_a_whole_configuration(aragora: ac.Aragora) -> None:
    unanimity = {"rule": {"name": "unanimity", "ignore_abstain": False}}
    for rule in ("unanimity", unanimity["rule"], unanimity):
        decision = await aragora.debate("Ship?", three(), protocol="vote_only", rule=rule)  # type: ignore[arg-type]
        assert decision.outcome.type == "not_reached"
