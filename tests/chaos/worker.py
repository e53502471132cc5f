"""`python -m tests.chaos.worker`: the worker of an installation whose brain follows the script."""

import asyncio
import os
import signal
import sys
import threading

from app import environment, logs
from app.agents.base import Brain
from app.settings import Settings
from app.wiring import open_house
from app.worker import work
from tests.chaos.script import ScriptedBrain


def follow_parent() -> None:
    """End with whoever started us: our standard input closes then."""

    def wait() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


async def serve(settings: Settings, brain: Brain) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_house(settings, brains=[brain]) as house:
        await work(house, stop)


def run(brain: Brain) -> None:
    """A worker with this brain, until whoever started it ends."""
    follow_parent()
    read = environment.read()
    logs.configure(read.log_level)
    asyncio.run(serve(read, brain))


if __name__ == "__main__":
    run(ScriptedBrain())
