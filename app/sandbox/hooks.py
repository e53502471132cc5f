"""Delivering webhooks as the vendor does: two seconds to answer, its ladder of retries, and giving up on a bad address.

Hooks of one chat go out in order and one at a time; those of different chats go side by side. A retry comes later,
whatever has happened since: there is no promise of order, and receivers must not need one.
"""

import asyncio
import uuid
from collections import deque
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from app.sandbox.account import Account
from app.sandbox.clock import Clock
from app.sandbox.entities import Webhook
from app.sandbox.faults import Faults, FaultState
from app.sandbox.limits import forget
from app.sandbox.record import Record, masked_path
from app.sandbox.world import Pairs

ANSWER_SECONDS = 2.0
AT_ONCE = 64
# Shorter than any receiver keeps an idle connection, so that none is used in the moment it is being closed.
IDLE_SECONDS = 1.0
BAD_ANSWERS_ALLOWED = 100
BAD_ANSWERS_COUNTED_SECONDS = 2 * 3600
RETRY_SECONDS = {2: 300, 3: 900, 4: 900, 5: 3600}
LAST_ATTEMPT = 5
LAST_ATTEMPT_AFTER_REFUSAL = 3
TOO_LATE = 499
UNREACHABLE = 0
KEPT_ANSWER = 2000


@dataclass(slots=True, frozen=True)
class Delivery:
    account: Account
    webhook: Webhook
    event: str
    pairs: Pairs
    attempt: int = 1


Lane = tuple[int, int, str]


class Hooks:
    """Sends what happens to those who subscribed to it."""

    def __init__(self, clock: Clock, faults: Faults, record: Record) -> None:
        self._clock = clock
        self._faults = faults
        self._record = record
        self._lanes: dict[Lane, deque[Delivery]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._client: httpx.AsyncClient | None = None

    async def start(self) -> None:
        limits = httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=IDLE_SECONDS)
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=ANSWER_SECONDS, limits=limits)

    async def stop(self) -> None:
        self.forget_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def forget_all(self) -> None:
        """Drop what waits and what is under way."""
        self._lanes.clear()
        for task in self._tasks:
            task.cancel()

    def fire(self, account: Account, event: str, lane: str, pairs: Pairs) -> None:
        """Queue one event for every enabled webhook that asked for it; returns at once."""
        for webhook in account.webhooks.values():
            if event in webhook.settings and not webhook.disabled:
                self._queue((account.id, webhook.id, lane), Delivery(account, webhook, event, pairs))

    def _queue(self, lane: Lane, delivery: Delivery) -> None:
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(delivery)
            return
        self._lanes[lane] = deque([delivery])
        self._run(self._drain(lane))

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, lane: Lane) -> None:
        waiting = self._lanes[lane]
        try:
            while waiting:
                await self._first_attempt(waiting.popleft())
        finally:
            if self._lanes.get(lane) is waiting:
                del self._lanes[lane]

    async def _first_attempt(self, delivery: Delivery) -> None:
        rule = self._faults.for_hook(delivery.event, account_id=delivery.account.id)
        if rule is None:
            return await self._attempt(delivery)
        return await self._troubled(delivery, rule)

    async def _troubled(self, delivery: Delivery, rule: FaultState) -> None:
        if rule.fault == "drop":
            return
        if rule.fault == "reorder":
            self._run(self._later(delivery, self._faults.pause(rule)))
            return
        if rule.fault == "delay":
            await asyncio.sleep(self._faults.pause(rule))
        if rule.fault == "duplicate":
            self._run(self._attempt(delivery))
        await self._attempt(delivery)

    async def _later(self, delivery: Delivery, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if not delivery.webhook.disabled and delivery.webhook.destination in delivery.account.webhooks:
            await self._attempt(delivery)

    async def _attempt(self, delivery: Delivery) -> None:
        async with self._slots:
            status = await self._recorded_post(delivery)
        self._judge(delivery, status)

    async def _recorded_post(self, delivery: Delivery) -> int:
        seq, at = self._record.begin(), self._clock.now()
        status, text = UNREACHABLE, ""
        try:
            status, text = await self._post(delivery)
        finally:
            took = self._clock.now() - at
            self._record.end(seq, entry_of(delivery, at=at, status=status, text=text) | {"took": took})
        return status

    async def _post(self, delivery: Delivery) -> tuple[int, str]:
        if self._client is None:
            return UNREACHABLE, "the sandbox is not running"
        headers = {
            "User-Agent": "amoCRM-WebHook-client/1.0",
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Amocrm-Requestid": str(uuid.uuid4()),
        }
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                body = urlencode(delivery.pairs)
                answer = await self._client.post(delivery.webhook.destination, content=body, headers=headers)
        except TimeoutError:
            return TOO_LATE, "no answer within two seconds"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return UNREACHABLE, type(error).__name__
        return answer.status_code, answer.text[:KEPT_ANSWER]

    def _judge(self, delivery: Delivery, status: int) -> None:
        if 100 <= status <= 299:  # noqa: PLR2004  # the vendor's own range of good answers
            return
        self._count_bad(delivery.webhook)
        attempt = delivery.attempt + 1
        if attempt > last_attempt(status) or delivery.webhook.disabled:
            return
        wait = self._clock.scaled(RETRY_SECONDS[attempt])
        self._run(self._later(replace(delivery, attempt=attempt), wait))

    def _count_bad(self, webhook: Webhook) -> None:
        now = self._clock.now()
        webhook.bad_answers.append(now)
        forget(webhook.bad_answers, now - self._clock.scaled(BAD_ANSWERS_COUNTED_SECONDS))
        if len(webhook.bad_answers) > BAD_ANSWERS_ALLOWED:
            webhook.disabled = True


def last_attempt(status: int) -> int:
    """The ladder is longer where the receiver itself failed than where it refused or could not be reached."""
    return LAST_ATTEMPT if status == TOO_LATE or status >= 500 else LAST_ATTEMPT_AFTER_REFUSAL  # noqa: PLR2004


def entry_of(delivery: Delivery, *, at: float, status: int, text: str) -> dict[str, Any]:
    return {
        "at": at,
        "kind": "hook",
        "method": "POST",
        "path": masked_path(urlsplit(delivery.webhook.destination).path),
        "status": status,
        "request": dict(delivery.pairs),
        "response": text,
        "account_id": delivery.account.id,
        "event": delivery.event,
        "attempt": delivery.attempt,
        "webhook_id": delivery.webhook.id,
    }
