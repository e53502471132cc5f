"""Registering a business with somebody else's service: who, and what came of asking for a one-time password. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

SEND: Final = "otp_send"  # the errands of a flow
VERIFY: Final = "otp_verify"
A_MINUTE: Final = timedelta(minutes=1)
A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 10  # to one phone, whoever asks


class Outcome(StrEnum):
    """What a call for a one-time password came to; also the status of its errand."""

    SUCCESS = "success"
    UNKNOWN = "unknown"  # it may have been sent: nobody sends another by himself
    TOO_SOON = "too_soon"  # the last one of this chat is not a minute old
    HELD_BACK = "held_back"  # the phone has none just now, whoever had the last one
    LIMITED = "limited"  # no more to this phone for now, says the service or we
    ALREADY = "already_registered"
    BAD_PHONE = "bad_phone"
    WRONG = "wrong"
    EXPIRED = "expired"
    ERROR = "error"  # refused for a reason that the customer cannot mend


def limit(sent: Sequence[datetime], now: datetime) -> Outcome | None:
    """What keeps another password from a phone to which these were sent; None: nothing."""
    lately = [at for at in sent if now - at < A_DAY]
    if any(now - at < A_MINUTE for at in lately):
        return Outcome.HELD_BACK
    return Outcome.LIMITED if len(lately) >= MOST_A_DAY else None


@dataclass(frozen=True, slots=True, repr=False)
class Applicant:
    """Who registers; never shown in an error or a log."""

    phone: str  # +91XXXXXXXXXX
    name: str
    sector: str
    pincode: str


class OneTimeCodes(Protocol):
    """Sends one-time passwords and checks them."""

    async def send(self, applicant: Applicant, *, key: str) -> Outcome:
        """Have one sent; `key` makes it one.

        Raises:
            NotStarted: certainly none was sent; ask again.
            OutcomeUnknown: one may have been sent.
            Rejected: for a reason that no customer can mend; its code says which.
        """
        ...

    async def verify(self, phone: str, code: str, *, key: str) -> Outcome:
        """Whether it is the right one.

        Raises:
            NotStarted: certainly nothing was checked; ask again.
            OutcomeUnknown: it may have been taken.
            Rejected: for a reason that no customer can mend; its code says which.
        """
        ...
