"""An administrator at the simulated panel, over real HTTP."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.sandbox.panel.clerk import Clerk
from tests.sandbox.player import Player, running


@pytest_asyncio.fixture(scope="session")
async def panel_process() -> AsyncIterator[Player]:
    async with running("--rate", "0", "--time-scale", "3000") as player:
        yield player


@pytest_asyncio.fixture
async def sandbox(panel_process: Player) -> Player:
    await panel_process.steer("reset", {})
    return panel_process


@pytest_asyncio.fixture
async def clerk(sandbox: Player) -> AsyncIterator[Clerk]:
    async with Clerk(sandbox) as made:
        yield made
