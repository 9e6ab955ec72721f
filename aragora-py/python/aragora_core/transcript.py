"""The debate so far, as a protocol reads it while it is asked."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from . import _native
from ._json import Json, decode, decode_list, decode_object, decode_objects, encode, plain_members
from ._values import (
    Draft,
    Expect,
    Limits,
    OptionView,
    Phase,
    Question,
    RuleConfig,
    RuleKind,
    SeatView,
    Tally,
    TranscriptMessage,
)

if TYPE_CHECKING:
    from .protocols import Step


class Transcript:
    """The debate so far. It answers only while the protocol is called: keep what you read, not the transcript."""

    def __init__(self, call: int, document: dict[str, Json], known: list[dict[str, Json]]) -> None:
        self._call = call
        self._document = document
        self._known = known

    def _read(self, question: Mapping[str, object]) -> str:
        return _native.transcript(self._call, encode(question))

    def _objects(self, what: str) -> list[dict[str, Json]]:
        return decode_objects(self._read({"read": what}))

    @property
    def debate(self) -> str:
        """The debate."""
        return cast(str, self._document["debate"])

    @property
    def round(self) -> int:
        """The round that was played last; 0 before the first."""
        return cast(int, self._document["round"])

    @property
    def next_seq(self) -> int:
        """How many records the log has."""
        return cast(int, self._document["next_seq"])

    @property
    def messages(self) -> list[TranscriptMessage]:
        """Everything said so far."""
        count = cast(int, self._document["messages"])
        if len(self._known) < count:
            fresh = decode_objects(self._read({"read": "messages", "from": len(self._known)}))
            self._known.extend(fresh)
        return [TranscriptMessage.from_dict(item) for item in self._known[:count]]

    @property
    def question(self) -> Question:
        """What is to be decided."""
        return Question.from_dict(decode_object(self._read({"read": "question"})))

    @property
    def seats(self) -> list[SeatView]:
        """Who takes part, in order."""
        return [SeatView.from_dict(item) for item in self._objects("seats")]

    @property
    def options(self) -> list[OptionView]:
        """What can be voted for: equal answers are one option, with everybody who gave it."""
        return [OptionView.from_dict(item) for item in self._objects("options")]

    @property
    def limits(self) -> Limits:
        """The limits of the debate."""
        return Limits.from_dict(decode_object(self._read({"read": "limits"})))

    @property
    def rule(self) -> RuleConfig:
        """The rule that decides."""
        return RuleConfig.from_dict(decode_object(self._read({"read": "rule"})))

    @property
    def votes(self) -> list[Json]:
        """The votes cast, as documents."""
        return decode_list(self._read({"read": "votes"}))

    @property
    def rounds(self) -> list[Json]:
        """What each round brought, as documents."""
        return decode_list(self._read({"read": "rounds"}))

    @property
    def steps(self) -> list[Json]:
        """The steps that were planned, as documents."""
        return decode_list(self._read({"read": "steps"}))

    @property
    def critiques(self) -> list[Json]:
        """The critiques made, as documents."""
        return decode_list(self._read({"read": "critiques"}))

    @property
    def checks(self) -> list[Json]:
        """The counts taken on the way, as documents."""
        return decode_list(self._read({"read": "checks"}))

    @property
    def positions(self) -> Json:
        """Each seat's newest answer, as documents."""
        return decode(self._read({"read": "positions"}))

    @property
    def spent(self) -> dict[str, Json]:
        """What the debate has used, as a document."""
        return decode_object(self._read({"read": "spent"}))

    @property
    def start(self) -> dict[str, Json]:
        """Everything fixed before the first turn, as a document."""
        return decode_object(self._read({"read": "start"}))

    def display_name(self, seat: str) -> str:
        """How the others know this seat."""
        return cast(str, decode(self._read({"display_name": seat})))

    def ask(
        self,
        phase: Phase | str,
        instruction: str,
        seats: Sequence[str] | None = None,
        *,
        round: int | None = None,
        expect: Expect | Mapping[str, Json] | None = None,
        order: str | None = None,
    ) -> "Step":
        """Asks these seats, or all; the core writes the prompts."""
        from .protocols import Step, ask_document

        document = ask_document(phase, instruction, seats, round, expect, order)
        return Step(decode_object(self._read({"ask": document})))

    def check(self, rule: RuleConfig | RuleKind | Mapping[str, Json] | str) -> Tally:
        """Counts the newest answers with a rule, without recording anything."""
        return Tally.from_dict(decode_object(self._read({"check": rule_document(rule)})))

    def draft(self, **changes: object) -> Draft:
        """How the core itself would make the decision, with these members changed."""
        document = decode_object(self._read({"draft": {}}))
        return Draft.from_dict({**document, **plain_members(changes)})


def rule_document(rule: RuleConfig | RuleKind | Mapping[str, Json] | str) -> object:
    """A rule by its name as the rule document."""
    if isinstance(rule, str):
        return {"rule": {"name": rule}}
    return rule
