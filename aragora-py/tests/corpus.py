"""The files of `tests/conformance`: read strictly, and compared as their README says. Knows no SDK."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("ARAGORA_CONFORMANCE", Path(__file__).parents[2] / "tests" / "conformance"))
SUITES = (
    "debate",
    "protocols",
    "consensus",
    "parsing",
    "events",
    "errors",
    "cancel",
    "replay",
    "config",
    "layers",
    "providers",
    "storage",
    "crypto",
)
FOREIGN_ITEM = {"throw", "wrong_type", "gate", "ignore_cancel"}
VERBS = {"say", "reply", "stream", "ballot", "fail", "hang", "throw", "wrong_type"}
MODIFIERS = {"phase", "gate", "ignore_cancel", "retry_after_ms"}
MEMBERS = {
    "case": {"id", "since", "needs", "modes", "given", "steps", "then"},
    "given": {"clock", "seed", "config", "layers", "storage", "encryption", "participants", "servers"},
    "answer of a server": {"status", "headers", "json", "events"},
    "agent": {"seam", "style", "id", "profile", "at_end", "script"},
    "protocol": {"seam", "name", "version", "params", "min_seats", "max_seats", "planned_calls", "script", "decide"},
    "step": {"op", "args", "as", "then", "until"},
    "then of a step": {"ok", "error", "bytes"},
    "error": {"code", "retryable", "retry_after_ms", "reason", "context", "cause"},
    "then": {"events", "participants"},
}


@dataclass(frozen=True)
class Case:
    """One case in one of its modes."""

    suite: str
    id: str
    mode: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """As reports say it."""
        return f"{self.suite}/{self.id}"


def known(what: str, document: dict[str, Any]) -> dict[str, Any]:
    """The document, if it has no member that is not in the format."""
    unknown = set(document) - MEMBERS[what]
    if unknown:
        raise ValueError(f"a {what} has unknown members {sorted(unknown)}")
    return document


def cases() -> Iterator[Case]:
    """Every case of every suite, in each of its modes."""
    for suite in SUITES:
        file = json.loads((FOLDER / f"{suite}.json").read_text())
        if file["format"] != 1 or file["suite"] != suite:
            raise ValueError(f"{suite}.json is of another format or suite")
        for document in file["cases"]:
            for mode in modes(known("case", document)):
                yield Case(suite, document["id"], mode, document)


def modes(document: dict[str, Any]) -> list[str]:
    """`foreign`, and `builtin` where the core's scripted agents can do the same."""
    if document.get("needs"):
        raise ValueError(f"{document['id']} needs {document['needs']}, which nobody has defined")
    given = known("given", document.get("given", {}))
    for answers in given.get("servers", {}).values():
        for answer in answers:
            known("answer of a server", answer)
    people = given.get("participants", {}).values()
    builtin = bool(people)
    for person in people:
        if person["seam"] not in ("agent", "protocol"):
            raise ValueError(f"unknown seam {person['seam']!r}")
        known(person["seam"], person)
        builtin &= person["seam"] == "agent" and not person.get("profile")
        if person["seam"] == "agent":
            for item in person["script"]:
                # A failure may follow a stream.
                verbs = VERBS & set(item) - ({"fail"} if "stream" in item else set())
                if len(verbs) != 1 or set(item) - VERBS - MODIFIERS:
                    raise ValueError(f"{document['id']}: {item} is no item of a script")
                builtin &= not FOREIGN_ITEM & set(item)
    found: list[str] = document.get("modes") or ["foreign", *(["builtin"] if builtin else [])]
    return found


def exclusions() -> dict[str, str]:
    """Cases Python cannot do, with the reason."""
    listed = json.loads((FOLDER / "exclusions.json").read_text())
    mine = [entry for entry in listed if "python" in entry["languages"]]
    return {entry["target"].removeprefix("cases/"): entry["reason"] for entry in mine}


Lookup = Callable[[str], Any]


def differs(expected: Any, found: Any, lookup: Lookup, at: str = "") -> str | None:
    """The first difference, with its place."""
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        ((name, argument),) = expected.items()
        return _matched(name, argument, found, lookup, at)
    if isinstance(expected, dict) and isinstance(found, dict):
        return _first(differs(value, found.get(key), lookup, f"{at}/{key}") for key, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return f"{at}: expected {len(expected)} items, found {found}"
        pairs = enumerate(zip(expected, found, strict=True))
        return _first(differs(value, item, lookup, f"{at}/{index}") for index, (value, item) in pairs)
    numbers = isinstance(expected, int | float) and isinstance(found, int | float)
    same = isinstance(expected, bool) == isinstance(found, bool) and (numbers or type(expected) is type(found))
    return None if same and expected == found else f"{at}: expected {expected!r}, found {found!r}"


def _first(differences: Iterator[str | None]) -> str | None:
    return next((difference for difference in differences if difference is not None), None)


def _matched(name: str, argument: Any, found: Any, lookup: Lookup, at: str) -> str | None:
    def fits(expected: Any, item: Any) -> bool:
        return differs(expected, item, lookup) is None

    match name:
        case "$any":
            holds = found is not None
        case "$absent":
            holds = found is None
        case "$near":
            number = isinstance(found, int | float) and not isinstance(found, bool)
            holds = number and abs(found - argument[0]) <= argument[1]
        case "$ref":
            return differs(lookup(argument), found, lookup, at)
        case "$contains":
            holds = isinstance(found, str) and argument in found
        case "$unordered":
            left = list(found) if isinstance(found, list) else []
            for item in argument:
                index = next((index for index, value in enumerate(left) if fits(item, value)), None)
                if index is None:
                    return f"{at}: {item!r} is not in {found!r}"
                del left[index]
            holds = isinstance(found, list) and not left
        case "$contains_in_order":
            rest = iter(found if isinstance(found, list) else [])
            holds = isinstance(found, list) and all(any(fits(item, value) for value in rest) for item in argument)
        case "$count":
            holds = isinstance(found, list) and sum(fits(argument["of"], item) for item in found) == argument["is"]
        case "$json":
            return differs(argument, json.loads(found), lookup, f"{at}(json)")
        case _:
            raise ValueError(f"unknown matcher {name!r}")
    return None if holds else f"{at}: expected {name} {argument!r}, found {found!r}"
