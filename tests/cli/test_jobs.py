"""Dead jobs by the command line: seen, done again, dropped; each with a line in the audit."""

from app.store.database import Database
from app.store.queue import Job, JobName, enqueue
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY
from tests.house import jobs_of


async def die(database: Database, *numbers: int) -> list[int]:
    """Jobs whose tries are used up; their numbers."""
    async with database.transaction() as tx:
        await enqueue(tx, [Job(JobName.WAKE, {"conversation": number}) for number in numbers])
    await database.execute("update queue.pgqueuer set status = 'failed', attempts = 12")
    return [row["id"] for row in await database.fetch("select id from queue.pgqueuer order by id")]


async def test_dead_jobs_are_listed_put_back_and_dropped_and_the_audit_knows(ponte: Ponte, database: Database):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    first, second, third = await die(database, 7, 8, 9)
    listed = (await ponte("jobs", "list", **environment)).rows()
    assert [row[:4] for row in listed] == [
        [str(number), "wake", f"conversation={one}", "12"] for number, one in ((third, 9), (second, 8), (first, 7))
    ]
    assert (await ponte("jobs", "replay", str(first), **environment)).out.strip() == "1 put back."
    state = "select array_agg(status::text || attempts order by id) from queue.pgqueuer"
    assert await database.fetchval(state) == ["queued0", "failed12", "failed12"]
    refused = await ponte("jobs", "discard", str(first), str(second), **environment)
    assert refused.code == 1
    assert f"no dead job {first}" in refused.err
    assert (await ponte("jobs", "discard", "--all", **environment)).out.strip() == "1 dropped."
    assert await jobs_of(database) == ["wake"]
    audit = await database.fetch("select what, why from event_log order by id")
    assert [tuple(row) for row in audit] == [("job_replayed", "wake"), *[("job_discarded", "wake")] * 2]
