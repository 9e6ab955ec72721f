"""A debate outlives its process: it stops half-way, is found in its store, and goes on where it stopped."""

import asyncio
import tempfile

import aragora_core as ac


class Member(ac.Agent):
    """Says how often it was asked. One that is away lets everybody wait."""

    def __init__(self, id: str, view: str, *, away: bool = False) -> None:
        self.id = id
        self.view = view
        self.away = away
        self.asked = 0

    async def respond(self, request: ac.AgentRequest) -> str:
        self.asked += 1
        if self.away:
            await asyncio.Event().wait()
        return f"FINAL ANSWER: {self.view}"


async def main() -> None:
    ada, bob, eve = Member("ada", "yes"), Member("bob", "yes"), Member("eve", "no", away=True)
    with tempfile.TemporaryDirectory() as folder:
        # START durable_debate
        # A path, or redb:, sled:, postgres:// with an address: every record is durable before anything depends on it.
        async with ac.Aragora.open(storage=f"redb:{folder}/debates") as aragora:
            debate = aragora.debate("Do we rewrite it?", [ada, bob, eve], protocol="vote_only")
            answered = 0
            async for event in debate.events():
                answered += event.type == "agent_message"
                if answered == 2:
                    break
            # Eve does not answer, and this process has to go. What runs stops at its last record, as if it was killed.
            report = await aragora.shutdown(grace=0)
            print(f"stopped: {report.stopped}")

        # Another process, later: whatever has not ended is found and goes on.
        eve.away = False
        async with ac.Aragora.open(storage=f"redb:{folder}/debates") as aragora:
            for found in (await aragora.debates.list(state="running")).items:
                decision = await aragora.debates.resume(found.debate, [ada, bob, eve])
                print(f"{found.question} {decision.outcome.type}, dissent of {', '.join(decision.dissenters)}")

            # Answers that were recorded are not asked for again, and not paid for again.
            print(f"asked: ada {ada.asked}, bob {bob.asked}, eve {eve.asked}")

            # Everything as JSON lines: the summary of each debate, then its log.
            async for lines in aragora.debates.export():
                print(f"exported {len(lines.splitlines())} lines")
        # END durable_debate


asyncio.run(main())
