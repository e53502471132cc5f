"""One installation for all tests here: what is refused changes nothing, and who writes has a chat of its own."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from app.store.accounts import Account, NewAccount
from app.wiring import House, open_house
from tests.builders import a_kommo_body
from tests.database import Server, fresh
from tests.house import ScriptedBrain, serving, settings_for
from tests.routes.calls import talk

Key = dict[str, str]


@pytest_asyncio.fixture(scope="session")
async def house(postgres: Server, secret_key: str) -> AsyncIterator[House]:
    async with (
        fresh(postgres) as database,
        open_house(settings_for(database.dsn, secret_key), brains=[ScriptedBrain()]) as made,
    ):
        yield made


@pytest.fixture(scope="session")
def hook_secret() -> str:
    return "hook-shared"


@pytest_asyncio.fixture(scope="session")
async def account(house: House, hook_secret: str) -> Account:
    settings = {"burst_scale": 0, "balloon_spacing": 0}
    new = NewAccount("Loja", "kommo", "30100200", "http://127.0.0.1:9", "token", hook_secret, settings=settings)
    return await house.accounts.get(await house.accounts.connect(new))


@pytest_asyncio.fixture(scope="session")
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(house) as url,
        httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest_asyncio.fixture(scope="session")
async def number(web: httpx.AsyncClient, house: House, account: Account, hook_secret: str) -> int:
    """A conversation to name: contact 501, lead 901."""
    body = a_kommo_body(chat_id="chat-named")
    return await talk(web, house, hook_secret, body, chat="chat-named")


async def _key(house: House, account: Account, scope: str) -> Key:
    await house.accounts.add_key(account.id, f"ponte-{scope}", label=f"the {scope}", scopes=[scope])
    return {"X-API-Key": f"ponte-{scope}"}


@pytest_asyncio.fixture(scope="session")
async def reader(house: House, account: Account) -> Key:
    return await _key(house, account, "read")


@pytest_asyncio.fixture(scope="session")
async def node(house: House, account: Account) -> Key:
    return await _key(house, account, "node")


@pytest_asyncio.fixture(scope="session")
async def admin(house: House, account: Account) -> Key:
    return await _key(house, account, "admin")
