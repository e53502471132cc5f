"""The table `agenda`. Promises that of several who want one time of one salesperson exactly one gets it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeAlias

import asyncpg

from app.domain.agenda import Availability, Booking, Customs, Person, Search, State
from app.domain.booking_times import LiveReceipt
from app.domain.errors import NotFound, Rejected
from app.domain.ids import AccountId
from app.store.availability import SQL
from app.store.database import Database, Row, Tx

Taken = dict[str, list[tuple[datetime, datetime]]]
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


@dataclass(frozen=True, slots=True)
class Load:
    """What a salesperson has to do, and when they last met somebody."""

    coming: int = 0
    met: datetime | None = None


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

    async def busy(
        self, account_id: AccountId, start: datetime, end: datetime, *, now: datetime, only: Sequence[str] | None = None
    ) -> Taken:
        """What is taken between two times, by salesperson, in order."""
        names = None if only is None else list(only)
        taken: Taken = {}
        for row in await self._database.fetch(SQL["busy"], account_id, start, end, now, names):
            taken.setdefault(row["seller_id"], []).append((row["since"], row["until"]))
        return taken

    async def load(self, account_id: AccountId, contact_id: str | None, *, around: datetime) -> dict[str, Load]:
        """What each salesperson has in the days around a time, and when they met this contact."""
        found: dict[str, Load] = {}
        for row in await self._database.fetch(SQL["load"], account_id, around, contact_id):
            known = found.get(row["seller_id"], Load())
            found[row["seller_id"]] = Load(known.coming + row["coming"], known.met or row["met"])
        return found

    async def person(self, account_id: AccountId, conversations: Sequence[int]) -> Person | None:
        """Whom the newest of these conversations is with."""
        row = await self._database.fetchrow(SQL["newest"], account_id, list(conversations))
        return Person(row["id"], row["contact_id"], row["lead_id"], row["locale"]) if row else None

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
                    return await self._read(tx, account_id, known)
                return await self._hold(tx, account_id, new, now=now, who=who)
        except _Taken:
            return None

    async def _hold(self, tx: Tx, account_id: AccountId, new: NewHold, *, now: datetime, who: str) -> Booking:
        around, key = new.seller.around(new.start, new.end), new.person.key
        await self._clear(tx, account_id, new.seller, around, key=key, now=now)
        if mine := await self._mine(tx, account_id, new, now):
            return await self._read(tx, account_id, mine)
        for row in await tx.fetch(SQL["let_go"], account_id, key, now):
            if row["was_live"]:
                await self._logged(tx, account_id, row["id"], who, "agenda_let_go")
        number = await tx.fetchval(SQL["hold"], account_id, *_columns(new, *around))
        if number is None:
            await self._tell_why(tx, account_id, new)
        return await self._logged(tx, account_id, number, who, "agenda_held")

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
            raise Elsewhere(await self._read(tx, account_id, known))
        raise _Taken

    async def of_request(self, account_id: AccountId, asked: Asked) -> Booking | None:
        """What this request has held before.

        Raises:
            Rejected: its key was used for another one.
        """
        async with self._database.transaction() as tx:
            known = await self._of_request(tx, account_id, asked)
            return None if known is None else await self._read(tx, account_id, known)

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

    async def at(self, account_id: AccountId, start: datetime, person: Person, *, now: datetime) -> Booking | None:
        """What this person has at exactly this time, with whomever."""
        async with self._database.transaction() as tx:
            known = (person.contact_id, person.conversation_id, person.lead_id)
            found = await tx.fetchval(SQL["same_time"], account_id, start, *known, now)
            return None if found is None else await self._read(tx, account_id, found)

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
                return await self._logged(tx, account_id, number, who, "agenda_booked"), True
            await tx.execute(SQL["expire"], account_id, number, now)
            return await self._read(tx, account_id, number), False

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
        around, person = seller.around(*times), (await self._read(tx, account_id, number)).person
        await self._lock_person(tx, account_id, person)
        await self._clear(tx, account_id, seller, around, key=person.key, now=now, moved=number)
        await tx.execute(SQL["end_own_holds"], account_id, person.key, now)
        if (known := await tx.fetchval(SQL["elsewhere"], account_id, person.key, *times, number)) is not None:
            raise Elsewhere(await self._read(tx, account_id, known))
        if await tx.fetchval(SQL["move"], account_id, number, seller.seller_id, *times, *around, now):
            return await self._logged(tx, account_id, number, who, "agenda_moved")
        return await self._read(tx, account_id, number)

    async def cancel(self, account_id: AccountId, number: int, *, now: datetime, who: str, why: str) -> Booking:
        """Give the time back; what is over already stays as it is."""
        async with self._changing() as tx:
            await self._lock(tx, account_id, number)
            if await tx.fetchval(SQL["cancel"], account_id, number, now):
                return await self._logged(tx, account_id, number, who, "agenda_cancelled", why)
            return await self._read(tx, account_id, number)

    async def no_show(self, account_id: AccountId, number: int, *, now: datetime, who: str) -> Booking:
        """Nobody came; changes nothing before the time."""
        async with self._changing() as tx:
            await self._lock(tx, account_id, number)
            if await tx.fetchval(SQL["no_show"], account_id, number, now):
                return await self._logged(tx, account_id, number, who, "agenda_no_show")
            return await self._read(tx, account_id, number)

    async def get(self, account_id: AccountId, number: int) -> Booking:
        async with self._database.transaction() as tx:
            return await self._read(tx, account_id, number)

    async def page(
        self, account_id: AccountId, search: Search, *, after: tuple[datetime, int], limit: int
    ) -> list[Booking]:
        """Bookings by their time, those behind `after`."""
        states = None if search.states is None else [state.value for state in search.states]
        named = (search.seller_id, search.contact_id, search.lead_id, states)
        start = max(after, (search.start, 0))
        rows = await self._database.fetch(SQL["list"], account_id, *start, search.end, *named, limit)
        return [_booking(row) for row in rows]

    async def sweep(self, *, now: datetime) -> None:
        """End the holds whose time is over."""
        await self._database.execute(SQL["sweep_holds"], now)

    async def coming(self, *, now: datetime, within: timedelta) -> list[tuple[AccountId, int]]:
        """The bookings with a reminder that is due, as far as the database can tell."""
        rows = await self._database.fetch(SQL["coming"], now, within, list(Customs().reminders))
        return [(AccountId(row["account_id"]), row["id"]) for row in rows]

    async def reminded(self, booking: Booking, leads: Sequence[int], *, why: str) -> None:
        """These reminders have been dealt with; `why` says what came of it."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["reminded"], booking.account_id, booking.id, booking.moves, list(leads))
            person = booking.person.conversation_id
            args = (booking.account_id, person, "clock", "agenda_reminded", why, booking.id)
            await tx.execute(SQL["log"], *args)

    async def _lock(self, tx: Tx, account_id: AccountId, number: int) -> None:
        if await tx.fetchval(SQL["lock_booking"], account_id, number) is None:
            raise _unknown(number)

    async def _logged(self, tx: Tx, account_id: AccountId, number: int, who: str, what: str, why: str = "") -> Booking:
        booking = await self._read(tx, account_id, number)
        await tx.execute(SQL["log"], account_id, booking.person.conversation_id, who, what, why, number)
        return booking

    async def _read(self, tx: Tx, account_id: AccountId, number: int) -> Booking:
        row = await tx.fetchrow(SQL["booking"], account_id, number)
        if row is None:
            raise _unknown(number)
        return _booking(row)


