"""What has failed for good: listed, done again, or dropped; each with a line in the audit. Ids and codes only.

A message goes back into its line under the chat's lock, so the fence decides about it as about any other. What is
dropped stays as it is, and is shown as dead no more.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.domain.types import JobId

from app.domain.errors import Conflict
from app.domain.ids import AccountId
from app.store.conversations import SQL as CONVERSATIONS
from app.store.database import Database, Tx
from app.store.json_text import to_json
from app.store.panel_replays import replay_at_panel
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue, ids_of, queries
from app.store.turns import SQL as TURNS

SQL = statements("dead")
MOST = 1_000
KINDS: Final = ("job", "message", "write", "delivery", "media", "notice", "outreach", "provisioning")


@dataclass(frozen=True, slots=True)
class DeadThing:
    """Something that a person must look at. `what`: a job's name, a write's kind, an alert's cause."""

    kind: str
    number: int
    what: str
    state: str
    reason: str
    attempts: int
    since: datetime
    conversation_id: int | None

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.number}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends."""

    since: datetime
    kind: str
    number: int


class DeadThings:
    """Those of one account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, account_id: AccountId, kind: str | None, *, before: Place, limit: int) -> list[DeadThing]:
        """Newest first."""
        args = (account_id, kind, before.since, before.kind, before.number, limit)
        rows = await self._database.fetch(SQL["dead"], *args)
        return [DeadThing(**dict(row)) for row in rows]

    async def replay(self, account_id: AccountId, kind: str, number: int, *, who: str) -> bool:
        """Have it tried again; False where there is no such dead thing here.

        Raises:
            Conflict: a message to a chat in which the bot is quiet; a wish in whose place another stands; a request
                to a panel that may not be tried again.
        """
        async with self._database.transaction() as tx:
            done = await _REPLAYS[kind](tx, account_id, number)
            if done is None:
                return False
            await enqueue(tx, done.jobs)
            await _log(tx, account_id, (who, "dead_replayed"), kind=kind, number=number, chat=done.conversation_id)
        if kind == "job":
            await queries(AsyncpgPoolDriver(await self._database.pool())).requeue_jobs([JobId(number)])
        return True

    async def discard(self, account_id: AccountId, kind: str, number: int, *, who: str) -> bool:
        """Drop it for good; False where there is no such dead thing here."""
        async with self._database.transaction() as tx:
            if await tx.fetchrow(SQL[_DISCARDS[kind]], account_id, number, *_MORE.get(kind, ())) is None:
                return False
            await _log(tx, account_id, (who, "dead_discarded"), kind=kind, number=number)
        if kind == "job":
            driver = AsyncpgPoolDriver(await self._database.pool())
            await queries(driver).mark_job_as_cancelled([JobId(number)])
        return True


@dataclass(frozen=True, slots=True)
class Replayed:
    """What carries a thing that is tried again."""

    jobs: tuple[Job, ...] = ()
    conversation_id: int | None = None


async def _replay_job(tx: Tx, account_id: AccountId, number: int) -> Replayed | None:
    found = await tx.fetchrow(SQL["dead_job"], account_id, number)
    return Replayed() if found else None


async def _replay_message(tx: Tx, account_id: AccountId, number: int) -> Replayed | None:
    chat = await tx.fetchval(SQL["conversation_of"], account_id, number)
    if chat is None:
        return None
    await tx.execute(TURNS["lock"], chat)
    if not await tx.fetchval(SQL["bot_on"], chat):
        raise Conflict(
            f"The bot is quiet in conversation {chat}: a person has the chat.",
            hint="Release it first (/liberar, or POST /bot-control with resume), then replay within ten minutes.",
            code="bot_off",
        )
    if await tx.fetchval(SQL["replay_message"], account_id, number) is None:
        return None
    return Replayed((Job(JobName.SEND, {"conversation": chat}, urgent=True),), chat)


async def _replay_write(tx: Tx, account_id: AccountId, number: int) -> Replayed | None:
    chat = await tx.fetchval(SQL["replay_write"], account_id, number)
    return Replayed((Job(JobName.CRM, {"conversation": chat}),), chat) if chat else None


async def _replay_delivery(tx: Tx, account_id: AccountId, number: int) -> Replayed | None:
    found = await tx.fetchval(SQL["replay_delivery"], account_id, number)
    return Replayed((Job(JobName.DECODE, {"delivery": found}),)) if found else None


async def _replay_media(tx: Tx, account_id: AccountId, number: int) -> Replayed | None:
    chat = await tx.fetchval(SQL["replay_media"], account_id, number)
    return Replayed((Job(JobName.MEDIA, {"conversation": chat}),), chat) if chat else None


async def _replay_notice(tx: Tx, account_id: AccountId, number: int) -> Replayed | None:
    telling = await tx.fetchval(SQL["replay_notice"], account_id, number)
    return Replayed((Job(JobName.NOTIFY, {"notice": number, "round": telling}),)) if telling else None


async def _replay_outreach(tx: Tx, account_id: AccountId, number: int) -> Replayed | None:
    """A new wish in its place, judged as any other; the old one's words and its place at the fence are gone."""
    found = await tx.fetchrow(SQL["dead_outreach"], account_id, number)
    if found is None:
        return None
    await tx.execute(SQL["drop_text_of_outreach"], account_id, number)
    await tx.execute(SQL["replace_outreach"], account_id, number)
    again = await tx.fetchval(SQL["replay_outreach"], account_id, number, found["idempotency_key"])
    if again is None:
        raise Conflict(
            "The same person has been written to on this day, for the same trigger, by another wish.",
            hint="Look at GET /start-proactive, and discard this one.",
            code="duplicate",
        )
    return Replayed((Job(JobName.OUTREACH, {"account": int(account_id), "outreach": again}),))


async def _replay_provisioning(tx: Tx, account_id: AccountId, number: int) -> Replayed | None:
    if not await replay_at_panel(tx, account_id, number):
        return None
    return Replayed((Job(JobName.PROVISION, {"account": int(account_id)}),))


_Replay = Callable[[Tx, AccountId, int], Awaitable[Replayed | None]]
_REPLAYS: dict[str, _Replay] = {
    "job": _replay_job,
    "message": _replay_message,
    "write": _replay_write,
    "delivery": _replay_delivery,
    "media": _replay_media,
    "notice": _replay_notice,
    "outreach": _replay_outreach,
    "provisioning": _replay_provisioning,
}
_DISCARDS = {
    "job": "dead_job",
    "message": "discard_outbox",
    "write": "discard_outbox",
    "delivery": "discard_delivery",
    "media": "discard_media",
    "notice": "discard_notice",
    "outreach": "discard_outreach",
    "provisioning": "discard_provisioning",
}
_MORE: dict[str, tuple[Any, ...]] = {"message": (True,), "write": (False,)}


async def _log(
    tx: Tx, account_id: AccountId, said: tuple[str, str], *, kind: str, number: int, chat: int | None = None
) -> None:
    await tx.execute(SQL["log"], account_id, chat, *said, f"{kind}-{number}", to_json({"kind": kind, "number": number}))


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
            await self._database.execute(CONVERSATIONS["log"], *args)
