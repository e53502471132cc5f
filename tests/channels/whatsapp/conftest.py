"""A simulated number, WhatsApp's client and channel beside it, and a governor that grants at once."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from app.channels.guard import Guard
from app.channels.http import new_client
from app.channels.whatsapp.adapter import WhatsAppChannel
from app.channels.whatsapp.client import WhatsAppClient
from app.domain.account import Connection, Lane
from app.domain.ids import AccountId
from app.domain.ports import Slot
from tests.sandbox.player import Player

NUMBER = "900100200300"
MARIA = "5511987654321"


@dataclass
class GrantingGovernor:
    """Grants at once and remembers what it was told."""

    slowed: list[timedelta] = field(default_factory=list[timedelta])
    good_for: float = 5.0

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        del connection, lane
        return Slot(time.monotonic(), self.good_for)

    async def slow_down(self, connection: Connection, after: timedelta) -> None:
        del connection
        self.slowed.append(after)

    async def hold(self, connection: Connection, until: datetime) -> None:
        raise AssertionError(f"WhatsApp bans nobody: {connection.channel} until {until}")


@dataclass
class Phone:
    """The simulated number; `connection` speaks to it by Meta's API, `dialog` by 360dialog's."""

    sandbox: Player
    connection: Connection
    dialog: Connection

    async def order(self, path: str, **body: Any) -> Any:
        return await self.sandbox.steer(f"whatsapp/{path}", body)

    async def sent(self) -> list[dict[str, Any]]:
        return (await self.sandbox.http.get(f"/_sandbox/whatsapp/numbers/{NUMBER}/sent")).json()

    async def calls(self) -> list[str]:
        found = (await self.sandbox.http.get("/_sandbox/whatsapp/calls")).json()
        return [f"{one['method']} {one['path']}" for one in found]


@pytest.fixture
def governor() -> GrantingGovernor:
    return GrantingGovernor()


@pytest_asyncio.fixture
async def phone(sandbox: Player) -> Phone:
    number = await sandbox.steer("whatsapp/numbers", {"id": NUMBER})
    base = str(sandbox.http.base_url).rstrip("/")
    meta = Connection(AccountId(1), "whatsapp", NUMBER, f"{base}/whatsapp/v25.0", number["token"])
    return Phone(sandbox, meta, replace(meta, base_url=f"{base}/dialog360"))


@pytest.fixture(params=["meta", "dialog"])
def line(request: pytest.FixtureRequest, phone: Phone) -> Connection:
    """The same number by either vendor."""
    return phone.connection if request.param == "meta" else phone.dialog


@pytest_asyncio.fixture
async def client(governor: GrantingGovernor) -> AsyncIterator[WhatsAppClient]:
    async with new_client() as http:
        yield WhatsAppClient(http, governor, guard=Guard(http))


@pytest.fixture
def channel(client: WhatsAppClient) -> WhatsAppChannel:
    return WhatsAppChannel(client)
