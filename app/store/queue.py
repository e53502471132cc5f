"""Putting jobs on PgQueuer's queue, in the caller's own transaction. A job is a name and ids, never content."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import cast

import asyncpg
import orjson
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import QueueEntrypoint
from pgqueuer.ports.driver import Driver

from app.domain.ids import AccountId
from app.store.database import Database, Tx
from app.store.queries import statements

SQL = statements("queue")
SCHEMA = "queue"


class JobName(StrEnum):
    """Every kind of job; a test checks that each has a handler."""

    WAKE = "wake"  # fold the mailbox of a conversation and fire its timers
    ASK = "ask"  # ask the first brain for the reply to a turn; so many at once
    ASK_ON = "ask_on"  # ask the next brain, which has to wait in no line again
    SEND = "send"  # send the next balloon of a conversation
    CRM = "crm"  # do the next CRM write of a conversation
    DOUBT = "doubt"  # read back a send whose outcome is unknown
    ANSWER = "answer"  # answer a command on a lead that has no conversation
    NOTIFY = "notify"  # tell operators or a salesperson what needs a person
    GRANT = "grant"  # redeem a code that came from the consent page
    SETTLE = "settle"  # set an account up that has let us in
    UNINSTALL = "uninstall"  # see whether an account has really taken us out
    OFFER = "offer"  # find free times for a customer whom nobody answered
    MEDIA = "media"  # fetch what a customer sent besides words
    HEAR = "hear"  # have a voice message turned into words
    OUTREACH = "outreach"  # have a brain write a first message, and send it
    BROADCAST = "broadcast"  # carry one message to many on
    ARRIVAL = "arrival"  # see whether what was sent into silence has reached the customer
    ASK_BACK = "ask_back"  # have an approved template ask a customer to write, or give what was refused to a person
    UNASKED = "unasked"  # a template that was to ask a customer back has not: what was refused is a person's after all
    ERRAND = "errand"  # have done outside what a flow wants
    DECODE = "decode"  # decode a delivery that was too big for the door
    PROVISION = "provision"  # do what waits for an account's panel; only `ponte browser` takes it
    PANEL_CHECK = "panel_check"  # log in and look at every form, writing nothing; only `ponte browser` takes it
    MIRROR = "mirror"  # carry lines of the record into an account's sheet
    INBOX = "inbox"  # show what was said in an account's second inbox
    SHEET_WORDS = "sheet_words"  # read a flow's words out of an account's sheet
    PROVISIONED = "provisioned"  # tell a caller's address what came of a request to a panel


@dataclass(frozen=True, slots=True)
class Job:
    """One job to enqueue. `urgent` jobs overtake the others that wait; a job with a `place` waits in a line."""

    name: JobName
    ids: dict[str, int]
    delay: timedelta | None = None
    urgent: bool = False
    place: int | None = None

    @property
    def priority(self) -> int:
        return self.place if self.place is not None else int(self.urgent)


def ask_job(conversation_id: int, turn: int, rung: int) -> Job:
    """The job that asks the brain of a rung for the reply to a turn."""
    ids = {"conversation": conversation_id, "turn": turn, "rung": rung}
    return Job(JobName.ASK_ON if rung else JobName.ASK, ids, urgent=True)


def place_in_line(first: int | None, own: int | None) -> int:
    """Where the next question of an account stands. Pure.

    Behind its own, and level with the head of the line otherwise: accounts take turns, whoever has most waiting. Where
    nobody waits, the line begins anew.
    """
    if first is None:
        return 1
    return first if own is None else min(first, own - 1)


async def line_up(tx: Tx, account_id: AccountId, jobs: Sequence[Job]) -> list[Job]:
    """The jobs, with those that ask a first brain in their places."""
    if all(job.name is not JobName.ASK for job in jobs):
        return list(jobs)
    line = await tx.fetchrow(SQL["line"], account_id)
    place = place_in_line(line["first"], line["own"]) if line else 1
    return [replace(job, place=place) if job.name is JobName.ASK else job for job in jobs]


async def under_way(database: Database) -> int:
    """How many first brains are being asked now, by all workers."""
    return int(await database.fetchval(SQL["under_way"]))


@cache
def _settings() -> DBSettings:
    return DBSettings(db_schema=SCHEMA)


class _Queries(Queries):
    """PgQueuer's statements. Two of its looks before a rest are one: it looks while a job that has just begun runs."""

    _due_in: timedelta | None = None

    async def eligible_queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        (row,) = await self.driver.fetch(SQL["due_in"], entrypoints)
        self._due_in = cast("timedelta | None", row["due_in"])
        return int(self._due_in is not None and self._due_in <= timedelta(0))

    async def next_deferred_eta(self, entrypoints: list[QueueEntrypoint]) -> timedelta | None:
        """As the look before this one has found it; the queue always makes the two in this order."""
        del entrypoints
        return self._due_in


def queries(driver: Driver) -> Queries:
    """PgQueuer's statements, bound to our schema."""
    settings = _settings()
    return _Queries(
        driver,
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )


async def enqueue(tx: Tx, jobs: Sequence[Job]) -> None:
    """Enqueue jobs in this transaction; they exist when it commits."""
    if not jobs:
        return
    # A pool's proxy behaves as the connection it stands for.
    driver = AsyncpgDriver(cast("asyncpg.Connection[asyncpg.Record]", tx))
    await queries(driver).enqueue(
        [job.name.value for job in jobs],
        [payload_of(job) for job in jobs],
        [job.priority for job in jobs],
        [job.delay for job in jobs],
    )


def payload_of(job: Job) -> bytes:
    """What the queue keeps of a job besides its name."""
    return orjson.dumps(job.ids)


def ids_of(payload: bytes | None) -> dict[str, int]:
    """The ids that a job carries."""
    return {} if payload is None else cast("dict[str, int]", orjson.loads(payload))
