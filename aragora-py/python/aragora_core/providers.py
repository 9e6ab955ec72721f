"""The providers behind an instance's models: which can be asked, how they fare, and what was spent."""

from typing import TYPE_CHECKING, cast

from ._host import native_text
from ._json import Json, decode, decode_object, encode, given
from ._values import BreakerSnapshot, BudgetUsage, ProviderReport, RateLimitSnapshot, TargetHealth

if TYPE_CHECKING:
    from .aragora import Aragora


class Agents:
    """`aragora.agents`. Nothing of it holds a key, and nothing of it asks a provider."""

    def __init__(self, aragora: "Aragora") -> None:
        self._aragora = aragora

    def check(self) -> ProviderReport:
        """Which providers are configured, and why one is not."""
        return ProviderReport.from_dict(decode_object(self._ask("check")))

    def health(self) -> list[TargetHealth]:
        """How every model used so far fares at its provider: errors, times, what waits."""
        return [TargetHealth.from_dict(item) for item in self._list("health")]

    def breakers(self) -> list[BreakerSnapshot]:
        """The circuit breaker of every model used so far."""
        return [BreakerSnapshot.from_dict(item) for item in self._list("breakers")]

    def rate_limits(self) -> list[RateLimitSnapshot]:
        """What every model used so far may be asked now, by our limits and by its provider's."""
        return [RateLimitSnapshot.from_dict(item) for item in self._list("rate_limits")]

    async def budgets(self, *, tenant: str | None = None) -> list[BudgetUsage]:
        """How the budgets of an organisation stand in their current periods."""
        found = cast("list[Json]", decode(await self._call("budgets", tenant=tenant)))
        return [BudgetUsage.from_dict(item) for item in found]

    async def forget(self, agent: str, *, tenant: str | None = None) -> int:
        """Forgets what the reply cache keeps of this agent and returns how many replies that were."""
        return cast(int, decode(await self._call("forget", agent=agent, tenant=tenant)))

    def _ask(self, op: str) -> str:
        return self._aragora._session().ask(f"agents.{op}", "{}")

    def _list(self, op: str) -> list[Json]:
        return cast("list[Json]", decode(self._ask(op)))

    async def _call(self, op: str, **arguments: object) -> str:
        return await native_text(self._aragora._session().call, f"agents.{op}", encode(given(**arguments)))
