"""The nine calls as a langgraph state graph over langchain-openai: three nodes side by side, three times."""

import asyncio
import operator
from typing import Annotated, TypedDict

import load
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, StateGraph
from load import TASK


class State(TypedDict):
    """Answers of all rounds so far, and the round."""

    answers: Annotated[list[tuple[int, int, str]], operator.add]
    round: int


def graph(model: ChatOpenAI) -> object:
    """Seats fan out from `next` and join in it until the rounds are over."""

    def seat_node(own: int, seat: str) -> object:
        async def node(state: State) -> dict[str, object]:
            done = state["round"] - 1
            last = [text for at, _, text in sorted(state["answers"]) if at == done]
            reply = await model.ainvoke([("system", load.system(seat)), ("user", load.prompt(own, last))])
            return {"answers": [(state["round"], own, reply.content)]}

        return node

    builder = StateGraph(State)
    builder.add_node("next", lambda state: {"round": state["round"] + 1})
    builder.add_edge(START, "next")
    for own, seat in enumerate(TASK["seats"]):
        builder.add_node(seat, seat_node(own, seat))
        builder.add_edge(seat, "next")
    builder.add_conditional_edges(
        "next", lambda state: END if state["round"] > TASK["rounds"] else list(TASK["seats"]), [*TASK["seats"], END]
    )
    return builder.compile()


async def main() -> None:
    """One model client for all debates."""
    url, concurrency, debates = load.arguments()
    model = ChatOpenAI(model=TASK["model"], base_url=url, api_key="sk-bench", max_retries=0)
    compiled = graph(model)

    async def debate() -> None:
        state = await compiled.ainvoke({"answers": [], "round": 0})
        load.decide([text for at, _, text in state["answers"] if at == TASK["rounds"]])

    await load.run(concurrency, debates, debate)


asyncio.run(main())
