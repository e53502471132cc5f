"""Users and balances on a panel that belongs to somebody else. Served by the API and by the browser service alike."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from app.domain.provisioning import Operation, Status
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Node, Services
from app.routes.errors import errors
from app.routes.provisioning_shapes import (
    CREATED,
    GIVEN,
    WAITS,
    AssignBalance,
    BalanceGiven,
    CreateUser,
    NotDone,
    StatusAnswer,
    TestRpa,
    UserCreated,
)
from app.services.provisioning.answers import NoPanel, failure
from app.services.provisioning.desk import UserWish

router = APIRouter(tags=["provisioning"], route_class=BoundedRoute)
Prefer = Annotated[
    str | None, Header(alias="Prefer", max_length=200, description="respond-async: 202 at once, with a status_url.")
]
NeededKey = Annotated[
    str,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="A second call with it gives nothing."),
]
_WAITING: dict[int | str, dict[str, Any]] = {
    202: {
        "model": StatusAnswer,
        "description": "It was asked for later: look at status_url, or wait for the callback.",
        "content": {"application/json": {"example": WAITS}},
    }
}


def _answers(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The answers of an operation that may take its time."""
    shown = {"content": {"application/json": {"example": example}}}
    return {200: shown, **_WAITING, **errors(401, 403, 413, 422, 502, 503)}


def _is_later(body: CreateUser | AssignBalance, prefer: str | None) -> bool:
    return body.callback_url is not None or "respond-async" in (prefer or "").lower()


def _marked(told: dict[str, Any], response: Response, *, is_over: bool) -> Any:
    """The body; of what goes on, with the status and the headers that say so."""
    if is_over:
        return told
    response.status_code = 202
    response.headers["Location"] = told["status_url"]
    response.headers["Retry-After"] = "2"
    return StatusAnswer.model_validate(told)


@router.post("/api/create-user", summary="Make a user on the panel", responses=_answers(CREATED))
async def create_user(
    body: CreateUser, services: Services, who: Node, response: Response, prefer: Prefer = None
) -> UserCreated | NotDone | StatusAnswer:
    """Once for a conversation and a candidate: a repeat is told what came of the first, also while it is under way.

    Waits up to 60 seconds for a browser to log in, look, create and read back. `success`, `conflict` (choose another
    candidate and raise attempt_number) and `error` (a person must look; it is kept for replay) are all 200. With
    `callback_url` or `Prefer: respond-async` the answer is 202 at once.
    """
    later = _is_later(body, prefer)
    desk = services.provisioning.desk
    try:
        one = await desk.create_user(who.account_id, body.wish(later=later), who=who.who)
    except NoPanel as error:
        return NotDone(**failure(Operation.CREATE_USER, Status.ERROR, error.code))
    told, is_over = await desk.reply(one, later=later)
    return _marked(told, response, is_over=is_over)


@router.post("/api/assign-balance", summary="Give a user a balance", responses=_answers(GIVEN))
async def assign_balance(
    body: AssignBalance, services: Services, who: Node, response: Response, key: NeededKey, prefer: Prefer = None
) -> BalanceGiven | NotDone | StatusAnswer:
    """Once for an `Idempotency-Key`, read back before and after. Never repeated by itself when its end was not seen.

    422 and nothing written: a sum that is none, the cap of the day, a large sum that was not said twice, a key that was
    used for something else.
    """
    later = _is_later(body, prefer)
    desk = services.provisioning.desk
    try:
        one = await desk.assign_balance(who.account_id, body.wish(key, later=later), who=who.who)
    except NoPanel as error:
        return NotDone(**failure(Operation.ASSIGN_BALANCE, Status.ERROR, error.code))
    told, is_over = await desk.reply(one, later=later)
    return _marked(told, response, is_over=is_over)


@router.get(
    "/api/provisionings/{provisioning_id}",
    summary="What became of a request to the panel",
    responses={200: {"content": {"application/json": {"example": WAITS}}}, **errors(401, 403, 404, 422, 503)},
    response_model_exclude_none=True,
)
async def provisioning_status(
    provisioning_id: Annotated[int, Path(ge=1, lt=2**63, description="From the 202 of a request.")],
    services: Services,
    who: Node,
) -> StatusAnswer:
    """Its place in the queue while it waits, then what came of it."""
    return StatusAnswer.model_validate(await services.provisioning.desk.status(who.account_id, provisioning_id))


@router.post(
    "/admin/test-rpa",
    summary="Try the browser out: make this user",
    responses={
        200: {"content": {"application/json": {"example": CREATED}}},
        **errors(401, 403, 413, 422, 502, 503),
    },
)
async def test_rpa(body: TestRpa, services: Services, who: Admin) -> UserCreated | NotDone:
    """Really makes it, as `/api/create-user` does; `PUT /admin/panels` and its check write nothing."""
    wish = UserWish(body.conversation_id, body.username, body.username)
    desk = services.provisioning.desk
    try:
        one = await desk.create_user(who.account_id, wish, who=who.who)
    except NoPanel as error:
        return NotDone(**failure(Operation.CREATE_USER, Status.ERROR, error.code))
    told, _ = await desk.reply(one)
    return _marked(told, Response(), is_over=True)
