"""Who reads past our API sees nothing: row-level security on every table, and a closed queue."""

from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.store.database import Database
from tests.builders import a_channel_event
from tests.house import deliver

Client: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
CLIENTS = ("anon", "authenticated")


@pytest_asyncio.fixture(params=CLIENTS)
async def client(request: pytest.FixtureRequest, database: Database, account: Account) -> AsyncIterator[Client]:
    """A connection with every grant that Supabase gives its clients by default, beside an account in use."""
    await deliver(database, account, a_channel_event())
    role = request.param
    await database.execute(f"grant all on all tables in schema public to {role}")
    await database.execute(f"grant all on all sequences in schema public to {role}")
    connection = await asyncpg.connect(database.dsn)
    await connection.execute(f"set role {role}")
    yield connection
    await connection.close()


async def tables_of(database: Database) -> list[str]:
    rows = await database.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
    return [row["tablename"] for row in rows]


async def test_row_level_security_is_on_for_every_table(database: Database):
    off = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    assert [row["relname"] for row in await database.fetch(f"{off} and not relrowsecurity")] == []


async def test_every_table_carries_the_account_it_belongs_to(database: Database):
    rows = await database.fetch(
        """select table_name from information_schema.columns where table_schema = 'public'
        group by table_name
        having not bool_or(column_name = 'account_id') or not bool_or(column_name = 'created_at')"""
    )
    assert [row["table_name"] for row in rows] == ["accounts"]


async def test_every_view_reads_with_the_rights_of_its_reader(database: Database):
    rows = await database.fetch(
        """select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
        and not coalesce(reloptions @> array['security_invoker=true'], false)"""
    )
    assert [row["relname"] for row in rows] == []


async def test_a_client_sees_no_row_of_any_table(client: Client, database: Database):
    for table in await tables_of(database):
        assert await client.fetchval(f"select count(*) from {table}") == 0, table
    assert await database.fetchval("select count(*) from inbox") == 1


async def test_a_client_changes_nothing(client: Client):
    assert await client.execute("update conversations set bot_on = false") == "UPDATE 0"
    assert await client.execute("delete from accounts") == "DELETE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await client.execute("insert into governor (account_id, egress) values (1, 'x')")


async def test_a_client_cannot_use_the_governor_through_its_function(client: Client):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await client.fetchval(
            "select governor_take(1, 'x', gen_random_uuid(), 0::smallint, now(), interval '1 s', interval '5 s')"
        )


@pytest.mark.parametrize("table", ["pgqueuer", "pgqueuer_log", "pgqueuer_statistics", "pgqueuer_schedules"])
async def test_the_queue_is_closed_to_clients(client: Client, table: str):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await client.fetch(f"select * from queue.{table}")


async def test_the_audit_cannot_be_rewritten(database: Database, account: Account):
    sql = "insert into event_log (account_id, who, what) values ($1, 'clock', 'released')"
    await database.execute(sql, account.id)
    with pytest.raises(asyncpg.RaiseError):
        await database.execute("update event_log set who = 'nobody'")
