"""`python -m tests.bench.worker`: a worker whose brain answers at once, so that what is left is our own overhead."""

import asyncio
import signal

from app import environment, logs
from app.domain.brain import Proposal, ReplyAction, ReplyRequest
from app.settings import Settings
from app.wiring import open_house
from app.worker import work
from tests.chaos.worker import follow_parent


class InstantBrain:
    name = "instant"

    async def reply(self, request: ReplyRequest) -> Proposal:
        return Proposal(ReplyAction.REPLY, (f"Resposta {request.conversation_id}.{request.turn}",))


async def serve(settings: Settings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_house(settings, brains=[InstantBrain()]) as house:
        await work(house, stop)


if __name__ == "__main__":
    follow_parent()
    read = environment.read()
    logs.configure(read.log_level)
    asyncio.run(serve(read))
