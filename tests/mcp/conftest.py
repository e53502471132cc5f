"""The door of the tools over real HTTP: an open turn, its token, a key, and the SDK's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.house import conversation_of, customer_says, serving, state_of, work_off
from tests.jobs.processes import SWIFT, Starter
from tests.sandbox.player import Player

KEY = "ponte-node"


@dataclass(frozen=True)
class Door:
    """Where the tools of an open turn are called."""

    url: str
    tokens: TurnTokens
    turn: TurnRef

    @asynccontextmanager
    async def client(self, *, mode: str = "auto", **headers: str) -> AsyncIterator[Client]:
        """The SDK's own client: by this year's protocol, or by that of the years before."""
        http = httpx2.AsyncClient(headers=headers or {"X-API-Key": KEY}, trust_env=False, timeout=30)
        async with http, Client(streamable_http_client(self.address(), http_client=http), mode=mode) as client:
            yield client

    def address(self, **changes: object) -> str:
        return f"{self.url}/mcp/{self.tokens.mint(replace(self.turn, **changes))}"


@pytest.fixture
def tokens(secret_key: str) -> TurnTokens:
    return TurnTokens([secret_key])


@pytest.fixture
def ponte(database: Database, secret_key: str, tmp_path: Path) -> Starter:
    """Starts processes of their own on this test's database, and keeps what they write."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return Starter(folder, {**SWIFT, "DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key})


@pytest_asyncio.fixture
async def turn(house: House, shop: Account, sandbox: Player) -> TurnRef:
    """A customer has written, and a brain is being asked."""
    said = await customer_says(sandbox, house, shop, "Quero marcar uma visita")
    await work_off(house, but=("ask",))
    number = await conversation_of(house.database, str(said["chat_id"]))
    state = await state_of(house.database, number)
    assert state.turn is not None
    return TurnRef(shop.id, number, state.turn.number, datetime.now(UTC) + timedelta(minutes=2))


@pytest_asyncio.fixture
async def door(house: House, shop: Account, tokens: TurnTokens, turn: TurnRef) -> AsyncIterator[Door]:
    await house.accounts.add_key(shop.id, KEY, label="n8n", scopes=["node"])
    async with serving(house) as url:
        yield Door(url, tokens, turn)
