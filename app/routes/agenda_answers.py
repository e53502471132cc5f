"""How the agenda's answers look: slots and bookings in both zones, refusals with the nearest free slots."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, cast

from fastapi import Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.domain.agenda import Booking, Slot
from app.domain.zones import shown_in
from app.routes.bounds import BoundedRoute
from app.routes.doors import Doors
from app.routes.errors import ErrorBody
from app.routes.errors import errors as plain_errors
from app.services.accounts.directory import Identity
from app.services.agenda.finding import SlotGone, SlotImpossible
from app.services.agenda.offers import Offer
from app.services.agenda.requesting import Caller
from app.services.agenda.wording import told
from app.services.bot_control.address import Named

Json = dict[str, Any]
_ID = "11087001"

SLOT: Json = {
    "slot": f"{_ID}@2026-12-15T17:00:00Z",
    "seller_id": _ID,
    "seller_name": "Ana",
    "start": "2026-12-15T14:00:00-03:00",
    "end": "2026-12-15T14:30:00-03:00",
    "label": "terça, 15/12 às 14:00",
    "timezone": "America/Sao_Paulo",
    "seller_start": "2026-12-15T14:00:00-03:00",
    "seller_timezone": "America/Sao_Paulo",
}
BOOKING: Json = {
    "id": 7,
    "state": "booked",
    "seller_id": _ID,
    "seller_name": "Ana",
    "conversation_id": 1,
    "contact_id": "59400001",
    "lead_id": "41800001",
    "title": "Visita",
    "start": "2026-12-15T14:00:00-03:00",
    "end": "2026-12-15T14:30:00-03:00",
    "timezone": "America/Sao_Paulo",
    "label": "terça, 15/12 às 14:00",
    "hold_until": None,
    "receipt": "AG-7KM2Q9XD",
    "moves": 0,
    "calendar": "/agenda/7.ics",
}
_GONE: Json = {
    "error": {
        "code": "slot_taken",
        "message": "Somebody else has this time.",
        "hint": "Take one of the slots in this answer.",
    },
    "slots": [SLOT],
}
_IMPOSSIBLE: Json = {
    "error": {
        "code": "outside_hours",
        "message": "Nobody can be met at this time.",
        "hint": "Take one of the slots in this answer.",
    },
    "slots": [SLOT],
}


class OfferView(BaseModel):
    """A free slot; `slot` names it. `start` carries the customer's offset, `seller_start` the salesperson's."""

    slot: str
    seller_id: str
    seller_name: str
    start: datetime
    end: datetime
    label: str
    timezone: str
    seller_start: datetime
    seller_timezone: str


class BookingView(BaseModel):
    """A time that is or was held or booked; its times carry the customer's offset. `receipt` makes it real."""

    id: int
    state: str
    seller_id: str
    seller_name: str
    conversation_id: int | None
    contact_id: str | None
    lead_id: str | None
    title: str
    start: datetime
    end: datetime
    timezone: str
    label: str
    hold_until: datetime | None
    receipt: str | None
    moves: int
    calendar: str


class SlotRefusal(BaseModel):
    """An error that is about a time: `slots` are the nearest free ones, empty when it is about something else."""

    error: ErrorBody
    slots: list[OfferView] = []


def offer_view(offer: Offer) -> OfferView:
    slot = offer.slot
    return OfferView(
        slot=slot.id,
        seller_id=slot.seller_id,
        seller_name=offer.seller_name,
        start=shown_in(slot.start, offer.timezone),
        end=shown_in(slot.end, offer.timezone),
        label=offer.label,
        timezone=offer.timezone,
        seller_start=shown_in(slot.start, offer.seller_timezone),
        seller_timezone=offer.seller_timezone,
    )


def booking_view(booking: Booking, locale: str) -> BookingView:
    zone = booking.timezone
    person = booking.person
    return BookingView(
        id=booking.id,
        state=booking.state.value,
        seller_id=booking.seller_id,
        seller_name=booking.seller_name,
        conversation_id=person.conversation_id,
        contact_id=person.contact_id,
        lead_id=person.lead_id,
        title=booking.title,
        start=shown_in(booking.start, zone),
        end=shown_in(booking.end, zone),
        timezone=zone,
        label=told(booking.start, zone, locale),
        hold_until=shown_in(booking.hold_until, zone) if booking.hold_until else None,
        receipt=booking.receipt,
        moves=booking.moves,
        calendar=f"/agenda/{booking.id}.ics",
    )


def about_slots(good: Json, *statuses: int) -> dict[int | str, Json]:
    """The answers of an operation that gives times: a good one, and its errors; 409 and 422 with free slots."""
    shown = {200: {"content": {"application/json": {"example": good}}}, **plain_errors(*statuses)}
    shown[409] = _refusal("The time is gone, the hold has expired, or the booking is over.", _GONE)
    shown[422] = _refusal(
        "The request must change; where it is about a time, with the nearest free slots.", _IMPOSSIBLE
    )
    return shown


def _refusal(said: str, example: Json) -> Json:
    return {"model": SlotRefusal, "description": said, "content": {"application/json": {"example": example}}}


class AgendaRoute(BoundedRoute):
    """A route that answers a refused time with the nearest free slots beside the error."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_slots(request: Request) -> Response:
            try:
                return await handle(request)
            except (SlotGone, SlotImpossible) as refused:
                status = 409 if isinstance(refused, SlotGone) else 422
                offers = await _told(request, refused.nearest)
                error = ErrorBody(code=refused.code, message=refused.message, hint=refused.hint)
                body = SlotRefusal(error=error, slots=[offer_view(one) for one in offers])
                return JSONResponse(jsonable_encoder(body), status_code=status)

        return with_slots


async def _told(request: Request, slots: Sequence[Slot]) -> Sequence[Offer]:
    caller = cast("Caller | None", getattr(request.state, "agenda_caller", None))
    doors = cast("Doors", request.app.state.doors)
    return await doors.scheduling.requesting.told(caller, tuple(slots)) if caller else ()


def remember(request: Request, caller: Caller) -> Caller:
    """For whom a refusal is told: kept with the request until it is answered."""
    request.state.agenda_caller = caller
    return caller


def caller_of(request: Request, who: Identity, **more: Any) -> Caller:
    """The caller of a route that names no customer."""
    return remember(request, Caller(who.account_id, more.pop("named", Named()), who.who, **more))


async def viewed(doors: Doors, booking: Booking) -> BookingView:
    """A booking in the language of its customer."""
    return booking_view(booking, await doors.scheduling.requesting.locale(booking.account_id, booking))
