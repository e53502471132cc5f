"""An installation that registers businesses, with the stand-in Auth API beside it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House, open_house
from tests.house import ScriptedBrain, connect, settings_for
from tests.sandbox.player import Player

LINK = "https://app.example.com/start"


@pytest_asyncio.fixture
async def registry(database: Any, secret_key: str, brain: ScriptedBrain, sandbox: Player) -> AsyncIterator[House]:
    """An installation that knows the stand-in Auth API and the web app."""
    url = f"{str(sandbox.http.base_url).rstrip('/')}/authapi"
    settings = settings_for(database.dsn, secret_key, auth_api_url=url, web_app_url=LINK)
    async with open_house(settings, brains=[brain]) as made:
        yield made


@pytest_asyncio.fixture
async def india(registry: House, sandbox: Player, hook_secret: str) -> Account:
    """An account whose customers are registered by the plan."""
    account = await connect(registry, sandbox, hook_secret)
    quick: dict[str, Any] = {"flow": "registration", "balloon_spacing": 0, "burst_scale": 0}
    await registry.doors.preferences.change(account.id, quick, who="test")
    return account
