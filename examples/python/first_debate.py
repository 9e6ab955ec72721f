"""The first debate anybody writes: three seats, one question, a decision."""

# START first_debate
import asyncio

import aragora_core as ac


class Member(ac.Agent):
    """A seat that is a class of ours. A model, a person or a recording takes a seat the same way."""

    def __init__(self, id: str, view: str) -> None:
        self.id = id
        self.view = view

    async def respond(self, request: ac.AgentRequest) -> str:
        return f"I looked at the open issues.\nFINAL ANSWER: {self.view}"


async def main() -> None:
    members = [Member("ada", "no"), Member("bob", "no"), Member("eve", "yes")]
    async with ac.Aragora.open() as aragora:
        decision = await aragora.debate("Do we ship on Friday?", members, protocol="simultaneous")

    print("answer:", decision.answer.value if decision.answer else None)
    print(f"because of {decision.stop.cause}: {decision.stop.detail}")
    print("for it:", decision.supporters, "against it:", decision.dissenters)
    print(f"calls: {decision.calls.made} of at most {decision.calls.planned}")


asyncio.run(main())
# END first_debate
