"""How much is written first: counted before each message begins, and the account's breaker."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.ids import AccountId
from app.domain.outreach import Outreach
from app.domain.volume import Breaker, Ceiling, Volume
from app.store.database import Database, Tx
from app.store.queries import statements

SQL = statements("volume")


async def has_room(tx: Tx, one: Outreach, under: Ceiling) -> bool:
    """Whether one more message fits. Until the transaction ends nobody else of the account can take the place."""
    await tx.execute(SQL["lock_volume"], one.account_id)
    row = await tx.fetchrow(SQL["volume_begun"], one.account_id, list(one.people), under.since, under.counted_from)
    return row is not None and under.has_room(*row.values())


class Volumes:
    """What an account has written first, and the breaker that too much of it trips."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def volume(
        self, account_id: AccountId, contact_ids: Sequence[str], *, since: datetime, reset_at: datetime | None
    ) -> Volume:
        counted_from = max(since, reset_at) if reset_at else since
        row = await self._database.fetchrow(SQL["volume"], account_id, list(contact_ids), since, counted_from)
        if row is None:
            return Volume()
        return Volume(row["of_contact"], row["of_day"], row["since_reset"], row["before"], row["days"] or 1.0)

    async def breaker(self, account_id: AccountId) -> Breaker:
        row = await self._database.fetchrow(SQL["breaker"], account_id)
        return Breaker(*row.values()) if row else Breaker()

    async def trip(self, account_id: AccountId, now: datetime, *, count: int, usual: float) -> None:
        await self._database.execute(SQL["trip"], account_id, now, count, usual)

    async def reset_breaker(self, account_id: AccountId, now: datetime, *, who: str, floor: int | None) -> None:
        await self._database.execute(SQL["reset_breaker"], account_id, now, who, floor)
