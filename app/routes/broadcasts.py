"""One message to many: send it, try it out, see how far it is and what became of it for each, stop it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from app.domain.broadcasts import Broadcast, NewBroadcast, Progress, Recipient, RecipientState
from app.routes.bounds import BoundedRoute
from app.routes.deps import Node, Reader, Services
from app.routes.errors import errors
from app.routes.fields import Key, Strict, Words
from app.services.proactive.broadcasting import LONGEST, Rehearsal

router = APIRouter(tags=["proactive"], route_class=BoundedRoute)
Id = Annotated[int, Path(ge=1, lt=2**63, description="From POST /send-broadcast.")]
Step = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_AT = "2026-11-22T08:41:17.906720Z"
_DRY = "Only tell who would get it, and why the others would not."


class SendBroadcast(Strict):
    """What is said, and to whom."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"message": "We are open on Sunday.", "target_step": "completed"},
                {"mensagem": "Abrimos no domingo.", "dry_run": True},
            ]
        },
    )

    message: Words = Field(
        min_length=1,
        max_length=LONGEST,
        validation_alias=AliasChoices("message", "mensagem"),
        description="As it goes.",
    )
    target_step: Step | None = Field(
        default=None,
        validation_alias=AliasChoices("target_step", "etapa"),
        description="Only those whose plan stands here: name, otp, completed. Without it everybody who has written. "
        "One that no plan has is refused.",
    )
    dry_run: bool = Field(default=False, description=_DRY)


class BroadcastAnswer(BaseModel):
    """How far it is. `running`, `done` or `cancelled`; `reasons` counts why some were skipped, failed or still wait."""

    id: int
    status: str
    target_step: str | None
    total: int
    waiting: int
    sending: int
    sent: int
    skipped: int
    failed: int
    doubt: int
    cancelled: int
    reasons: dict[str, int]
    requested_by: str
    created_at: datetime
    ended_at: datetime | None
    status_url: str
    dry_run: Literal[False] = False


class RehearsalAnswer(BaseModel):
    """Who would get it now. Nothing was sent, nothing was written down."""

    dry_run: Literal[True] = True
    total: int
    eligible: int
    skipped: int
    reasons: dict[str, int]
    messages_each: int


RUNS: dict[str, Any] = {
    "id": 3,
    "status": "running",
    "target_step": "completed",
    "total": 240,
    "waiting": 190,
    "sending": 8,
    "sent": 30,
    "skipped": 12,
    "failed": 0,
    "doubt": 0,
    "cancelled": 0,
    "reasons": {"opted_out": 4, "window": 8},
    "requested_by": "key:n8n",
    "created_at": _AT,
    "ended_at": None,
    "status_url": "/send-broadcast/3",
    "dry_run": False,
}
WOULD: dict[str, Any] = {
    "dry_run": True,
    "total": 240,
    "eligible": 228,
    "skipped": 12,
    "reasons": {"opted_out": 4, "window": 8},
    "messages_each": 1,
}
RECIPIENT: dict[str, Any] = {
    "conversation_id": 1,
    "contact_id": "59400001",
    "status": "skipped",
    "reason": "window",
    "begun_at": None,
    "sent_at": None,
}


def _rendered(one: Broadcast, progress: Progress) -> BroadcastAnswer:
    counts: dict[str, Any] = {state.value: progress.of(state) for state in RecipientState}
    return BroadcastAnswer(
        id=one.id,
        status=one.state,
        target_step=one.target_step,
        total=progress.total,
        **counts,
        reasons=progress.reasons,
        requested_by=one.requested_by,
        created_at=one.created_at,
        ended_at=one.ended_at,
        status_url=f"/send-broadcast/{one.id}",
    )


def _rehearsed(found: Rehearsal) -> RehearsalAnswer:
    return RehearsalAnswer(
        total=found.total,
        eligible=found.eligible,
        skipped=found.total - found.eligible,
        reasons=found.reasons,
        messages_each=found.messages_each,
    )


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
    dry_run: Annotated[bool, Query(description=_DRY)] = False,
) -> BroadcastAnswer | RehearsalAnswer:
    """Once for an `Idempotency-Key`, and never twice to a person. Only who may be written to now gets it.

    Not: who wants no messages, whose 24 hours are over, who talks with a person, who has had enough today. In the
    customer's night, and while somebody is being answered, it waits.
    """
    new = NewBroadcast(body.message, body.target_step, key, who.who)
    if dry_run or body.dry_run:
        return _rehearsed(await services.proactive.broadcasting.rehearse(who.account_id, new))
    one, progress = await services.proactive.broadcasting.start(who.account_id, new)
    response.status_code = 202
    response.headers["Location"] = f"/send-broadcast/{one.id}"
    return _rendered(one, progress)


class BroadcastPage(BaseModel):
    broadcasts: list[BroadcastAnswer]
    cursor: str | None = None


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
    return BroadcastPage(broadcasts=[_rendered(one, progress) for one, progress in found], cursor=following)


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
    return _rendered(*await services.proactive.broadcasting.status(who.account_id, broadcast_id))


class RecipientAnswer(BaseModel):
    """What became of it in one chat; `reason` is a code."""

    conversation_id: int
    contact_id: str | None
    status: str
    reason: str
    begun_at: datetime | None
    sent_at: datetime | None


class RecipientPage(BaseModel):
    recipients: list[RecipientAnswer]
    cursor: str | None = None


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
    return RecipientPage(recipients=[_recipient(one) for one in found], cursor=following)


def _recipient(one: Recipient) -> RecipientAnswer:
    return RecipientAnswer(
        conversation_id=one.conversation_id,
        contact_id=one.contact_id,
        status=one.state,
        reason=one.reason,
        begun_at=one.begun_at,
        sent_at=one.sent_at,
    )


@router.post(
    "/send-broadcast/{broadcast_id}/cancel",
    summary="Stop a broadcast",
    responses={
        200: {"content": {"application/json": {"example": {**RUNS, "status": "cancelled", "ended_at": _AT}}}},
        **errors(401, 403, 404, 422, 503),
    },
)
async def cancel_broadcast(broadcast_id: Id, services: Services, who: Node) -> BroadcastAnswer:
    """Nobody else is written to; the few messages that are on their way arrive. One that is over stays as it is."""
    found = await services.proactive.broadcasting.cancel(who.account_id, broadcast_id, who=who.who)
    return _rendered(*found)
