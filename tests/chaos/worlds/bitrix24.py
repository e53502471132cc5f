"""Bitrix24's side of a run: a bot hears customers alone, so what people write is found by looking, every five seconds.

The portal tells nobody when it was looked at by whom, so a take-over counts as told from when it stands in our mailbox;
one that never gets there is a violation of its own.
"""

import json
from typing import Any

import asyncpg

from app.store.accounts import NewAccount
from app.wiring import House
from tests.chaos.evidence import Hook, Reached, Story
from tests.chaos.ledger import Took
from tests.chaos.plan import TIME_SCALE
from tests.chaos.worlds.base import Chat, Order, World

APPLICATION_TOKEN = "application-token-of-the-sandbox"
SEND = "imbot.v2.Chat.Message.send"
RITA, JOAO = 1, 2
HEARD = """select external_id, extract(epoch from received_at)::float as at from inbox
where account_id = $1 and external_id = any($2::text[])"""


class Bitrix24(World):
    name = "bitrix24"
    takes = ("wrote", "typed", "api", "order")
    lets_go = ("typed", "api", "order")

    @property
    def is_pushed(self) -> bool:
        return self.plan.bitrix24 == "push"

    async def connect(self, house: House) -> None:
        """As the guide advises, the webhook is a supervisor's: what a portal told nobody is shown to them."""
        await self.steer("bitrix24/limits", {"capacity": 0, "supervisor": RITA})
        token = json.dumps({"webhook": f"{RITA}/sandboxsecret", "mode": self.plan.bitrix24})
        host = self.stage.box.partition("://")[2]
        new = NewAccount(
            *("chaos", "bitrix24", host, self.stage.box, token, self.secret),
            settings=self.settings,
            signing=APPLICATION_TOKEN,
        )
        await self._connected(house, new, webhook_url=self.webhook)

    async def customer(self, chat: Chat, text: str) -> str:
        said = await self.steer("bitrix24/say", {"chat": chat.name, "text": text})
        chat.chat_id = f"chat{said['chat_id']}"
        return str(said["message_id"])

    async def take(self, chat: Chat, how: str, at: float) -> Took:
        words = "/assumir" if how == "typed" else f"Oi, aqui é o João ({at:.3f})"
        return Took(chat.chat_id, how, at, await self._write(chat, words))

    async def let_go(self, chat: Chat, how: str) -> None:
        del how  # nothing but the command is theirs
        await self._write(chat, "/liberar")

    async def _write(self, chat: Chat, text: str) -> str:
        order = {"chat": chat.name, "text": text, "user": JOAO}
        return str((await self.steer("bitrix24/write", order))["message_id"])

    def calls(self) -> list[Order]:
        sends: list[dict[str, Any]] = [{"fault": one, "method": SEND} for one in ("query_limit", "error_500", "lost")]
        hang: dict[str, Any] = {"fault": "hang", "method": SEND, "seconds": TIME_SCALE}
        news: list[dict[str, Any]] = [{"fault": one, "method": ""} for one in ("error_500", "query_limit", "rate_429")]
        return [("bitrix24/trouble", one) for one in (*sends, hang, *news)]

    def hooks(self) -> list[Order]:
        """A bot that is asked for its news has none."""
        faults = (["duplicate"], ["delay"], ["duplicate", "delay"], ["drop"])
        return [("bitrix24/hooks", {"faults": one}) for one in faults] if self.is_pushed else []

    async def story(self) -> Story:
        state = await self.look("bitrix24/state")
        story = Story(calls=len(state["calls"]))
        for chat in state["chats"]:
            for one in chat["messages"]:
                if one["by"] == "bot":
                    story.reached.append(Reached(one["id"], one["at"], f"chat{chat['id']}", one["text"]))
        for one in await self.look("bitrix24/delivered"):
            story.told({one["message"]}, at=one["at"], ended=one["ended"], status=one["status"])
        await self._noticed(story)
        return story

    async def _noticed(self, story: Story) -> None:
        """When each take-over by a person's own words was found."""
        tokens = [took.token for took in self.ledger.took if took.token]
        connection = await asyncpg.connect(self.stage.server.dsn())
        try:
            rows = await connection.fetch(HEARD, self.account, tokens)
        finally:
            await connection.close()
        found = {row["external_id"]: float(row["at"]) for row in rows}
        for took in self.ledger.took:
            if took.token in found:
                story.hooks[took.token] = Hook(found[took.token], found[took.token])
                story.noticed.append(found[took.token] - took.at)
            elif took.token:
                story.unnoticed.append(f"{took.how} in {took.chat_id} was never noticed")
