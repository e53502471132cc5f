"""What has failed for good in the account, tried again or dropped by somebody who has looked at it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app.routes.deps import Admin, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.routes.watching import Limit
from app.services.accounts.dead import Kind

router = APIRouter(prefix="/admin/dead", tags=["admin"])

_DEAD: dict[str, Any] = {
    "dead": [
        {
            "id": "message-812",
            "kind": "message",
            "what": "message",
            "state": "person",
            "reason": "in_doubt",
            "attempts": 1,
            "since": "2026-11-21T15:41:17.906720Z",
            "conversation_id": 1,
        }
    ],
    "cursor": None,
}
DeadId = Annotated[str, Path(max_length=40, description="From GET /admin/dead, such as message-812.")]


class DeadView(BaseModel):
    """Ids and codes, nobody's words. `what`: a job's name, a write's kind, an alert's cause, an outreach's trigger."""

    id: str
    kind: Kind
    what: str
    state: str
    reason: str
    attempts: int
    since: datetime
    conversation_id: int | None


class DeadAnswer(BaseModel):
    dead: list[DeadView]
    cursor: str | None = None


@router.get("", summary="What has failed for good", responses=shows(_DEAD, 401, 403, 422, 503))
async def dead(
    services: Services,
    who: Admin,
    kind: Annotated[Kind | None, Query(description="Only of this kind.")] = None,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=60, description="From the answer before, for the rest.")] = None,
) -> DeadAnswer:
    """Newest first: what nobody will try again by itself. The command is `ponte dead list`."""
    page, following = await services.dead.page(who.account_id, kind, cursor=cursor, limit=limit)
    return DeadAnswer.model_validate({"dead": page, "cursor": following}, from_attributes=True)


@router.post(
    "/{id}/replay", summary="Try a dead thing again", status_code=204, responses=errors(401, 403, 404, 409, 422, 503)
)
async def replay_dead(id: DeadId, services: Services, who: Admin) -> None:  # noqa: A002
    """A job, a CRM write, a webhook, an attachment and an alert are safe to do twice.

    A message is sent again through the fence: 409 while a person has the chat. If it had arrived, the customer gets
    it twice, so look before you replay one that is `in_doubt`. In place of an outreach stands a new wish, which is
    judged, written and fenced as any other; 409 where another stands there already. A user or a balance goes on at
    the step where it stood, and what may have been written is looked for first; 409 while the panel is stopped,
    past the cap of the day, and where another user was made for the conversation. The audit keeps who did it.
    """
    await services.dead.replay(who.account_id, id, who=who.who)


@router.post("/{id}/discard", summary="Drop a dead thing", status_code=204, responses=errors(401, 403, 404, 422, 503))
async def discard_dead(id: DeadId, services: Services, who: Admin) -> None:  # noqa: A002
    """It stays what it was, and is shown as dead no more; nothing of it is tried again. The audit keeps who did it."""
    await services.dead.discard(who.account_id, id, who=who.who)
