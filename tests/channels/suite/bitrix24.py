"""Bitrix24's world for the shared suite: a portal whose bot calls us."""

import json
from dataclasses import replace

from app.domain.knocking import Knocked
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.channels.suite.catching import Catcher
from tests.channels.suite.world import DOWN, LOST, REFUSED, TOO_MANY, Traits
from tests.sandbox.player import Player

TOKEN = "application-token-of-the-sandbox"
SEND = "imbot.v2.Chat.Message.send"
_FAULTS = {TOO_MANY: "query_limit", DOWN: "error_500", LOST: "lost", REFUSED: "refused"}


class Bitrix24World:
    name = "bitrix24"
    # A bot hears customers alone: what people and we ourselves say is found by looking.
    traits = Traits(signs=True, tells_of_people=False, echoes=False)

    def __init__(self, sandbox: Player, catcher: Catcher) -> None:
        self._sandbox = sandbox
        self._catcher = catcher

    async def connected(self, house: House, hook_secret: str) -> Account:
        base = str(self._sandbox.http.base_url).rstrip("/")
        token = json.dumps({"webhook": "1/sandboxsecret", "mode": "push"})
        settings = {"burst_scale": 0, "balloon_spacing": 0}
        new = NewAccount("Loja", "bitrix24", "", base, token, hook_secret, settings=settings, signing=TOKEN)
        connected = await house.connecting.connect(new, webhook_url=f"{self._catcher.url}/webhooks/bitrix24/x")
        assert connected.subscribed, connected.warning
        return await house.accounts.get(connected.account_id)

    async def customer(self, text: str) -> Knocked:
        await self._sandbox.steer("bitrix24/say", {"text": text})
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
        await self._sandbox.steer("bitrix24/trouble", {"fault": _FAULTS[kind], "method": SEND})

    async def said(self) -> list[str]:
        state = (await self._sandbox.http.get("/_sandbox/bitrix24/state")).json()
        return [one["text"] for chat in state["chats"] for one in chat["messages"] if one["by"] == "bot"]

    async def shown(self) -> list[tuple[str, str]]:
        return [("text", words) for words in await self.said()]


def _is_message(knocked: Knocked) -> bool:
    return knocked.body.startswith(b"event=ONIMBOTV2MESSAGEADD")


def _signed(body: bytes) -> Knocked:
    return Knocked(body + f"&auth[application_token]={TOKEN}".encode())
