"""Rows for any table, made from the catalogue alone: so that a table that is new tomorrow is tested tomorrow."""

import re
from dataclasses import dataclass
from typing import Any

import asyncpg

from app.store.migrations import migrations_folder, read_migrations

# The values of types that a column may need; `%d` makes those of two accounts differ.
SAMPLES = {
    "bigint": "%d",
    "integer": "%d",
    "smallint": "%d",
    "double precision": "%d",
    "numeric": "%d",
    "text": "'x-%d'",
    "boolean": "true",
    "date": "date '2026-10-05' + %d",
    "time without time zone": "time '09:00' + interval '%d minutes'",
    "timestamp with time zone": "timestamptz '2026-10-05 12:00+00' + interval '%d hours'",
    "interval": "interval '%d hours'",
    "jsonb": "'{}'",
    "json": "'{}'",
    "bytea": "decode(lpad('%d', 64, '0'), 'hex')",
    "uuid": "lpad('%d', 32, '0')::uuid",
    "tstzrange": "tstzrange(timestamptz '2026-10-05 12:00+00', timestamptz '2026-10-05 12:%02d+00')",
    "inet": "'10.0.0.%d'",
    "extensions.vector": "'[1, %d]'",
}

COLUMNS = """
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       (select pg_get_constraintdef(k.oid) from pg_constraint k
        where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1) as rule
from pg_attribute a
where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped
  and a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = ''
order by a.attnum
"""


# Where one column's value must fit another's.
FITTING = {
    "agenda": {
        "ends_at": "timestamptz '2026-10-05 20:00+00'",
        "state": "'cancelled'",
        "taken": "tstzrange(null, null)",
    },
    "proactive_triggers": {"name": "'formulario'"},
    "consents": {"phone": "'+5511900010001'"},
}


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    rule: str

    def sample(self, account: int) -> str:
        """A value for a row of this account: the account's id, a word that the column's rule allows, or any."""
        if self.name == "account_id":
            return str(account)
        allowed = re.search(r"'([^']+)'::text", self.rule) if "ANY" in self.rule else None
        if self.type.endswith("[]"):
            return f"array['{allowed[1]}']" if allowed else "'{}'"
        if allowed:
            return f"'{allowed[1]}'"
        template = SAMPLES[self.type]
        return template % account if "%" in template else template


def tables() -> list[str]:
    """The tables that the migrations make in `public`, in their order."""
    text = "\n".join(migration.sql for migration in read_migrations(migrations_folder()))
    return re.findall(r"^create table (?:if not exists )?(?:public\.)?(\w+) \(", text, re.MULTILINE | re.IGNORECASE)


async def fill(connection: "asyncpg.Connection[Any]", table: str, accounts: tuple[int, ...]) -> None:
    """One row of each account, without regard to the rows it would point to."""
    columns = [Column(r["name"], r["type"], r["rule"] or "") for r in await connection.fetch(COLUMNS, table)]
    await connection.execute("set session_replication_role = replica")
    for account in accounts:
        row = {column.name: column.sample(account) for column in columns}
        row |= FITTING.get(table, {}) | {"id" if table == "accounts" else "account_id": str(account)}
        names, values = ", ".join(row), ", ".join(row.values())
        identity = "overriding system value " if table == "accounts" else ""
        await connection.execute(f"insert into {table} ({names}) {identity}values ({values})")
    await connection.execute("set session_replication_role = origin")
