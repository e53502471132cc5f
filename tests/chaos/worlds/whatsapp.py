"""WhatsApp's side of a run: people write on the phone, and nothing that was sent can be looked up.

Meta repeats a webhook for days and shows messages nowhere else. So a message of which not one delivery was even tried
has been told to nobody: it is counted apart, and no program in the world could have answered it.
"""

import json
from collections.abc import Sequence
from typing import Any

from app.store.accounts import NewAccount
from app.wiring import House
from tests.chaos.evidence import Reached, Story
from tests.chaos.ledger import Took
from tests.chaos.plan import TIME_SCALE
from tests.chaos.worlds.base import Chat, Order, World

NUMBER = "900100200300"
SECRET = "secret-of-the-app"


class WhatsApp(World):
    name = "whatsapp"
    takes = ("wrote", "typed", "api", "order")
    lets_go = ("typed", "api", "order")
    reads_back = False

    async def connect(self, house: House) -> None:
        order = {"id": NUMBER, "app_secret": SECRET}
        token = (await self.steer("whatsapp/numbers", order))["token"]
        base = f"{self.stage.box}/whatsapp/v25.0"
        new = NewAccount(
            *("chaos", "whatsapp", NUMBER, base, token, self.secret), settings=self.settings, signing=SECRET
        )
        await self._connected(house, new, webhook_url=self.webhook)

    async def customer(self, chat: Chat, text: str) -> str:
        chat.chat_id = _phone(chat)
        return (await self.steer("whatsapp/say", {"phone": chat.chat_id, "name": chat.name, "text": text}))["id"]

    async def take(self, chat: Chat, how: str, at: float) -> Took:
        words = "/assumir" if how == "typed" else f"Oi, aqui é a Ana ({at:.3f})"
        return Took(chat.chat_id, how, at, await self._echo(chat, words))

    async def let_go(self, chat: Chat, how: str) -> None:
        del how  # nothing but the command is theirs
        await self._echo(chat, "/liberar")

    async def _echo(self, chat: Chat, text: str) -> str:
        return (await self.steer("whatsapp/echo", {"phone": _phone(chat), "text": text}))["id"]

    def calls(self) -> list[Order]:
        pace: dict[str, Any] = {"fault": "refuse", "code": 130429, "retry_after": 1}
        hang: dict[str, Any] = {"fault": "hang", "seconds": TIME_SCALE}
        doubtful: list[dict[str, Any]] = [{"fault": one} for one in ("error_500", "error_after", "lost", "torn")]
        return [("whatsapp/trouble", one) for one in (*doubtful, hang, pace, pace, pace, pace, pace)]

    def hooks(self) -> list[Order]:
        faults = ("duplicate", "duplicate", "reorder", "reorder", "delay", "delay", "drop")
        return [("whatsapp/hooks", {"fault": one}) for one in faults]

    async def story(self) -> Story:
        sent: list[dict[str, Any]] = await self.look(f"whatsapp/numbers/{NUMBER}/sent")
        story = Story(calls=len(await self.look("whatsapp/calls")))
        for seq, one in enumerate(sent):
            if not one["failed"]:
                story.reached.append(Reached(seq, one["at"], one["to"], one["body"].get("text", {}).get("body", "")))
        for one in await self.look("whatsapp/delivered"):
            story.told(_ids(one["body"]), at=one["at"], ended=one["ended"], status=one["status"])
        story.untold = {one.message_id for one in self.ledger.wrote} - story.hooks.keys()
        return story

    async def unexplained(self, missing: Sequence[str]) -> Sequence[str]:
        told: set[str] = set()
        for one in await self.look("whatsapp/delivered"):
            told |= _ids(one["body"])
        return [one for one in missing if one in told]


def _phone(chat: Chat) -> str:
    return f"55119{80_000_000 + chat.number:08d}"


def _ids(body: str) -> set[str]:
    """The messages and echoes that a webhook tells of."""
    found: set[str] = set()
    for entry in json.loads(body)["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            found |= {one["id"] for one in (*value.get("messages", ()), *value.get("message_echoes", ()))}
    return found
