"""After an account has let us in: its webhook, what it is and can do, who works there. And the watch over its hooks."""

from dataclasses import dataclass
from typing import Any

from app.channels.base import Channel
from app.domain.account import Connection
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, Rejected
from app.domain.grants import Pipeline, Subscription
from app.domain.ids import AccountId
from app.domain.inspection import AccountSeen
from app.services.accounts.connect import Connected, Connecting
from app.services.accounts.renewal import LOST
from app.store import notices
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.grants import Grants
from app.store.notices import News
from app.store.secrets import new_token

HOOK_DISABLED = "hook_disabled"
HOOK_MISSING = "hook_missing"


@dataclass(frozen=True, slots=True)
class Hooked:
    """What became of the account's webhook: the event codes that the vendor accepted, or why there are none."""

    codes: tuple[str, ...] = ()
    warning: str = ""


class Settling:
    """Sets accounts up, and keeps their webhooks alive. `public_url` is where the vendor reaches us."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        grants: Grants,
        channels: dict[str, Channel],
        *,
        connecting: Connecting,
        clock: Clock,
        public_url: str | None,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._grants = grants
        self._channels = channels
        self._connecting = connecting
        self._clock = clock
        self._public_url = (public_url or "").rstrip("/")

    async def settle(self, account_id: AccountId) -> Connected:
        """Everything that follows a grant. Safe to run twice.

        Raises:
            Retryable: the vendor does not answer; what is done stays.
            NeedsHuman: the account must change something.
        """
        connection = await self._accounts.connection(account_id)
        channel = self._channels[connection.channel]
        hooked = await self._hook(account_id, channel, connection)
        seen, pipelines = await channel.look(connection), await channel.pipelines(connection)
        await self._grants.set_about(account_id, _about(seen, pipelines, hooked))
        capabilities = await self._connecting.learn(account_id)
        sellers = await self._connecting.sync_sellers(account_id)
        await self._connecting.give_keys(account_id)
        told = {"codes": list(hooked.codes), "ways": list(capabilities.ways), "sellers": sellers}
        await self._grants.log(account_id, "ponte", "connected", "", **told)
        await self._well(account_id, LOST, *((HOOK_MISSING,) if hooked.codes else ()))
        return Connected(account_id, capabilities, sellers, hooked.codes, hooked.warning)

    async def watch(self) -> None:
        """The chore: a webhook that the vendor has switched off is switched on again, and the operators hear of it."""
        for account in await self._accounts.all_live():
            try:
                await self._mend(account.id)
            except AppError:
                continue

    async def _mend(self, account_id: AccountId) -> None:
        connection = await self._accounts.connection(account_id)
        channel = self._channels[connection.channel]
        if not self._public_url:
            return
        own, _ = await self._own(account_id, channel, connection)
        if own is None:  # taken out, or never there: a person did that, and only a person knows why
            await self._tell(account_id, HOOK_MISSING)
        elif own.is_disabled:
            await channel.subscribe(connection, own.destination)
            await self._tell(account_id, HOOK_DISABLED)
        else:
            await self._well(account_id, HOOK_DISABLED, HOOK_MISSING)

    async def _hook(self, account_id: AccountId, channel: Channel, connection: Connection) -> Hooked:
        """One webhook that names this account; those of earlier secrets are taken out, for they lead nowhere."""
        if not self._public_url:
            return Hooked(warning="No PUBLIC_URL: the vendor cannot reach this installation.")
        try:
            own, others = await self._own(account_id, channel, connection)
            if own is None:
                secret = new_token("hook")
                await self._grants.set_hook_secret(account_id, secret)
                destination = self._prefix(connection) + secret
            else:
                destination = own.destination
            codes = tuple(await channel.subscribe(connection, destination))
            for other in others:
                await channel.unsubscribe(connection, other.destination)
        except (NeedsHuman, Rejected) as error:
            return Hooked(warning=f"{error.message} {error.hint}".strip())
        return Hooked(codes)

    async def _own(
        self, account_id: AccountId, channel: Channel, connection: Connection
    ) -> tuple[Subscription | None, list[Subscription]]:
        """The webhook whose secret names this account, and those of ours whose secret names it no longer."""
        own, others = None, list[Subscription]()
        prefix = self._prefix(connection)
        for one in await channel.subscriptions(connection, prefix):
            if await self._grants.has_hook_secret(account_id, one.destination.removeprefix(prefix)):
                own = one
            else:
                others.append(one)
        return own, others

    def _prefix(self, connection: Connection) -> str:
        return f"{self._public_url}/webhooks/{connection.channel}/"

    async def _well(self, account_id: AccountId, *causes: str) -> None:
        async with self._database.transaction() as tx:
            for cause in causes:
                await notices.well(tx, account_id, cause, self._clock.now())

    async def _tell(self, account_id: AccountId, cause: str) -> None:
        async with self._database.transaction() as tx:
            is_news = await notices.tell(tx, News(account_id, cause), self._clock.now())
        if is_news:
            await self._grants.log(account_id, "ponte", "alert", cause)


def _about(seen: AccountSeen, pipelines: list[Pipeline], hooked: Hooked) -> dict[str, Any]:
    """What is kept of the account itself. Pure."""
    return {
        "name": seen.name,
        "country": seen.country,
        "currency": seen.currency,
        "timezone": seen.timezone,
        "scopes": None if seen.scopes is None else list(seen.scopes),
        "pipelines": [{"id": one.id, "name": one.name, "stages": [list(s) for s in one.stages]} for one in pipelines],
        "hook_codes": list(hooked.codes),
    }
