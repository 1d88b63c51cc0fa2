"""The agent tools of the independent Python SDK, as a model that answers a prompt would use them: results as one JSON document on stdout.

agent_tools.py definitions      the definitions with all six tools, and with those that wait
agent_tools.py run URL STEPS    STEPS, a JSON list of [TOOL, ARGUMENTS], one after the other; the text $call_id in them is that of the last result that had one
"""

import asyncio
import json
import sys

import nats
from synadia_ai.agents import Agents
from synadia_ai.agents.tools import BLOCKING_AGENT_TOOLS, AgentTools


async def definitions() -> dict:
    agents = Agents(nc=None)
    return {
        "all": AgentTools(agents).definitions,
        "blocking": AgentTools(agents, tools=BLOCKING_AGENT_TOOLS).definitions,
    }


async def run(url: str, steps: str) -> list:
    nc = await nats.connect(servers=url)
    agents = Agents(nc=nc)
    results, call_id = [], ""
    async with AgentTools(agents) as tools, tools.prompt_scope():
        for tool, arguments in json.loads(steps):
            filled = json.loads(json.dumps(arguments).replace("$call_id", call_id))
            result = await tools.execute(tool, filled)
            call_id = result.get("call_id", call_id)
            results.append(result)
    await agents.close()
    await nc.close()
    return results


commands = {"definitions": definitions, "run": run}

if __name__ == "__main__":
    print(json.dumps(asyncio.run(commands[sys.argv[1]](*sys.argv[2:]))))
