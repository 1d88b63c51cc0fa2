"""A caller of the independent Python SDK: one command a run, its result as one JSON document on stdout.

caller.py URL discover
caller.py URL prompt NAME TEXT [FILE ...]
caller.py URL status NAME
caller.py URL beats NAME COUNT
"""

import asyncio
import json
import sys

import nats
from synadia_ai.agents import (
    Agents,
    Attachment,
    NatsAgentError,
    ResponseChunk,
    StatusChunk,
)


async def main(url: str, command: str, arguments: list[str]) -> dict:
    nc = await nats.connect(servers=url)
    agents = Agents(nc=nc)
    try:
        return await commands[command](agents, *arguments)
    except NatsAgentError as error:
        return {"error": type(error).__name__, "message": str(error)}
    finally:
        await agents.close()
        await nc.close()


async def discover(agents: Agents) -> dict:
    return {"agents": [record(agent) for agent in await agents.discover(stall=0.75)]}


async def prompt(agents: Agents, name: str, text: str, *files: str) -> dict:
    agent = await named(agents, name)
    attachments = [Attachment.from_path(file) for file in files] or None
    statuses, pieces = [], []
    async for message in agent.prompt(text, attachments=attachments):
        if isinstance(message, ResponseChunk):
            pieces.append(message.text)
        elif isinstance(message, StatusChunk):
            statuses.append(message.status)
    return {"text": "".join(pieces), "pieces": len(pieces), "statuses": statuses}


async def status(agents: Agents, name: str) -> dict:
    agent = await named(agents, name)
    return {"status": (await agent.status()).model_dump()}


async def beats(agents: Agents, name: str, count: str) -> dict:
    agent = await named(agents, name)
    seen: asyncio.Queue = asyncio.Queue()
    stop = agents.on_heartbeat(agent.instance_id, seen.put_nowait)
    payloads = [(await asyncio.wait_for(seen.get(), 20)).model_dump() for _ in range(int(count))]
    stop()
    liveness = agents.liveness(agent.instance_id)
    return {"beats": payloads, "online": liveness is not None and liveness.is_online}


async def named(agents: Agents, name: str):
    found = [agent for agent in await agents.discover(stall=0.75) if agent.session_name == name]
    if not found:
        raise NatsAgentError(f"no agent named {name}")
    return found[0]


def record(agent) -> dict:
    return {
        "agent": agent.agent,
        "owner": agent.owner,
        "name": agent.session_name,
        "instance_id": agent.instance_id,
        "description": agent.description,
        "version": agent.version,
        "protocol_version": agent.protocol_version,
        "prompt_subject": agent.prompt_subject,
        "attachments_ok": agent.prompt_endpoint.attachments_ok,
        "max_payload": agent.prompt_endpoint.max_payload_bytes,
        "endpoints": [endpoint.name for endpoint in agent.endpoints],
    }


commands = {"discover": discover, "prompt": prompt, "status": status, "beats": beats}

if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))))
