"""The queue's driver behind a transaction pooler, where nobody can listen: a worker asks instead."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.ports.driver import Driver, NotifyCallback

from app.store.database import Database, Tx

# How long a worker rests when it found nothing. Listening, a notification wakes it; asking, this is its latency.
LISTENING = timedelta(seconds=5)
ASKING = timedelta(milliseconds=250)


async def driver_of(database: Database) -> Driver:
    """What PgQueuer speaks to this database with."""
    pool = await database.pool()
    return _Polling(pool) if database.pooled else AsyncpgPoolDriver(pool)


def rest_of(database: Database) -> timedelta:
    """For how long a worker that found nothing may rest."""
    return ASKING if database.pooled else LISTENING


class _Polling(AsyncpgPoolDriver):
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
