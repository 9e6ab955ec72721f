"""The receiving end of the native module: results somebody awaits, calls of participants, log records.

`dispatch` is called by one thread with everything that has come up since the last time. It only sorts: what belongs to
an event loop is handed to that loop in one piece, plain participants go to the pool.
"""

import asyncio
import atexit
import itertools
import os
from asyncio import AbstractEventLoop, CancelledError, Future, Task
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context, copy_context
from typing import Protocol, TypeVar, cast

from . import _native
from ._error import parked, to_parts
from ._json import encode
from ._pool import submit
from .errors import InvalidStateError

T = TypeVar("T")

# The kinds of items in a batch, as in `bridge.rs`.
CALL, CANCEL, RELEASE, FORGET, DONE, LOG = range(6)


class Waiting:
    """An operation of the core somebody awaits."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: AbstractEventLoop, future: "Future[object]") -> None:
        self.loop: AbstractEventLoop = loop
        self.future: Future[object] = future

    def finish(self, value: object, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(value)
        else:
            self.future.set_exception(error)


class Live:
    """A call of a participant until it is answered."""

    __slots__ = ("call", "cancelled", "participant", "task")

    def __init__(self, call: int, participant: "Participant") -> None:
        self.call: int = call
        self.participant: Participant = participant
        self.task: Task[None] | None = None
        self.cancelled: bool = False

    def ended(self, task: "Task[None]") -> None:
        """A task that is cancelled before its first step never runs, not even to say so."""
        if task.cancelled() and self.call in _live:
            _fail(self, CancelledError())

    def cancel(self) -> None:
        """The core gives the call up."""
        self.cancelled = True
        if self.task is not None:
            # A turn of the loop later: a coroutine that has not begun yet sees its call, and then the cancellation.
            self.participant.home.loop.call_soon(self.task.cancel)


class Participant(Protocol):
    """A host object behind a seam."""

    who: str
    """How messages call it, e.g. `agent "checker"`."""
    plain: bool
    """Whether it is called on the pool; else on its loop."""
    home: "Home"

    def call(self, live: Live, method: str, data: str) -> object:
        """Calls it; what comes back may have to be awaited."""
        ...

    def document(self, answer: object) -> str:
        """The answer as JSON text; `TypeError` says what is wrong with it."""
        ...


class Home:
    """Where the coroutines of a participant run, and with which context variables."""

    __slots__ = ("context", "loop")

    def __init__(self) -> None:
        self.loop: AbstractEventLoop = running_loop()
        self.context: Context = copy_context()


_tokens = itertools.count(1)
_numbers = itertools.count(1)
_waiting: dict[int, Waiting] = {}
_participants: dict[int, Participant] = {}
_references: dict[int, int] = {}
_live: dict[int, Live] = {}
_log: Callable[[str], None] | None = None
_ready = False


def running_loop() -> AbstractEventLoop:
    """The loop of the caller, else an error that names the other way."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise InvalidStateError(
            "no asyncio event loop is running here; await this inside `async def main()` started by "
            "`asyncio.run(main())`, or use `aragora_core.sync`, which needs none"
        ) from None


def first_use() -> None:
    """What the first use in a process sets up; importing does nothing."""
    global _ready
    if not _ready:
        _ready = True
        atexit.register(_native.shutdown)


async def native(begin: "Callable[..., _native.Pending]", *arguments: object) -> object:
    """Awaits an operation of the core. Cancelling the await gives the operation up."""
    loop = running_loop()
    first_use()
    future: Future[object] = loop.create_future()
    token = next(_tokens)
    _waiting[token] = Waiting(loop, future)
    try:
        pending = begin(token, *arguments)
        try:
            return await future
        except CancelledError:
            pending.abort()
            raise
    finally:
        _waiting.pop(token, None)


async def native_text(begin: "Callable[..., _native.Pending]", *arguments: object) -> str:
    """The same for operations that bring a document."""
    return cast(str, await native(begin, *arguments))


def register(participant: Participant) -> int:
    """Makes a participant known to the core under a number, until the core forgets it."""
    number = next(_numbers)
    _participants[number] = participant
    _references[number] = 1
    return number


def refer(number: int) -> None:
    """The same number stands in one more place; the core forgets each place by itself."""
    _references[number] += 1


def forget(number: int) -> None:
    """Lets a participant go, wherever its number stands."""
    _participants.pop(number, None)
    _references.pop(number, None)


def _forget_one(number: int) -> None:
    left = _references.get(number, 0) - 1
    if left > 0:
        _references[number] = left
    else:
        forget(number)


def set_log(sink: Callable[[str], None]) -> None:
    """Where log records go."""
    global _log
    _log = sink


def counts() -> dict[str, int]:
    """How much is kept, for tests of leaks."""
    return {
        "waiting": len(_waiting),
        "participants": len(_participants),
        "live": len(_live),
        "parked": len(parked),
    }


Item = tuple[int, int, int, str, str]


