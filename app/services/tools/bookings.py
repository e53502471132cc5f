"""The tools of the agenda: what is free, holding, booking, cancelling. A booking is real when it has a receipt."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from app.domain.agenda import Booking, Person, Search, State
from app.domain.clock import Clock
from app.domain.errors import Rejected
from app.domain.tools import ToolAnswer, TurnRef
from app.services.agenda.assembly import Scheduling
from app.services.agenda.finding import SlotGone, SlotImpossible
from app.services.agenda.offers import Offer
from app.services.agenda.requesting import Answer, Caller, Outcome, is_of
from app.services.agenda.wanted import Wanted, slot_named
from app.services.agenda.wording import told
from app.services.bot_control.address import Named
from app.services.tools.answers import done, failed, would
from app.services.tools.arguments import CancelBooking, ConfirmSlot, FreeSlots, HoldSlot
from app.services.tools.chat import WHO
from app.services.tools.fence import Fence
from app.store.database import Tx
from app.store.tool_calls import Call, Scene, ToolCalls, call_of, note_booking

_AHEAD = timedelta(days=400)
_MOST = 20
# What was booked so lately is what a second "confirm" means: two askers of one turn may overtake each other.
_JUST_NOW = timedelta(minutes=2)


class NoneMeant(Rejected):
    """Which booking is meant cannot be told; the message says what to do."""

    code = "no_such_booking"


class BookingTools:
    """Free times, hold, confirm, cancel, for the customer of the turn and nobody else."""

    def __init__(self, calls: ToolCalls, clock: Clock, *, fence: Fence, scheduling: Scheduling) -> None:
        self._calls = calls
        self._clock = clock
        self._fence = fence
        self._scheduling = scheduling

    async def free_slots(self, turn: TurnRef, given: FreeSlots) -> ToolAnswer:
        """Read only: what the agenda offers for a wish."""
        caller = _caller(turn, seller_id=given.seller_id or None)
        if not given.when:
            return await self._next(turn, caller)
        found = await self._scheduling.requesting.wish(caller, given.when, length=_length(given.minutes))
        return _offered(found)

    async def _next(self, turn: TurnRef, caller: Caller) -> ToolAnswer:
        scene = await self._calls.scene(turn)
        found = await self._scheduling.offering.next_free(
            turn.account_id, seller_id=caller.seller_id, locale=scene.locale if scene else None
        )
        if not found:
            return failed("nothing_free", "Nothing is free in the next weeks. Say so, and call hand_over.")
        others = caller.seller_id not in (None, found.offers[0].slot.seller_id)
        heading = "This salesperson has no free time. The next of others:" if others else "The next free times:"
        return done(f"{heading}\n{_listed(found.offers)}\n{_OFFER}", slots=_data(found.offers))

    async def hold_slot(self, turn: TurnRef, given: HoldSlot) -> ToolAnswer:
        """The same call of one turn finds what it held before."""
        if not turn.dry_run:
            await self._fence.check(turn)
        caller = _caller(turn)
        wanted = await self._wanted(caller, given)
        if isinstance(wanted, ToolAnswer):
            return wanted
        if turn.dry_run:
            return would(f"hold {given.slot} for the customer; then confirm_slot books it.")
        key = call_of(turn, "hold_slot", given.told()).key
        requesting = self._scheduling.requesting.within(partial(self._fence.opening, turn))
        try:
            held = await requesting.slot(caller, wanted, title=given.title, key=key, confirm=False)
        except (SlotGone, SlotImpossible) as refused:
            return await self._refused(caller, refused)
        return _holds(held)

    async def _wanted(self, caller: Caller, given: HoldSlot) -> Wanted | ToolAnswer:
        """The slot that is meant, by its id or as a time; or what to ask the customer."""
        length = _length(given.minutes)
        if "@" in given.slot:
            return slot_named(given.slot, length=length)
        found = await self._scheduling.requesting.wish(caller, given.slot, length=length)
        if found.understood is not None and found.understood.exact:
            return Wanted(found.understood.start, None, length)
        if found.asked is not None:
            return _ask(found)
        return failed(
            "not_exact", f"Name one exact time. Free then:\n{_listed(found.offers)}", slots=_data(found.offers)
        )

    async def confirm_slot(self, turn: TurnRef, given: ConfirmSlot) -> ToolAnswer:
        """Book what is held; asked again, the same receipt."""
        if turn.dry_run:
            return would("book the time that is held, and get a receipt.")
        await self._fence.check(turn)
        call = call_of(turn, "confirm_slot", given.told())
        caller = _caller(turn)
        number = await self._meant(call, given.booking, (State.HELD,))
        opening = partial(self._noting, call, number, State.BOOKED)
        try:
            booked = await self._scheduling.requesting.within(opening).confirm(caller, number)
        except SlotGone as refused:
            return await self._refused(caller, refused)
        booking = booked.booking
        receipt = booking.receipt if booking else None
        text = f"Booked. Receipt {receipt}. Tell the customer, with the receipt: {booked.message}"
        return done(text, booking=number, receipt=receipt, message=booked.message)

    async def cancel_booking(self, turn: TurnRef, given: CancelBooking) -> ToolAnswer:
        """Give the time back; asked again, nothing changes."""
        if turn.dry_run:
            return would("cancel the customer's appointment.")
        await self._fence.check(turn)
        call = call_of(turn, "cancel_booking", given.told())
        number = await self._meant(call, given.booking, (State.HELD, State.BOOKED))
        agenda = self._scheduling.agenda.within(partial(self._noting, call, number, State.CANCELLED, State.EXPIRED))
        booking = await agenda.cancel(turn.account_id, number, who=WHO, why="tool")
        scene = await self._calls.scene(turn)
        at = told(booking.start, booking.timezone, scene.locale if scene else "pt-BR")
        return done(f"Cancelled: {at} with {booking.seller_name}. Tell the customer.", booking=number)

    @asynccontextmanager
    async def _noting(self, call: Call, number: int, *wanted: State) -> AsyncGenerator[Tx]:
        """The fence's transaction; with what is done in it is kept which booking this call has meant."""
        async with self._fence.opening(call.turn) as tx:
            yield tx
            await note_booking(tx, call, number, *wanted)

    async def _meant(self, call: Call, said: str, states: tuple[State, ...]) -> int:
        """Which booking is meant: what the same call meant before, what was named, else the only one there is.

        Raises:
            NoneMeant: with what to do.
        """
        scene = await self._calls.scene(call.turn)
        mine = await self._coming(call.turn, scene) if scene else []
        # Read last: where the same call has just changed what there is, it is known here.
        before = await self._calls.known(call)
        fitting = [one for one in mine if one.state in states]
        if before is not None and before.ok and before.booking_id is not None:
            return _meant_again(before.booking_id, fitting, said, states)
        if not said and not fitting and State.BOOKED not in states:
            fitting = [one for one in mine if one.booked_at and self._clock.now() - one.booked_at < _JUST_NOW]
        named = [one for one in mine if said.upper() in (str(one.id), one.receipt)] if said else fitting
        if len(named) == 1:
            return named[0].id
        raise NoneMeant(_which(fitting, mine, scene, said))

    async def _coming(self, turn: TurnRef, scene: Scene) -> list[Booking]:
        """What this customer has before them. A lead may be several people's, so each is looked at."""
        if scene.contact_id is None and scene.lead_id is None:
            return []
        now = self._clock.now()
        whom = {"contact_id": scene.contact_id} if scene.contact_id else {"lead_id": scene.lead_id}
        states = (State.HELD, State.BOOKED)
        search = Search(now, now + _AHEAD, **whom, states=states)
        found, _ = await self._scheduling.agenda.page(turn.account_id, search, cursor=None, limit=_MOST)
        me = Person(turn.conversation_id, scene.contact_id, scene.lead_id)
        return [one for one in found if is_of(one.person, me) and (one.hold_until is None or one.hold_until > now)]

    async def _refused(self, caller: Caller, refused: SlotGone | SlotImpossible) -> ToolAnswer:
        offers = await self._scheduling.requesting.told(caller, refused.nearest)
        if not offers:
            return failed(refused.code, f"{refused.message} Nothing else is free near it. Ask for another day.")
        return failed(refused.code, f"{refused.message} Free now:\n{_listed(offers)}\n{_OFFER}", slots=_data(offers))


