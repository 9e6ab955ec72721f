"""How the rendered values read and write documents: one small function per kind of member."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from typing import Final, Literal, Self, TypeAlias, TypeVar

from ._json import Json
from .errors import InvalidRequestError

T = TypeVar("T")
Read: TypeAlias = Callable[[Json], T]


class Default(Enum):
    """The type of `DEFAULT`."""

    DEFAULT = "default"

    def __repr__(self) -> str:
        return "DEFAULT"


DEFAULT: Final[Literal[Default.DEFAULT]] = Default.DEFAULT
"""The core's own default, where `None` says something else."""


class Word(StrEnum):
    """One of a fixed list of words; equal to its word."""

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        """Reads the word."""
        try:
            return cls(text(document))
        except ValueError:
            raise refused(cls.__name__, document, "one of its words") from None


class OpenWord(StrEnum):
    """One of a list of words that others may be added to; equal to its word."""

    @classmethod
    def from_dict(cls, document: Json) -> Self | str:
        """Reads the word; one that is not in the list stays text."""
        word = text(document)
        try:
            return cls(word)
        except ValueError:
            return word


class Members:
    """The members of an object that is read."""

    __slots__ = ("_found", "_of")

    def __init__(self, of: str, document: Json) -> None:
        if not isinstance(document, dict):
            raise refused(of, document, "an object")
        self._of = of
        self._found = document

    def only(self, *names: str) -> None:
        """Refuses members of other names, which would be lost."""
        for name in self._found:
            if name not in names:
                raise InvalidRequestError(f"{self._of} has no member {name}")

    def required(self, name: str, read: Read[T]) -> T:
        """A member that is always there."""
        # Decisions are read at the end of every debate, so the usual way is one call.
        if name not in self._found:
            raise InvalidRequestError(f"{self._of} without its member {name}")
        try:
            return read(self._found[name])
        except InvalidRequestError as error:
            raise InvalidRequestError(f"{self._of}.{name}: {error.reason}") from None

    def required_with(self, name: str, tag: str, read: Read[T]) -> T:
        """A member whose own kind is named by the member `tag` beside it."""
        whole = self.required(name, mapped(anything))
        whole[tag] = self.required(tag, text)
        return read(whole)

    def optional(self, name: str, read: Read[T]) -> T | None:
        """A member that may be absent or null, which is the same."""
        found = self._found.get(name)
        return None if found is None else self._read(name, read)

    def unless_default(self, name: str, read: Read[T]) -> T | Default:
        """A member that is null for a reason."""
        return self._read(name, read) if name in self._found else DEFAULT

    def _read(self, name: str, read: Read[T]) -> T:
        try:
            return read(self._found[name])
        except InvalidRequestError as error:
            raise InvalidRequestError(f"{self._of}.{name}: {error.reason}") from None


def refused(of: str, found: Json, expected: str) -> InvalidRequestError:
    """The error for a document of another form."""
    shown = repr(found)
    return InvalidRequestError(f"{of}: {shown if len(shown) <= 80 else shown[:77] + '...'} is not {expected}")


def text(document: Json) -> str:
    """Reads text."""
    if isinstance(document, str):
        return document
    raise refused("text", document, "text")


def integer(document: Json) -> int:
    """Reads a whole number."""
    if isinstance(document, int) and not isinstance(document, bool):
        return document
    raise refused("number", document, "a whole number")


def number(document: Json) -> float:
    """Reads a number."""
    if isinstance(document, int | float) and not isinstance(document, bool):
        return float(document)
    raise refused("number", document, "a number")


def boolean(document: Json) -> bool:
    """Reads true or false."""
    if isinstance(document, bool):
        return document
    raise refused("flag", document, "true or false")


def anything(document: Json) -> Json:
    """Takes any document as it is."""
    return document


def uint64(document: Json) -> int:
    """Reads a full 64-bit value, which is written as text."""
    digits = text(document)
    if digits.isascii() and digits.isdecimal():
        return int(digits)
    raise refused("number", document, "a decimal number as text")


def instant(document: Json) -> datetime:
    """Reads an instant, which is written as RFC 3339."""
    try:
        return datetime.fromisoformat(text(document))
    except ValueError:
        raise refused("instant", document, "an instant such as 2026-01-01T00:00:00.000Z") from None


def instant_ms(document: Json) -> datetime:
    """Reads an instant, which is written as milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=integer(document))


def duration(document: Json) -> timedelta:
    """Reads a duration, which is written as milliseconds."""
    return timedelta(milliseconds=integer(document))


def nullable(read: Read[T]) -> Read[T | None]:
    """Reads null or a value."""
    return lambda document: None if document is None else read(document)


def listed(read: Read[T]) -> Read[list[T]]:
    """Reads a list."""

    def items(document: Json) -> list[T]:
        if isinstance(document, list):
            return [read(item) for item in document]
        raise refused("list", document, "a list")

    return items


def mapped(read: Read[T]) -> Read[dict[str, T]]:
    """Reads an object with any names."""

    def members(document: Json) -> dict[str, T]:
        if isinstance(document, dict):
            return {name: read(member) for name, member in document.items()}
        raise refused("map", document, "an object")

    return members


def tagged(of: str, tag: str, cases: Mapping[str, Read[T]], document: Json) -> T:
    """Reads a case that is named by a member of its object."""
    word = Members(of, document).required(tag, text)
    if word not in cases:
        raise refused(of, word, "one of its cases")
    return cases[word](document)


def worded(of: str, cases: Mapping[str, Read[T]], document: Json) -> T:
    """Reads a case that is a word, or an object with one member of that name."""
    if isinstance(document, str):
        word, value = document, None
    elif isinstance(document, dict) and len(document) == 1:
        word, value = next(iter(document.items()))
    else:
        raise refused(of, document, "a word or an object of one member")
    if word not in cases:
        raise refused(of, word, "one of its cases")
    return cases[word](value)


def without(tag: str, document: dict[str, Json]) -> dict[str, Json]:
    """The members of a value whose tag stands beside it."""
    return {name: member for name, member in document.items() if name != tag}


def seconds(value: timedelta | float) -> timedelta:
    """A duration as it was given: a timedelta, or seconds."""
    if isinstance(value, timedelta):
        return value
    try:
        return timedelta(seconds=value)
    except (OverflowError, ValueError):
        raise InvalidRequestError(f"a duration of {value} seconds, expected a finite number") from None


def to_millis(value: timedelta) -> int:
    """The duration as it is written."""
    return round(value / _MILLISECOND)


def to_unix_millis(value: datetime) -> int:
    """The instant as rows write it."""
    return round((_aware(value) - _EPOCH) / _MILLISECOND)


def to_rfc3339(value: datetime) -> str:
    """The instant as events write it."""
    return _aware(value).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise InvalidRequestError("a datetime without a time zone, expected an aware one such as UTC")
    return value


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
