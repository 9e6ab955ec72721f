"""What users write, as type checkers see it. Never run: mypy and pyright read it against the installed package."""

import asyncio
from datetime import timedelta
from typing import assert_type

import aragora_core as ac
from aragora_core import errors


class Asynchronous(ac.Agent):
    id = "a"

    async def respond(self, request: ac.AgentRequest) -> str:
        assert_type(request.round, int)
        assert_type(request.messages, list[ac.RequestMessage])
        assert_type(request.deadline, timedelta | None)
        request.output.text("piece")
        return request.text


class Plain(ac.Agent):
    id = "b"

    def respond(self, request: ac.AgentRequest) -> ac.AgentReply:
        return ac.AgentReply(text="yes", model="tiny")


class Duck:
    id = "c"

    def respond(self, request: ac.AgentRequest) -> str:
        return "yes"


class Wrong:
    id = "d"

    def respond(self, request: ac.AgentRequest) -> int:
        return 7


class OneRound(ac.DebateProtocol):
    name, version = "one-round", "1"

    def next(self, transcript: ac.Transcript) -> ac.Step:
        assert_type(transcript.round, int)
        assert_type(transcript.messages, list[ac.TranscriptMessage])
        assert_type(transcript.check("majority"), ac.Tally)
        return transcript.ask("answer", "Answer.") if transcript.round == 0 else ac.Step.finish()

    def decide(self, transcript: ac.Transcript) -> ac.Draft:
        return transcript.draft()


class WrongProtocol(ac.DebateProtocol):
    name = "wrong"

    async def next(self, transcript: ac.Transcript) -> ac.Step:  # type: ignore[override] # pyright: ignore[reportIncompatibleMethodOverride]
        return ac.Step.finish()


async def uses() -> None:
    async with ac.Aragora.open() as aragora:
        assert_type(aragora, ac.Aragora)
        debate = aragora.debate(
            "Ship?",
            ["openai/gpt-5", Asynchronous(), Plain(), Duck(), ac.Seat(Duck(), weight=2.0), ac.HumanAgent("h")],
            protocol=OneRound(),
            rule=ac.RuleConfig(rule=ac.RuleKindUnanimity()),
            limits=ac.Limits(deadline=120, rounds=3),
            options=ac.DebateOptions(min_rounds=1),
        )
        assert_type(debate, ac.Debate)
        assert_type(await debate, ac.Decision)
        assert_type(await debate.result(), ac.Decision)
        async with debate.events() as events:
            async for event in events:
                assert_type(event, ac.Event)
                match event.data:
                    case ac.TokenDeltaEvent(text=text):
                        assert_type(text, str)
                    case ac.UnknownEvent():
                        assert_type(event.data.type, str)
                    case _:
                        pass
        decision = await asyncio.wait_for(debate, 30)
        assert_type(decision, ac.Decision)
        if decision.answer is not None:
            assert_type(decision.answer.value, str)
        if decision.outcome.type == "tie":
            assert_type(decision.outcome.value, list[str])
        assert_type(await aragora.debates.log(debate.id), str)
        assert_type(await aragora.debates.replay(""), ac.ReplayReport)
        aragora.debate("Ship?", [Wrong()])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
        aragora.debate("Ship?", "openai/gpt-5", limits=3)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        aragora.debate("Ship?", [7])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
        aragora.debate("Ship?", [Duck()], protocol=7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def uses_sync() -> None:
    with ac.sync.Aragora.open() as aragora:
        debate = aragora.debate("Ship?", [Asynchronous(), Plain()])
        assert_type(debate.result(timeout=60), ac.Decision)
        for event in debate.events():
            assert_type(event, ac.Event)


def uses_errors(error: ac.AragoraError) -> None:
    assert_type(error.code, str)
    assert_type(error.retry_after, timedelta | None)
    assert_type(error.context, dict[str, str])
    try:
        raise errors.RateLimitedError("slow down", retry_after=2)
    except errors.RateLimitedError as caught:
        assert_type(caught, errors.RateLimitedError)
    except TimeoutError:
        pass


ac.set_log_sink("info", lambda record: print(record.level, record.text, record.fields))
