"""Bitrix24's three worlds for the shared suite: a bot that calls us, one that is asked, and a portal without bots."""

import json
from dataclasses import replace
from typing import Any

from app.domain.knocking import Knocked
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.channels.suite.catching import Catcher
from tests.channels.suite.world import (
    BOT,
    DOWN,
    GIVEN,
    LOST,
    NOTED,
    PEOPLE,
    REFUSED,
    SAID,
    TOO_MANY,
    ByWebhook,
    People,
    Traits,
)
from tests.sandbox.player import Player

TOKEN = "application-token-of-the-sandbox"
SEND = "imbot.v2.Chat.Message.send"
SEND_AS_USER = "im.message.add"
RITA = 1  # the webhook's own user
EMPLOYEES = {RITA, 2}
_TOLD = {
    SEND: SAID,
    SEND_AS_USER: SAID,
    "crm.timeline.comment.add": NOTED,
    "imopenlines.bot.session.transfer": GIVEN,
    "imopenlines.bot.session.operator": GIVEN,
}
_FAULTS = {TOO_MANY: "query_limit", DOWN: "error_500", LOST: "lost", REFUSED: "refused"}


class Bitrix24World(ByWebhook):
    name = "bitrix24"
    mode = "push"
    way = SEND
    # A bot hears customers alone: what people and we ourselves say is found by looking.
    traits = Traits(
        signs=True,
        people=People.BY_LOOKING,
        hand_over=frozenset({SAID, NOTED, GIVEN}),
        owners=(BOT, PEOPLE),
    )

    def __init__(self, sandbox: Player, catcher: Catcher) -> None:
        self._sandbox = sandbox
        self._catcher = catcher

    async def connected(self, house: House, hook_secret: str) -> Account:
        base = str(self._sandbox.http.base_url).rstrip("/")
        token = json.dumps({"webhook": "1/sandboxsecret", "mode": self.mode})
        settings = {"burst_scale": 0, "balloon_spacing": 0}
        new = NewAccount("Loja", "bitrix24", "", base, token, hook_secret, settings=settings, signing=TOKEN)
        url = f"{self._catcher.url}/webhooks/bitrix24/x" if self.mode == "push" else None
        connected = await house.connecting.connect(new, webhook_url=url)
        assert bool(connected.subscribed) is (self.mode == "push"), connected.warning
        return await house.accounts.get(connected.account_id)

    async def customer(self, text: str) -> Knocked:
        await self._sandbox.steer("bitrix24/say", {"text": text, "cards": {"lead": 12}})
        return await self._catcher.take(_is_message)

    async def picture(self) -> Knocked:
        await self._sandbox.steer("bitrix24/say", {"picture": True})
        return await self._catcher.take(_is_message)

    async def person(self, text: str) -> Knocked:
        await self._sandbox.steer("bitrix24/write", {"text": text})
        return self.unknown()

    async def echo(self) -> Knocked:
        return self.unknown()

    def unknown(self) -> Knocked:
        return _signed(b"event=ONWEATHERCHANGED&data[FIELDS][ID]=1")

    def unreadable(self) -> Knocked:
        return _signed(b"event=%ZZ&data[a]=1&data=2")

    def signed(self, body: bytes, url: str = "") -> Knocked:
        """The token is in the form: one that holds it already, or is none, stays as it is."""
        return Knocked(body, url=url) if TOKEN.encode() in body else replace(_signed(body), url=url)

    def forged(self, knocked: Knocked) -> list[Knocked]:
        token = f"={TOKEN}".encode()
        return [
            replace(knocked, body=knocked.body.replace(token, b"=")),
            replace(knocked, body=knocked.body.replace(token, b"=another")),
            replace(knocked, body=knocked.body + b"&auth[application_token]=another"),
        ]

    async def trouble(self, kind: str) -> None:
        await self._sandbox.steer("bitrix24/trouble", {"fault": _FAULTS[kind], "method": self.way})

    async def said(self) -> list[str]:
        return [one["text"] for one in await self._messages() if one["by"] == "bot"]

    async def _messages(self) -> list[Any]:
        return [one for chat in (await self._state())["chats"] for one in chat["messages"]]

    async def _state(self) -> Any:
        return (await self._sandbox.http.get("/_sandbox/bitrix24/state")).json()

    async def told(self) -> list[str]:
        return [_TOLD[one["method"]] for one in (await self._state())["calls"] if one["method"] in _TOLD]

    async def owner(self) -> str:
        (chat,) = (await self._state())["chats"]
        return PEOPLE if chat["operator"] in EMPLOYEES else BOT

    async def shown(self) -> list[tuple[str, str]]:
        return [("text", words) for words in await self.said()]


class FetchedWorld(Bitrix24World):
    """A portal that calls nobody: its bot's news are asked for, and asked for again as after a crash."""

    mode = "fetch"
    beginning: str | None = None

    async def connected(self, house: House, hook_secret: str) -> Account:
        account = await super().connected(house, hook_secret)
        await house.workshop.fetchers.fetch(account)
        return account

    async def customer(self, text: str) -> Knocked:
        await self._sandbox.steer("bitrix24/say", {"text": text, "cards": {"lead": 12}})
        return self._there(text)

    async def picture(self) -> Knocked:
        await self._sandbox.steer("bitrix24/say", {"picture": True})
        return self._there("")

    async def person(self, text: str) -> Knocked:
        await self._sandbox.steer("bitrix24/write", {"text": text})
        return self._there(text)

    async def echo(self) -> Knocked:
        return self._there("")

    def _there(self, text: str) -> Knocked:
        """It lies at the portal, and nobody was called: whoever knocks with this has made it up."""
        made_up = _signed(b"event=ONIMBOTV2MESSAGEADD&data[message][text]=" + text.encode())
        return replace(made_up, headers={"x-lies-at": "portal"})

    async def arrive(self, house: House, hook_secret: str, knocked: Knocked) -> str:
        if knocked.headers.get("x-lies-at") != "portal":
            return await super().arrive(house, hook_secret, knocked)
        (account,) = await house.accounts.all_live()
        await house.database.execute("update fetch_positions set position = $1", self.beginning)
        await house.workshop.fetchers.fetch(account)
        return "decoded"


class PolledWorld(FetchedWorld):
    """A portal without bots: the webhook's own user reads its dialogs, and answers as themselves."""

    mode = "poll"
    way = SEND_AS_USER
    beginning = "0"  # without a position, nothing that is there already is news
    # The chat is the user's from its beginning, so there is nobody to whom it would have to be given.
    # Files of a chat are shown to bots alone.
    traits = Traits(signs=True, gives_files=False, hand_over=frozenset({SAID, NOTED}), owners=(PEOPLE, PEOPLE))

    async def said(self) -> list[str]:
        return [one["text"] for one in await self._messages() if one["author"] == RITA]


def _is_message(knocked: Knocked) -> bool:
    return knocked.body.startswith(b"event=ONIMBOTV2MESSAGEADD")


def _signed(body: bytes) -> Knocked:
    return Knocked(body + f"&auth[application_token]={TOKEN}".encode())
