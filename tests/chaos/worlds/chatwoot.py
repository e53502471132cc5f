"""Chatwoot's side of a run: agents write, note, open a conversation and are given it; the bot has it while it pends."""

import asyncio
import json
from typing import Any

from app.store.accounts import NewAccount
from app.wiring import House
from tests.chaos.evidence import Reached, Story
from tests.chaos.ledger import Took
from tests.chaos.plan import TIME_SCALE
from tests.chaos.worlds.base import Chat, Order, World

SECRET = "secret-of-the-bot"
TOKENS = json.dumps({"user": "token-rita", "bot": "token-bot", "bot_id": 1})
ANA = 2
# A hook about whose the chat is names no act of anybody: it belongs to the one that was made in this moment.
MOMENT = 0.5


class Chatwoot(World):
    name = "chatwoot"
    takes = ("wrote", "note", "opened", "assigned", "api")
    lets_go = ("note", "pended", "api")

    async def connect(self, house: House) -> None:
        # As the guide advises: what a killed process did not answer does not take the chat from the bot.
        await self.steer("chatwoot/ways", {"keeps_pending": True})
        base = f"{self.stage.box}/chatwoot"
        new = NewAccount(
            *("chaos", "chatwoot", "1:1", base, TOKENS, self.secret), settings=self.settings, signing=SECRET
        )
        await self._connected(house, new, webhook_url=self.webhook)

    async def customer(self, chat: Chat, text: str) -> str:
        phone = f"+55119{60_000_000 + chat.number:08d}"
        said = await self.steer("chatwoot/say", {"phone": phone, "name": chat.name, "text": text})
        chat.chat_id = str(said["conversation"])
        return str(said["message"])

    def named(self, chat: Chat) -> dict[str, str]:
        """By the card, which a conversation is itself: its bare number could be one of ours as well."""
        return {"lead_id": chat.chat_id}

    async def take(self, chat: Chat, how: str, at: float) -> Took:
        talk = int(chat.chat_id)
        match how:
            case "wrote":
                token = await self._write(chat, f"Oi, aqui é a Ana ({at:.3f})")
            case "note":
                token = await self._write(chat, "/assumir", private=True)
            case "opened":
                token = f"opened:{talk}:{at}"
                await self.steer("chatwoot/status", {"conversation": talk, "status": "open"})
            case _:
                token = f"assigned:{talk}:{at}"
                await self.steer("chatwoot/assign", {"conversation": talk, "user": ANA})
        return Took(chat.chat_id, how, at, token)

    def ways_back(self, chat: Chat) -> tuple[str, ...]:
        """What was ordered in words stands until it is undone in words: the status lifts what a status has brought."""
        is_by_words = chat.taken_by & {"note", "api"}
        return tuple(way for way in self.lets_go if way != "pended") if is_by_words else self.lets_go

    async def let_go(self, chat: Chat, how: str) -> None:
        talk = int(chat.chat_id)
        if how == "note":
            await self._write(chat, "/liberar", private=True)
            return
        # Nobody's, and then the bot's: only a change is told, so it is people's for a moment in any case.
        await self.steer("chatwoot/assign", {"conversation": talk, "user": None})
        await self.steer("chatwoot/status", {"conversation": talk, "status": "open"})
        await asyncio.sleep(0.01)
        await self.steer("chatwoot/status", {"conversation": talk, "status": "pending"})

    async def _write(self, chat: Chat, text: str, *, private: bool = False) -> str:
        order = {"conversation": int(chat.chat_id), "text": text, "user": ANA, "private": private}
        return str((await self.steer("chatwoot/write", order))["message"])

    def calls(self) -> list[Order]:
        faults: list[dict[str, Any]] = [{"fault": one} for one in ("error_500", "error_after", "lost", "rate_429")]
        hang: dict[str, Any] = {"fault": "hang", "seconds": TIME_SCALE}
        broken: dict[str, Any] = {"fault": "error_500", "path": "conversations", "method": "GET"}
        return [("chatwoot/trouble", {"path": "/messages", **one}) for one in (*faults, hang, broken)]

    def hooks(self) -> list[Order]:
        faults = ("duplicate", "duplicate", "reorder", "reorder", "delay", "drop")
        return [("chatwoot/hook-trouble", {"fault": one}) for one in faults]

    async def story(self) -> Story:
        state, story = await self.look("chatwoot/state"), Story(calls=len(await self.look("chatwoot/calls")))
        for talk in state["conversations"]:
            for one in talk["all"]:
                if one["message_type"] == 1 and not one["private"] and one["sender"]["type"] == "agent_bot":
                    story.reached.append(Reached(one["id"], one["at"], str(talk["id"]), one["content"]))
        for one in await self.look("chatwoot/hooks"):
            story.told(self._tokens(one["body"]), at=one["at"], ended=one["ended"], status=one["status"])
        return story

    def _tokens(self, body: dict[str, Any]) -> set[str]:
        if body["event"] == "message_created":
            return {str(body["id"])}
        changed = _changed(body)
        if changed.get("status") != "open" and not changed.get("assignee_id"):
            return set()
        how, chat, at = "opened" if "status" in changed else "assigned", str(body["id"]), float(body["updated_at"])
        made = [took for took in self.ledger.took if took.how == how and took.chat_id == chat]
        return {took.token for took in made if 0 <= at - took.at < MOMENT}


def _changed(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in body.get("changed_attributes") or []:
        found |= {name: value["current_value"] for name, value in one.items()}
    return found
