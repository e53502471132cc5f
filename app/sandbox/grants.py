"""OAuth as the vendor does it: a code once within twenty minutes, then pairs of which each refresh token works once."""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from pydantic import Field, ValidationError

from app.sandbox.account import Account
from app.sandbox.clock import Clock
from app.sandbox.errors import problem
from app.sandbox.exchange import Answer, hal
from app.sandbox.validation import Strict

TOKEN_PATH = "/oauth2/access_token"  # noqa: S105  # a path, not a secret
CODE_SECONDS = 20 * 60
ACCESS_SECONDS = 24 * 3600
REFRESH_SECONDS = 90 * 24 * 3600
SCOPES = ["crm", "files", "notifications", "list_external_messages", "send_external_messages"]


class TokenOrder(Strict):
    client_id: str
    client_secret: str
    grant_type: Literal["authorization_code", "refresh_token"]
    redirect_uri: str = Field(min_length=1)
    code: str | None = None
    refresh_token: str | None = None


@dataclass(slots=True, frozen=True)
class Integration:
    """A program that accounts may let in; `uninstall_uri` hears when one takes it out again."""

    client_id: str
    client_secret: str
    redirect_uri: str
    uninstall_uri: str | None = None


@dataclass(slots=True, frozen=True)
class Ticket:
    """A code or a token: whose it is, for which account, and until when."""

    integration: Integration
    account: Account
    until: float

    def is_of(self, integration: Integration, account: Account) -> bool:
        return (self.integration.client_id, self.account.id) == (integration.client_id, account.id)


class Grants:
    """Who may come in, and with what."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        self._integrations: dict[str, Integration] = {}
        self._codes: dict[str, Ticket] = {}
        self._refresh: dict[str, Ticket] = {}
        self._access: dict[str, Ticket] = {}

    def register(self, integration: Integration) -> None:
        """Somebody made an integration, or changed its settings."""
        self._integrations[integration.client_id] = integration

    def integration(self, client_id: str) -> Integration | None:
        return self._integrations.get(client_id)

    def allow(self, account: Account, redirect_uri: str) -> tuple[Integration, str]:
        """The account's own integration is let in: the integration and its code."""
        known = self._integrations.get(account.integration_id)
        secret = known.client_secret if known else secrets.token_urlsafe(32)
        integration = Integration(account.integration_id, secret, redirect_uri)
        self.register(integration)
        return integration, self.code(integration, account)

    def code(self, integration: Integration, account: Account) -> str:
        """The administrator has pressed the button."""
        code = secrets.token_hex(40)
        self._codes[code] = self._ticket(integration, account, CODE_SECONDS)
        return code

    def account_of(self, token: str, now: float) -> Account | None:
        ticket = self._access.get(token)
        return ticket.account if ticket is not None and now < ticket.until else None

    def expire(self, account: Account) -> int:
        """Every access token of the account ends now; its refresh tokens stay good. How many ended."""
        gone = [token for token, ticket in self._access.items() if ticket.account.id == account.id]
        for token in gone:
            del self._access[token]
        return len(gone)

    def revoke(self, integration: Integration, account: Account) -> None:
        """The administrator has switched the integration off: nothing that it holds works any more."""
        for tickets in (self._codes, self._refresh, self._access):
            for token in [one for one, ticket in tickets.items() if ticket.is_of(integration, account)]:
                del tickets[token]

    def exchange(self, body: bytes, now: float) -> Answer:
        """The token endpoint."""
        try:
            order = TokenOrder.model_validate_json(body)
        except ValidationError:
            return problem(400, "The request is missing a required parameter or has a wrong one.")
        integration = self._integrations.get(order.client_id)
        if integration is None or not secrets.compare_digest(integration.client_secret, order.client_secret):
            return problem(401, "Client authentication failed.", hint="Check the client id and secret.")
        if order.redirect_uri != integration.redirect_uri:
            return problem(400, "The redirect_uri does not match.")
        return self._redeem(integration, order, now)

    def _redeem(self, integration: Integration, order: TokenOrder, now: float) -> Answer:
        is_code = order.grant_type == "authorization_code"
        tickets, given = (self._codes, order.code) if is_code else (self._refresh, order.refresh_token)
        ticket = tickets.pop(given or "", None)
        if ticket is None or ticket.integration.client_id != integration.client_id or now >= ticket.until:
            hint = "Authorization code has expired" if is_code else "Token has been revoked"
            return problem(400 if is_code else 401, "Cannot use this grant.", hint=hint)
        return hal(self._pair(integration, ticket.account, now))

    def _pair(self, integration: Integration, account: Account, now: float) -> dict[str, Any]:
        lifetime = max(1, int(self._clock.scaled(ACCESS_SECONDS)))
        access, refresh = access_token(integration, account, int(now) + lifetime), secrets.token_hex(64)
        self._access[access] = Ticket(integration, account, now + lifetime)
        self._refresh[refresh] = self._ticket(integration, account, REFRESH_SECONDS)
        return {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "server_time": int(now),
            "access_token": access,
            "refresh_token": refresh,
        }

    def _ticket(self, integration: Integration, account: Account, seconds: float) -> Ticket:
        return Ticket(integration, account, self._clock.now() + self._clock.scaled(seconds))


def access_token(integration: Integration, account: Account, expires_at: int) -> str:
    """In the form of a JWT; its signature is chance, for nobody but the vendor can check one."""
    claims = {
        "aud": integration.client_id,
        "jti": secrets.token_hex(16),
        "exp": expires_at,
        "account_id": account.id,
        "base_domain": "kommo.com",
        "api_domain": "api-c.kommo.com",
        "scopes": SCOPES,
    }
    head = orjson.dumps({"typ": "JWT", "alg": "RS256"})
    return ".".join(encoded(part) for part in (head, orjson.dumps(claims), secrets.token_bytes(64)))


def encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()
