"""Documents: plain data on the Python side, JSON text on the way to the core.

The encoder is imported when the first document crosses, not with the package: it takes as long as all of its modules.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TypeAlias, Union, cast

from .errors import InvalidRequestError

# A union object rather than a string, so that annotations can add to it with `|`.
Json: TypeAlias = Union[None, bool, int, float, str, "list[Json]", "dict[str, Json]"]


def plain(value: object) -> Json:
    """The value as plain data; what has no document is refused."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value)
        return {str(name): plain(member) for name, member in members.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in cast("list[object]", value)]
    if isinstance(value, timedelta):
        return round(value / timedelta(milliseconds=1))
    document = getattr(value, "to_dict", None)
    if callable(document):
        return plain(document())
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidRequestError("a datetime without a time zone, expected an aware one such as UTC")
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} cannot be part of a document")


def plain_members(members: Mapping[str, object]) -> dict[str, Json]:
    """The same for the members of an object."""
    return {name: plain(member) for name, member in members.items()}


_write: Callable[[object], str] | None = None


def encode(value: object) -> str:
    """The document as JSON text. Non-finite numbers and lone surrogates are refused here, before anything starts."""
    global _write
    if _write is None:
        import json

        _write = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode
    try:
        text = _write(plain(value))
        text.encode()
    except UnicodeEncodeError:
        raise InvalidRequestError("a text holds a lone surrogate, which is not Unicode text") from None
    except ValueError as error:
        raise InvalidRequestError(f"a number is not finite, expected finite ones ({error})") from None
    return text


def given(**members: object) -> dict[str, object]:
    """Only the members that were given; the core fills in the rest."""
    return {name: value for name, value in members.items() if value is not None}


def _loads(text: str) -> object:
    import json

    return cast(object, json.loads(text))


def decode(text: str) -> Json:
    """The document in this text, which the core wrote."""
    return cast("Json", _loads(text))


def decode_object(text: str) -> dict[str, Json]:
    """The same where the core answers with an object."""
    return cast("dict[str, Json]", _loads(text))


def decode_list(text: str) -> list[Json]:
    """The same where the core answers with a list."""
    return cast("list[Json]", _loads(text))


def decode_objects(text: str) -> list[dict[str, Json]]:
    """The same where the core answers with a list of objects."""
    return cast("list[dict[str, Json]]", _loads(text))
