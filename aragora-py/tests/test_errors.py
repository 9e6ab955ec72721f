"""Every error arrives with its class, code, flags, context and cause."""

import asyncio
import gc
import pickle
from datetime import timedelta

import aragora_core as ac
import pytest
from aragora_core import _native, errors
from aragora_core._error import parked
from aragora_core._json import encode
from people import Does, Plainly, Says

CODES = [str(row["code"]) for row in ac.error_codes()]


def class_of(code: str) -> type[ac.AragoraError]:
    name = "".join(part.capitalize() for part in code.split("_")) + "Error"
    found: type[ac.AragoraError] = getattr(errors, name)
    return found


def test_there_is_one_class_per_code_with_the_core_flag() -> None:
    for row in ac.error_codes():
        kind = class_of(str(row["code"]))
        assert row["code"] == kind.CODE
        assert row["retryable"] == kind.RETRYABLE
        assert kind.__doc__
    assert len(ac.AragoraError.__subclasses__()) == len(CODES)


@pytest.mark.parametrize("code", CODES)
def test_the_core_raises_the_class_of_the_code(code: str) -> None:
    failing = encode({"code": code, "reason": "because", "retry_after_ms": 1500, "context": {"limit": "3"}})
    with pytest.raises(class_of(code)) as caught:
        _native.compute("testing.fail", failing)
    error = caught.value
    assert (error.code, error.reason, error.context) == (code, "because", {"limit": "3"})
    assert error.retry_after == timedelta(seconds=1.5)
    assert error.retryable
    assert str(error) == f"{code}: because {{limit=3}}"


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("code", CODES)
async def test_what_a_participant_raises_keeps_its_code_and_is_the_cause(
    aragora: ac.Aragora, code: str, plain: bool
) -> None:
    raised = class_of(code)("on purpose", context={"who": "ada"}, retryable=False)

    def fails(request: ac.AgentRequest) -> str:
        raise raised

    async def later(request: ac.AgentRequest) -> str:
        raise raised

    agent = Plainly("ada", fails) if plain else Does("ada", later)
    with pytest.raises(errors.AllAgentsFailedError) as caught:
        await aragora.debate("Ship?", [agent, Does("bob", later)], protocol="vote_only")
    assert caught.value.__cause__ is raised
    assert f"ada: {code}" in caught.value.reason


async def test_any_other_exception_is_the_cause_of_the_participant_failure(aragora: ac.Aragora) -> None:
    raised = ValueError("out of coffee")

    async def fails(request: ac.AgentRequest) -> str:
        raise raised

    debate = aragora.debate("Ship?", [Does("ada", fails), Does("bob", fails)], protocol="vote_only")
    with pytest.raises(errors.AllAgentsFailedError) as caught:
        await debate
    assert caught.value.__cause__ is raised
    failed = [event for event in await aragora.debates.events(debate.id) if event.type == "turn_failed"]
    assert failed[0].data.error.code == "agent_failed"
    assert failed[0].data.error.reason == f'agent "{failed[0].agent}" raised ValueError: out of coffee'


async def test_causes_are_let_go_with_their_errors(aragora: ac.Aragora) -> None:
    async def fails(request: ac.AgentRequest) -> str:
        raise ValueError("no")

    decision = await aragora.debate(
        "Ship?", [Does("ada", fails), Says("bob", "yes"), Says("eve", "yes")], protocol="vote_only"
    )
    assert list(decision.failed) == ["ada"]
    assert parked
    del decision
    await aragora.close()
    del aragora
    async with asyncio.timeout(10):
        while parked:
            # Errors of tests before this one may wait in frames that only a collection frees.
            gc.collect()
            await asyncio.sleep(0.001)


