"""Models by name and at an address of your own, with a budget.

`MODEL_SERVER` is the address of a server that speaks chat completions, `MODEL_KEY` its key, and `OLLAMA_HOST` where
Ollama runs; `cargo xtask test` brings a server of its own.
"""

import asyncio
import os
import sys

import aragora_core as ac

SERVER = os.environ.get("MODEL_SERVER", "")
KEY = os.environ.get("MODEL_KEY", "")

# START layers
layers = ac.Layers(
    retries=1,
    attempt_limit=30,  # seconds, or a timedelta
    requests_per_minute=600,
    fallback=[],  # nobody stands in for a model whose provider fails
    cache=ac.ReplyCache(ttl=3600),
    budgets=[
        ac.Budget(scope=ac.BudgetScopeCall(), limit_micros=50_000),
        ac.Budget(scope=ac.BudgetScopeDebate(), limit_micros=500_000),
        ac.Budget(scope=ac.BudgetScopeTenant(period=ac.Period.MONTH), limit_micros=20_000_000),
    ],
)
# In micro-dollars per million tokens. They win over the list that comes with the library.
house = ac.PriceRow(provider="compatible", model="qwen3*", input=100_000, output=400_000)
prices = ac.PriceTable(version="2026-11", rows=[house])
# END layers


# START credentials
async def token(request: ac.SigningRequest) -> dict[str, str]:
    # Asked for every request, and once more with `refresh` after the provider has refused the fields. It sees method,
    # address and final body, so it can sign too.
    return {"Authorization": f"Bearer {await fetch_token(renew=request.refresh)}"}


signed = ac.ModelAgent("compatible/qwen3-coder", id="signed", base_url=SERVER, credentials=token)
# END credentials


async def fetch_token(*, renew: bool) -> str:
    return KEY


async def main() -> None:
    # START models
    # Nothing else reads keys; pass a mapping of your own in place of the environment.
    config = ac.Config.load(env=os.environ)
    async with ac.Aragora.open(config, layers=layers, prices=prices) as aragora:
        for status in aragora.agents.check().providers:
            print(status.provider, "configured" if status.configured else f"not configured: {status.reason}")

        # By its name alone: key and address come from the configuration.
        named = "ollama/qwen3"
        # Everything beyond a name: an address, a key, and in `config` whatever else its provider takes.
        own = ac.ModelAgent(
            "compatible/qwen3-large",
            id="own",
            base_url=SERVER,
            api_key=KEY,
            config=ac.ProviderDocument(headers={"x-team": "core"}, stream=ac.StreamMode.NEVER),
        )
        decision = await aragora.debate("A batch or a queue?", [named, own, signed], protocol="vote_only")
        # END models
        # START usage
        print("answer:", decision.answer.value if decision.answer else None)
        for seat, used in decision.usage.by_seat.items():
            print(f"{seat}: {used.input} tokens in, {used.output} out, {used.micros} micro-dollars")
        total = decision.usage.total
        # A cost nobody knows is in no sum, and the total says so.
        print(f"{total.micros / 1_000_000:.6f} dollars{'' if total.complete else ' or more'}")
        for budget in await aragora.agents.budgets():
            print(f"{budget.name}: {budget.spent_micros} of {budget.limit_micros} micro-dollars")
        for health in aragora.agents.health():
            print(f"{health.target}: {health.state}, {health.calls} calls, {health.errors} failed")
        # END usage


if SERVER:
    asyncio.run(main())
else:
    print("set MODEL_SERVER to the address of a server that speaks chat completions", file=sys.stderr)
