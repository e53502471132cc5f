"""The live receipts that a reply may quote."""

from datetime import datetime

from app.domain.booking_times import LiveReceipt
from app.domain.ids import AccountId
from app.store.availability import SQL
from app.store.database import Row, Tx


async def receipts_of(
    tx: Tx, account_id: AccountId, contact_id: str | None, *, conversation_id: int | None, now: datetime
) -> tuple[LiveReceipt, ...]:
    """The live receipts that a reply to this contact may quote."""
    rows = await tx.fetch(SQL["live_receipts"], account_id, contact_id, now, conversation_id)
    return tuple(_live(row) for row in rows)


def _live(row: Row) -> LiveReceipt:
    zones = dict.fromkeys(zone for zone in (row["timezone"], row["of_house"], row["of_seller"]) if zone)
    return LiveReceipt(row["receipt"], row["starts_at"], row["ends_at"], tuple(zones))
