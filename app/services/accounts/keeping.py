"""Storing what exists nowhere else: a pair of tokens that a vendor has just given, and will not give again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from app.domain.errors import NotStarted, Retryable

_TRIES: Final = 40
_NAP: Final = 0.5  # seconds


async def kept(store: Callable[[], Awaitable[None]], *, after: timedelta) -> None:
    """Store it; a database that is away for a moment is waited for.

    Raises:
        NotStarted: it stayed away; worth trying again after so long.
    """
    for _ in range(_TRIES):
        try:
            await store()
        except Retryable:
            await asyncio.sleep(_NAP)
        else:
            return
    raise NotStarted("The account's new tokens could not be stored.", after=after)
