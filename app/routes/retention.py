"""For how long things are kept: what would go now, and letting it go before the night does."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import Conflict
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.examples import shows
from app.routes.fields import Strict
from app.services.retention.purging import Purged

router = APIRouter(prefix="/admin/retention", tags=["settings"], route_class=BoundedRoute)
_POLICY: dict[str, Any] = {"history_days": 365, "media_days": 90, "profiles_days": None, "events_days": None}
_COUNTS: dict[str, int] = {"history": 1240, "media": 31, "profiles": 0, "feedback": 12, "faq": 3, "events": 0}
RETENTION: dict[str, Any] = {
    "retention": _POLICY,
    "would_go": _COUNTS,
    "is_whole": True,
}
PURGED: dict[str, Any] = {
    "counts": _COUNTS,
    "is_done": True,
    "trouble": "",
    "dry_run": False,
}


class RetentionView(BaseModel):
    """Days for which things are kept, null: for ever. `is_whole` false: counting was given up after a while."""

    retention: dict[str, int | None]
    would_go: dict[str, int]
    is_whole: bool


@router.get("", summary="For how long what is kept", responses=shows(RETENTION, 401, 403, 503))
async def retention(services: Services, who: Reader) -> RetentionView:
    """And how many rows would go if the night were now. The policy is changed by PATCH /admin/account."""
    policy = await services.retention.policy(who.account_id)
    would = await services.retention.preview(who.account_id)
    return RetentionView(retention=policy.told(), would_go=would.counts, is_whole=would.is_done)


class Purge(Strict):
    """Nothing goes unless dry_run is false and `confirm` is the account's id. `retention`: numbers to try, dry only."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"dry_run": True, "retention": {"history_days": 180}}, {"dry_run": False, "confirm": "1"}]
        }
    )

    dry_run: bool = True
    confirm: str = Field(default="", max_length=20, description="The account's id, so that nobody does it by accident.")
    retention: dict[str, int | None] | None = Field(default=None, description="Instead of the account's, to see.")


class PurgedView(BaseModel):
    """How many rows went, or would. `is_done` false: there is more; call again, or wait for the night."""

    counts: dict[str, int]
    is_done: bool
    trouble: str = Field(description="The code of why files could not be removed; empty: they could.")
    dry_run: bool


@router.post("/purge", summary="Let go what is too old, now", responses=shows(PURGED, 401, 403, 409, 413, 422, 503))
async def purge(body: Purge, services: Services, who: Admin) -> PurgedView:
    """What the nightly job does, for this account and for 20 seconds. What is still open is never touched."""
    if body.dry_run:
        return _shown(await services.retention.preview(who.account_id, body.retention), dry_run=True)
    if body.retention is not None or body.confirm != str(who.account_id):
        raise Conflict(
            "This empties for good what is older than the account keeps it.",
            hint=f'If you mean it, send {{"dry_run": false, "confirm": "{who.account_id}"}} and no numbers.',
            code="confirm_needed",
        )
    return _shown(await services.retention.purge(who.account_id, who=who.who), dry_run=False)


def _shown(done: Purged, *, dry_run: bool) -> PurgedView:
    told = asdict(done)
    return PurgedView(counts=done.counts, is_done=told["is_done"], trouble=told["trouble"], dry_run=dry_run)
