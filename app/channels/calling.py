"""What the clients of all channels do around a call: take its turn in the lane, and try again what only reads."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

import stamina

from app.domain.account import Connection, Lane
from app.domain.errors import NotStarted, Retryable
from app.domain.ports import Governor, Slot

READ_TRIES: Final = 3
READ_TRIES_BUDGET: Final = timedelta(seconds=10)  # no new try begins after this

_T = TypeVar("_T")


async def read_again(once: Callable[[], Awaitable[_T]]) -> _T:
    """What `once` reads, tried up to three times; never for a call that acts.

    Raises:
        AppError: that of the last try.
    """
    # As a block: a function's own arguments would be logged with each try, tokens and all.
    tries = stamina.retry_context(
        on=_is_worth_another_try,
        attempts=READ_TRIES,
        timeout=READ_TRIES_BUDGET,
        wait_initial=0.2,
        wait_max=1.0,
        wait_jitter=0.2,
    )
    async for attempt in tries:
        with attempt:
            return await once()
    raise Retryable("Nothing was tried.")


def _is_worth_another_try(error: Exception) -> bool:
    """Broken reads and connections; not where the vendor named a wait, for that is the job's."""
    return isinstance(error, Retryable) and not error.after


async def take_turn(governor: Governor, connection: Connection, lane: Lane, slot: Slot | None = None) -> None:
    """Wait for the right to make one call, or use the one that was waited for before.

    Raises:
        NotStarted: the slot has gone stale, and its time is somebody else's.
    """
    slot = slot or await governor.slot(connection, lane)
    require_fresh(slot)


def require_fresh(slot: Slot) -> None:
    """That a call may start now in this slot.

    Raises:
        NotStarted: it has gone stale.
    """
    if not slot.is_fresh(time.monotonic()):
        raise NotStarted("The slot for this call had gone stale.")
