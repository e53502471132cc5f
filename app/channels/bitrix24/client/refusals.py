"""What Bitrix24's refusals mean, said in the words of `domain.errors`. Pure.

Every refusal is a JSON of `error` and `error_description`; the code says more than the status, and the sentence is
never quoted. One word of caution: a batch answers 200 although a command of it was refused.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx

from app.channels.bitrix24.payloads.answers import Envelope, ProblemShape
from app.channels.http import broken, error_of, retry_after
from app.domain.account import Lane
from app.domain.errors import AppError, Conflict, NeedsHuman, NotFound, NotStarted, Rejected

WRONG_CHAT: Final = "wrong_chat"  # a person has the chat already
NOT_THERE: Final = "not_in_chat"  # whoever speaks is no member of the chat any more
NOT_ALLOWED: Final = "not_allowed"  # this webhook or plan never may
NO_BOT: Final = "no_bot"
BY_HAND: Final = "blocked"  # the portal's REST is shut for everybody
PACE: Final = "pace"
TOO_FAST: Final = timedelta(seconds=2)  # a bucket of 50 that drains two a second has room again by then
BLOCKED: Final = timedelta(minutes=5)  # a block by hand
TOO_MANY: Final = 429
OPERATING_WINDOW: Final = timedelta(minutes=10)
OPERATING_TIME: Final = "OPERATION_TIME_LIMIT"
REST: Final = timedelta(minutes=1)  # a method's time is counted in ten buckets of a minute: one is free again by then

_FULL: Final = frozenset({"QUERY_LIMIT_EXCEEDED", "RATE_LIMIT_EXCEEDED", "TOO_MANY_REQUESTS"})
_TOKEN: Final = frozenset({"NO_AUTH_FOUND", "EXPIRED_TOKEN", "INVALID_CREDENTIALS", "INVALID_TOKEN", "AUTH_ERROR"})
_RIGHT: Final = frozenset({"INSUFFICIENT_SCOPE", "SCOPE_ERROR", "USER_ACCESS_ERROR", "WRONG_AUTH_TYPE"})
_BOT: Final = frozenset(
    {"BOT_NOT_FOUND", "BOT_OWNERSHIP_ERROR", "BOT_TOKEN_NOT_SPECIFIED", "BOT_TOKEN_INVALID", "BOT_ID_ERROR"}
)


@dataclass(frozen=True, slots=True)
class Call:
    """One method with its parameters. `acts`: it does something lasting; `speaks`: people hear it."""

    method: str
    params: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    lane: Lane = Lane.CRM
    acts: bool = False


def refusal(response: httpx.Response, told: Envelope, call: Call) -> AppError | None:
    """Why the call did not do what it should, or None where it did."""
    status, code = response.status_code, told.error.upper()
    if code in _FULL or status == TOO_MANY:
        default = OPERATING_WINDOW if code == OPERATING_TIME else TOO_FAST
        after = retry_after(response, default=default)
        if code == OPERATING_TIME:
            return out_of_time(call.method, after=after)
        return NotStarted(f"Bitrix24 asks for a slower pace at {call.method}.", after=after, code=PACE)
    if code == "OVERLOAD_LIMIT":
        return _blocked()
    if code or told.description:
        return meaning(ProblemShape(error=told.error, description=told.description), call)
    return error_of(response, acts=call.acts)


def meaning(problem: ProblemShape, call: Call) -> AppError:
    """What a code of Bitrix24's says about a call, or about a command of a batch."""
    code, name = problem.error.upper(), call.method
    needed = _needs_a_person(problem, code, name)
    if needed is not None:
        return needed
    slower = _slower(code, name)
    if slower is not None:
        return slower
    if code == "INTERNAL_SERVER_ERROR":
        return broken(f"{name} failed within Bitrix24.", acts=call.acts)
    if "NOT_FOUND" in code or (not code and "not found" in problem.description.lower()):
        return _missing(call)
    known: dict[str, AppError] = {
        "WRONG_CHAT": Conflict("A person has this chat already.", code=WRONG_CHAT),
        "ACCESS_DENIED": Rejected(f"{name} was refused: not a member of this chat.", code=NOT_THERE),
    }
    return known.get(code) or Rejected(f"{name} was refused ({code[:60]}).")


def out_of_time(method: str, *, after: timedelta) -> NotStarted:
    """One method that must rest; the others may be called."""
    message = f"{method} has used up its running time at this portal."
    return NotStarted(message, after=after, code="operating_time")


def _slower(code: str, method: str) -> NotStarted | None:
    """A command of a batch that was not done for the pace of this method, of this portal, or of all of it."""
    if code == OPERATING_TIME:
        return out_of_time(method, after=REST)
    if code in _FULL:
        return NotStarted(f"Bitrix24 asks for a slower pace at {method}.", after=TOO_FAST, code=PACE)
    return _blocked() if code == "OVERLOAD_LIMIT" else None


def _blocked() -> NotStarted:
    message = "Bitrix24 has blocked this portal's REST by hand (OVERLOAD_LIMIT)."
    return NotStarted(message, after=BLOCKED, hint="If it lasts, ask Bitrix24's support.", code=BY_HAND)


def _needs_a_person(problem: ProblemShape, code: str, name: str) -> NeedsHuman | None:
    if code in _TOKEN:
        return NeedsHuman(f"{name} was refused: the webhook is not valid ({code}).", hint="Make a new one and connect.")
    if code in _RIGHT or (code == "ACCESS_DENIED" and "commercial" in problem.description.lower()):
        hint = "Tick imopenlines, imbot, im, crm and user in the webhook's rights; REST needs a commercial plan."
        return NeedsHuman(f"{name} was refused: a right or the plan is missing ({code}).", hint=hint, code=NOT_ALLOWED)
    if code in _BOT:
        hint = "Connect the account again; a bot that another webhook registered needs its B24_BOT_TOKEN."
        return NeedsHuman(f"{name} was refused: the bot is not ours ({code}).", hint=hint, code=NO_BOT)
    return None


def _missing(call: Call) -> NotFound:
    return NotFound(f"{call.method}: not found.", hint="Look it up in Bitrix24: the id is wrong, or it was deleted.")
