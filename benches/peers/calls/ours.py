"""The nine calls as a debate of ours: prompts, log, limits, decision and HTTP are in the engine."""

import asyncio

import aragora_core as ac
import load
from load import TASK


async def main() -> None:
    """One instance for all debates."""
    url, concurrency, debates = load.arguments()
    limits = ac.Limits(rounds=TASK["rounds"])
    # Nothing stops early, so that each debate makes all of its calls.
    options = ac.DebateOptions(stalemate=False, stop_when=None, gate=ac.GatePolicyOff())
    async with ac.Aragora.open() as aragora:

        async def debate() -> None:
            builder = aragora.debate(TASK["question"], protocol=ac.Simultaneous(), limits=limits, options=options)
            for seat in TASK["seats"]:
                builder = builder.seat(ac.Model(f"compatible/{TASK['model']}", id=seat, base_url=url))
            decision = await builder.run()
            if decision.calls.made != len(TASK["seats"]) * TASK["rounds"]:
                raise RuntimeError(f"{decision.outcome} after {decision.calls.made} calls")

        await load.run(concurrency, debates, debate)


asyncio.run(main())
