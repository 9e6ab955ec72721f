"""A participant of your own: an id and one method."""

import asyncio

import aragora_core as ac
from aragora_core import errors


# START custom_agent
class PriceList(ac.Agent):
    """Answers from a price list. What is not in it, it does not guess."""

    def __init__(self, id: str, prices: dict[str, int]) -> None:
        self.id = id
        self.prices = prices

    # `async def` runs on your event loop. A plain `def` is as good: it runs on a thread and may block.
    async def respond(self, request: ac.AgentRequest) -> str:
        # Only what this seat may see is in the request.
        for item, price in self.prices.items():
            if item in request.text:
                text = f"The list has {item} at {price}.\nFINAL ANSWER: {price}"
                # Streaming is optional: whoever follows the debate sees this piece at once.
                request.output.text(text)
                return text
        raise errors.AgentFailedError("nothing in the question has a price")


class Clerk:
    """Any object with `id` and `respond` will do."""

    id = "clerk"

    def respond(self, request: ac.AgentRequest) -> str:
        return "From memory.\nFINAL ANSWER: 8"


# END custom_agent


async def main() -> None:
    prices = {"nails": 7, "screws": 9}
    async with ac.Aragora.open() as aragora:
        for question in ("What does a box of nails cost?", "What does a hammer cost?"):
            expert = ac.Seat(PriceList("expert", prices), weight=2.0)
            decision = await aragora.debate(
                question, [PriceList("list", prices), expert, Clerk()], protocol="vote_only"
            )
            answer = decision.answer.value if decision.answer else None
            print(f"{question} {answer}: {decision.outcome.type}, failed {decision.failed}")


asyncio.run(main())
