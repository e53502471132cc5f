"""Looking into chats one after the other, for channels that show no more than one at a time."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from app.domain.errors import AppError, NeedsHuman, NotFound, NotStarted
from app.domain.messages import Address, ChannelEvent, LookedInto

MOST_BROKEN: Final = 10  # so many one after the other are the channel's trouble, not theirs


async def one_by_one(
    chats: Sequence[tuple[Address, datetime]], look: Callable[[Address, datetime], Awaitable[list[ChannelEvent]]]
) -> AsyncIterator[LookedInto]:
    """Each chat with what was found there. A broken one is passed over, unless the whole account cannot be read."""
    broken = 0
    for to, since in chats:
        try:
            events = await look(to, since)
        except (NotStarted, NeedsHuman):
            raise
        except AppError as error:
            broken += not isinstance(error, NotFound)
            if broken == MOST_BROKEN:
                raise
            yield LookedInto(to.chat_id, trouble=error.code)
        else:
            broken = 0
            yield LookedInto(to.chat_id, tuple(events))
