"""Finds the people and the times: whom a booking is for, whose turn it is, what is free, and what is nearest to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from app.domain.agenda import Availability, Customs, Person, Slot
from app.domain.clock import Clock
from app.domain.errors import Conflict, NeedsHuman, NotFound, OutcomeUnknown, Rejected, Retryable
from app.domain.ids import AccountId, LeadId
from app.services.agenda.knowing import Knowing
from app.services.agenda.slots import Window, free_slots, is_free, nearest
from app.services.bot_control.address import Named, choose
from app.store import control
from app.store.agenda import Calendar, Load
from app.store.availability import Availabilities, House
from app.store.database import Database
from app.store.owners import Owners

MOST_SLOTS = 5
# The others' time is looked through piece by piece, each twice as long as the one before.
_FIRST_STEP = timedelta(days=2)
# How far around a wished time another one is looked for, in days before and after: near ones first.
_AROUND = ((1, 2), (7, 14), (366, 366))


class NoSuchSeller(NotFound):
    """Nobody of that id can be met."""


class SlotGone(Conflict):
    """The time was free, and is not any more. `nearest` are those that are."""

    code = "slot_taken"

    def __init__(self, message: str, nearest: Sequence[Slot], *, code: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint or "Take one of the slots in this answer.", code=code)
        self.nearest = tuple(nearest)


class SlotImpossible(Rejected):
    """Nobody could have this time. `nearest` are those that can be had."""

    code = "slot_impossible"

    def __init__(self, message: str, nearest: Sequence[Slot], *, code: str = "") -> None:
        super().__init__(message, hint="Take one of the slots in this answer.", code=code)
        self.nearest = tuple(nearest)


@dataclass(frozen=True, slots=True)
class Desk:
    """An account's agenda at this moment: its customs, its people in the order of whose turn it is, the time."""

    account_id: AccountId
    house: House
    customs: Customs
    sellers: tuple[Availability, ...]
    now: datetime

    @property
    def earliest(self) -> datetime:
        return self.now + timedelta(minutes=self.customs.notice_minutes)

    @property
    def latest(self) -> datetime:
        return self.now + timedelta(days=self.customs.horizon_days)

    def seller(self, seller_id: str) -> Availability | None:
        return next((one for one in self.sellers if one.seller_id == seller_id), None)


