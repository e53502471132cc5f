"""The simulated Chatwoot as a process of its own, and the channel as it runs in earnest."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.channels.chatwoot.adapter import ChatwootChannel
from app.channels.chatwoot.client import ChatwootClient
from app.channels.guard import Guard
from app.channels.http import new_client
from app.domain.account import Connection, Lane
from app.domain.ids import AccountId
from app.domain.ports import Slot
from tests.sandbox.player import running

TOKEN = json.dumps({"user": "token-rita", "bot": "token-bot", "bot_id": 1})


@dataclass
class GrantingGovernor:
    """Grants at once and remembers what it was told."""

    lanes: list[Lane] = field(default_factory=list)
    slowed: list[timedelta] = field(default_factory=list)

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        del connection
        self.lanes.append(lane)
        return Slot(granted_at=time.monotonic(), good_for=5.0)

    async def slow_down(self, connection: Connection, after: timedelta) -> None:
        del connection
        self.slowed.append(after)

    async def hold(self, connection: Connection, until: Any) -> None:
        del connection, until


@pytest.fixture
def governor() -> GrantingGovernor:
    return GrantingGovernor()


def connection_to(url: str, *, token: str = TOKEN, ref: str = "1:1") -> Connection:
    return Connection(AccountId(1), "chatwoot", ref, url, token)


@pytest_asyncio.fixture(scope="session")
async def sandbox_url() -> AsyncIterator[str]:
    async with running("--time-scale", "30") as player:
        yield str(player.http.base_url)


@dataclass
class World:
    """The simulated Chatwoot, steered."""

    http: httpx.AsyncClient
    connection: Connection

    async def order(self, what: str, **body: Any) -> Any:
        answer = await self.http.post(f"/_sandbox/chatwoot/{what}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def say(self, text: str | None = "oi", **more: Any) -> Any:
        return await self.order("say", text=text, **more)

    async def calls(self) -> list[dict[str, Any]]:
        return (await self.http.get("/_sandbox/chatwoot/calls")).json()

    async def hooks(self) -> list[dict[str, Any]]:
        return (await self.http.get("/_sandbox/chatwoot/hooks")).json()

    async def state(self) -> dict[str, Any]:
        return (await self.http.get("/_sandbox/chatwoot/state")).json()

    async def talk(self, number: int) -> dict[str, Any]:
        return next(one for one in (await self.state())["conversations"] if one["id"] == number)


@pytest_asyncio.fixture
async def chatwoot(sandbox_url: str) -> AsyncIterator[World]:
    """A fresh simulated account."""
    async with httpx.AsyncClient(verify=False, base_url=sandbox_url, trust_env=False, timeout=20) as http:
        (await http.post("/_sandbox/chatwoot/reset")).raise_for_status()
        yield World(http, connection_to(f"{sandbox_url}/chatwoot"))


@pytest_asyncio.fixture
async def live(governor: GrantingGovernor) -> AsyncIterator[ChatwootChannel]:
    async with new_client() as http:
        files = Guard(http, may_call=lambda _: True)
        yield ChatwootChannel(ChatwootClient(http, governor), files=files, links=Guard(http))
