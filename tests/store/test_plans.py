"""What every message costs stays the same however much is stored: no hot statement reads a table from end to end.

One account holds 100,000 conversations, with as many mailbox events, outbox rows, timers, lines of history and turns.
Each statement is planned for its own values and as a cached plan that must do for all values, run, and rolled back.
"""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio

from app.store.database import Database
from app.store.queries import statement_files, statements
from tests.database import Server, fresh
from tests.store.cold_statements import COLD
from tests.store.crowd import CROWD
from tests.store.hot_statements import BIG, HOT, MANY, MOST_READ


@pytest_asyncio.fixture
async def crowd(postgres: Server) -> AsyncIterator[Database]:
    async with fresh(postgres) as database:
        for order in CROWD:
            await database.execute(order, *([MANY] if "$1" in order else []))
        await database.execute("analyze")
        yield database


@pytest_asyncio.fixture
async def connection(crowd: Database) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    made = await asyncpg.connect(crowd.dsn)
    yield made
    await made.close()


def nodes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes_of(part))]


def rows_read(node: dict[str, Any]) -> float:
    """What a scan looked at, in all its rounds."""
    dropped = sum(value for key, value in node.items() if key.startswith("Rows Removed by"))
    return (node["Actual Rows"] + dropped) * node["Actual Loops"]


async def complaints_about(connection: "asyncpg.Connection[asyncpg.Record]", file: str, name: str) -> list[str]:
    change = connection.transaction()
    await change.start()
    try:
        said = await connection.fetchval(f"explain (analyze, format json) {statements(file)[name]}", *HOT[file][name])
    finally:
        await change.rollback()
    scans = [node for node in nodes_of(json.loads(said)[0]["Plan"]) if node.get("Relation Name") in BIG]
    costly = [node for node in scans if node["Node Type"] == "Seq Scan" or rows_read(node) > MOST_READ]
    return [
        f"{file}.{name}: {node['Node Type']} on {node['Relation Name']}, {rows_read(node):.0f} rows" for node in costly
    ]


async def test_no_hot_statement_reads_a_table_from_end_to_end(connection: "asyncpg.Connection[asyncpg.Record]"):
    hot = [(file, name) for file, names in HOT.items() for name in names]
    for mode in ("force_custom_plan", "force_generic_plan"):
        await connection.execute(f"set plan_cache_mode = {mode}")
        assert [words for file, name in hot for words in await complaints_about(connection, file, name)] == [], mode


def test_every_statement_is_known_as_hot_or_cold():
    known = {file: set(HOT.get(file, {})) | COLD.get(file, set()) for file in statement_files()}
    unknown = {
        file: missing for file in known if "*" not in known[file] and (missing := set(statements(file)) - known[file])
    }
    assert unknown == {}
    assert all(set(names) <= set(statements(file)) for file, names in HOT.items())


def test_only_three_statements_say_that_they_cross_accounts():
    texts = [text for file in statement_files() for text in statements(file).values()]
    assert sum(bool(re.search(r"statements that cross accounts", text)) for text in texts) <= 3
