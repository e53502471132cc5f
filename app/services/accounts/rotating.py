"""A new secret in the webhooks' address: the vendor is told of the new one before the old one is over.

The order is what loses nothing. First both count, without an end; then the vendor is told, where its API lets us, and
what it still had of the old one is taken out; only then the old one gets its end. A process that dies in between, or a
vendor who refuses, leaves an old address that goes on counting, and `ponte doctor` says so.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.channels.base import Channel
from app.domain.account import Connection
from app.domain.clock import Clock
from app.domain.errors import AppError, Conflict, Rejected
from app.domain.ids import AccountId
from app.store.accounts import Accounts
from app.store.secrets import new_token

UNHEARD = "none has come by an old one either"
NOT_REACHED = "PUBLIC_URL is not set, so no vendor can be told where to reach Ponte."
PASTE = "Put the new address in at the vendor yourself, in place of the old one."


@dataclass(frozen=True, slots=True)
class Rotated:
    """The new address, which is shown this once. `old_until` None: until somebody says that it is over."""

    address: str = field(repr=False)
    subscribed: tuple[str, ...]
    warning: str
    old_until: datetime | None


@dataclass(frozen=True, slots=True)
class Finished:
    """How many old addresses ended, and when a webhook last came by the new one; None: none has."""

    ended: int
    came_at: datetime | None


class Rotating:
    """Changes the secrets of webhooks. `public_url` is where the vendor reaches us."""

    def __init__(
        self, accounts: Accounts, channels: Mapping[str, Channel], clock: Clock, *, public_url: str | None
    ) -> None:
        self._accounts = accounts
        self._channels = channels
        self._clock = clock
        self._public_url = (public_url or "").rstrip("/")

    async def rotate(self, account_id: AccountId, *, overlap: timedelta, who: str, at: str = "") -> Rotated:
        """Make a new address; the old one still counts for `overlap`. `at`: where to reach us without a public URL.

        Raises:
            NotFound: there is no such account, or it has nothing by which we reach its vendor.
        """
        connection = await self._accounts.connection(account_id)
        secret = new_token("hook")
        await self._accounts.rotation.rotate_address(account_id, secret, who=who)
        base = self._public_url or at.rstrip("/")
        prefix = f"{base}/webhooks/{connection.channel}/"
        try:
            subscribed = await self._tell_vendor(connection, prefix, secret) if base else ()
        except AppError as error:
            warning = f"The vendor did not take it: {error.message} {error.hint}".strip() + f" {PASTE}"
            return Rotated(prefix + secret, (), warning, None)
        until = self._clock.now() + overlap
        await self._accounts.rotation.limit_address(account_id, until)
        warning = "" if subscribed else PASTE if base else f"{NOT_REACHED} {PASTE}"
        return Rotated(prefix + secret, subscribed, warning, until)

    async def start_again(self, account_id: AccountId, *, who: str, at: str) -> str:
        """A new address for a simulated vendor, who forgets at its start where its hooks went; returns it.

        The address of before counts for a day more, and older ones as long as somebody was promised.
        """
        connection = await self._accounts.connection(account_id)
        secret, until = new_token("hook"), self._clock.now() + timedelta(days=1)
        await self._accounts.rotation.rotate_address(account_id, secret, who=who, until=until)
        prefix = f"{self._public_url or at.rstrip('/')}/webhooks/{connection.channel}/"
        with suppress(AppError):  # what no webhook brings is found by reading the channel
            await self._tell_vendor(connection, prefix, secret)
        return prefix + secret

    async def _tell_vendor(self, connection: Connection, prefix: str, secret: str) -> tuple[str, ...]:
        """Subscribe the new address, and then take out the old ones of this account, where the vendor lists them."""
        channel = self._channels[connection.channel]
        subscribed = tuple(await channel.subscribe(connection, prefix + secret))
        for one in await channel.subscriptions(connection, prefix):
            old = one.destination.removeprefix(prefix)
            if old != secret and await self._accounts.rotation.is_address(connection.account_id, old):
                await channel.unsubscribe(connection, one.destination)
        return subscribed

    async def finish(self, account_id: AccountId, *, who: str, unseen: bool = False) -> Finished:
        """Only the newest address counts from now on. `unseen`: also if nothing has come by it yet.

        Raises:
            Conflict: no webhook has come by the newest address: whoever ended the old ones would hear nothing more.
        """
        rotation = self._accounts.rotation
        await self._accounts.get(account_id)
        use, overlap = await rotation.address_use(account_id), await rotation.overlap(account_id)
        if overlap.n and use.by_newest is None and not unseen:
            last = f"the last one came by an old one at {use.by_any:%Y-%m-%d %H:%M} UTC" if use.by_any else UNHEARD
            raise Conflict(
                f"No webhook has come by the new address yet; {last}.",
                hint="Put the new address in at the vendor, write a message to the account, and try again. To end the "
                'old one all the same: `--yes`, or {"yes": true}.',
                code="nothing_came",
            )
        return Finished(await rotation.finish_address(account_id, who=who), use.by_newest)

    async def sign(self, account_id: AccountId, secret: str, *, overlap: timedelta) -> None:
        """Webhooks are signed with this from now on; those that are signed with the old one count for `overlap`.

        Raises:
            Rejected: the channel's vendor signs nothing.
        """
        account = await self._accounts.get(account_id)
        channel = self._channels[account.channel]
        if not channel.signs:
            raise Rejected(
                f"Webhooks of {channel.guide.title} are not signed, so there is no signing secret to change.",
                hint=f"The secret is in their address: `ponte channels rotate --account {account_id}` changes it.",
                code="signs_nothing",
            )
        await self._accounts.rotate_signing(account_id, secret, overlap=overlap)
