"""A house whose first brain is a builder's webhook, with the offline brain behind it."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, open_house
from tests.house import serving, settings_for
from tests.n8n.builder import Webhook

Key = dict[str, str]
PATIENCE = 60.0  # what happens is waited for; only a test about lateness wants a short deadline, and names its own


@pytest_asyncio.fixture
async def webhook() -> AsyncIterator[Webhook]:
    async with Webhook() as made:
        yield made


@pytest.fixture
def patience() -> float:
    """How long the workflow may take, in seconds; a test may be parametrized with another."""
    return PATIENCE


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, webhook: Webhook, patience: float) -> AsyncIterator[House]:
    settings = settings_for(
        *(database.dsn, secret_key),
        n8n_reply_url=webhook.url,
        n8n_reply_timeout_sec=patience,
        n8n_reply_key=SecretStr("header-key"),
        n8n_reply_secrets=SecretStr("new-secret,old-secret"),
        public_url="https://ponte.example",
    )
    async with open_house(settings) as made:
        yield made


@pytest_asyncio.fixture
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(house) as url,
        httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest_asyncio.fixture
async def node(house: House, account: Account) -> Key:
    await house.accounts.add_key(account.id, "ponte-node", label="n8n", scopes=["node"])
    return {"X-API-Key": "ponte-node"}


@pytest_asyncio.fixture
async def reader(house: House, account: Account) -> Key:
    await house.accounts.add_key(account.id, "ponte-read", label="reader", scopes=["read"])
    return {"X-API-Key": "ponte-read"}
