"""The people of a run: customers who write in fragments, salespeople who step in and let go again, by every way."""

import asyncio
import math
import random
import time
from dataclasses import dataclass, field, replace
from itertools import count

from tests.chaos.ledger import Released, Took, Wrote
from tests.chaos.plan import Plan
from tests.chaos.script import customer_text
from tests.chaos.worlds.base import Asked, Chat, World

# The ways of our own API: they are the same in every world, and are told by their answer.
BY_API = {"api": ("pause", "resume"), "order": ("/assumir", "/liberar")}


@dataclass
class People:
    """Everybody of one world, speaking through its sandbox and, with a key, through our API."""

    plan: Plan
    world: World
    chance: random.Random
    numbers: "count[int]"
    chats: list[Chat] = field(default_factory=list[Chat])

    async def act(self) -> None:
        """All chats, side by side, for about `plan.seconds`."""
        share = len(self.plan.channels)
        each = self.plan.messages // self.plan.chats
        self.chats = [Chat(f"chat-{n}", n) for n in range(self.plan.chats // share)]
        await asyncio.gather(*(self._live(chat, each) for chat in self.chats))

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
        message_id = await self.world.customer(chat, customer_text(number, self.chance))
        self.world.ledger.wrote.append(Wrote(number, chat.chat_id, message_id, at))

    async def _intervene(self, chat: Chat, quota: int) -> int:
        """A salesperson steps in somewhere between the question and the answer; returns what the customer added."""
        await asyncio.sleep(self.chance.choice((0.0, 0.2, 0.4, 0.8)))
        await self.take(chat, self.chance.choice(self.world.takes))
        more = min(quota, self.chance.choice((0, 1, 2)))
        await self._burst(chat, more)
        await asyncio.sleep(self.chance.uniform(2.2, 4.0))
        if self.chance.random() < 0.8:
            await self.let_go(chat, self.chance.choice(self.world.ways_back(chat)))
        return more

    async def take(self, chat: Chat, how: str) -> None:
        at = time.time()
        chat.taken_by.add(how)
        if how in BY_API:
            took = Took(chat.chat_id, how, at)
            took = replace(took, answered=(await self._by_api(chat, how, takes=True)).at)
        else:
            took = await self.world.take(chat, how, at)
        self.world.ledger.took.append(took)

    async def let_go(self, chat: Chat, how: str) -> None:
        since = time.time()
        asked = Asked(since, is_sure=True)
        if how in BY_API:
            asked = await self._by_api(chat, how, takes=False)
        else:
            await self.world.let_go(chat, how)
        if asked.at is not None:
            chat.taken_by.clear()
        until = time.time() if asked.is_sure else math.inf
        self.world.ledger.released.append(Released(chat.chat_id, how, since, until))

    async def _by_api(self, chat: Chat, how: str, *, takes: bool) -> Asked:
        words = BY_API[how][not takes]
        return await (self.world.command(chat, words) if how == "order" else self.world.control(chat, words))
