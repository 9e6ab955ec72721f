"""The corpus through the public API."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import aragora_core as ac
import pytest
from aragora_core import _native
from aragora_core._json import encode, plain
from corpus import Case, cases, differs, exclusions, known
from players import Cast
from servers import Server

# Live events that are not about what layers do.
SILENT = {"token_start", "token_end", "agent_thinking", "heartbeat", "lagged"}
LIMIT = 10.0
PAUSE = 0.005


class Watched:
    """A debate and what was read of it in the background."""

    def __init__(self, debate: ac.Debate) -> None:
        self.debate = debate
        self.types: list[str] = []
        self.streamed: dict[str, str] = {}
        self.noted: list[Any] = []
        self._stream = debate.events()
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for event in self._stream:
            document = event.to_dict()
            kind, data = document["type"], document["data"]
            if document["class"] == "recorded":
                self.types.append(kind)
            elif kind == "token_delta":
                self.streamed[data["turn"]] = self.streamed.get(data["turn"], "") + data["text"]
            elif kind == "token_reset":
                self.streamed[data["turn"]] = ""
            elif kind not in SILENT:
                self.noted.append(document)


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


class Stage:
    """One case being played."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.given = case.document.get("given", {})
        self.cast = Cast(self.given, case.mode)
        self.clock = ac.testing.ManualClock(self.given.get("clock", "2026-01-01T00:00:00Z"))
        self.servers = {name: Server(answers) for name, answers in self.given.get("servers", {}).items()}
        self.kept: dict[str, Any] = {name: server.document for name, server in self.servers.items()}
        self.debates: list[Watched] = []
        self.folder: str
        self.aragora: ac.Aragora

    async def play(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.folder = folder
            self.aragora = await self.open(self.clock, self.given)
            try:
                await self._steps()
            finally:
                self.cast.gates.close_all()
                for watched in self.debates:
                    watched.reader.cancel()
                await asyncio.gather(*(watched.reader for watched in self.debates), return_exceptions=True)
                await self.aragora.close()
                for server in self.servers.values():
                    await asyncio.to_thread(server.close)

    async def open(self, clock: ac.testing.ManualClock, given: dict[str, Any]) -> ac.Aragora:
        """An instance of the case."""
        env = self.resolved(given.get("config", {}).get("env"))
        layers = given.get("layers")
        encryption = given.get("encryption", {})
        return await ac.Aragora.open(
            None if env is None else ac.Config.load(env=env),
            storage=self.resolved(given.get("storage")),
            protocols=list(self.cast.protocols.values()),
            layers=None if layers is None else ac.Layers.from_dict(layers),
            encryption_keys=encryption.get("keys"),
            admit_plain=encryption.get("admit_plain"),
            clock=clock,
            seed=given.get("seed", "7"),
        )

    async def beside(self, args: dict[str, Any]) -> None:
        other = await self.open(ac.testing.ManualClock(self.clock.now()), {**self.given, **args})
        await other.close()

    async def reopen(self, args: dict[str, Any]) -> None:
        grace = args.pop("grace_ms", None)
        clock = ac.testing.ManualClock(self.clock.now())
        await (self.aragora.close() if grace is None else self.aragora.shutdown(grace / 1000))
        self.given = {**self.given, **args}
        self.aragora = await self.open(clock, self.given)
        self.clock = clock

    async def _steps(self) -> None:
        for index, step in enumerate(self.case.document["steps"]):
            known("step", step)
            if self.case.mode == "builtin" and step["op"] == "participant.stats":
                continue
            difference = await self.step(step)
            assert difference is None, f"step {index} {step['op']}: {difference}"
        then = known("then", self.case.document.get("then", {}))
        if "events" in then:
            self.kept["$first"] = self.debates[0]
            step = {"op": "debate.types", "args": {"debate": {"$ref": "$first"}}, "then": {"ok": then["events"]}}
            assert await self.step({**step, "until": True}) is None
        for name, stats in then.get("participants", {}).items() if self.case.mode == "foreign" else ():
            step = {"op": "participant.stats", "args": {"participant": name}, "then": {"ok": stats}, "until": True}
            difference = await self.step(step)
            assert difference is None, f"{name}: {difference}"

    async def step(self, step: dict[str, Any]) -> str | None:
        """Plays a step until it holds, if it may be repeated; the difference."""
        until = step.get("until", False)
        end = asyncio.get_running_loop().time() + LIMIT - 0.5
        while True:
            difference = await self._once(step)
            if difference is None or not until or asyncio.get_running_loop().time() > end:
                return difference
            if isinstance(until, dict):
                self.clock.advance(until["advance_ms"] / 1000)
            await asyncio.sleep(PAUSE)

    async def _once(self, step: dict[str, Any]) -> str | None:
        then = known("then of a step", step.get("then", {}))
        op = OPS.get(step["op"])
        if op is None:
            raise ValueError(f"unknown op {step['op']!r}")
        try:
            value = await op(self, self.resolved(step.get("args", {})))
        except ac.AragoraError as error:
            if "error" not in then:
                return f"failed: {error!r} {error}"
            return self._failed(known("error", then["error"]), error)
        if "as" in step:
            self.kept[step["as"]] = value
        found = {"id": value.debate.id} if isinstance(value, Watched) else plain(value)
        if "error" in then:
            return f"expected a failure, found {found}"
        if "bytes" in then:
            return None if str(found).encode().hex() == then["bytes"] else f"found the bytes of {found!r}"
        return differs(then["ok"], found, self.lookup) if "ok" in then else None

    def _failed(self, expected: dict[str, Any], error: ac.AragoraError) -> str | None:
        wait = error.retry_after
        found = {
            "code": error.code,
            "retryable": error.retryable,
            "reason": error.reason,
            "context": error.context,
            "retry_after_ms": None if wait is None else wait / timedelta(milliseconds=1),
        }
        difference = differs(without(expected, "cause"), found, self.lookup)
        causes, cause = [], error.__cause__
        while cause is not None:
            causes.append(str(cause))
            cause = cause.__cause__
        if difference is None and "cause" in expected and not any(expected["cause"] in text for text in causes):
            return f"expected the cause {expected['cause']!r}, found {causes}"
        return difference

    def resolved(self, value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {"$ref"}:
                return self.lookup(value["$ref"])
            return {name: self.resolved(member) for name, member in value.items()}
        if isinstance(value, str):
            return value.replace("{dir}", self.folder)
        return [self.resolved(item) for item in value] if isinstance(value, list) else value

    def lookup(self, path: str) -> Any:
        name, *rest = path.split(".")
        value = self.kept[name]
        if isinstance(value, Watched):
            return value.debate.id if rest == ["id"] else value
        value = plain(value)
        for part in rest:
            value = value[int(part)] if isinstance(value, list) else value[part]
        return value

    async def start(self, args: dict[str, Any]) -> Watched:
        typed = {"limits": ac.Limits, "options": ac.DebateOptions}
        options = {name: typed[name].from_dict(args[name]) if name in typed else args[name] for name in args}
        options["agents"] = [self.cast.seat(seat) for seat in options.pop("seats")]
        if isinstance(options["question"], dict):
            options["question"] = ac.Question.from_dict(options["question"])
        if isinstance(options.get("rule"), dict) and "rule" in options["rule"]:
            options["rule"] = ac.RuleConfig.from_dict(options["rule"])
        protocol = options.get("protocol")
        if isinstance(protocol, dict) and "participant" in protocol:
            options["protocol"] = self.cast.protocols[protocol["participant"]]
        return await self.watch(self.aragora.debate(**options))

    async def go_on(self, kind: Callable[..., ac.Debate], args: dict[str, Any]) -> Watched:
        if "edits" in args:
            args["edits"] = [ac.edit_from_dict(edit) for edit in args["edits"]]
        return await self.watch(kind(agents=[self.cast.seat(seat) for seat in args.pop("seats")], **args))

    async def watch(self, debate: ac.Debate) -> Watched:
        await debate.start()
        self.debates.append(Watched(debate))
        return self.debates[-1]


async def value_of(value: Any) -> Any:
    return value


def renamed(args: dict[str, Any]) -> dict[str, Any]:
    """Arguments under the names Python can have."""
    names = {"from": "from_seq"}
    return {names.get(name, name): value for name, value in args.items()}


def listed(args: dict[str, Any]) -> dict[str, Any]:
    names = {"from": "since", "to": "until"}
    return {names.get(name, name): instant(value) for name, value in args.items()}


async def events_of(stage: Stage, args: dict[str, Any]) -> list[Any]:
    stream = args.pop("debate").debate.events(**renamed(args))
    return [event async for event in stream if event.class_ is ac.EventClass.RECORDED]


def said(name: str) -> Callable[[Stage, dict[str, Any]], Awaitable[Any]]:
    async def say(stage: Stage, args: dict[str, Any]) -> Any:
        result = getattr(args["debate"].debate.human, name)(**without(args, "debate"))
        return await result if name == "resolve" else result

    return say


async def pure(function: Callable[..., Any], args: dict[str, Any]) -> Any:
    return function(**args)


def backups(name: str, read: Callable[[Any], Any] = lambda value: value) -> Callable[..., Awaitable[Any]]:
    async def call(stage: Stage, args: dict[str, Any]) -> Any:
        return await getattr(stage.aragora.backups(args.pop("target")), name)(**{k: read(a) for k, a in args.items()})

    return call


def rotation(name: str) -> Callable[[Stage, dict[str, Any]], Awaitable[Any]]:
    return lambda stage, args: getattr(stage.aragora.encryption, name)(**args)


def instant(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) and value.endswith("Z") else value


async def exported(stage: Stage, args: dict[str, Any]) -> list[str]:
    return [text async for text in stage.aragora.debates.export(**listed(args))]


async def crypto(op: str, args: dict[str, Any]) -> Any:
    if op == "record_key":
        return ac.record_key(*args["parts"]).hex()
    cipher = ac.Cipher(args["keys"])
    if op == "key_ids":
        return cipher.key_ids
    place = {name: args[name] for name in ("tenant", "store", "field") if name in args}
    at = ac.FieldPath(record=bytes.fromhex(args["record"]), **place)
    if op == "seal":
        if "text" in args:
            return cipher.seal(at, args["text"]).hex()
        return cipher.seal(at, bytes.fromhex(args["bytes"]) if "bytes" in args else ac.Plain.json(args["json"])).hex()
    opened = cipher.open(at, bytes.fromhex(args["envelope"]))
    return {opened.kind: opened.value.hex() if isinstance(opened.value, bytes) else opened.value}


OPS: dict[str, Callable[[Stage, dict[str, Any]], Awaitable[Any]]] = {
    "debate.start": lambda s, a: s.start(a),
    "debate.result": lambda s, a: a["debate"].debate.result(),
    "debate.cancel": lambda s, a: value_of(a["debate"].debate.cancel(a["reason"])),
    "debate.partial": lambda s, a: a["debate"].debate.partial(),
    "debate.finished": lambda s, a: value_of(a["debate"].debate.finished),
    "debate.events": events_of,
    "debate.types": lambda s, a: value_of(list(a["debate"].types)),
    "debate.streamed": lambda s, a: value_of(dict(a["debate"].streamed)),
    "debate.noted": lambda s, a: value_of(list(a["debate"].noted)),
    "human.message": said("message"),
    "human.guidance": said("guidance"),
    "human.vote": said("vote"),
    "human.resolve": said("resolve"),
    "debates.get": lambda s, a: s.aragora.debates.get(**a),
    "debates.list": lambda s, a: s.aragora.debates.list(**listed(a)),
    "debates.log": lambda s, a: s.aragora.debates.log(**a),
    "debates.events": lambda s, a: s.aragora.debates.events(**renamed(a)),
    "debates.export": exported,
    "debates.replay": lambda s, a: s.aragora.debates.replay(**a),
    "debates.fork": lambda s, a: s.go_on(s.aragora.debates.fork, a),
    "debates.resume": lambda s, a: s.go_on(s.aragora.debates.resume, a),
    "agents.check": lambda s, a: value_of(s.aragora.agents.check()),
    "agents.health": lambda s, a: value_of(s.aragora.agents.health()),
    "agents.breakers": lambda s, a: value_of(s.aragora.agents.breakers()),
    "agents.rate_limits": lambda s, a: value_of(s.aragora.agents.rate_limits()),
    "agents.budgets": lambda s, a: s.aragora.agents.budgets(**a),
    "agents.forget": lambda s, a: s.aragora.agents.forget(**a),
    "desk.pending": lambda s, a: s.aragora.desk.pending(**a),
    "desk.turn": lambda s, a: s.aragora.desk.turn(**a),
    "desk.submit": lambda s, a: s.aragora.desk.submit(**without(a, "reply"), **a["reply"]),
    "desk.decline": lambda s, a: s.aragora.desk.decline(**a),
    "consensus.tally": lambda s, a: pure(ac.tally, a),
    "parse.ballot": lambda s, a: pure(ac.parse_ballot, a),
    "parse.critiques": lambda s, a: pure(ac.parse_critiques, a),
    "parse.signals": lambda s, a: pure(ac.parse_signals, a),
    "parse.answer": lambda s, a: pure(ac.parse_answer, a),
    "parse.normalise": lambda s, a: pure(ac.normalise, a),
    "parse.same": lambda s, a: pure(ac.same_answer, a),
    "config.load": lambda s, a: pure(ac.Config.load, a),
    "errors.list": lambda s, a: pure(ac.error_codes, a),
    # A fault that only tests ask for, and therefore nothing public.
    "errors.raise": lambda s, a: pure(lambda: _native.compute("testing.fail", encode(a)), {}),
    "protocols.list": lambda s, a: pure(ac.builtin_protocols, a),
    "clock.now": lambda s, a: value_of(s.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")),
    "clock.advance": lambda s, a: value_of(s.clock.advance(a["ms"] / 1000)),
    "gate.open": lambda s, a: value_of(s.cast.gates.open(a["gate"])),
    "server.requests": lambda s, a: value_of(list(s.servers[a["server"]].requests)),
    "participant.stats": lambda s, a: value_of(s.cast.agents[a["participant"]].stats()),
    "encryption.key_ids": lambda s, a: value_of(s.aragora.encryption.key_ids),
    "encryption.census": rotation("census"),
    "encryption.plan": rotation("plan"),
    "encryption.reencrypt": rotation("reencrypt"),
    "encryption.status": rotation("status"),
    "encryption.announce": lambda s, a: s.aragora.encryption.announce(a["instance"], a["ttl_ms"] / 1000),
    "encryption.retire": rotation("retire"),
    "backups.full": backups("full"),
    "backups.increment": backups("increment"),
    "backups.list": backups("list"),
    "backups.verify": backups("verify"),
    "backups.restore": backups("restore", instant),
    "backups.drill": backups("drill"),
    "backups.plan_prune": backups("plan_prune"),
    "backups.prune": backups("prune", ac.PrunePlan.from_dict),
    "crypto.generate_key": lambda s, a: pure(ac.generate_key, a),
    "crypto.record_key": lambda s, a: crypto("record_key", a),
    "crypto.key_ids": lambda s, a: crypto("key_ids", a),
    "crypto.seal": lambda s, a: crypto("seal", a),
    "crypto.open": lambda s, a: crypto("open", a),
    "aragora.open": lambda s, a: s.beside(a),
    "aragora.reopen": lambda s, a: s.reopen(a),
    "aragora.shutdown": lambda s, a: s.aragora.shutdown(a["grace_ms"] / 1000),
    "aragora.activity": lambda s, a: value_of(s.aragora.activity()),
    "aragora.close": lambda s, a: s.aragora.close(),
}
EXCLUDED = exclusions()


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.name}-{case.mode}")
async def test_case(case: Case) -> None:
    try:
        async with asyncio.timeout(LIMIT):
            await Stage(case).play()
    except (AssertionError, TimeoutError, ac.AragoraError):
        if case.name not in EXCLUDED:
            raise
    else:
        assert case.name not in EXCLUDED, "an excluded case passes: the exclusion is stale"
