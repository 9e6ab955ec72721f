"""A protocol of your own: what to ask next, as a pure function of what was said."""

import asyncio

import aragora_core as ac


# START custom_protocol
class SecondThoughts(ac.DebateProtocol):
    """Everybody answers. Whoever is not in the largest group then hears the others and may think again, once."""

    name, version = "second-thoughts", "1"
    planned_calls = ac.PlannedCalls(per_seat=2)

    # Plain, not `async`: a debate is replayed and resumed by asking this again.
    def next(self, transcript: ac.Transcript) -> ac.Step:
        if transcript.round == 0:
            return transcript.ask("answer", "Answer on your own, in one line.")
        # Equal answers are one option, with everybody who gave it.
        options = transcript.options
        largest = max((len(option.authors) for option in options), default=0)
        minority = [author for option in options if len(option.authors) < largest for author in option.authors]
        if not minority or transcript.round > 1:
            return ac.Step.finish()
        return transcript.ask("answer", "Most see it differently. Do their reasons convince you?", minority)


# END custom_protocol


class Member(ac.Agent):
    """Has a first answer and a second one."""

    def __init__(self, id: str, first: str, second: str) -> None:
        self.id = id
        self.views = (first, second)

    async def respond(self, request: ac.AgentRequest) -> str:
        return f"FINAL ANSWER: {self.views[min(request.round, 2) - 1]}"


async def main() -> None:
    stubborn = "tabs, and nothing will change my mind"
    members = [
        Member("ada", "spaces", "spaces"),
        Member("bob", "spaces", "spaces"),
        Member("cyd", "tabs", "spaces"),
        Member("eve", stubborn, stubborn),
    ]
    async with ac.Aragora.open() as aragora:
        decision = await aragora.debate("Tabs or spaces?", members, protocol=SecondThoughts())
    answer = decision.answer.value if decision.answer else None
    print(f"{answer} with {decision.supporters}; {decision.dissenters} is not convinced")
    print(f"{decision.calls.made} calls: four first answers, two second thoughts")


asyncio.run(main())
