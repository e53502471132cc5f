"""Webhooks as the vendor delivers them: signed, five seconds, three tries for a bot on 429 and 500, in no order.

A bot that cannot be reached loses the conversation: pending becomes open, unless the account keeps it so.
"""

import asyncio
import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

from app.sandbox.chatwoot import views
from app.sandbox.chatwoot.entities import Conversation, Message
from app.sandbox.chatwoot.world import World

ANSWER_SECONDS: Final = 5.0
RETRIED: Final = frozenset({429, 500})
TRIES: Final = 3
REST: Final = 3.0
OK = range(200, 300)
BOT_EVENTS: Final = frozenset(
    {
        *("message_created", "message_updated", "conversation_resolved", "conversation_opened"),
        *("conversation_status_changed", "conversation_updated"),
    }
)


@dataclass(slots=True)
class Sent:
    """One try of a delivery."""

    url: str
    event: str
    status: int
    body: Any
    at: float
    ended: float


@dataclass(slots=True)
class Hooks:
    """Sends what happens to the inbox's bot and to the account's webhooks."""

    world: World
    sent: list[Sent] = field(default_factory=list[Sent])
    unsigned: bool = False  # as servers before 4.12
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def reset(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.sent.clear()
        self.unsigned = False

    def happens(self, event: str, talk: Conversation, message: Message | None, changed: list[dict[str, Any]]) -> None:
        """A bot's delivery is written now; it is posted later, as everything is."""
        bot = self.world.bot_of(talk.inbox_id)
        body = self._body(event, talk, message, changed)
        if bot is not None and bot.outgoing_url and event in BOT_EVENTS:
            self._run(self._deliver(bot.outgoing_url, bot.secret, event, body, talk))
        for hook in self.world.hooks.values():
            if event in hook.subscriptions:
                self._run(self._deliver(hook.url, hook.secret, event, body, None))

    def _body(
        self, event: str, talk: Conversation, message: Message | None, changed: list[dict[str, Any]]
    ) -> dict[str, Any]:
        if message is not None:
            return views.hook_message(self.world, talk, message, event)
        shown = views.hook_conversation(self.world, talk) | {"event": event}
        return shown | ({"changed_attributes": changed} if changed else {})

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(
        self, url: str, secret: str, event: str, body: dict[str, Any], bots: Conversation | None
    ) -> None:
        """`bots`: the conversation that is the bot's, which it may lose."""
        raw, times = orjson.dumps(body), await self._troubled()
        delivery, status = str(uuid.uuid4()), 0
        for _ in range(times):
            for number in range(TRIES if bots else 1):
                await asyncio.sleep(self.world.clock.scaled(REST) if number else 0)
                at = self.world.clock.now()
                status = await self._post(url, secret, raw, delivery)
                self.sent.append(Sent(url, event, status, body, at, self.world.clock.now()))
                if status not in RETRIED:
                    break
        if (
            bots is not None
            and times
            and status not in OK
            and not self.world.keeps_pending
            and bots.status == "pending"
        ):
            self.world.set_status(bots, "open")

    async def _troubled(self) -> int:
        """How often it is posted, after the trouble that was ordered."""
        queue = self.world.hook_trouble
        if not queue:
            return 1
        fault, left = queue.pop(0)
        if left > 1:
            queue.insert(0, (fault, left - 1))
        if fault in ("delay", "reorder"):
            await asyncio.sleep(0.3)
        return {"duplicate": 2, "drop": 0}.get(fault, 1)

    async def _post(self, url: str, secret: str, raw: bytes, delivery: str) -> int:
        at = str(int(self.world.clock.now()))
        signed = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Chatwoot-Delivery": delivery}
        if not self.unsigned:
            headers |= {"X-Chatwoot-Timestamp": at, "X-Chatwoot-Signature": f"sha256={signed}"}
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS) as client:
                return (await client.post(url, content=raw, headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return 0
