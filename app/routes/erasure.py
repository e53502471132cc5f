"""Erasing a person, with the admin scope and a confirmation."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import Conflict
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Services
from app.routes.examples import shows
from app.routes.fields import Strict, Words

router = APIRouter(tags=["admin"], route_class=BoundedRoute)

RECEIPT: dict[str, Any] = {
    "number": 7,
    "account_id": 1,
    "erased_at": "2026-11-21T15:41:17.906720Z",
    "requested_by": "API",
    "counts": {"mensagens": 12, "inbox": 31, "deliveries": 28, "outbox": 9, "contacts": 1, "conversations": 1},
    "elsewhere": [
        {
            "where": "Kommo",
            "what": "contact",
            "ids": ["59400001"],
            "how": "Delete the contact in Kommo, then empty its recycle bin.",
        }
    ],
    "notes": [],
    "signature": "5d0c3b1e6f2a4987c1d2e3f405162738495a6b7c8d9e0f1a2b3c4d5e6f708192",
}


class Erase(Strict):
    """Whose traces shall go. `confirm` repeats the phone, so that nobody does this by accident."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"phone": "+5511900010001", "confirm": "+5511900010001"}]}
    )

    phone: Words = Field(min_length=4, max_length=64, description="With + and its country.")
    confirm: Words = Field(default="", max_length=64)


class LeftElsewhere(BaseModel):
    """Something that only others can delete."""

    where: str
    what: str
    ids: list[str]
    how: str


class ReceiptAnswer(BaseModel):
    """Keep it: `signature` proves that this installation made it. It names no phone and no name."""

    number: int
    account_id: int
    erased_at: datetime
    requested_by: str
    counts: dict[str, int]
    elsewhere: list[LeftElsewhere]
    notes: list[str]
    signature: str


@router.post(
    "/admin/contacts/erase", summary="Erase a person", responses=shows(RECEIPT, 401, 403, 404, 409, 413, 422, 503)
)
async def erase(body: Erase, services: Services, who: Admin) -> ReceiptAnswer:
    """Removes or empties every trace of whoever has this phone, stops all that would be sent, and never writes again.

    Messages, raw webhooks, media, bookings, outreach, waiting jobs: all of it goes, for good. Doing it again is safe:
    404 says that nobody with this number is known, or that it was erased before.
    """
    phone = await services.erasing.understand(who.account_id, body.phone)
    if body.confirm.strip() not in (body.phone.strip(), phone.e164):
        raise Conflict(
            "This erases everything about this person, for good.",
            hint="If you mean it, repeat the phone in `confirm`.",
            code="confirm_needed",
        )
    receipt = await services.erasing.erase(who.account_id, phone, who=who.who)
    return ReceiptAnswer.model_validate(asdict(receipt))
