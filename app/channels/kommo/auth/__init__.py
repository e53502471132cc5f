"""Kommo's OAuth: Authlib over httpx2, the one place that names either.

Kommo departs from the standard where the standard's clients trust it: its token endpoint takes JSON, its errors carry
no `error`, which Authlib would keep as a token, and it lives at the address that the redirect itself names in
`referer`. So that name is looked at before any secret goes there, and an answer is read before it is believed.
https://developers.kommo.com/docs/oauth-20, https://developers.kommo.com/reference/get-token
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx2
import orjson
from authlib.integrations.httpx_client import AsyncOAuth2Client
from pydantic import BaseModel, Field, ValidationError

from app.channels.consent import Consent
from app.channels.guard import is_loopback
from app.channels.http import CALL_BUDGET
from app.channels.kommo.auth import botcalls
from app.channels.kommo.client.refusals import BAN
from app.domain.account import Connection, Lane
from app.domain.clock import Clock
from app.domain.errors import AppError, GrantLost, NeedsHuman, NotStarted, OutcomeUnknown, Untrusted
from app.domain.grants import BotCall, Pair
from app.domain.ids import AccountId
from app.domain.ports import Governor

CONSENT_URL: Final = "https://www.kommo.com/oauth"
TOKEN_PATH: Final = "/oauth2/access_token"  # noqa: S105 - a path
_JSON: Final = "client_secret_json"
_REFUSED_CODE: Final = "Start again at /oauth/kommo/start. If it lasts, compare the redirect address with PUBLIC_URL."
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.(?:kommo\.com|amocrm\.com)")
_NOT_ACCOUNTS: Final = ("www.", "api.", "api-")  # the vendor's own hosts
_HERE = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?")


class PairShape(BaseModel):
    """What the token endpoint gives."""

    access_token: str = Field(min_length=1)
    refresh_token: str = Field(min_length=1)
    expires_in: int = Field(gt=0, le=10 * 365 * 24 * 3600)


class _Refused(Exception):
    """Carries a refusal out of Authlib's hook; never leaves this module."""

    def __init__(self, status: int, asked_wait: str) -> None:
        super().__init__(status)
        self.status = status
        self.asked_wait = asked_wait