_OFFER = "Offer these to the customer, and no others. To keep one, call hold_slot with its id."


def _caller(turn: TurnRef, *, seller_id: str | None = None) -> Caller:
    return Caller(turn.account_id, Named(conversation_id=str(turn.conversation_id)), WHO, seller_id=seller_id)


def _meant_again(before: int, fitting: list[Booking], said: str, states: tuple[State, ...]) -> int:
    """What the same call meant before, unless another time has been held since: then a confirmation means that one.

    Not so a cancellation: a brain that is asked twice would cancel what it has booked in the place of the first. Pure.
    """
    since = [one.id for one in fitting if one.id > before]
    return since[0] if len(since) == 1 and not said and State.BOOKED not in states else before


def _length(minutes: int) -> timedelta | None:
    return timedelta(minutes=minutes) if minutes else None


def _offered(found: Answer) -> ToolAnswer:
    listed, data = _listed(found.offers), _data(found.offers)
    match found.outcome:
        case Outcome.ASK:
            return _ask(found)
        case Outcome.NOTHING:
            return done("Nothing is free in that time. Ask the customer for another day.", slots=[])
        case Outcome.NEAREST:
            return done(f"Nothing is free then. The nearest:\n{listed}\n{_OFFER}", slots=data, exact=False)
        case _:
            return done(f"Free:\n{listed}\n{_OFFER}", slots=data, exact=True)


