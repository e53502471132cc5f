"""The queue's driver: one that knows when nobody listens any more, and one for a pooler, behind which nobody can."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.ports.driver import NotifyCallback

from app.store.database import Database, Tx

# How long a worker rests when it found nothing. Listening, a notification wakes it; asking, this is its latency.
LISTENING = timedelta(seconds=5)
ASKING = timedelta(milliseconds=250)


class QueueDriver(AsyncpgPoolDriver):
    """Says by `cut` that the connection it listens on has ended: the queue itself would go on asking, and be late."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        super().__init__(pool)
        self.cut = asyncio.Event()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        await super().add_listener(channel, callback)
        if self._listener_connection is not None:
            self._listener_connection.add_termination_listener(self._end)

    def _end(self, _: object) -> None:
        self.cut.set()


async def driver_of(database: Database) -> QueueDriver:
    """What PgQueuer speaks to this database with."""
    pool = await database.pool()
    return _Polling(pool) if database.pooled else QueueDriver(pool)


def rest_of(database: Database) -> timedelta:
    """For how long a worker that found nothing may rest."""
    return ASKING if database.pooled else LISTENING


class _Polling(QueueDriver):
    """Each statement in a transaction, as the database itself does it here; whoever wants to listen hears nothing."""

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        async with self._one() as tx:
            return [dict(row) for row in await tx.fetch(query, *args)]

    async def execute(self, query: str, *args: object) -> str:
        async with self._one() as tx:
            return await tx.execute(query, *args)

    async def notify(self, channel: str, payload: str) -> None:
        """Nobody listens."""

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """A listening connection is not to be had: the pooler gives it to others between two transactions."""

    async def remove_listener(self, channel: str, callback: NotifyCallback) -> None:
        """There is none."""

    @asynccontextmanager
    async def _one(self) -> AsyncGenerator[Tx]:
        async with self._pool.acquire() as connection, connection.transaction():
            yield connection
