"""Writing first: start it, try it out, ask what became of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from app.domain.errors import NotFound
from app.domain.outreach import OutreachState
from app.routes.bounds import BoundedRoute
from app.routes.deps import Node, Reader, Services
from app.routes.errors import errors
from app.routes.fields import Key
from app.routes.proactive_shapes import SENT, WAITS, OutreachAnswer, StartProactive, TrialAnswer, rendered, tried_out

router = APIRouter(tags=["proactive"], route_class=BoundedRoute)
Id = Annotated[int, Path(ge=1, lt=2**63, description="From POST /start-proactive.")]


@router.post(
    "/start-proactive",
    summary="Write to somebody first",
    responses={
        200: {
            "description": "It is decided; `status` and `reasons` say how.",
            "content": {"application/json": {"example": SENT}},
        },
        202: {
            "model": OutreachAnswer,
            "description": "It waits or is on its way: a brain is writing it, the fence is about to send it, the CRM "
            "is slow, down or refuses, or the customer's night is not over.",
            "content": {"application/json": {"example": WAITS}},
        },
        **errors(401, 403, 404, 409, 413, 422, 502, 503),
    },
)
async def start_proactive(
    body: StartProactive,
    services: Services,
    who: Node,
    response: Response,
    key: Key = None,
    *,
    dry_run: Annotated[bool, Query(description="Only tell what would happen, and why not.")] = False,
) -> OutreachAnswer | TrialAnswer:
    """Once for an `Idempotency-Key`, and once for a contact, a trigger and a day; what was denied takes no day.

    The same key with another phone, trigger or data is refused (422 `key_reused`).
    Finds or makes contact and lead, has a brain write in the salesperson's name (the template where none does), and
    sends as the messenger's window allows.
    """
    if dry_run:
        return tried_out(await services.proactive.desk.try_out(who.account_id, body.wish()))
    one = await services.proactive.desk.start(who.account_id, body.wish(), key=key, who=who.who)
    if one.state is OutreachState.FAILED and "not_found" in one.reasons:
        raise NotFound("The CRM has no such contact or lead.", hint="Name one that is there, or give the phone.")
    return await _told(services, who.account_id, one.id, response)


async def _told(services: Any, account_id: Any, number: int, response: Response) -> OutreachAnswer:
    one, follow_ups = await services.proactive.desk.status(account_id, number)
    if one.is_under_way:
        response.status_code = 202
        response.headers["Location"] = f"/start-proactive/{one.id}"
        response.headers["Retry-After"] = "5"
    return rendered(one, follow_ups)


@router.get(
    "/start-proactive/{outreach_id}",
    summary="What became of it",
    responses={
        200: {"content": {"application/json": {"example": SENT}}},
        **errors(401, 403, 404, 422, 503),
    },
)
async def proactive_status(outreach_id: Id, services: Services, who: Reader) -> OutreachAnswer:
    """Its state, why it waits or was denied, and the follow-ups that it will have."""
    return rendered(*await services.proactive.desk.status(who.account_id, outreach_id))


class OutreachPage(BaseModel):
    outreaches: list[OutreachAnswer]
    cursor: str | None = None


@router.get(
    "/admin/outreaches",
    summary="What was written first",
    responses={
        200: {"content": {"application/json": {"example": {"outreaches": [SENT], "cursor": None}}}},
        **errors(401, 403, 422, 503),
    },
)
async def list_outreaches(
    services: Services,
    who: Reader,
    state: Annotated[OutreachState | None, Query(description="Only those in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="At most this many.")] = 50,
    cursor: Annotated[int, Query(ge=1, lt=2**63, description="From the answer before, for the rest.")] = 2**62,
) -> OutreachPage:
    """Newest first. Ids and codes only."""
    found = await services.proactive.desk.listing(who.account_id, state, before=cursor, limit=limit)
    following = str(found[-1].id) if len(found) == limit else None
    return OutreachPage(outreaches=[rendered(one) for one in found], cursor=following)
