"""For tests: time you turn by hand."""

from datetime import datetime, timedelta
from typing import cast

from . import _native
from ._json import decode, encode, plain
from .errors import InvalidStateError


class ManualClock:
    """Time that stands still until it is advanced; for one instance: `Aragora.open(clock=clock)`."""

    def __init__(self, start: str | datetime = "2026-01-01T00:00:00Z") -> None:
        self.start: str = cast(str, plain(start))
        """When it begins."""
        self._native: _native.Session | None = None

    def _bind(self, session: "_native.Session") -> None:
        self._native = session

    def _ask(self, op: str, **arguments: object) -> object:
        if self._native is None:
            raise InvalidStateError("the clock belongs to no open instance; pass it to Aragora.open(clock=...)")
        return decode(self._native.ask(f"clock.{op}", encode(arguments)))

    def now(self) -> datetime:
        """What it shows."""
        return datetime.fromisoformat(cast(str, self._ask("now")))

    def advance(self, duration: timedelta | float) -> None:
        """Turns it on, and wakes whoever waited for that."""
        span = timedelta(seconds=duration) if isinstance(duration, int | float) else duration
        self._ask("advance", ms=span)

    def sleepers(self) -> int:
        """How many wait for it."""
        return cast(int, self._ask("sleepers"))