class People:
    """Who is known here: has written, was read from the CRM, or has had a time before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_contact(self, account_id: AccountId, contact_id: str) -> bool:
        return bool(await self._database.fetchval(SQL["is_contact"], account_id, contact_id))

    async def is_lead(self, account_id: AccountId, lead_id: str) -> bool:
        return bool(await self._database.fetchval(SQL["is_lead"], account_id, lead_id))

    async def contacts_of(self, account_id: AccountId, lead_id: str) -> list[str]:
        """The contacts that have this lead open."""
        rows = await self._database.fetch(SQL["contacts_of_lead"], account_id, lead_id)
        return [row["external_id"] for row in rows]


def _unknown(number: int) -> NotFound:
    return NotFound(f"There is no booking {number}.", hint="GET /agenda shows those there are.")


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


def _booking(row: Row) -> Booking:
    return Booking(
        id=row["id"],
        account_id=AccountId(row["account_id"]),
        seller_id=row["seller_id"],
        seller_name=row["seller_name"],
        person=Person(row["conversation_id"], row["contact_id"], row["lead_id"], row["locale"]),
        title=row["title"],
        state=State(row["state"]),
        start=row["starts_at"],
        end=row["ends_at"],
        timezone=row["timezone"],
        hold_until=row["hold_until"],
        receipt=row["receipt"],
        moves=row["moves"],
        booked_at=row["booked_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        reminded=tuple(row["reminded"]),
    )


async def receipts_of(
    tx: Tx, account_id: AccountId, contact_id: str | None, *, conversation_id: int | None, now: datetime
) -> tuple[LiveReceipt, ...]:
    """The live receipts that a reply to this contact may quote."""
    rows = await tx.fetch(SQL["live_receipts"], account_id, contact_id, now, conversation_id)
    return tuple(_live(row) for row in rows)


def _live(row: Row) -> LiveReceipt:
    zones = dict.fromkeys(zone for zone in (row["timezone"], row["of_house"], row["of_seller"]) if zone)
    return LiveReceipt(row["receipt"], row["starts_at"], row["ends_at"], tuple(zones))
