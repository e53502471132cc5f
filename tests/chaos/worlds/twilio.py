"""Twilio's side of a run: nobody but programs writes there, so people take a chat by our own API alone."""

from typing import Any

from app.store.accounts import NewAccount
from app.wiring import House
from tests.chaos.evidence import Reached, Story
from tests.chaos.plan import TIME_SCALE
from tests.chaos.worlds.base import Chat, Order, World

ACCOUNT = "AC" + "1" * 32
NUMBER = "14155238886"
TOKEN = "simulated-auth-token"


class Twilio(World):
    name = "twilio"
    takes = ("api", "order")
    lets_go = ("api", "order")

    async def connect(self, house: House) -> None:
        await self.steer("twilio/accounts", {"sid": ACCOUNT, "token": TOKEN, "number": NUMBER})
        base = f"{self.stage.box}/twilio"
        new = NewAccount(
            *("chaos", "twilio", f"{ACCOUNT}:{NUMBER}", base, TOKEN, self.secret),
            settings=self.settings,
            signing=TOKEN,
        )
        await self._connected(house, new, webhook_url=self.webhook)

    async def customer(self, chat: Chat, text: str) -> str:
        chat.chat_id = _phone(chat)
        order = {"sender": f"+{chat.chat_id}", "name": chat.name, "text": text}
        return (await self.steer("twilio/say", order))["sid"]

    def calls(self) -> list[Order]:
        pace: dict[str, Any] = {"fault": "refuse", "status": 429, "code": 20429, "retry_after": 1}
        hang: dict[str, Any] = {"fault": "hang", "seconds": TIME_SCALE}
        doubtful: list[dict[str, Any]] = [{"fault": one} for one in ("error_500", "error_after", "lost", "torn")]
        broken: dict[str, Any] = {"fault": "error_500", "what": "read"}
        return [("twilio/trouble", one) for one in (*doubtful, hang, pace, broken)]

    def hooks(self) -> list[Order]:
        faults = ("duplicate", "duplicate", "reorder", "reorder", "delay", "drop")
        return [("twilio/hooks", {"fault": one}) for one in faults]

    async def story(self) -> Story:
        messages: list[dict[str, Any]] = await self.look(f"twilio/accounts/{ACCOUNT}/messages")
        story = Story(calls=len(await self.look("twilio/calls")))
        for seq, one in enumerate(messages):
            if one["direction"] != "inbound" and one["status"] != "failed":
                chat = one["to"].removeprefix("whatsapp:+")
                story.reached.append(Reached(seq, one["at"], chat, one["body"]))
        for one in await self.look("twilio/delivered"):
            story.told({one["sid"]}, at=one["at"], ended=one["ended"], status=one["status"])
        return story


def _phone(chat: Chat) -> str:
    return f"55119{70_000_000 + chat.number:08d}"
