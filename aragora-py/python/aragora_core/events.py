"""The events of a debate while it runs."""

import asyncio
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, cast

from . import _native
from ._host import native
from ._json import decode_objects
from ._values import Event

if TYPE_CHECKING:
    from .debate import Debate

MOST = 256
"""Events per crossing."""


class EventStream:
    """`async for event in debate.events()`; `async with debate.events() as events` closes it at once on `break`.

    Closing it, or letting it go, leaves the debate alone.
    """

    def __init__(self, debate: "Debate", options: str) -> None:
        self._debate = debate
        self._options = options
        self._native: _native.Events | None = None
        self._ready: deque[Event] = deque()
        self._turn = asyncio.Lock()
        self._pull: asyncio.Task[object] | None = None
        self._closed = False

    def __aiter__(self) -> "EventStream":
        return self

    async def __anext__(self) -> Event:
        # One pull at a time, so that two readers get the events in order.
        async with self._turn:
            while not self._ready:
                if self._closed or not await self._more():
                    raise StopAsyncIteration
            return self._ready.popleft()

    async def _more(self) -> bool:
        if self._native is None:
            handle = await self._debate._start()
            if self._closed:
                return False
            self._native = handle.events(self._options)
        if self._pull is None:
            self._pull = asyncio.create_task(_pull(self._native))
        # Shielded: if this reader leaves, the next one gets the batch that was on its way.
        batch = await asyncio.shield(self._pull)
        self._pull = None
        if batch is None:
            self._closed = True
            return False
        self._ready.extend(Event.from_dict(item) for item in decode_objects(cast(str, batch)))
        return True

    async def __aenter__(self) -> "EventStream":
        if self._native is None:
            handle = await self._debate._start()
            self._native = handle.events(self._options)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends the stream; the debate goes on."""
        self._close()
        if self._pull is not None:
            await asyncio.wait([self._pull])
            self._pull = None

    def _close(self) -> None:
        self._closed = True
        self._ready.clear()
        if self._native is not None:
            self._native.close()

    def __del__(self) -> None:
        if getattr(self, "_native", None) is not None:
            self._close()


async def _pull(events: "_native.Events") -> object:
    return await native(events.next_batch, MOST)
