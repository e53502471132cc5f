"""Connecting an account: try the token, learn what the account can do, know its people, subscribe its webhook."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.channels.base import Channel
from app.domain.account import Capabilities, Connection, told_ref
from app.domain.errors import AppError, Rejected
from app.domain.ids import AccountId
from app.store.accounts import Accounts, NewAccount

# Reads an account's users and tells how many there are; what that means is for the room of the salespeople.
SyncSellers = Callable[[AccountId], Awaitable[int]]

# A quota is filled up again some day, a plan is changed: after this long a lost way is tried once more.
SECOND_CHANCE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class FirstKey:
    """A key of the `.env`, for the first account that is connected: one that is somebody's already stays theirs."""

    key: str = field(repr=False)
    label: str
    scope: str


@dataclass(frozen=True, slots=True)
class Connected:
    """What connecting found out. `subscribed` names the webhook events that the vendor accepted."""

    account_id: AccountId
    capabilities: Capabilities
    sellers: int
    subscribed: tuple[str, ...]
    warning: str = ""
    keeps_address: bool = False  # another has taken the place of the one that was given: that one stays


class Connecting:
    """Connects accounts and keeps what is known of them fresh."""

    def __init__(
        self,
        accounts: Accounts,
        sync_sellers: SyncSellers,
        channels: dict[str, Channel],
        *,
        first_keys: Sequence[FirstKey] = (),
    ) -> None:
        self._accounts = accounts
        self._sync_sellers = sync_sellers
        self._channels = channels
        self._first_keys = first_keys

    async def connect(self, new: NewAccount, *, webhook_url: str | None, with_keys: bool = True) -> Connected:
        """Connect or reconnect an account. `with_keys`: the keys of the `.env` open it, if it is the first.

        Raises:
            Rejected: the token belongs to another account than the one named.
            NeedsHuman: the vendor refuses the token; the message says what to change.
        """
        channel = self._channels[new.channel]
        draft = Connection(AccountId(0), new.channel, new.external_ref, new.base_url, new.token)
        reference = await channel.ping(draft)
        if new.external_ref and new.external_ref not in (reference, told_ref(reference)):
            raise Rejected(
                "This token belongs to another account.", hint="Take the token from the account that you name."
            )
        account_id = await self._accounts.connect(replace(new, external_ref=reference))
        if with_keys:
            await self.give_keys(account_id)
        keeps = not await self._accounts.rotation.is_current(account_id, new.webhook_secret)
        subscribed, warning = ((), "") if keeps else await self._subscribe(account_id, webhook_url)
        capabilities, sellers = await self.learn(account_id), await self.sync_sellers(account_id)
        return Connected(account_id, capabilities, sellers, subscribed, warning, keeps)

    async def _subscribe(self, account_id: AccountId, webhook_url: str | None) -> tuple[tuple[str, ...], str]:
        if webhook_url is None:
            return (), "No PUBLIC_URL: paste the webhook URL into the CRM yourself."
        connection = await self._accounts.connection(account_id)
        try:
            return tuple(await self._channels[connection.channel].subscribe(connection, webhook_url)), ""
        except AppError as error:
            return (), f"{error.message} {error.hint}".strip()

    async def learn(self, account_id: AccountId) -> Capabilities:
        """Find out what the account can do now. A way of sending that was refused gets another chance after a while."""
        connection = replace(await self._accounts.connection(account_id), capabilities=Capabilities())
        found = await self._channels[connection.channel].capabilities(connection)
        lost = await self._accounts.lost_ways(account_id, SECOND_CHANCE)
        usable = replace(found, ways=tuple(way for way in found.ways if way not in lost))
        await self._accounts.set_capabilities(account_id, usable)
        return usable

    async def give_keys(self, account_id: AccountId) -> None:
        """The keys of the `.env` open the first account."""
        for one in self._first_keys:
            await self._accounts.add_key(account_id, one.key, label=one.label, scopes=[one.scope])

    async def free_keys(self, webhook_secret: str) -> None:
        """The keys of the `.env` are for the next account, where the one with this secret has them."""
        await self._accounts.free_keys(webhook_secret, [one.key for one in self._first_keys])

    async def sync_sellers(self, account_id: AccountId) -> int:
        """Read the CRM's users; returns how many there are."""
        return await self._sync_sellers(account_id)
