"""Users and balances on a panel that belongs to somebody else. Served by the API and by the browser service alike."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.provisioning import Operation, Status
from app.routes.bounds import BoundedRoute
from app.routes.control import Strict
from app.routes.deps import Admin, Node, Services
from app.routes.errors import errors
from app.routes.fields import Words
from app.services.provisioning.answers import NoPanel, failure
from app.services.provisioning.balances import AMOUNT_PATTERN, Confirmation, amount_of
from app.services.provisioning.desk import BalanceWish, UserWish

router = APIRouter(tags=["provisioning"], route_class=BoundedRoute)
Username = Annotated[str, Field(pattern=r"^[a-z0-9._-]{3,32}$")]
Amount = Annotated[str, Field(pattern=AMOUNT_PATTERN, description="Such as 25.00: digits, two decimal places at most.")]
Locale = Literal["pt-BR", "es", "en"]
Callback = Annotated[
    str | None,
    Field(max_length=2000, description="A public https address that is told what came of it; answered with 202."),
]
Prefer = Annotated[
    str | None, Header(alias="Prefer", max_length=200, description="respond-async: 202 at once, with a status_url.")
]
NeededKey = Annotated[
    str,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="A second call with it gives nothing."),
]
_AT, _END = "2026-11-21T15:41:17.906720Z", "2026-11-21T15:42:07.906720Z"


class CreateUser(Strict):
    """The user to be made. `conversation_id` is your own text and need not exist here."""

    model_config = ConfigDict(
        extra="forbid",
        coerce_numbers_to_str=True,
        json_schema_extra={
            "examples": [
                {
                    "conversation_id": "wa-5511999990000",
                    "captured_user_name": "Sofía",
                    "candidate_username": "sofia1234",
                    "attempt_number": 1,
                }
            ]
        },
    )

    conversation_id: Words = Field(min_length=1, max_length=200)
    captured_user_name: Words = Field(max_length=200)
    candidate_username: Username
    attempt_number: int = Field(ge=1, le=10)
    locale: Locale = Field(default="es", description="The language of the good news.")
    callback_url: Callback = None

    def wish(self, *, later: bool) -> UserWish:
        return UserWish(
            *(self.conversation_id, self.captured_user_name, self.candidate_username, self.attempt_number, self.locale),
            callback_url=self.callback_url,
            later=later,
        )


class TestRpa(Strict):
    """A user to be made for a trial."""

    __test__ = False
    model_config = ConfigDict(
        extra="forbid",
        coerce_numbers_to_str=True,
        json_schema_extra={"examples": [{"username": "teste1234", "conversation_id": "test"}]},
    )

    username: Username
    conversation_id: Words = Field(min_length=1, max_length=200)


class AssignBalance(Strict):
    """A sum for a user. Above the panel's limit it is said twice: `confirm_amount`, and `confirmed_by`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"username": "sofia1234", "amount": "25.00"}]}
    )

    username: Username
    amount: Amount
    conversation_id: Words = Field(default="", max_length=200)
    confirm_amount: Amount | None = None
    confirmed_by: Words = Field(default="", max_length=100)
    locale: Locale = Field(default="es", description="The language of the good news.")
    callback_url: Callback = None

    def wish(self, key: str, *, later: bool) -> BalanceWish:
        twice = None if self.confirm_amount is None else Confirmation(amount_of(self.confirm_amount), self.confirmed_by)
        return BalanceWish(
            *(self.username, amount_of(self.amount), key, twice, self.conversation_id, self.locale),
            callback_url=self.callback_url,
            later=later,
        )


class UserCreated(BaseModel):
    """The user is there: it was read back."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["success"]
    generated_username: str
    response_message: str


class NotDone(BaseModel):
    """`conflict`: the name is taken, choose another. `error`: a person must look; `error_detail` begins with a code."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["conflict", "error"]
    response_message: str
    error_detail: str


class BalanceGiven(BaseModel):
    """The balance was read before and after."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["success"]
    username: str
    amount: str
    balance_before: str | None
    balance_after: str | None
    response_message: str


class StatusAnswer(BaseModel):
    """Where a request stands. `status`: waiting or running with a `position`, else what came of it."""

    id: int
    operation: str
    status: Literal["waiting", "running", "success", "conflict", "error"]
    conversation_id: str
    candidate_username: str
    attempt_number: int
    step: str
    tries: int
    position: int | None = None
    created_at: datetime
    deadline: datetime
    done_at: datetime | None
    status_url: str
    generated_username: str | None = None
    amount: str | None = None
    balance_before: str | None = None
    balance_after: str | None = None
    response_message: str | None = None
    error_detail: str | None = None
    evidence: list[str] = []


CREATED: dict[str, Any] = {
    "status": "success",
    "generated_username": "sofia1234",
    "response_message": "Usuario sofia1234 creado exitosamente. Contraseña: Xk7mPq2wRt9d",
}
GIVEN: dict[str, Any] = {
    "status": "success",
    "username": "sofia1234",
    "amount": "25.00",
    "balance_before": "0.00",
    "balance_after": "25.00",
    "response_message": "Saldo de 25.00 acreditado a sofia1234.",
}
WAITS: dict[str, Any] = {
    "id": 7,
    "operation": "create_user",
    "status": "waiting",
    "conversation_id": "wa-5511999990000",
    "candidate_username": "sofia1234",
    "attempt_number": 1,
    "step": "accepted",
    "tries": 0,
    "position": 1,
    "created_at": _AT,
    "deadline": _END,
    "done_at": None,
    "status_url": "/api/provisionings/7",
}
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
