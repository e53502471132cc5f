"""Keeps what is known of the accounts fresh: what they can do, who works there."""

from collections.abc import Mapping
from datetime import timedelta

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.ports import Notifier
from app.services.accounts.connect import Connecting
from app.services.accounts.renewal import Renewal
from app.store.accounts import Account, Accounts
from app.store.checkup import Checkup
from app.store.database import Database

OLD = "secret_old"  # what operators are told of
AGAIN = timedelta(weeks=1)  # ... once in so long, until it is changed


class AccountUpkeep:
    """The chores about accounts."""

    def __init__(self, accounts: Accounts, connecting: Connecting, *, ages: "Ages") -> None:
        self._accounts = accounts
        self._connecting = connecting
        self._ages = ages

    async def renew(self, renewal: Renewal) -> None:
        """Replace the tokens that end soon."""
        await renewal.renew_due([account.id for account in await self._accounts.all_live()])

    async def refresh(self) -> None:
        """Learn anew what every account can do and who works there; one that fails does not hold up the others.

        How old its secret is, the vendor need not be asked.
        """
        for account in await self._accounts.all_live():
            await self._ages.tell(account)
            try:
                await self._connecting.learn(account.id)
                await self._connecting.sync_sellers(account.id)
            except AppError:
                continue


class Ages:
    """Tells people of secrets that have no end of their own and are older than their channel finds good."""

    def __init__(
        self, database: Database, clock: Clock, *, channels: Mapping[str, Channel], notifier: Notifier
    ) -> None:
        self._checkup = Checkup(database)
        self._clock = clock
        self._channels = channels
        self._notifier = notifier

    async def tell(self, account: Account) -> None:
        lasts = self._channels[account.channel].secret_lasts
        since = await self._checkup.secret_set_at(account.id) if lasts else None
        if lasts is None or since is None:
            return
        now = self._clock.now()
        if now - since <= lasts:
            await self._notifier.well(account.id, OLD)
            return
        told = await self._checkup.told_at(account.id, OLD)
        if told is None or now - told >= AGAIN:
            await self._notifier.tell(account.id, OLD)
