"""Looking at an installation: health, version, figures, what is active, and why it is quiet."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from pydantic import BaseModel

from app.routes.counting import exposition
from app.routes.deps import Reader, Services
from app.routes.examples import ACTIVE, DEBUG, HEALTHY, METRICS, STATS, UNHEALTHY, VERSION, plain, shows
from app.routes.fields import Moment, Ref
from app.routes.release import current
from app.services.accounts.directory import Scope

router = APIRouter(tags=["watching"])
Limit = Annotated[int, Query(ge=1, le=200, description="At most this many.")]


class ComponentStatus(BaseModel):
    status: str
    message: str


class HealthAnswer(BaseModel):
    status: str
    components: dict[str, ComponentStatus]
    uptime_seconds: float


@router.get(
    "/health",
    summary="Is everything in order?",
    response_model=HealthAnswer,
    responses={
        **shows(HEALTHY),
        503: {
            "model": HealthAnswer,
            "description": "Something that is needed does not work.",
            "content": {"application/json": {"example": UNHEALTHY}},
        },
    },
)
async def health(services: Services) -> Response:
    """200 while it works, even if somebody should look; 503 when it does not."""
    report = await services.health.report()
    components = {name: {"status": c.status, "message": c.message} for name, c in report.components.items()}
    body = {"status": report.status, "components": components, "uptime_seconds": report.uptime_seconds}
    return JSONResponse(body, status_code=503 if report.status == "unhealthy" else 200)


@router.get("/", include_in_schema=False)
async def root() -> RedirectResponse:
    """Whoever types the bare address into a browser wants to know what there is."""
    return RedirectResponse("/docs")


class Version(BaseModel):
    name: str
    version: str


@router.get("/version", summary="Which release is this?", responses=shows(VERSION))
async def release() -> Version:
    """The name and version of this release."""
    return Version(name="ponte", version=current())


@router.get("/stats", summary="Figures of the account", responses=shows(STATS, 401, 403, 503))
async def stats(services: Services, who: Reader) -> dict[str, Any]:
    """Counts and the last day's latency by stage (p50 and p95 in seconds); for the admin scope also the job queue.

    `paused`: the bot is off; `with_a_person`: of these, those that a person has or was called to, which leaves the
    customers who want no messages. `faq`: first questions of today and yesterday, by
    whether their answer was known. `outbox_dead`: messages and CRM writes to look at, see GET /admin/dead.
    Sessions are those of plans over the last day; the rates are shares of them.
    """
    figures = await services.explaining.stats(who.account_id)
    if Scope.ADMIN not in who.scopes:  # the queue is the whole installation's
        del figures["queue"]
    return {**figures, **await services.sessions.figures(who.account_id)}


class ActiveConversation(BaseModel):
    """A conversation without anybody's words."""

    id: int
    chat_id: str
    talk_id: str | None
    contact_id: str | None
    lead_id: str | None
    origin: str
    bot_on: bool
    epoch: int
    pause_reason: str | None
    paused_by: str | None
    paused_until: datetime | None
    resting: bool
    opted_out: bool
    last_customer_at: datetime | None
    last_human_at: datetime | None
    unanswered: int


class ActiveAnswer(BaseModel):
    conversations: list[ActiveConversation]
    cursor: str | None = None


@router.get(
    "/conversations/active", summary="Conversations of the last hours", responses=shows(ACTIVE, 401, 403, 422, 503)
)
async def active(
    services: Services,
    who: Reader,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(description="From the answer before, for the rest.")] = None,
    hours: Annotated[int, Query(ge=1, le=24 * 31, description="How far back.")] = 24,
    quiet_hours: Annotated[int, Query(ge=0, le=24 * 31, description="The customer wrote nothing for so long.")] = 0,
) -> ActiveAnswer:
    """Newest first. An id from here works in every command."""
    page, following = await services.explaining.active(
        who.account_id, cursor=cursor, limit=limit, hours=hours, quiet_hours=quiet_hours
    )
    return ActiveAnswer.model_validate({"conversations": page, "cursor": following})


@router.get("/debug/conversations", summary="Why is it quiet?", responses=shows(DEBUG, 401, 403, 404, 409, 422, 503))
async def debug(
    services: Services,
    who: Reader,
    id: Annotated[Ref | None, Query(description="A conversation's, contact's, lead's or chat's id.")] = None,  # noqa: A002
    at: Annotated[
        Moment | None, Query(description="Go back to this time: 2026-11-21T13:40:00-03:00, or ...16:40:00Z.")
    ] = None,
    limit: Limit = 20,
) -> dict[str, Any]:
    """With an id: one sentence that says why, then the events, turns, messages on their way and audit behind it.

    Without: the active conversations that are paused or wait for something.
    """
    if id is None:
        return {"conversations": await services.explaining.quiet(who.account_id, limit=limit)}
    return await services.explaining.debug(who.account_id, id, at, limit=limit)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=PlainTextResponse,
    responses=plain(METRICS, 401, 403, 503),
)
async def metrics(services: Services, who: Reader) -> Response:
    """Ids and numbers only, of the account; for the admin scope also `ponte_jobs`."""
    text = await exposition(services.health, who.account_id, with_jobs=Scope.ADMIN in who.scopes)
    return Response(text, media_type="text/plain; version=0.0.4")
