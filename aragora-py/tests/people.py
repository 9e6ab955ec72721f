"""Participants the tests share."""

import asyncio
import threading
from collections.abc import Callable

import aragora_core as ac


class Says(ac.Agent):
    """Answers the same every time, as a coroutine."""

    def __init__(self, id: str, view: str) -> None:
        self.id = id
        self.text = f"FINAL ANSWER: {view}"
        self.calls = 0

    async def respond(self, request: ac.AgentRequest) -> str:
        self.calls += 1
        return self.text


class Plainly(ac.Agent):
    """Runs a plain function."""

    def __init__(self, id: str, respond: Callable[[ac.AgentRequest], object]) -> None:
        self.id = id
        self._respond = respond

    def respond(self, request: ac.AgentRequest) -> str:
        return self._respond(request)  # type: ignore[return-value]


class Does(ac.Agent):
    """Runs a coroutine function."""

    def __init__(self, id: str, respond: Callable[[ac.AgentRequest], object]) -> None:
        self.id = id
        self._respond = respond

    async def respond(self, request: ac.AgentRequest) -> str:
        return await self._respond(request)  # type: ignore[misc,no-any-return]


class Hangs(ac.Agent):
    """Answers nothing until it is cancelled."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.entered = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def respond(self, request: ac.AgentRequest) -> str:
        self.entered.set()
        try:
            return await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


class Blocks(ac.Agent):
    """A plain one that blocks its thread until it is let go."""

    def __init__(self, id: str, view: str) -> None:
        self.id = id
        self.view = view
        self.entered = threading.Event()
        self.go = threading.Event()

    def respond(self, request: ac.AgentRequest) -> str:
        self.entered.set()
        if not self.go.wait(30):
            raise RuntimeError("nobody let it go")
        return f"FINAL ANSWER: {self.view}"


def three() -> list[Says]:
    """Two for it, one against."""
    return [Says("ada", "yes"), Says("bob", "yes"), Says("eve", "no")]
