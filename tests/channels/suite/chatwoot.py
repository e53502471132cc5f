"""Chatwoot's world for the shared suite."""

import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

from app.domain.content import Form
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
    Traits,
)
from tests.sandbox.player import Player

SECRET = "secret-of-the-bot"
TOKENS = json.dumps({"user": "token-rita", "bot": "token-bot", "bot_id": 1})
_FAULTS = {TOO_MANY: "rate_429", DOWN: "error_500", LOST: "lost", REFUSED: "refused"}


class ChatwootWorld(ByWebhook):
    name = "chatwoot"
    traits = Traits(
        signs=True,
        shows=frozenset({Form.BUTTONS, Form.IMAGE, Form.AUDIO, Form.VIDEO, Form.DOCUMENT}),
        hand_over=frozenset({SAID, NOTED, GIVEN}),
        owners=(BOT, PEOPLE),
    )

    def __init__(self, sandbox: Player, catcher: Catcher) -> None:
        self._sandbox = sandbox
        self._catcher = catcher
        self._talk = 0

    async def connected(self, house: House, hook_secret: str) -> Account:
        base = f"{self._sandbox.http.base_url}".rstrip("/") + "/chatwoot"
        settings = {"burst_scale": 0, "balloon_spacing": 0}
        await self._sandbox.steer("chatwoot/ways", {"channel_type": "Channel::WebWidget"})
        new = NewAccount("Loja", "chatwoot", "1:1", base, TOKENS, hook_secret, settings=settings, signing=SECRET)
        connected = await house.connecting.connect(new, webhook_url=f"{self._catcher.url}/webhooks/chatwoot/x")
        assert connected.subscribed, connected.warning
        return await house.accounts.get(connected.account_id)

    async def customer(self, text: str) -> Knocked:
        return await self._said({"text": text})

    async def picture(self) -> Knocked:
        return await self._said({"attachment": "image"})

    async def _said(self, order: dict[str, Any]) -> Knocked:
        self._talk = (await self._sandbox.steer("chatwoot/say", order))["conversation"]
        return await self._catcher.take(_message("incoming"))

    async def person(self, text: str) -> Knocked:
        await self._sandbox.steer("chatwoot/write", {"conversation": self._talk, "text": text})
        return await self._catcher.take(_message("outgoing"))

    async def echo(self) -> Knocked:
        return await self._catcher.take(_message("outgoing"))

    def unknown(self) -> Knocked:
        return _signed(b'{"event":"weather_changed","account":{"id":1},"inbox":{"id":1}}')

    def unreadable(self) -> Knocked:
        return _signed(b"{\x00\xff" * 20)

    def signed(self, body: bytes, url: str = "") -> Knocked:
        return replace(_signed(body), url=url)

    def forged(self, knocked: Knocked) -> list[Knocked]:
        bare = {name: value for name, value in knocked.headers.items() if not name.startswith("x-chatwoot")}
        another = {
            **knocked.headers,
            "x-chatwoot-signature": _signed(knocked.body, "x").headers["x-chatwoot-signature"],
        }
        return [
            replace(knocked, headers=bare),
            replace(knocked, headers=another),
            replace(knocked, body=knocked.body.replace(b"Oi", b"Eu")),
        ]

    async def trouble(self, kind: str) -> None:
        await self._sandbox.steer("chatwoot/trouble", {"fault": _FAULTS[kind], "path": "/messages"})

    async def said(self) -> list[str]:
        return [words for _, words in await self.shown()]

    async def told(self) -> list[str]:
        calls = (await self._sandbox.http.get("/_sandbox/chatwoot/calls")).json()
        acts = [(one["path"].rpartition("/")[2], one["body"] or {}) for one in calls if one["method"] == "POST"]
        names = [
            NOTED if body.get("private") else {"messages": SAID, "toggle_status": GIVEN}.get(path)
            for path, body in acts
        ]
        return [one for one in names if one]

    async def owner(self) -> str:
        talks = (await self._sandbox.http.get("/_sandbox/chatwoot/state")).json()["conversations"]
        return {"pending": BOT, "open": PEOPLE}[talks[-1]["status"]]

    async def shown(self) -> list[tuple[str, str]]:
        state = (await self._sandbox.http.get("/_sandbox/chatwoot/state")).json()
        return [
            (_form(one), one["content"] or "")
            for talk in state["conversations"]
            for one in talk["all"]
            if one["message_type"] == 1 and not one["private"]
        ]


def _form(one: dict[str, Any]) -> str:
    """What the people there see a message as: a file with its caption, a question with answers, words."""
    if files := one.get("attachments"):
        return {"file": "document"}.get(files[0]["file_type"], files[0]["file_type"])
    return {"input_select": "buttons"}.get(one["content_type"], one["content_type"])


def _message(kind: str) -> Any:
    def wanted(knocked: Knocked) -> bool:
        told = json.loads(knocked.body)
        return told["event"] == "message_created" and told["message_type"] == kind and not told["private"]

    return wanted


def _signed(body: bytes, secret: str = SECRET) -> Knocked:
    at = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return Knocked(body, {"x-chatwoot-timestamp": at, "x-chatwoot-signature": f"sha256={digest}"})
