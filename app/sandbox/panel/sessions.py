"""Who is logged in: sessions that end, and an administrator's account that is locked after wrong passwords."""

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Literal

from app.sandbox.clock import Clock

ADMIN_NAME = "admin"
# The simulated panel's own words, published in the docs: they open nothing but this panel on loopback.
ADMIN_PASSWORD = "simulated-panel"  # noqa: S105  # not a secret
SESSION_SECONDS = 1_800.0
WRONG_TRIES = 5
LOCK_SECONDS = 900.0

LoginEnd = Literal["ok", "wrong", "locked"]


@dataclass(slots=True)
class Session:
    """`csrf` stands in every form of this session; `flash` is shown once."""

    number: int
    ends_at: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    flash: str = ""

    def told(self) -> str:
        said, self.flash = self.flash, ""
        return said


@dataclass(slots=True)
class LoginCounts:
    ok: int = 0
    wrong: int = 0
    locked: int = 0


class Sessions:
    """One administrator, any number of sessions.

    The lock is scaled by the sandbox's clock. Sessions last real seconds: a faster sandbox logs nobody out.
    """

    def __init__(self, clock: Clock, user: str, password: str) -> None:
        self._clock = clock
        self._published = (user, password)
        self.user = user
        self.password = password
        self.seconds = SESSION_SECONDS
        self.wrong_tries = 0
        self.locked_until = 0.0
        self.counts = LoginCounts()
        self._open: dict[str, Session] = {}

    @property
    def is_fresh(self) -> bool:
        """Still the name and password that it started with, which the login page then shows."""
        return (self.user, self.password) == self._published

    @property
    def is_locked(self) -> bool:
        return self._clock.now() < self.locked_until

    def log_in(self, user: str, password: str) -> tuple[LoginEnd, str]:
        """How it ended, and the new session's token. While locked, the right password is refused like a wrong one."""
        if self.is_locked:
            self.counts.locked += 1
            return "locked", ""
        if not (_same(user, self.user) and _same(password, self.password)):
            return self._wrong(), ""
        self.counts.ok += 1
        self.wrong_tries = 0
        token = secrets.token_urlsafe(24)
        self._open[token] = Session(self.counts.ok, self._clock.now() + self.seconds)
        return "ok", token

    def _wrong(self) -> LoginEnd:
        self.counts.wrong += 1
        self.wrong_tries += 1
        if self.wrong_tries < WRONG_TRIES:
            return "wrong"
        self.wrong_tries = 0
        self.locked_until = self._clock.now() + self._clock.scaled(LOCK_SECONDS)
        return "locked"

    def of(self, token: str) -> Session | None:
        """The session, kept alive by being used."""
        session = self._open.get(token)
        if session is None or session.ends_at <= self._clock.now():
            self._open.pop(token, None)
            return None
        session.ends_at = self._clock.now() + self.seconds
        return session

    def log_out(self, token: str) -> None:
        self._open.pop(token, None)

    def end_all(self) -> int:
        ended = len(self._open)
        self._open.clear()
        return ended

    def unlock(self) -> None:
        self.locked_until, self.wrong_tries = 0.0, 0


def _same(said: str, wanted: str) -> bool:
    return hmac.compare_digest(said.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))
