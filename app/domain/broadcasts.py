"""One message to many customers, as values: the broadcast, whom it is for, and what became of it for each."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.domain.ids import AccountId


class RecipientState(StrEnum):
    """WAITING: will be tried. SENDING: on its way. DOUBT: nobody can tell whether it left; a person looks."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    DOUBT = "doubt"
    CANCELLED = "cancelled"


# The caps that hold where the account has set none.
PER_CONTACT: Final = 3
PER_DAY: Final = 1_000
MOST_PER_DAY: Final = 100_000


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """What a caller asks for."""

    message: str = field(repr=False)
    target_step: str | None = None
    key: str | None = None
    requested_by: str = ""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One that was asked for. `state` is running, done or cancelled; `is_open`: something is still to come of it."""

    id: int
    account_id: AccountId
    message: str = field(repr=False)
    target_step: str | None
    state: str
    is_open: bool
    requested_by: str
    digest: str
    attempts: int
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a broadcast is for, and the chat in which they wrote last."""

    conversation_id: int
    subject: str
    contact_id: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """All that decides whether a chat may be written to now."""

    conversation_id: int
    step: str
    origin: str
    phone: str = field(repr=False)
    opted_out: bool
    consent: bool | None
    bot_on: bool
    last_customer_at: datetime | None
    last_human_at: datetime | None
    of_contact: int
    is_busy: bool  # a message is being answered, or is on its way

    @property
    def last_word(self) -> datetime | None:
        return max((at for at in (self.last_customer_at, self.last_human_at) if at), default=None)


@dataclass(frozen=True, slots=True)
class Recipient:
    """What became of it for one chat. Ids and codes only."""

    conversation_id: int
    contact_id: str | None
    state: str
    reason: str
    begun_at: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast is: how many in which state, and why those were skipped, failed or wait."""

    states: dict[str, int]
    reasons: dict[str, int]

    def of(self, state: RecipientState) -> int:
        return self.states.get(state.value, 0)

    @property
    def total(self) -> int:
        return sum(self.states.values())
