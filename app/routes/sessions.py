"""Sessions: where customers stand in a plan and what they have answered, in the shape that existing tools read."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app.routes.deps import Admin, Services
from app.routes.examples import shows
from app.routes.watching import Limit
from app.services.registration.sessions import ALL, Shown

router = APIRouter(tags=["watching"])
SESSION: dict[str, Any] = {
    "conversation_id": 1,
    "chat_id": "919876543210",
    "contact_id": "919876543210",
    "phone_number": "+919876543210",
    "flow": "registration",
    "current_step": "pincode",
    "data": {"name": "Asha Rao", "sector": "Retail"},
    "bot_on": True,
    "created_at": "2026-11-22T08:40:02.000000Z",
    "updated_at": "2026-11-22T08:41:17.000000Z",
}


class SessionAnswer(BaseModel):
    """`current_step` is a step of the flow, or how it ended: completed, handed_over, failed, expired.

    `phone_number` is null where neither the customer nor the CRM nor the messenger has told one.
    """

    conversation_id: int
    chat_id: str
    contact_id: str | None
    phone_number: str | None
    flow: str
    current_step: str
    data: dict[str, str]
    bot_on: bool
    created_at: datetime
    updated_at: datetime


class SessionPage(BaseModel):
    sessions: list[SessionAnswer]
    cursor: str | None = None


def _rendered(one: Shown) -> SessionAnswer:
    return SessionAnswer.model_validate({**asdict(one), "data": dict(one.data)})


@router.get(
    "/sessions",
    summary="Where customers stand in a plan",
    responses=shows({"sessions": [SESSION], "cursor": None}, 401, 403, 422, 503),
)
async def list_sessions(
    services: Services,
    who: Admin,
    step: Annotated[
        str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Only those who stand here.")
    ] = None,
    limit: Limit = 50,
    cursor: Annotated[int, Query(ge=1, lt=2**63, description="From the answer before, for the rest.")] = ALL,
) -> SessionPage:
    """Sessions of the last 24 hours, the newest conversation first, with what the customers answered. It is audited.

    What they answered is kept encrypted, and opened here. A step that no plan has is refused: 422 `unknown_step`.
    """
    found, following = await services.sessions.page(who.account_id, who=who.who, step=step, before=cursor, limit=limit)
    return SessionPage(sessions=[_rendered(one) for one in found], cursor=str(following) if following else None)


@router.get(
    "/sessions/{conversation_id}",
    summary="One session",
    responses=shows(SESSION, 401, 403, 404, 422, 503),
)
async def read_session(
    services: Services,
    who: Admin,
    conversation_id: Annotated[int, Path(ge=1, lt=2**63, description="The conversation's id.")],
) -> SessionAnswer:
    """The same of one conversation; a session that has expired is not there."""
    return _rendered(await services.sessions.one(who.account_id, conversation_id, who=who.who))
