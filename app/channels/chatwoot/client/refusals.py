"""What Chatwoot's refusals mean, said in the words of `domain.errors`. Pure.

A record that is not valid is 422 with the attributes' names. The endpoint that makes messages answers 422 to whatever
went wrong, also to a fault of the server's own, so only what it is known to say of a message is taken as a refusal.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx
from pydantic import ValidationError

from app.channels.chatwoot.payloads import Refusal
from app.channels.http import CALL_BUDGET, error_of, is_json, place
from app.domain.account import Lane
from app.domain.errors import AppError, Conflict, NeedsHuman, NotStarted, OutcomeUnknown, Rejected

NOT_ALLOWED: Final = "not_allowed"  # the code of an error that means: this token never may

_TOO_MANY: Final = timedelta(seconds=30)  # messages of one conversation are counted by the minute
_OF_BOTS: Final = "not authorized for bots"
_TOO_LONG: Final = re.compile(r"too long", re.IGNORECASE)
_OF_THE_MESSAGE: Final = re.compile(
    r"only allowed in api inboxes|can't be blank|is invalid|param is missing|type not supported|size is too big",
    re.IGNORECASE,
)
_PLAIN_NAME: Final = re.compile(r"\w{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is posted."""

    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call below `/api/v1/`. `as_bot`: with the bot's token, where the account has one.

    With a `file`, what `json` names is posted beside it as a form.
    """

    method: str
    path: str
    lane: Lane
    params: tuple[tuple[str, str], ...] = ()
    json: Any = None
    as_bot: bool = False
    reads: bool = False  # a POST that changes nothing
    says: bool = False  # it makes a message
    file: Upload | None = None
    within: timedelta = CALL_BUDGET

    @property
    def acts(self) -> bool:
        return self.method != "GET" and not self.reads


class Invalid(Conflict):
    """The record is not valid: `attributes` are the fields that the server names."""

    def __init__(self, message: str, attributes: tuple[str, ...]) -> None:
        super().__init__(message, hint="Look it up in Chatwoot, and try again.")
        self.attributes = attributes


def refusal(response: httpx.Response, call: Call) -> AppError | None:
    """Why the call did not do what it should, or None where it did."""
    status, told = response.status_code, _told(response)
    if status == 401:  # noqa: PLR2004
        return _not_allowed(response, told)
    if status == 422:  # noqa: PLR2004
        return _of_a_message(response, told) if call.says else _invalid(response, told)
    return error_of(response, acts=call.acts)


def _told(response: httpx.Response) -> Refusal:
    """The vendor's explanation; an empty one where there is none."""
    try:
        return Refusal.model_validate_json(response.content) if is_json(response) else Refusal()
    except ValidationError:
        return Refusal()


def _not_allowed(response: httpx.Response, told: Refusal) -> AppError:
    """Unknown tokens, missing rights and suspended accounts are all 401 here."""
    if _OF_BOTS in told.said:
        hint = "Give a person's access token beside the bot's."
        return NeedsHuman(f"{place(response.request)} is not for bots (401).", hint=hint, code=NOT_ALLOWED)
    hint = "Check the access tokens, and that their owners belong to the account and are members of the inbox."
    return NeedsHuman(f"{place(response.request)} was refused: the token may not (401).", hint=hint)


def _of_a_message(response: httpx.Response, told: Refusal) -> AppError:
    call = place(response.request)
    if "Too many messages" in told.said:
        return NotStarted(f"{call}: too many messages in this conversation.", after=_TOO_MANY)
    if _TOO_LONG.search(told.said):
        return Rejected(f"{call}: the message is too long (422).", code="too_long")
    if told.attributes or _OF_THE_MESSAGE.search(told.said):
        return _invalid(response, told)
    return OutcomeUnknown(f"{call} was answered with 422, which may hide a fault of the server.")


def _invalid(response: httpx.Response, told: Refusal) -> Invalid:
    """The names of the fields. The vendor's own sentences are left out: they may quote what was sent."""
    names = tuple(name for name in told.attributes if _PLAIN_NAME.fullmatch(name))
    said = ", ".join(names[:5]) or "no field named"
    return Invalid(f"{place(response.request)} was refused (422): {said}.", names)
