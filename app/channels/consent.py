"""How a vendor lets us into an account: its OAuth, for those that have one."""

from datetime import datetime
from typing import Protocol

from app.domain.grants import BotCall, Pair
from app.domain.ids import AccountId


class Consent(Protocol):
    """A vendor's OAuth, for one integration of ours. It looks at every address before our secret travels there."""

    channel: str
    client_id: str

    def page(self, state: str) -> str:
        """Where a browser is sent, so that an administrator may let us in."""
        ...

    def home(self, referer: str) -> str:
        """The account's own address, as the vendor's redirect names it.

        Raises:
            Untrusted: it is not one of the vendor's.
        """
        ...

    async def exchange(self, home: str, code: str) -> Pair:
        """The first pair, for a code that works once.

        Raises:
            Untrusted: the vendor does not take the code.
            NotStarted, OutcomeUnknown: no answer; in the second case the code may be used up.
        """
        ...

    async def refresh(self, account_id: AccountId, home: str, refresh_token: str) -> Pair:
        """The next pair; the refresh token is used up by this.

        Raises:
            GrantLost: the vendor takes it no longer.
            NotStarted, OutcomeUnknown: no answer; in the second case it may be used up.
        """
        ...

    def is_signed(self, account_ref: str, client_id: str, signature: str) -> bool:
        """Whether the vendor itself says that this account took our integration out."""
        ...

    def bot_secret(self) -> str:
        """The secret in the address that the bots of all accounts of this integration ask."""
        ...

    def bot_call(self, token: str, *, now: datetime) -> BotCall:
        """Which account and lead a bot's signed token names.

        Raises:
            Untrusted: it is not signed by the vendor for us, or is over.
        """
        ...

    def return_address(self, home: str, url: str) -> str:
        """Where a bot that stopped at our step waits for us.

        Raises:
            Untrusted: it is not an address of this account's bots.
        """
        ...
