"""The base of the rendered values: immutable, compared by content, with a document on either side.

Type checkers see frozen dataclasses. They are none at run time, because the standard library writes and compiles six
methods per class, which for some three hundred classes takes most of a second at every import.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast, dataclass_transform

from ._json import Json


class ValueType(type):
    """Turns the members named by `__match_args__` into slots, and what they are set to into defaults."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, kw_only: bool = True
    ) -> "ValueType":
        fields = cast("tuple[str, ...]", namespace.get("__match_args__", ()))
        if fields:
            defaults: dict[str, object] = {field: namespace.pop(field) for field in fields if field in namespace}
            namespace.update(_fields=fields, _defaults=defaults, _kw_only=kw_only)
        namespace["__slots__"] = fields
        return super().__new__(cls, name, bases, namespace)

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, kw_only: bool = True) -> None:
        super().__init__(name, bases, namespace)


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value(metaclass=ValueType):
    """A value of the core. It never changes; `copy.replace` makes another one with other members."""

    _fields: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[Mapping[str, object]] = {}
    _kw_only: ClassVar[bool] = True
    _secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *values: object, **members: object) -> None:
        if values:
            if self._kw_only or len(values) > len(self._fields):
                raise TypeError(f"{type(self).__name__} takes its members by name")
            members = {**dict(zip(self._fields, values, strict=False)), **members}
        self._set(members)

    def _set(self, members: Mapping[str, object]) -> None:
        taken = 0
        for name in self._fields:
            if name in members:
                object.__setattr__(self, name, members[name])
                taken += 1
            elif name in self._defaults:
                object.__setattr__(self, name, self._defaults[name])
            else:
                raise TypeError(f"{type(self).__name__} needs its member {name!r}")
        if taken < len(members):
            unknown = next(name for name in members if name not in self._fields)
            raise TypeError(f"{type(self).__name__} has no member {unknown!r}")

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        """Reads the form the core writes."""
        raise NotImplementedError

    def to_dict(self) -> Json:
        """The form the core reads, as plain data."""
        raise NotImplementedError

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable; cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable; cannot delete {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._fields)

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self._fields)))

    def __repr__(self) -> str:
        defaults = self._defaults
        held = ((name, getattr(self, name)) for name in self._fields)
        given = ((name, value) for name, value in held if name not in defaults or value != defaults[name])
        told = (f"{name}={hidden(value) if name in self._secrets else repr(value)}" for name, value in given)
        return f"{type(self).__qualname__}({', '.join(told)})"

    def __replace__(self, **changes: object) -> Self:
        return type(self)(**{**self._members(), **changes})

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (type(self), self._members()))

    def _members(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self._fields}


def hidden(value: object) -> str:
    """What is shown of a secret, or of a mapping to secrets: its names."""
    if isinstance(value, Mapping):
        names = cast("Mapping[object, object]", value)
        return "{" + ", ".join(f"{name!r}: '***'" for name in names) + "}"
    return "'***'"


def _again(kind: type[Value], members: dict[str, object]) -> Value:
    return kind(**members)
