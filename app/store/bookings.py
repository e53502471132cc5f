"""Changes of the table `agenda`. Promises that of several who want one time of one salesperson exactly one gets it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeAlias

import asyncpg

from app.domain.agenda import Availability, Booking, Person
from app.domain.errors import Rejected
from app.domain.ids import AccountId
from app.store.agenda import logged, read, unknown
from app.store.availability import SQL
from app.store.database import Database, Tx

# How the transaction of a change is opened: by who must see to something in it, before the agenda's rows are locked.
Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[Tx]]


@dataclass(frozen=True, slots=True)
class NewHold:
    """A time that somebody wants."""

    seller: Availability
    start: datetime
    end: datetime
    person: Person
    title: str
    timezone: str
    until: datetime
    request: "Asked | None" = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may come again: its key, and a digest of what it asks for."""

    key: str
    digest: str


class Elsewhere(Exception):
    """This person has another live booking in that time."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(booking.id)
        self.booking = booking


class _Taken(Exception):
    """The salesperson has somebody else then; whatever was changed for it is taken back."""


class Bookings:
    """Held and booked times. Every change is in the audit.

    Locks are taken in one order everywhere: conversation, person, salesperson, bookings.
    """

    def __init__(self, database: Database, opening: Opening | None = None) -> None:
        self._database = database
        self._changing = opening or database.transaction

    def within(self, opening: Opening) -> "Bookings":
        """The same, with every change made in a transaction that is opened so."""
        return Bookings(self._database, opening)

    async def hold(self, account_id: AccountId, new: NewHold, *, now: datetime, who: str) -> Booking | None:
        """Keep a time for somebody, who lets go of what they held before; None when it is taken.

        The same wish again finds what it held before.

        Raises:
            Rejected: its key was used for another wish. Elsewhere: they are booked in that time.
        """
        try:
            async with self._changing() as tx:
                await tx.execute(SQL["lock_chat"], new.person.conversation_id)
                await self._lock_person(tx, account_id, new.person)
                if new.request and (known := await self._of_request(tx, account_id, new.request)):
                    return await read(tx, account_id, known)
                return await self._hold(tx, account_id, new, now=now, who=who)
        except _Taken:
            return None

    async def _hold(self, tx: Tx, account_id: AccountId, new: NewHold, *, now: datetime, who: str) -> Booking:
        around, key = new.seller.around(new.start, new.end), new.person.key
        await self._clear(tx, account_id, new.seller, around, key=key, now=now)
        if mine := await self._mine(tx, account_id, new, now):
            return await read(tx, account_id, mine)
        for row in await tx.fetch(SQL["let_go"], account_id, key, now):
            if row["was_live"]:
                await logged(tx, account_id, row["id"], who, "agenda_let_go")
        number = await tx.fetchval(SQL["hold"], account_id, *_columns(new, *around))
        if number is None:
            await self._tell_why(tx, account_id, new)
        return await logged(tx, account_id, number, who, "agenda_held")

    async def _lock_person(self, tx: Tx, account_id: AccountId, person: Person) -> None:
        if person.key is not None:
            await tx.execute(SQL["lock_person"], account_id, person.key)

    async def _clear(
        self,
        tx: Tx,
        account_id: AccountId,
        seller: Availability,
        around: tuple[datetime, datetime],
        *,
        key: str | None,
        now: datetime,
        moved: int | None = None,
    ) -> None:
        """Nobody else changes this time now, and holds of it that are over are gone."""
        await tx.execute(SQL["lock_seller"], account_id, seller.seller_id)
        await tx.execute(SQL["lock_in_the_way"], account_id, seller.seller_id, *around, now, key, moved)
        await tx.execute(SQL["end_holds"], account_id, seller.seller_id, *around, now)

    async def _tell_why(self, tx: Tx, account_id: AccountId, new: NewHold) -> NoReturn:
        """Whose time it is, that a new one could not be written."""
        if new.request:
            await self._of_request(tx, account_id, new.request)
        times = (new.start, new.end)
        if (known := await tx.fetchval(SQL["elsewhere"], account_id, new.person.key, *times, None)) is not None:
            raise Elsewhere(await read(tx, account_id, known))
        raise _Taken

    async def of_request(self, account_id: AccountId, asked: Asked) -> Booking | None:
        """What this request has held before.

        Raises:
            Rejected: its key was used for another one.
        """
        async with self._database.transaction() as tx:
            known = await self._of_request(tx, account_id, asked)
            return None if known is None else await read(tx, account_id, known)

    async def _of_request(self, tx: Tx, account_id: AccountId, asked: Asked) -> int | None:
        row = await tx.fetchrow(SQL["of_request"], account_id, asked.key)
        if row is None:
            return None
        if row["request_digest"] not in (None, asked.digest):
            raise Rejected(
                "This Idempotency-Key was used for another person or time.",
                hint="Repeat a request unchanged; give a new one a key of its own.",
                code="key_reused",
            )
        return row["id"]

    async def _mine(self, tx: Tx, account_id: AccountId, new: NewHold, now: datetime) -> int | None:
        """What this person has of this time already."""
        known = (new.person.contact_id, new.person.conversation_id, new.person.lead_id)
        times = (new.start, new.end, now)
        return await tx.fetchval(SQL["same_hold"], account_id, new.seller.seller_id, *times, *known)

    async def confirm(
        self, account_id: AccountId, number: int, *, receipt: str, now: datetime, who: str
    ) -> tuple[Booking, bool]:
        """Book what is held; the booking as it is now, and whether this call booked it."""
        async with self._changing() as tx:
            await self._lock(tx, account_id, number)
            if await tx.fetchval(SQL["confirm"], account_id, number, receipt, now):
                return await logged(tx, account_id, number, who, "agenda_booked"), True
            await tx.execute(SQL["expire"], account_id, number, now)
            return await read(tx, account_id, number), False

    async def move(
        self, account_id: AccountId, number: int, seller: Availability, times: tuple[datetime, datetime], **more: Any
    ) -> Booking | None:
        """Give a booking another time or salesperson, and its old one up; None when the new one is taken.

        Raises:
            Elsewhere: its person has another one in that time.
        """
        try:
            async with self._changing() as tx:
                return await self._move(tx, account_id, number, seller, times, **more)
        except asyncpg.ExclusionViolationError:
            return None

    async def _move(
        self,
        tx: Tx,
        account_id: AccountId,
        number: int,
        seller: Availability,
        times: tuple[datetime, datetime],
        *,
        now: datetime,
        who: str,
    ) -> Booking:
        around, person = seller.around(*times), (await read(tx, account_id, number)).person
        await self._lock_person(tx, account_id, person)
        await self._clear(tx, account_id, seller, around, key=person.key, now=now, moved=number)
        await tx.execute(SQL["end_own_holds"], account_id, person.key, now)
        if (known := await tx.fetchval(SQL["elsewhere"], account_id, person.key, *times, number)) is not None:
            raise Elsewhere(await read(tx, account_id, known))
        if await tx.fetchval(SQL["move"], account_id, number, seller.seller_id, *times, *around, now):
            return await logged(tx, account_id, number, who, "agenda_moved")
        return await read(tx, account_id, number)

    async def cancel(self, account_id: AccountId, number: int, *, now: datetime, who: str, why: str) -> Booking:
        """Give the time back; what is over already stays as it is."""
        async with self._changing() as tx:
            await self._lock(tx, account_id, number)
            if await tx.fetchval(SQL["cancel"], account_id, number, now):
                return await logged(tx, account_id, number, who, "agenda_cancelled", why)
            return await read(tx, account_id, number)

    async def no_show(self, account_id: AccountId, number: int, *, now: datetime, who: str) -> Booking:
        """Nobody came; changes nothing before the time."""
        async with self._changing() as tx:
            await self._lock(tx, account_id, number)
            if await tx.fetchval(SQL["no_show"], account_id, number, now):
                return await logged(tx, account_id, number, who, "agenda_no_show")
            return await read(tx, account_id, number)

    async def _lock(self, tx: Tx, account_id: AccountId, number: int) -> None:
        if await tx.fetchval(SQL["lock_booking"], account_id, number) is None:
            raise unknown(number)


def _columns(new: NewHold, since: datetime, until: datetime) -> tuple[object, ...]:
    person = new.person
    return (
        new.seller.seller_id,
        person.conversation_id,
        person.contact_id,
        person.lead_id,
        new.title,
        new.start,
        new.end,
        since,
        until,
        new.timezone,
        new.until,
        new.request.key if new.request else None,
        new.request.digest if new.request else None,
    )