async def test_a_retryable_failure_says_when(aragora: ac.Aragora) -> None:
    async def busy(request: ac.AgentRequest) -> str:
        raise errors.RateLimitedError("slow down", retry_after=2)

    debate = aragora.debate("Ship?", [Does("ada", busy), Says("bob", "yes"), Says("eve", "yes")], protocol="vote_only")
    await debate
    failed = [event for event in await aragora.debates.events(debate.id) if event.type == "turn_failed"]
    assert failed[0].data.error.code == "rate_limited"
    assert failed[0].data.error.retry_after == timedelta(seconds=2)


def test_a_panic_is_contained_and_the_next_call_works() -> None:
    with pytest.raises(errors.InternalError) as caught:
        _native.compute("testing.panic", "{}")
    assert "panicked" in caught.value.reason
    assert "location" in caught.value.context
    assert ac.normalise(" YES. ") == "yes"


def test_timeouts_are_the_built_in_kind_too() -> None:
    assert issubclass(errors.TimeoutError, TimeoutError)
    assert issubclass(errors.DeadlineExceededError, TimeoutError)
    assert issubclass(errors.TimeoutError, ac.AragoraError)


def test_an_error_survives_pickling() -> None:
    error = errors.RateLimitedError("slow down", retry_after=2, context={"a": "b"})
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(again) is errors.RateLimitedError
    assert (again.code, again.reason, again.retry_after, again.context) == (
        "rate_limited",
        "slow down",
        timedelta(seconds=2),
        {"a": "b"},
    )


async def test_wrong_values_are_named_with_their_place(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", [Says("ada", "yes"), Says("bob", "yes")], limits={"rounds": "many"})
    with pytest.raises(errors.InvalidRequestError) as caught:
        await debate
    assert "/limits" in str(caught.value.context)


async def test_no_agents_reads_as_help(aragora: ac.Aragora) -> None:
    with pytest.raises(errors.InvalidRequestError) as caught:
        await aragora.debate("Ship?", [])
    assert "seat" in str(caught.value.context) + caught.value.reason


async def test_a_missing_key_reads_as_help(aragora: ac.Aragora) -> None:
    with pytest.raises(ac.AragoraError) as caught:
        await aragora.debate("Ship?", ["openai/gpt-5", "anthropic/claude-sonnet-5"])
    assert caught.value.code in ("not_configured", "unauthenticated")
    assert "OPENAI_API_KEY" in caught.value.reason + str(caught.value.context)


@pytest.mark.parametrize("text", ["\ud800", "ship \udfff?"])
async def test_text_that_is_no_unicode_is_refused(aragora: ac.Aragora, text: str) -> None:
    with pytest.raises(errors.InvalidRequestError, match="surrogate"):
        await aragora.debate(text, [Says("ada", "yes"), Says("bob", "yes")])


async def test_numbers_that_are_none_are_refused(aragora: ac.Aragora) -> None:
    seats = [ac.Seat(Says("ada", "yes"), weight=float("nan")), Says("bob", "yes")]
    with pytest.raises(errors.InvalidRequestError, match="finite"):
        await aragora.debate("Ship?", seats)


async def test_text_passes_byte_for_byte(aragora: ac.Aragora) -> None:
    text = "a\u0301 \u202e \U0001f9ea \r\n\t line"

    async def respond(request: ac.AgentRequest) -> str:
        return text

    debate = aragora.debate("Ship?", [Does("ada", respond), Does("bob", respond)], protocol="vote_only")
    await debate
    assert {message.text for message in await aragora.debates.messages(debate.id) if message.seat} == {text}


def test_without_a_loop_the_error_names_the_other_way() -> None:
    with pytest.raises(errors.InvalidStateError, match=r"aragora_core\.sync"):
        ac.Aragora.open()


async def test_a_closed_instance_says_so_at_once(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", [Says("ada", "yes"), Says("bob", "yes")])
    await aragora.close()
    await aragora.close()
    for use in (debate.start, debate.result, lambda: aragora.debates.get("deb_1")):
        with pytest.raises(errors.ClosedError):
            await use()
