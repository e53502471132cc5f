"""Renewing tokens: one process at a time for each account, whoever asks.

A refresh token works once. So whoever wants a new pair first takes a lease on the account's row: one statement, under
that row's lock. The call to the vendor then happens outside any transaction, for none may wait for the network, while
the lease, which outlasts the call, keeps everybody else away; they wait for its outcome and use that. The new pair is
stored before anybody sees it. A lease instead of a lock that is held: a session's advisory lock would not outlive a
transaction pooler, and a row lock held across the call would be a transaction that waits for somebody else's server.
"""

import asyncio
from datetime import timedelta
from typing import Final
from uuid import uuid4

from app.channels.consent import Consent
from app.domain.clock import Clock
from app.domain.errors import AppError, GrantLost, NeedsHuman, NotStarted, OutcomeUnknown
from app.domain.grants import EARLY, IDLE, Pair
from app.domain.ids import AccountId
from app.services.accounts.keeping import kept
from app.store import notices
from app.store.database import Database
from app.store.grants import Grants, Held
from app.store.notices import News

LEASE: Final = timedelta(seconds=30)  # longer than one call may take, its wait for a slot included
AGAIN: Final = timedelta(hours=1)  # after which a lost grant is tried once more: a wrong secret may have been mended
LOST: Final = "grant_lost"

_NAP = 0.05
_NAP_MOST = 0.5


class Renewal:
    """The token store of all channels. Safe in any number of processes."""

    def __init__(self, database: Database, grants: Grants, consents: dict[str, Consent], *, clock: Clock) -> None:
        self._database = database
        self._grants = grants
        self._consents = consents
        self._clock = clock
        self._process = uuid4()
        self._running: dict[tuple[AccountId, str], asyncio.Task[str | None]] = {}

    async def renewed(self, account_id: AccountId, refused: str) -> str | None:
        """A token in place of a refused one; None where the account's is not one that is renewed.

        Raises:
            GrantLost: only the account's administrator can help.
            NotStarted: not now.
        """
        key = (account_id, refused)
        running = self._running.get(key)
        if running is None:
            # A task of its own: who asked may give up, the pair must be stored all the same.
            running = self._running[key] = asyncio.create_task(self._renewed(account_id, refused))
            running.add_done_callback(lambda task: self._over(key, task))
        return await asyncio.shield(running)

    def _over(self, key: tuple[AccountId, str], task: "asyncio.Task[str | None]") -> None:
        """Its outcome is heard even where nobody waits for it any more."""
        self._running.pop(key, None)
        if not task.cancelled():
            task.exception()

    async def renew_due(self, among: list[AccountId]) -> None:
        """The chore: pairs that end soon or are old; one that fails does not hold up the others."""
        for account_id in await self._grants.due(among, early=EARLY, idle=IDLE):
            try:
                held = await self._grants.held(account_id)
                if held is not None:
                    await self.renewed(account_id, held.access)
            except AppError:
                continue

    async def _renewed(self, account_id: AccountId, refused: str) -> str | None:
        nap, ends_at = _NAP, asyncio.get_running_loop().time() + LEASE.total_seconds()
        while asyncio.get_running_loop().time() < ends_at:
            held = await self._grants.held(account_id)
            if held is None or held.access != refused:
                return held and held.access
            self._must_be_alive(held)
            process = self._process
            if await self._grants.lease(account_id, held.version, process=process, within=LEASE, again=AGAIN):
                return await self._renew(account_id, held)
            await asyncio.sleep(nap)  # another process is at it, or was until it died
            nap = min(nap * 1.5, _NAP_MOST)
        raise NotStarted("Another process has been renewing the account's token for too long.", after=LEASE)

    def _must_be_alive(self, held: Held) -> None:
        if held.lost_at is not None and self._clock.now() - held.lost_at < AGAIN:
            raise GrantLost("The account's grant is lost.", hint="Its administrator must open /oauth/kommo/start.")

    async def _renew(self, account_id: AccountId, held: Held) -> str | None:
        """At the token endpoint, with the lease."""
        try:
            pair = await self._consent(held).refresh(account_id, held.home, held.refresh)
        except GrantLost:
            await self._lose(account_id, held)
            raise
        except OutcomeUnknown as error:
            # The lease runs out by itself: nobody tries before that call is certainly over.
            raise NotStarted(error.message, after=LEASE) from None
        except AppError as error:
            await self._grants.give_back(account_id, self._process)
            if isinstance(error, NeedsHuman):
                await self._tell(account_id, error.code)
            raise
        await self._store(account_id, held, pair)
        return pair.access

    def _consent(self, held: Held) -> Consent:
        consent = next((one for one in self._consents.values() if one.client_id == held.client_id), None)
        if consent is None:
            raise NeedsHuman(
                "This account was granted to another integration than the one in the settings.",
                hint="Put its KOMMO_CLIENT_ID and KOMMO_CLIENT_SECRET back, or let its administrator grant anew.",
                code="other_integration",
            )
        return consent

    async def _store(self, account_id: AccountId, held: Held, pair: Pair) -> None:
        """The old pair is dead and this one exists nowhere else: a database that is away for a moment is waited for."""

        async def store() -> None:
            if await self._grants.renew(account_id, held.version, pair) and held.lost_at:
                await self._well(account_id)

        await kept(store, after=LEASE)

    async def _lose(self, account_id: AccountId, held: Held) -> None:
        """One alert for one lost grant."""
        if await self._grants.lose(account_id, held.version):
            await self._tell(account_id, LOST)

    async def _tell(self, account_id: AccountId, cause: str) -> None:
        async with self._database.transaction() as tx:
            await notices.tell(tx, News(account_id, cause), self._clock.now())

    async def _well(self, account_id: AccountId) -> None:
        async with self._database.transaction() as tx:
            await notices.well(tx, account_id, LOST, self._clock.now())
