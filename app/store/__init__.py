"""Postgres: the only room that knows asyncpg and PgQueuer's tables. SQL in named files, domain dataclasses out."""
