"""A house with an integration of its own at the simulated Kommo, and the way through its consent page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from pydantic import SecretStr

from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, open_house
from tests.house import ScriptedBrain, serving, settings_for, work_until_quiet
from tests.sandbox.player import Player

CLIENT_ID = "11111111-aaaa-bbbb-cccc-222222222222"
CLIENT_SECRET = "integration-secret"
PUBLIC_URL = "http://127.0.0.1:9"


def integration(sandbox: Player, **changes: Any) -> dict[str, Any]:
    """The settings of an installation that has an integration at the sandbox."""
    known: dict[str, Any] = {
        "kommo_client_id": CLIENT_ID,
        "kommo_client_secret": SecretStr(CLIENT_SECRET),
        "kommo_consent_url": str(sandbox.http.base_url.join("/oauth")),
        "public_url": PUBLIC_URL,
    }
    return {**known, **changes}


@asynccontextmanager
async def granting_house(database: Database, secret_key: str, sandbox: Player, **changes: Any) -> AsyncIterator[House]:
    """An open installation with an integration; the sandbox knows it."""
    settings = settings_for(database.dsn, secret_key, **integration(sandbox, **changes))
    await register(sandbox, settings.public_url or "")
    async with open_house(settings, brains=[ScriptedBrain()]) as house:
        yield house


async def register(sandbox: Player, public_url: str) -> None:
    """The integration's settings at the vendor."""
    order = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": f"{public_url}/oauth/kommo/callback",
        "uninstall_uri": f"{public_url}/oauth/kommo/uninstall",
    }
    await sandbox.steer("integration", order)


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


async def consent(sandbox: Player, start: str, *, allow: str = "yes", account: int | None = None) -> dict[str, str]:
    """An administrator opens the consent page and presses a button; what the redirect brings back."""
    page = await sandbox.http.get(start)
    assert "Allow access?" in page.text
    asked = query_of(start)
    pressed = {"client_id": asked["client_id"], "state": asked["state"], "allow": allow}
    pressed["account"] = str(account or sandbox.account["id"])
    answer = await sandbox.http.post("/oauth", data=pressed)
    assert answer.status_code == 302, answer.text
    return query_of(answer.headers["location"])


async def come_back(web: httpx.AsyncClient, told: dict[str, str]) -> httpx.Response:
    return await web.get("/oauth/kommo/callback", params=told)


async def granted(house: House, sandbox: Player, *, account: int | None = None) -> Account:
    """The whole way: start, consent page, callback, and the jobs that follow."""
    async with serving(house) as url, httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as web:
        start = (await web.get("/oauth/kommo/start")).headers["location"]
        answer = await come_back(web, await consent(sandbox, start, account=account))
    assert answer.json()["status"] == "connected", answer.text
    await work_until_quiet(house)
    return await house.accounts.get(answer.json()["account_id"])


async def token_calls(sandbox: Player) -> list[int]:
    """The statuses of the calls at the token endpoint."""
    return [one["status"] for one in await sandbox.record() if one["path"] == "/oauth2/access_token"]
