"""What a look at an account shows to the person who checks it: the account, its webhooks, a lead. Never a secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

BY_READING = "salespeople's messages are noticed by a poll every 5 s"


@dataclass(frozen=True, slots=True)
class Guide:
    """What people are told of a channel: what it is called, and what to do where something is wrong with it."""

    title: str
    connect: tuple[str, ...]  # by what an account of it is connected again
    sending: str = "Look at the lines above, then connect the account again."  # where nothing can be sent
    scopes: Mapping[str, str] = field(default_factory=dict[str, str])  # of a token, by what each is needed for
    people: str = BY_READING  # how salespeople's own messages are noticed where no webhook tells of them

    @property
    def again(self) -> str:
        """What the doctor says."""
        return f"Connect the account again: {', or '.join(self.connect)}."


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account as its vendor describes it to our token. What the vendor or the token does not tell is None."""

    external_ref: str
    name: str = ""
    subdomain: str = ""
    country: str = ""
    currency: str = ""
    timezone: str = ""
    is_technical: bool | None = None  # a developer's account without a paid plan
    vendor_time: datetime | None = None
    scopes: tuple[str, ...] | None = None
    token_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HookSeen:
    """A webhook subscription of the account; `is_ours` by the path that only Ponte serves."""

    destination: str
    events: tuple[str, ...]
    disabled: bool
    is_ours: bool
    tells_of_humans: bool  # it reports what salespeople write, so the bot need not poll for it
    lacks: str = ""  # what it cannot bring, as a sentence; whoever relies on it alone is told


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """A filled field of a lead."""

    id: str
    name: str
    code: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadSeen:
    """A lead as the CRM shows it to us."""

    id: str
    name: str
    is_open: bool
    pipeline_id: str
    status_id: str
    responsible_user_id: str | None
    contact_ids: tuple[str, ...]
    tags: tuple[str, ...]
    fields: tuple[FieldSeen, ...]
