"""Who is asked what, and when it ends: the built-in protocols, and your own."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, cast

from ._error import WrongAnswerError
from ._host import Home, Live
from ._json import Json, decode_object, encode, given, plain, plain_members
from ._values import (
    AnalysisKind,
    Checkpoint,
    Critique,
    Draft,
    Dynamic,
    Expect,
    Phase,
    Sequential,
    Simultaneous,
    Stop,
    VoteOnlyProtocol,
)
from .transcript import Transcript


class Step:
    """What happens next in a debate. `transcript.ask` makes one; `Step.finish()` ends the debate."""

    __slots__ = ("_document",)

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = cast("dict[str, Json]", plain(document))

    @classmethod
    def finish(cls, stop: Stop | Mapping[str, Json] | None = None) -> "Step":
        """Ends the debate; without a reason because the schedule is done."""
        if stop is None:
            stop = {"cause": "completed", "round": 0, "detail": "the protocol's schedule is done"}
        return cls({"finish": stop})

    @classmethod
    def analyse(cls, *kinds: AnalysisKind | str) -> "Step":
        """Has figures computed and recorded."""
        return cls({"analyse": list(kinds)})

    @classmethod
    def pause(cls, pause: Mapping[str, Json]) -> "Step":
        """Waits for a person."""
        return cls({"pause": pause})

    def to_dict(self) -> dict[str, Json]:
        """Its document."""
        return self._document

    def __repr__(self) -> str:
        return f"Step({', '.join(self._document)})"


class PlannedCalls:
    """A bound on the calls of a protocol: these, added up."""

    __slots__ = ("_document",)

    def __init__(
        self, *, constant: int | None = None, per_seat: int | None = None, per_seat_round: int | None = None
    ) -> None:
        members = given(constant=constant, per_seat=per_seat, per_seat_round=per_seat_round)
        self._document = plain_members(members)

    def to_dict(self) -> dict[str, Json]:
        """Its document."""
        return self._document


class DebateProtocol(ABC):
    """A protocol of your own: a name, a version, and `next`, which is pure and plain (no `async`).

    It is asked for each step with the debate so far, and must answer the same for the same debate: a debate is
    replayed and resumed by asking it again. It is called on a thread of its own.
    """

    name: str
    """Its name; debates that used it are resumed by it."""
    version: str = "1"
    """Its version; part of the config digest."""
    params: Mapping[str, Json] | None = None
    """Its parameters."""
    min_seats: int | None = None
    """Voting seats it needs at least."""
    max_seats: int | None = None
    """Voting seats it takes at most."""
    planned_calls: PlannedCalls | Mapping[str, int] | None = None
    """A bound on its calls."""

    @abstractmethod
    def next(self, transcript: Transcript, /) -> Step:
        """What happens next."""

    # A protocol may also have `decide(transcript) -> Draft`, `checkpoint(transcript) -> Checkpoint | None` and
    # `closing(transcript, winner) -> Step | None`. Without them the core does what it does for every protocol.


BuiltinProtocol: TypeAlias = Critique | Simultaneous | Sequential | VoteOnlyProtocol | Dynamic
"""A protocol the core brings; parameters that are not given have the core's defaults."""

_BUILT_IN: dict[type, str] = {
    Critique: "critique",
    Simultaneous: "simultaneous",
    Sequential: "sequential",
    VoteOnlyProtocol: "vote_only",
    Dynamic: "dynamic",
}


def builtin_document(protocol: object) -> object:
    """The document of one of the core's, `None` for anything else."""
    if isinstance(protocol, str | Mapping):
        return cast(object, protocol)
    name = _BUILT_IN.get(type(protocol))
    return None if name is None else {"name": name, "params": protocol}


AnyProtocol: TypeAlias = str | BuiltinProtocol | DebateProtocol | Mapping[str, Json]
"""A name, one of the core's with its parameters, or one of yours."""

_OPTIONAL = ("decide", "checkpoint", "closing")


