"""A simulated number, its account, WhatsApp's client and channel beside it, and a governor that grants at once."""

import json
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
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.sandbox.player import Player

NUMBER = "900100200300"
SECRET = "simulated-app-secret"
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


async def connect(house: House, phone: Phone, hook_secret: str, **more: Any) -> Account:
    """The simulated number's account; no burst, no pause."""
    known = {"burst_scale": 0, "balloon_spacing": 0, **more.pop("settings", {})}
    new = NewAccount(
        *("Loja", "whatsapp", NUMBER, phone.connection.base_url, phone.connection.token, hook_secret),
        settings=known,
        signing=SECRET,
    )
    connected = await house.connecting.connect(replace(new, **more), webhook_url=None)
    return await house.accounts.get(connected.account_id)


@pytest_asyncio.fixture
async def account(house: House, phone: Phone, hook_secret: str) -> Account:
    return await connect(house, phone, hook_secret)


def wrote(text: str, message_id: str = "wamid.1", number: str = NUMBER, sender: str = MARIA) -> dict[str, Any]:
    message = {"from": sender, "id": message_id, "timestamp": "4102444800", "type": "text", "text": {"body": text}}
    return {"field": "messages", "value": {"metadata": {"phone_number_id": number}, "messages": [message]}}


def body_of(*changes: dict[str, Any]) -> bytes:
    entry = [{"id": "1", "changes": list(changes)}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
