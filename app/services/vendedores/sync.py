"""The CRM's users, read anew: every quarter of an hour, on demand, and when an id turns up that nobody knows."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.channels.base import Channel
from app.domain.account import Connection
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, Retryable
from app.domain.ids import AccountId, LeadId
from app.domain.people import Seller
from app.domain.phones import NoPhone, country_of, understand
from app.domain.ports import Notifier
from app.store.accounts import Account, Accounts
from app.store.sellers import MOST_DEPARTED, Departed, Member, Sellers, Synced

# An id that nobody knows asks the CRM at most once in this time.
LEAST_PAUSE = timedelta(minutes=1)
# So many ids fit into one question.
_AT_ONCE = 50
# What operators are told, and what is over when it is not so any more.
LEFT = "sellers_left"
UNREAD = "sellers_unread"
# The code of an error that says: this token may never read users. A token that is no good at all is others' to tell.
NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who may not work any more and is still responsible for open leads; the latest of them."""

    seller: Departed
    open_leads: tuple[LeadId, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """Where the CRM and the people who work have come apart. `complete`: everybody who left was looked at."""

    left_with_leads: tuple[Left, ...] = ()
    same_phone: tuple[tuple[str, ...], ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What a sync found."""

    synced: Synced
    drift: Drift
    at: datetime


class Syncing:
    """Reads the users of accounts."""

    def __init__(
        self, clock: Clock, accounts: Accounts, sellers: Sellers, channels: dict[str, Channel], *, notifier: Notifier
    ) -> None:
        self._clock = clock
        self._accounts = accounts
        self._sellers = sellers
        self._channels = channels
        self._notifier = notifier

    async def count(self, account_id: AccountId) -> int:
        """Sync; how many users the CRM has."""
        return (await self.sync(account_id)).synced.found

    async def sync(self, account_id: AccountId) -> Report:
        """Read all users, keep those who left, and look for what has drifted apart.

        Raises:
            NeedsHuman: the token may not read users; the operators are told.
            Retryable: the CRM does not answer; what is known stays as it is.
        """
        connection = await self._accounts.connection(account_id)
        found = await self._read(account_id, connection)
        now = self._clock.now()
        synced = await self._sellers.sync(account_id, found, now)
        drift = await self._drift(account_id, connection)
        await (self._notifier.tell if drift.left_with_leads else self._notifier.well)(account_id, LEFT)
        return Report(synced, drift, now)

    async def find(self, account_id: AccountId, seller_id: str) -> Member | None:
        """A salesperson by the CRM's id or the messenger's; an id that nobody knows makes us read the CRM's users."""
        known = await self._sellers.one(account_id, seller_id)
        if known is None and await self.sync_if_old(account_id):
            known = await self._sellers.one(account_id, seller_id)
        return known

    async def sync_if_old(self, account_id: AccountId) -> bool:
        """For an id that nobody knows: sync, unless that was just done or cannot be. True when it was done."""
        last = await self._sellers.last_sync(account_id)
        if last is not None and self._clock.now() - last < LEAST_PAUSE:
            return False
        try:
            await self.sync(account_id)
        except AppError:
            return False
        return True

    async def _read(self, account_id: AccountId, connection: Connection) -> list[Seller]:
        """Everybody once, even where a page shifts while it is read."""
        account = await self._accounts.get(account_id)
        if not self._channels[connection.channel].has_users:
            return []
        try:
            users = self._channels[connection.channel].sellers(connection)
            found = {one.external_id: with_country(one, account) async for one in users}
        except NeedsHuman as error:
            if error.code == NOT_ALLOWED:
                await self._notifier.tell(account_id, UNREAD)
            raise
        if not found:  # the token's own user is always there: an empty list is a fault, not a company without people
            raise Retryable("The CRM lists no users.", hint="Try again.")
        await self._notifier.well(account_id, UNREAD)
        return list(found.values())

    async def _drift(self, account_id: AccountId, connection: Connection) -> Drift:
        departed = {one.id: one for one in await self._sellers.departed(account_id)}
        leads: dict[str, list[LeadId]] = {}
        complete = len(departed) < MOST_DEPARTED
        for start in range(0, len(departed), _AT_ONCE):
            some = list(departed)[start : start + _AT_ONCE]
            try:
                owned = await self._channels[connection.channel].open_leads_of(connection, some)
            except AppError:
                complete = False
                break
            for lead_id, seller_id in owned:
                leads.setdefault(seller_id, []).append(lead_id)
        left = tuple(Left(departed[one], tuple(ids)) for one, ids in leads.items() if one in departed)
        same = tuple(tuple(group) for group in await self._sellers.same_phones(account_id))
        return Drift(left, same, complete)


def with_country(seller: Seller, account: Account) -> Seller:
    """A phone that was typed without its country, as one of the account's country where that is known. Pure."""
    country = country_of(account.settings, account.timezone)
    if not seller.phone or seller.phone.startswith("+") or not country:
        return seller
    try:
        return replace(seller, phone=understand(seller.phone, country).e164)
    except NoPhone:
        return seller
