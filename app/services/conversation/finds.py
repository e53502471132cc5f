"""What reading a channel has found goes into the mailboxes: what is missing there, once."""

from collections.abc import Sequence

from app.domain.clock import Clock
from app.domain.messages import ChannelEvent
from app.services.conversation.intake import unfold
from app.services.conversation.orders import carry_out
from app.store.accounts import Account
from app.store.database import Database
from app.store.upkeep import Chores


class Finds:
    """Keeps what was found."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._chores = Chores(database)

    async def keep(self, account: Account, events: Sequence[ChannelEvent]) -> list[ChannelEvent]:
        """Put what is missing into the mailboxes, and return it; what is there already stays as it is."""
        if not events:
            return []
        known = await self._chores.known(account.id, account.channel, [event.external_id for event in events])
        missing = [event for event in events if event.external_id not in known]
        if missing:
            mail, orders = unfold(missing, now=self._clock.now(), locale=account.locale)
            async with self._database.transaction() as tx:
                await self._chores.fill_events(tx, account, mail)
                await carry_out(tx, account.id, account.channel, orders, account.locale)
        return missing
