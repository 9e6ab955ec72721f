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
    # With the layers a user has; only the eight calls at a time per model are lifted, as nobody else has them.
    layers = ac.Layers(in_flight=concurrency * len(TASK["seats"]))
    async with ac.Aragora.open(layers=layers) as aragora:

        async def debate() -> None:
            agents = [
                ac.ModelAgent(f"compatible/{TASK['model']}", id=seat, base_url=url, api_key="sk-bench")
                for seat in TASK["seats"]
            ]
            decision = await aragora.debate(
                TASK["question"], agents, protocol=ac.Simultaneous(), limits=limits, options=options
            )
            if decision.calls.made != len(TASK["seats"]) * TASK["rounds"]:
                raise RuntimeError(f"{decision.outcome} after {decision.calls.made} calls")

        await load.run(concurrency, debates, debate)


asyncio.run(main())
