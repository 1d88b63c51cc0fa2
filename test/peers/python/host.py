"""An agent of the independent Python SDK, `py/peer/echo`: prints `ready`, serves until stdin ends.

It echoes the prompt and names the attachments with their sizes. "ask": asks the caller a question and repeats the answer.
"long N": N characters in pieces. "fail": an error. "slow": works for a minute before it answers.
"""

import asyncio
import sys

import nats
from synadia_ai.agent_service import AgentService, PromptStream
from synadia_ai.agents import Envelope


async def answer(envelope: Envelope, stream: PromptStream) -> None:
    prompt = envelope.prompt
    if prompt == "ask":
        reply = await stream.ask("Which colour?", timeout=20)
        await stream.send(f"You said {reply.prompt}")
    elif prompt.startswith("long "):
        for _ in range(int(prompt.split()[1]) // 100):
            await stream.send("0123456789" * 10)
    elif prompt == "fail":
        raise RuntimeError("told to fail")
    elif prompt == "slow":
        await asyncio.sleep(60)
    else:
        await stream.send("echo: ")
        await stream.send(prompt)
        for attachment in envelope.attachments or []:
            await stream.send(f" [{attachment.filename} {len(attachment.to_bytes())}]")


async def main(url: str) -> None:
    nc = await nats.connect(servers=url)
    service = AgentService(
        agent="py",
        owner="peer",
        session_name="echo",
        nc=nc,
        description="An echo",
        heartbeat_interval_s=1,
        max_concurrent_prompts=4,
    )
    service.on_prompt(answer)
    await service.start()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await service.stop()
    await nc.close()


asyncio.run(main(sys.argv[1]))
