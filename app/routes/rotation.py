"""Secrets that are changed while the old ones still count. What is made is shown once, and kept nowhere."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.routes.keys import NewKeyView

router = APIRouter(prefix="/admin", tags=["settings"], route_class=BoundedRoute)
_LAST_ID = 2**63 - 1

ROTATED: dict[str, Any] = {
    "address": "https://ponte.example.com/webhooks/kommo/hook_x3J0...",
    "subscribed": ["add_message", "add_outgoing_message"],
    "warning": "",
    "old_until": "2026-11-22T15:41:17.906720Z",
}


class Overlap(Strict):
    """For how long the old one still counts."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_hours": 24}]})

    overlap_hours: int = Field(default=24, ge=0, le=24 * 30, description="So long the old one counts too.")

    @property
    def overlap(self) -> timedelta:
        return timedelta(hours=self.overlap_hours)


class RotatedView(BaseModel):
    """`old_until` null: the vendor did not take the new address, so the old one counts until it is finished."""

    address: str
    subscribed: list[str]
    warning: str
    old_until: datetime | None


@router.post(
    "/webhook/rotate",
    summary="Change the secret in the webhooks' address",
    responses=shows(ROTATED, 401, 403, 404, 413, 422, 502, 503),
)
async def rotate_webhook(services: Services, who: Admin, body: Overlap | None = None) -> RotatedView:
    """The new address is shown once; the vendor is told of it where its API lets us. `ponte channels rotate`."""
    overlap = (body or Overlap()).overlap
    done = await services.rotating.rotate(who.account_id, overlap=overlap, who=who.who)
    return RotatedView.model_validate(done, from_attributes=True)


class Finish(Strict):
    """`yes`: also if no webhook has come by the new address yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"yes": False}]})

    yes: bool = Field(default=False, description="End the old ones although nothing has come by the new one.")


class FinishedView(BaseModel):
    """How many old addresses ended by this; `came_at` is when a webhook last came by the new one, null if none has."""

    ended: int
    came_at: datetime | None


@router.post(
    "/webhook/finish",
    summary="Let only the newest webhook address count",
    responses=shows({"ended": 1, "came_at": "2026-11-22T15:41:17.906720Z"}, 401, 403, 409, 413, 422, 503),
)
async def finish_webhook(services: Services, who: Admin, body: Finish | None = None) -> FinishedView:
    """Before the overlap is over, because the vendor has the new one. `ponte channels rotate --finish`.

    409 `nothing_came` while no webhook has come by the new address: without the old one nothing would be heard.
    """
    unseen = (body or Finish()).yes
    done = await services.rotating.finish(who.account_id, who=who.who, unseen=unseen)
    return FinishedView(ended=done.ended, came_at=done.came_at)


class Signing(Overlap):
    """The secret with which the vendor signs from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"secret": "a-new-app-secret", "overlap_hours": 24}]})

    secret: Words = Field(min_length=8, max_length=1_024, description="As the vendor shows it.")


@router.post(
    "/webhook/sign",
    summary="Change what the webhooks are signed with",
    responses=errors(401, 403, 413, 422, 503),
    status_code=204,
)
async def sign_webhooks(body: Signing, services: Services, who: Admin) -> None:
    """Those that are signed with the old one count for a while. `ponte channels sign`."""
    await services.rotating.sign(who.account_id, body.secret, overlap=body.overlap)


@router.post(
    "/keys/{key_id}/renew",
    summary="Make a new API key in place of another",
    responses=shows({"id": 3, "key": "ponte_x3J0..."}, 401, 403, 404, 413, 422, 503),
)
async def renew_key(
    key_id: Annotated[int, Path(ge=1, le=_LAST_ID, description="From GET /admin/keys.")],
    services: Services,
    who: Admin,
    body: Overlap | None = None,
) -> NewKeyView:
    """For the same holder with the same scopes; the old one still opens for a while. `ponte keys renew`."""
    overlap = (body or Overlap()).overlap
    made = await services.keyring.renew(who.account_id, key_id, overlap=overlap, who=who.who)
    return NewKeyView(id=made.id, key=made.key)
