"""The pool, and short transactions on it. A transaction never waits for the network: `tests/architecture` checks."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import orjson

from app.domain.errors import NeedsHuman, Retryable
from app.store.secrets import Vault

Row: TypeAlias = asyncpg.Record
Tx: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

DOWN = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    TimeoutError,
)
REFUSES = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
# What a value is that cannot be stored, said by Postgres, by the driver or on the way to JSON: trying again is no use.
UNSTORABLE = (asyncpg.DataError, UnicodeError, orjson.JSONEncodeError)
UNPREPARED = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)
ADDRESS_HINT = (
    "it looks like postgresql://user:password@host:5432/database, "
    "with special characters of the password written as %40 and the like"
)


class Collided(Retryable):
    """Two transactions waited for each other and this one gave way: nothing was written, try again."""

    code = "collided"


class DatabaseDown(Retryable):
    """Postgres cannot be reached; the caller may try again."""

    code = "database_down"


@asynccontextmanager
async def reported() -> AsyncGenerator[None]:
    """The driver's errors in our words. What an operator can mend while we wait is as good as a database that is down.

    Raises:
        Collided, DatabaseDown: the same thing may be tried again.
        NeedsHuman: the address itself is wrong.
    """
    try:
        yield
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
        raise Collided("Two writers met; nothing was written.", hint="Try again.") from error
    except asyncpg.ClientConfigurationError as error:
        raise NeedsHuman(f"DATABASE_URL is no address of a Postgres: {ADDRESS_HINT}.") from error
    except REFUSES as error:
        raise DatabaseDown(
            "The database refuses us.", hint="Check user, password and database name in DATABASE_URL."
        ) from error
    except UNPREPARED as error:
        raise DatabaseDown("The database lacks our tables.", hint="Run `ponte migrate`.") from error
    except DOWN as error:
        raise DatabaseDown(
            "The database does not answer.", hint="Start Postgres or check DATABASE_URL; nothing is lost."
        ) from error


class _Connection(asyncpg.Connection):
    """One that knows under which keys its database keeps what customers told."""

    vault: Vault | None = None


def vault_of(tx: Tx) -> Vault:
    """What seals and opens the personal part of rows.

    Raises:
        NeedsHuman: this database was opened without its keys.
    """
    vault: Vault | None = getattr(tx, "vault", None)
    return _needed(vault)


def _needed(vault: Vault | None) -> Vault:
    if vault is None:
        raise NeedsHuman("The keys to what is sealed are not at hand.", hint="Set PONTE_SECRET_KEYS.")
    return vault


async def _as_it_is(connection: object) -> None:
    """Nothing here changes a session (no SET, no cursor, no session lock), so a connection given back needs no reset.

    The driver's own reset would be one more round trip for every statement outside a transaction.
    """
    del connection


class Database:
    """A pool that opens on first use and comes back by itself after the server was away.

    `pooled` says that a transaction pooler stands between (Supabase's, pgbouncer): every transaction may reach another
    server process. Then no statement is kept prepared, each runs in a transaction, because to parse it and to run it
    are two messages, and the session is given no settings, which a pooler refuses.
    """

    def __init__(
        self, dsn: str, *, size: int = 10, pooled: bool = False, role: str = "ponte", vault: Vault | None = None
    ) -> None:
        self.dsn = dsn
        self._vault = vault
        self._size = size
        self._role = role
        self.pooled = pooled
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    @property
    def vault(self) -> Vault:
        """What seals and opens the personal part of rows."""
        return _needed(self._vault)

    async def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The pool, opened when it is first wanted."""
        async with self._opening:
            if self._pool is None:
                async with reported():
                    self._pool = await asyncpg.create_pool(
                        self.dsn,
                        min_size=1,
                        max_size=self._size,
                        statement_cache_size=0 if self.pooled else 200,
                        timeout=5,
                        command_timeout=30,
                        reset=_as_it_is,
                        connection_class=type("_Keyed", (_Connection,), {"vault": self._vault}),
                        server_settings={"application_name": self._role}
                        | ({} if self.pooled else {"idle_in_transaction_session_timeout": "30000"}),
                    )
            return self._pool

    async def close(self) -> None:
        """Give the connections back; those still busy after five seconds are cut."""
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), 5)
            except TimeoutError:
                self._pool.terminate()
            self._pool = None

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Tx]:
        """One short transaction: commits at the end, rolls back on any exception.

        Raises:
            DatabaseDown: the server cannot be reached or went away in the middle.
        """
        pool = await self.pool()
        async with reported(), pool.acquire(timeout=5) as connection, connection.transaction():
            yield connection

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        if self.pooled:
            async with self.transaction() as tx:
                return await tx.fetch(sql, *args)
        async with reported():
            return await (await self.pool()).fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Row | None:
        if self.pooled:
            async with self.transaction() as tx:
                return await tx.fetchrow(sql, *args)
        async with reported():
            return await (await self.pool()).fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        if self.pooled:
            async with self.transaction() as tx:
                return await tx.fetchval(sql, *args)
        async with reported():
            return await (await self.pool()).fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        if self.pooled:
            async with self.transaction() as tx:
                return await tx.execute(sql, *args)
        async with reported():
            return await (await self.pool()).execute(sql, *args)

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        if self.pooled:
            async with self.transaction() as tx:
                await tx.executemany(sql, rows)
            return
        async with reported():
            await (await self.pool()).executemany(sql, rows)
