"""Triggers: on what Ponte writes first; and the breaker that stops it."""

from datetime import datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.domain.outreach import Trigger
from app.domain.volume import Breaker
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.examples import shows
from app.routes.fields import Strict, WallTime, Words
from app.routes.proactive_shapes import NamedTrigger
from app.routes.watching import Limit
from app.services.proactive.templates import own_variables

router = APIRouter(tags=["proactive"], route_class=BoundedRoute)


class TriggerBody(Strict):
    """On what Ponte writes first, and under which conditions."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"variables": ["area"], "ladder": [60, 1440], "areas": ["vendas"]}]},
    )

    enabled: bool = True
    consent: Literal["implied", "required"] = "implied"
    areas: list[Words] = Field(default_factory=list[Words], max_length=50, description="None: those of the account.")
    variables: list[Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]{0,39}$")]] = Field(
        default_factory=list[str], max_length=40, description="What the caller brings in `data`."
    )
    ladder: list[Annotated[int, Field(ge=1, le=60 * 24 * 60)]] = Field(
        default=[60, 1440, 4320], max_length=10, description="Minutes after which a follow-up is due."
    )
    hours: dict[str, Any] | None = Field(default=None, description="When follow-ups may go; null: the account's hours.")
    quiet_from: WallTime = Field(default=time(21), description="The customer's night, by the customer's own clock.")
    quiet_until: WallTime = time(8)
    per_contact: int = Field(default=3, ge=1, le=100, description="Messages that begin something, in a day.")
    per_day: int = Field(default=1000, ge=1, le=100_000)
    outside_window: Literal["task", "deny"] = Field(
        default="task", description="Where neither free text nor a template may be sent."
    )


class TriggerAnswer(TriggerBody):
    """A trigger as it is."""

    model_config = ConfigDict(extra="ignore")

    name: str


class TriggerPage(BaseModel):
    triggers: list[TriggerAnswer]
    cursor: str | None = None


TRIGGER: dict[str, Any] = {
    "name": "formulario",
    "enabled": True,
    "consent": "implied",
    "areas": [],
    "variables": ["area", "message", "product"],
    "ladder": [60, 1440, 4320],
    "hours": None,
    "quiet_from": "21:00:00",
    "quiet_until": "08:00:00",
    "per_contact": 3,
    "per_day": 1000,
    "outside_window": "task",
}


def _trigger(one: Trigger) -> TriggerAnswer:
    return TriggerAnswer.model_validate(one, from_attributes=True)


@router.get(
    "/admin/triggers",
    summary="On what Ponte writes first",
    responses=shows({"triggers": [TRIGGER], "cursor": None}, 401, 403, 422, 503),
)
async def list_triggers(
    services: Services,
    who: Reader,
    limit: Limit = 50,
    cursor: Annotated[str, Query(max_length=40, pattern="^[a-z0-9_]*$", description="From before.")] = "",
) -> TriggerPage:
    """By name."""
    found = await services.proactive.templates.triggers(who.account_id, after=cursor, limit=limit)
    following = found[-1].name if len(found) == limit else None
    return TriggerPage(triggers=[_trigger(one) for one in found], cursor=following)


@router.put(
    "/admin/triggers/{trigger}", summary="Add or change a trigger", responses=shows(TRIGGER, 401, 403, 413, 422, 503)
)
async def save_trigger(trigger: NamedTrigger, body: TriggerBody, services: Services, who: Admin) -> TriggerAnswer:
    """Whole: what is not named gets its default. A new trigger needs texts before it can be used."""
    saved = await services.proactive.templates.save_trigger(who.account_id, _wished(trigger, body), who=who.who)
    return _trigger(saved)


def _wished(name: str, body: TriggerBody) -> Trigger:
    return Trigger(
        name=name,
        enabled=body.enabled,
        consent=body.consent,
        areas=tuple(area.strip() for area in body.areas if area.strip()),
        variables=own_variables(body.variables),
        ladder=tuple(body.ladder),
        hours=body.hours,
        quiet_from=body.quiet_from,
        quiet_until=body.quiet_until,
        per_contact=body.per_contact,
        per_day=body.per_day,
        outside_window=body.outside_window,
    )


class BreakerAnswer(BaseModel):
    """`tripped`: nothing is written first until a person resets it."""

    tripped: bool
    floor: int
    tripped_at: datetime | None
    tripped_count: int | None
    usual: float | None
    reset_at: datetime | None
    reset_by: str | None


class ResetBody(Strict):
    """How a person resets it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"floor": 100}]})

    floor: int | None = Field(
        default=None, ge=1, le=1_000_000, description="So many messages a day never trip it; null: as it was."
    )


BREAKER: dict[str, Any] = {
    "tripped": False,
    "floor": 100,
    "tripped_at": None,
    "tripped_count": None,
    "usual": None,
    "reset_at": "2026-11-21T15:41:17.906720Z",
    "reset_by": "API",
}


def _breaker(one: Breaker) -> BreakerAnswer:
    values = {name: getattr(one, name) for name in BreakerAnswer.model_fields if name != "tripped"}
    return BreakerAnswer(tripped=one.is_tripped, **values)


@router.get("/admin/breaker", summary="Has the breaker tripped?", responses=shows(BREAKER, 401, 403, 503))
async def show_breaker(services: Services, who: Reader) -> BreakerAnswer:
    """It trips when a day brings three times the usual volume of messages that begin something."""
    breaker, _ = await services.proactive.breakers.look(who.account_id)
    return _breaker(breaker)


@router.post("/admin/breaker/reset", summary="Reset the breaker", responses=shows(BREAKER, 401, 403, 413, 422, 503))
async def reset_breaker(services: Services, who: Admin, body: ResetBody | None = None) -> BreakerAnswer:
    """A person has looked: what waits goes on, and the count begins anew. Audited. Needs no body."""
    floor = body.floor if body else None
    return _breaker(await services.proactive.breakers.reset(who.account_id, who=who.who, floor=floor))
