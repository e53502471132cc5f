"""Delivering webhooks as Meta does: in parallel, in no order, again and again until somebody answers 200."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx

from app.sandbox.clock import Clock
from app.sandbox.whatsapp.bodies import packed, signature
from app.sandbox.whatsapp.world import Group, Number

HookFault = Literal["duplicate", "delay", "drop", "reorder"]
ANSWER_SECONDS: Final = 10.0
RETRIES: Final = (0.0, 5.0, 30.0, 300.0, 3600.0)  # at once, then ever rarer


@dataclass(slots=True)
class HookTrouble:
    """The next so many deliveries; `delay` and `reorder` hold one back for `seconds`, the others go on."""

    fault: HookFault
    times: int = 1
    seconds: float = 0.3


class Hooks:
    """Sends what happens to whoever a number's webhook is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None
        self.trouble: list[HookTrouble] = []
        self.delivered: list[Group] = []

    def reset(self) -> None:
        """Drop what waits."""
        for task in self._tasks:
            task.cancel()
        self.trouble.clear()
        self.delivered.clear()

    async def stop(self) -> None:
        self.reset()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def fire(self, number: Number, body: Group) -> None:
        """Queue one body; returns at once."""
        if not number.webhook:
            return
        trouble = next((one for one in self.trouble if one.times > 0), None)
        if trouble is None:
            self._run(self._deliver(number, packed(body)))
            return
        trouble.times -= 1
        wait = trouble.seconds if trouble.fault in ("delay", "reorder") else 0.0
        for _ in range({"drop": 0, "duplicate": 2}.get(trouble.fault, 1)):
            self._run(self._deliver(number, packed(body), wait=wait))

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, number: Number, body: bytes, *, wait: float = 0.0) -> None:
        await asyncio.sleep(wait)
        for rest in RETRIES:
            at = self._clock.now()
            status = await self._post(number, body)
            times = {"at": at, "ended": self._clock.now()}
            self.delivered.append({"number": number.id, "status": status, "body": body.decode(), **times})
            if status == 200:  # noqa: PLR2004 - nothing else counts
                return
            await asyncio.sleep(self._clock.scaled(rest))

    async def _post(self, number: Number, body: bytes) -> int:
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=ANSWER_SECONDS)
        headers = {"Content-Type": "application/json", **signature(number, body)}
        try:
            return (await self._client.post(number.webhook, content=body, headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return 0