def _ask(found: Answer) -> ToolAnswer:
    return failed("not_clear", f'It is not clear which time is meant. Ask the customer: "{found.message}"')


def _holds(held: Answer) -> ToolAnswer:
    booking = held.booking
    if booking is None or not booking.state.is_live:
        return failed("hold_over", "This time was held and given up since. Call free_slots, and hold another.")
    data = {"booking": booking.id, "receipt": booking.receipt, "message": held.message}
    if booking.receipt:
        return done(f"The customer has this very time already, booking {booking.id}. Tell them: {held.message}", **data)
    text = (
        f"Held as booking {booking.id}, not booked yet. If the customer has said yes, call confirm_slot with this "
        f"number now; else ask: {held.message}"
    )
    return done(text, **data)


def _listed(offers: tuple[Offer, ...]) -> str:
    return "\n".join(f"- {one.label} with {one.seller_name}, id {one.slot.id}" for one in offers)


def _data(offers: tuple[Offer, ...]) -> list[dict[str, str]]:
    return [
        {"slot": one.slot.id, "label": one.label, "seller_id": one.slot.seller_id, "seller_name": one.seller_name}
        for one in offers
    ]


def _which(fitting: list[Booking], mine: list[Booking], scene: Scene | None, said: str) -> str:
    """Why no booking was found, and what to do. Pure."""
    locale = scene.locale if scene else "pt-BR"
    if said:
        start = "The customer has no such booking."
    elif not fitting:
        start = "No time is held for the customer." if mine else "The customer has no appointment."
    else:
        start = "The customer has several."
    shown = "\n".join(f"- {one.id}: {told(one.start, one.timezone, locale)}, {_state(one)}" for one in mine)
    if not mine:
        return f"{start} To book one, call hold_slot with the time that was agreed, then confirm_slot."
    return f"{start} They have:\n{shown}\nCall again with the number of the one that is meant, or ask the customer."


def _state(booking: Booking) -> str:
    return f"booked, receipt {booking.receipt}" if booking.receipt else "held, not booked"
