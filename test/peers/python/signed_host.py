"""Agents of the independent Python SDK that look at their sender: prints `ready`, serves until stdin ends.

signed_host.py URL SEED_FILE REFUSED_USER

`py/peer/strict` wants a signature and tells who it believes to be asked by. `py/peer/choosy` wants one too, and refuses REFUSED_USER.
"""

import asyncio
import sys
from pathlib import Path

import nats
from synadia_ai.agent_service import AgentService, PromptStream, ServiceIdentity
from synadia_ai.agents import Envelope
from synadia_ai.agents.identity.signer import signer_from_seed


async def answer(envelope: Envelope, stream: PromptStream) -> None:
    await stream.send(f"{stream.sender.trust} {stream.sender.id}" if stream.sender else "nobody")


async def main(url: str, seed_file: str, refused: str) -> None:
    nc = await nats.connect(servers=url, nkeys_seed=seed_file)
    signer = signer_from_seed(Path(seed_file).read_text().strip())
    services = [
        AgentService(
            agent="py",
            owner="peer",
            session_name=name,
            nc=nc,
            description="Looks at its sender",
            heartbeat_interval_s=1,
            identity=ServiceIdentity(signer=signer),
            min_sender_trust="signed",
            accept_sender=accepts,
        )
        for name, accepts in (("strict", None), ("choosy", lambda sender: sender.id.user != refused))
    ]
    for service in services:
        service.on_prompt(answer)
        await service.start()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for service in services:
        await service.stop()
    await nc.close()


asyncio.run(main(*sys.argv[1:4]))
