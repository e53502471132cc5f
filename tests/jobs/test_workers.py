"""Workers come and go: a killed one's job runs elsewhere, a told one finishes or gives back what it has."""

import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest_asyncio

from app.domain.ids import ConversationId
from app.domain.messages import ParsedBody
from app.jobs.schedules import schedules
from app.services.conversation.intake import pack, store
from app.store.accounts import Account
from app.store.conversations import SQL
from app.store.database import Database
from app.store.queue import Job, JobName, enqueue
from tests.builders import a_channel_event
from tests.house import conversation_of, deliver, until
from tests.jobs.processes import Starter

ACTIVE = "select queue_manager_id from queue.pgqueuer where entrypoint = 'wake' and status = 'picked'"
BESIDE = "select count(*) from queue.pgqueuer where entrypoint = 'wake' and queue_manager_id <> $1"
LEFT = "select array_agg(entrypoint || ' ' || status) from queue.pgqueuer"


@pytest_asyncio.fixture
async def waiting(account: Account, database: Database) -> ConversationId:
    """A conversation whose mailbox waits for a worker."""
    await deliver(database, account, a_channel_event())
    return await conversation_of(database)


@asynccontextmanager
async def occupied(database: Database, number: ConversationId) -> AsyncIterator[None]:
    """Somebody holds the conversation, so that whoever works on it has to wait."""
    async with database.transaction() as tx:
        await tx.execute(SQL["lock"], number)
        yield


async def turns(database: Database) -> int:
    return await database.fetchval("select count(*) from turns")


async def messages(database: Database) -> int:
    return await database.fetchval("select count(*) from outbox where kind = 'message'")


async def taken_by_another(database: Database, before: UUID) -> bool:
    """Looked at when other work comes in, as there always does: an idle worker looks every five seconds."""
    await give(database, Job(JobName.DOUBT, {"outbox": 0}))
    return bool(await database.fetchval(BESIDE, before))


async def give(database: Database, job: Job) -> None:
    async with database.transaction() as tx:
        await enqueue(tx, [job])


async def test_the_job_of_a_killed_worker_runs_elsewhere_once_its_heartbeat_is_over_and_is_done_once(
    ponte: Starter, database: Database, waiting: ConversationId
):
    async with ponte.worker() as first, AsyncExitStack() as later:
        async with occupied(database, waiting):
            before = await until(lambda: database.fetchval(ACTIVE))
            await later.enter_async_context(ponte.worker())
            assert await first.end(signal.SIGKILL) == -signal.SIGKILL
            await until(lambda: taken_by_another(database, before))
            assert await turns(database) == 0
        await until(lambda: messages(database))
    assert await turns(database) == 1
    assert await messages(database) == 1
    assert await database.fetchval("select array_agg(fold) from mensagens where author = 'customer'") == [1]


async def test_a_told_worker_finishes_what_it_has_takes_nothing_new_and_ends_well(
    ponte: Starter, database: Database, waiting: ConversationId
):
    async with ponte.worker() as running:
        async with occupied(database, waiting):
            await until(lambda: database.fetchval(ACTIVE))
            running.process.send_signal(signal.SIGTERM)
            await running.says("worker.draining")
            await give(database, Job(JobName.DOUBT, {"outbox": 0}))
            assert running.process.returncode is None
        assert await running.process.wait() == 0
    assert "worker.stopped" in running.said()
    assert await database.fetchval("select count(*) from inbox where folded_at is null") == 0
    assert "doubt queued" in await database.fetchval(LEFT)


async def test_a_job_that_does_not_end_in_time_is_given_back_to_the_others(
    ponte: Starter, database: Database, waiting: ConversationId
):
    async with ponte.worker(DRAIN_SECONDS="1") as running, occupied(database, waiting):
        await until(lambda: database.fetchval(ACTIVE))
        assert await running.end(signal.SIGTERM) == 0
        assert await database.fetchval(LEFT) == ["wake queued"]
    async with ponte.worker():
        await until(lambda: turns(database))


async def test_an_idle_worker_that_is_told_to_end_ends_well(ponte: Starter, account: Account):
    async with ponte.worker() as running:
        assert await running.end(signal.SIGTERM) == 0


async def test_two_workers_keep_one_schedule_of_every_chore(ponte: Starter, database: Database, account: Account):
    known = {(schedule.name, schedule.cron) for schedule in schedules(sweep_seconds=1)}

    async def found() -> bool:
        rows = await database.fetch("select entrypoint, expression from queue.pgqueuer_schedules")
        return sorted(tuple(row) for row in rows) == sorted(known)

    async with ponte.run("worker") as one, ponte.run("worker") as other:
        await one.says("worker.started")
        await other.says("worker.started")
        await until(found)


async def test_what_waits_for_nobody_is_found_by_the_scheduled_sweep(
    ponte: Starter, database: Database, account: Account
):
    async with ponte.worker():
        await until(lambda: database.fetchval("select max(last_run) from queue.pgqueuer_schedules"))
        message = ParsedBody(account.external_ref, (a_channel_event(),))
        async with database.transaction() as tx:
            await store(tx, [pack(account, b"body", message, now=datetime.now(UTC))])
            await tx.execute("update inbox set received_at = received_at - interval '1 minute'")
            await tx.execute("delete from queue.pgqueuer where entrypoint = 'wake'")
        await until(lambda: turns(database))


LISTENERS = "from pg_stat_activity where datname = current_database() and query ilike 'listen %'"


async def test_a_worker_whose_listening_connection_was_cut_listens_again(
    ponte: Starter, database: Database, account: Account
):
    """Asking every few seconds would go on without it, and every answer would be late."""
    async with ponte.worker():
        await until(lambda: database.fetchval(f"select count(*) {LISTENERS}"))
        before = await database.fetchval(f"select array_agg(pid) {LISTENERS}")
        await database.fetch(f"select pg_terminate_backend(pid) {LISTENERS}")
        again = f"select count(*) {LISTENERS} and pid <> all ($1::int[])"
        assert await until(lambda: database.fetchval(again, before))
