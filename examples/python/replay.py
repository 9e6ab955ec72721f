"""A debate is its log: replayed to the last byte, caught when somebody changed it, and forked to ask "what if"."""

import asyncio

import aragora_core as ac


class Member(ac.Agent):
    """Is convinced by nobody."""

    def __init__(self, id: str, view: str) -> None:
        self.id = id
        self.view = view

    async def respond(self, request: ac.AgentRequest) -> str:
        return f"FINAL ANSWER: {self.view}"


async def main() -> None:
    members = [Member("ada", "yes"), Member("bob", "yes"), Member("eve", "no")]
    async with ac.Aragora.open() as aragora:
        # START replay
        debate = aragora.debate("Do we rewrite it?", members, protocol="simultaneous")
        decision = await debate
        print("decided:", decision.outcome.type)

        # Nobody is asked: the machine is fed what the log says was answered, and must write the same log.
        log = await aragora.debates.log(debate.id)
        report = await aragora.debates.replay(log, check="strict")
        print(f"replayed {report.records} records, all bytes equal: {report.matches}")

        # Somebody edits a reply afterwards. What was concluded no longer follows from what was said.
        lines = log.splitlines()
        forged = next(line for line in lines if '"agent_message"' in line and '"bob"' in line)
        lines[lines.index(forged)] = forged.replace("FINAL ANSWER: yes", "FINAL ANSWER: no")
        report = await aragora.debates.replay("\n".join(lines), check="strict")
        if report.difference:
            print(f"the forgery differs at record {report.difference.seq}, {report.difference.field}")

        # What if it had to be unanimous? A fork takes over the records up to a number; the parent never changes.
        events = await aragora.debates.events(debate.id)
        answered = next(event.seq for event in events if event.type == "step_end")
        rule = ac.RuleConfig(rule=ac.RuleKindUnanimity())
        fork = aragora.debates.fork(debate.id, answered, members, edits=[ac.EditSetRule(rule=rule)])
        other = await fork
        print(f"by unanimity: {other.outcome.type} after {other.rounds_used} rounds")
        # END replay


asyncio.run(main())
