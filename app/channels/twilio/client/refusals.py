"""What Twilio's refusals mean, said in the words of `domain.errors`. Pure.

https://www.twilio.com/docs/api/errors. Only the code is looked at and shown: the sentences quote customers' phones.
Where a code says that nothing was taken, a send may be repeated; a 5xx without such a code may have taken it.
"""

from datetime import timedelta
from typing import Final

import httpx
from pydantic import ValidationError

from app.channels.http import error_of, is_json, place, retry_after
from app.channels.twilio.payloads import Problem, trouble_of
from app.domain.errors import AppError, NeedsHuman, NotStarted, Rejected
from app.domain.messages import Trouble

TOO_FAST: Final = frozenset({20429})
SLOW_WAIT: Final = timedelta(seconds=5)

# Nothing was taken, and it will be after a while: a full queue, the tier's limit, the provider's own fault.
_LATER: Final = {
    21611: timedelta(minutes=1),
    30001: timedelta(minutes=1),
    63018: timedelta(minutes=5),
    63012: timedelta(seconds=10),
}
_KEY: Final = frozenset({20003, 20005, 20006})
_ACCOUNT: Final = {
    63002: "The number has no WhatsApp sender.",
    63007: "The number is no WhatsApp sender of this account.",
    63008: "The WhatsApp sender is not set up rightly.",
    63011: "WhatsApp told Twilio nothing about the number.",
    63020: "The sender's business has not accepted Twilio's invitation.",
    63030: "WhatsApp does not support what was asked.",
    63051: "WhatsApp has restricted the account.",
    21606: "The number cannot send.",
    21659: "The number is not one of this account.",
    21608: "A trial account only writes to verified numbers.",
}
_TEMPLATE: Final = frozenset({21655, 21656, 63021, 63027, 63028, 63029})
_TOO_LONG: Final = frozenset({21617, 21658})
# The codes by which the engine knows what else may be tried.
_REASONS: Final = {
    Trouble.WINDOW_CLOSED: "The 24 hours after the customer's last message are over.",
    Trouble.OPTED_OUT: "The customer wants no messages.",
    Trouble.UNREACHABLE: "The customer cannot be reached on WhatsApp.",
}
_HELD_BACK: Final = frozenset({63049, 63032})


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
    """The vendor's own code."""
    try:
        return Problem.model_validate_json(response.content).code if is_json(response) else None
    except ValidationError:
        return None


def slows_all(response: httpx.Response) -> timedelta | None:
    """For how long nobody should call; None where the refusal is about one message."""
    if response.status_code == 429 or code_of(response) in TOO_FAST:  # noqa: PLR2004
        return retry_after(response, default=SLOW_WAIT)
    return None


def _known(code: int, said: str) -> AppError | None:
    if code in _LATER:
        return NotStarted(f"{said}: not now.", after=_LATER[code])
    return _for_a_person(code, said) or _wrong(code, said)


def _for_a_person(code: int, said: str) -> NeedsHuman | None:
    """What only the operator can mend."""
    if code in _KEY:
        return NeedsHuman(f"{said}: the auth token or the API key.", hint="Connect the account again.")
    if code in _ACCOUNT:
        return NeedsHuman(f"{said}. {_ACCOUNT[code]}", hint="See Twilio's console.", code=f"twilio_{code}")
    return None


def _wrong(code: int, said: str) -> Rejected | None:
    """What stays refused for this customer, this text or this template."""
    if code in _TOO_LONG:
        return Rejected(f"{said}: the text is too long.", hint="Shorten it.", code="too_long")
    if code in _TEMPLATE:
        hint = "Its ContentSid and its approval stand in the Content Template Builder of Twilio's console."
        return Rejected(
            f"{said}: the template is missing, not approved or filled in wrongly.", hint=hint, code="template"
        )
    if (trouble := trouble_of(code)) in _REASONS:
        return Rejected(f"{said}. {_REASONS[trouble]}", code=trouble.value)
    return Rejected(f"{said}.", code="held_back") if code in _HELD_BACK else None
