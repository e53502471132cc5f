"""What Kommo's refusals mean, said in the words of `domain.errors`. Pure.

https://developers.kommo.com/docs/http-codes and https://developers.kommo.com/docs/limitations: after repeated 429 the
caller's address is banned and gets 403 on every call, which must not be mistaken for a missing right.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx
from pydantic import ValidationError

from app.channels.http import LONGEST_WAIT, error_of, is_json, place, retry_after
from app.channels.kommo.payloads import Problem, WrongField
from app.domain.account import Lane
from app.domain.errors import AppError, NeedsHuman, NotFound, NotStarted, Rejected, WayLost

BAN: Final = timedelta(minutes=5)  # how long all lanes keep quiet after a 403 to everything

NOT_ALLOWED: Final = "not_allowed"  # the code of an error that means: this token or plan never may

_ABOUT_A_RIGHT = re.compile(r"scope|permission|rights?\b|tariff|plan\b", re.IGNORECASE)
_PLAIN_PATH = re.compile(r"[\w.\-\[\]]{1,80}")


@dataclass(frozen=True, slots=True)
class Call:
    """One call below `/api/v4/`. `way` names the way of sending that is lost where plan or scope refuse it."""

    method: str
    path: str
    lane: Lane
    params: tuple[tuple[str, str], ...] = ()
    json: Any = None
    way: str = ""
    page_size: int = 250  # the largest that Kommo allows, of most lists
    is_for_admins: bool = False  # Kommo refuses these to others, which says nothing about the address

    @property
    def acts(self) -> bool:
        return self.method != "GET"


class FieldsRefused(Rejected):
    """A validation error that names the fields, so that a caller may leave them out."""

    def __init__(self, message: str, wrong: tuple[WrongField, ...]) -> None:
        super().__init__(message)
        self.wrong = wrong


def refusal(response: httpx.Response, call: Call, *, banned: bool) -> AppError | None:
    """Why the call did not do what it should, or None where it did. `banned`: so is every other call."""
    status = response.status_code
    if status == 429:  # noqa: PLR2004
        return NotStarted(f"Kommo asks for a slower pace at {place(response.request)}.", after=_wait_of(response))
    if banned:
        message = "Kommo refuses every call from this address (403)."
        return NotStarted(message, after=BAN, hint="If it lasts, ask Kommo's support to lift the block.", code="banned")
    if status in {402, 403}:
        return _not_allowed(response, call)
    if status in {400, 422} and (wrong := _wrong_fields(response)):
        return FieldsRefused(f"{place(response.request)} was refused ({status}): {_paths(wrong)}.", wrong)
    if status == 404 and call.way == "salesbot":  # noqa: PLR2004
        return WayLost(call.way, "The Salesbot of this account's settings does not exist or is off.")
    return error_of(response, acts=call.acts)


def may_be_a_ban(response: httpx.Response, call: Call) -> bool:
    """A 403 that is not about a right of this token: a web server's page, or nothing that we know.

    It may still be about this one contact or message. Whether the address is banned, the account itself tells.
    """
    if response.status_code != 403:  # noqa: PLR2004
        return False
    return not is_json(response) or not (call.is_for_admins or _ABOUT_A_RIGHT.search(problem_of(response).detail))


def problem_of(response: httpx.Response) -> Problem:
    """The vendor's explanation; an empty one where there is none."""
    try:
        return Problem.model_validate_json(response.content) if is_json(response) else Problem()
    except ValidationError:
        return Problem()


def nothing_there(call: Call) -> NotFound:
    """204, where one thing was asked for."""
    hint = "Look it up in Kommo: the id is wrong, or it was deleted."
    return NotFound(f"Kommo knows no {call.path} (204).", hint=hint)


def _not_allowed(response: httpx.Response, call: Call) -> AppError:
    if may_be_a_ban(response, call):
        return Rejected(f"{place(response.request)} was refused (403); other calls are not.")
    reason = "the plan or its quota" if response.status_code == 402 else "the token's scopes or rights"  # noqa: PLR2004
    message = f"{place(response.request)} was refused by {reason} ({response.status_code})."
    if call.way:
        return WayLost(call.way, message, hint="Another way of sending is tried; see the account's capabilities.")
    return NeedsHuman(message, hint="Check plan, payment and scopes in Kommo.", code=NOT_ALLOWED)


def _wait_of(response: httpx.Response) -> timedelta:
    """Kommo names the wait in the body; a header has been seen in other vendors' gates before it."""
    told = problem_of(response).retry_after
    if told is None or told < 0:
        return retry_after(response)
    return min(timedelta(seconds=min(told, 10**6)), LONGEST_WAIT)


def _wrong_fields(response: httpx.Response) -> tuple[WrongField, ...]:
    return tuple(field for item in problem_of(response).wrong for field in item.errors)


def _paths(wrong: tuple[WrongField, ...]) -> str:
    """The names of the fields. Kommo's own sentences are left out: they may quote what was sent."""
    return ", ".join(field.path for field in wrong[:3] if _PLAIN_PATH.fullmatch(field.path)) or "no field named"
