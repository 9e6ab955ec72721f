"""Debates that were: their state, logs and replay, and going on with them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from ._host import native_text
from ._json import Json, decode, decode_object, decode_objects, encode, given
from ._values import DebatePage, DebateSummary, Document, Edit, Event, Question, ReplayReport, TranscriptMessage
from .agents import AnyAgent, Seat
from .debate import Debate, check_seats

if TYPE_CHECKING:
    from .aragora import Aragora


class Debates:
    """`aragora.debates`."""

    def __init__(self, aragora: "Aragora") -> None:
        self._aragora = aragora

    async def _call(self, op: str, **arguments: object) -> str:
        session = self._aragora._session()
        return await native_text(session.call, f"debates.{op}", encode(given(**arguments)))

    async def get(self, debate: str, *, tenant: str | None = None) -> DebateSummary:
        """One debate's state."""
        return DebateSummary.from_dict(decode_object(await self._call("get", debate=debate, tenant=tenant)))

    async def list(
        self,
        *,
        tenant: str | None = None,
        state: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        tag: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DebatePage:
        """A page of debates, newest first; `cursor` is the `next` of the page before."""
        window = given(**{"from": since, "to": until})
        found = await self._call("list", tenant=tenant, state=state, tag=tag, cursor=cursor, limit=limit, **window)
        return DebatePage.from_dict(decode_object(found))

    async def log(self, debate: str, *, tenant: str | None = None) -> str:
        """The log, one record per line: the very bytes a replay must write again."""
        return cast(str, decode(await self._call("log", debate=debate, tenant=tenant)))

    async def export(
        self,
        *,
        tenant: str | None = None,
        state: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        tag: str | None = None,
    ) -> AsyncIterator[str]:
        """Debates as JSON lines, one text for each: its summary, then the records of its log."""
        arguments = given(tenant=tenant, state=state, tag=tag, **{"from": since, "to": until})
        while True:
            page = decode_object(await self._call("export", **arguments))
            for text in cast("list[str]", page["debates"]):
                yield text
            if page["next"] is None:
                return
            arguments["cursor"] = page["next"]

    async def replay(self, log: str, *, check: str | None = None) -> ReplayReport:
        """Runs a log again without asking anybody: `strict` compares every byte, `decision` only the decision."""
        return ReplayReport.from_dict(decode_object(await self._call("replay", log=log, check=check)))

    async def events(self, debate: str, *, tenant: str | None = None, from_seq: int | None = None) -> Sequence[Event]:
        """The events of a debate's log."""
        found = await self._call("events", debate=debate, tenant=tenant, **given(**{"from": from_seq}))
        return [Event.from_dict(item) for item in decode_objects(found)]

    async def messages(self, debate: str, *, tenant: str | None = None) -> Sequence[TranscriptMessage]:
        """What was said in a debate."""
        found = await self._call("messages", debate=debate, tenant=tenant)
        return [TranscriptMessage.from_dict(item) for item in decode_objects(found)]

    async def appeal(
        self,
        debate: str,
        reason: str,
        *,
        documents: Sequence[Document | Mapping[str, Json]] | None = None,
        tenant: str | None = None,
    ) -> Question:
        """The question of a second debate about this one, with its decision and new documents before it."""
        listed = None if documents is None else list(documents)
        found = await self._call("appeal", debate=debate, reason=reason, documents=listed, tenant=tenant)
        return Question.from_dict(decode_object(found))

    def resume(
        self,
        debate: str,
        agents: Sequence[AnyAgent | Seat],
        *,
        tenant: str | None = None,
        accept_changes: bool | None = None,
    ) -> Debate:
        """Describes going on with an interrupted debate: nobody is asked twice."""
        spec = {"debate": debate, **given(tenant=tenant, accept_changes=accept_changes)}
        return Debate(self._aragora, "resume", spec, check_seats(agents))

    def fork(
        self,
        debate: str,
        at_seq: int,
        agents: Sequence[AnyAgent | Seat],
        *,
        edits: Sequence[Edit | Mapping[str, Json]] | None = None,
        tenant: str | None = None,
        id: str | None = None,
    ) -> Debate:
        """Describes another course of a debate: what was recorded before `at_seq`, with edits, and on from there."""
        listed = None if edits is None else list(edits)
        spec = {"debate": debate, "at_seq": at_seq, **given(edits=listed, tenant=tenant, id=id)}
        return Debate(self._aragora, "fork", spec, check_seats(agents))

    def attach(self, debate: str, *, tenant: str | None = None) -> Debate:
        """Another handle of a debate that runs in this instance."""
        return Debate(self._aragora, "attach", {"debate": debate, **given(tenant=tenant)})
