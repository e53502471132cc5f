"""Writing first, as values: triggers, templates, a wish to write and what became of it, follow-ups, the breaker."""

import hashlib
import json
from collections.abc import Mapping
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


# What stands in an approved template for a value that nobody knows: a messenger refuses an empty one.
NOTHING: Final = "—"


@dataclass(frozen=True, slots=True)
class Approved:
    """A template that the messenger has approved, filled in: by its name there, or by the bot that holds it."""

    name: str = ""
    language: str = ""
    values: tuple[str, ...] = ()
    bot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """One version of one text. `salesbot_id` or `approved_name`: what sends the approved one of the same meaning."""

    id: int
    trigger: str
    locale: str
    step: int
    version: int
    body: str
    variables: tuple[str, ...]
    salesbot_id: int | None
    created_by: str
    created_at: datetime
    approved_name: str | None = None

    @property
    def is_approved(self) -> bool:
        """Whether it may be said outside the messenger's window."""
        return self.salesbot_id is not None or self.approved_name is not None

    def approved(self, values: Mapping[str, str]) -> Approved | None:
        """The approved template with the values of this text's variables, in the order in which they stand in it."""
        if not self.is_approved:
            return None
        name, _, language = (self.approved_name or "").partition(":")
        filled = tuple(values.get(one) or NOTHING for one in self.variables)
        return Approved(name, language or self.locale.replace("-", "_"), filled, self.salesbot_id)


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A text to save as the next version."""

    trigger: str
    locale: str
    step: int
    body: str
    variables: tuple[str, ...] = ()
    salesbot_id: int | None = None
    approved_name: str | None = None


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


@dataclass(frozen=True, slots=True)
class Volume:
    """Messages that began something. `days` are those over which `before` were sent, fourteen at the most."""

    of_contact: int = 0
    of_day: int = 0
    since_reset: int = 0
    before: int = 0
    days: float = 1.0

    @property
    def usual(self) -> float:
        return self.before / self.days


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How much may be said since a time: to a person, by an account, and before its breaker trips."""

    since: datetime
    counted_from: datetime  # of the breaker, which a person may have reset
    per_contact: int
    per_day: int
    of_breaker: float

    def has_room(self, of_contact: int, of_day: int, since_reset: int) -> bool:
        """Whether one more fits."""
        return of_contact < self.per_contact and of_day < self.per_day and since_reset + 1 <= self.of_breaker


@dataclass(frozen=True, slots=True)
class Breaker:
    """The account-wide breaker as people see it."""

    floor: int = 100
    tripped_at: datetime | None = None
    tripped_count: int | None = None
    usual: float | None = None
    reset_at: datetime | None = None
    reset_by: str | None = None

    @property
    def is_tripped(self) -> bool:
        return self.tripped_at is not None
