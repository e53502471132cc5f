"""Accounts that the settings name: connected at a start and while they are not, and shown to the doctor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.domain.checkup import Line, absent, broken, fine
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman
from app.services.accounts.connect import Connecting
from app.store.accounts import Accounts, NewAccount

_log = structlog.get_logger()
# So long one that could not be connected rests: a person mends most of what stands in its way.
REST = timedelta(minutes=15)
LINE = "named"


@dataclass(frozen=True, slots=True)
class Named:
    """What connecting an account needs, or why the settings do not say it. `title`: what people call the channel."""

    channel: str
    title: str
    account: NewAccount | None = None
    webhook_url: str | None = None
    problem: NeedsHuman | None = None


class NamedAccounts:
    """Connects them, each by itself. `gives_keys`: the keys of the settings may open the first of them."""

    def __init__(
        self,
        accounts: Accounts,
        connecting: Connecting,
        clock: Clock,
        *,
        named: Sequence[Named],
        gives_keys: bool,
    ) -> None:
        self._accounts = accounts
        self._connecting = connecting
        self._clock = clock
        self._named = named
        self._gives_keys = gives_keys
        self._rests: dict[str, datetime] = {}

    async def connect_all(self) -> None:
        """Connect each anew. One that cannot be connected stops nothing: it is told, here and by the doctor."""
        for one in self._named:
            await self._connect(one)

    async def connect_missing(self) -> None:
        """Connect those that are not connected as the settings say; asks no vendor where all are."""
        now = self._clock.now()
        for one in self._named:
            rests = one.channel in self._rests and now < self._rests[one.channel]
            if not rests and not await self._is_connected(one):
                await self._connect(one)

    async def look(self) -> Sequence[Line]:
        """A probe of the doctor's."""
        if not self._named:
            return [absent(LINE, "The settings name no channel of their own beside the accounts.")]
        return [await self._line(one) for one in self._named]

    async def _line(self, one: Named) -> Line:
        if one.problem is not None:
            return broken(LINE, one.problem.message, one.problem.hint)
        if not await self._is_connected(one):
            said = f"{one.title} is named in the settings, and not connected."
            return broken(LINE, said, f"Run `ponte channels connect {one.channel}`: it says what stands in the way.")
        return fine(LINE, f"{one.title} is connected as the settings name it.")

    async def _is_connected(self, one: Named) -> bool:
        """With the same token: another one was put into the settings to be used."""
        if one.account is None:
            return False
        known = await self._accounts.by_ref(one.channel, one.account.external_ref)
        if known is None or known.state != "live":
            return False
        return (await self._accounts.connection(known.id)).token == one.account.token

    async def _connect(self, one: Named) -> None:
        self._rests[one.channel] = self._clock.now() + REST
        try:
            if one.account is None:
                raise one.problem or NeedsHuman("The settings do not say what it needs.")
            await self._connecting.connect(one.account, webhook_url=one.webhook_url, with_keys=self._gives_keys)
        except AppError as error:
            known = {"channel": one.channel, "code": error.code, "why": error.message, "hint": error.hint}
            _log.warning("account.not_connected", **known)
