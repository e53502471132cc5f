"""Who wants no more messages: on their card, for every conversation of theirs to come, and for what was still to come.

Chats that are there already obey when they are next looked at.
"""

from datetime import datetime

from app.domain.ids import AccountId
from app.store.conversations import SQL
from app.store.database import Tx


async def opt_out(tx: Tx, account_id: AccountId, contact_id: str, now: datetime) -> None:
    """No follow-up and nothing that waits reaches them any more."""
    await tx.execute(SQL["opt_out"], account_id, contact_id, now)
    await tx.execute(SQL["stop_follow_ups"], account_id, contact_id)
    await tx.execute(SQL["stop_outreaches"], account_id, contact_id)


async def opt_in(tx: Tx, account_id: AccountId, contact_id: str) -> None:
    """Their own word takes it back; what was stopped stays stopped."""
    await tx.execute(SQL["opt_out"], account_id, contact_id, None)
