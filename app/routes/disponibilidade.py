"""When a salesperson can be met: weekly hours, days that differ, public holidays."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from app.domain.agenda import Availability
from app.domain.written_hours import parse_hours, written_hours
from app.domain.zones import known_zone
from app.routes.agendamento import Minutes, Zone
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.routes.vendedores import SellerId

router = APIRouter(tags=["agenda"], route_class=BoundedRoute)

HOURS: dict[str, Any] = {
    "timezone": "America/Sao_Paulo",
    "week": {"mon": ["09:00-12:00", "13:00-18:00"], "tue": ["09:00-12:00", "13:00-18:00"]},
    "exceptions": {"2026-12-24": ["09:00-12:00"], "2026-12-28": []},
    "holidays": "BR-SP",
    "slot_minutes": 30,
    "buffer_before": 0,
    "buffer_after": 10,
}


class Hours(Strict):
    """Weekly hours in the salesperson's zone, days that differ, and whose public holidays are days off."""

    model_config = ConfigDict(json_schema_extra={"examples": [HOURS]})

    timezone: Zone = Field(validation_alias=AliasChoices("timezone", "fuso"))
    week: dict[Words, list[Words]] = Field(max_length=7, validation_alias=AliasChoices("week", "semana"))
    exceptions: dict[Words, list[Words]] = Field(
        default_factory=dict, max_length=1000, validation_alias=AliasChoices("exceptions", "excecoes")
    )
    holidays: Words | None = Field(
        default=None,
        max_length=6,
        validation_alias=AliasChoices("holidays", "feriados"),
        description='A country or region such as BR or BR-SP; "" for none. Left out: those that the account keeps.',
    )
    slot_minutes: Minutes = 30
    buffer_before: int = Field(default=0, ge=0, le=240)
    buffer_after: int = Field(default=0, ge=0, le=240)


class HoursAnswer(BaseModel):
    """`source`: own hours, or those of the account."""

    seller_id: str
    seller_name: str
    source: Literal["own", "account"]
    timezone: str
    week: dict[str, list[str]]
    exceptions: dict[str, list[str]]
    holidays: str
    slot_minutes: int
    buffer_before: int
    buffer_after: int


_SHOWN: dict[str, Any] = {"seller_id": "11087001", "seller_name": "Ana", "source": "own", **HOURS}


def _hours(found: Availability) -> HoursAnswer:
    return HoursAnswer(
        seller_id=found.seller_id,
        seller_name=found.name,
        source="own" if found.is_own else "account",
        timezone=found.timezone,
        slot_minutes=found.slot_minutes,
        buffer_before=found.buffer_before,
        buffer_after=found.buffer_after,
        **written_hours(found.hours),
    )


@router.get(
    "/vendedores/{seller_id}/disponibilidade",
    summary="When a salesperson can be met",
    responses=shows(_SHOWN, 401, 403, 404, 422, 503),
)
async def availability(seller_id: SellerId, services: Services, who: Reader) -> HoursAnswer:
    """Who has no hours of their own keeps those of the account."""
    return _hours(await services.scheduling.agenda.availability(who.account_id, seller_id))


@router.put(
    "/vendedores/{seller_id}/disponibilidade",
    summary="Say when a salesperson can be met",
    responses=shows(_SHOWN, 401, 403, 404, 413, 422, 503),
)
async def set_availability(seller_id: SellerId, body: Hours, services: Services, who: Admin) -> HoursAnswer:
    """Replaces what there was. What is booked already stays booked."""
    hours = parse_hours({"week": body.week, "exceptions": body.exceptions, "holidays": body.holidays})
    zone = known_zone(body.timezone)
    new = Availability(
        *(seller_id, "", zone, hours, body.slot_minutes, body.buffer_before, body.buffer_after),
    )
    return _hours(await services.scheduling.agenda.set_availability(who.account_id, new))
