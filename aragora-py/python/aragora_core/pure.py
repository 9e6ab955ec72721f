"""Functions of the core that need no instance."""

from collections.abc import Mapping, Sequence

from . import _native
from ._json import Json, decode, decode_object, decode_objects, encode, given
from ._values import BallotShape, CastVote, OptionView, RuleConfig, RuleKind, Tally
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
) -> Tally:
    """Counts votes by a rule."""
    text = None if seed is None else str(seed)
    counted = _compute(
        "consensus.tally",
        rule=rule_document(rule),
        seats=list(seats),
        options=list(options),
        votes=list(votes),
        seed=text,
    )
    return Tally.from_dict(decode_object(counted))


def parse_ballot(text: str, **input: Json | BallotShape) -> dict[str, Json]:
    """The ballot in a reply, or why there is none; members as in the core's document of it."""
    return decode_object(_compute("parse.ballot", text=text, **input))


def parse_critiques(text: str, **input: Json) -> Json:
    """The critiques in a reply."""
    return decode(_compute("parse.critiques", text=text, **input))


def parse_signals(text: str, **input: Json) -> Json:
    """Confidence and readiness stated in a reply."""
    return decode(_compute("parse.signals", text=text, **input))


def parse_answer(text: str, **input: Json) -> Json:
    """The answer in a reply."""
    return decode(_compute("parse.answer", text=text, **input))


def error_codes() -> list[dict[str, Json]]:
    """Every code with its documentation and whether it is worth repeating."""
    return decode_objects(_compute("errors.list"))


def protocols() -> list[dict[str, Json]]:
    """The built-in protocols with their default parameters."""
    return decode_objects(_compute("protocols.list"))
