"""The stand-in Auth API: who asked for a one-time password, which one was sent, and trouble on request."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from app.sandbox.clock import Clock

LASTS: Final = 600.0  # seconds for which a password is valid
MOST_TRIES: Final = 5
Fault = Literal[
    "error_500", "error_after", "lost", "hang", "rate_429", "rate_429_long", "too_soon", "already", "bad_phone",
    "unauthorized",
]  # fmt: skip


@dataclass(slots=True)
class Trouble:
    """The next so many calls go wrong.

    `error_500` does nothing; `error_after` does it and answers 503; `lost` does it and closes the connection; `hang`
    does nothing and is silent for `seconds`; `rate_429` names a wait of a second, `rate_429_long` one of an hour,
    `too_soon` none.
    """

    fault: Fault
    times: int = 1
    what: Literal["send", "verify"] = "send"
    seconds: float = 5


@dataclass(slots=True)
class Sent:
    """A password that is valid for a phone."""

    code: str
    until: float
    tries: int = 0


@dataclass(slots=True)
class AuthWorld:
    """All of it. `requests` are the bodies as they came, oldest first; `sent` counts passwords by phone."""

    clock: Clock
    key: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    sent: dict[str, int] = field(default_factory=dict[str, int])
    valid: dict[str, Sent] = field(default_factory=dict[str, Sent])
    registered: set[str] = field(default_factory=set[str])
    trouble: list[Trouble] = field(default_factory=list[Trouble])

    def reset(self) -> None:
        self.key = ""
        for kept in (self.requests, self.sent, self.valid, self.registered, self.trouble):
            kept.clear()

    def next_trouble(self, what: str) -> Trouble | None:
        for one in self.trouble:
            if one.what == what and one.times > 0:
                one.times -= 1
                return one
        return None

    def send(self, phone: str) -> str:
        """Send a password; an error code where it cannot be."""
        if phone in self.registered:
            return "already_registered"
        code = f"{secrets.randbelow(1_000_000):06}"
        self.valid[phone] = Sent(code, self.clock.now() + self.clock.scaled(LASTS))
        self.sent[phone] = self.sent.get(phone, 0) + 1
        return ""

    def verify(self, phone: str, code: str) -> str:
        """Check a password, which is valid once; an error code where it is not the one."""
        known = self.valid.get(phone)
        if known is None or known.until < self.clock.now() or known.tries >= MOST_TRIES:
            return "otp_expired"
        known.tries += 1
        if known.code != code:
            return "invalid_otp"
        del self.valid[phone]
        self.registered.add(phone)
        return ""
