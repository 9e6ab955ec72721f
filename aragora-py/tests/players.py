"""The participants of a case, written in Python behind the public traits."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import aragora_core as ac
from aragora_core import errors


def raised(code: str, **given: Any) -> ac.AragoraError:
    """The error of this code, as a host raises it."""
    name = "".join(part.capitalize() for part in code.split("_")) + "Error"
    error: ac.AragoraError = getattr(errors, name)("the script says so", **given)
    return error


class Gates:
    """Doors that the steps of a case open; coroutines and threads wait at the same ones."""

    def __init__(self) -> None:
        self._open: dict[str, threading.Event] = {}
        self._waiting: dict[str, list[Callable[[], None]]] = {}
        self._loop = asyncio.get_running_loop()

    def _door(self, name: str) -> threading.Event:
        return self._open.setdefault(name, threading.Event())

    def open(self, name: str) -> None:
        self._door(name).set()
        for wake in self._waiting.pop(name, []):
            wake()

    def close_all(self) -> None:
        """Lets everybody go at the end of a case."""
        for name in list(self._open):
            self.open(name)

    async def passed(self, name: str) -> None:
        if not self._door(name).is_set():
            event = asyncio.Event()
            self._waiting.setdefault(name, []).append(event.set)
            await event.wait()

    def passed_plainly(self, name: str) -> None:
        self._door(name).wait()


class Player:
    """One agent's script and what was counted."""

    def __init__(self, name: str, document: dict[str, Any], gates: Gates) -> None:
        self.id = document.get("id", name)
        self.document = document
        self.gates = gates
        self.calls = 0
        self.cancelled = 0
        self.requests: list[Any] = []
        self._taken: dict[str, int] = {}
        for member, value in document.get("profile", {}).items():
            setattr(self, member, value)

    def stats(self) -> dict[str, Any]:
        return {"calls": self.calls, "cancelled": self.cancelled, "requests": self.requests}

    def begin(self, request: ac.AgentRequest) -> dict[str, Any]:
        """Counts the call and takes its item."""
        self.calls += 1
        self.requests.append(request.to_dict())
        script: list[dict[str, Any]] = self.document["script"]
        own = [item for item in script if item.get("phase") == request.phase]
        items = own or [item for item in script if "phase" not in item]
        track = str(request.phase) if own else ""
        index = self._taken.get(track, 0)
        self._taken[track] = index + 1
        match self.document.get("at_end", "repeat"):
            case "repeat":
                index = min(index, len(items) - 1)
            case "cycle":
                index %= len(items)
            case "error" if index >= len(items):
                raise errors.ScriptExhaustedError(f"the script of {self.id!r} has no item left")
        return items[index]

    def act(self, item: dict[str, Any], request: ac.AgentRequest) -> Any:
        """The verb, unless it waits."""
        match item:
            case {"say": text}:
                return text
            case {"reply": reply}:
                return ac.AgentReply.from_dict(reply)
            case {"stream": pieces, **rest}:
                for piece in pieces:
                    request.output.text(piece)
                if "fail" in rest:
                    raise raised(rest["fail"])
                return "".join(pieces)
            case {"ballot": option}:
                labels = request.to_dict()["expect"]["ballot"]["labels"]  # type: ignore[index,call-overload]
                shown = next((label["label"] for label in labels if label["option"] == option), option)  # type: ignore[union-attr,index,call-overload]
                return ac.AgentReply.from_dict({"text": f'{{"choice":"{shown}"}}', "structured": {"choice": shown}})
            case {"fail": code, **rest}:
                wait = rest.get("retry_after_ms")
                raise raised(code, retry_after=None if wait is None else wait / 1000)
            case {"throw": text}:
                raise LookupError(text)
            case {"wrong_type": True}:
                return 7
            case _:
                raise ValueError(f"unknown verb in {item}")


