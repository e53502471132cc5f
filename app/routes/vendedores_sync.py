"""Reading the CRM's users anew, and what has come apart there."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.routes.bounds import BoundedRoute
from app.routes.deps import Node, Services
from app.routes.examples import shows
from app.services.vendedores.sync import Report

router = APIRouter(tags=["vendedores"], route_class=BoundedRoute)

SYNCED: dict[str, Any] = {
    "found": 9,
    "new": ["11087001"],
    "changed": [],
    "gone": ["11087009"],
    "at": "2026-11-21T15:41:17.906720Z",
    "drift": {
        "left_with_leads": [
            {"id": "11087009", "name": "Igor", "left_crm": True, "open_leads": ["41800001", "41800002"]}
        ],
        "same_phone": [["11087002", "local-1"]],
        "complete": True,
    },
}


class Leaver(BaseModel):
    """Somebody who may not work any more and still has open leads; the latest of them."""

    id: str
    name: str
    left_crm: bool
    open_leads: list[str]


class DriftView(BaseModel):
    """Where the CRM and the people who work have come apart. `complete`: everybody who left was looked at."""

    left_with_leads: list[Leaver]
    same_phone: list[list[str]]
    complete: bool


class SyncAnswer(BaseModel):
    """What reading the CRM's users anew has changed; all are ids."""

    found: int
    new: list[str]
    changed: list[str]
    gone: list[str]
    at: datetime
    drift: DriftView


def _synced(report: Report) -> SyncAnswer:
    drift = report.drift
    leavers = [
        Leaver(id=one.seller.id, name=one.seller.name, left_crm=one.seller.is_gone, open_leads=list(one.open_leads))
        for one in drift.left_with_leads
    ]
    return SyncAnswer(
        found=report.synced.found,
        new=list(report.synced.new),
        changed=list(report.synced.changed),
        gone=list(report.synced.gone),
        at=report.at,
        drift=DriftView(
            left_with_leads=leavers, same_phone=[list(group) for group in drift.same_phone], complete=drift.complete
        ),
    )


@router.post(
    "/vendedores/sincronizar",
    summary="Read the CRM's users now",
    responses=shows(SYNCED, 401, 403, 502, 503),
)
async def sync_sellers(services: Services, who: Node) -> SyncAnswer:
    """Also every quarter of an hour by itself. Who left stays, marked; `drift` tells what to tidy up in the CRM."""
    return _synced(await services.staff.roster.sync(who.account_id))


@router.post(
    "/sincronizar/vendedores",
    summary="Read the CRM's users now (the same as /vendedores/sincronizar)",
    responses=shows(SYNCED, 401, 403, 502, 503),
)
async def sync_sellers_too(services: Services, who: Node) -> SyncAnswer:
    """The older name."""
    return _synced(await services.staff.roster.sync(who.account_id))
