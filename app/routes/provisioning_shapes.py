"""What callers say to and hear from a panel's doors: users, balances, and where a request stands."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.routes.fields import Strict, Words
from app.services.provisioning.balances import AMOUNT_PATTERN, Confirmation, amount_of
from app.services.provisioning.desk import BalanceWish, UserWish

Username = Annotated[str, Field(pattern=r"^[a-z0-9._-]{3,32}$")]
Amount = Annotated[str, Field(pattern=AMOUNT_PATTERN, description="Such as 25.00: digits, two decimal places at most.")]
Locale = Literal["pt-BR", "es", "en"]
Callback = Annotated[
    str | None,
    Field(max_length=2000, description="A public https address that is told what came of it; answered with 202."),
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
