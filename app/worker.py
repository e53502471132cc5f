"""The job process: takes jobs off the queue, runs schedules, drains on SIGTERM."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from pgqueuer.core.applications import PgQueuer
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job, Schedule

from app.agents.base import SlowToStart
from app.domain.errors import AppError, Retryable
from app.jobs.registry import HANDLERS, Ids
from app.jobs.schedules import reconcile, schedules, sweep
from app.services.accounts.health import WORKER_ROLE
from app.settings import Settings
from app.store.database import DatabaseDown
from app.store.polling import QueueDriver, driver_of, rest_of
from app.store.queue import ids_of, queries
from app.wiring import House, open_house

MOST_ATTEMPTS = 12
# Later brains that are asked at once, by all workers: they are fewer, and their customers have waited before.
ASKED_ON_AT_ONCE = 20
# A worker does so many other jobs at once, however many brains are being asked.
OTHER_JOBS = 30
# Sheets that are written or read at once, by all workers: Google may be slow, and nobody waits for a mirror.
SHEETS_AT_ONCE = 4
# Voices that are heard at once, by all workers: one that takes long keeps no send waiting.
HEARD_AT_ONCE = 8
_BATCH = 10
_log = structlog.get_logger()
Shop = TypeVar("Shop")
# How the queue of a process is built, and what is done beside it at its start.
Build = Callable[[House, QueueDriver], Awaitable[PgQueuer]]
Begin = Callable[[House], Coroutine[Any, Any, None]]


class JobFailed(Exception):
    """What the queue keeps of a failure: the kind of error, none of its values."""


def rest(attempt: int, wished: timedelta = timedelta(0)) -> timedelta:
    """How long a failed job rests, with some chance in it so that a crowd does not come back as one."""
    own = min(0.2 * 2**attempt, 60.0) * (0.5 + random.random())  # noqa: S311 - spreading load, no secret
    return max(wished, timedelta(seconds=own))


def entrypoint(
    name: str, handler: Callable[[Shop, Ids], Awaitable[None]], shop: Shop
) -> Callable[[Job], Awaitable[None]]:
    """A handler as the queue calls it: what may be tried again is, and nothing private reaches the queue's log.

    A job that is cut off because its worker ends goes back to the queue.
    """

    async def run(job: Job) -> None:
        try:
            await handler(shop, ids_of(job.payload))
        except asyncio.CancelledError:
            # The drain is over. Left alone, the queue would take the job for done away with.
            raise RetryRequested(delay=timedelta(0), reason="released") from None
        except Exception as error:  # noqa: BLE001 - a job is retried whatever went wrong
            wished = error.after if isinstance(error, Retryable) else timedelta(0)
            code = error.code if isinstance(error, AppError) else type(error).__name__
            _log.warning("job.failed", job=name, job_id=int(job.id), attempt=job.attempts, code=code)
            if job.attempts < MOST_ATTEMPTS:
                raise RetryRequested(delay=rest(job.attempts, wished), reason=code) from None
            raise JobFailed(code) from None

    return run


def chore(
    name: str, work: Callable[[Shop], Awaitable[None]], shop: Shop
) -> Callable[[Schedule | None], Awaitable[None]]:
    """A schedule as the queue calls it; a chore that fails is done again at its next time."""

    async def run(_: Schedule | None) -> None:
        try:
            await work(shop)
        except Exception as error:  # noqa: BLE001 - the next time is soon enough
            _log.warning("chore.failed", chore=name, code=getattr(error, "code", type(error).__name__))

    return run


def at_once(name: str, settings: Settings) -> int:
    """How many jobs of a kind all workers together do at once; 0 sets no limit.

    Who waits stays in the queue, takes no place from sends and wakes, and its deadline has not begun.
    """
    asks = {"ask": settings.asks_at_once, "ask_on": ASKED_ON_AT_ONCE}
    mirrors = {"mirror": SHEETS_AT_ONCE, "sheet_words": SHEETS_AT_ONCE, "inbox": SHEETS_AT_ONCE}
    return {**asks, **mirrors, "hear": HEARD_AT_ONCE}.get(name, 0)


async def build(house: House, driver: QueueDriver) -> PgQueuer:
    """The queue with all its handlers and schedules."""
    engine = PgQueuer(driver, queries=queries(driver))
    settings, shop = house.settings, house.workshop
    for name, handler in HANDLERS.items():
        limit = at_once(name, settings)
        engine.entrypoint(name, on_failure="hold", concurrency_limit=limit)(entrypoint(name, handler, shop))
    paces = {"sweep_seconds": settings.sweep_seconds, "reconcile_seconds": settings.reconcile_seconds}
    for schedule in schedules(**paces, fetch_seconds=settings.b24_poll_sec):
        engine.schedule(schedule.name, schedule.cron, clean_old=True)(
            chore(schedule.name, schedule.chore, house.workshop)
        )
    engine.qm.min_dequeue_poll_interval = timedelta(milliseconds=20)
    return engine


async def at_start(house: House) -> None:
    """What must not wait for its minute: work that was stranded, hooks that were missed while nobody was here."""
    for name, work in (("sweep", sweep), ("reconcile", reconcile)):
        await chore(name, work, house.workshop)(None)


async def work(house: House, stop: asyncio.Event, *, build: Build = build, begin: Begin = at_start) -> None:
    """Work until told to stop, then finish what is under way. Comes back by itself when the database was away."""
    while not stop.is_set():
        try:
            driver = await driver_of(house.database)
            await _run(house, await build(house, driver), stop, cut=driver.cut, begin=begin)
        except Exception as error:  # noqa: BLE001 - the database went away: wait and begin again
            _log.warning("worker.interrupted", code=getattr(error, "code", type(error).__name__))
            await _pause(stop, 1.0)


async def _run(house: House, engine: PgQueuer, stop: asyncio.Event, *, cut: asyncio.Event, begin: Begin) -> None:
    """Run the queue until it ends, or until we are told to stop and it has drained."""
    heartbeat = timedelta(seconds=house.settings.heartbeat_seconds)
    beginning = asyncio.create_task(begin(house))
    running = asyncio.create_task(
        engine.run(
            dequeue_timeout=rest_of(house.database),
            batch_size=_BATCH,
            max_concurrent_tasks=house.settings.asks_at_once + ASKED_ON_AT_ONCE + OTHER_JOBS,
            heartbeat_timeout=heartbeat,
        )
    )
    told = asyncio.create_task(stop.wait())
    lost = asyncio.create_task(cut.wait())
    await asyncio.wait({running, told, lost}, return_when=asyncio.FIRST_COMPLETED)
    for task in (told, beginning, lost):
        task.cancel()
    if running.done():
        await running
        return
    if not stop.is_set():
        # The queue goes on asking, but nobody listens for it any more: begin again.
        running.cancel()
        await asyncio.wait({running}, timeout=2)
        raise DatabaseDown("The connection that listened has ended.")
    engine.shutdown.set()
    _log.info("worker.draining")
    done, _ = await asyncio.wait({running}, timeout=house.settings.drain_seconds)
    if not done:
        # What is still under way goes back to the queue: another worker takes it up.
        running.cancel()
        await asyncio.wait({running}, timeout=2)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def _warm(house: House) -> None:
    """Make slow brains ready beside the work; one that cannot be made ready says so when it is asked."""
    for brain in house.brains:
        if isinstance(brain, SlowToStart):
            try:
                await brain.warm()
            except Exception as error:  # noqa: BLE001 - the ladder has other rungs
                _log.warning("brain.not_ready", brain=brain.name, kind=type(error).__name__)
    try:
        await house.workshop.hearing.warm()
    except Exception as error:  # noqa: BLE001 - the first voice tries again
        _log.warning("hearing.not_ready", kind=type(error).__name__)


async def serve(settings: Settings) -> None:
    """The process `ponte worker`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with open_house(settings, role=WORKER_ROLE) as house:
        _log.info("worker.started")
        warming = asyncio.create_task(_warm(house))
        await work(house, stop)
        warming.cancel()
        _log.info("worker.stopped")
