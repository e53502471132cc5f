"""Every test of the suite, once for every channel."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.channels.suite.bitrix24 import Bitrix24World, FetchedWorld, PolledWorld
from tests.channels.suite.catching import Catcher, catching
from tests.channels.suite.chatwoot import ChatwootWorld
from tests.channels.suite.kommo import KommoWorld
from tests.channels.suite.twilio import TwilioWorld
from tests.channels.suite.whatsapp import WhatsAppWorld
from tests.channels.suite.world import World
from tests.sandbox.player import Player

WORLDS = {
    "bitrix24-push": Bitrix24World,
    "bitrix24-fetch": FetchedWorld,
    "bitrix24-poll": PolledWorld,
    "chatwoot": ChatwootWorld,
    "kommo": KommoWorld,
    "twilio": TwilioWorld,
    "whatsapp": WhatsAppWorld,
}


@pytest_asyncio.fixture
async def catcher() -> AsyncIterator[Catcher]:
    async with catching() as made:
        yield made


# Those that call us, once each: the others come by the same door, or by none.
CALLING = sorted(set(WORLDS) - {"bitrix24-fetch", "bitrix24-poll"})


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, sandbox: Player, catcher: Catcher) -> World:
    return WORLDS[request.param](sandbox, catcher)


@pytest_asyncio.fixture
async def account(house: House, world: World, hook_secret: str) -> Account:
    """The world's account, connected to the house."""
    return await world.connected(house, hook_secret)
