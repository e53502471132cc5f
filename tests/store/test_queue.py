"""The queue's tables are PgQueuer's own, in a schema apart; jobs are names and ids in the caller's transaction."""

import asyncio
import sys
from pathlib import Path

import pytest

from app.jobs.browser import BROWSER_HANDLERS
from app.jobs.registry import HANDLERS
from app.store.database import Database
from app.store.queue import Job, JobName, enqueue, ids_of
from tests.database import Server
from tests.house import jobs_of


async def test_pgqueuer_finds_all_its_objects_in_our_migrations(postgres: Server):
    pgq = Path(sys.executable).parent / "pgq"
    command = [str(pgq), "--schema", "queue", "--pg-dsn", postgres.tcp_dsn("migrated"), "verify", "--expect", "present"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


def test_every_job_has_a_handler():
    assert {*HANDLERS, *BROWSER_HANDLERS} == set(JobName)
    assert set(HANDLERS).isdisjoint(BROWSER_HANDLERS)


async def test_a_job_exists_only_when_its_transaction_commits(database: Database):
    async def change_its_mind() -> None:
        async with database.transaction() as tx:
            await enqueue(tx, [Job(JobName.WAKE, {"conversation": 1})])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_its_mind()
    assert await jobs_of(database) == []
    async with database.transaction() as tx:
        await enqueue(tx, [Job(JobName.WAKE, {"conversation": 1}), Job(JobName.SEND, {"conversation": 1}, urgent=True)])
    assert await jobs_of(database) == ["wake", "send"]


async def test_a_job_carries_its_ids_and_nothing_else(database: Database):
    async with database.transaction() as tx:
        await enqueue(tx, [Job(JobName.ASK, {"conversation": 7, "turn": 2, "rung": 0})])
    row = await database.fetchrow("select payload, headers from queue.pgqueuer")
    assert row is not None
    assert ids_of(row["payload"]) == {"conversation": 7, "turn": 2, "rung": 0}
    assert row["headers"] in (None, "null")
