"""Every named statement is one that Postgres understands on the migrated schema, and that somebody uses."""

import re
from pathlib import Path

import asyncpg
import pytest

from app.store.database import Database
from app.store.queries import statement_files, statements

ALL = [(file, name) for file in statement_files() for name in statements(file)]


async def test_every_statement_prepares_on_the_migrated_schema(database: Database):
    for file, name in ALL:
        async with database.transaction() as tx:
            try:
                await tx.prepare(statements(file)[name])
            except asyncpg.PostgresError as error:
                pytest.fail(f"{file}.{name}: {error}")


def test_no_statement_is_there_for_nobody(root: Path):
    code = "\n".join(path.read_text() for path in (root / "app").rglob("*.py"))
    used = set(re.findall(r"\"(\w+)\"", code))
    assert [(file, name) for file, name in ALL if name not in used] == []


def test_no_name_is_given_twice_in_a_file(root: Path):
    for file in statement_files():
        text = (root / "app" / "store" / "sql" / f"{file}.sql").read_text()
        names = re.findall(r"^-- name: (\w+)", text, re.MULTILINE)
        assert len(names) == len(set(names)), file


def test_no_statement_changes_its_session():
    """A pooled connection is given back without a reset (`_as_it_is` in the database module)."""
    changes = r"\A\s*(set|listen|declare|discard|load)\b|set_config|pg_(try_)?advisory_lock"
    texts = {(file, name): re.sub(r"--.*", "", statements(file)[name]) for file, name in ALL}
    assert [name for name, text in texts.items() if re.search(changes, text, re.IGNORECASE)] == []
