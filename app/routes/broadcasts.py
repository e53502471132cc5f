"""One message to many: send it, try it out, see how far it is and what became of it for each, stop it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.domain.broadcasts import NewBroadcast, RecipientState
from app.routes.bounds import BoundedRoute
from app.routes.broadcast_shapes import (
    AT,
    DRY,
    RECIPIENT,
    RUNS,
    WOULD,
    BroadcastAnswer,
    BroadcastPage,
    RecipientPage,
    RehearsalAnswer,
    SendBroadcast,
    recipient_of,
    rehearsed,
    rendered,
)
from app.routes.deps import Node, Reader, Services
from app.routes.errors import errors
from app.routes.fields import Key

router = APIRouter(tags=["proactive"], route_class=BoundedRoute)
Id = Annotated[int, Path(ge=1, lt=2**63, description="From POST /send-broadcast.")]


@router.post(
    "/send-broadcast",
    summary="Write to many",
    responses={
        200: {
            "description": "A dry run: who would get it.",
            "content": {"application/json": {"example": WOULD}},
        },
        202: {
            "model": BroadcastAnswer,
            "description": "Everybody whom it is for is written down; it goes out in the lowest lane.",
            "content": {"application/json": {"example": RUNS}},
        },
        **errors(401, 403, 404, 413, 422, 503),
    },
)
async def send_broadcast(
    body: SendBroadcast,
    services: Services,
    who: Node,
    response: Response,
    key: Key = None,
    *,
    dry_run: Annotated[bool, Query(description=DRY)] = False,
) -> BroadcastAnswer | RehearsalAnswer:
    """Once for an `Idempotency-Key`, and never twice to a person. Only who may be written to now gets it.

    Not: who wants no messages, whose 24 hours are over, who talks with a person, who has had enough today. In the
    customer's night, and while somebody is being answered, it waits.
    """
    new = NewBroadcast(body.message, body.target_step, key, who.who)
    if dry_run or body.dry_run:
        return rehearsed(await services.proactive.broadcasting.rehearse(who.account_id, new))
    one, progress = await services.proactive.broadcasting.start(who.account_id, new)
    response.status_code = 202
    response.headers["Location"] = f"/send-broadcast/{one.id}"
    return rendered(one, progress)


@router.get(
    "/send-broadcast",
    summary="What was written to many",
    responses={
        200: {"content": {"application/json": {"example": {"broadcasts": [RUNS], "cursor": None}}}},
        **errors(401, 403, 422, 503),
    },
)
async def list_broadcasts(
    services: Services,
    who: Reader,
    limit: Annotated[int, Query(ge=1, le=200, description="At most this many.")] = 50,
    cursor: Annotated[int, Query(ge=1, lt=2**63, description="From the answer before, for the rest.")] = 2**62,
) -> BroadcastPage:
    """Newest first, with how far each is."""
    found = await services.proactive.broadcasting.page(who.account_id, before=cursor, limit=limit)
    following = str(found[-1][0].id) if len(found) == limit else None
    return BroadcastPage(broadcasts=[rendered(one, progress) for one, progress in found], cursor=following)


@router.get(
    "/send-broadcast/{broadcast_id}",
    summary="How far a broadcast is",
    responses={
        200: {"content": {"application/json": {"example": RUNS}}},
        **errors(401, 403, 404, 422, 503),
    },
)
async def broadcast_status(broadcast_id: Id, services: Services, who: Reader) -> BroadcastAnswer:
    """How many have it, how many wait, and why others do not get it."""
    return rendered(*await services.proactive.broadcasting.status(who.account_id, broadcast_id))


@router.get(
    "/send-broadcast/{broadcast_id}/recipients",
    summary="What became of a broadcast for each",
    responses={
        200: {"content": {"application/json": {"example": {"recipients": [RECIPIENT], "cursor": None}}}},
        **errors(401, 403, 404, 422, 503),
    },
)
async def broadcast_recipients(
    broadcast_id: Id,
    services: Services,
    who: Reader,
    status: Annotated[RecipientState | None, Query(description="Only those in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="At most this many.")] = 50,
    cursor: Annotated[int, Query(ge=0, lt=2**63, description="From the answer before, for the rest.")] = 0,
) -> RecipientPage:
    """By conversation. Ids and codes only."""
    found = await services.proactive.broadcasting.recipients(
        who.account_id, broadcast_id, status, after=cursor, limit=limit
    )
    following = str(found[-1].conversation_id) if len(found) == limit else None
    return RecipientPage(recipients=[recipient_of(one) for one in found], cursor=following)


@router.post(
    "/send-broadcast/{broadcast_id}/cancel",
    summary="Stop a broadcast",
    responses={
        200: {"content": {"application/json": {"example": {**RUNS, "status": "cancelled", "ended_at": AT}}}},
        **errors(401, 403, 404, 422, 503),
    },
)
async def cancel_broadcast(broadcast_id: Id, services: Services, who: Node) -> BroadcastAnswer:
    """Nobody else is written to; the few messages that are on their way arrive. One that is over stays as it is."""
    found = await services.proactive.broadcasting.cancel(who.account_id, broadcast_id, who=who.who)
    return rendered(*found)
