"""Runs so many debates, so many at a time, and says what that took: one line of JSON, as the Rust programs print."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

TASK = json.loads((Path(__file__).parent / "task.json").read_text())


def arguments() -> tuple[str, int, int]:
    """The address of the server, how many debates at a time, how many altogether."""
    url, concurrency, debates = sys.argv[1:]
    return url, int(concurrency), int(debates)


def prompt(own: int, answers: list[str]) -> str:
    """What a seat is asked after these answers; the question alone if there are none."""
    if not answers:
        return TASK["question"]
    parts = [TASK["question"]]
    for i, answer in enumerate(answers):
        whose = "Your own answer" if i == own else "Another answer"
        parts.append(f"{whose}:\n{answer}")
    parts.append("Reconsider, and end with FINAL ANSWER: and your answer.")
    return "\n\n".join(parts)


def system(seat: str) -> str:
    """Who a seat is."""
    return f"You are {seat}. Answer the question and end with FINAL ANSWER: and your answer."


def decide(answers: list[str]) -> None:
    """Counts the last round; anything but the fake server's answer is a failure."""
    votes: dict[str, int] = {}
    for answer in answers:
        value = answer.rsplit("FINAL ANSWER:", 1)[1].strip().lower()
        votes[value] = votes.get(value, 0) + 1
    winner, count = max(votes.items(), key=lambda item: item[1])
    if winner != "yes" or count * 2 <= len(answers):
        raise RuntimeError(f"decided {winner}")


def resident_mib() -> float | None:
    """The most that was resident, where the system tells."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


async def run(concurrency: int, debates: int, debate: Callable[[], Awaitable[None]]) -> None:
    """Measures, after one unmeasured debate per place."""

    async def wave(count: int) -> list[float]:
        left = iter(range(count))
        times: list[float] = []

        async def place() -> None:
            for _ in left:
                began = time.perf_counter()
                await debate()
                times.append(time.perf_counter() - began)

        await asyncio.gather(*(place() for _ in range(min(concurrency, count))))
        return times

    await wave(min(concurrency, 64))
    began, cpu = time.perf_counter(), time.process_time()
    times = sorted(await wave(debates))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    figures = {
        "debates": debates,
        "concurrency": concurrency,
        "cpu_ms_per_debate": cpu * 1e3 / debates,
        "p50_ms": times[round((len(times) - 1) * 0.5)] * 1e3,
        "p95_ms": times[round((len(times) - 1) * 0.95)] * 1e3,
        "debates_per_second": debates / seconds,
        "resident_mib": resident_mib(),
    }
    print(json.dumps(figures))
