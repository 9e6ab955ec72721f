"""A debate: described, started, followed, and its decision."""

import asyncio
import inspect
import sys
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

from . import _native
from ._host import Home, Participant, forget, native, native_text, refer, register, running_loop
from ._json import Json, decode, decode_object, encode, given
from ._values import DebateOptions, Decision, Limits, Question, RuleConfig, RuleKind
from .agents import (
    AgentLike,
    AnyAgent,
    BuiltinAgent,
    Credentials,
    ForeignAgent,
    ForeignCredentials,
    ModelAgent,
    Seat,
)
from .errors import AragoraError, InvalidStateError
from .events import EventStream
from .protocols import AnyProtocol, DebateProtocol, ForeignProtocol, builtin_document

if TYPE_CHECKING:
    from .aragora import Aragora

AnyRule: TypeAlias = str | RuleKind | RuleConfig | Mapping[str, Json]
"""A rule's name, a rule, or a rule with its settings."""

_UNHEARD = "the handle of the running debate was lost; keep it, await result(), or call detach()"


class Registration:
    """The host objects of one debate under their numbers: the same object has one number."""

    def __init__(self) -> None:
        self._numbers: dict[int, tuple[object, int]] = {}

    def agent(self, agent: AgentLike) -> int:
        """The number of this agent."""
        plain = not inspect.iscoroutinefunction(agent.respond)
        return self._number(agent, lambda: ForeignAgent(agent, Home(), plain))

    def credentials(self, function: Credentials) -> int:
        """The number of this function."""
        plain = not inspect.iscoroutinefunction(function)
        return self._number(function, lambda: ForeignCredentials(function, Home(), plain))

    def _number(self, thing: object, participant: Callable[[], Participant]) -> int:
        known = self._numbers.get(id(thing))
        if known is None:
            known = (thing, register(participant()))
            self._numbers[id(thing)] = known
        else:
            refer(known[1])
        return known[1]

    def protocol(self, protocol: DebateProtocol) -> dict[str, object]:
        """The document of this protocol."""
        foreign = ForeignProtocol(protocol)
        number = register(foreign)
        self._numbers[id(foreign)] = (foreign, number)
        return foreign.describe(number)

    def undo(self) -> None:
        """For what never reached the core."""
        for _, number in self._numbers.values():
            forget(number)


def check_seats(agents: object) -> list[Seat]:
    """The agents as seats; anything else is refused before anything starts."""
    if not isinstance(agents, list | tuple):
        raise TypeError(f"agents is {type(agents).__name__}, expected a list of agents")
    return [_seat(index, item) for index, item in enumerate(cast("Sequence[object]", agents))]


def _seat(index: int, item: object) -> Seat:
    seat = item if isinstance(item, Seat) else Seat(cast(AnyAgent, item))
    _check_agent(f"agents[{index}]", seat.agent)
    others: object = seat.stand_ins
    if not isinstance(others, list | tuple):
        raise TypeError(f"stand_ins of agents[{index}] is {type(others).__name__}, expected a list of agents")
    for at, other in enumerate(cast("Sequence[object]", others)):
        _check_agent(f"stand_ins[{at}] of agents[{index}]", other)
    return seat


def _check_agent(place: str, agent: object) -> None:
    if isinstance(agent, str | BuiltinAgent):
        return
    if inspect.isclass(agent):
        raise TypeError(f"{place} is the class {agent.__name__}, expected an object: {agent.__name__}(...)")
    if not isinstance(getattr(agent, "id", None), str) or not callable(getattr(agent, "respond", None)):
        raise TypeError(
            f"{place} is {type(agent).__name__}, expected a model's name such as 'openai/gpt-5', an agent with "
            "`id` and `respond`, or a Seat"
        )


def seat_documents(seats: Sequence[Seat], registration: Registration) -> list[dict[str, object]]:
    """The roster for the core."""
    return [_seat_document(seat, registration) for seat in seats]


def _seat_document(seat: Seat, registration: Registration) -> dict[str, object]:
    document: dict[str, object] = {"agent": _agent_document(seat.agent, registration), **seat._options}
    if seat.stand_ins:
        document["stand_ins"] = [_agent_document(other, registration) for other in seat.stand_ins]
    return document


def _agent_document(agent: AnyAgent, registration: Registration) -> object:
    if isinstance(agent, str):
        return {"kind": "model", "name": agent}
    if isinstance(agent, ModelAgent) and agent._credentials is not None:
        return {**agent.to_dict(), "credentials": {"participant": registration.credentials(agent._credentials)}}
    if isinstance(agent, BuiltinAgent):
        return agent
    optional = {name: getattr(agent, name, None) for name in _PROFILE}
    return {"kind": "foreign", "participant": registration.agent(agent), "id": agent.id, **given(**optional)}


_PROFILE = ("provider", "model", "family", "version", "structured", "streams", "context_tokens")


def protocol_document(protocol: AnyProtocol | None, registration: Registration) -> object:
    """The protocol for the core."""
    known = None if protocol is None else builtin_document(protocol)
    if protocol is None or known is not None:
        return known
    return registration.protocol(cast(DebateProtocol, protocol))


