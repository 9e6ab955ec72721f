"""Streams of events: complete, in order, closed when they should be."""

import asyncio
import gc
import weakref
from datetime import UTC

import aragora_core as ac
import pytest
from aragora_core import _host, errors
from people import Does, Hangs, Says, three


async def test_events_come_in_order_and_end_with_the_debate(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three(), protocol="vote_only")
    recorded = [event async for event in debate.events() if event.data is not None and event.agent_seq is None]
    sequence = [event.seq for event in recorded]
    assert sequence == sorted(sequence)
    types = [event.type for event in recorded]
    assert types[0] == "debate_start"
    assert types[-1] == "debate_end"
    assert all(event.debate_id == debate.id for event in recorded)
    assert all(event.time.tzinfo is not None and event.time.utcoffset() == UTC.utcoffset(None) for event in recorded)


async def test_a_stream_begins_where_it_is_told(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three(), protocol="vote_only")
    await debate
    whole = [event.seq for event in await aragora.debates.events(debate.id)]
    late = [event.seq async for event in debate.events(from_seq=5)]
    assert late == whole[5:]


async def test_two_streams_see_the_same(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three(), protocol="vote_only")

    async def all_of(stream: ac.EventStream) -> list[int]:
        return [event.seq async for event in stream if event.type not in ("token_start", "token_delta", "token_end")]

    one, two = await asyncio.gather(all_of(debate.events()), all_of(debate.events()))
    assert one == two


async def test_two_readers_of_one_stream_get_each_event_once(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three(), protocol="vote_only")
    stream = debate.events()
    seen: list[tuple[int, str]] = []

    async def read() -> None:
        async for event in stream:
            seen.append((event.seq, event.type))

    await asyncio.gather(read(), read())
    recorded = [pair for pair in seen if not pair[1].startswith("token")]
    assert recorded == sorted(set(recorded))
    assert recorded[-1][1] == "debate_end"


async def test_leaving_a_stream_closes_it_and_the_debate_goes_on(aragora: ac.Aragora) -> None:
    go = asyncio.Event()

    async def respond(request: ac.AgentRequest) -> str:
        await go.wait()
        return "FINAL ANSWER: yes"

    debate = aragora.debate("Ship?", [Does("ada", respond), Does("bob", respond)], protocol="vote_only")
    async with debate.events() as events:
        async for event in events:
            if event.type == "turn_start":
                break
    with pytest.raises(StopAsyncIteration):
        await anext(events)
    go.set()
    decision = await debate
    assert list(decision.supporters) == ["ada", "bob"]


async def test_closing_ends_a_reader_that_waits(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    stream = debate.events()

    async def read() -> int:
        return len([event async for event in stream])

    reader = asyncio.create_task(read())
    await ada.entered.wait()
    await stream.aclose()
    async with asyncio.timeout(1):
        assert await reader >= 0
    assert not debate.finished
    debate.cancel()


async def test_a_reader_that_gives_up_loses_nothing(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Says("bob", "yes"), Says("eve", "yes")], protocol="vote_only")
    stream = debate.events()
    seen: list[tuple[int, str]] = []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            async for event in stream:
                seen.append((event.seq, event.type))
    debate.cancel("enough")
    seen.extend([(event.seq, event.type) async for event in stream])
    recorded = [pair[0] for pair in seen if not pair[1].startswith("token")]
    assert recorded == list(range(len(recorded)))


async def test_a_stream_that_is_let_go_is_closed(aragora: ac.Aragora) -> None:
    ada = Hangs("ada")
    debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only")
    stream = debate.events()
    await anext(stream)
    gone = weakref.ref(stream)
    del stream
    gc.collect()
    assert gone() is None
    debate.cancel()
    with pytest.raises(errors.CancelledError):
        await debate
    # The pull that was on its way has ended with the stream.
    async with asyncio.timeout(1):
        while _host.counts()["waiting"]:
            await asyncio.sleep(0.001)


async def test_an_old_debate_has_its_events_in_the_log(aragora: ac.Aragora) -> None:
    debate = aragora.debate("Ship?", three(), protocol="vote_only")
    live = [event async for event in debate.events() if not event.type.startswith("token")]
    stored = await aragora.debates.events(debate.id)
    # What is counted per run of the program is not in the log.
    assert [event.to_dict() for event in stored] == [
        {name: member for name, member in event.to_dict().items() if name != "agent_seq"} for event in live
    ]
