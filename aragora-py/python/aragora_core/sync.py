"""The same without `await`, for scripts and threads that have no event loop.

One loop runs on a background thread, started at first use. Coroutines of participants run there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING

from . import aragora as _aragora
from . import backups as _backups
from . import debate as _debate
from . import debates as _debates
from . import desk as _desk
from . import encryption as _encryption
from . import providers as _providers
from ._background import run
from ._json import Json
from ._values import (
    BackupFacts,
    BackupVerifyReport,
    BreakerSnapshot,
    BudgetUsage,
    DebateOptions,
    DebatePage,
    DebateSummary,
    Decision,
    Document,
    DrillReport,
    Edit,
    Event,
    KeyAge,
    KeyCensus,
    Layers,
    Limits,
    PendingTurn,
    PendingTurns,
    PriceTable,
    ProviderReport,
    PrunePlan,
    Question,
    RateLimitSnapshot,
    ReencryptProgress,
    ReencryptReport,
    ReplayReport,
    RestoreReport,
    ShutdownReport,
    TargetHealth,
    TranscriptMessage,
)
from .agents import AnyAgent, Seat
from .config import Config
from .debate import AnyRule
from .protocols import AnyProtocol, DebateProtocol

if TYPE_CHECKING:
    from datetime import datetime
    from os import PathLike

    from .events import EventStream
    from .testing import ManualClock


class Events:
    """`for event in debate.events()`; `with` closes it at once."""

    def __init__(self, stream: Callable[[], "EventStream"]) -> None:
        self._make = stream
        self._stream: EventStream | None = None

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = run(self._next)
        if event is None:
            raise StopIteration
        return event

    async def _next(self) -> Event | None:
        if self._stream is None:
            self._stream = self._make()
        async for event in self._stream:
            return event
        return None

    def close(self) -> None:
        """Ends the stream; the debate goes on."""
        if self._stream is not None:
            run(self._stream.aclose)

    def __enter__(self) -> "Events":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Human:
    """What people may say in a running debate."""

    def __init__(self, human: _debate.Human) -> None:
        self._human = human

    def message(self, by: str, text: str) -> None:
        """A word to everybody."""
        self._human.message(by, text)

    def guidance(self, by: str, text: str) -> None:
        """Guidance the participants are to follow."""
        self._human.guidance(by, text)

    def vote(self, by: str, option: str, *, intensity: int | None = None) -> None:
        """A vote of somebody who has no seat."""
        self._human.vote(by, option, intensity=intensity)

    def resolve(self, breakpoint: str, action: str, *, by: str, guidance: str | None = None) -> None:
        """Ends a pause at a breakpoint."""
        run(lambda: self._human.resolve(breakpoint, action, by=by, guidance=guidance))


class Debate:
    """A debate; nothing happens before `start`, `result` or the first event."""

    def __init__(self, debate: _debate.Debate) -> None:
        self._debate = debate

    def cancel(self, reason: str = "cancelled by the host") -> None:
        """Ends it; returns at once."""
        self._debate.cancel(reason)

    def detach(self) -> None:
        """Lets it run on with nobody holding it."""
        self._debate.detach()

    @property
    def id(self) -> str:
        """Its id, once it is started."""
        return self._debate.id

    @property
    def finished(self) -> bool:
        """Whether it has ended."""
        return self._debate.finished

    @property
    def human(self) -> Human:
        """What people may say in it."""
        return Human(self._debate.human)

    def start(self) -> "Debate":
        """Begins it, once; returns the same debate."""
        run(self._debate.start)
        return self

    def result(self, timeout: timedelta | float | None = None) -> Decision:
        """Starts it if need be and waits for the decision; after `timeout` seconds the debate is cancelled."""
        return run(self._debate.result, timeout)

    def events(self, *, from_seq: int | None = None, lag: str | None = None, live_only: bool | None = None) -> Events:
        """Its events as they come; starts it if need be."""
        return Events(lambda: self._debate.events(from_seq=from_seq, lag=lag, live_only=live_only))

    def partial(self) -> Decision:
        """The decision as far as it has got."""
        return run(self._debate.partial)


class Debates:
    """`aragora.debates`."""

    def __init__(self, debates: _debates.Debates) -> None:
        self._debates = debates

    def get(self, debate: str, *, tenant: str | None = None) -> DebateSummary:
        """One debate's state."""
        return run(lambda: self._debates.get(debate, tenant=tenant))

    def list(
        self,
        *,
        tenant: str | None = None,
        state: str | None = None,
        since: "datetime | None" = None,
        until: "datetime | None" = None,
        tag: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DebatePage:
        """A page of debates, newest first."""
        return run(
            lambda: self._debates.list(
                tenant=tenant, state=state, since=since, until=until, tag=tag, cursor=cursor, limit=limit
            )
        )

    def log(self, debate: str, *, tenant: str | None = None) -> str:
        """The log, one record per line."""
        return run(lambda: self._debates.log(debate, tenant=tenant))

    def export(
        self,
        *,
        tenant: str | None = None,
        state: str | None = None,
        since: "datetime | None" = None,
        until: "datetime | None" = None,
        tag: str | None = None,
    ) -> Iterator[str]:
        """Debates as JSON lines, one text for each."""
        debates = self._debates.export(tenant=tenant, state=state, since=since, until=until, tag=tag)

        async def following() -> str | None:
            return await anext(debates, None)

        while (text := run(following)) is not None:
            yield text

    def replay(self, log: str, *, check: str | None = None) -> ReplayReport:
        """Runs a log again without asking anybody."""
        return run(lambda: self._debates.replay(log, check=check))

    def events(self, debate: str, *, tenant: str | None = None, from_seq: int | None = None) -> Sequence[Event]:
        """The events of a debate's log."""
        return run(lambda: self._debates.events(debate, tenant=tenant, from_seq=from_seq))

    def messages(self, debate: str, *, tenant: str | None = None) -> Sequence[TranscriptMessage]:
        """What was said in a debate."""
        return run(lambda: self._debates.messages(debate, tenant=tenant))

    def appeal(
        self,
        debate: str,
        reason: str,
        *,
        documents: Sequence[Document | Mapping[str, Json]] | None = None,
        tenant: str | None = None,
    ) -> Question:
        """The question of a second debate about this one."""
        return run(lambda: self._debates.appeal(debate, reason, documents=documents, tenant=tenant))

    def resume(
        self,
        debate: str,
        agents: Sequence[AnyAgent | Seat],
        *,
        tenant: str | None = None,
        accept_changes: bool | None = None,
    ) -> Debate:
        """Describes going on with an interrupted debate."""
        return Debate(self._debates.resume(debate, agents, tenant=tenant, accept_changes=accept_changes))

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
        """Describes another course of a debate."""
        return Debate(self._debates.fork(debate, at_seq, agents, edits=edits, tenant=tenant, id=id))

    def attach(self, debate: str, *, tenant: str | None = None) -> Debate:
        """Another handle of a debate that runs in this instance."""
        return Debate(self._debates.attach(debate, tenant=tenant))


class HumanDesk:
    """`aragora.desk`."""

    def __init__(self, desk: _desk.HumanDesk) -> None:
        self._desk = desk

    def pending(
        self,
        *,
        tenant: str | None = None,
        debate: str | None = None,
        agent: str | None = None,
        limit: int | None = None,
    ) -> PendingTurns:
        """Turns that wait for a person."""
        return run(lambda: self._desk.pending(tenant=tenant, debate=debate, agent=agent, limit=limit))

    def turn(self, id: str, *, tenant: str | None = None) -> PendingTurn:
        """One turn."""
        return run(lambda: self._desk.turn(id, tenant=tenant))

    def submit(
        self, id: str, text: str | None = None, *, by: str, structured: Json = None, tenant: str | None = None
    ) -> None:
        """Answers a turn."""
        run(lambda: self._desk.submit(id, text, by=by, structured=structured, tenant=tenant))

    def decline(self, id: str, reason: str, *, by: str, tenant: str | None = None) -> None:
        """Declines to answer a turn."""
        run(lambda: self._desk.decline(id, reason, by=by, tenant=tenant))


class Agents:
    """`aragora.agents`."""

    def __init__(self, agents: _providers.Agents) -> None:
        self._agents = agents

    def check(self) -> ProviderReport:
        """Which providers are configured, and why one is not."""
        return self._agents.check()

    def health(self) -> list[TargetHealth]:
        """How every model used so far fares at its provider."""
        return self._agents.health()

    def breakers(self) -> list[BreakerSnapshot]:
        """The circuit breaker of every model used so far."""
        return self._agents.breakers()

    def rate_limits(self) -> list[RateLimitSnapshot]:
        """What every model used so far may be asked now."""
        return self._agents.rate_limits()

    def budgets(self, *, tenant: str | None = None) -> list[BudgetUsage]:
        """How the budgets of an organisation stand in their current periods."""
        return run(lambda: self._agents.budgets(tenant=tenant))

    def forget(self, agent: str, *, tenant: str | None = None) -> int:
        """Forgets what the reply cache keeps of this agent."""
        return run(lambda: self._agents.forget(agent, tenant=tenant))


class Encryption:
    """`aragora.encryption`."""

    def __init__(self, encryption: _encryption.Encryption) -> None:
        self._encryption = encryption

    @property
    def key_ids(self) -> list[str]:
        """The ids of its keys, the one that encrypts first."""
        return self._encryption.key_ids

    def census(
        self, *, tenants: Sequence[str] | None = None, backups: "Sequence[str | PathLike[str]] | None" = None
    ) -> KeyCensus:
        """Counts the rows that need each key, and names the keys that backups need."""
        return run(lambda: self._encryption.census(tenants=tenants, backups=backups))

    def plan(self, *, stores: Sequence[str] | None = None, tenants: Sequence[str] | None = None) -> ReencryptReport:
        """What `reencrypt` would do."""
        return run(lambda: self._encryption.plan(stores=stores, tenants=tenants))

    def reencrypt(
        self, *, stores: Sequence[str] | None = None, tenants: Sequence[str] | None = None
    ) -> ReencryptReport:
        """Seals every row of these tables under the key that encrypts now."""
        return run(lambda: self._encryption.reencrypt(stores=stores, tenants=tenants))

    def status(self) -> list[ReencryptProgress]:
        """Every re-encryption that was begun."""
        return run(self._encryption.status)

    def announce(self, instance: str, ttl: timedelta | float) -> KeyAge:
        """Tells the other processes which keys this one has."""
        return run(lambda: self._encryption.announce(instance, ttl))

    def retire(
        self,
        key: str,
        *,
        compromised: bool | None = None,
        tenants: Sequence[str] | None = None,
        backups: "Sequence[str | PathLike[str]] | None" = None,
    ) -> None:
        """Says whether this key may be taken out of the settings."""
        run(lambda: self._encryption.retire(key, compromised=compromised, tenants=tenants, backups=backups))


class Backups:
    """`aragora.backups(folder)`."""

    def __init__(self, backups: _backups.Backups) -> None:
        self._backups = backups

    def full(self) -> str:
        """Writes everything."""
        return run(self._backups.full)

    def increment(self) -> str | None:
        """Writes what changed since the latest backup."""
        return run(self._backups.increment)

    def list(self) -> Sequence[BackupFacts]:
        """Every complete backup of this store, oldest first."""
        return run(self._backups.list)

    def verify(self, id: str) -> BackupVerifyReport:
        """Reads a backup and its chain back and notes that it counts."""
        return run(lambda: self._backups.verify(id))

    def restore(
        self,
        into: str,
        *,
        id: str | None = None,
        time: "datetime | None" = None,
        store_id: str | None = None,
        transient: bool | None = None,
    ) -> RestoreReport:
        """Fills the empty store of this URI and closes it."""
        return run(lambda: self._backups.restore(into, id=id, time=time, store_id=store_id, transient=transient))

    def drill(self) -> DrillReport:
        """Restores the newest verified backup into memory and measures it."""
        return run(self._backups.drill)

    def plan_prune(self, preset: _backups.AnyRetention | None = None) -> PrunePlan:
        """What would go by this rule."""
        return run(lambda: self._backups.plan_prune(preset))

    def prune(self, plan: PrunePlan) -> None:
        """Removes what the plan lists."""
        run(lambda: self._backups.prune(plan))


class Aragora:
    """An instance; `with Aragora.open() as aragora:` closes it at the end."""

    def __init__(self, aragora: _aragora.Aragora) -> None:
        self._aragora = aragora

    @classmethod
    def open(
        cls,
        config: Config | None = None,
        *,
        storage: str | None = None,
        protocols: Sequence[DebateProtocol] = (),
        layers: Layers | Mapping[str, Json] | None = None,
        prices: PriceTable | Mapping[str, Json] | None = None,
        encryption_keys: Sequence[str] | None = None,
        admit_plain: bool | None = None,
        clock: "ManualClock | None" = None,
        seed: int | str | None = None,
    ) -> "Aragora":
        """Opens an instance; without arguments it keeps everything in memory."""

        async def opened() -> _aragora.Aragora:
            return await _aragora.Aragora.open(
                config,
                storage=storage,
                protocols=protocols,
                layers=layers,
                prices=prices,
                encryption_keys=encryption_keys,
                admit_plain=admit_plain,
                clock=clock,
                seed=seed,
            )

        return cls(run(opened))

    def debate(
        self,
        question: str | Question | Mapping[str, Json],
        agents: Sequence[AnyAgent | Seat],
        *,
        protocol: AnyProtocol | None = None,
        rule: AnyRule | None = None,
        limits: Limits | Mapping[str, Json] | None = None,
        options: DebateOptions | Mapping[str, Json] | None = None,
        tier: str | None = None,
        tenant: str | None = None,
        workspace: str | None = None,
        topic: str | None = None,
        tags: Sequence[str] | None = None,
        seed: int | str | None = None,
        id: str | None = None,
    ) -> Debate:
        """Describes a debate; its `result()` begins it."""
        described = self._aragora.debate(
            question,
            agents,
            protocol=protocol,
            rule=rule,
            limits=limits,
            options=options,
            tier=tier,
            tenant=tenant,
            workspace=workspace,
            topic=topic,
            tags=tags,
            seed=seed,
            id=id,
        )
        return Debate(described)

    @property
    def debates(self) -> Debates:
        """Debates that were."""
        return Debates(self._aragora.debates)

    @property
    def agents(self) -> Agents:
        """The providers behind its models."""
        return Agents(self._aragora.agents)

    @property
    def encryption(self) -> Encryption:
        """The keys of what is stored."""
        return Encryption(self._aragora.encryption)

    def backups(self, target: "str | PathLike[str]") -> Backups:
        """Copies of its store in this folder."""
        return Backups(self._aragora.backups(target))

    @property
    def desk(self) -> HumanDesk:
        """Where people find what they are asked."""
        return HumanDesk(self._aragora.desk)

    def activity(self) -> dict[str, Json]:
        """How much is going on, as a document."""
        return self._aragora.activity()

    def metrics(self) -> str:
        """The metrics in the text format of Prometheus."""
        return self._aragora.metrics()

    def shutdown(self, grace: timedelta | float | None = None) -> ShutdownReport:
        """Lets debates run on for up to `grace` seconds, stops the others so that they can be resumed, and closes."""
        return run(lambda: self._aragora.shutdown(grace))

    def close(self) -> None:
        """Cancels what runs, waits for participants, and lets everything go."""
        run(self._aragora.close)

    def __enter__(self) -> "Aragora":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = ["Agents", "Aragora", "Backups", "Debate", "Debates", "Encryption", "Events", "Human", "HumanDesk"]
