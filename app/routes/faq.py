"""Known answers over HTTP: what is given again, what waits for somebody to stand by it, and how it is forgotten."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app.routes.deps import Admin, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.routes.watching import Limit

router = APIRouter(prefix="/admin", tags=["settings"])
_LAST_ID = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=_LAST_ID, description="From GET /admin/faq.")]
ANSWER: dict[str, Any] = {
    "id": 7,
    "state": "approved",
    "locale": "pt-BR",
    "question": "qual o horario de funcionamento",
    "balloons": ["Abrimos de segunda a sexta, das 9h às 18h."],
    "brain": "agent",
    "hits": 12,
    "hit_at": "2026-11-21T15:41:17.906720Z",
    "approved_by": "operator",
    "created_at": "2026-11-20T09:12:44.120000Z",
    "expires_at": "2026-12-20T09:12:44.120000Z",
}


class FaqAnswerView(BaseModel):
    """A question without its greeting, and its answer. `confirmed` and `approved` are given, the others are not."""

    id: int
    state: Literal["waiting", "confirmed", "approved", "stale", "refused"]
    locale: str
    question: str
    balloons: list[str]
    brain: str
    hits: int
    hit_at: datetime | None
    approved_by: str | None
    created_at: datetime
    expires_at: datetime


class FaqPage(BaseModel):
    answers: list[FaqAnswerView]
    cursor: int | None = None


class Forgotten(BaseModel):
    forgotten: int


@router.get(
    "/faq", summary="The known answers", responses=shows({"answers": [ANSWER], "cursor": None}, 401, 403, 422, 503)
)
async def faq_answers(
    services: Services,
    who: Admin,
    limit: Limit = 50,
    cursor: Annotated[int | None, Query(ge=1, le=_LAST_ID, description="From the answer before, for the rest.")] = None,
) -> FaqPage:
    """Newest first. They are learned where the account's `faq_cache` is on; the command is `ponte faq list`."""
    page, following = await services.faq.page(who.account_id, before=cursor, limit=limit)
    return FaqPage.model_validate({"answers": page, "cursor": following})


@router.post(
    "/faq/{faq_id}/approve",
    summary="Stand by a known answer",
    responses=errors(401, 403, 404, 422, 503),
    status_code=204,
)
async def approve_faq_answer(faq_id: Number, services: Services, who: Admin) -> None:
    """It is given from now on to everybody who asks the same, until it expires or the knowledge changes."""
    await services.faq.approve(who.account_id, faq_id, who=who.who)


@router.delete(
    "/faq/{faq_id}", summary="Forget a known answer", responses=errors(401, 403, 404, 422, 503), status_code=204
)
async def forget_faq_answer(faq_id: Number, services: Services, who: Admin) -> None:
    """The next who asks is answered by a brain, and it may be learned anew. A thumb down keeps it out instead."""
    await services.faq.forget(who.account_id, faq_id, who=who.who)


@router.delete("/faq", summary="Forget all known answers", responses=shows({"forgotten": 12}, 401, 403, 503))
async def forget_faq_answers(services: Services, who: Admin) -> Forgotten:
    """Every question is answered by a brain again. The command is `ponte faq forget --all`."""
    return Forgotten(forgotten=await services.faq.forget_all(who.account_id, who=who.who))
