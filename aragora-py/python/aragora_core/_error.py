"""The base of all errors, and how one crosses to the core and back."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import ClassVar, cast


class AragoraError(Exception):
    """What went wrong, whether repeating helps, and where to look.

    Raised in a participant it keeps its code, so that the core reacts to it; any other exception becomes the
    participant's own failure, with that exception as the cause.
    """

    CODE: ClassVar[str] = "internal"
    """The code of this class."""
    RETRYABLE: ClassVar[bool] = False
    """Whether errors of this class are worth repeating unless one says otherwise."""

    def __init__(
        self,
        reason: str,
        *,
        code: str | None = None,
        retryable: bool | None = None,
        retry_after: timedelta | float | None = None,
        context: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        if isinstance(retry_after, int | float):
            retry_after = timedelta(seconds=retry_after)
        if retryable is None:
            retryable = self.RETRYABLE or retry_after is not None
        self.code: str = code or self.CODE
        """The stable name of what went wrong, the same in every language."""
        self.reason: str = reason
        """One sentence for people."""
        self.retryable: bool = retryable
        """Whether repeating the same call can succeed."""
        self.retry_after: timedelta | None = retry_after
        """How long to wait before repeating, if the other side said so."""
        self.context: dict[str, str] = dict(context or {})
        """Facts about the failure by name; documents in it are JSON text."""

    def __str__(self) -> str:
        # Whole documents (a partial decision, say) would drown the line.
        short = {key: value for key, value in self.context.items() if len(value) <= 120 and value[:1] not in ("{", "[")}
        facts = ", ".join(f"{key}={value}" for key, value in short.items())
        return f"{self.code}: {self.reason}" + (f" {{{facts}}}" if facts else "")

    def __reduce__(self) -> tuple[Callable[..., "AragoraError"], tuple[object, ...]]:
        return _again, (type(self), self.reason, self.code, self.retryable, self.retry_after, self.context)


def _again(
    made: type[AragoraError],
    reason: str,
    code: str,
    retryable: bool,
    retry_after: timedelta | None,
    context: dict[str, str],
) -> AragoraError:
    return made(reason, code=code, retryable=retryable, retry_after=retry_after, context=context)


parked: dict[int, BaseException] = {}
"""Exceptions of participants by call, while the core keeps the failure they caused."""


def from_parts(text: str, classes: Mapping[str, type[AragoraError]]) -> AragoraError:
    """The error the core describes; its cause is the very exception a participant raised, or what the core met."""
    import json

    return _from(cast("dict[str, object]", json.loads(text)), classes)


def _from(parts: dict[str, object], classes: Mapping[str, type[AragoraError]]) -> AragoraError:
    code = cast(str, parts["code"])
    wait = cast("int | None", parts.get("retry_after_ms"))
    error = classes.get(code, AragoraError)(
        cast(str, parts["reason"]),
        code=code,
        retryable=cast(bool, parts["retryable"]),
        retry_after=None if wait is None else timedelta(milliseconds=wait),
        context=cast("dict[str, str]", parts["context"]),
    )
    call = cast("int | None", parts.get("cause_call"))
    cause = None if call is None else parked.get(call)
    behind = cast("dict[str, object] | None", parts.get("cause"))
    if cause is not None:
        error.__cause__ = cause
    elif behind is not None:
        error.__cause__ = _from(behind, classes)
    return error


class WrongAnswerError(TypeError):
    """A participant returned something of another type."""

    def __init__(self, who: str, answer: object, expected: str) -> None:
        found = "None" if answer is None else type(answer).__name__
        super().__init__(f"{who} returned {found}, expected {expected}")


def to_parts(error: BaseException, who: str) -> dict[str, object]:
    """What the core is told about an exception of a participant."""
    if not isinstance(error, AragoraError):
        text = str(error)
        if isinstance(error, WrongAnswerError):
            return {"reason": text}
        return {"reason": f"{who} raised {type(error).__name__}" + (f": {text}" if text else "")}
    parts: dict[str, object] = {
        "code": error.code,
        "reason": error.reason,
        "retryable": error.retryable,
        "context": error.context,
    }
    if error.retry_after is not None:
        parts["retry_after_ms"] = round(error.retry_after / timedelta(milliseconds=1))
    return parts
