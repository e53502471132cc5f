"""How the portal calls a bot's address: a PHP form in which every scalar is a text, once, and never again."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlencode

import httpx

from app.sandbox.bitrix24.world import APPLICATION_TOKEN, Bot

HookFault = Literal["duplicate", "drop", "delay"]


@dataclass(slots=True)
class Hooks:
    """Sends what happens to bots that are called. `faults` befall the next ones, in order."""

    domain: str = ""
    faults: list[HookFault] = field(default_factory=list[HookFault])
    statuses: list[int] = field(default_factory=list[int])
    delivered: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def tell(self, bot: Bot, event: dict[str, Any]) -> None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "drop":
            return
        for _ in range(2 if fault == "duplicate" else 1):
            task = asyncio.create_task(self._deliver(bot.webhook_url, event, late=fault == "delay"))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def form(self, event: dict[str, Any]) -> bytes:
        """The body, with the token that says whose it is."""
        auth = {"domain": self.domain, "member_id": "a" * 32, "application_token": APPLICATION_TOKEN}
        told = {"event": event["type"], "event_handler_id": 1, "data": event["data"], "ts": 1_773_682_918, "auth": auth}
        return urlencode(list(_flat(told))).encode()

    async def _deliver(self, url: str, event: dict[str, Any], *, late: bool) -> None:
        if late:
            await asyncio.sleep(0.3)
        at = time.time()
        status = await self._post(url, self.form(event))
        self.statuses.append(status)
        message = event["data"].get("message", {}).get("id", "")
        self.delivered.append({"message": str(message), "status": status, "at": at, "ended": time.time()})

    async def _post(self, url: str, body: bytes) -> int:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
                return (await http.post(url, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            return 0

    def reset(self) -> None:
        self.faults.clear()
        self.statuses.clear()
        self.delivered.clear()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()


def _flat(node: Any, under: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        node = dict(enumerate(cast("list[Any]", node)))
    if isinstance(node, dict):
        for key, value in cast("dict[Any, Any]", node).items():
            yield from _flat(value, f"{under}[{key}]" if under else str(key))
    else:
        yield under, "" if node is None else str(int(node)) if isinstance(node, bool) else str(node)