def dispatch(batch: Sequence[tuple[object, ...]]) -> None:
    """Sorts a batch. Called by the native module's thread only."""
    results: dict[AbstractEventLoop, list[Callable[[], None]]] = {}
    for item in batch:
        kind = item[0]
        if kind == DONE:
            _, token, value, error = cast("tuple[int, int, object, BaseException | None]", item)
            waiting = _waiting.pop(token, None)
            if waiting is not None:
                results.setdefault(waiting.loop, []).append(_finisher(waiting, value, error))
        elif kind == CALL:
            _begin(cast(Item, item), results)
        elif kind == CANCEL:
            live = _live.get(cast(int, item[1]))
            if live is not None and not live.cancelled:
                live.cancelled = True
                results.setdefault(live.participant.home.loop, []).append(live.cancel)
        elif kind == RELEASE:
            parked.pop(cast(int, item[1]), None)
        elif kind == FORGET:
            _forget_one(cast(int, item[1]))
        elif _log is not None:
            _log(cast(str, item[1]))
    for loop, work in results.items():
        _post(loop, work)


def _post(loop: AbstractEventLoop, work: list[Callable[[], None]]) -> None:
    try:
        loop.call_soon_threadsafe(_run_all, work)
    except RuntimeError:
        # The loop is closed. Whoever waited on it is gone; a call must be told, or the core waits for nothing.
        for item in work:
            if isinstance(item, _Start):
                item.homeless()


def _run_all(work: list[Callable[[], None]]) -> None:
    for item in work:
        item()


def _finisher(waiting: Waiting, value: object, error: BaseException | None) -> Callable[[], None]:
    return lambda: waiting.finish(value, error)


def _begin(item: Item, work: dict[AbstractEventLoop, list[Callable[[], None]]]) -> None:
    _, call, number, method, data = item
    participant = _participants.get(number)
    if participant is None:
        _native.fail(call, encode({"reason": "the participant is gone; its process or instance has ended"}))
        return
    live = Live(call, participant)
    _live[call] = live
    if participant.plain:
        submit(lambda: _call_plain(live, method, data))
    else:
        work.setdefault(participant.home.loop, []).append(_Start(live, method, data))


class _Start:
    """Begins a call on its loop."""

    __slots__ = ("data", "live", "method")

    def __init__(self, live: Live, method: str, data: str) -> None:
        self.live = live
        self.method = method
        self.data = data

    def __call__(self) -> None:
        live = self.live
        home = live.participant.home
        live.task = home.loop.create_task(self._run(), context=home.context.copy())
        live.task.add_done_callback(live.ended)

    async def _run(self) -> None:
        live = self.live
        try:
            answer = live.participant.call(live, self.method, self.data)
            await _settle(live, answer)
        except BaseException as error:
            _fail(live, error)
            if not isinstance(error, Exception):
                raise

    def homeless(self) -> None:
        """The loop is closed."""
        live = self.live
        _fail(live, InvalidStateError(f"the event loop of {live.participant.who} is closed"))


async def _settle(live: Live, answer: object) -> None:
    if hasattr(answer, "__await__"):
        answer = await cast("Future[object]", answer)
    _answer(live, answer)


def _call_plain(live: Live, method: str, data: str) -> None:
    """On a thread of the pool."""
    if live.cancelled:
        # It was given up while it waited for a thread. Nobody runs, and the core need not wait for it.
        _fail(live, CancelledError())
        return
    home = live.participant.home
    try:
        answer = home.context.copy().run(live.participant.call, live, method, data)
        if hasattr(answer, "__await__"):
            _drive(live, answer)
        else:
            _answer(live, answer)
    except BaseException as error:  # noqa: BLE001 - whatever a participant raises is its failure, here and nowhere else
        _fail(live, error)


def _drive(live: Live, answer: object) -> None:
    """A plain function returned something to await: that happens on the home loop."""
    home = live.participant.home

    async def run() -> None:
        try:
            await _settle(live, answer)
        except BaseException as error:
            _fail(live, error)
            if not isinstance(error, Exception):
                raise

    def begin() -> None:
        live.task = home.loop.create_task(run(), context=home.context.copy())
        live.task.add_done_callback(live.ended)
        if live.cancelled:
            live.task.cancel()

    try:
        home.loop.call_soon_threadsafe(begin)
    except RuntimeError:
        if isinstance(answer, Coroutine):
            answer.close()
        raise InvalidStateError(f"the event loop of {live.participant.who} is closed") from None


def _answer(live: Live, answer: object) -> None:
    document = live.participant.document(answer)
    _live.pop(live.call, None)
    _native.answer(live.call, document)


def _fail(live: Live, error: BaseException) -> None:
    _live.pop(live.call, None)
    who = live.participant.who
    if isinstance(error, CancelledError):
        _native.fail(live.call, encode({"code": "cancelled", "reason": f"the task of {who} was cancelled"}))
        return
    parked[live.call] = error
    if not _native.fail(live.call, encode(to_parts(error, who))):
        parked.pop(live.call, None)


def _in_child() -> None:
    """The child of a fork starts with nothing: the parent's loops and threads are not there."""
    _native.after_fork()
    for table in (_waiting, _participants, _references, _live, parked):
        table.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