class ForeignProtocol:
    """A protocol of the host's as the core calls it."""

    def __init__(self, protocol: DebateProtocol) -> None:
        check_protocol(protocol)
        self.protocol: DebateProtocol = protocol
        self.who: str = f'protocol "{protocol.name}"'
        self.plain: bool = True
        self.home: Home = Home()
        self.members: list[str] = ["next", *(name for name in _OPTIONAL if callable(getattr(protocol, name, None)))]
        # Messages are only ever added, so what was read once per debate is kept.
        self._messages: dict[str, list[dict[str, Json]]] = {}

    def describe(self, number: int) -> dict[str, object]:
        """Its document for the core."""
        protocol = self.protocol
        return {
            "foreign": {
                "participant": number,
                "name": protocol.name,
                "version": protocol.version,
                "members": self.members,
                **given(
                    params=protocol.params,
                    min_seats=protocol.min_seats,
                    max_seats=protocol.max_seats,
                    planned_calls=protocol.planned_calls,
                ),
            }
        }

    def call(self, live: Live, method: str, data: str) -> object:
        """Asks it."""
        document = decode_object(data)
        known = self._messages.setdefault(str(document.get("debate")), [])
        transcript = Transcript(live.call, document, known)
        name = method.removeprefix("protocol.")
        function = cast("Callable[..., object]", getattr(self.protocol, name))
        if name == "closing":
            answer = function(transcript, document.get("winner"))
        else:
            answer = function(transcript)
        if inspect.isawaitable(answer):
            if inspect.iscoroutine(answer):
                answer.close()
            raise WrongAnswerError(self.who, answer, "a plain value: a protocol is pure and has no `async def`")
        return _checked(self.who, name, answer)

    def document(self, answer: object) -> str:
        """The answer as JSON text."""
        return encode(answer)


def _checked(who: str, name: str, answer: object) -> object:
    if name == "next":
        if not isinstance(answer, Step):
            raise WrongAnswerError(f"{name} of {who}", answer, "a Step: transcript.ask(...) or Step.finish()")
        return answer
    if name == "decide":
        if not isinstance(answer, Draft):
            raise WrongAnswerError(f"{name} of {who}", answer, "a Draft: transcript.draft()")
        return answer
    if answer is None:
        return None
    if name == "checkpoint":
        if not isinstance(answer, Checkpoint):
            raise WrongAnswerError(f"{name} of {who}", answer, "a Checkpoint or None")
        return answer
    if not isinstance(answer, Step):
        raise WrongAnswerError(f"{name} of {who}", answer, "a Step: transcript.ask(...), or None")
    ask = answer.to_dict().get("ask")
    if ask is None:
        raise WrongAnswerError(f"{name} of {who}", answer, "a Step that asks: transcript.ask(...), or None")
    return ask


def check_protocol(protocol: object) -> None:
    """Refuses what cannot be a protocol before anything starts."""
    name = getattr(protocol, "name", None)
    if inspect.isclass(protocol):
        raise TypeError(f"protocol is the class {protocol.__name__}, expected an object: {protocol.__name__}()")
    if not isinstance(name, str) or not callable(getattr(protocol, "next", None)):
        raise TypeError(
            f"protocol is {type(protocol).__name__}, expected a name such as 'critique', one of the core's such as "
            "Critique(), or an object with `name` and `next`"
        )
    for member in ("next", *_OPTIONAL):
        if inspect.iscoroutinefunction(getattr(protocol, member, None)):
            raise TypeError(
                f"`{member}` of protocol {name!r} is `async def`, expected a plain function: a protocol is pure and "
                "waits for nothing"
            )


def ask_document(
    phase: Phase | str,
    instruction: str,
    seats: Sequence[str] | None,
    round: int | None,
    expect: Expect | Mapping[str, Json] | None,
    order: str | None,
) -> dict[str, object]:
    """What the core builds a step of turns from."""
    optional = given(seats=None if seats is None else list(seats), round=round, expect=expect, order=order)
    return {"phase": phase, "instruction": instruction, **optional}
