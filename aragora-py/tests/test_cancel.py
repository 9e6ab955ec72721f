"""Cancelling, in both directions, at each point of a call."""

import asyncio
import gc
import threading
import time

import aragora_core as ac
import pytest
from aragora_core import _host, errors
from aragora_core.agents import ForeignAgent
from people import Blocks, Does, Hangs, Plainly, Says


async def settled(aragora: ac.Aragora) -> None:
    """Waits until nothing of the debates is left running."""
    while aragora.activity()["turns"] or aragora.activity()["debates"] or _host.counts()["live"]:
        await asyncio.sleep(0.001)


async def test_cancelling_the_await_of_a_result_cancels_the_debate(aragora: ac.Aragora) -> None:
    ada, bob = Hangs("ada"), Hangs("bob")
    debate = aragora.debate("Ship?", [ada, bob], protocol="vote_only")
    task = asyncio.create_task(debate.result())
    await ada.entered.wait()
    await bob.entered.wait()
    began = time.perf_counter()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.gather(ada.cancelled.wait(), bob.cancelled.wait())
    assert time.perf_counter() - began < 1.0
    await settled(aragora)
    assert (await aragora.debates.get(debate.id)).state == "cancelled"


async def test_a_timeout_around_the_await_is_the_host_own(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(0.05):
            await debate
    assert not isinstance(caught.value, ac.AragoraError)
    await ada.cancelled.wait()


async def test_cancel_returns_at_once_and_others_get_an_error(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    waiting = [asyncio.create_task(debate.result()) for _ in range(2)]
    await ada.entered.wait()
    debate.cancel("enough")
    debate.cancel("again")
    for task in waiting:
        with pytest.raises(errors.CancelledError) as caught:
            await task
        assert "decision" in str(caught.value.context) or caught.value.context
    assert debate.finished


async def test_cancel_from_another_thread(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    task = asyncio.create_task(debate.result())
    await ada.entered.wait()
    thread = threading.Thread(target=debate.cancel, args=("from a thread",))
    thread.start()
    with pytest.raises(errors.CancelledError):
        await task
    thread.join()


async def test_cancel_before_the_start_ends_it_at_its_start(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", [Hangs("ada"), Hangs("bob")], protocol="vote_only")
    debate.cancel("changed my mind")
    with pytest.raises(errors.CancelledError):
        await debate


async def test_cancel_after_the_end_changes_nothing(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", [Says("ada", "yes"), Says("bob", "yes")], protocol="vote_only")
    before = await debate
    debate.cancel("too late")
    assert await debate == before


async def test_a_cancel_between_begin_and_answer_never_hangs(aragora: ac.Aragora) -> None:
    """Debates cancelled after a growing number of steps of the loop: before, during and after the answers."""
    for steps in range(40):
        debate = aragora.debate("Ship?", [Says("ada", "yes"), Says("bob", "no")], protocol="simultaneous")
        task = asyncio.create_task(debate.result())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        async with asyncio.timeout(10):
            results = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError | ac.Decision)
    async with asyncio.timeout(10):
        await settled(aragora)


async def test_the_core_deadline_cancels_the_agent(clock: ac.testing.ManualClock) -> None:
    async with ac.Aragora.open(clock=clock) as aragora:
        ada = Hangs("ada")
        debate = aragora.debate(
            "Ship?",
            [ada, Says("bob", "yes"), Says("eve", "yes")],
            protocol="vote_only",
            limits={"turn_timeout_ms": 1000},
        )
        task = asyncio.create_task(debate.result())
        # Time stands still until the others have answered.
        while aragora.activity()["turns"] != 1 or not ada.entered.is_set():
            await asyncio.sleep(0.001)
        while not ada.cancelled.is_set():
            clock.advance(1)
            await asyncio.sleep(0.001)
        decision = await task
        assert list(decision.failed) == ["ada"]
        assert list(decision.supporters) == ["bob", "eve"]


async def test_an_agent_that_ignores_its_cancel_is_dropped_after_two_seconds(clock: ac.testing.ManualClock) -> None:
    stop = asyncio.Event()
    entered = asyncio.Event()

    async def stubborn(request: ac.AgentRequest) -> str:
        entered.set()
        while not stop.is_set():
            try:
                await stop.wait()
            except asyncio.CancelledError:
                continue
        return "FINAL ANSWER: late"

    async with ac.Aragora.open(clock=clock) as aragora:
        gc.collect()
        before = _host.counts()["parked"]
        debate = aragora.debate("Ship?", [Does("ada", stubborn), Hangs("bob")], protocol="vote_only")
        task = asyncio.create_task(debate.result())
        await entered.wait()
        debate.cancel("enough")
        while not task.done():
            clock.advance(1)
            await asyncio.sleep(0.001)
        with pytest.raises(errors.CancelledError):
            task.result()
        # Its late answer is discarded without a trace.
        stop.set()
        await settled(aragora)
        assert _host.counts()["parked"] <= before


async def test_a_blocked_plain_agent_is_left_behind(clock: ac.testing.ManualClock) -> None:
    ada = Blocks("ada", "late")
    async with ac.Aragora.open(clock=clock) as aragora:
        debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
        task = asyncio.create_task(debate.result())
        while not ada.entered.is_set():
            await asyncio.sleep(0.001)
        debate.cancel("enough")
        while not task.done():
            clock.advance(1)
            await asyncio.sleep(0.001)
        with pytest.raises(errors.CancelledError):
            task.result()
        ada.go.set()
        await settled(aragora)


async def test_a_plain_agent_can_see_that_it_is_cancelled(aragora: ac.Aragora) -> None:
    entered, seen = threading.Event(), threading.Event()

    class Polls(ac.Agent):
        id = "ada"

        def respond(self, request: ac.AgentRequest) -> str:
            entered.set()
            while not request.cancelled:
                threading.Event().wait(0.001)
            seen.set()
            return "FINAL ANSWER: late"

    debate = aragora.debate("Ship?", [Polls(), Hangs("bob")], protocol="vote_only")
    task = asyncio.create_task(debate.result())
    while not entered.is_set():
        await asyncio.sleep(0.001)
    debate.cancel("enough")
    with pytest.raises(errors.CancelledError):
        await task
    async with asyncio.timeout(10):
        while not seen.is_set():
            await asyncio.sleep(0.001)


async def test_an_agent_task_cancelled_by_somebody_else_has_failed(aragora: ac.Aragora) -> None:
    async def gives_up(request: ac.AgentRequest) -> str:
        raise asyncio.CancelledError

    decision = await aragora.debate(
        "Ship?", [Does("ada", gives_up), Says("bob", "yes"), Says("eve", "yes")], protocol="vote_only"
    )
    assert "ada" not in decision.supporters
    assert list(decision.supporters) == ["bob", "eve"]


async def test_closing_cancels_what_runs(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    task = asyncio.create_task(debate.result())
    await ada.entered.wait()
    await aragora.close()
    assert ada.cancelled.is_set()
    with pytest.raises(ac.AragoraError) as caught:
        await task
    assert caught.value.code in ("cancelled", "closed")


async def test_streamed_and_cancelled_half_way_leaves_nothing_running_and_replays(aragora: ac.Aragora) -> None:
    go = asyncio.Event()

    async def slow(request: ac.AgentRequest) -> str:
        request.output.text("FINAL ")
        await go.wait()
        return "FINAL ANSWER: yes"

    seats = [Does("ada", slow), Does("bob", slow), Says("eve", "no")]
    debate = aragora.debate("Ship?", seats, protocol="simultaneous")
    async with debate.events() as events:
        async for event in events:
            if event.type == "token_delta" and event.agent in ("ada", "bob"):
                debate.cancel("half-way")
    with pytest.raises(errors.CancelledError):
        await debate
    await settled(aragora)
    log = await aragora.debates.log(debate.id)
    report = await aragora.debates.replay(log, check="strict")
    assert report.matches
    assert report.records == len(log.splitlines())


async def test_a_call_cancelled_while_it_waits_for_a_thread_never_runs(clock: ac.testing.ManualClock) -> None:
    """The clock stands still, so nothing but the answer of the face can end these turns."""
    blocking = [Blocks(f"blocks-{index}", "late") for index in range(64)]
    waiting = Plainly("waits", lambda _: pytest.fail("a cancelled call was made"))
    async with ac.Aragora.open(clock=clock) as aragora:
        first = aragora.debate("Ship?", blocking, protocol="vote_only", limits={"max_parallel": 64})
        await first.start()
        for agent in blocking:
            while not agent.entered.is_set():
                await asyncio.sleep(0.001)
        second = aragora.debate("Wait?", [waiting, Hangs("bob")], protocol="vote_only")
        task = asyncio.create_task(second.result())
        while _host.counts()["live"] < 66:
            await asyncio.sleep(0.001)
        second.cancel("enough")
        await asyncio.sleep(0)
        for agent in blocking:
            agent.go.set()
        async with asyncio.timeout(10):
            with pytest.raises(errors.CancelledError):
                await task
            await first


async def test_a_coroutine_cancelled_before_it_begins_sees_its_call_and_the_cancellation() -> None:
    """As if call and cancellation had come in one batch."""
    seen: list[str] = []

    async def respond(request: ac.AgentRequest) -> str:
        seen.append("called")
        try:
            return await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    number = _host.register(ForeignAgent(Does("ada", respond), _host.Home(), plain=False))
    call = 2**63
    _host.dispatch([(_host.CALL, call, number, "agent.respond", "{}"), (_host.CANCEL, call), (_host.CANCEL, call)])
    async with asyncio.timeout(10):
        while seen != ["called", "cancelled"]:
            await asyncio.sleep(0)
    _host.forget(number)
