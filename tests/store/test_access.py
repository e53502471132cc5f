"""Who reads past our API sees what is theirs: row-level security on every table, and a closed queue.

Everything here runs as PostgREST would run it: the role of the caller, and `request.jwt.claims`, for one transaction.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg
import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.store.database import Database
from tests.database import Server, fresh
from tests.store import catalogue

Client: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
CLIENTS = ("anon", "authenticated")
TABLES = catalogue.tables()
CLOSED = {
    *("credentials", "api_keys", "grants", "oauth_states", "oauth_codes", "continuations", "rate_buckets"),
    *("governor", "governor_bids", "erasure_keys", "erased_phones", "panel_sessions"),
    *("panels", "panel_leases", "provisionings", "sheets", "signing_secrets", "inbox_mirrors"),
    "retired_secrets",
}
VIEWS = (
    *("vw_atendimento_diario", "vw_latencia", "vw_vendedor_desempenho", "vw_agenda_ocupacao", "vw_takeovers"),
    *("vw_fila_e_mortos", "vw_satisfacao", "vw_faq", "vw_perfis"),
)
OURS, THEIRS = 1, 2
MEMBER, STRANGER = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"


@dataclass
class Room:
    """A database with a row of two accounts in every table; MEMBER is a member of the first."""

    connection: Client

    @asynccontextmanager
    async def caller(self, role: str, user: str | None = None) -> AsyncIterator[Client]:
        """Who calls PostgREST with a token of this role, for one transaction that is taken back."""
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await self.connection.execute(f"set local role {role}")
            claims = json.dumps({"role": role} | ({"sub": user} if user else {}))
            await self.connection.execute("select set_config('request.jwt.claims', $1, true)", claims)
            yield self.connection
        finally:
            await transaction.rollback()


@pytest_asyncio.fixture(scope="module")
async def room(postgres: Server) -> AsyncIterator[Room]:
    async with fresh(postgres) as database:
        connection = await asyncpg.connect(database.dsn)
        for table in TABLES:
            await catalogue.fill(connection, table, (OURS, THEIRS))
        await connection.execute("delete from account_members")
        await connection.execute("insert into account_members (account_id, user_id) values ($1, $2)", OURS, MEMBER)
        yield Room(connection)
        await connection.close()


def key_of(table: str) -> str:
    return "id" if table == "accounts" else "account_id"


async def accounts_seen(client: Client, table: str) -> list[int]:
    rows = await client.fetch(f"select {key_of(table)} as account from {table} order by 1")
    return [row["account"] for row in rows]


# --- the catalogue ----------------------------------------------------------------------------------------------------


async def test_the_tests_know_every_table_there_is(database: Database):
    rows = await database.fetch("select tablename from pg_tables where schemaname = 'public'")
    assert {row["tablename"] for row in rows} == set(TABLES)


async def test_row_level_security_is_on_for_every_table(database: Database):
    off = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    assert [row["relname"] for row in await database.fetch(f"{off} and not relrowsecurity")] == []


@pytest.mark.parametrize("table", TABLES)
async def test_every_table_says_who_may_what(database: Database, table: str):
    rows = await database.fetch("select policyname, cmd, roles::text[] from pg_policies where tablename = $1", table)
    said = {row["policyname"]: (row["cmd"], row["roles"]) for row in rows}
    expected = "nobody reads" if table in CLOSED else "members read"
    assert said == {"the service does all": ("ALL", ["service_role"]), expected: ("SELECT", ["authenticated"])}, (
        "a migration that makes a table ends with: select guard_tables();"
    )


async def test_a_table_with_a_secret_in_it_is_closed(database: Database):
    """What a flow has learnt is sealed for whoever has the disk; members read the same in the history."""
    rows = await database.fetch(
        """select table_name from information_schema.columns where table_schema = 'public' and table_name = any ($1)
        and column_name ~ '(secret|token|sealed|key_hash|nonce)'
        and column_name not in ('webhook_secret_hash', 'input_tokens', 'output_tokens', 'flow_sealed')""",
        TABLES,
    )
    assert {row["table_name"] for row in rows} <= CLOSED


async def test_every_table_carries_the_account_it_belongs_to(database: Database):
    rows = await database.fetch(
        """select table_name from information_schema.columns where table_schema = 'public' and table_name = any ($1)
        group by table_name
        having not bool_or(column_name = 'account_id') or not bool_or(column_name = 'created_at')""",
        TABLES,
    )
    assert [row["table_name"] for row in rows] == ["accounts"]


async def test_every_foreign_key_has_an_index_but_those_to_an_account_which_is_never_deleted_in_haste(
    database: Database,
):
    rows = await database.fetch(
        """select k.conrelid::regclass::text || ': ' || pg_get_constraintdef(k.oid) as line from pg_constraint k
        where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.confrelid <> 'accounts'::regclass
        and not exists (
            select from pg_index i where i.indrelid = k.conrelid
            and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)"""
    )
    assert [row["line"] for row in rows] == []


async def test_every_view_reads_with_the_rights_of_its_reader(database: Database):
    rows = await database.fetch(
        """select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
        and not coalesce(reloptions @> array['security_invoker=true'], false)"""
    )
    assert [row["relname"] for row in rows] == []


async def test_every_view_says_what_it_means(database: Database):
    rows = await database.fetch(
        """select relname, obj_description(oid) as said from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'v' order by 1"""
    )
    assert {row["relname"] for row in rows} == set(VIEWS)
    assert all(row["said"] for row in rows)


# --- table by table ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
async def test_the_service_sees_and_changes_all_rows(room: Room, table: str):
    async with room.caller("service_role") as service:
        assert set(await accounts_seen(service, table)) == ({OURS} if table == "account_members" else {OURS, THEIRS})
        assert not (await service.execute(f"delete from {table}")).endswith(" 0")


@pytest.mark.parametrize("table", sorted(set(TABLES) - CLOSED))
async def test_a_member_sees_the_own_account_only(room: Room, table: str):
    async with room.caller("authenticated", MEMBER) as member:
        assert await accounts_seen(member, table) == [OURS]


@pytest.mark.parametrize("table", sorted(set(TABLES) - CLOSED))
async def test_who_is_no_member_sees_nothing(room: Room, table: str):
    for user in (STRANGER, None):
        async with room.caller("authenticated", user) as stranger:
            assert await accounts_seen(stranger, table) == []


@pytest.mark.parametrize("table", sorted(CLOSED))
async def test_a_member_does_not_see_secrets(room: Room, table: str):
    async with room.caller("authenticated", MEMBER) as member:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await accounts_seen(member, table)


@pytest.mark.parametrize("table", TABLES)
async def test_who_has_not_signed_in_gets_nothing(room: Room, table: str):
    async with room.caller("anon") as anon:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await accounts_seen(anon, table)


@pytest.mark.parametrize("order", ["insert into {} default values", "delete from {}", "truncate {}"])
@pytest.mark.parametrize("table", TABLES)
async def test_a_member_changes_nothing(room: Room, table: str, order: str):
    async with room.caller("authenticated", MEMBER) as member:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await member.execute(order.format(table))


@pytest.mark.parametrize("view", VIEWS)
async def test_a_view_shows_members_their_account_and_the_service_all(room: Room, view: str):
    seen: dict[str, set[Any]] = {}
    for role, user in (("service_role", None), ("authenticated", MEMBER), ("authenticated", STRANGER)):
        async with room.caller(role, user) as client:
            seen[user or role] = set(await accounts_seen(client, view))
    assert seen["service_role"] >= seen[MEMBER]
    assert seen[MEMBER] <= {OURS}
    assert seen[STRANGER] == set()
    async with room.caller("anon") as anon:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await accounts_seen(anon, view)


# --- even with every grant --------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(params=CLIENTS)
async def client(request: pytest.FixtureRequest, database: Database, account: Account) -> AsyncIterator[Client]:
    """A connection with every grant that an older Supabase gives its clients by default, beside an account."""
    role = request.param
    await database.execute(f"grant all on all tables in schema public to {role}")
    connection = await asyncpg.connect(database.dsn)
    await connection.execute(f"set role {role}")
    yield connection
    await connection.close()


async def test_grants_alone_show_no_row_of_any_table(client: Client):
    for table in TABLES:
        assert await client.fetchval(f"select count(*) from {table}") == 0, table


async def test_grants_alone_change_nothing(client: Client):
    assert await client.execute("update conversations set bot_on = false") == "UPDATE 0"
    assert await client.execute("delete from accounts") == "DELETE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await client.execute("insert into governor (account_id, egress) values (1, 'x')")


async def test_a_client_may_call_no_function_of_ours_but_the_one_that_tells_its_accounts(client: Client):
    rows = await client.fetch(
        """select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
        and has_function_privilege(p.oid, 'execute')
        and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
        order by 1"""
    )
    role = await client.fetchval("select current_user")
    assert [row["proname"] for row in rows] == (["member_accounts"] if role == "authenticated" else [])


@pytest.mark.parametrize("table", ["pgqueuer", "pgqueuer_log", "pgqueuer_statistics", "pgqueuer_schedules"])
async def test_the_queue_is_closed_to_clients(client: Client, table: str):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await client.fetch(f"select * from queue.{table}")


async def test_the_audit_cannot_be_rewritten(database: Database, account: Account):
    sql = "insert into event_log (account_id, who, what) values ($1, 'clock', 'released')"
    await database.execute(sql, account.id)
    with pytest.raises(asyncpg.RaiseError):
        await database.execute("update event_log set who = 'nobody'")
