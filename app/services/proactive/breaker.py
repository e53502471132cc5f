"""The account-wide breaker: three times the usual day, and nothing more leaves until a person has looked.

A loop in somebody's automation writes to a thousand customers in an hour; a person never does.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from app.domain.clock import Clock
from app.domain.ids import AccountId
from app.domain.ports import Notifier
from app.domain.volume import Breaker, Volume
from app.store.volume import Volumes

TIMES_USUAL: Final = 3
DAY: Final = timedelta(days=1)
CAUSE: Final = "outreach_breaker"


def trips(breaker: Breaker, volume: Volume) -> bool:
    """Whether one more message would be more than three times the usual day. Pure."""
    return not breaker.is_tripped and volume.since_reset + 1 > limit_of(breaker, volume)


def limit_of(breaker: Breaker, volume: Volume) -> float:
    """How many messages a day may bring."""
    return max(float(breaker.floor), TIMES_USUAL * volume.usual)


class Breakers:
    """Counts, trips, and is reset by a person."""

    def __init__(self, volumes: Volumes, clock: Clock, notifier: Notifier) -> None:
        self._volumes = volumes
        self._clock = clock
        self._notifier = notifier

    async def look(self, account_id: AccountId, contact_ids: Sequence[str] = ()) -> tuple[Breaker, Volume]:
        """The breaker, tripped now if need be, with the volume that decided it."""
        now = self._clock.now()
        breaker = await self._volumes.breaker(account_id)
        volume = await self._volumes.volume(account_id, contact_ids, since=now - DAY, reset_at=breaker.reset_at)
        if trips(breaker, volume):
            await self._volumes.trip(account_id, now, count=volume.since_reset, usual=volume.usual)
            await self._notifier.tell(account_id, CAUSE)
            breaker = await self._volumes.breaker(account_id)
        return breaker, volume

    async def reset(self, account_id: AccountId, *, who: str, floor: int | None = None) -> Breaker:
        """A person has looked: count anew from now."""
        await self._volumes.reset_breaker(account_id, self._clock.now(), who=who, floor=floor)
        await self._notifier.well(account_id, CAUSE)
        return await self._volumes.breaker(account_id)
