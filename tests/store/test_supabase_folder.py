"""`supabase/` is a project as the Supabase CLI knows it: its settings, its seed and its tests, tried without Docker."""

import re
import tomllib
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.settings import Settings
from app.store.database import Database

FOLDER = Path(__file__).parents[2] / "supabase"
CONFIG: dict[str, Any] = tomllib.loads((FOLDER / "config.toml").read_text(encoding="utf-8"))
SEED = (FOLDER / "seed.sql").read_text(encoding="utf-8")
TESTS = {path.name: path.read_text(encoding="utf-8") for path in sorted((FOLDER / "tests").glob("*.sql"))}


def statements(text: str) -> list[str]:
    """The statements of a file, without the lines that are comments."""
    plain = re.sub(r"^--.*\n", "", text, flags=re.MULTILINE)
    return [one.strip() for one in re.split(r";\s*\n", plain) if one.strip()]


def test_only_the_public_schema_is_exposed():
    assert CONFIG["api"]["schemas"] == ["public"]


def test_the_bucket_is_the_one_that_we_use_and_is_private():
    bucket = Settings.model_fields["supabase_bucket"].default
    assert CONFIG["storage"]["buckets"][bucket]["public"] is False


def test_nobody_signs_up_by_themselves():
    assert (CONFIG["auth"]["enable_signup"], CONFIG["auth"]["enable_anonymous_sign_ins"]) == (False, False)


async def test_the_seed_may_run_again_and_changes_nothing_then(database: Database):
    counted = "select (select count(*) from vendedores) || ' ' || (select count(*) from agenda) as all"
    seen: list[str] = []
    for _ in range(2):
        for statement in statements(SEED):
            await database.execute(statement)
        seen.append(await database.fetchval(counted))
    assert seen == ["2 1", "2 1"]


async def test_the_seed_holds_no_way_to_act(database: Database):
    for statement in statements(SEED):
        await database.execute(statement)
    assert await database.fetchval("select count(*) from credentials") == 0
    assert await database.fetchval("select count(*) from accounts where state <> 'closed'") == 0


@pytest.mark.parametrize("name", TESTS)
async def test_the_projects_own_tests_pass(database: Database, name: str):
    connection = await asyncpg.connect(database.dsn)
    try:
        told = [row[0] for statement in statements(TESTS[name]) for row in await connection.fetch(statement)]
    finally:
        await connection.close()
    plan, lines = told[0], told[1:]
    assert [line for line in lines if not line.startswith("ok - ")] == []
    assert plan == f"1..{len(lines)}"
