"""What WhatsApp's refusals mean, said in the words of `domain.errors`. Pure.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes. Only the code is looked
at and shown: titles change, and details may quote a customer's phone. Where a code says that nothing was taken, a send
may be repeated; a 5xx without such a code may have taken it.
"""

from datetime import timedelta
from typing import Final

import httpx
from pydantic import ValidationError

from app.channels.http import error_of, is_json, place, retry_after
from app.channels.whatsapp.payloads import Problem, trouble_of
from app.domain.errors import AppError, NeedsHuman, NotStarted, NotTaken, Rejected
from app.domain.messages import Trouble

PAIR_RATE: Final = 131056
PAIR_WAIT: Final = timedelta(seconds=6)  # one message in six seconds to the same person
# Everybody on this number or account slows down.
TOO_FAST: Final = frozenset({4, 80007, 130429})
SLOW_WAIT: Final = timedelta(seconds=5)

_DOWN: Final = {code: timedelta(seconds=5) for code in (2, 131016, 133004)} | {
    code: timedelta(minutes=1) for code in (131057, 2494100)
}
# "Something went wrong", which may be the request itself.
_UNNAMED: Final = frozenset({1, 131000})
_KEY: Final = frozenset({0, 3, 10, 190, 131005, *range(200, 300)})
_ACCOUNT: Final = {
    368: "Meta has blocked the account for a breach of its policy.",
    131031: "Meta has locked the account.",
    130497: "Meta allows no messages to this country from this account.",
    131048: "Meta holds messages back: too many were taken for spam.",
    131042: "There is a problem with the payment method at Meta.",
    131037: "The number's display name is not approved yet.",
    131045: "The number is not registered.",
    133010: "The number is not registered.",
    33: "The number does not exist any more.",
    131030: "A test number only writes to those on its list.",
    131063: "Marketing templates are not sent by this API.",
    131064: "Meta limits the account: its templates were of the wrong category.",
    137000: "The customer's identity has changed and must be confirmed.",
    132015: "Meta has paused this template.",
    132016: "Meta has disabled this template.",
    132068: "Meta has blocked this flow.",
    132069: "Meta slows this flow down.",
}
_TEMPLATE: Final = frozenset({132000, 132001, 132005, 132007, 132008, 132012})
# The codes by which the engine knows what else may be tried.
_REASONS: Final = {
    Trouble.WINDOW_CLOSED: "The 24 hours after the customer's last message are over.",
    Trouble.OPTED_OUT: "The customer wants no messages of this kind.",
    Trouble.UNREACHABLE: "The customer cannot be reached on WhatsApp.",
}
_HELD_BACK: Final = {131049: "held_back", 130472: "held_back", 131062: "needs_phone"}


def refusal(response: httpx.Response, *, acts: bool) -> AppError | None:
    """Why the call did not do what it should, or None where it did."""
    status = response.status_code
    if status < 300:  # noqa: PLR2004
        return None
    code = code_of(response)
    said = f"{place(response.request)} was refused ({status}, code {code})"
    if (wait := slows_all(response)) is not None:
        return NotStarted(f"{said}: too many calls.", after=wait)
    return (_known(code, said) if code is not None else None) or error_of(response, acts=acts)


def code_of(response: httpx.Response) -> int | None:
    """The vendor's own code; 360dialog's errors may have none."""
    try:
        return Problem.model_validate_json(response.content).code if is_json(response) else None
    except ValidationError:
        return None


def slows_all(response: httpx.Response) -> timedelta | None:
    """For how long nobody should call; None where the refusal is about one customer or one message."""
    code = code_of(response)
    if code in TOO_FAST or (response.status_code == 429 and code != PAIR_RATE):  # noqa: PLR2004
        return retry_after(response, default=SLOW_WAIT)
    return None


def _known(code: int, said: str) -> AppError | None:
    if code == PAIR_RATE:
        return NotStarted(f"{said}: too many messages to one person.", after=PAIR_WAIT, code="pair_rate")
    if code in _DOWN:
        return NotStarted(f"{said}: WhatsApp is down for a while.", after=_DOWN[code])
    if code in _UNNAMED:
        return NotTaken(f"{said}: WhatsApp does not say why.", after=SLOW_WAIT)
    return _for_a_person(code, said) or _wrong(code, said)


def _for_a_person(code: int, said: str) -> NeedsHuman | None:
    """What only the operator can mend."""
    if code in _KEY:
        return NeedsHuman(f"{said}: the token or one of its rights.", hint="Connect the account again.")
    if code in _ACCOUNT:
        return NeedsHuman(f"{said}. {_ACCOUNT[code]}", hint="See WhatsApp Manager.", code=f"whatsapp_{code}")
    return None


def _wrong(code: int, said: str) -> Rejected | None:
    """What stays refused for this customer or this template."""
    if code in _TEMPLATE:
        hint = "GET /admin/templates/approved lists those there are."
        return Rejected(
            f"{said}: the template is missing, not approved or filled in wrongly.", hint=hint, code="template"
        )
    if (trouble := trouble_of(code)) in _REASONS:
        return Rejected(f"{said}. {_REASONS[trouble]}", code=trouble.value)
    return Rejected(f"{said}.", code=_HELD_BACK[code]) if code in _HELD_BACK else None
