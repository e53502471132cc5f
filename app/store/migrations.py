"""Applies `supabase/migrations/*.sql`; the history is the Supabase CLI's own, so that either may go first."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.domain.errors import NeedsHuman
from app.store.database import reported

# Any number will do; it must only be the same in every process.
LOCK = 7_402_501_177
_FILE = re.compile(r"^(\d{14})_([a-z0-9_]+)\.sql$")

_HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
"""


@dataclass(frozen=True, slots=True)
class Migration:
    version: str
    name: str
    sql: str


def migrations_folder() -> Path:
    """Where the migrations are: beside the code in a checkout, inside the package when installed."""
    here = Path(__file__).resolve().parent
    for folder in (here.parent.parent / "supabase" / "migrations", here / "migrations"):
        if folder.is_dir():
            return folder
    raise NeedsHuman(
        "The folder supabase/migrations is missing.", hint="Install Ponte again; the package is incomplete."
    )


def read_migrations(folder: Path) -> list[Migration]:
    """All migrations of a folder in the order of their versions."""
    found = [(match, path) for path in sorted(folder.glob("*.sql")) if (match := _FILE.match(path.name))]
    return [Migration(match[1], match[2], path.read_text(encoding="utf-8")) for match, path in found]


async def migrate(dsn: str, folder: Path | None = None) -> list[str]:
    """Apply what is missing, each file in a transaction; returns the applied versions. Safe to run at the same time."""
    async with _alone(dsn), _connected(dsn) as connection:
        await connection.execute(_HISTORY)
        done = await _applied(connection)
        missing = [m for m in read_migrations(folder or migrations_folder()) if m.version not in done]
        for migration in missing:
            await _apply(connection, migration)
        return [migration.version for migration in missing]


async def pending(dsn: str, folder: Path | None = None) -> list[str]:
    """The versions that the database does not have yet."""
    async with _connected(dsn) as connection, connection.transaction():
        known = await connection.fetchval("select to_regclass('supabase_migrations.schema_migrations')")
        done = await _applied(connection) if known else set[str]()
        return [m.version for m in read_migrations(folder or migrations_folder()) if m.version not in done]


@asynccontextmanager
async def _connected(dsn: str) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection of its own. Only what connecting meets is told in our words, not the SQL."""
    async with reported():
        connection = await asyncpg.connect(dsn, timeout=10, statement_cache_size=0)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _alone(dsn: str) -> AsyncGenerator[None]:
    """One migrator at a time. A transaction holds the lock: behind a pooler a session's would outlive its session."""
    async with _connected(dsn) as guard, guard.transaction():
        await guard.execute("select pg_advisory_xact_lock($1)", LOCK)
        yield


async def _applied(connection: "asyncpg.Connection[asyncpg.Record]") -> set[str]:
    async with connection.transaction():
        rows = await connection.fetch("select version from supabase_migrations.schema_migrations")
    return {row["version"] for row in rows}


async def _apply(connection: "asyncpg.Connection[asyncpg.Record]", migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(migration.sql)
        await connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)",
            migration.version,
            migration.name,
            [migration.sql],
        )


async def prepare_embedded(dsn: str) -> None:
    """Give the embedded database what Supabase owns elsewhere: its roles and helper functions."""
    async with _alone(dsn), _connected(dsn) as connection:
        await connection.execute((migrations_folder().parent / "embedded_roles.sql").read_text(encoding="utf-8"))
