"""Values and their documents: whatever the core may write is read, and written again as it was."""

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import aragora_core as ac
import pytest
from aragora_core import _values
from aragora_core.errors import InvalidRequestError
from corpus import FOLDER

SAMPLES: dict[str, list[Any]] = json.loads((FOLDER / "vectors" / "values.json").read_text())["types"]
MODEL: dict[str, dict[str, Any]] = {row["name"]: row for row in json.loads((FOLDER / "api.json").read_text())["types"]}


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def read(name: str, document: Any) -> Any:
    if MODEL[name]["kind"] == "union":
        return getattr(_values, f"{snake(name)}_from_dict")(document)
    return getattr(_values, name).from_dict(document)


def written(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else str(value)


@pytest.mark.parametrize("name", [name for name in SAMPLES if MODEL[name]["kind"] != "alias"])
def test_documents_are_written_as_they_were_read(name: str) -> None:
    assert SAMPLES[name]
    for document in SAMPLES[name]:
        value = read(name, document)
        assert written(value) == document
        assert read(name, json.loads(json.dumps(written(value)))) == value
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own bytes
        assert copy.deepcopy(value) == value
        assert type(value).__name__ in repr(value) or isinstance(value, str)


def test_members_are_of_pythons_types() -> None:
    start = read("EventData", next(sample for sample in SAMPLES["EventData"] if sample["type"] == "debate_start"))
    assert start.seed == 2**64 - 1
    assert start.environment.limits.deadline == timedelta(milliseconds=1500)
    event = ac.Event.from_dict(SAMPLES["Event"][0])
    assert event.time == datetime(2026, 1, 1, 0, 0, 0, 250_000, UTC)
    summary = ac.DebateSummary.from_dict(SAMPLES["DebateSummary"][0])
    assert summary.started_at == event.time
    assert summary.state in ac.DebateState
    assert ac.Role.from_dict("a word of the host") == "a word of the host"


def test_values_never_change_and_are_equal_by_content() -> None:
    rule = ac.RuleConfig(rule=ac.RuleKindSupermajority(share="2/3"), ties=ac.TieBreakSeat("a"))
    assert rule == ac.RuleConfig(rule=ac.RuleKindSupermajority(share="2/3"), ties=ac.TieBreakSeat("a"))
    assert rule != ac.RuleConfig(rule=ac.RuleKindSupermajority(), ties=ac.TieBreakSeat("a"))
    assert hash(ac.TieBreakSeat("a")) == hash(ac.TieBreakSeat("a"))
    with pytest.raises(AttributeError, match="immutable"):
        rule.basis = ac.Basis.COUNTED  # type: ignore[misc]
    with pytest.raises(AttributeError, match="immutable"):
        del rule.basis
    assert rule.__replace__(ties=None) == ac.RuleConfig(rule=ac.RuleKindSupermajority(share="2/3"))
    assert repr(rule) == "RuleConfig(rule=RuleKindSupermajority(share='2/3'), ties=TieBreakSeat(value='a'))"


class Strict(ac.Limits):
    """A value with a method of the host."""

    def doubled(self) -> int:
        return 2 * (self.rounds or 0)


def test_a_host_may_add_methods() -> None:
    strict = Strict(rounds=2, deadline=timedelta(seconds=3))
    assert strict.doubled() == 4
    assert strict.to_dict() == {"rounds": 2, "deadline_ms": 3000}
    assert strict != ac.Limits(rounds=2, deadline=3)
    assert Strict.from_dict(strict.to_dict()) == strict
    with pytest.raises(AttributeError, match="immutable"):
        strict.rounds = 3  # type: ignore[misc]


def test_what_is_not_given_is_not_written() -> None:
    assert ac.Limits().to_dict() == {}
    assert ac.Limits(deadline=1.5, turn_timeout=timedelta(seconds=2)).to_dict() == {
        "deadline_ms": 1500,
        "turn_timeout_ms": 2000,
    }
    assert ac.DebateOptions().to_dict() == {}
    assert ac.DebateOptions(stop_when=None).to_dict() == {"stop_when": None}
    assert ac.DebateOptions.from_dict({"stop_when": None}).stop_when is None
    assert ac.DebateOptions.from_dict({}).stop_when is ac.DEFAULT


def test_members_are_checked_by_name() -> None:
    wrong: Any = ac.Persona
    for arguments, told in [
        ({}, "needs its member 'name'"),
        ({"name": "x", "surname": "y"}, "has no member 'surname'"),
    ]:
        with pytest.raises(TypeError, match=told):
            wrong(**arguments)
    with pytest.raises(TypeError, match="by name"):
        wrong("x")


@pytest.mark.parametrize(
    ("name", "document", "told"),
    [
        ("Limits", [], r"Limits: \[\] is not an object"),
        ("Limits", {"rounds": "two"}, "Limits.rounds: number: 'two' is not a whole number"),
        ("Limits", {"rounds": True}, "Limits.rounds"),
        ("Question", {}, "Question without its member text"),
        ("RuleKind", {"name": "lottery"}, "RuleKind: 'lottery' is not one of its cases"),
        ("Join", {"quorum": {"min": 2}, "first": {}}, "a word or an object of one member"),
        ("Join", "someday", "'someday' is not one of its cases"),
        ("Verdict", "perhaps", "Verdict: 'perhaps' is not one of its words"),
        ("Limits", {"round": 3}, "Limits has no member round"),
        ("RuleKind", {"name": "threshold", "share": "1/2", "stern": True}, "RuleKindThreshold has no member stern"),
        ("DebateOptions", {"templates": {"a": 1}}, "DebateOptions.templates: text: 1 is not text"),
    ],
)
def test_other_documents_are_refused_with_their_place(name: str, document: Any, told: str) -> None:
    with pytest.raises(InvalidRequestError, match=told):
        read(name, document)


@pytest.mark.parametrize("wait", [float("nan"), float("inf"), 1e300])
def test_a_duration_is_finite(wait: float) -> None:
    with pytest.raises(InvalidRequestError, match="finite"):
        ac.Limits(deadline=wait)