class KommoConsent(Consent):
    """One integration of ours. `consent_url` is Kommo's page; a loopback address makes it the sandbox's."""

    channel: str = "kommo"

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        redirect_uri: str,
        governor: Governor,
        clock: Clock,
        consent_url: str = CONSENT_URL,
    ) -> None:
        self.client_id = client_id
        self._secret = client_secret
        self._redirect_uri = redirect_uri
        self._governor = governor
        self._clock = clock
        self._consent_url = consent_url
        self._is_sandbox = is_loopback(urlsplit(consent_url).hostname or "")

    def page(self, state: str) -> str:
        """Where a browser is sent. Kommo knows the redirect address and the scopes from the integration's settings."""
        return str(httpx2.URL(self._consent_url, params={"client_id": self.client_id, "state": state, "mode": "popup"}))

    def home(self, referer: str) -> str:
        """The account's own address, as the redirect names it. Our secret will travel there.

        Raises:
            Untrusted: it is not one of Kommo's accounts.
        """
        host = referer.strip().lower().removeprefix("https://").removesuffix("/")
        if _HOST.fullmatch(host) and not host.startswith(_NOT_ACCOUNTS):
            return f"https://{host}"
        if self._is_sandbox and _HERE.fullmatch(host):
            return f"http://{host}"
        message = "The referer of this call is not an account of Kommo."
        raise Untrusted(message, hint="Start again at /oauth/kommo/start.", code="foreign_referer")

    async def exchange(self, home: str, code: str) -> Pair:
        """The pair for a code. A code works once, within twenty minutes.

        Raises:
            Untrusted: Kommo does not know this code, or no longer.
            NotStarted: nothing was redeemed, try again.
            OutcomeUnknown: it may have been.
        """
        async with self._client() as client:
            asked = client.fetch_token(home + TOKEN_PATH, grant_type="authorization_code", code=code)
            try:
                return await self._pair(asked, home, account_id=AccountId(0))
            except GrantLost:
                raise _settings_refused() from None
            except _Refused:
                message = "Kommo does not take this code: it was used, or is older than twenty minutes."
                raise Untrusted(message, hint=_REFUSED_CODE, code="code_refused") from None

    async def refresh(self, account_id: AccountId, home: str, refresh_token: str) -> Pair:
        """The next pair. The old refresh token is dead as soon as Kommo hears this.

        Raises:
            GrantLost: Kommo does not take it: it was used, is too old, or the integration was taken out.
            NotStarted: nothing happened, try again.
            OutcomeUnknown: the old pair may be dead.
        """
        async with self._client() as client:
            parts = {"redirect_uri": self._redirect_uri}
            asked = client.refresh_token(home + TOKEN_PATH, refresh_token=refresh_token, **parts)
            try:
                return await self._pair(asked, home, account_id=account_id)
            except _Refused:
                raise _settings_refused() from None

    def is_signed(self, account_ref: str, client_id: str, signature: str) -> bool:
        """Whether Kommo itself says that this account took the integration out. Compared in constant time."""
        if not hmac.compare_digest(client_id.encode(), self.client_id.encode()):
            return False
        return hmac.compare_digest(
            uninstall_signature(self._secret, self.client_id, account_ref), signature.lower().encode()
        )

    def bot_secret(self) -> str:
        return botcalls.secret_of(self._secret)

    def bot_call(self, token: str, *, now: datetime) -> BotCall:
        return botcalls.read(token, secret=self._secret, client_id=self.client_id, now=now)

    def return_address(self, home: str, url: str) -> str:
        return botcalls.return_address(home, url)

    def _client(self) -> AsyncOAuth2Client:
        client = AsyncOAuth2Client(
            self.client_id,
            self._secret,
            _JSON,
            redirect_uri=self._redirect_uri,
            timeout=httpx2.Timeout(CALL_BUDGET.total_seconds()),
            follow_redirects=False,
            trust_env=False,
        )
        client.register_client_auth_method((_JSON, _as_json))
        client.register_compliance_hook("access_token_response", _only_good)
        client.register_compliance_hook("refresh_token_response", _only_good)
        return client

    async def _pair(self, asked: Awaitable[Mapping[str, Any]], home: str, *, account_id: AccountId) -> Pair:
        """Wait for our turn, then for the answer, in the words of our errors."""
        connection = Connection(account_id, self.channel, "", home, "")
        try:
            await self._slot(connection)
            async with asyncio.timeout(CALL_BUDGET.total_seconds()):
                answer = PairShape.model_validate(dict(await asked))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            raise NotStarted("No connection to Kommo's token endpoint.") from None
        except (httpx2.HTTPError, ValidationError, ValueError, TimeoutError):
            raise OutcomeUnknown("Kommo's token endpoint gave no clear answer.") from None
        except _Refused as refused:
            error = await self._heard(refused, connection)
            if error is None:
                raise
            raise error from None
        expires_at = self._clock.now() + timedelta(seconds=answer.expires_in)
        return Pair(answer.access_token, answer.refresh_token, expires_at)

    async def _slot(self, connection: Connection) -> None:
        try:
            async with asyncio.timeout(CALL_BUDGET.total_seconds()):
                await self._governor.slot(connection, Lane.REPLY)
        except TimeoutError:
            raise NotStarted("No slot came in time for Kommo's token endpoint.") from None

    async def _heard(self, refused: _Refused, connection: Connection) -> AppError | None:
        """What a refusal means; the governor hears of those that are about all calls."""
        if refused.status == 401:  # noqa: PLR2004
            message = "Kommo takes this account's tokens no longer (401)."
            return GrantLost(message, hint="Its administrator must grant access again: open /oauth/kommo/start.")
        if refused.status == 429:  # noqa: PLR2004
            wait = timedelta(seconds=int(refused.asked_wait[:4])) if refused.asked_wait.isdecimal() else BAN
            await self._governor.slow_down(connection, wait)
            return NotStarted("Kommo asks for a slower pace at its token endpoint.", after=wait)
        if refused.status == 403:  # noqa: PLR2004 - the address is blocked, which the token endpoint is not spared
            await self._governor.hold(connection, self._clock.now() + BAN)
            return NotStarted("Kommo refuses every call from this address (403).", after=BAN, code="banned")
        if refused.status >= 500 or refused.status < 400:  # noqa: PLR2004
            return OutcomeUnknown(f"Kommo's token endpoint answered with {refused.status}.")
        return None


def uninstall_signature(secret: str, client_id: str, account_ref: str) -> bytes:
    """The signature of the uninstall hook: hex HMAC-SHA256 over `client_id|account_id`."""
    message = f"{client_id}|{account_ref}".encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()


def _as_json(client: Any, method: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, bytes]:
    """Client and grant together in a JSON body, as Kommo wants them."""
    del method
    given = dict(parse_qsl(body.decode() if isinstance(body, bytes) else str(body)))
    named = {"client_id": str(client.client_id), "client_secret": str(client.client_secret)}
    headers["Content-Type"] = "application/json"
    return uri, headers, orjson.dumps({**named, **given})


def _only_good(response: httpx2.Response) -> httpx2.Response:
    """Refuse what is no success, before Authlib takes an explanation for a token."""
    if response.status_code != 200:  # noqa: PLR2004
        raise _Refused(response.status_code, response.headers.get("retry-after", ""))
    try:
        PairShape.model_validate_json(response.content)
    except ValidationError:
        raise _Refused(502, "") from None
    return response


def _settings_refused() -> NeedsHuman:
    return NeedsHuman(
        "Kommo does not take our integration's id, secret or redirect address.",
        hint="Compare KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET and PUBLIC_URL with the integration's settings.",
        code="integration_refused",
    )
