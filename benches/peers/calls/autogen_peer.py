"""The nine calls with the agents of autogen-agentchat over autogen-ext's OpenAI client."""

import asyncio

import load
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import TextMessage
from autogen_core import CancellationToken
from autogen_core.models import ModelInfo
from autogen_ext.models.openai import OpenAIChatCompletionClient
from load import TASK


async def main() -> None:
    """One model client for all debates; agents keep their conversation, so each debate makes its own."""
    url, concurrency, debates = load.arguments()
    info = ModelInfo(
        vision=False, function_calling=False, json_output=False, family="unknown", structured_output=False
    )
    client = OpenAIChatCompletionClient(
        model=TASK["model"], base_url=url, api_key="sk-bench", model_info=info, max_retries=0
    )

    async def debate() -> None:
        agents = [AssistantAgent(seat, model_client=client, system_message=load.system(seat)) for seat in TASK["seats"]]
        answers: list[str] = []
        for _ in range(TASK["rounds"]):
            # Their own answers are in the agents' memory already.
            asks = [
                agent.on_messages(
                    [TextMessage(content=load.prompt(own, answers), source="user")], CancellationToken()
                )
                for own, agent in enumerate(agents)
            ]
            answers = [response.chat_message.content for response in await asyncio.gather(*asks)]
        load.decide(answers)

    await load.run(concurrency, debates, debate)


asyncio.run(main())
