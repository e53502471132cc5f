"""The agenda: what is free, what is booked, and changing it."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from app.domain.agenda import Search, State
from app.routes.agenda_answers import (
    BOOKING,
    SLOT,
    AgendaRoute,
    BookingView,
    OfferView,
    about_slots,
    caller_of,
    offer_view,
    viewed,
)
from app.routes.agendamento import Minutes
from app.routes.deps import Node, Reader, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.routes.fields import Ref, Strict, Words
from app.routes.watching import Limit
from app.services.agenda.calendar import ics
from app.services.agenda.wanted import slot_named

router = APIRouter(tags=["agenda"], route_class=AgendaRoute)
_FIRST_YEAR, _LAST_YEAR = 1971, 9000


def _a_day_or_a_time(value: Any) -> Any:
    """What is written as a day is one; all else is for the model to judge."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == _DAYS_LETTERS else value
    except ValueError:
        return value


def _in_our_years(value: date) -> date:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"a time lies between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return value


_DAYS_LETTERS = len("2026-12-15")
When = Annotated[date | datetime, BeforeValidator(_a_day_or_a_time), AfterValidator(_in_our_years)]
BookingId = Annotated[int, Path(ge=1, lt=2**63, description="From GET /agenda.")]
_SellerQuery = Annotated[str | None, Query(pattern=r"^[!-~]{1,128}$", description="Only this salesperson's.")]
_DAY = timedelta(days=1)


class AgendaAnswer(BaseModel):
    bookings: list[BookingView]
    cursor: str | None = None


class SlotsAnswer(BaseModel):
    slots: list[OfferView]


@router.get("/agenda/slots", summary="Free times", responses=shows({"slots": [SLOT]}, 401, 403, 404, 409, 422, 503))
async def free_slots(
    request: Request,
    services: Services,
    who: Reader,
    seller_id: _SellerQuery = None,
    start: Annotated[When | None, Query(alias="from", description="From then on; now, if not given.")] = None,
    end: Annotated[When | None, Query(alias="until", description="Until then; a week later, if not given.")] = None,
    timezone: Annotated[
        str | None, Query(max_length=64, description="The customer's; the account's if not given.")
    ] = None,
    limit: Limit = 50,
) -> SlotsAnswer:
    """Of the salesperson who is named, or of the first in turn who has any, in order.

    `from` and `until` are days or times; one without an offset is local in `timezone`, else in the account's zone.
    """
    caller = caller_of(request, who, timezone=timezone, seller_id=seller_id)
    window = await services.scheduling.requesting.span(caller, start, end, back=0 * _DAY, ahead=7 * _DAY)
    found = await services.scheduling.requesting.free(caller, window, limit=limit)
    return SlotsAnswer(slots=[offer_view(one) for one in found])


@router.get(
    "/agenda",
    summary="What is held and booked",
    responses=shows({"bookings": [BOOKING], "cursor": None}, 401, 403, 422, 503),
)
async def agenda(
    request: Request,
    services: Services,
    who: Reader,
    start: Annotated[When | None, Query(alias="from", description="From then on; a day ago, if not given.")] = None,
    end: Annotated[When | None, Query(alias="until", description="Until then; 90 days later, if not given.")] = None,
    seller_id: _SellerQuery = None,
    contact_id: Annotated[Ref | None, Query(description="Only this contact's.")] = None,
    lead_id: Annotated[Ref | None, Query(description="Only this lead's.")] = None,
    state: Annotated[State | None, Query(description="Only in this state; held and booked, if not given.")] = None,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=80, description="From the answer before, for the rest.")] = None,
) -> AgendaAnswer:
    """In the order of time. `from` and `until` are days or times; one without an offset is in the account's zone."""
    window = await services.scheduling.requesting.span(caller_of(request, who), start, end, back=_DAY, ahead=89 * _DAY)
    states = (state,) if state else (State.HELD, State.BOOKED)
    search = Search(window.start, window.end, seller_id, contact_id, lead_id, states)
    page, following = await services.scheduling.agenda.page(who.account_id, search, cursor=cursor, limit=limit)
    return AgendaAnswer(bookings=[await viewed(services, one) for one in page], cursor=following)


