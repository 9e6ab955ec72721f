"""Following a debate while it runs, leaving, and coming back without a gap."""

import asyncio

import aragora_core as ac


class Speaker(ac.Agent):
    """Says one word after the other."""

    def __init__(self, id: str, words: str) -> None:
        self.id = id
        self.words = words

    async def respond(self, request: ac.AgentRequest) -> str:
        for word in self.words.split(" "):
            request.output.text(f"{word} ")
            await asyncio.sleep(0.02)
        return self.words


async def main() -> None:
    speakers = [Speaker("ada", "A queue, it never sleeps."), Speaker("bob", "A batch, I want to.")]
    async with ac.Aragora.open() as aragora:
        # START streaming
        debate = aragora.debate(
            "Queue or nightly batch?", speakers, protocol="simultaneous", limits=ac.Limits(rounds=1)
        )
        last_seen = 0
        async with debate.events() as events:  # this starts it
            async for event in events:
                match event.data:
                    case ac.TokenDeltaEvent(text=text):
                        # Never stored: the words as they come.
                        print(f"    {event.agent}: {text}")
                    case ac.AgentMessageEvent(text=text):
                        # In the log: delivered exactly once, in order, and durable before it is shown.
                        print(f"{event.seq:>3} {event.agent} said: {text}")
                        last_seen = event.seq
                        break  # The connection is lost here, say. The debate does not notice.
                    case _:
                        pass

        # Whoever comes back names the first number it has not seen: no gap and no repetition.
        async for event in debate.events(from_seq=last_seen + 1):
            if event.class_ == "recorded":
                print(f"{event.seq:>3} {event.type}")
        # END streaming


asyncio.run(main())
