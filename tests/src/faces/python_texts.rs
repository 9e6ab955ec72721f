//! What stands in the file of values as it is.

/// The imports.
pub(super) const HEAD: &str = "\
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self, TypeAlias

from ._codec import (
    DEFAULT,
    Default,
    Members,
    OpenWord,
    Read,
    Word,
    anything,
    boolean,
    duration,
    instant,
    instant_ms,
    integer,
    listed,
    mapped,
    nullable,
    number,
    seconds,
    tagged,
    text,
    to_millis,
    to_rfc3339,
    to_unix_millis,
    uint64,
    without,
    worded,
)
from ._json import Json
from ._value import Value
";

/// An event of a type this version does not know.
pub(super) const UNKNOWN_EVENT: &str = "\
class UnknownEvent(Value):
    \"\"\"An event of a type this version does not know.

    Attributes:
        type: Its type.
        data: Its members as they came.
    \"\"\"

    __match_args__ = (\"type\", \"data\")
    type: str
    data: dict[str, Json]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        members = mapped(anything)(document)
        return cls(type=text(members.pop(\"type\", None)), data=members)

    def to_dict(self) -> dict[str, Json]:
        return {\"type\": self.type, **self.data}


";
