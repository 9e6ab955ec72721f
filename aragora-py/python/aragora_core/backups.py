"""Copies of a store, and what comes back from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from os import PathLike, fspath
from typing import TYPE_CHECKING, TypeAlias, cast

from ._host import native_text
from ._json import Json, decode, decode_list, decode_object, encode, given
from ._values import BackupFacts, BackupVerifyReport, DrillReport, PrunePlan, RestoreReport, RetentionPreset

if TYPE_CHECKING:
    from .aragora import Aragora

AnyRetention: TypeAlias = str | RetentionPreset | Mapping[str, Json]


class Backups:
    """`aragora.backups(folder)`. A backup counts once it was read back: `verify`."""

    def __init__(self, aragora: "Aragora", target: str | PathLike[str]) -> None:
        self._aragora = aragora
        self._target = fspath(target)

    async def _call(self, op: str, **arguments: object) -> str:
        document = given(target=self._target, **arguments)
        return await native_text(self._aragora._session().call, f"backups.{op}", encode(document))

    async def full(self) -> str:
        """Writes everything, while writers go on; the backup's id."""
        return cast(str, decode(await self._call("full")))

    async def increment(self) -> str | None:
        """Writes what changed since the latest backup, nothing if nothing did. A full one instead if there is none yet,
        or if the store keeps no journal (`?journal=on`)."""
        return cast("str | None", decode(await self._call("increment")))

    async def list(self) -> Sequence[BackupFacts]:
        """Every complete backup of this store, oldest first."""
        return [BackupFacts.from_dict(item) for item in decode_list(await self._call("list"))]

    async def verify(self, id: str) -> BackupVerifyReport:
        """Reads a backup and its chain back into memory and notes that it counts, else `BackupInvalidError`."""
        return BackupVerifyReport.from_dict(decode_object(await self._call("verify", id=id)))

    async def restore(
        self,
        into: str,
        *,
        id: str | None = None,
        time: datetime | None = None,
        store_id: str | None = None,
        transient: bool | None = None,
    ) -> RestoreReport:
        """Fills the empty store of this URI and closes it: to a backup, to the latest until a time, or to the latest.

        `store_id` says whose, where the folder holds backups of several stores; with `transient` sessions and limits
        come back too.
        """
        restored = await self._call("restore", into=into, id=id, time=time, store_id=store_id, transient=transient)
        return RestoreReport.from_dict(decode_object(restored))

    async def drill(self) -> DrillReport:
        """Restores the newest verified backup into memory and measures it."""
        return DrillReport.from_dict(decode_object(await self._call("drill")))

    async def plan_prune(self, preset: AnyRetention | None = None) -> PrunePlan:
        """What would go by this rule, `runbook` without one. Changes nothing."""
        return PrunePlan.from_dict(decode_object(await self._call("plan_prune", preset=preset)))

    async def prune(self, plan: PrunePlan) -> None:
        """Removes what the plan lists; `ConflictError` if there are other backups by now."""
        await self._call("prune", plan=plan)