class Finding:
    """Reads, and changes nothing."""

    def __init__(self, database: Database, clock: Clock, knowing: Knowing | None = None) -> None:
        self._database = database
        self._knowing = knowing
        self._clock = clock
        self._owners = Owners(database)
        self._calendar = Calendar(database)
        self._availabilities = Availabilities(database)

    async def person(self, account_id: AccountId, named: Named, *, sure: bool = True) -> Person:
        """Whom the caller named; a contact or lead that has not written yet is somebody, too.

        Where nobody needs to be sure, a CRM that cannot be asked is taken at the caller's word.

        Raises:
            NotFound: there is no such conversation, contact or lead, neither here nor in the CRM.
        """
        scope, typed = named.scope_and_id
        if not typed:
            return Person()
        async with self._database.transaction() as tx:
            target = choose(await control.find_targets(tx, account_id, typed), named)
        found = await self._calendar.person(account_id, target.conversations)
        contact, lead = (typed if scope == one else None for one in ("contact", "lead"))
        if found is None:
            return await self._known(account_id, Person(contact_id=contact, lead_id=lead), sure=sure)
        return Person(found.conversation_id, contact or found.contact_id, lead or found.lead_id, found.locale)

    async def _known(self, account_id: AccountId, person: Person, *, sure: bool) -> Person:
        if self._knowing is None:
            return person
        try:
            return await self._knowing.known(account_id, person)
        except (Retryable, OutcomeUnknown, NeedsHuman):
            if sure:
                raise
            return person

    async def house(self, account_id: AccountId) -> House:
        """What the account says about its agenda."""
        return await self._availabilities.house(account_id)

    def now(self) -> datetime:
        return self._clock.now()

    async def desk(
        self, account_id: AccountId, person: Person, *, seller_id: str | None = None, around: datetime | None = None
    ) -> Desk:
        """The account's people, the one whose turn it is at that time first; only the one that was named, if one was.

        Raises:
            NoSuchSeller: nobody of that id can be met. Conflict: nobody at all can.
        """
        now = self._clock.now()
        house = await self._availabilities.house(account_id)
        sellers = await self._availabilities.all(account_id, house, only=None if seller_id is None else [seller_id])
        if seller_id is not None and not sellers:
            raise NoSuchSeller("No active salesperson has this id.", hint="GET /vendedores shows those there are.")
        if not sellers:
            raise Conflict(
                "Nobody is there to be met.",
                hint="Sync or add salespeople: POST /vendedores/sincronizar.",
                code="nobody",
            )
        if len(sellers) > 1:
            owner = await self._owner(account_id, person)
            load = await self._calendar.load(account_id, person.contact_id, around=around or now)
            sellers = in_turn(sellers, load, owner)
        return Desk(account_id, house, house.customs, tuple(sellers), now)

    async def _owner(self, account_id: AccountId, person: Person) -> str | None:
        """Whose lead it is by the CRM's last word. It is not asked again here: a slot must not wait for it."""
        known = await self._owners.of_lead(account_id, LeadId(person.lead_id)) if person.lead_id else None
        return known.seller_id if known else None

    async def free(self, desk: Desk, window: Window, *, limit: int = MOST_SLOTS) -> list[Slot]:
        """The first free slots in this time of whose turn it is; of the others in turn only where that one has none."""
        bounded = Window(max(window.start, desk.earliest), min(window.end, desk.latest), window.length)
        first, others = replace(desk, sellers=desk.sellers[:1]), replace(desk, sellers=desk.sellers[1:])
        found = await self._first_of_any(first, bounded, limit)
        start, step = bounded.start, _FIRST_STEP
        while not found and others.sellers and start < bounded.end:
            end = min(start + step, bounded.end)
            found = await self._first_of_any(others, replace(bounded, start=start, end=end), limit)
            start, step = end, step * 2
        return found

    async def _first_of_any(self, desk: Desk, window: Window, limit: int) -> list[Slot]:
        if window.start >= window.end:
            return []
        taken = await self._taken(desk, window.start, window.end)
        for seller in desk.sellers:
            if found := list(islice(free_slots(seller, taken.get(seller.seller_id, ()), window), limit)):
                return found
        return []

    async def who_is_free(self, desk: Desk, start: datetime, *, length: timedelta | None = None) -> list[Availability]:
        """Those who have exactly this time, in turn."""
        taken = await self._taken(desk, start, start + timedelta(days=1))
        return [one for one in desk.sellers if is_free(one, taken.get(one.seller_id, ()), start, length=length)]

    async def nearest(
        self,
        desk: Desk,
        wanted: datetime,
        *,
        length: timedelta | None = None,
        but: tuple[datetime, datetime] | None = None,
    ) -> list[Slot]:
        """The free slots nearest to a time, of anybody; none that overlaps `but`."""
        found: list[Slot] = []
        wanted = min(max(wanted, desk.earliest), desk.latest)
        for before, after in _AROUND:
            start = max(wanted - timedelta(days=before), desk.earliest)
            end = min(wanted + timedelta(days=after), desk.latest)
            found = await self.free_of_all(desk, Window(start, end, length)) if start < end else []
            found = [slot for slot in found if but is None or slot.end <= but[0] or slot.start >= but[1]]
            if len(found) >= MOST_SLOTS:
                break
        return nearest(found, wanted, limit=MOST_SLOTS)

    async def free_of_all(self, desk: Desk, window: Window) -> list[Slot]:
        """Every free slot of everybody in this time."""
        taken = await self._taken(desk, window.start, window.end)
        return [slot for one in desk.sellers for slot in free_slots(one, taken.get(one.seller_id, ()), window)]

    async def _taken(self, desk: Desk, start: datetime, end: datetime) -> dict[str, list[tuple[datetime, datetime]]]:
        # Beyond the window by a day: a slot that begins in it may end after it.
        names = [one.seller_id for one in desk.sellers]
        only = names if len(names) == 1 else None
        return await self._calendar.busy(
            desk.account_id, start - timedelta(days=1), end + timedelta(days=1), now=desk.now, only=only
        )


def in_turn(sellers: Sequence[Availability], load: dict[str, Load], owner: str | None) -> list[Availability]:
    """Whose lead it is; then who met this contact last; then who has least to do around that time. Pure."""

    def place(one: Availability) -> tuple[object, ...]:
        known = load.get(one.seller_id, Load())
        met = -known.met.timestamp() if known.met else 0.0
        return (one.seller_id != owner, known.met is None, met, known.coming, one.seller_id)

    return sorted(sellers, key=place)
