"""A simulated Twilio account, its client and channel beside it, and a governor that grants at once."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.channels.guard import Guard
from app.channels.http import new_client
from app.channels.twilio.adapter import TwilioChannel
from app.channels.twilio.client import TwilioClient
from app.domain.account import Connection, Lane
from app.domain.ids import AccountId
from app.domain.ports import Slot
from tests.sandbox.player import Player

ACCOUNT = "AC" + "1" * 32
NUMBER = "14155238886"
REF = f"{ACCOUNT}:{NUMBER}"
MARIA = "5511987654321"
TEMPLATE = "HX" + "a" * 32


@dataclass
class GrantingGovernor:
    """Grants at once and remembers what it was told."""

    slowed: list[timedelta] = field(default_factory=list[timedelta])

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        del connection, lane
        return Slot(time.monotonic(), 5.0)

    async def slow_down(self, connection: Connection, after: timedelta) -> None:
        del connection
        self.slowed.append(after)

    async def hold(self, connection: Connection, until: datetime) -> None:
        raise AssertionError(f"Twilio bans nobody: {connection.channel} until {until}")


@dataclass
class Phone:
    """The simulated number."""

    sandbox: Player
    connection: Connection

    async def order(self, path: str, **body: Any) -> Any:
        return await self.sandbox.steer(f"twilio/{path}", body)

    async def messages(self) -> list[dict[str, Any]]:
        return (await self.sandbox.http.get(f"/_sandbox/twilio/accounts/{ACCOUNT}/messages")).json()

    async def sent(self) -> list[dict[str, Any]]:
        return [one for one in await self.messages() if one["direction"] != "inbound"]

    async def calls(self) -> list[dict[str, str]]:
        return (await self.sandbox.http.get("/_sandbox/twilio/calls")).json()


@pytest.fixture
def governor() -> GrantingGovernor:
    return GrantingGovernor()


@pytest_asyncio.fixture
async def phone(sandbox: Player) -> Phone:
    made = await sandbox.steer("twilio/accounts", {"sid": ACCOUNT, "number": NUMBER})
    base = str(sandbox.http.base_url).rstrip("/")
    return Phone(sandbox, Connection(AccountId(1), "twilio", REF, f"{base}/twilio", made["token"]))


@pytest_asyncio.fixture
async def client(governor: GrantingGovernor) -> AsyncIterator[TwilioClient]:
    async with new_client() as http:
        yield TwilioClient(http, governor, guard=Guard(http))


@pytest.fixture
def channel(client: TwilioClient) -> TwilioChannel:
    return TwilioChannel(client)


@pytest_asyncio.fixture
async def recording(
    governor: GrantingGovernor,
) -> AsyncIterator[Callable[[httpx.AsyncBaseTransport], TwilioChannel]]:
    """The channel over a transport of the test's own."""
    async with AsyncExitStack() as open_ones:

        def made(transport: httpx.AsyncBaseTransport) -> TwilioChannel:
            http = httpx.AsyncClient(transport=transport)
            open_ones.push_async_callback(http.aclose)
            return TwilioChannel(TwilioClient(http, governor, guard=Guard(http)))

        yield made
