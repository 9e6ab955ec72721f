"""Nothing is kept that is not needed any more.

`ARAGORA_LEAK_DEBATES` is the number of debates of the long one: the default is 500, the specification asks for
10,000 (`ARAGORA_LEAK_DEBATES=10000`, two minutes in a development build).
"""

import asyncio
import gc
import os
import weakref
from pathlib import Path

import aragora_core as ac
import pytest
from aragora_core import _host, errors
from people import Blocks, Does, Hangs, Says

DEBATES = int(os.environ.get("ARAGORA_LEAK_DEBATES", "500"))


async def nothing_is_left() -> None:
    """Every table of the bridge empties."""
    async with asyncio.timeout(10):
        while any(_host.counts().values()):
            gc.collect()
            await asyncio.sleep(0.001)


def resident() -> int:
    """Bytes of memory this process has."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
async def test_memory_is_flat_over_many_debates() -> None:
    async def rounds(count: int) -> None:
        for _ in range(count // 50):
            async with ac.Aragora.open() as aragora:
                await asyncio.gather(
                    *(
                        aragora.debate(
                            "Ship?", [Says("ada", "yes"), Does("bob", fails), Says("eve", "yes")], protocol="vote_only"
                        ).result()
                        for _ in range(50)
                    )
                )

    async def fails(request: ac.AgentRequest) -> str:
        raise ValueError("no")

    await rounds(max(200, DEBATES // 4))
    await nothing_is_left()
    before = resident()
    await rounds(DEBATES)
    await nothing_is_left()
    grown = resident() - before
    # 5 per cent, and what allocators keep at most for themselves.
    assert grown < before * 0.05 + 4_000_000, f"{grown} bytes more after {DEBATES} debates, {before} before"


async def test_late_answers_and_exceptions_leave_nothing_behind(clock: ac.testing.ManualClock) -> None:
    """Half of the calls time out; what they say afterwards is discarded."""

    async def fails_late(request: ac.AgentRequest) -> str:
        try:
            await asyncio.sleep(3600)
        finally:
            raise ValueError("late")

    async with ac.Aragora.open(clock=clock) as aragora:
        for _ in range(20):
            debates = [
                aragora.debate(
                    "Ship?",
                    [Says("ada", "yes"), Does("bob", fails_late), Says("eve", "yes"), Hangs("joe")],
                    protocol="vote_only",
                    limits={"turn_timeout_ms": 1000},
                )
                for _ in range(5)
            ]
            tasks = [asyncio.create_task(debate.result()) for debate in debates]
            while not all(task.done() for task in tasks):
                clock.advance(0.5)
                await asyncio.sleep(0.001)
    del debates, tasks
    await nothing_is_left()


async def test_a_running_debate_nobody_holds_warns_and_is_cancelled(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    await debate.start()
    await ada.entered.wait()
    with pytest.warns(ResourceWarning, match="handle of the running debate was lost"):
        del debate
        gc.collect()
    async with asyncio.timeout(10):
        await ada.cancelled.wait()


async def test_a_detached_debate_runs_on(aragora: ac.Aragora) -> None:
    go = asyncio.Event()

    async def respond(request: ac.AgentRequest) -> str:
        await go.wait()
        return "FINAL ANSWER: yes"

    debate = aragora.debate("Ship?", [Does("ada", respond), Does("bob", respond)], protocol="vote_only")
    await debate.start()
    name = debate.id
    debate.detach()
    del debate
    gc.collect()
    go.set()
    async with asyncio.timeout(10):
        while (await aragora.debates.get(name)).state != "finished":
            await asyncio.sleep(0.001)


async def test_a_cycle_through_the_core_is_freed_by_close() -> None:
    """The agent holds the instance and the debate; the core holds the agent."""

    class Knows(Says):
        aragora: ac.Aragora
        debate: ac.Debate

    gone: list[weakref.ref[object]] = []
    for _ in range(20):
        aragora = await ac.Aragora.open()
        ada = Knows("ada", "yes")
        ada.aragora = aragora
        ada.debate = aragora.debate("Ship?", [ada, Says("bob", "yes")], protocol="vote_only")
        await ada.debate
        gone.extend([weakref.ref(ada), weakref.ref(aragora), weakref.ref(ada.debate)])
        await aragora.close()
        del aragora, ada
    await nothing_is_left()
    async with asyncio.timeout(10):
        while any(reference() is not None for reference in gone):
            gc.collect()
            await asyncio.sleep(0.001)


async def test_a_refused_debate_lets_its_participants_go(aragora: ac.Aragora) -> None:
    async def refused() -> list["weakref.ref[Says]"]:
        agents = [Says("ada", "yes"), Says("bob", "yes")]
        with pytest.raises(errors.InvalidRequestError):
            await aragora.debate("", agents)
        return [weakref.ref(agent) for agent in agents]

    gone = await refused()
    await nothing_is_left()
    async with asyncio.timeout(10):
        while any(reference() is not None for reference in gone):
            gc.collect()
            await asyncio.sleep(0.001)


async def test_a_thousand_blocked_agents_finish_with_few_threads(aragora: ac.Aragora) -> None:
    """More plain participants than threads: each is served in its turn."""
    agents = [Blocks(f"agent-{index}", "yes") for index in range(4)]
    for agent in agents:
        agent.go.set()
    debates = [aragora.debate("Ship?", agents, protocol="vote_only") for _ in range(250)]
    decisions = await asyncio.gather(*debates)
    assert all(len(decision.supporters) == 4 for decision in decisions)
