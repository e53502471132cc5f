"""What a workflow asks of the agenda in one call: a wish becomes slots, a slot a hold, a hold a booking."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.agenda import Booking, Person, Slot
from app.domain.errors import NotFound
from app.domain.ids import AccountId
from app.domain.wishes import AskBack, Wish, check_wish, read_wish
from app.domain.zones import bound, known_zone, local
from app.services.agenda import wording
from app.services.agenda.booking import Agenda
from app.services.agenda.finding import Desk, Finding
from app.services.agenda.offers import Offer, meetable, offers_of
from app.services.agenda.slots import Window
from app.services.agenda.wanted import Wanted
from app.services.bot_control.address import Named
from app.store.availability import House
from app.store.bookings import Opening


class Outcome(StrEnum):
    """What came of a request."""

    SLOTS = "slots"  # free times as wished
    NEAREST = "nearest"  # nothing is free then; these are the nearest
    NOTHING = "nothing"  # nothing is free at all
    ASK = "ask"  # the wish is not clear: ask the customer
    HELD = "held"
    BOOKED = "booked"


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom, in which zone and language, and who asks."""

    account_id: AccountId
    named: Named
    who: str
    timezone: str | None = None
    locale: str | None = None
    seller_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it, and the sentence that tells the customer."""

    outcome: Outcome
    message: str
    timezone: str
    locale: str
    offers: tuple[Offer, ...] = ()
    booking: Booking | None = None
    understood: Wish | None = None
    asked: AskBack | None = None


class Requesting:
    """Understands, offers, holds and books."""

    def __init__(self, finding: Finding, agenda: Agenda) -> None:
        self._finding = finding
        self._agenda = agenda

    def within(self, opening: Opening) -> "Requesting":
        """The same, as `Agenda.within`."""
        return Requesting(self._finding, self._agenda.within(opening))

    async def wish(self, caller: Caller, text: str | datetime, *, length: timedelta | None = None) -> Answer:
        """Free times for what the customer wishes, in their words or as a time that somebody else understood."""
        person = await self._finding.person(caller.account_id, caller.named, sure=False)
        zone, locale = _zone_and_locale(caller, await self._finding.house(caller.account_id), person)
        now = self._finding.now()
        if isinstance(text, str):
            found = read_wish(text, now=now, zone=zone, locale=locale)
        else:
            found = check_wish(text, now=now, zone=zone)
        around = None if isinstance(found, AskBack) else found.start
        desk = await self._finding.desk(caller.account_id, person, seller_id=caller.seller_id, around=around)
        if isinstance(found, AskBack):
            found = AskBack(found.trouble, meetable(desk, found.options, zone, length=length))
            return Answer(Outcome.ASK, wording.ask(found, locale), zone, locale, asked=found)
        return await self._offered(desk, found, zone, locale, length=length)

    async def _offered(self, desk: Desk, wish: Wish, zone: str, locale: str, *, length: timedelta | None) -> Answer:
        slots = await self._wished(desk, wish, length)
        outcome = Outcome.SLOTS
        if not slots:
            slots = await self._finding.nearest(desk, _wanted(wish, zone), length=length)
            outcome = Outcome.NEAREST if slots else Outcome.NOTHING
        offers = offers_of(desk, slots, zone, locale)
        sentence = {Outcome.SLOTS: "exactly" if wish.exact else "free"}.get(outcome, outcome.value)
        message = wording.say(
            sentence,
            locale,
            slots=wording.told_all([slot.start for slot in slots], zone, locale),
            seller=offers[0].seller_name if offers else "",
        )
        return Answer(outcome, message, zone, locale, offers, understood=wish)

    async def _wished(self, desk: Desk, wish: Wish, length: timedelta | None) -> list[Slot]:
        if not wish.exact:
            return await self._finding.free(desk, Window(wish.start, wish.end, length))
        if not desk.earliest <= wish.start <= desk.latest:
            return []
        free = await self._finding.who_is_free(desk, wish.start, length=length)
        return [Slot(wish.start, wish.start + (length or one.length), one.seller_id) for one in free[:1]]

    async def slot(self, caller: Caller, wanted: Wanted, *, title: str, key: str | None, confirm: bool) -> Answer:
        """Hold a slot; with `confirm`, book it at once."""
        person = await self._finding.person(caller.account_id, caller.named)
        wanted = Wanted(wanted.start, wanted.seller_id or caller.seller_id, wanted.length)
        zone = known_zone(caller.timezone) if caller.timezone else ""
        held = await self._agenda.hold(
            caller.account_id, wanted, person, who=caller.who, timezone=zone, title=title, key=key
        )
        if confirm:
            return await self._confirmed(caller, held.id)
        return await self._told(caller, held)

    async def confirm(self, caller: Caller, number: int) -> Answer:
        """Book what is held.

        Raises:
            NotFound: there is no such hold, or it is not the one of the person who was named.
        """
        booking = await self._agenda.get(caller.account_id, number)
        named = await self._finding.person(caller.account_id, caller.named)
        if not is_of(booking.person, named):
            raise NotFound(f"This person has no booking {number}.", hint="GET /agenda shows those there are.")
        return await self._confirmed(caller, number)

    async def _confirmed(self, caller: Caller, number: int) -> Answer:
        return await self._told(caller, await self._agenda.confirm(caller.account_id, number, who=caller.who))

    async def _told(self, caller: Caller, booking: Booking) -> Answer:
        locale = caller.locale or await self.locale(caller.account_id, booking)
        outcome = Outcome.BOOKED if booking.receipt else Outcome.HELD
        message = wording.of_booking(booking, outcome.value, locale)
        return Answer(outcome, message, booking.timezone, locale, booking=booking)

    async def locale(self, account_id: AccountId, booking: Booking) -> str:
        """The language in which a booking is told."""
        return booking.person.locale or (await self._finding.house(account_id)).locale

    async def span(
        self, caller: Caller, since: date | None, until: date | None, *, back: timedelta, ahead: timedelta
    ) -> Window:
        """The time that is meant by two days or times, local where they name no zone; `back` and `ahead` if not named.

        Raises:
            NoSuchTime: clocks are put forward over one of them.
        """
        zone, _ = _zone_and_locale(caller, await self._finding.house(caller.account_id), Person())
        start = self._finding.now() - back if since is None else bound(since, zone)
        return Window(start, start + back + ahead if until is None else bound(until, zone, last=True))

    async def free(self, caller: Caller, window: Window, *, limit: int) -> tuple[Offer, ...]:
        """The free slots of a salesperson, or of whoever's turn it is."""
        desk = await self._finding.desk(caller.account_id, Person(), seller_id=caller.seller_id)
        zone, locale = _zone_and_locale(caller, desk.house, Person())
        return offers_of(desk, await self._finding.free(desk, window, limit=limit), zone, locale)

    async def told(self, caller: Caller, slots: tuple[Slot, ...]) -> tuple[Offer, ...]:
        """Slots that a refusal names, as they are told."""
        desk = await self._finding.desk(caller.account_id, Person())
        zone, locale = _zone_and_locale(caller, desk.house, Person())
        return offers_of(desk, slots, zone, locale)


def is_of(whose: Person, named: Person) -> bool:
    """Whether a booking is of the one who was named; of whoever has it, where nobody was. Pure.

    The contact says it, where both are known; a lead or a chat may be several people's.
    """
    ids = [
        (named.contact_id, whose.contact_id),
        (named.conversation_id, whose.conversation_id),
        (named.lead_id, whose.lead_id),
    ]
    said = next(((mine, theirs) for mine, theirs in ids if mine is not None and theirs is not None), None)
    return said[0] == said[1] if said else all(mine is None for mine, _ in ids)


def _wanted(wish: Wish, zone: str) -> datetime:
    """The middle of what was wished, around which others are looked for; of whole days their morning."""
    if wish.exact or local(wish.start, zone).date() != local(wish.end, zone).date():
        return wish.start
    return wish.start + (wish.end - wish.start) / 2


def _zone_and_locale(caller: Caller, house: House, person: Person) -> tuple[str, str]:
    zone = known_zone(caller.timezone) if caller.timezone else house.timezone
    return zone, caller.locale or person.locale or house.locale
