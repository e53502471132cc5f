"""All that an installation keeps, for tests of what must change nothing."""

from app.store.database import Database

# How often the CRM was asked, which a dry run may do: that limit is the CRM's own.
NOT_OURS = ("governor",)


async def everything(database: Database) -> dict[str, tuple[int, str]]:
    """How many rows each table has, jobs and history of migrations included, and what is in them."""
    named = await database.fetch(
        """select schemaname, tablename from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema') and tablename <> all ($1::text[])
        order by 1, 2""",
        list(NOT_OURS),
    )
    told: dict[str, tuple[int, str]] = {}
    for schema, table in named:
        whole = "count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
        row = await database.fetchrow(f'select {whole} from "{schema}"."{table}" t')
        assert row is not None
        told[f"{schema}.{table}"] = (row[0], row[1])
    return told
