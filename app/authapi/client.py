"""The Auth API over HTTP: it sends one-time passwords by SMS and checks them. Implements `domain.OneTimeCodes`.

Sending acts: a call whose answer is missing or a 5xx may have sent one, and is told so (`OutcomeUnknown`), never tried
again here. What no customer can mend is `Rejected`, with the status in its code. No error shows a body, a phone or a
password.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final, cast

import httpx
import orjson

from app.domain.errors import NotStarted, OutcomeUnknown, Rejected
from app.domain.registration import Applicant, Outcome

SEND_PATH: Final = "/otp/send"
VERIFY_PATH: Final = "/otp/verify"
USER_TYPE: Final = "MSME"
SOURCE: Final = "whatsapp"

_BUDGET: Final = timedelta(seconds=15)  # an SMS gateway behind it may be slow
_SHORT_WAIT: Final = timedelta(seconds=30)  # asked to wait no longer, the errand comes back by itself
_NOTHING_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

# Their own words for what happened, as error codes; where they give none, the status tells.
_SEND_CODES: Final = {
    "already_registered": Outcome.ALREADY,
    "user_exists": Outcome.ALREADY,
    "user_already_exists": Outcome.ALREADY,
    "invalid_phone": Outcome.BAD_PHONE,
    "invalid_phone_number": Outcome.BAD_PHONE,
    "phone_unreachable": Outcome.BAD_PHONE,
    "too_soon": Outcome.HELD_BACK,
    "rate_limited": Outcome.LIMITED,
    "too_many_requests": Outcome.LIMITED,
}
_VERIFY_CODES: Final = {
    "invalid_otp": Outcome.WRONG,
    "wrong_otp": Outcome.WRONG,
    "otp_expired": Outcome.EXPIRED,
    "expired_otp": Outcome.EXPIRED,
    "already_verified": Outcome.SUCCESS,
}
_OURS_TO_MEND: Final = (401, 403, 404, 405)  # address or key are wrong
_SEND_STATUS: Final = {409: Outcome.ALREADY, 429: Outcome.LIMITED}
_VERIFY_STATUS: Final = {400: Outcome.WRONG, 409: Outcome.SUCCESS, 410: Outcome.EXPIRED, 422: Outcome.WRONG}


class AuthApi:
    """One Auth API by its address; `key`, where it wants one, goes along as a bearer token."""

    def __init__(self, http: httpx.AsyncClient, url: str, key: str | None = None) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def send(self, applicant: Applicant, *, key: str) -> Outcome:
        body = {
            "phone_number": applicant.phone,
            "user_type": USER_TYPE,
            "metadata": {
                "source": SOURCE,
                "onboarding_data": {
                    "name": applicant.name,
                    "sector": applicant.sector,
                    "pincode": applicant.pincode,
                },
            },
        }
        answer = await self._post(SEND_PATH, body, key)
        return _outcome(answer, _SEND_CODES, _SEND_STATUS)

    async def verify(self, phone: str, code: str, *, key: str) -> Outcome:
        answer = await self._post(VERIFY_PATH, {"phone_number": phone, "user_type": USER_TYPE, "otp": code}, key)
        return _outcome(answer, _VERIFY_CODES, _VERIFY_STATUS)

    async def _post(self, path: str, body: Mapping[str, object], key: str) -> httpx.Response:
        headers = {**self._headers, "Idempotency-Key": sha256(key.encode()).hexdigest()[:32]}
        try:
            async with asyncio.timeout(_BUDGET.total_seconds()):
                answer = await self._http.post(f"{self._url}{path}", json=body, headers=headers)
        except _NOTHING_SENT as error:
            raise NotStarted(f"No connection to the Auth API for {path} ({type(error).__name__}).") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise OutcomeUnknown(f"No answer of the Auth API to {path} ({type(error).__name__}).") from None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise OutcomeUnknown(f"The Auth API answered {path} with {answer.status_code}.")
        if answer.status_code in _OURS_TO_MEND:
            raise _refused(answer, path)
        if (wait := _short_wait(answer)) is not None:
            raise NotStarted("The Auth API asks to come back.", after=wait)
        return answer


def _short_wait(answer: httpx.Response) -> timedelta | None:
    """A 429 that names a wait which the customer need not hear of."""
    asked = answer.headers.get("retry-after", "").strip()
    if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS or not (asked.isascii() and asked.isdecimal()):
        return None
    wait = timedelta(seconds=int(asked[:6]))
    return wait if wait <= _SHORT_WAIT else None


def _outcome(answer: httpx.Response, codes: Mapping[str, Outcome], statuses: Mapping[int, Outcome]) -> Outcome:
    """By their own code, else by the status; a success whose body says otherwise is none."""
    said = codes.get(_code_in(answer))
    if answer.is_success and _body(answer).get("success") is not False:
        return said or Outcome.SUCCESS
    if outcome := said or statuses.get(answer.status_code):
        return outcome
    raise _refused(answer, answer.request.url.path)


def _refused(answer: httpx.Response, path: str) -> Rejected:
    status = answer.status_code
    return Rejected(f"The Auth API refused {path} with {status}.", code=f"auth_api_{status}")


def _code_in(answer: httpx.Response) -> str:
    """The error code of a body, wherever they put it: `code`, `error`, or `error.code`."""
    body = _body(answer)
    error: object = body.get("error")
    nested = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
    found: object = nested.get("code") or body.get("code") or body.get("error_code") or body.get("error")
    return found.strip().lower() if isinstance(found, str) else ""


def _body(answer: httpx.Response) -> dict[str, Any]:
    try:
        body: object = orjson.loads(answer.content or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}
