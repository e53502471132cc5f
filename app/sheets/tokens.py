"""Tokens for a service account: a signed assertion against a token (RFC 7523), asked for once while it holds.

https://developers.google.com/identity/protocols/oauth2/service-account. The assertion is signed here and not by
authlib's client: every account would need a client of its own, whose first calls in parallel fetch a token each.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from app.domain.clock import Clock
from app.domain.errors import Rejected, Retryable
from app.sheets.base import ServiceAccount, SheetBusy, SheetRefused

TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS: Final = timedelta(hours=1)
_SPARE: Final = timedelta(minutes=2)  # a token is renewed so long before it ends
_OK, _BUSY, _FAULT = 200, 429, 500
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def service_account(text: str, *, base_url: str) -> ServiceAccount:
    """The service account that a key file holds. Its key goes to Google's token address only.

    Raises:
        Rejected: it holds none; the message quotes nothing of it.
    """
    try:
        told: Any = orjson.loads(text)
        known = cast("dict[str, Any]", told)
        email, key, uri = known["client_email"], known["private_key"], known.get("token_uri", TOKEN_URI)
        RSAKey.import_key(str(key))
    except (ValueError, KeyError, TypeError, AttributeError, JoseError):
        raise Rejected(
            "This is no key of a service account.", hint="It is the JSON file that Google gives out for one."
        ) from None
    if uri != TOKEN_URI and not (_is_here(uri) and _is_here(base_url)):
        raise Rejected("The key names another token address than Google's.", hint=f"It is {TOKEN_URI}.")
    return ServiceAccount(str(email), str(key), str(uri))


def _is_here(url: object) -> bool:
    """A loopback address: the sandbox's, where our own base is one too."""
    return isinstance(url, str) and urlsplit(url).hostname in _LOOPBACK


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: datetime


class Tokens:
    """The tokens of this process."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: dict[tuple[str, str], _Token] = {}

    async def token(self, account: ServiceAccount) -> str:
        """One that holds; of those who ask together, one fetches it."""
        async with self._lock:
            key = (account.email, account.private_key)
            known, now = self._known.get(key), self._clock.now()
            if known is None or known.until <= now + _SPARE:
                known = await self._fetched(account, now)
                self._known[key] = known
            return known.value

    def forget(self, account: ServiceAccount) -> None:
        """It was not taken."""
        self._known.pop((account.email, account.private_key), None)

    async def _fetched(self, account: ServiceAccount, now: datetime) -> _Token:
        form = {"grant_type": _GRANT, "assertion": _assertion(account, now)}
        response = await self._http.post(account.token_uri, data=form)
        if response.status_code == _BUSY:
            raise SheetBusy
        if response.status_code >= _FAULT:
            raise Retryable("Google's token endpoint does not answer.", code="sheet_down")
        told = _read(response) if response.status_code == _OK else {}
        if "access_token" not in told:
            raise SheetRefused(
                "Google does not know this service account.",
                hint="Was its key deleted? Make a new one and set it; look also at this machine's clock.",
                code="sheet_key",
            )
        lasts = timedelta(seconds=int(told.get("expires_in", _LASTS.total_seconds())))
        return _Token(str(told["access_token"]), now + lasts)


def _read(response: httpx.Response) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", orjson.loads(response.content))
    except orjson.JSONDecodeError:
        raise Retryable("Google's token endpoint says what is no JSON.", code="sheet_down") from None


def _assertion(account: ServiceAccount, now: datetime) -> str:
    said = {"iss": account.email, "scope": SCOPE, "aud": account.token_uri}
    times = {"iat": int(now.timestamp()), "exp": int((now + _LASTS).timestamp())}
    return jwt.encode({"alg": "RS256", "typ": "JWT"}, {**said, **times}, RSAKey.import_key(account.private_key))
