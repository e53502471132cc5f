"""The simulated Google: service accounts and their tokens, spreadsheets, quotas, and trouble on request."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from app.sandbox.clock import Clock
from app.sandbox.sheets.grid import Book, Tab

QUOTA: Final = 60  # writes, and reads, a minute for each user
MINUTE: Final = 60.0
LASTS: Final = 3600
SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets"
Fault = Literal["error_500", "hang", "lost", "error_after", "late"]


@dataclass(slots=True)
class Trouble:
    """The next so many calls of a kind go wrong.

    `error_500` does nothing; `hang` does nothing and is silent for `seconds`; `lost` does it and closes the connection;
    `error_after` does it and answers 503; `late` is silent for `seconds`, then does it, whoever has gone.
    """

    fault: Fault
    times: int = 1
    what: Literal["write", "read", "token"] = "write"
    seconds: float = 5


@dataclass(slots=True)
class Google:
    """All of it. `calls` counts what was asked: `write`, `read`, `token`, and `refused` for want of quota."""

    clock: Clock
    base_url: str = ""
    quota: int = QUOTA
    books: dict[str, Book] = field(default_factory=dict[str, Book])
    trouble: list[Trouble] = field(default_factory=list[Trouble])
    calls: dict[str, int] = field(default_factory=dict[str, int])
    _keys: dict[str, RSAKey] = field(default_factory=dict[str, RSAKey], repr=False)
    _tokens: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    _spent: dict[tuple[str, str], deque[float]] = field(default_factory=dict[tuple[str, str], deque[float]])

    def reset(self) -> None:
        """Nothing is left but service accounts."""
        for kept in (self.books, self.trouble, self.calls, self._tokens, self._spent):
            kept.clear()
        self.quota = QUOTA

    def new_account(self, name: str) -> dict[str, str]:
        """A service account; its key file, as Google gives it out."""
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        email = f"{name}@sandbox.iam.gserviceaccount.com"
        self._keys[email] = RSAKey.import_key(pem)
        kinds = {"type": "service_account", "project_id": "sandbox", "private_key_id": secrets.token_hex(8)}
        return {**kinds, "private_key": pem, "client_email": email, "token_uri": f"{self.base_url}/sheets/token"}

    def new_book(self, book_id: str, *, editors: list[str], tabs: list[str]) -> Book:
        self.books[book_id] = Book(book_id, set(editors), {title: Tab(title) for title in tabs})
        return self.books[book_id]

    def token_for(self, assertion: str) -> str | None:
        """A token for a signed assertion; None when it is not one of ours."""
        for email, key in self._keys.items():
            try:
                claims: dict[str, Any] = jwt.decode(assertion, key, algorithms=["RS256"]).claims
            except (JoseError, ValueError):
                continue
            is_for_us = claims.get("aud") == f"{self.base_url}/sheets/token" and claims.get("scope") == SCOPE
            if claims.get("iss") == email and is_for_us and float(claims.get("exp", 0)) > self.clock.now():
                token = secrets.token_urlsafe(24)
                self._tokens[token] = email
                return token
        return None

    def who(self, token: str) -> str | None:
        return self._tokens.get(token)

    def end_tokens(self) -> None:
        """Every token has ended."""
        self._tokens.clear()

    def spend(self, email: str, what: str) -> bool:
        """Count a call against the quota of a minute; False: it is used up."""
        spent, now = self._spent.setdefault((email, what), deque()), self.clock.now()
        while spent and spent[0] <= now - self.clock.scaled(MINUTE):
            spent.popleft()
        if len(spent) >= self.quota:
            self.count("refused")
            return False
        spent.append(now)
        return True

    def refill(self) -> None:
        """As if a minute had passed."""
        self._spent.clear()

    def count(self, what: str) -> None:
        self.calls[what] = self.calls.get(what, 0) + 1

    def next_trouble(self, what: str) -> Trouble | None:
        for one in self.trouble:
            if one.what == what and one.times > 0:
                one.times -= 1
                return one
        return None
