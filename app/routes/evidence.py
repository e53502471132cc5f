"""Why a visit to a panel failed: the masked pictures and pages, to be saved, and never shown in this origin."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from app.domain.provisioning import Evidence
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Services
from app.routes.examples import plain, shows
from app.services.provisioning.evidence import EvidenceFile, name_of

router = APIRouter(prefix="/admin", tags=["provisioning"], route_class=BoundedRoute)

_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
_LISTED = {"evidence": [{"name": "5f0c1d2e-screenshot.png", "content_type": "image/png", "size": 48123}]}
_FILE: dict[int | str, dict[str, Any]] = {
    **plain("", 401, 403, 404, 422, 502, 503),
    200: {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
}
Number = Annotated[int, Path(ge=1, lt=2**63, description="Of a request: from its answer, or from GET /admin/dead.")]
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,120}$", description="From the list.")]


class EvidenceItem(BaseModel):
    """One file. It goes by itself after two weeks, or with the person whom it may show."""

    name: str
    content_type: str
    size: int


class EvidenceList(BaseModel):
    evidence: list[EvidenceItem]


@router.get(
    "/provisionings/{provisioning_id}/evidence",
    summary="Why a request to the panel failed",
    responses=shows(_LISTED, 401, 403, 404, 422, 503),
)
async def evidence_of_request(provisioning_id: Number, services: Services, who: Admin) -> EvidenceList:
    """The files of every visit for it, in their order; passwords and cookies are masked in them."""
    return _listed(await services.provisioning.evidence.listing(who.account_id, provisioning_id))


@router.get(
    "/provisionings/{provisioning_id}/evidence/{name}",
    summary="One of these files, its bytes",
    response_class=Response,
    responses=_FILE,
)
async def evidence_file(provisioning_id: Number, name: Name, services: Services, who: Admin) -> Response:
    """To be saved, whatever it is: somebody else's panel wrote it."""
    return _saved(await services.provisioning.evidence.file(who.account_id, provisioning_id, name))


@router.get("/panels/evidence", summary="Why a check of the panel failed", responses=shows(_LISTED, 401, 403, 503))
async def evidence_of_panel(services: Services, who: Admin) -> EvidenceList:
    """The files of the checks, the daily ones and those that people asked for."""
    return _listed(await services.provisioning.evidence.listing(who.account_id, None))


@router.get(
    "/panels/evidence/{name}", summary="One file of a check, its bytes", response_class=Response, responses=_FILE
)
async def panel_evidence_file(name: Name, services: Services, who: Admin) -> Response:
    """To be saved, whatever it is: somebody else's panel wrote it."""
    return _saved(await services.provisioning.evidence.file(who.account_id, None, name))


def _listed(found: list[Evidence]) -> EvidenceList:
    items = [EvidenceItem(name=name_of(one), content_type=one.content_type, size=one.size) for one in found]
    return EvidenceList(evidence=items)


def _saved(file: EvidenceFile) -> Response:
    headers = {**_HARMLESS, "Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.body, media_type=file.content_type or "application/octet-stream", headers=headers)
