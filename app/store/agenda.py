"""The table `agenda` as it stands: what is taken, who has how much to do, and each booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.agenda import Booking, Customs, Person, Search, State
from app.domain.errors import NotFound
from app.domain.ids import AccountId
from app.store.availability import SQL
from app.store.database import Database, Row, Tx

Taken = dict[str, list[tuple[datetime, datetime]]]


@dataclass(frozen=True, slots=True)
class Load:
    """What a salesperson has to do, and when they last met somebody."""

    coming: int = 0
    met: datetime | None = None


class Calendar:
    """Held and booked times, read; and the reminders that were sent of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

    async def at(self, account_id: AccountId, start: datetime, person: Person, *, now: datetime) -> Booking | None:
        """What this person has at exactly this time, with whomever."""
        async with self._database.transaction() as tx:
            known = (person.contact_id, person.conversation_id, person.lead_id)
            found = await tx.fetchval(SQL["same_time"], account_id, start, *known, now)
            return None if found is None else await read(tx, account_id, found)

    async def get(self, account_id: AccountId, number: int) -> Booking:
        async with self._database.transaction() as tx:
            return await read(tx, account_id, number)

    async def page(
        self, account_id: AccountId, search: Search, *, after: tuple[datetime, int], limit: int
    ) -> list[Booking]:
        """Bookings by their time, those behind `after`."""
        states = None if search.states is None else [state.value for state in search.states]
        named = (search.seller_id, search.contact_id, search.lead_id, states)
        start = max(after, (search.start, 0))
        rows = await self._database.fetch(SQL["list"], account_id, *start, search.end, *named, limit)
        return [_booking(row) for row in rows]

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

    async def sweep(self, *, now: datetime) -> None:
        """End the holds whose time is over."""
        await self._database.execute(SQL["sweep_holds"], now)


async def read(tx: Tx, account_id: AccountId, number: int) -> Booking:
    """A booking by its number.

    Raises:
        NotFound: there is none.
    """
    row = await tx.fetchrow(SQL["booking"], account_id, number)
    if row is None:
        raise unknown(number)
    return _booking(row)


async def logged(tx: Tx, account_id: AccountId, number: int, who: str, what: str, why: str = "") -> Booking:
    """The booking as it is now, with a line about it in the audit."""
    booking = await read(tx, account_id, number)
    await tx.execute(SQL["log"], account_id, booking.person.conversation_id, who, what, why, number)
    return booking


def unknown(number: int) -> NotFound:
    return NotFound(f"There is no booking {number}.", hint="GET /agenda shows those there are.")


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
