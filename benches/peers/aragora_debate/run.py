"""Concurrent debates of three instant agents over three rounds, run by the PyPI package aragora-debate.

The package's own Arena does all the work: prompts, fan-out, critiques, votes, tally, receipt. Only the agents are
ours, and they answer at once with fixed texts, so what is measured is the engine. Measured twice: with the package's
defaults, and with its event callback and convergence check on, which our engine never goes without. Prints one line
of JSON.
"""

import argparse
import asyncio
import json
import platform
import statistics
import time
from importlib.metadata import version

from aragora_debate import Agent, Arena, Critique, DebateConfig, Vote

AGENTS = 3
ROUNDS = 3
QUESTION = "Should the billing service move from nightly batches to a queue?"
# A round is one proposal and one vote of each agent, and one critique of each agent by each other agent.
CALLS = ROUNDS * (AGENTS + AGENTS * (AGENTS - 1) + AGENTS)


class InstantAgent(Agent):
    """Answers without waiting; every agent holds a position of its own and votes for the first agent's."""

    def __init__(self, name):
        super().__init__(name=name, model="instant")
        self.calls = 0

    async def generate(self, prompt, context=None):
        self.calls += 1
        return f"{self.name}: move in two steps, measure the queue's delay after each, and keep the batch as a fallback."

    async def critique(self, proposal, task, context=None, target_agent=None):
        self.calls += 1
        return Critique(
            agent=self.name,
            target_agent=target_agent or "unknown",
            target_content=proposal,
            issues=["no figure for the delay that is acceptable"],
            suggestions=["name the delay at which the fallback takes over"],
            severity=4.0,
            reasoning="a fallback without a threshold is never used",
        )

    async def vote(self, proposals, task):
        self.calls += 1
        return Vote(agent=self.name, choice="agent-1", reasoning="the clearest steps", confidence=0.8)


async def debate(observed):
    agents = [InstantAgent(f"agent-{n}") for n in range(1, AGENTS + 1)]
    events = []
    # Without early stopping, so that all three rounds are played.
    config = DebateConfig(rounds=ROUNDS, early_stopping=False, enable_convergence=observed)
    on_event = events.append if observed else None
    result = await Arena(question=QUESTION, agents=agents, config=config, on_event=on_event).run()
    calls = sum(agent.calls for agent in agents)
    if result.rounds_used != ROUNDS or calls != CALLS or not result.consensus_reached or bool(events) != observed:
        raise SystemExit(f"not the debate to measure: {result.rounds_used} rounds, {calls} calls, {result.status}")


async def run_at_once(debates, observed):
    start = time.perf_counter()
    await asyncio.gather(*(debate(observed) for _ in range(debates)))
    return debates / (time.perf_counter() - start)


def debates_per_second(debates, repeats, observed):
    asyncio.run(run_at_once(min(debates, 20), observed))  # warms imports, caches and the allocator
    return statistics.median(asyncio.run(run_at_once(debates, observed)) for _ in range(repeats))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--debates", type=int, default=200, help="debates at once (default 200)")
    parser.add_argument("--repeats", type=int, default=5, help="measured repeats, of which the median counts")
    arguments = parser.parse_args()
    if arguments.debates < 1 or arguments.repeats < 1:
        parser.error("--debates and --repeats are at least 1")

    defaults, observed = (debates_per_second(arguments.debates, arguments.repeats, on) for on in (False, True))
    print(
        json.dumps(
            {
                "peer": "aragora-debate",
                "version": version("aragora-debate"),
                "python": platform.python_version(),
                "debates": arguments.debates,
                "agents": AGENTS,
                "rounds": ROUNDS,
                "calls_per_debate": CALLS,
                "repeats": arguments.repeats,
                "debates_per_second": round(defaults, 3),
                "debates_per_second_observed": round(observed, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
