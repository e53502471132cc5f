"""Keeps what is known of the accounts fresh: what they can do, who works there."""

from app.domain.errors import AppError
from app.services.accounts.connect import Connecting
from app.services.accounts.renewal import Renewal
from app.store.accounts import Accounts


class AccountUpkeep:
    """The chores about accounts."""

    def __init__(self, accounts: Accounts, connecting: Connecting) -> None:
        self._accounts = accounts
        self._connecting = connecting

    async def renew(self, renewal: Renewal) -> None:
        """Replace the tokens that end soon."""
        await renewal.renew_due([account.id for account in await self._accounts.all_live()])

    async def refresh(self) -> None:
        """Learn anew what every account can do and who works there; one that fails does not hold up the others."""
        for account in await self._accounts.all_live():
            try:
                await self._connecting.learn(account.id)
                await self._connecting.sync_sellers(account.id)
            except AppError:
                continue