class AsyncPlayer(Player):
    """Answers as a coroutine."""

    async def respond(self, request: ac.AgentRequest) -> Any:
        try:
            item = self.begin(request)
            if "gate" in item:
                await self._wait(item)
            if item.get("hang"):
                await asyncio.get_running_loop().create_future()
            return self.act(item, request)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def _wait(self, item: dict[str, Any]) -> None:
        while True:
            try:
                return await self.gates.passed(item["gate"])
            except asyncio.CancelledError:
                if not item.get("ignore_cancel"):
                    raise
                self.cancelled += 1


class PlainPlayer(Player):
    """Answers as a plain function."""

    def respond(self, request: ac.AgentRequest) -> Any:
        item = self.begin(request)
        if "gate" in item:
            self.gates.passed_plainly(item["gate"])
        if request.cancelled:
            self.cancelled += 1
        return self.act(item, request)


class ScriptedProtocol(ac.DebateProtocol):
    """Takes the item whose index is the number of steps so far."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.name = document["name"]
        self.version = document.get("version", "1")
        self.params = document.get("params")
        self.min_seats = document.get("min_seats")
        self.max_seats = document.get("max_seats")
        self.planned_calls = document.get("planned_calls", {"per_seat_round": 8})
        if "decide" in document:
            self.decide = self._decide

    def next(self, transcript: ac.Transcript) -> Any:
        script, steps = self.document["script"], len(transcript.steps)
        match script[steps] if steps < len(script) else {"finish": True}:
            case {"ask": ask}:
                return transcript.ask(**ask)
            case {"finish": True}:
                return ac.Step.finish()
            case item:
                return self._broken(item)

    def _decide(self, transcript: ac.Transcript) -> Any:
        item = self.document["decide"]
        return transcript.draft() if item == {"default": True} else self._broken(item)

    def _broken(self, item: dict[str, Any]) -> Any:
        match item:
            case {"fail": code}:
                raise raised(code)
            case {"throw": text}:
                raise LookupError(text)
            case {"wrong_type": True}:
                return 7
            case _:
                raise ValueError(f"unknown item {item}")


class Cast:
    """Everybody of one case, by name."""

    def __init__(self, given: dict[str, Any], mode: str) -> None:
        self.gates = Gates()
        self.mode = mode
        self.agents: dict[str, Player] = {}
        self.protocols: dict[str, ScriptedProtocol] = {}
        for name, document in given.get("participants", {}).items():
            if document["seam"] == "protocol":
                self.protocols[name] = ScriptedProtocol(document)
            else:
                kind = PlainPlayer if document.get("style") == "plain" else AsyncPlayer
                self.agents[name] = kind(name, document, self.gates)

    def seat(self, seat: Any) -> Any:
        """A seat of a step: a name, or a document whose agent is a name or a document."""
        if isinstance(seat, str):
            return self.agent(seat)
        options = {key: value for key, value in seat.items() if key != "agent"}
        if "layers" in options:
            options["layers"] = ac.Layers.from_dict(options["layers"])
        if "stand_ins" in options:
            options["stand_ins"] = [self.agent(other) for other in options["stand_ins"]]
        return ac.Seat(self.agent(seat["agent"]), **options)

    def agent(self, agent: Any) -> Any:
        if isinstance(agent, dict):
            return builtin(agent)
        player = self.agents[agent]
        if self.mode == "foreign":
            return player
        steps = [
            {**item, "ballot": {"choice": item["ballot"]}} if "ballot" in item else item
            for item in player.document["script"]
        ]
        return ac.ScriptedAgent(player.id, steps, at_end=player.document.get("at_end", "repeat"))


def builtin(document: dict[str, Any]) -> Any:
    """An agent of the core by its document."""
    makers = {"human": ac.HumanAgent, "demo": ac.DemoAgent, "recorded": ac.RecordedAgent, "scripted": ac.ScriptedAgent}
    rest = {key: value for key, value in document.items() if key != "kind"}
    if "config" in rest:
        rest["config"] = ac.ProviderDocument.from_dict(rest["config"])
    return ac.ModelAgent(**rest) if document["kind"] == "model" else makers[document["kind"]](**rest)
