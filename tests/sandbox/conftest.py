"""A running sandbox, fresh for each test, and a receiver for its webhooks."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.sandbox.player import Player, running
from tests.sandbox.receiver import Receiver

FAST = ("--rate", "0", "--time-scale", "3000")


@pytest_asyncio.fixture(scope="session")
async def process() -> AsyncIterator[Player]:
    async with running(*FAST) as player:
        yield player


@pytest_asyncio.fixture
async def player(process: Player) -> Player:
    await process.steer("reset", {"all": True})
    process.account = (await process.http.get("/_sandbox/accounts")).json()[0]
    return process


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as made:
        yield made
