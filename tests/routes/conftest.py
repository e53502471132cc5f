"""A web process over real HTTP, beside a Postgres of its own, and one caller for each scope.

Tests speak plain HTTP to loopback; `verify=False` spares each client the thirty milliseconds of reading who vouches.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
import uvicorn

from app.browser_service import create_app
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.house import serving
from tests.routes.booking import JOAO, MARIA, hours, known
from tests.services.provisioning.twin import TwinPanels

Key = dict[str, str]
USER = {
    "conversation_id": "wa-1",
    "captured_user_name": "Sofía",
    "candidate_username": "sofia1234",
    "attempt_number": 1,
}
PANEL = {"recipe": "sandbox", "base_url": "https://1.1.1.1", "admin_user": "admin", "admin_password": "muy-secreto"}


@pytest_asyncio.fixture
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with (
        serving(house) as url,
        httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as client,
    ):
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


@dataclass
class Service:
    """A browser process in this one, over a twin of the panel."""

    http: httpx.AsyncClient
    panels: TwinPanels


@pytest_asyncio.fixture
async def service(house: House) -> AsyncIterator[Service]:
    panels = TwinPanels()
    sock = socket.create_server(("127.0.0.1", 0))
    app = create_app(house.settings, browser=panels)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    async with httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as client:
        yield Service(client, panels)
    server.should_exit = True
    await task
    sock.close()


@pytest_asyncio.fixture
async def panel(web: httpx.AsyncClient, admin: Key) -> dict[str, Any]:
    answer = await web.put("/admin/panels", json=PANEL, headers=admin)
    assert answer.status_code == 200, answer.text
    return answer.json()
