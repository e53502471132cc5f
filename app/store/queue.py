"""Putting jobs on PgQueuer's queue, in the caller's own transaction. A job is a name and ids, never content."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from pgqueuer.ports.driver import Driver

from app.store.database import Tx

SCHEMA = "queue"


class JobName(StrEnum):
    """Every kind of job; a test checks that each has a handler."""

    WAKE = "wake"  # fold the mailbox of a conversation and fire its timers
    ASK = "ask"  # ask the brain for the reply to a turn
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
    OUTREACH = "outreach"  # have a brain write a first message, and send it
    ARRIVAL = "arrival"  # see whether what was sent into silence has reached the customer
    ERRAND = "errand"  # have done outside what a flow wants
    DECODE = "decode"  # decode a delivery that was too big for the door
    PROVISION = "provision"  # do what waits for an account's panel; only `ponte browser` takes it
    PANEL_CHECK = "panel_check"  # log in and look at every form, writing nothing; only `ponte browser` takes it
    PROVISIONED = "provisioned"  # tell a caller's address what came of a request to a panel


@dataclass(frozen=True, slots=True)
class Job:
    """One job to enqueue. `urgent` jobs overtake the others that wait."""

    name: JobName
    ids: dict[str, int]
    delay: timedelta | None = None
    urgent: bool = False


@cache
def _settings() -> DBSettings:
    return DBSettings(db_schema=SCHEMA)


def queries(driver: Driver) -> Queries:
    """PgQueuer's statements, bound to our schema."""
    settings = _settings()
    return Queries(
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
        [1 if job.urgent else 0 for job in jobs],
        [job.delay for job in jobs],
    )


def payload_of(job: Job) -> bytes:
    """What the queue keeps of a job besides its name."""
    return orjson.dumps(job.ids)


def ids_of(payload: bytes | None) -> dict[str, int]:
    """The ids that a job carries."""
    return {} if payload is None else cast("dict[str, int]", orjson.loads(payload))
