"""The words of what Ponte writes first, its triggers, and the breaker: what people change."""

from datetime import datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.domain.outreach import Breaker, NewTemplate, Template, Trigger
from app.routes.bounds import BoundedRoute
from app.routes.control import Strict
from app.routes.deps import Admin, Reader, Services
from app.routes.examples import shows
from app.routes.fields import WallTime, Words
from app.routes.proactive import DataName, Locale, TriggerName
from app.services.proactive.templates import own_variables

router = APIRouter(tags=["proactive"], route_class=BoundedRoute)
Limit = Annotated[int, Query(ge=1, le=200, description="At most this many.")]
Step = Annotated[int, Field(ge=0, le=10, description="0 is the first message, 1 and up the follow-ups.")]
Name = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{1,39}$", description="The trigger, such as formulario.")]
_AT = "2026-11-21T15:41:17.906720Z"
_BODY = "Olá {name}, aqui é {seller}, da {business}."


class TemplateBody(Strict):
    """A text to save as the next version."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"trigger": "formulario", "locale": "pt-BR", "step": 0, "body": _BODY}]},
    )

    trigger: TriggerName
    locale: Locale
    step: Step = 0
    body: Words = Field(min_length=1, max_length=4096)
    salesbot_id: int | None = Field(
        default=None, ge=1, lt=2**63, description="The Salesbot that sends the approved template, for after 24 hours."
    )
    approved_name: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.-]{1,512}(:[A-Za-z_]{2,10})?$",
        description="Or its name, where the messenger sends it by that: `name`, or `name:en_US`.",
    )


class PreviewBody(Strict):
    """A text, saved or not, and what to fill in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"trigger": "formulario", "locale": "pt-BR", "data": {"name": "Maria"}}]},
    )

    trigger: TriggerName
    locale: Locale
    step: Step = 0
    body: Words | None = Field(default=None, min_length=1, max_length=4096)
    data: dict[DataName, Words] = Field(default_factory=dict[DataName, Words], max_length=40)


class TemplateAnswer(BaseModel):
    """One version of a text."""

    trigger: str
    locale: str
    step: int
    version: int
    body: str
    variables: list[str]
    salesbot_id: int | None
    approved_name: str | None
    created_by: str
    created_at: datetime


class TemplatePage(BaseModel):
    templates: list[TemplateAnswer]
    cursor: str | None = None


class PreviewAnswer(BaseModel):
    """How a customer will read it."""

    text: str
    variables: list[str]


TEMPLATE: dict[str, Any] = {
    "trigger": "formulario",
    "locale": "pt-BR",
    "step": 0,
    "version": 2,
    "body": _BODY,
    "variables": ["name", "seller", "business"],
    "salesbot_id": None,
    "approved_name": None,
    "created_by": "API",
    "created_at": _AT,
}
TEMPLATES: dict[str, Any] = {"templates": [TEMPLATE], "cursor": None}
PREVIEW = {"text": "Olá Maria, aqui é Ana, da Loja Exemplo.", "variables": ["name", "seller", "business"]}


def _template(one: Template) -> TemplateAnswer:
    return TemplateAnswer.model_validate(one, from_attributes=True)


@router.get(
    "/admin/templates", summary="The texts of what is written first", responses=shows(TEMPLATES, 401, 403, 422, 503)
)
async def list_templates(
    services: Services,
    who: Reader,
    trigger: Annotated[TriggerName | None, Query(description="Only those of this trigger.")] = None,
    limit: Limit = 50,
    cursor: Annotated[
        str | None, Query(max_length=80, pattern=r"^[a-z0-9_]+,[A-Za-z-]+,[0-9]{1,2}$", description="From before.")
    ] = None,
) -> TemplatePage:
    """The newest version of each, by trigger, language and step."""
    name, locale, step = (cursor or ",,-1").split(",")
    after = (name, locale, int(step))
    found = await services.proactive.templates.listing(who.account_id, trigger, after=after, limit=limit)
    last = found[-1] if len(found) == limit else None
    following = f"{last.trigger},{last.locale},{last.step}" if last else None
    return TemplatePage(templates=[_template(one) for one in found], cursor=following)


@router.put("/admin/templates", summary="Save a text", responses=shows(TEMPLATE, 401, 403, 413, 422, 503))
async def save_template(body: TemplateBody, services: Services, who: Admin) -> TemplateAnswer:
    """As the next version; the ones before are kept. Variables that the trigger does not bring are refused by name."""
    new = NewTemplate(
        *(body.trigger, body.locale, body.step, body.body),
        salesbot_id=body.salesbot_id,
        approved_name=body.approved_name,
    )
    return _template(await services.proactive.templates.save(who.account_id, new, who=who.who))


@router.post(
    "/admin/templates/preview", summary="See how a text reads", responses=shows(PREVIEW, 401, 403, 413, 422, 503)
)
async def preview_template(body: PreviewBody, services: Services, who: Reader) -> PreviewAnswer:
    """With example values where none are given; saves nothing, sends nothing."""
    found = await services.proactive.templates.preview(
        who.account_id, body.trigger, body.locale, step=body.step, body=body.body, data=body.data
    )
    return PreviewAnswer(text=found.text, variables=list(found.variables))


class ApprovedAnswer(BaseModel):
    """The names of approved templates."""

    templates: list[str]


@router.get(
    "/admin/templates/approved",
    summary="Templates that WhatsApp has approved",
    responses=shows({"templates": ["boas_vindas"]}, 401, 403, 404, 409, 502, 503),
)
async def approved_templates(services: Services, who: Reader) -> ApprovedAnswer:
    """Asks the CRM. Kommo shows an integration only those that it made itself; others are known by their Salesbot."""
    return ApprovedAnswer(templates=await services.proactive.desk.approved(who.account_id))


@router.get(
    "/admin/templates/{trigger}/versions",
    summary="All versions of a text",
    responses=shows(TEMPLATES, 401, 403, 422, 503),
)
async def template_versions(
    trigger: Name,
    services: Services,
    who: Reader,
    locale: Annotated[Locale, Query(description="The language.")] = "pt-BR",
    step: Annotated[int, Query(ge=0, le=10, description="0 is the first message.")] = 0,
    limit: Limit = 50,
    cursor: Annotated[int, Query(ge=1, lt=2**31, description="From the answer before, for the rest.")] = 2**31 - 1,
) -> TemplatePage:
    """Newest first; the first is the one that counts."""
    text = (trigger, locale, step)
    found = await services.proactive.templates.versions(who.account_id, text, before=cursor, limit=limit)
    following = str(found[-1].version) if len(found) == limit else None
    return TemplatePage(templates=[_template(one) for one in found], cursor=following)


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
async def save_trigger(trigger: Name, body: TriggerBody, services: Services, who: Admin) -> TriggerAnswer:
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
    "reset_at": _AT,
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
