"""Jobs that have failed for good: listed, done again, or dropped; each with a line in the audit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.domain.types import JobId

from app.store.conversations import SQL
from app.store.database import Database
from app.store.json_text import to_json
from app.store.queue import ids_of, queries

MOST = 1_000


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job whose tries are used up. `ids` says what it is about."""

    id: int
    name: str
    ids: dict[str, int]
    attempts: int
    since: datetime


class DeadJobs:
    """All of an installation: a job belongs to its conversation, but who mends a queue mends all of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[DeadJob]:
        """The newest first, a thousand at most."""
        found = await queries(AsyncpgPoolDriver(await self._database.pool())).list_failed_jobs(MOST)
        dead = [DeadJob(int(job.id), job.entrypoint, ids_of(job.payload), job.attempts, job.updated) for job in found]
        return sorted(dead, key=lambda job: job.id, reverse=True)

    async def replay(self, wanted: Collection[int] | None, *, who: str) -> list[DeadJob]:
        """Let workers try these again, or all; every handler is safe to run twice. Returns those that were dead."""
        chosen = await self._chosen(wanted)
        await queries(AsyncpgPoolDriver(await self._database.pool())).requeue_jobs([JobId(one.id) for one in chosen])
        await self._log(chosen, who, "job_replayed")
        return chosen

    async def discard(self, wanted: Collection[int] | None, *, who: str) -> list[DeadJob]:
        """Drop these, or all. What they were about stays as it is; the sweep gives it a job anew where it waits."""
        chosen = await self._chosen(wanted)
        driver = AsyncpgPoolDriver(await self._database.pool())
        await queries(driver).mark_job_as_cancelled([JobId(one.id) for one in chosen])
        await self._log(chosen, who, "job_discarded")
        return chosen

    async def _chosen(self, wanted: Collection[int] | None) -> list[DeadJob]:
        return [one for one in await self.all() if wanted is None or one.id in wanted]

    async def _log(self, jobs: list[DeadJob], who: str, what: str) -> None:
        for job in jobs:
            args = (None, None, who, what, job.name, to_json({"job": job.id, **job.ids}))
            await self._database.execute(SQL["log"], *args)
