"""Delivering webhooks as Twilio does: once, and once more where nobody was there; no answer is asked for again."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx

from app.sandbox.clock import Clock
from app.sandbox.twilio.bodies import packed, signature
from app.sandbox.twilio.world import Account, Group, Pairs

HookFault = Literal["duplicate", "delay", "drop", "reorder"]
ANSWER_SECONDS: Final = 15.0


@dataclass(slots=True)
class HookTrouble:
    """The next so many deliveries; `delay` and `reorder` hold one back for `seconds`, the others go on."""

    fault: HookFault
    times: int = 1
    seconds: float = 0.3


class Hooks:
    """Sends what happens to the addresses of a number."""

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

    def fire(self, account: Account, url: str, pairs: Pairs) -> None:
        """Queue one form; returns at once."""
        if not url:
            return
        trouble = next((one for one in self.trouble if one.times > 0), None)
        if trouble is None:
            self._run(self._deliver(account, url, pairs))
            return
        trouble.times -= 1
        wait = trouble.seconds if trouble.fault in ("delay", "reorder") else 0.0
        for _ in range({"drop": 0, "duplicate": 2}.get(trouble.fault, 1)):
            self._run(self._deliver(account, url, pairs, wait=wait))

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, account: Account, url: str, pairs: Pairs, *, wait: float = 0.0) -> None:
        await asyncio.sleep(wait)
        for _ in range(2):
            at = self._clock.now()
            status, said = await self._post(account, url, pairs)
            about = {"sid": dict(pairs).get("MessageSid", ""), "at": at, "ended": self._clock.now()}
            self.delivered.append({"account": account.sid, "status": status, "said": said, **about})
            if status:
                return

    async def _post(self, account: Account, url: str, pairs: Pairs) -> tuple[int, str]:
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=ANSWER_SECONDS)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature(account.token, url, pairs),
        }
        try:
            answer = await self._client.post(url, content=packed(pairs), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return 0, ""
        return answer.status_code, answer.text
