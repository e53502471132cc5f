"""Waking a conversation: the transaction of `mailbox.py`, started by a job."""

from app.domain.clock import Clock
from app.domain.ids import ConversationId
from app.services.conversation.mailbox import process
from app.store.database import Database


class Waking:
    """Wakes conversations."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def wake(self, conversation_id: ConversationId) -> None:
        """Fold the mailbox and fire what is due; a job that finds nothing to do ends."""
        async with self._database.transaction() as tx:
            await process(tx, conversation_id, self._clock.now())
