"""What follows an outreach while nobody answers: the table `follow_ups`."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import AccountId, ExternalId
from app.domain.outreach import FollowUp, Outreach
from app.domain.volume import Ceiling
from app.store.database import Database
from app.store.landings import name_follow_up
from app.store.outreach import LEASE, SQL
from app.store.volume import has_room


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """A rung whose time has come. `was_sending`: it was begun, by `way`. `attempt` fences it."""

    outreach_id: int
    step: int
    was_sending: bool
    way: str
    attempt: int


class Ladders:
    """Every word about a rung names the attempt under which it was claimed; that of a latecomer changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim_due(self, account_id: AccountId, now: datetime, *, limit: int) -> list[DueFollowUp]:
        rows = await self._database.fetch(SQL["claim_follow_ups"], account_id, now, LEASE, limit)
        return [
            DueFollowUp(row["outreach_id"], row["step"], row["state"] == "sending", row["way"], row["attempts"])
            for row in rows
        ]

    async def begin(self, due: DueFollowUp, one: Outreach, way: str, *, under: Ceiling) -> bool:
        """From here on it may be on its way. False: something has happened, or the last place is taken."""
        async with self._database.transaction() as tx:
            if not await has_room(tx, one, under):
                return False
            args = (due.outreach_id, due.step, due.attempt, way)
            return await tx.fetchval(SQL["begin_follow_up"], *args) is not None

    async def end_sent(
        self, due: DueFollowUp, account_id: AccountId, *, sent_at: datetime, message_id: ExternalId | None
    ) -> None:
        """It was said, under this id."""
        async with self._database.transaction() as tx:
            args = (due.outreach_id, due.step, "sent", "", sent_at, due.attempt)
            if await tx.fetchval(SQL["end_follow_up"], *args) is not None and message_id is not None:
                await name_follow_up(tx, account_id, (due.outreach_id, due.step), message_id)

    async def end(self, due: DueFollowUp, state: str, *, reason: str = "", sent_at: datetime | None = None) -> bool:
        """False: it is not ours any more."""
        args = (due.outreach_id, due.step, state, reason, sent_at, due.attempt)
        return await self._database.fetchval(SQL["end_follow_up"], *args) is not None

    async def take_back(self, due: DueFollowUp) -> None:
        """Certainly nothing was sent."""
        await self._database.execute(SQL["take_back_follow_up"], due.outreach_id, due.step, due.attempt)

    async def put_off(self, due: DueFollowUp, until: datetime, *, reason: str) -> None:
        args = (due.outreach_id, due.step, until, reason, due.attempt)
        await self._database.execute(SQL["put_off_follow_up"], *args)

    async def cancel(self, outreach_id: int, *, reason: str) -> None:
        await self._database.execute(SQL["cancel_ladder"], outreach_id, reason)

    async def of(self, outreach_id: int) -> list[FollowUp]:
        rows = await self._database.fetch(SQL["follow_ups"], outreach_id)
        return [FollowUp(*row.values()) for row in rows]
