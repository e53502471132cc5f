"""The simulated portal, and a house that is connected to it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from app.domain.account import Connection
from app.domain.conversation import Command, Verb
from app.domain.ids import AccountId
from app.services.bot_control.address import Named
from app.store.accounts import Account, NewAccount
from app.wiring import House, open_house
from tests.house import ScriptedBrain, conversation_of, settings_for, work_off
from tests.sandbox.player import Json, Player

WEBHOOK = "1/sandboxsecret"
APPLICATION_TOKEN = "application-token-of-the-sandbox"
SETTINGS = {"burst_scale": 0, "balloon_spacing": 0}


@dataclass
class Portal:
    """The simulated portal, steered as a test wants it."""

    player: Player

    @property
    def url(self) -> str:
        return str(self.player.http.base_url).rstrip("/")

    @property
    def host(self) -> str:
        return self.url.partition("://")[2]

    async def order(self, path: str, **body: Any) -> Any:
        return await self.player.steer(f"bitrix24/{path}", body)

    async def say(self, text: str, **more: Any) -> Json:
        return await self.order("say", text=text, **more)

    async def state(self) -> Json:
        return (await self.player.http.get("/_sandbox/bitrix24/state")).json()

    async def chat(self, name: str = "Maria") -> Json:
        return next(one for one in (await self.state())["chats"] if one["name"] == name)

    async def answers(self, name: str = "Maria") -> list[str]:
        """What programs said in a chat."""
        return [one["text"] for one in (await self.chat(name))["messages"] if one["by"] == "bot"]

    async def calls(self, method: str) -> list[Json]:
        return [one["params"] for one in (await self.state())["calls"] if one["method"] == method]

    async def released(self, house: House) -> None:
        """A person gives the one chat back to the bot, by the API."""
        account, number = (await house.accounts.all_live())[0], await conversation_of(house.database)
        order = Command(Verb.RELEASE, "gerente", datetime.now(UTC), exact=True)
        await house.doors.steering.command(account.id, Named(conversation_id=str(number)), order, key=None)

    def connection(self, token: str | None = None) -> Connection:
        return Connection(AccountId(1), "bitrix24", self.host, self.url, token or WEBHOOK)

    async def connected(self, house: House, hook_secret: str, *, mode: str = "fetch", **more: Any) -> Account:
        token = json.dumps({"webhook": WEBHOOK, "mode": mode, **more.pop("token", {})})
        new = NewAccount(
            "Loja", "bitrix24", self.host, self.url, token, hook_secret, settings=SETTINGS, signing=APPLICATION_TOKEN
        )
        connected = await house.connecting.connect(new, **{"webhook_url": None, **more})
        return await house.accounts.get(connected.account_id)


@pytest.fixture
def portal(sandbox: Player) -> Portal:
    """A fresh portal; `sandbox` has reset it."""
    return Portal(sandbox)


@pytest_asyncio.fixture
async def house(database: Any, secret_key: str, brain: ScriptedBrain) -> AsyncIterator[House]:
    """A house whose calls to a portal have no pace."""
    async with open_house(settings_for(database.dsn, secret_key, b24_rate=0), brains=[brain]) as made:
        yield made


@pytest_asyncio.fixture
async def shop(house: House, portal: Portal, hook_secret: str) -> Account:
    """The portal's account, asked for its news, at the beginning of its queue."""
    account = await portal.connected(house, hook_secret)
    await house.workshop.fetchers.fetch(account)
    return account


Fetch = Callable[[], Awaitable[list[str]]]


@pytest.fixture
def fetch(house: House, shop: Account) -> Fetch:
    """Ask the portal once, and do all that follows."""

    async def once() -> list[str]:
        await house.workshop.fetchers.fetch(shop)
        done = await work_off(house)
        await house.workshop.typing.settled()
        return done

    return once
