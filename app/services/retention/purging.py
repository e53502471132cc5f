"""Lets go what is older than an account keeps it, in small steps; what is still open is left alone.

Safe to run twice and beside everything else: each step is a short transaction, and a second one finds nothing. A dry
run counts by the same statements.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from app.domain.clock import Clock
from app.domain.errors import AppError
from app.domain.ids import AccountId
from app.domain.ports import MediaStore
from app.domain.profiles import Kept, kept_as
from app.domain.retention import Retention, before, checked_retention, retention_of
from app.store.accounts import Account, Accounts
from app.store.database import Database
from app.store.retention import ROWS, PostgresRetention

A_NIGHT: Final = timedelta(hours=2)  # for one account; what is left then is the next night's
A_CALL: Final = timedelta(seconds=20)

LetGo = Callable[..., Awaitable[int]]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each went, or would. `is_done` False: there is more, and the next run goes on."""

    history: int = 0
    media: int = 0
    profiles: int = 0
    feedback: int = 0
    faq: int = 0
    events: int = 0
    is_done: bool = True
    trouble: str = ""  # the code of why files could not be removed

    @property
    def counts(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if name not in ("is_done", "trouble")}


class _Late(Exception):
    """The time for this run is over."""


@dataclass(frozen=True, slots=True)
class _Run:
    """One run for one account."""

    account: Account
    keeps: Retention
    now: datetime
    until: float  # of the running loop's clock
    really: bool

    def step(self) -> None:
        if asyncio.get_running_loop().time() > self.until:
            raise _Late

    @property
    def profiles_before(self) -> datetime | None:
        """Of an account that keeps none: all of them."""
        if kept_as(self.account.settings) is Kept.NONE:
            return self.now
        return before(self.keeps.profiles_days, self.now)

    @property
    def answers_before(self) -> datetime | None:
        """Known answers hold customers' questions: where words go at all, they go as soon as they hold no more."""
        return None if self.keeps.history_days is None else self.now


class Retaining:
    """The retention of all accounts."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, *, files: MediaStore) -> None:
        self._rows = PostgresRetention(database)
        self._clock = clock
        self._accounts = accounts
        self._files = files

    async def policy(self, account_id: AccountId) -> Retention:
        """For how long the account keeps what."""
        return retention_of((await self._accounts.get(account_id)).settings)

    async def preview(self, account_id: AccountId, given: Mapping[str, Any] | None = None) -> Purged:
        """What would go now; `given` are other numbers to try. Changes nothing.

        Raises:
            Rejected: one of them cannot be.
        """
        account = await self._accounts.get(account_id)
        keeps = replace(retention_of(account.settings), **checked_retention(given or {}))
        return await self._run(self._begun(account, keeps, within=A_CALL, really=False))

    async def purge(self, account_id: AccountId, *, who: str, within: timedelta = A_CALL) -> Purged:
        """Let go what is due, as far as the time reaches; returns what went."""
        account = await self._accounts.get(account_id)
        done = await self._run(self._begun(account, retention_of(account.settings), within=within, really=True))
        if any(done.counts.values()):
            await self._rows.log(account_id, done.counts, who=who)
        return done

    async def nightly(self) -> None:
        """All accounts, one after the other; trouble with one holds up no other."""
        for account in await self._accounts.all_open():
            try:
                done = await self.purge(account.id, who="clock", within=A_NIGHT)
            except AppError as error:
                _log.warning("retention.failed", account=account.id, code=error.code)
                continue
            if any(done.counts.values()) or done.trouble:
                _log.info("retention.purged", account=account.id, **asdict(done))

    def _begun(self, account: Account, keeps: Retention, *, within: timedelta, really: bool) -> _Run:
        until = asyncio.get_running_loop().time() + within.total_seconds()
        return _Run(account, keeps, self._clock.now(), until, really)

    async def _run(self, run: _Run) -> Purged:
        done = Purged()
        try:
            async for name, number in self._steps(run):
                done = replace(done, **{name: getattr(done, name) + number})
                run.step()
        except _Late:
            return replace(done, is_done=False)
        except AppError as error:
            return replace(done, is_done=False, trouble=error.code)
        return done

    async def _steps(self, run: _Run) -> AsyncIterator[tuple[str, int]]:
        """Kind by kind. Files come last, for their store is somebody else's and may be down."""
        async for number in self._history(run):
            yield "history", number
        async for number in self._rounds(run.profiles_before, self._rows.profiles, run):
            yield "profiles", number
        async for number in self._rounds(before(run.keeps.history_days, run.now), self._rows.feedback, run):
            yield "feedback", number
        async for number in self._rounds(run.answers_before, self._rows.faq_answers, run):
            yield "faq", number
        async for number in self._events(run):
            yield "events", number
        async for number in self._media(run):
            yield "media", number

    async def _history(self, run: _Run) -> AsyncIterator[int]:
        oldest = before(run.keeps.history_days, run.now)
        place: tuple[str, str] | None = ("", "")
        while oldest is not None and place is not None:
            chats = await self._rows.chats(run.account.id, place, oldest)
            yield await self._rows.words(chats, oldest, really=run.really)
            place = chats.last
        async for number in self._rounds(oldest, self._rows.first_words, run):
            yield number

    async def _rounds(self, oldest: datetime | None, let_go: LetGo, run: _Run) -> AsyncIterator[int]:
        """The same step until it finds less than it may take."""
        while oldest is not None:
            number = await let_go(run.account.id, oldest, really=run.really)
            yield number
            if not run.really or number < ROWS:
                return

    async def _events(self, run: _Run) -> AsyncIterator[int]:
        oldest = before(run.keeps.events_days, run.now)
        place: int | None = 0
        while oldest is not None and place is not None:
            number, place = await self._rows.events(run.account.id, place, oldest, really=run.really)
            yield number

    async def _media(self, run: _Run) -> AsyncIterator[int]:
        """The files first, then the rows that know where they were."""
        oldest = before(run.keeps.media_days, run.now)
        last = 0
        while oldest is not None and (found := await self._rows.media(run.account.id, oldest, last)):
            if run.really:
                await self._files.remove([place for _, place in found])
                await self._rows.drop_media([number for number, _ in found])
            yield len(found)
            last = found[-1][0]
