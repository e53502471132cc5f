"""News of accounts that no webhook reaches: asked for, and stored together with how far they were asked for.

What is fetched goes the way of a webhook's body (promise 1), and the position moves in the very transaction that stores
it. So a crash between two of them loses nothing, and what comes twice is known by its ids. One process at a time
fetches for an account: a turn that was taken over by another stores nothing.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

from app.channels.base import Channel
from app.channels.optional import Fetched, Fetching
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, Retryable
from app.services.conversation.intake import pack, read, store
from app.store.accounts import Account, Accounts
from app.store.database import Collided, Database
from app.store.positions import Overtaken, Positions, Turn
from app.store.upkeep import Chores

# A fetch that has not come back after this is gone; a call ends within ten seconds.
LEASE = timedelta(seconds=45)
# So many pieces at once, while there are more; then the others have their turn.
MOST_PIECES = 20
# What a person must mend first is asked again after this.
MENDED_AFTER = timedelta(minutes=1)


class Fetchers:
    """Fetches for all accounts of channels that are asked."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, channels: dict[str, Channel]) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._asked = {name: channel for name, channel in channels.items() if isinstance(channel, Fetching)}
        self._channels = channels
        self._positions = Positions(database)
        self._chores = Chores(database)

    async def fetch_all(self) -> None:
        """Every account once; one that fails or is slow holds up no other."""
        if self._asked:
            live = [account for account in await self._accounts.all_live() if account.channel in self._asked]
            await asyncio.gather(*(self.fetch(account) for account in live))

    async def fetch(self, account: Account) -> None:
        """One account's news, unless somebody fetches them now."""
        turn = await self._positions.take_turn(account.id, LEASE)
        if turn is None:
            return
        try:
            await self._pieces(account, turn)
        except Overtaken:
            return
        except AppError as error:
            wait = error.after if isinstance(error, Retryable) else timedelta(0)
            wait = MENDED_AFTER if isinstance(error, NeedsHuman) else wait
            if await self._positions.fetch_failed(turn, error.code, wait):
                await self._chores.log(account.id, "fetch", error.code)
        else:
            await self._positions.end_turn(turn)

    async def _pieces(self, account: Account, turn: Turn) -> None:
        connection = await self._accounts.connection(account.id)
        channel = self._asked[account.channel]
        for _ in range(MOST_PIECES):
            fetched = await channel.fetch(connection, turn.position)
            if fetched.bodies or fetched.position != (turn.position or ""):
                turn = await self._keep(account, turn, fetched)
            if not fetched.more:
                return

    async def _keep(self, account: Account, turn: Turn, fetched: Fetched) -> Turn:
        """What came and how far it goes, both or neither."""
        try:
            await self._store(account, turn, fetched)
        except Collided:
            await self._store(account, turn, fetched)
        return replace(turn, position=fetched.position)

    async def _store(self, account: Account, turn: Turn, fetched: Fetched) -> None:
        channel, now = self._channels[account.channel], self._clock.now()
        parcels = [pack(account, body, read(channel, body), now=now) for body in fetched.bodies]
        async with self._database.transaction() as tx:
            await self._positions.move_on(tx, turn, fetched.position, LEASE)
            if parcels:
                await store(tx, parcels)
