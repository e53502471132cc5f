"""Two things that are waited for at once, and no task that outlives the wait."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


async def first_of(wanted: Coroutine[Any, Any, bool], stopped: Coroutine[Any, Any, bool]) -> bool:
    """What the first comes to; False when the second was there before it."""
    waits = asyncio.ensure_future(wanted), asyncio.ensure_future(stopped)
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return waits[0].done() and waits[0].result()
    finally:
        for wait in waits:
            wait.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await wait
