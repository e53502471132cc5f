"""Kommo's recorded bodies, the simulated Kommo as a process of its own, and a governor that grants at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.channels.http import new_client
from app.channels.kommo.adapter import KommoChannel
from app.channels.kommo.client import KommoClient
from app.domain.account import Capabilities, Connection, Lane
from app.domain.clock import FixedClock
from app.domain.messages import Address
from app.domain.ports import Slot
from tests.sandbox.player import running

NOON = datetime.fromisoformat("2026-10-05T12:00:00+00:00")


@pytest.fixture
def recorded(shared: Path) -> Callable[[str], bytes]:
    """Read a recorded body by its name."""
    return lambda name: (shared / "samples" / "kommo" / f"{name}.txt").read_bytes()


@dataclass
class GrantingGovernor:
    """Grants at once and remembers what it was asked and told."""

    lanes: list[Lane] = field(default_factory=list)
    slowed: list[timedelta] = field(default_factory=list)
    held: list[datetime] = field(default_factory=list)
    good_for: float = 5.0

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        del connection
        self.lanes.append(lane)
        return Slot(granted_at=time.monotonic(), good_for=self.good_for)

    async def slow_down(self, connection: Connection, after: timedelta) -> None:
        del connection
        self.slowed.append(after)

    async def hold(self, connection: Connection, until: datetime) -> None:
        del connection
        self.held.append(until)


@pytest.fixture
def governor() -> GrantingGovernor:
    return GrantingGovernor()


class BusyGovernor(GrantingGovernor):
    """Has no slot for anybody."""

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        await asyncio.Event().wait()
        return await super().slot(connection, lane)


@pytest.fixture
def busy() -> BusyGovernor:
    return BusyGovernor()


@pytest.fixture
def slot() -> Slot:
    return Slot(granted_at=time.monotonic(), good_for=5.0)


@pytest.fixture
def stale() -> Slot:
    return Slot(granted_at=time.monotonic() - 10.0, good_for=5.0)


@pytest.fixture
def canned(vendor: Any) -> Connection:
    """A connection to the vendor that says what it is told."""
    return Connection(
        account_id=1, channel="kommo", external_ref="30100200", base_url=vendor.url, token="made-up-token"
    )


@pytest.fixture
def client(impatient: httpx.AsyncClient, governor: GrantingGovernor) -> KommoClient:
    return KommoClient(impatient, governor, clock=FixedClock(NOON))


@pytest.fixture
def channel(client: KommoClient) -> KommoChannel:
    """The channel with a client that has little patience."""
    return KommoChannel(client)


@pytest_asyncio.fixture(scope="session")
async def sandbox_url() -> AsyncIterator[str]:
    async with running("--rate", "0") as player:
        yield str(player.http.base_url)


@dataclass
class World:
    """The simulated Kommo, steered as its own page steers it."""

    http: httpx.AsyncClient
    connection: Connection

    async def order(self, path: str, **body: Any) -> Any:
        answer = await self.http.post(f"/_sandbox/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def say(self, text: str | None = "oi", *, chat: str = "maria", role: str = "customer", **more: Any) -> Any:
        body = {"chat": chat, "as": role, **({} if text is None else {"text": text}), **more}
        return await self.order("say", **body)

    async def account(self, **change: Any) -> Any:
        return await self.order("accounts", id=int(self.connection.external_ref), **change)

    async def fault(self, name: str, **more: Any) -> None:
        await self.order("faults", replace=True, faults=[{"fault": name, **more}])

    async def calls(self) -> list[dict[str, Any]]:
        return [one for one in (await self.http.get("/_sandbox/record")).json() if one["kind"] == "call"]

    async def words(self, chat_id: str) -> list[str]:
        """All that the company said in a chat."""
        state = (await self.http.get("/_sandbox/state")).json()
        messages = next(chat["messages"] for chat in state["chats"] if chat["chat_id"] == chat_id)
        return [one["text"] for one in messages if one["author"]["type"] != "external"]

    def where(self, said: Any, **change: Any) -> Address:
        """The address of what was said."""
        known = Address(
            chat_id=said["chat_id"],
            talk_id=str(said["talk_id"]),
            contact_id=str(said["contact_id"]),
            lead_id=str(said["lead_id"]) if said["lead_id"] else None,
        )
        return replace(known, **change)


@pytest_asyncio.fixture
async def kommo(sandbox_url: str) -> AsyncIterator[World]:
    """A fresh simulated account."""
    async with httpx.AsyncClient(verify=False, base_url=sandbox_url, trust_env=False) as http:
        (await http.post("/_sandbox/reset", json={"all": True})).raise_for_status()
        account = (await http.get("/_sandbox/accounts")).json()[0]
        connection = Connection(
            account_id=1,
            channel="kommo",
            external_ref=str(account["id"]),
            base_url=sandbox_url,
            token=account["token"],
            capabilities=Capabilities(),
            salesbot_id=account["bot_id"],
            salesbot_field_id=account["field_id"],
        )
        yield World(http, connection)


@pytest_asyncio.fixture
async def live(governor: GrantingGovernor) -> AsyncIterator[KommoChannel]:
    """The channel as it runs in earnest."""
    async with new_client() as http:
        yield KommoChannel(KommoClient(http, governor))
