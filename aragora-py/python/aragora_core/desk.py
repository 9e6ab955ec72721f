"""Where people find what they are asked."""

from typing import TYPE_CHECKING

from ._host import native_text
from ._json import Json, decode_object, encode, given
from ._values import PendingTurn, PendingTurns

if TYPE_CHECKING:
    from .aragora import Aragora


class HumanDesk:
    """`aragora.desk`."""

    def __init__(self, aragora: "Aragora") -> None:
        self._aragora = aragora

    async def _call(self, op: str, **arguments: object) -> str:
        session = self._aragora._session()
        return await native_text(session.call, f"desk.{op}", encode(given(**arguments)))

    async def pending(
        self,
        *,
        tenant: str | None = None,
        debate: str | None = None,
        agent: str | None = None,
        limit: int | None = None,
    ) -> PendingTurns:
        """Turns that wait for a person; `more` says whether there are others beyond the limit."""
        found = await self._call("pending", tenant=tenant, debate=debate, agent=agent, limit=limit)
        return PendingTurns.from_dict(decode_object(found))

    async def turn(self, id: str, *, tenant: str | None = None) -> PendingTurn:
        """One turn."""
        return PendingTurn.from_dict(decode_object(await self._call("turn", id=id, tenant=tenant)))

    async def submit(
        self, id: str, text: str | None = None, *, by: str, structured: Json = None, tenant: str | None = None
    ) -> None:
        """Answers a turn."""
        await self._call("submit", id=id, reply=given(text=text, structured=structured), by=by, tenant=tenant)

    async def decline(self, id: str, reason: str, *, by: str, tenant: str | None = None) -> None:
        """Declines to answer a turn; the debate goes on without."""
        await self._call("decline", id=id, reason=reason, by=by, tenant=tenant)
