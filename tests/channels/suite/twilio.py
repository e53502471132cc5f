"""Twilio's world for the shared suite."""

import base64
from dataclasses import replace
from typing import Any

from app.channels.twilio.webhook.signature import fields_of, signature
from app.domain.content import Form
from app.domain.knocking import Knocked
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.channels.suite.catching import Catcher
from tests.channels.suite.world import BLOCKED, DOWN, LOST, REFUSED, TOO_MANY, ByWebhook, People, Traits, WithoutOwners
from tests.sandbox.player import Player

ACCOUNT = "AC" + "1" * 32
NUMBER = "14155238886"
TOKEN = "simulated-auth-token"
MARIA = "+5511987654321"
_PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 64).decode()
_TROUBLE: dict[str, dict[str, Any]] = {
    TOO_MANY: {"fault": "refuse", "status": 429, "code": 20429, "retry_after": 1},
    DOWN: {"fault": "error_500"},
    LOST: {"fault": "lost"},
    REFUSED: {"fault": "refuse", "code": 21211},
    BLOCKED: {"fault": "refuse", "code": 21610},
}


class TwilioWorld(ByWebhook, WithoutOwners):
    name = "twilio"
    traits = Traits(
        signs=True,
        people=People.NEVER,
        shows=frozenset({Form.IMAGE, Form.AUDIO}),
        ways_to_fail=frozenset(_TROUBLE),
    )

    def __init__(self, sandbox: Player, catcher: Catcher) -> None:
        self._sandbox = sandbox
        self._catcher = catcher

    async def connected(self, house: House, hook_secret: str) -> Account:
        await self._sandbox.steer("twilio/accounts", {"sid": ACCOUNT, "token": TOKEN, "number": NUMBER})
        base = f"{self._sandbox.http.base_url}".rstrip("/") + "/twilio"
        settings = {"burst_scale": 0, "balloon_spacing": 0}
        new = NewAccount(
            *("Loja", "twilio", f"{ACCOUNT}:{NUMBER}", base, TOKEN, hook_secret), settings=settings, signing=TOKEN
        )
        connected = await house.connecting.connect(new, webhook_url=f"{self._catcher.url}/webhooks/twilio/x")
        assert connected.subscribed, connected.warning
        return await house.accounts.get(connected.account_id)

    async def customer(self, text: str) -> Knocked:
        return await self._said({"text": text})

    async def picture(self) -> Knocked:
        return await self._said({"files": [{"base64": _PIXEL, "mime": "image/png"}]})

    async def _said(self, order: dict[str, Any]) -> Knocked:
        await self._sandbox.steer("twilio/say", {"sender": MARIA, **order})
        return await self._catcher.take(lambda one: b"SmsStatus=received" in one.body)

    async def person(self, text: str) -> Knocked:
        del text
        return self.unknown()  # nobody writes by Twilio

    async def echo(self) -> Knocked:
        return self.unknown()  # Twilio echoes nothing

    def unknown(self) -> Knocked:
        return self._signed(f"AccountSid={ACCOUNT}&From=whatsapp%3A%2B{NUMBER}&Weather=fine".encode())

    def unreadable(self) -> Knocked:
        return self._signed(b"{\x00\xff" * 20)

    def signed(self, body: bytes, url: str = "") -> Knocked:
        return self._signed(body, url=url)

    def forged(self, knocked: Knocked) -> list[Knocked]:
        bare = {name: value for name, value in knocked.headers.items() if name != "x-twilio-signature"}
        return [
            replace(knocked, headers=bare),
            replace(knocked, headers=self._signed(knocked.body, "another").headers),
            replace(knocked, body=knocked.body.replace(b"Oi", b"Eu")),
            replace(knocked, url=knocked.url + "?more=1"),
        ]

    async def trouble(self, kind: str) -> None:
        await self._sandbox.steer("twilio/trouble", _TROUBLE[kind])

    async def said(self) -> list[str]:
        return [words for _, words in await self.shown()]

    async def shown(self) -> list[tuple[str, str]]:
        """A file is what its ending says: Twilio is told its address alone."""
        found = (await self._sandbox.http.get(f"/_sandbox/twilio/accounts/{ACCOUNT}/messages")).json()
        ours = [one for one in found if one["direction"] != "inbound" and one["status"] != "failed"]
        kinds = {"": "text", "png": "image", "ogg": "audio"}
        return [(kinds[one["media_url"].rpartition(".")[2]], one["body"]) for one in ours]

    def _signed(self, body: bytes, token: str = TOKEN, *, url: str = "") -> Knocked:
        url = url or f"{self._catcher.url}/webhooks/twilio/x"
        return Knocked(body, {"x-twilio-signature": signature(token, url, fields_of(body))}, url)
