"""The governor: evenly spaced calls to one vendor account, in the order of the lanes, for all processes together.

Inside a process the most urgent waiter speaks for all; between processes Postgres decides, under one row lock.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.domain.account import Connection, Lane
from app.domain.errors import NotStarted
from app.domain.ids import AccountId
from app.domain.ports import Slot
from app.store.database import Database
from app.store.queries import statements

SQL = statements("governor")
# How long a call waits before it counts as one lane more urgent, so that the lowest lane is not starved.
AGES = timedelta(seconds=5)
# A slot used later than this would crowd the next one; at least what a claim needs.
_LEAST_FRESH = 0.08
_NAP = 0.25
# Who would wait longer than this, because the vendor holds everybody, is told so and may do something else meanwhile.
_PATIENCE = 10.0


@dataclass(eq=False)
class _Waiter:
    lane: Lane
    since: datetime
    granted: "asyncio.Future[Slot]"

    def urgency(self, now: datetime) -> tuple[int, datetime]:
        return self.lane.rank - int((now - self.since) / AGES), self.since


@dataclass
class _Queue:
    waiters: list[_Waiter] = field(default_factory=list[_Waiter])
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    def dismiss(self, error: Exception) -> None:
        """Nobody is served: each is told why."""
        for waiter in self.waiters:
            if not waiter.granted.done():
                waiter.granted.set_exception(error)
        self.waiters.clear()


class PostgresGovernor:
    """Grants call slots. `rate` is calls per second, for our address and for each account; 0 sets no limit.

    `burst` calls may pass at once after a quiet time. `per_account`: the vendor counts by account alone, so that what
    one of them uses up or is told takes nothing from another.
    """

    def __init__(
        self,
        database: Database,
        *,
        rate: float = 6.0,
        egress: str = "default",
        burst: int = 1,
        per_account: bool = False,
    ) -> None:
        self._database = database
        self._pace = timedelta(seconds=1 / rate) if rate else timedelta(0)
        self._egress = egress
        self._burst = burst
        self._per_account = per_account
        self._process: UUID = uuid4()
        self._queues: dict[AccountId, _Queue] = {}

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        """Wait for the right to make one call.

        Raises:
            NotStarted: the vendor holds all calls for longer than is worth waiting for here; `after` says how long.
        """
        if not self._pace:
            return self._granted()
        queue = self._queues.setdefault(connection.account_id, _Queue())
        waiter = _Waiter(lane, datetime.now(UTC), asyncio.get_running_loop().create_future())
        queue.waiters.append(waiter)
        queue.changed.set()
        if queue.task is None or queue.task.done():
            queue.task = asyncio.create_task(self._serve(connection.account_id, queue))
        try:
            return await waiter.granted
        finally:
            if waiter in queue.waiters:
                queue.waiters.remove(waiter)

    async def slow_down(self, connection: Connection, after: timedelta) -> None:
        """The vendor said 429 to our address, which all accounts share unless it counts by account."""
        await self._database.execute(SQL["slow_down"], self._egress_of(connection.account_id), after)

    async def hold(self, connection: Connection, until: datetime) -> None:
        """The vendor refuses everything: our address is banned, which all share unless it counts by account."""
        await self._database.execute(SQL["hold"], self._egress_of(connection.account_id), until)

    def _egress_of(self, account_id: AccountId) -> str:
        return f"{self._egress}:{account_id}" if self._per_account else self._egress

    def _granted(self) -> Slot:
        return Slot(time.monotonic(), max(self._pace.total_seconds() / 2, _LEAST_FRESH))

    async def _serve(self, account_id: AccountId, queue: _Queue) -> None:
        """Speak for the most urgent waiter until nobody waits."""
        try:
            # Asked again after leaving: somebody may have come while we were saying good-bye.
            while queue.waiters:
                await self._serve_best(account_id, queue)
                if not queue.waiters:
                    await self._database.execute(SQL["leave"], account_id, self._egress_of(account_id), self._process)
        except Exception as error:  # noqa: BLE001 - every waiter must hear of it
            queue.dismiss(error)

    async def _serve_best(self, account_id: AccountId, queue: _Queue) -> None:
        queue.changed.clear()
        best = min(queue.waiters, key=lambda waiter: waiter.urgency(datetime.now(UTC)))
        wait = await self._take(account_id, best)
        if wait > _PATIENCE:
            held = timedelta(seconds=wait)
            queue.dismiss(NotStarted("The vendor holds all calls from this address.", after=held, code="held"))
        elif wait > 0:
            await self._nap(queue, wait)
        elif best in queue.waiters:
            queue.waiters.remove(best)
            if not best.granted.done():
                best.granted.set_result(self._granted())

    async def _take(self, account_id: AccountId, best: _Waiter) -> float:
        egress = self._egress_of(account_id)
        args = (account_id, egress, self._process, best.lane.rank, best.since, self._pace, AGES, self._burst)
        return float(await self._database.fetchval(SQL["take"], *args))

    async def _nap(self, queue: _Queue, wait: float) -> None:
        """Wait for the slot, or for somebody more urgent, or long enough to renew the bid."""
        try:
            await asyncio.wait_for(queue.changed.wait(), min(wait, _NAP, self._pace.total_seconds() * 2))
        except TimeoutError:
            return
