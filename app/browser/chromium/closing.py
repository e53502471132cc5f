"""Ending what may be gone already, or may not come to an end."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final

from playwright.async_api import Error as PlaywrightError

CLOSE_BUDGET: Final = 5.0  # seconds


async def quietly(closing: Awaitable[object]) -> None:
    """Wait for it, for so long; that it failed changes nothing."""
    with suppress(PlaywrightError, TimeoutError, OSError):
        async with asyncio.timeout(CLOSE_BUDGET):
            await closing
