"""The nine calls as somebody writes them who needs nothing else: asyncio and aiohttp."""

import asyncio

import aiohttp
import load
from load import TASK


async def main() -> None:
    """One session with as many connections as are asked for."""
    url, concurrency, debates = load.arguments()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers={"authorization": "Bearer sk-bench"}) as session:

        async def ask(seat: str, text: str) -> str:
            messages = [{"role": "system", "content": load.system(seat)}, {"role": "user", "content": text}]
            body = {"model": TASK["model"], "messages": messages, "max_tokens": 4096, "stream": False}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                response.raise_for_status()
                reply = await response.json()
            return reply["choices"][0]["message"]["content"]

        async def debate() -> None:
            answers: list[str] = []
            for _ in range(TASK["rounds"]):
                asks = [ask(seat, load.prompt(own, answers)) for own, seat in enumerate(TASK["seats"])]
                answers = await asyncio.gather(*asks)
            load.decide(answers)

        await load.run(concurrency, debates, debate)


asyncio.run(main())
