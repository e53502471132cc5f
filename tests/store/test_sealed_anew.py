"""Whatever the catalogue calls sealed is sealed anew by `ponte keys rotate`, so a new column cannot be forgotten."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio

from app.store.database import Database
from app.store.sealing import seal_anew
from app.store.secrets import Vault, new_secret_key
from tests.database import Server, fresh
from tests.store import catalogue

# A column is sealed when its name or its comment says so.
SEALED = """
select c.relname as table, a.attname as column
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
  and (a.attname like '%sealed%' or col_description(c.oid, a.attnum) ilike '%fernet%')
order by 1, 2
"""
KNOWN = {("credentials", "secret"), ("grants", "refresh_token"), ("panel_sessions", "sealed"), ("sheets", "sealed_key")}


@pytest_asyncio.fixture
async def empty(postgres: Server) -> AsyncIterator[Database]:
    async with fresh(postgres) as database:
        yield database


async def columns(connection: "asyncpg.Connection[Any]") -> list[tuple[str, str]]:
    return [(row["table"], row["column"]) for row in await connection.fetch(SEALED)]


async def fill(connection: "asyncpg.Connection[Any]", vault: Vault) -> dict[tuple[str, str], str]:
    """One sealed value in every sealed column of a row in each of their tables."""
    found = await columns(connection)
    for table in dict(found):
        await catalogue.fill(connection, table, (1,))
    values = {place: vault.seal(".".join(place)) for place in found}
    for (table, column), value in values.items():
        await connection.execute(f"update {table} set {column} = $1", value)
    return values


async def test_every_sealed_column_of_the_catalogue_opens_with_the_new_key_alone(empty: Database):
    old, new = new_secret_key(), new_secret_key()
    connection = await asyncpg.connect(empty.dsn)
    try:
        values = await fill(connection, Vault([old]))
        assert set(values) >= KNOWN
        assert await seal_anew(empty, Vault([new, old])) == len(values)
        for table, column in values:
            kept = await connection.fetchval(f"select {column} from {table}")
            assert kept != values[table, column], f"{table}.{column} is not sealed anew"
            assert Vault([new]).open(kept) == f"{table}.{column}"
    finally:
        await connection.close()


async def test_of_two_sessions_of_one_account_both_are_sealed_anew(empty: Database):
    old, new = new_secret_key(), new_secret_key()
    connection = await asyncpg.connect(empty.dsn)
    try:
        await connection.execute("set session_replication_role = replica")
        for key in ("one", "two"):
            order = "insert into panel_sessions (account_id, key, sealed) values (1, $1, $2)"
            await connection.execute(order, key, Vault([old]).seal(key))
        assert await seal_anew(empty, Vault([new, old])) == 2
        rows = await connection.fetch("select key, sealed from panel_sessions")
        assert {row["key"]: Vault([new]).open(row["sealed"]) for row in rows} == {"one": "one", "two": "two"}
    finally:
        await connection.close()
