"""What a channel's simulated world must be able to do in a run."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx

from app.store.accounts import NewAccount
from app.store.secrets import new_token
from app.wiring import House
from tests.chaos.evidence import Story
from tests.chaos.ledger import Ledger, Took
from tests.chaos.plan import Plan
from tests.chaos.stage import Stage

Order = tuple[str, dict[str, Any]]
RETRIES = 5


@dataclass
class Chat:
    """A customer's chat. `chat_id` is the channel's own name of it, known with the first message."""

    name: str
    number: int
    chat_id: str = ""
    taken_by: set[str] = field(default_factory=set[str])  # the ways in which it was taken since it was last let go


@dataclass(frozen=True, slots=True)
class Asked:
    """When our API said yes, if it did. Not sure: one try was given up, and may be done long after that."""

    at: float | None
    is_sure: bool


@dataclass
class World:
    """One vendor with one account. What the people did is in its ledger, what the vendor saw in its story."""

    name: ClassVar[str]
    takes: ClassVar[tuple[str, ...]]
    lets_go: ClassVar[tuple[str, ...]]
    # Whether a message whose answer was lost can be looked up. Where it cannot, nobody but a person may decide whether
    # to say it again: the customer's message is that person's from then on, and not lost.
    reads_back: ClassVar[bool] = True

    plan: Plan
    stage: Stage
    http: httpx.AsyncClient
    chance: random.Random
    account: int = 0
    key: str = field(default_factory=lambda: new_token("ponte"))
    secret: str = field(default_factory=lambda: new_token("hook"))
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def webhook(self) -> str:
        return f"{self.stage.api}/webhooks/{self.name}/{self.secret}"

    @property
    def settings(self) -> dict[str, Any]:
        return {"burst_scale": self.stage.settings.burst_scale, "balloon_spacing": 0}

    async def connect(self, house: House) -> None:
        """Its account, connected."""
        raise NotImplementedError

    async def _connected(self, house: House, new: NewAccount, *, webhook_url: str | None) -> None:
        found = await house.connecting.connect(new, webhook_url=webhook_url)
        assert not found.warning, found.warning
        self.account = int(found.account_id)
        await house.accounts.add_key(found.account_id, self.key, label="API", scopes=["admin"])

    async def customer(self, chat: Chat, text: str) -> str:
        """The customer writes; the message's id as the webhook names it."""
        raise NotImplementedError

    async def take(self, chat: Chat, how: str, at: float) -> Took:
        """Somebody takes the chat."""
        del at
        raise NotImplementedError(f"{how} of {chat.name}")

    async def let_go(self, chat: Chat, how: str) -> None:
        """Somebody gives it back; other ways than by the API."""
        raise NotImplementedError(f"{how} of {chat.name}")

    async def story(self) -> Story:
        """The vendor's own book of it all."""
        raise NotImplementedError

    async def unexplained(self, missing: Sequence[str]) -> Sequence[str]:
        """Of these messages, which are in no mailbox, those that the vendor has told or would show."""
        return missing

    # ---- trouble ----

    def calls(self) -> list[Order]:
        """What may befall the next calls, each as likely as the others."""
        return []

    def hooks(self) -> list[Order]:
        """What may befall the next webhooks."""
        return []

    async def afflict(self) -> None:
        """Trouble that needs to be ordered only once."""

    async def plague(self, struck: Counter[str]) -> None:
        """Until it is cancelled: now this call goes wrong and now that webhook."""
        calls, hooks = self.calls(), self.hooks()
        if not calls:
            return
        sends = self.plan.messages / len(self.plan.channels) / self.plan.seconds
        pause = 1 / max(sends * self.plan.trouble * len({order["fault"] for _, order in calls}), 0.01)
        while True:
            await asyncio.sleep(pause * self.chance.uniform(0.5, 1.5))
            await self._relieve()  # what has not struck by now is not added to what comes
            for orders in (calls, hooks):
                if orders:
                    path, order = self.chance.choice(orders)
                    await self.steer(path, order)
                    struck[f"{self.name} {path} {order.get('fault', '')}".strip()] += 1

    async def relieve(self) -> Counter[str]:
        """No more of it; what was ordered once tells how often it struck."""
        await self._relieve()
        return Counter()

    async def _relieve(self) -> None:
        (await self.http.delete(f"{self.stage.box}/_sandbox/{self.name}/trouble")).raise_for_status()

    # ---- by our own API ----

    def named(self, chat: Chat) -> dict[str, str]:
        """How our API knows a chat."""
        return {"conversation_id": chat.chat_id}

    def ways_back(self, chat: Chat) -> tuple[str, ...]:
        """How this chat can be let go."""
        del chat
        return self.lets_go

    async def control(self, chat: Chat, action: str) -> "Asked":
        """Pause or resume."""
        return await self._asked("/bot-control", {"action": action, **self.named(chat)})

    async def command(self, chat: Chat, words: str) -> "Asked":
        """A command as a salesperson's own tool sends it."""
        return await self._asked("/vendedor/comandos", {"comando": words, **self.named(chat)})

    async def _asked(self, path: str, body: dict[str, str]) -> "Asked":
        """A killed API is asked again, as a program would."""
        is_sure = True
        for _ in range(RETRIES):
            try:
                answer = await self.http.post(f"{self.stage.api}{path}", json=body, headers={"X-API-Key": self.key})
            except httpx.HTTPError:
                is_sure = False
                await asyncio.sleep(0.2)
                continue
            if answer.status_code == 200:
                return Asked(time.time(), is_sure)
            await asyncio.sleep(0.2)
        return Asked(None, is_sure)

    # ---- at the sandbox ----

    async def steer(self, path: str, order: dict[str, Any]) -> Any:
        answer = await self.http.post(f"{self.stage.box}/_sandbox/{path}", json=order, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def look(self, path: str) -> Any:
        answer = await self.http.get(f"{self.stage.box}/_sandbox/{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()
