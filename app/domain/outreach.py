"""Writing first, as values: triggers, a wish to write and what became of it, follow-ups."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from app.domain.ids import AccountId

# The trigger whose approved template asks a customer to write back, when what we said met a closed window.
REOPENING: Final = "retomada"


@dataclass(frozen=True, slots=True)
class Trigger:
    """On what Ponte writes first. `ladder` is minutes; `hours` as written, None: those of the account."""

    name: str
    enabled: bool = True
    consent: str = "implied"
    areas: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    ladder: tuple[int, ...] = (60, 1440, 4320)
    hours: dict[str, Any] | None = None
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    per_contact: int = 3
    per_day: int = 1000
    outside_window: str = "task"  # or deny: what to do where neither text nor template may be sent

    @property
    def is_reopening(self) -> bool:
        """Whether it is there because free text was refused: it has no other way than its template."""
        return self.name == REOPENING


class OutreachState(StrEnum):
    """WAITING: will be tried. SENDING: on its way. DOUBT: nobody can tell whether it left; a person looks."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    TASKED = "tasked"
    DENIED = "denied"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    DOUBT = "doubt"


UNDER_WAY = (OutreachState.WAITING, OutreachState.SENDING)


@dataclass(frozen=True, slots=True)
class Outreach:
    """One wish to write first."""

    id: int
    account_id: AccountId
    trigger: str
    subject: str
    day: date
    phone: str | None
    contact_id: str | None
    lead_id: str | None
    conversation_id: int | None
    seller_id: str | None
    locale: str | None
    state: OutreachState
    way: str
    reasons: tuple[str, ...]
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    duplicate_of: int | None
    created_at: datetime
    data: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    contact_ids: tuple[str, ...] = ()  # every card of the person, as far as the phone shows
    key: str | None = field(default=None, repr=False)
    digest: str | None = None  # of what was asked for with the key
    words: str | None = field(default=None, repr=False)  # the message, once somebody has written it
    written_by: str = ""  # brain:<name>, or template:<locale>:v<version>
    quiet_since: datetime | None = None  # the last word that the writer knew of; a newer one drops the message

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def people(self) -> tuple[str, ...]:
        """The person by every card there is of them."""
        return self.contact_ids or ((self.contact_id,) if self.contact_id else ())


@dataclass(frozen=True, slots=True)
class NewOutreach:
    """A wish as it is written down before anything is done about it."""

    trigger: str
    subject: str
    key: str | None
    day: date
    phone: str | None = None
    contact_id: str | None = None
    lead_id: str | None = None
    locale: str | None = None
    data: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    requested_by: str = ""

    @property
    def digest(self) -> str:
        """The same for the same request, however its phone was spelled; nothing can be read from it."""
        asked = json.dumps([self.trigger, self.subject, self.locale, self.data], sort_keys=True, default=str)
        return hashlib.sha256(asked.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One rung of an outreach's ladder."""

    step: int
    state: str
    reason: str
    due_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of free text that was given to the fence. `state` is its outbox row's; None: it has none.

    `verdict` is the mailbox's word, None while it is unread; `is_known`: the fence has seen it at all.
    """

    is_known: bool = False
    verdict: str | None = None
    state: str | None = None
    reason: str = ""
    sent_at: datetime | None = None
    opted_out: bool = False
    customer_wrote: bool = False
    human_wrote: bool = False
    is_late: bool = False  # the window is over


@dataclass(frozen=True, slots=True)
class ChatSeen:
    """Where a contact was talked to last."""

    conversation_id: int
    lead_id: str | None
    locale: str | None
    last_customer_at: datetime | None
    name: str = field(default="", repr=False)  # as their profile has it


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a person over all their cards and chats."""

    opted_out: bool = False
    paused: bool = False
    booked: bool = False
    bot_on: bool = True
    last_customer_at: datetime | None = None
    last_human_at: datetime | None = None
    control_at: datetime | None = None  # the last take-over or release
