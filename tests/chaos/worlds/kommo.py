"""Kommo's side of a run: commands in the chat and in notes, and trouble by chance."""

from collections import Counter
from typing import Any

from app.wiring import House
from tests.chaos.evidence import Story, read_story
from tests.chaos.ledger import Took
from tests.chaos.plan import faults
from tests.chaos.worlds.base import Chat, World


class Kommo(World):
    name = "kommo"
    takes = ("wrote", "typed", "note", "api")
    lets_go = ("typed", "note", "api")

    async def connect(self, house: House) -> None:
        self.key, self.secret = self.stage.api_key, self.stage.environment["PONTE_WEBHOOK_SECRET"]
        self.account = await self.stage.connect_in(house)

    async def customer(self, chat: Chat, text: str) -> str:
        return (await self._say(chat, text, role="customer"))["message_id"]

    async def take(self, chat: Chat, how: str, at: float) -> Took:
        match how:
            case "wrote":
                token = (await self._say(chat, f"Oi, aqui é a Ana ({at:.3f})", role="user:1"))["message_id"]
            case "typed":
                token = (await self._say(chat, "/assumir", role="user:2"))["message_id"]
            case _:
                token = str(await self._note(chat, "/assumir"))
        return Took(chat.chat_id, how, at, token)

    async def let_go(self, chat: Chat, how: str) -> None:
        if how == "typed":
            await self._say(chat, "/liberar", role="user:2")
        else:
            await self._note(chat, "/liberar")

    async def story(self) -> Story:
        return await read_story(self.stage.box, self.ledger.chat_of_talk)

    async def afflict(self) -> None:
        await self.steer("faults", faults(self.plan))

    async def relieve(self) -> Counter[str]:
        report = await self.look("faults")
        await self.http.delete(f"{self.stage.box}/_sandbox/faults")
        return Counter({f"{rule['fault']} {rule['path']}".strip(): int(rule["fired"]) for rule in report["faults"]})

    async def _say(self, chat: Chat, text: str, *, role: str) -> dict[str, Any]:
        said: dict[str, Any] = await self.steer("say", {"chat": chat.name, "text": text, "as": role})
        chat.chat_id = said["chat_id"]
        self.ledger.chat_of_talk[said["talk_id"]] = chat.chat_id
        return said

    async def _note(self, chat: Chat, text: str) -> int:
        return int((await self.steer("note", {"chat": chat.name, "text": text, "as": "user:3"}))["note_id"])
