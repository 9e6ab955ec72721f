"""Functions of the core that need no instance."""

from collections.abc import Mapping, Sequence
from typing import cast

from . import _native
from ._json import Json, decode, decode_object, decode_objects, encode, given
from ._values import (
    AnswerFormat,
    BallotShape,
    CastVote,
    Equivalence,
    ExtractedAnswer,
    OptionView,
    RuleConfig,
    RuleKind,
    StopReason,
    Tally,
)
from .transcript import rule_document


def _compute(op: str, **arguments: object) -> str:
    return _native.compute(op, encode(given(**arguments)))


def tally(
    rule: str | RuleKind | RuleConfig | Mapping[str, Json],
    seats: Sequence[Mapping[str, Json]],
    options: Sequence[OptionView | Mapping[str, Json]],
    votes: Sequence[CastVote | Mapping[str, Json]],
    *,
    seed: int | str | None = None,
    active: int | None = None,
) -> Tally:
    """Counts votes by a rule; `active` is how many seats play in the round, where a rule asks for it."""
    text = None if seed is None else str(seed)
    counted = _compute(
        "consensus.tally",
        rule=rule_document(rule),
        seats=list(seats),
        options=list(options),
        votes=list(votes),
        seed=text,
        active=active,
    )
    return Tally.from_dict(decode_object(counted))


def _reply(text: str, structured: Json, stop: StopReason | Json, **rest: object) -> dict[str, object]:
    return {"text": text, **given(structured=structured, stop=stop, **rest)}


def parse_ballot(
    text: str, shape: BallotShape | Mapping[str, Json], *, structured: Json = None, stop: StopReason | Json = None
) -> dict[str, Json]:
    """The ballot in a reply, or why there is none, as a document."""
    return decode_object(_compute("parse.ballot", **_reply(text, structured, stop, shape=shape)))


def parse_critiques(text: str, targets: Sequence[str] = (), *, structured: Json = None) -> list[dict[str, Json]]:
    """The critiques in a reply, as documents."""
    return decode_objects(_compute("parse.critiques", **_reply(text, structured, None, targets=list(targets))))


def parse_signals(text: str, *, structured: Json = None, stop: StopReason | Json = None) -> dict[str, Json]:
    """Confidence and readiness stated in a reply, as a document."""
    return decode_object(_compute("parse.signals", **_reply(text, structured, stop)))


def parse_answer(
    text: str, *, structured: Json = None, format: AnswerFormat | Mapping[str, Json] | None = None
) -> ExtractedAnswer | None:
    """The answer in a reply."""
    found = decode(_compute("parse.answer", **_reply(text, structured, None, format=format)))
    return ExtractedAnswer.from_dict(found) if isinstance(found, dict) else None


def normalise(text: str) -> str:
    """A text as it is compared with others."""
    return cast(str, decode(_compute("parse.normalise", text=text)))


def same_answer(a: str, b: str, equal: Equivalence | Mapping[str, Json]) -> bool:
    """Whether two answers are the same."""
    return bool(decode(_compute("parse.same", a=a, b=b, equal=equal)))


def error_codes() -> list[dict[str, Json]]:
    """Every code and whether it is worth repeating."""
    return decode_objects(_compute("errors.list"))


def builtin_protocols() -> list[dict[str, Json]]:
    """The built-in protocols with their default parameters."""
    return decode_objects(_compute("protocols.list"))