class Human:
    """What people may say in a running debate."""

    def __init__(self, debate: "_native.Debate") -> None:
        self._debate = debate

    def message(self, by: str, text: str) -> None:
        """A word to everybody."""
        self._debate.ask("human.message", encode({"by": by, "text": text}))

    def guidance(self, by: str, text: str) -> None:
        """Guidance the participants are to follow."""
        self._debate.ask("human.guidance", encode({"by": by, "text": text}))

    def vote(self, by: str, option: str, *, intensity: int | None = None) -> None:
        """A vote of somebody who has no seat."""
        self._debate.ask("human.vote", encode({"by": by, "option": option, **given(intensity=intensity)}))

    async def resolve(self, breakpoint: str, action: str, *, by: str, guidance: str | None = None) -> None:
        """Ends a pause at a breakpoint."""
        document = {"breakpoint": breakpoint, "action": action, "by": by, **given(guidance=guidance)}
        await native(self._debate.call, "human.resolve", encode(document))


class Debate:
    """A debate. Nothing happens before `start`, `result` or `events`; then it runs until it ends.

    Keep it while it runs: a running debate nobody holds is cancelled, with a `ResourceWarning`.
    """

    def __init__(
        self,
        aragora: "Aragora",
        kind: str,
        spec: Mapping[str, object],
        seats: Sequence[Seat] = (),
        protocol: AnyProtocol | None = None,
    ) -> None:
        self._aragora = aragora
        self._kind = kind
        self._spec = spec
        self._seats = seats
        self._protocol = protocol
        self._started: _native.Debate | None = None
        self._starting: asyncio.Task[_native.Debate] | None = None
        self._reason: str | None = None
        self._detached = False
        self._listen = False

    @property
    def id(self) -> str:
        """Its id, once it is started."""
        return self._handle().id()

    @property
    def finished(self) -> bool:
        """Whether it has ended."""
        return bool(decode(self._handle().ask("finished", "{}")))

    @property
    def human(self) -> Human:
        """What people may say in it."""
        return Human(self._handle())

    async def start(self) -> "Debate":
        """Begins it, once; returns the same debate. Its participants run where this is called."""
        await self._start()
        return self

    async def result(self) -> Decision:
        """Starts it if need be and waits for the decision. Cancelling this await cancels the debate."""
        try:
            handle = await self._start()
            text = await native_text(handle.result)
        except asyncio.CancelledError:
            self.cancel("the await of its result was cancelled")
            raise
        return Decision.from_dict(decode_object(text))

    def __await__(self) -> Generator[object, None, Decision]:
        return self.result().__await__()

    def events(
        self, *, from_seq: int | None = None, lag: str | None = None, live_only: bool | None = None
    ) -> EventStream:
        """Its events as they come, from this number of the log; starts it if need be.

        A stream that falls behind catches up from the log, or with `lag="disconnect"` ends with `lagged`.
        """
        running_loop()
        # Asked for before the start, they are kept from the first word on.
        self._listen = True
        options = encode(given(**{"from": from_seq, "lag": lag, "live_only": live_only}))
        return EventStream(self, options)

    async def partial(self) -> Decision:
        """The decision as far as it has got."""
        return Decision.from_dict(decode_object(await native_text(self._handle().call, "partial", "{}")))

    def cancel(self, reason: str = "cancelled by the host") -> None:
        """Ends it. Returns at once; whoever waits for the result gets an `AragoraError` with the code `cancelled`."""
        self._reason = reason
        if self._started is not None:
            self._started.cancel(reason)

    def detach(self) -> None:
        """Lets it run on with nobody holding it."""
        self._handle().detach()
        self._detached = True

    def _handle(self) -> "_native.Debate":
        if self._started is None:
            raise InvalidStateError("the debate has not been started; await start(), result() or its events first")
        return self._started

    async def _start(self) -> "_native.Debate":
        running_loop()
        if self._started is not None:
            return self._started
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._begin())
        # Shielded: one of several that wait may go without taking the start from the others.
        return await asyncio.shield(self._starting)

    async def _begin(self) -> "_native.Debate":
        registration = Registration()
        try:
            spec = dict(self._spec)
            if self._kind != "attach":
                spec["seats"] = seat_documents(self._seats, registration)
                spec.update(given(listen=self._listen or None))
            spec.update(given(protocol=protocol_document(self._protocol, registration)))
            session = self._aragora._session()
            handle = cast("_native.Debate", await native(session.start, self._kind, encode(spec)))
        except BaseException:
            registration.undo()
            raise
        self._started = handle
        if self._reason is not None:
            handle.cancel(self._reason)
        return handle

    def __del__(self) -> None:
        handle = getattr(self, "_started", None)
        if handle is None or self._detached or self._reason is not None or sys.is_finalizing():
            return
        try:
            running = not decode(handle.ask("finished", "{}"))
        except AragoraError:
            # Closed, or in a forked child: there is nothing to lose.
            return
        if running:
            warnings.warn(_UNHEARD, ResourceWarning, source=self, stacklevel=2)
            handle.cancel(_UNHEARD)

    def __repr__(self) -> str:
        state = "described" if self._started is None else f"id={self._started.id()!r}"
        return f"<Debate {state}>"


def debate_spec(
    question: str | Question | Mapping[str, Json],
    *,
    rule: AnyRule | None,
    limits: Limits | Mapping[str, Json] | None,
    options: DebateOptions | Mapping[str, Json] | None,
    seed: int | str | None,
    **rest: object,
) -> dict[str, object]:
    """What was given, as the core's start document."""
    if not isinstance(question, str | Question | Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"question is {type(question).__name__}, expected str or Question")
    text = None if seed is None else str(seed)
    return {"question": question, **given(rule=rule, limits=limits, options=options, seed=text, **rest)}
