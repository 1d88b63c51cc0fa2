"""A caller of the independent Python SDK that signs: one command a run, its result as one JSON document on stdout.

signed_caller.py URL SEED_FILE SIGNS prompt NAME TEXT
signed_caller.py URL SEED_FILE SIGNS converse NAME TEXT ANSWER     answers each question by the SDK's own reply
signed_caller.py URL SEED_FILE SIGNS approve NAME TEXT ANSWER      answers each question as an approval is to be answered
signed_caller.py URL SEED_FILE SIGNS record NAME
signed_caller.py URL SEED_FILE SIGNS beat NAME

SEED_FILE: the NKEY that it connects with. SIGNS: "yes", or "no" for one that sends no header.
"""

import asyncio
import hashlib
import json
import sys
from pathlib import Path

import nats
from synadia_ai.agents import Agents, NatsAgentError, Query, ResponseChunk
from synadia_ai.agents.identity import Identity, verify_sender
from synadia_ai.agents.identity.signer import signer_from_seed


async def main(url: str, seed_file: str, signs: str, command: str, arguments: list[str]) -> dict:
    nc = await nats.connect(servers=url, nkeys_seed=seed_file)
    signer = signer_from_seed(Path(seed_file).read_text().strip()) if signs == "yes" else None
    agents = Agents(nc=nc, identity=Identity(signer=signer) if signer else None)
    try:
        return await commands[command](nc, agents, *arguments)
    except NatsAgentError as error:
        return {"error": type(error).__name__, "message": str(error)}
    finally:
        await agents.close()
        await nc.close()


async def prompt(nc, agents: Agents, name: str, text: str) -> dict:
    agent = await named(agents, name)
    pieces = [message.text async for message in agent.prompt(text) if isinstance(message, ResponseChunk)]
    return {"text": "".join(pieces)}


async def converse(nc, agents: Agents, name: str, text: str, answer: str) -> dict:
    return await conversation(agents, name, text, lambda query: query.reply(answer))


async def approve(nc, agents: Agents, name: str, text: str, answer: str) -> dict:
    async def reply(query: Query) -> None:
        payload = json.dumps({"prompt": answer, "approves": hashlib.sha256(query.prompt.encode()).hexdigest()})
        await agents.publish_signed(query.reply_subject, payload.encode())

    return await conversation(agents, name, text, reply)


async def conversation(agents: Agents, name: str, text: str, reply) -> dict:
    agent = await named(agents, name)
    questions, pieces = [], []
    async for message in agent.prompt(text):
        if isinstance(message, Query):
            questions.append(message.prompt)
            await reply(message)
        elif isinstance(message, ResponseChunk):
            pieces.append(message.text)
    return {"text": "".join(pieces), "questions": questions}


async def record(nc, agents: Agents, name: str) -> dict:
    agent = await named(agents, name)
    return {"identity": str(agent.identity), "verified": agent.id_sig_verified}


async def beat(nc, agents: Agents, name: str) -> dict:
    subscription = await nc.subscribe(f"agents.hb.*.*.{name}")
    message = await subscription.next_msg(timeout=20)
    sender = verify_sender(message, "live")
    return {"trust": sender.trust if sender else None, "sender": str(sender.id) if sender else None}


async def named(agents: Agents, name: str):
    found = [agent for agent in await agents.discover(stall=0.75) if agent.session_name == name]
    if not found:
        raise NatsAgentError(f"no agent named {name}")
    return found[0]


commands = {"prompt": prompt, "converse": converse, "approve": approve, "record": record, "beat": beat}

if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(*sys.argv[1:5], sys.argv[5:]))))
