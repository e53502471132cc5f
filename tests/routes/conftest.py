"""A web process over real HTTP, beside a Postgres of its own, and one caller for each scope."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.house import serving
from tests.routes.booking import JOAO, MARIA, hours, known

Key = dict[str, str]


@pytest_asyncio.fixture
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with serving(house) as url, httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        yield client


async def _key(house: House, account: Account, scope: str) -> Key:
    await house.accounts.add_key(account.id, f"ponte-{scope}", label=f"the {scope}", scopes=[scope])
    return {"X-API-Key": f"ponte-{scope}"}


@pytest_asyncio.fixture
async def reader(house: House, account: Account) -> Key:
    return await _key(house, account, "read")


@pytest_asyncio.fixture
async def node(house: House, account: Account) -> Key:
    return await _key(house, account, "node")


@pytest_asyncio.fixture
async def admin(house: House, account: Account) -> Key:
    return await _key(house, account, "admin")


@pytest_asyncio.fixture
async def stranger(house: House) -> Key:
    """The administrator of another account in the same installation."""
    new = NewAccount("Outra Loja", "kommo", "30100999", "http://127.0.0.1:9", "token", "hook-of-another")
    await house.accounts.add_key(await house.accounts.connect(new), "ponte-other", label="other", scopes=["admin"])
    return {"X-API-Key": "ponte-other"}


@pytest_asyncio.fixture
async def seller(web: httpx.AsyncClient, house: House, account: Account, admin: Key) -> str:
    """Ana, who is always there; Maria and João are in the CRM."""
    sql = "insert into vendedores (account_id, external_id, name) values ($1, '11', 'Ana')"
    await house.database.execute(sql, account.id)
    for customer in (MARIA, JOAO):
        await known(house, account, customer["contact_id"])
    put = await web.put("/vendedores/11/disponibilidade", json=hours(), headers=admin)
    assert put.status_code == 200, put.text
    return "11"
