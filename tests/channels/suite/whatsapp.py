"""WhatsApp's world for the shared suite."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

from app.domain.content import Form
from app.domain.knocking import Knocked
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.channels.suite.catching import Catcher
from tests.channels.suite.world import BLOCKED, DOWN, LOST, REFUSED, TOO_MANY, ByWebhook, Traits, WithoutOwners
from tests.sandbox.player import Player

SECRET = "secret-of-the-app"
NUMBER = "900100200300"
MARIA = "5511987654321"
_PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 64).decode()
_TROUBLE: dict[str, dict[str, Any]] = {
    TOO_MANY: {"fault": "refuse", "code": 130429, "retry_after": 1},
    DOWN: {"fault": "error_500"},
    LOST: {"fault": "lost"},
    REFUSED: {"fault": "refuse", "code": 131026},
    BLOCKED: {"fault": "refuse", "code": 131050},
}


class WhatsAppWorld(ByWebhook, WithoutOwners):
    name = "whatsapp"
    traits = Traits(signs=True, reads_back=False, shows=frozenset(Form), ways_to_fail=frozenset(_TROUBLE))

    def __init__(self, sandbox: Player, catcher: Catcher) -> None:
        self._sandbox = sandbox
        self._catcher = catcher

    async def connected(self, house: House, hook_secret: str) -> Account:
        order = {"id": NUMBER, "app_secret": SECRET, "webhook": f"{self._catcher.url}/webhooks/whatsapp/x"}
        number = await self._sandbox.steer("whatsapp/numbers", order)
        base = f"{self._sandbox.http.base_url}".rstrip("/") + "/whatsapp/v25.0"
        settings = {"burst_scale": 0, "balloon_spacing": 0}
        new = NewAccount(
            *("Loja", "whatsapp", NUMBER, base, number["token"], hook_secret), settings=settings, signing=SECRET
        )
        connected = await house.connecting.connect(new, webhook_url=None)
        return await house.accounts.get(connected.account_id)

    async def customer(self, text: str) -> Knocked:
        return await self._said({"text": text})

    async def picture(self) -> Knocked:
        return await self._said({"type": "image", "file": {"base64": _PIXEL, "mime": "image/png"}})

    async def _said(self, order: dict[str, Any]) -> Knocked:
        await self._sandbox.steer("whatsapp/say", {"phone": MARIA, **order})
        return await self._catcher.take(lambda one: b'"contacts"' in one.body)

    async def person(self, text: str) -> Knocked:
        await self._sandbox.steer("whatsapp/echo", {"phone": MARIA, "text": text})
        return await self._catcher.take(lambda one: b'"message_echoes"' in one.body)

    async def echo(self) -> Knocked:
        return self.unknown()  # Meta echoes nothing that came by its API

    def unknown(self) -> Knocked:
        value = {"metadata": {"phone_number_id": NUMBER}, "weather": "fine"}
        changes = [{"field": "weather_changed", "value": value}]
        return signed(json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": changes}]}).encode())

    def unreadable(self) -> Knocked:
        return signed(b"{\x00\xff" * 20)

    def signed(self, body: bytes, url: str = "") -> Knocked:
        return replace(signed(body), url=url)

    def forged(self, knocked: Knocked) -> list[Knocked]:
        bare = {name: value for name, value in knocked.headers.items() if name != "x-hub-signature-256"}
        return [
            replace(knocked, headers=bare),
            replace(knocked, headers=signed(knocked.body, "another").headers),
            replace(knocked, body=knocked.body.replace(b"Oi", b"Eu")),
        ]

    async def trouble(self, kind: str) -> None:
        await self._sandbox.steer("whatsapp/trouble", _TROUBLE[kind])

    async def said(self) -> list[str]:
        return [words for _, words in await self.shown()]

    async def shown(self) -> list[tuple[str, str]]:
        sent = (await self._sandbox.http.get(f"/_sandbox/whatsapp/numbers/{NUMBER}/sent")).json()
        return [_seen(one["body"]) for one in sent if not one["failed"]]


def _seen(body: dict[str, Any]) -> tuple[str, str]:
    """The form of a message, and its words."""
    content = body[body["type"]]
    if body["type"] == "text":
        return "text", content["body"]
    if body["type"] == "interactive":
        return str({"button": "buttons"}.get(content["type"], content["type"])), content["body"]["text"]
    return body["type"], content.get("caption", "")


def signed(body: bytes, secret: str = SECRET) -> Knocked:
    """A body as Meta signs it."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Knocked(body, {"x-hub-signature-256": f"sha256={digest}"})
