"""The people of a run: customers who write in fragments, salespeople who step in and let go again, by every way."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from tests.chaos.ledger import Ledger, Released, Took, Wrote
from tests.chaos.plan import Plan
from tests.chaos.script import customer_text

WAYS = ("wrote", "typed", "note", "api")
LETTING_GO = ("typed", "note", "api")


@dataclass
class Chat:
    name: str
    chat_id: str = ""
    taken: bool = False


@dataclass
class People:
    """Everybody, speaking through the sandbox and, with a key, through the API."""

    plan: Plan
    box: str
    api: str
    key: str
    http: httpx.AsyncClient
    ledger: Ledger = field(default_factory=Ledger)
    chance: random.Random = field(default_factory=random.Random)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def act(self) -> list[Chat]:
        """All chats, side by side, for about `plan.seconds`."""
        each = self.plan.messages // self.plan.chats
        chats = [Chat(f"chat-{n}") for n in range(self.plan.chats)]
        await asyncio.gather(*(self._live(chat, each) for chat in chats))
        return chats

    async def _live(self, chat: Chat, quota: int) -> None:
        """One customer's day, with the salesperson who may step in."""
        pace = self.plan.seconds / quota
        await asyncio.sleep(self.chance.uniform(0, pace))
        while quota > 0:
            size = min(quota, self.chance.choice((1, 1, 2, 3, 4)))
            quota -= size
            started = time.monotonic()
            await self._burst(chat, size)
            if self.chance.random() < self.plan.takeovers:
                quota -= await self._intervene(chat, quota)
            rest = pace * size * self.chance.uniform(0.6, 1.3) - (time.monotonic() - started)
            await asyncio.sleep(max(rest, 0.05))

    async def _burst(self, chat: Chat, size: int) -> None:
        for _ in range(size):
            await self._customer(chat)
            await asyncio.sleep(self.chance.choice((0.0, 0.05, 0.3)))

    async def _customer(self, chat: Chat) -> None:
        number, at = next(self.numbers), time.time()
        said = await self._say(chat, customer_text(number, self.chance), role="customer")
        self.ledger.wrote.append(Wrote(number, said["chat_id"], said["message_id"], at))

    async def _intervene(self, chat: Chat, quota: int) -> int:
        """A salesperson steps in somewhere between the question and the answer; returns what the customer added."""
        await asyncio.sleep(self.chance.choice((0.0, 0.2, 0.4, 0.8)))
        await self.take(chat, self.chance.choice(WAYS))
        more = min(quota, self.chance.choice((0, 1, 2)))
        await self._burst(chat, more)
        await asyncio.sleep(self.chance.uniform(2.2, 4.0))
        if self.chance.random() < 0.8:
            await self.let_go(chat, self.chance.choice(LETTING_GO))
        return more

    async def take(self, chat: Chat, how: str) -> None:
        at = time.time()
        chat.taken = True
        took = Took(chat.chat_id, how, at)
        match how:
            case "wrote":
                said = await self._say(chat, f"Oi, aqui é a Ana ({at:.3f})", role="user:1")
                took = Took(chat.chat_id, how, at, said["message_id"])
            case "typed":
                said = await self._say(chat, "/assumir", role="user:2")
                took = Took(chat.chat_id, how, at, said["message_id"])
            case "note":
                took = Took(chat.chat_id, how, at, str(await self._note(chat, "/assumir")))
            case _:
                answered = await self._control(chat, "pause")
                took = Took(chat.chat_id, how, at, answered=answered)
        self.ledger.took.append(took)

    async def let_go(self, chat: Chat, how: str) -> None:
        since = time.time()
        done = True
        match how:
            case "typed":
                await self._say(chat, "/liberar", role="user:2")
            case "note":
                await self._note(chat, "/liberar")
            case _:
                done = await self._control(chat, "resume") is not None
        chat.taken = not done
        self.ledger.released.append(Released(chat.chat_id, how, since, time.time()))

    async def _say(self, chat: Chat, text: str, *, role: str) -> dict[str, Any]:
        answer = await self.http.post(f"{self.box}/_sandbox/say", json={"chat": chat.name, "text": text, "as": role})
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        chat.chat_id = said["chat_id"]
        self.ledger.chat_of_talk[said["talk_id"]] = chat.chat_id
        return said

    async def _note(self, chat: Chat, text: str) -> int:
        order = {"chat": chat.name, "text": text, "as": "user:3"}
        answer = await self.http.post(f"{self.box}/_sandbox/note", json=order)
        answer.raise_for_status()
        return int(answer.json()["note_id"])

    async def _control(self, chat: Chat, action: str) -> float | None:
        """Through the API; None when nobody has said yes. A killed API is asked again, as a program would."""
        for _ in range(5):
            try:
                answer = await self.http.post(
                    f"{self.api}/bot-control",
                    json={"action": action, "conversation_id": chat.chat_id},
                    headers={"X-API-Key": self.key},
                )
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code == 200:
                return time.time()
            await asyncio.sleep(0.2)
        return None