@router.get(
    "/agenda/{booking_id}.ics",
    summary="A booking as a calendar file",
    response_class=Response,
    responses={
        200: {"content": {"text/calendar": {"example": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}}},
        **errors(401, 403, 404, 422, 503),
    },
)
async def calendar_file(booking_id: BookingId, services: Services, who: Reader) -> Response:
    """The same entry after every move; a cancelled booking takes it out of the calendar."""
    booking = await services.scheduling.agenda.get(who.account_id, booking_id)
    locale = await services.scheduling.requesting.locale(who.account_id, booking)
    name = {"Content-Disposition": f'attachment; filename="agenda-{booking.id}.ics"'}
    return Response(ics(booking, locale=locale), media_type="text/calendar; charset=utf-8", headers=name)


@router.get("/agenda/{booking_id}", summary="One booking", responses=shows(BOOKING, 401, 403, 404, 422, 503))
async def one_booking(booking_id: BookingId, services: Services, who: Reader) -> BookingView:
    """As it is now."""
    return await viewed(services, await services.scheduling.agenda.get(who.account_id, booking_id))


@router.post(
    "/agenda/{booking_id}/confirm",
    summary="Book what is held",
    responses=about_slots(BOOKING, 401, 403, 404, 409, 422, 503),
)
async def confirm_booking(booking_id: BookingId, request: Request, services: Services, who: Node) -> BookingView:
    """With a receipt. A second time finds the same; 409 with free slots when the hold has expired."""
    caller_of(request, who)
    return await viewed(services, await services.scheduling.agenda.confirm(who.account_id, booking_id, who=who.who))


class Move(Strict):
    """Where to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"slot": "11087001@2026-12-16T17:00:00Z"}]})

    slot: Words = Field(
        min_length=1,
        max_length=200,
        validation_alias=AliasChoices("slot", "horario"),
        description="The id of a slot, or a time as 2026-12-15T14:00.",
    )
    minutes: Minutes | None = Field(default=None, validation_alias=AliasChoices("minutes", "minutos"))


@router.post(
    "/agenda/{booking_id}/move",
    summary="Give a booking another time",
    responses=about_slots(BOOKING, 401, 403, 404, 409, 413, 422, 503),
)
async def move_booking(
    booking_id: BookingId, body: Move, request: Request, services: Services, who: Node
) -> BookingView:
    """The receipt stays and the old time is free again. Another salesperson only where the slot names one."""
    caller_of(request, who)
    wanted = slot_named(body.slot, length=timedelta(minutes=body.minutes) if body.minutes else None)
    return await viewed(
        services, await services.scheduling.agenda.move(who.account_id, booking_id, wanted, who=who.who)
    )


class Cancel(Strict):
    """Why, for the audit; never told to the customer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "customer"}]})

    reason: Words = Field(default="", max_length=200, validation_alias=AliasChoices("reason", "motivo"))


@router.post(
    "/agenda/{booking_id}/cancel",
    summary="Give the time back",
    responses=shows({**BOOKING, "state": "cancelled"}, 401, 403, 404, 409, 413, 422, 503),
)
async def cancel_booking(
    booking_id: BookingId, services: Services, who: Node, body: Cancel | None = None
) -> BookingView:
    """With a reason or, as well, without a body. A second time changes nothing."""
    agenda, why = services.scheduling.agenda, body.reason if body else ""
    return await viewed(services, await agenda.cancel(who.account_id, booking_id, who=who.who, why=why))


@router.post(
    "/agenda/{booking_id}/no-show",
    summary="Nobody came",
    responses=shows({**BOOKING, "state": "no_show"}, 401, 403, 404, 409, 422, 503),
)
async def mark_no_show(booking_id: BookingId, services: Services, who: Node) -> BookingView:
    """Only once its time has come."""
    return await viewed(services, await services.scheduling.agenda.no_show(who.account_id, booking_id, who=who.who))
