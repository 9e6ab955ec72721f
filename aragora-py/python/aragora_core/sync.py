"""The same without `await`, for scripts and threads that have no event loop.

One loop runs on a background thread, started at first use. Coroutines of participants run there.
"""

import asyncio
import os
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from . import aragora as _aragora
from . import debate as _debate
from . import debates as _debates
from . import desk as _desk
from ._error import AragoraError
from ._json import Json
from ._values import (
    DebateOptions,
    DebatePage,
    DebateSummary,
    Decision,
    Document,
    Edit,
    Event,
    Limits,
    PendingTurn,
    PendingTurns,
    Question,
    ReplayReport,
    TranscriptMessage,
)
from .agents import AnyAgent, Seat
from .config import Config
from .debate import AnyRule
from .errors import DeadlineExceededError, InvalidStateError
from .protocols import AnyProtocol, DebateProtocol

if TYPE_CHECKING:
    from datetime import datetime

    from .events import EventStream
    from .testing import ManualClock

T = TypeVar("T")


class _Background:
    """The loop and its thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="aragora-sync", daemon=True)
        self.thread.start()


_lock = threading.Lock()
_background: _Background | None = None


def _run(work: Callable[[], Coroutine[object, None, T]], timeout: timedelta | float | None = None) -> T:
    """Runs it on the background loop and waits. Ctrl-C and a timeout cancel it there."""
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    future = _submit(work)
    try:
        return future.result(seconds)
    except FutureTimeoutError:
        if future.done():
            raise
        _stop(future)
        raise DeadlineExceededError(f"no result within {seconds} s") from None
    except KeyboardInterrupt:
        _stop(future)
        raise


def _submit(work: Callable[[], Coroutine[object, None, T]]) -> "Future[T]":
    global _background
    with _lock:
        if _background is None:
            _background = _Background()
        background = _background
    if threading.current_thread() is background.thread:
        raise InvalidStateError(
            "aragora_core.sync was called from its own event loop, where it would wait for itself; use the async API"
        )
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        warnings.warn(
            "aragora_core.sync blocks the event loop that runs in this thread; use the async API there",
            RuntimeWarning,
            stacklevel=4,
        )
    return asyncio.run_coroutine_threadsafe(work(), background.loop)


def _stop(future: "Future[T]") -> None:
    """Cancels it and lets the cancellation reach what it runs."""
    future.cancel()


def _in_child() -> None:
    global _background, _lock
    _background = None
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


class Events:
    """`for event in debate.events()`; `with` closes it at once."""

    def __init__(self, stream: Callable[[], "EventStream"]) -> None:
        self._make = stream
        self._stream: EventStream | None = None

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = _run(self._next)
        if event is None:
            raise StopIteration
        return event

    async def _next(self) -> Event | None:
        if self._stream is None:
            self._stream = self._make()
        async for event in self._stream:
            return event
        return None

    def close(self) -> None:
        """Ends the stream; the debate goes on."""
        if self._stream is not None:
            _run(self._stream.aclose)

    def __enter__(self) -> "Events":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Human:
    """What people may say in a running debate."""

    def __init__(self, human: _debate.Human) -> None:
        self._human = human
        self.message = human.message
        self.guidance = human.guidance
        self.vote = human.vote

    def resolve(self, breakpoint: str, action: str, *, by: str, guidance: str | None = None) -> None:
        """Ends a pause at a breakpoint."""
        _run(lambda: self._human.resolve(breakpoint, action, by=by, guidance=guidance))


class Debate:
    """A debate; nothing happens before `start`, `result` or the first event."""

    def __init__(self, debate: _debate.Debate) -> None:
        self._debate = debate
        self.cancel = debate.cancel
        self.detach = debate.detach

    @property
    def id(self) -> str:
        """Its id, once it is started."""
        return self._debate.id

    @property
    def finished(self) -> bool:
        """Whether it has ended."""
        return self._debate.finished

    @property
    def human(self) -> Human:
        """What people may say in it."""
        return Human(self._debate.human)

    def start(self) -> "Debate":
        """Begins it, once; returns the same debate."""
        _run(self._debate.start)
        return self

    def result(self, timeout: timedelta | float | None = None) -> Decision:
        """Starts it if need be and waits for the decision; after `timeout` seconds the debate is cancelled."""
        return _run(self._debate.result, timeout)

    def events(self, *, from_seq: int | None = None, lag: str | None = None, live_only: bool | None = None) -> Events:
        """Its events as they come; starts it if need be."""
        return Events(lambda: self._debate.events(from_seq=from_seq, lag=lag, live_only=live_only))

    def partial(self) -> Decision:
        """The decision as far as it has got."""
        return _run(self._debate.partial)


class Debates:
    """`aragora.debates`."""

    def __init__(self, debates: _debates.Debates) -> None:
        self._debates = debates

    def get(self, debate: str, *, tenant: str | None = None) -> DebateSummary:
        """One debate's state."""
        return _run(lambda: self._debates.get(debate, tenant=tenant))

    def list(
        self,
        *,
        tenant: str | None = None,
        state: str | None = None,
        since: "datetime | None" = None,
        until: "datetime | None" = None,
        tag: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DebatePage:
        """A page of debates, newest first."""
        return _run(
            lambda: self._debates.list(
                tenant=tenant, state=state, since=since, until=until, tag=tag, cursor=cursor, limit=limit
            )
        )

    def log(self, debate: str, *, tenant: str | None = None) -> str:
        """The log, one record per line."""
        return _run(lambda: self._debates.log(debate, tenant=tenant))

    def replay(self, log: str, *, check: str | None = None) -> ReplayReport:
        """Runs a log again without asking anybody."""
        return _run(lambda: self._debates.replay(log, check=check))

    def events(self, debate: str, *, tenant: str | None = None, from_seq: int | None = None) -> Sequence[Event]:
        """The events of a debate's log."""
        return _run(lambda: self._debates.events(debate, tenant=tenant, from_seq=from_seq))

    def messages(self, debate: str, *, tenant: str | None = None) -> Sequence[TranscriptMessage]:
        """What was said in a debate."""
        return _run(lambda: self._debates.messages(debate, tenant=tenant))

    def appeal(
        self,
        debate: str,
        reason: str,
        *,
        documents: Sequence[Document | Mapping[str, Json]] | None = None,
        tenant: str | None = None,
    ) -> Question:
        """The question of a second debate about this one."""
        return _run(lambda: self._debates.appeal(debate, reason, documents=documents, tenant=tenant))

    def resume(
        self,
        debate: str,
        agents: Sequence[AnyAgent | Seat],
        *,
        tenant: str | None = None,
        accept_changes: bool | None = None,
    ) -> Debate:
        """Describes going on with an interrupted debate."""
        return Debate(self._debates.resume(debate, agents, tenant=tenant, accept_changes=accept_changes))

    def fork(
        self,
        debate: str,
        at_seq: int,
        agents: Sequence[AnyAgent | Seat],
        *,
        edits: Sequence[Edit | Mapping[str, Json]] | None = None,
        tenant: str | None = None,
        id: str | None = None,
    ) -> Debate:
        """Describes another course of a debate."""
        return Debate(self._debates.fork(debate, at_seq, agents, edits=edits, tenant=tenant, id=id))

    def attach(self, debate: str, *, tenant: str | None = None) -> Debate:
        """Another handle of a debate that runs in this instance."""
        return Debate(self._debates.attach(debate, tenant=tenant))


class HumanDesk:
    """`aragora.desk`."""

    def __init__(self, desk: _desk.HumanDesk) -> None:
        self._desk = desk

    def pending(
        self,
        *,
        tenant: str | None = None,
        debate: str | None = None,
        agent: str | None = None,
        limit: int | None = None,
    ) -> PendingTurns:
        """Turns that wait for a person."""
        return _run(lambda: self._desk.pending(tenant=tenant, debate=debate, agent=agent, limit=limit))

    def turn(self, id: str, *, tenant: str | None = None) -> PendingTurn:
        """One turn."""
        return _run(lambda: self._desk.turn(id, tenant=tenant))

    def submit(
        self, id: str, text: str | None = None, *, by: str, structured: Json = None, tenant: str | None = None
    ) -> None:
        """Answers a turn."""
        _run(lambda: self._desk.submit(id, text, by=by, structured=structured, tenant=tenant))

    def decline(self, id: str, reason: str, *, by: str, tenant: str | None = None) -> None:
        """Declines to answer a turn."""
        _run(lambda: self._desk.decline(id, reason, by=by, tenant=tenant))


class Aragora:
    """An instance; `with Aragora.open() as aragora:` closes it at the end."""

    def __init__(self, aragora: _aragora.Aragora) -> None:
        self._aragora = aragora

    @classmethod
    def open(
        cls,
        config: Config | None = None,
        *,
        storage: str | None = None,
        protocols: Sequence[DebateProtocol] = (),
        clock: "ManualClock | None" = None,
        seed: int | str | None = None,
    ) -> "Aragora":
        """Opens an instance; without arguments it keeps everything in memory."""

        async def opened() -> _aragora.Aragora:
            return await _aragora.Aragora.open(config, storage=storage, protocols=protocols, clock=clock, seed=seed)

        return cls(_run(opened))

    def debate(
        self,
        question: str | Question | Mapping[str, Json],
        agents: Sequence[AnyAgent | Seat],
        *,
        protocol: AnyProtocol | None = None,
        rule: AnyRule | None = None,
        limits: Limits | Mapping[str, Json] | None = None,
        options: DebateOptions | Mapping[str, Json] | None = None,
        tier: str | None = None,
        tenant: str | None = None,
        workspace: str | None = None,
        topic: str | None = None,
        tags: Sequence[str] | None = None,
        seed: int | str | None = None,
        id: str | None = None,
    ) -> Debate:
        """Describes a debate; its `result()` begins it."""
        described = self._aragora.debate(
            question,
            agents,
            protocol=protocol,
            rule=rule,
            limits=limits,
            options=options,
            tier=tier,
            tenant=tenant,
            workspace=workspace,
            topic=topic,
            tags=tags,
            seed=seed,
            id=id,
        )
        return Debate(described)

    @property
    def debates(self) -> Debates:
        """Debates that were."""
        return Debates(self._aragora.debates)

    @property
    def desk(self) -> HumanDesk:
        """Where people find what they are asked."""
        return HumanDesk(self._aragora.desk)

    def activity(self) -> dict[str, Json]:
        """How much is going on, as a document."""
        return self._aragora.activity()

    def metrics(self) -> str:
        """The metrics in the text format of Prometheus."""
        return self._aragora.metrics()

    def close(self) -> None:
        """Cancels what runs, waits for participants, and lets everything go."""
        _run(self._aragora.close)

    def __enter__(self) -> "Aragora":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = ["Aragora", "AragoraError", "Debate", "Debates", "Events", "Human", "HumanDesk"]
