"""For tests: time you turn by hand, and the core's own suite for agents."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from . import _native
from ._host import native_text
from ._json import decode, decode_list, encode, plain
from .agents import AnyAgent
from .debate import Registration, check_seats, seat_documents
from .errors import InvalidStateError

if TYPE_CHECKING:
    from .aragora import Aragora


class ManualClock:
    """Time that stands still until it is advanced; for one instance: `Aragora.open(clock=clock)`."""

    def __init__(self, start: str | datetime = "2026-01-01T00:00:00Z") -> None:
        self.start = cast(str, plain(start))
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


async def check_agent(aragora: "Aragora", agent: AnyAgent) -> list[str]:
    """Runs the core's suite for agents on yours; returns what it fails, nothing if all is well."""
    session = aragora._session()  # pyright: ignore[reportPrivateUsage]
    registration = Registration()
    try:
        (seat,) = seat_documents(check_seats([agent]), registration)
        failed = decode_list(await native_text(session.call, "testing.agent", encode({"agent": seat["agent"]})))
        return [str(check) for check in failed]
    finally:
        registration.undo()
