"""Is everything in order? Each component has a word and a sentence; none of them hides another or tells a secret."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from app.domain.clock import FixedClock
from app.services.accounts.health import WORKER_ROLE, WORKER_SILENCE, Component, Health, overall
from app.store.accounts import Account
from app.store.database import Database
from app.store.overview import SQL

NAMES = {"database", "queue", "kommo", "brain", "ai", "rpa", "sheets"}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def health(database: Database, clock: FixedClock) -> Health:
    return Health(database, clock, brains=["n8n", "offline"])


@pytest_asyncio.fixture
async def worker(database: Database) -> AsyncIterator[Database]:
    """Somebody who is connected as workers are."""
    made = Database(database.dsn, role=WORKER_ROLE)
    await made.fetchval("select 1")
    yield made
    await made.close()


async def statuses(health: Health) -> dict[str, str]:
    return {name: component.status for name, component in (await health.report()).components.items()}


async def test_every_component_is_reported_by_the_names_that_monitors_read(
    health: Health, account: Account, worker: Database
):
    report = await health.report()
    assert set(report.components) == NAMES
    assert all(component.message.endswith(".") for component in report.components.values())
    assert report.status == "healthy"
    assert "n8n, offline" in report.components["ai"].message


async def test_a_database_that_is_away_makes_it_unhealthy_and_is_told_without_its_address(clock: FixedClock):
    database = Database("postgresql://ponte:top-secret@127.0.0.1:9/ponte")
    report = await Health(database, clock, brains=["offline"]).report()
    assert report.status == "unhealthy"
    assert {name for name, one in report.components.items() if one.status == "unhealthy"} == {
        "database",
        "queue",
        "kommo",
        "rpa",
        "sheets",
    }
    assert "top-secret" not in str(report)


async def test_without_an_account_it_says_what_to_do(health: Health):
    found = (await health.report()).components["kommo"]
    assert found.status == "not_configured"
    assert "connect" in found.message


async def test_without_a_worker_somebody_should_look(health: Health, account: Account):
    assert (await statuses(health))["queue"] == "degraded"
    assert (await health.report()).status == "degraded"


async def test_a_worker_that_was_here_a_moment_ago_counts_and_one_that_is_long_gone_does_not(
    health: Health, account: Account, database: Database, clock: FixedClock
):
    await database.execute(
        """insert into queue.pgqueuer_schedules (expression, entrypoint, next_run, last_run)
        values ('* * * * *', 'sweep', now(), now())"""
    )
    assert (await statuses(health))["queue"] == "healthy"
    clock.move(WORKER_SILENCE + timedelta(seconds=30))
    assert (await statuses(health))["queue"] == "degraded"


async def test_jobs_that_died_are_counted(health: Health, account: Account, worker: Database, database: Database):
    await database.execute(
        """insert into queue.pgqueuer (priority, execute_after, entrypoint, status, updated, heartbeat)
        select 0, now(), 'send', 'failed', now(), now() from generate_series(1, 3)"""
    )
    found = (await health.report()).components["queue"]
    assert found.status == "degraded"
    assert "3 jobs" in found.message


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        (["healthy", "not_configured"], "healthy"),
        (["healthy", "degraded"], "degraded"),
        (["degraded", "unhealthy", "healthy"], "unhealthy"),
        (["not_configured"], "healthy"),
    ],
)
def test_the_whole_is_as_well_as_its_worst_part(words: list[str], whole: str):
    assert overall({str(n): Component(word, "x") for n, word in enumerate(words)}) == whole


async def test_a_job_that_is_for_later_is_not_late(database: Database):
    """A hand-over in the evening leaves a job for the morning; that is no reason to call anybody."""
    sql = """insert into queue.pgqueuer (priority, entrypoint, payload, status, created, updated, execute_after)
    values (0, 'wake', null, 'queued', now() - interval '1 hour', now(), now() + interval '1 hour')"""
    await database.execute(sql)
    assert [row["oldest_seconds"] for row in await database.fetch(SQL["queue"])] == [0]
    await database.execute("update queue.pgqueuer set execute_after = now() - interval '20 minutes'")
    assert [row["oldest_seconds"] // 60 for row in await database.fetch(SQL["queue"])] == [20]
