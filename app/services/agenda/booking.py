"""Holding, confirming, moving and cancelling. A booking is real when it has a receipt, and only then."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta

from app.domain.agenda import Availability, Booking, Person, Search, State
from app.domain.clock import Clock
from app.domain.errors import Conflict, Rejected
from app.domain.ids import AccountId
from app.domain.receipts import new_receipt
from app.domain.zones import moments, shown_in
from app.services.agenda.finding import Desk, Finding, SlotGone, SlotImpossible
from app.services.agenda.slots import fits, is_offered
from app.services.agenda.wanted import Wanted, digest_of
from app.store.agenda import Calendar
from app.store.availability import Availabilities
from app.store.bookings import Asked, Bookings, Elsewhere, NewHold, Opening
from app.store.database import Database

_FIRST_YEAR, _LAST_YEAR = 1971, 9000


class Agenda:
    """The account's agenda: everything that changes it, and what is in it."""

    def __init__(self, database: Database, clock: Clock, finding: Finding) -> None:
        self._clock = clock
        self._finding = finding
        self._bookings = Bookings(database)
        self._calendar = Calendar(database)
        self._availabilities = Availabilities(database)

    def within(self, opening: Opening) -> "Agenda":
        """The same agenda, changed only in transactions that are opened so: whoever opens them may refuse."""
        twin = copy(self)
        vars(twin).update(_bookings=self._bookings.within(opening))
        return twin

    async def hold(
        self,
        account_id: AccountId,
        wanted: Wanted,
        person: Person,
        *,
        who: str,
        timezone: str = "",
        title: str = "",
        key: str | None = None,
    ) -> Booking:
        """Keep a time for somebody for a few minutes; the first in turn who has it, where nobody was named.

        Raises:
            SlotGone, SlotImpossible: with the nearest free slots. Rejected: the key is another request's.
        """
        asked = Asked(key, digest_of(wanted, person, timezone, title)) if key else None
        if asked and (known := await self._bookings.of_request(account_id, asked)):
            return await self._again(account_id, known)
        around = wanted.start if wanted.start.tzinfo else None
        desk = await self._finding.desk(account_id, person, seller_id=wanted.seller_id, around=around)
        zone = timezone or desk.house.timezone
        start = await self._possible(desk, wanted, zone)
        until = min(desk.now + timedelta(minutes=desk.customs.hold_minutes), start)
        candidates = await self._candidates(desk, start, wanted)
        # Read after who is free: whoever is no longer free because of this person's own hold is found here.
        if wanted.seller_id is None and (mine := await self._calendar.at(account_id, start, person, now=desk.now)):
            return mine
        for seller in candidates:
            new = NewHold(*(seller, start, start + (wanted.length or seller.length), person), title, zone, until, asked)
            try:
                held = await self._bookings.hold(account_id, new, now=desk.now, who=who)
            except Elsewhere as busy:
                raise await self._elsewhere(desk, busy.booking, start, wanted.length) from None
            if held is not None:
                return held
        raise await self._gone(desk, start, wanted.length)

    async def _again(self, account_id: AccountId, known: Booking) -> Booking:
        """What a request that is repeated held the first time, if it still stands."""
        expires = known.hold_until
        if known.state is State.EXPIRED or (expires is not None and expires <= self._clock.now()):
            desk = await self._finding.desk(account_id, known.person)
            raise await self._gone(desk, known.start, None, "hold_expired")
        if not known.state.is_live:
            raise _over(known)
        return known

    async def _candidates(self, desk: Desk, start: datetime, wanted: Wanted) -> Sequence[Availability]:
        """Who was named, free or not: the time may be the caller's own. Else who is free, in turn."""
        if wanted.seller_id is not None:
            return desk.sellers
        return await self._finding.who_is_free(desk, start, length=wanted.length)

    async def _possible(self, desk: Desk, wanted: Wanted, zone: str) -> datetime:
        """The moment, if somebody could be met then."""
        start = wanted.start
        if start.tzinfo is None:
            shown = moments(start, zone)
            if len(shown) != 1:
                said = "comes twice that day" if shown else "does not exist: clocks are put forward over it"
                near = await self._finding.nearest(desk, start.replace(tzinfo=desk.now.tzinfo), length=wanted.length)
                raise SlotImpossible(f"This local time {said}.", near, code="no_such_time")
            start = shown[0]
        trouble = self._out_of_reach(desk, start) or self._outside_hours(desk, start, wanted.length)
        if trouble:
            raise SlotImpossible(
                trouble[1], await self._finding.nearest(desk, start, length=wanted.length), code=trouble[0]
            )
        return start

    def _out_of_reach(self, desk: Desk, start: datetime) -> tuple[str, str] | None:
        if start <= desk.now:
            return "in_the_past", "This time is over."
        if start < desk.earliest:
            return "too_soon", f"Times are given {desk.customs.notice_minutes} minutes ahead or more."
        if start > desk.latest:
            return "too_far", f"Times are given {desk.customs.horizon_days} days ahead at most."
        return None

    def _outside_hours(self, desk: Desk, start: datetime, length: timedelta | None) -> tuple[str, str] | None:
        if any(is_offered(one, start, length=length) for one in desk.sellers):
            return None
        if any(fits(one, start, start + (length or one.length)) for one in desk.sellers):
            return "between_slots", "No slot begins at this time."
        return "outside_hours", "Nobody can be met at this time."

    async def _gone(self, desk: Desk, start: datetime, length: timedelta | None, code: str = "") -> SlotGone:
        said = "The hold has expired." if code else "Somebody else has this time."
        return SlotGone(said, await self._finding.nearest(desk, start, length=length), code=code)

    async def _elsewhere(self, desk: Desk, known: Booking, start: datetime, length: timedelta | None) -> SlotGone:
        """The customer has another time then; theirs to move or to cancel. No slot in it is offered."""
        near = await self._finding.nearest(desk, start, length=length, but=(known.start, known.end))
        at = shown_in(known.start, known.timezone)
        said = (
            f"This person has booking {known.id} ({known.state.value}) with {known.seller_name}, {at:%Y-%m-%d %H:%M}."
        )
        hint = f"Move it (POST /agenda/{known.id}/move), cancel it, or take one of the slots in this answer."
        return SlotGone(said, near, code="already_booked", hint=hint)

    async def confirm(self, account_id: AccountId, number: int, *, who: str) -> Booking:
        """Book what is held, with a receipt; a second time finds the same.

        Raises:
            SlotGone: the hold has expired. Conflict: it was cancelled.
        """
        now = self._clock.now()
        booking, _ = await self._bookings.confirm(account_id, number, receipt=new_receipt(), now=now, who=who)
        if booking.state is State.BOOKED:
            return booking
        if booking.state is State.EXPIRED:
            desk = await self._finding.desk(account_id, booking.person)
            raise await self._gone(desk, booking.start, None, "hold_expired")
        raise _over(booking)

    async def move(self, account_id: AccountId, number: int, wanted: Wanted, *, who: str) -> Booking:
        """Give it another time, and another salesperson if one is named. The receipt stays; the old time is given back.

        Raises:
            SlotGone, SlotImpossible: with the nearest free slots. Conflict: it is over.
        """
        before = await self._calendar.get(account_id, number)
        if not before.state.is_live:
            raise _over(before)
        desk = await self._finding.desk(account_id, before.person, seller_id=wanted.seller_id or before.seller_id)
        length = wanted.length or before.end - before.start
        start = await self._possible(desk, Wanted(wanted.start, wanted.seller_id, length), before.timezone)
        seller: Availability = desk.sellers[0]
        if (start, start + length, seller.seller_id) == (before.start, before.end, before.seller_id):
            return before
        times = (start, start + length)
        try:
            moved = await self._bookings.move(account_id, number, seller, times, now=desk.now, who=who)
        except Elsewhere as busy:
            raise await self._elsewhere(desk, busy.booking, start, length) from None
        if moved is None:
            raise await self._gone(desk, start, length)
        if not moved.state.is_live or moved.start != start:
            raise _over(moved)
        return moved

    async def cancel(self, account_id: AccountId, number: int, *, who: str, why: str = "") -> Booking:
        """Give the time back; a second time changes nothing."""
        booking = await self._bookings.cancel(account_id, number, now=self._clock.now(), who=who, why=why)
        if booking.state is State.NO_SHOW:
            raise _over(booking)
        return booking

    async def no_show(self, account_id: AccountId, number: int, *, who: str) -> Booking:
        """Nobody came.

        Raises:
            Conflict: it was never booked, or its time is still to come.
        """
        booking = await self._bookings.no_show(account_id, number, now=self._clock.now(), who=who)
        if booking.state is State.BOOKED:
            raise Conflict("Its time is still to come.", hint="Cancel it instead.", code="not_yet")
        if booking.state is not State.NO_SHOW:
            raise _over(booking)
        return booking

    async def get(self, account_id: AccountId, number: int) -> Booking:
        return await self._calendar.get(account_id, number)

    async def page(
        self, account_id: AccountId, search: Search, *, cursor: str | None, limit: int
    ) -> tuple[list[Booking], str | None]:
        """Bookings by their time, and where to go on; None behind the last."""
        found = await self._calendar.page(account_id, search, after=_from_cursor(cursor, search), limit=limit + 1)
        page = found[:limit]
        following = f"{page[-1].start.isoformat()}~{page[-1].id}" if len(found) > limit else None
        return page, following

    async def availability(self, account_id: AccountId, seller_id: str) -> Availability:
        return await self._availabilities.of(account_id, seller_id)

    async def set_availability(self, account_id: AccountId, new: Availability) -> Availability:
        """Give a salesperson hours of their own. What is booked already stays booked."""
        await self._availabilities.of(account_id, new.seller_id)
        await self._availabilities.save(account_id, new)
        return await self._availabilities.of(account_id, new.seller_id)

    async def expire(self) -> None:
        """End the holds whose time is over; their times were free for others already."""
        await self._calendar.sweep(now=self._clock.now())


def _over(booking: Booking) -> Conflict:
    return Conflict(
        f"Booking {booking.id} is {booking.state.value.replace('_', ' ')}.",
        hint="Ask for a new slot: POST /agendamento/request.",
        code=f"booking_{booking.state.value}",
    )


def _from_cursor(cursor: str | None, search: Search) -> tuple[datetime, int]:
    if cursor is None:
        return search.start, 0
    at, _, number = cursor.partition("~")
    try:
        found = datetime.fromisoformat(at), int(number)
    except ValueError:
        found = None
    if (
        found is None
        or found[0].tzinfo is None
        or not (_FIRST_YEAR <= found[0].year <= _LAST_YEAR and 0 <= found[1] < 2**63)
    ):
        raise Rejected("This cursor is none of ours.", hint="Give the cursor of the answer before.", code="bad_cursor")
    return found
