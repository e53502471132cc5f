"""The words of what Ponte writes first, as people change them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.domain.templates import NewTemplate, Template
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.routes.proactive_shapes import DataName, Locale, NamedTrigger, TriggerName
from app.routes.watching import Limit

router = APIRouter(tags=["proactive"], route_class=BoundedRoute)
Step = Annotated[int, Field(ge=0, le=10, description="0 is the first message, 1 and up the follow-ups.")]
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
    trigger: NamedTrigger,
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
