"""An instance of the library: what a host holds."""

from collections.abc import Generator, Mapping, Sequence
from datetime import timedelta
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, cast

from . import _native
from ._host import forget, native, native_text, register, running_loop
from ._json import Json, decode, decode_object, encode, given
from ._values import DebateOptions, Layers, Limits, PriceTable, Question, ShutdownReport
from .agents import AnyAgent, Seat
from .backups import Backups
from .config import Config
from .debate import AnyRule, Debate, check_seats, debate_spec
from .debates import Debates
from .desk import HumanDesk
from .encryption import Encryption, encryption_document
from .errors import ClosedError, InvalidRequestError, InvalidStateError
from .protocols import AnyProtocol, DebateProtocol, ForeignProtocol, builtin_document, check_protocol
from .providers import Agents

if TYPE_CHECKING:
    from .testing import ManualClock


class Opening:
    """What `Aragora.open` returns: `await` it, or enter it with `async with`, which closes it at the end."""

    def __init__(self, aragora: "Aragora") -> None:
        self._aragora = aragora

    def __await__(self) -> Generator[object, None, "Aragora"]:
        return self._aragora._open().__await__()

    async def __aenter__(self) -> "Aragora":
        return await self._aragora._open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._aragora.close()


class Aragora:
    """Debates, their logs and the people at the desk. Made by `Aragora.open()`."""

    def __init__(self, settings: dict[str, object], protocols: Sequence[DebateProtocol], clock: "ManualClock | None"):
        self._settings = settings
        self._protocols = protocols
        self._clock = clock
        self._native: _native.Session | None = None
        self._closed = False

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
    ) -> Opening:
        """Opens an instance; without arguments it keeps everything in memory.

        `layers` are those around every model that is named: repeats, breakers, limits, budgets, who stands in.
        `prices` are your own; they win over the list that comes with the library. `protocols` are those whose debates
        may be resumed. What is stored is sealed under the first of `encryption_keys`, each 64 hex digits, and opened by
        all of them; they take the place of `ARAGORA_ENCRYPTION_KEY`. With `admit_plain` rows from before there was a
        key are read until they are re-encrypted. `clock` and `seed` are for tests.
        """
        running_loop()
        return Opening(
            cls._described(config, storage, protocols, layers, prices, encryption_keys, admit_plain, clock, seed)
        )

    @classmethod
    def _described(
        cls,
        config: Config | None,
        storage: str | None,
        protocols: Sequence[DebateProtocol],
        layers: Layers | Mapping[str, Json] | None,
        prices: PriceTable | Mapping[str, Json] | None,
        encryption_keys: Sequence[str] | None,
        admit_plain: bool | None,
        clock: "ManualClock | None",
        seed: int | str | None,
    ) -> "Aragora":
        if config is not None and not isinstance(config, Config):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"config is {type(config).__name__}, expected Config.load(...)")
        for protocol in protocols:
            check_protocol(protocol)
        settings = given(
            config=None if config is None else config._given,
            storage=storage,
            layers=layers,
            prices=prices,
            encryption=encryption_document(encryption_keys, admit_plain),
            clock=None if clock is None else {"manual": clock.start},
            seed=None if seed is None else str(seed),
        )
        return cls(settings, protocols, clock)

    async def _open(self) -> "Aragora":
        foreign = [ForeignProtocol(protocol) for protocol in self._protocols]
        numbers = [register(protocol) for protocol in foreign]
        documents = [protocol.describe(number) for protocol, number in zip(foreign, numbers, strict=True)]
        settings = {**self._settings, **({"protocols": documents} if documents else {})}
        try:
            self._native = cast("_native.Session", await native(_native.open, encode(settings)))
        except BaseException:
            for number in numbers:
                forget(number)
            raise
        if self._clock is not None:
            self._clock._bind(self._native)
        return self

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
        """Describes a debate; `await` it, its `start()`, `result()` or its events to begin it."""
        if protocol is not None and builtin_document(protocol) is None:
            check_protocol(protocol)
        spec = debate_spec(
            question,
            rule=rule,
            limits=limits,
            options=options,
            seed=seed,
            tier=tier,
            tenant=tenant,
            workspace=workspace,
            topic=topic,
            tags=None if tags is None else list(tags),
            id=id,
        )
        return Debate(self, "debate", spec, check_seats(agents), protocol)

    @property
    def debates(self) -> Debates:
        """Debates that were: their state, logs, replay, and going on with them."""
        return Debates(self)

    @property
    def agents(self) -> Agents:
        """The providers behind its models: which can be asked, how they fare, and what was spent."""
        return Agents(self)

    @property
    def encryption(self) -> Encryption:
        """The keys of what is stored: which rows need them, and how one takes the place of another."""
        return Encryption(self)

    def backups(self, target: str | PathLike[str]) -> Backups:
        """Copies of its store in this folder, sealed under its keys where it has some."""
        return Backups(self, target)

    @property
    def desk(self) -> HumanDesk:
        """Where people find what they are asked."""
        return HumanDesk(self)

    def activity(self) -> dict[str, Json]:
        """How much is going on: debates, turns and more, as a document."""
        return decode_object(self._session().ask("activity", "{}"))

    def metrics(self) -> str:
        """The metrics in the text format of Prometheus."""
        return cast(str, decode(self._session().ask("metrics", "{}")))

    async def shutdown(self, grace: timedelta | float | None = None) -> ShutdownReport:
        """Lets debates run on for up to `grace` seconds, half a minute without it, stops the others at their last
        record so that they can be resumed, here or in another process, and closes."""
        session = self._session()
        span = timedelta(seconds=grace) if isinstance(grace, int | float) else grace
        arguments = encode(given(grace_ms=span))
        self._closed = True
        try:
            done = await native_text(session.call, "shutdown", arguments)
        except InvalidRequestError:
            # Arguments that the core refuses have closed nothing.
            self._closed = False
            raise
        return ShutdownReport.from_dict(decode_object(done))

    async def close(self) -> None:
        """Cancels what runs, waits for participants, and lets everything go. More than once is fine, and so is calling
        it while a shutdown runs, whose grace it ends."""
        self._closed = True
        if self._native is not None:
            await native(self._native.close)

    async def __aenter__(self) -> "Aragora":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _session(self) -> "_native.Session":
        if self._closed:
            raise ClosedError("the instance is closed; open a new one with Aragora.open()")
        if self._native is None:
            raise InvalidStateError("the instance is not open yet; write `async with Aragora.open() as aragora:`")
        return self._native


__all__ = ["Aragora", "Opening"]
