"""Ratios of the Python package inside one process, and against fresh interpreters. Figures only, no judgement.

Run it with a Python that has the wheel of a release build installed:
`maturin build --release -m aragora-py/Cargo.toml`, `pip install` it, `python benches/ffi/python/measure.py`.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aragora_core as ac

DEBATES = 64
SEATS = 3
ROUNDS = 3
TIMES = 7


class Waits(ac.Agent):
    """An agent that really waits, as for a model."""

    def __init__(self, id: str, seconds: float) -> None:
        self.id = id
        self.seconds = seconds

    async def respond(self, request: ac.AgentRequest) -> str:
        await self.callback()
        return f"FINAL ANSWER: {self.id}"

    async def callback(self) -> None:
        """What the comparison calls as well."""
        await asyncio.sleep(self.seconds)


async def seconds_of(work: Callable[[], Awaitable[object]]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def callbacks(seconds: float) -> dict[str, object]:
    """64 debates of 9 calls against plain gather of the same callbacks, in the same process and order."""
    agents = [Waits(name, seconds) for name in ("ada", "bob", "eve")]
    limits = ac.Limits(rounds=ROUNDS)
    # Nobody is convinced and nothing stops early, so that each debate makes all of its calls.
    options = ac.DebateOptions(stalemate=False, stop_when=None, gate=ac.GatePolicyOff())

    async def gathered() -> None:
        for _ in range(ROUNDS):
            await asyncio.gather(*(agent.callback() for agent in agents))

    async with ac.Aragora.open() as aragora:

        async def debated() -> int:
            debate = aragora.debate("Which?", agents, protocol="simultaneous", limits=limits, options=options)
            return (await debate).calls.made

        if await debated() != SEATS * ROUNDS:
            raise RuntimeError("a debate did not make all of its calls")
        ratios: list[float] = []
        plain: list[float] = []
        ours: list[float] = []
        for _ in range(TIMES):
            plain.append(await seconds_of(lambda: asyncio.gather(*(gathered() for _ in range(DEBATES)))))
            ours.append(await seconds_of(lambda: asyncio.gather(*(debated() for _ in range(DEBATES)))))
            ratios.append(ours[-1] / plain[-1])
    return {
        "debates": DEBATES,
        "calls_each": SEATS * ROUNDS,
        "callback_ms": seconds * 1000,
        "gather_s": round(statistics.median(plain), 4),
        "debates_s": round(statistics.median(ours), 4),
        "ratio": round(statistics.median(ratios), 3),
        "target": 1.3,
    }


def fresh(code: str) -> float:
    """Seconds a fresh interpreter takes for this, beyond starting."""
    timed = f"import time; began = time.perf_counter(); {code}; print(time.perf_counter() - began)"
    best = [float(_output(timed)) for _ in range(9)]
    return statistics.median(best)


def resident(code: str) -> int:
    """Kilobytes a fresh interpreter holds after this."""
    shown = f"{code}; print(open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"
    return int(_output(shown).split()[-1])


def _output(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - code of ours


def footprint() -> dict[str, object]:
    """Import time and idle memory against `import asyncio`."""
    base, package = fresh("import asyncio"), fresh("import aragora_core")
    found: dict[str, object] = {
        "import_asyncio_ms": round(base * 1000, 1),
        "import_aragora_core_ms": round(package * 1000, 1),
        "import_ratio": round(package / base, 2),
        "import_target": 1.5,
    }
    if Path("/proc/self/status").exists():
        kilobytes = [resident("import asyncio"), resident("import aragora_core")]
        idle = resident("import aragora_core as ac; a = ac.sync.Aragora.open(); import time; time.sleep(0.2)")
        found |= {
            "memory_asyncio_kb": kilobytes[0],
            "memory_imported_kb": kilobytes[1],
            "memory_idle_instance_kb": idle,
            "memory_ratio": round(kilobytes[1] / kilobytes[0], 2),
            "memory_target": 2,
        }
    return found


async def main() -> None:
    """Prints one JSON document."""
    rows = [await callbacks(seconds) for seconds in (0.02, 0.1)]
    print(json.dumps({"callbacks": rows, "footprint": footprint()}, indent=2))


if __name__ == "__main__":
    asyncio.run(main())
