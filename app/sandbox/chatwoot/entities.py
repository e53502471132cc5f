"""What a Chatwoot account holds. Contacts have no unique phone: only `identifier` and `email` are kept unique."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

INCOMING, OUTGOING = 0, 1
TYPE_WORDS: Final = ("incoming", "outgoing", "activity", "template")
API, WEBSITE = "Channel::Api", "Channel::WebWidget"
Status = Literal["open", "resolved", "pending", "snoozed"]


@dataclass(slots=True)
class User:
    """An agent, or an administrator."""

    id: int
    name: str
    token: str
    role: str = "agent"
    inboxes: set[int] = field(default_factory=set[int])

    @property
    def is_admin(self) -> bool:
        return self.role == "administrator"


@dataclass(slots=True)
class Bot:
    """An agent bot."""

    id: int
    name: str
    token: str
    secret: str
    outgoing_url: str = ""


@dataclass(slots=True)
class Inbox:
    id: int
    name: str
    channel_type: str = API
    bot_id: int | None = None
    lock_to_single: bool = False
    webhook_url: str | None = None


@dataclass(slots=True)
class Contact:
    id: int
    name: str = ""
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    custom: dict[str, Any] = field(default_factory=dict[str, Any])
    additional: dict[str, Any] = field(default_factory=dict[str, Any])
    created_at: int = 0


@dataclass(slots=True)
class ContactInbox:
    id: int
    contact_id: int
    inbox_id: int
    source_id: str


@dataclass(slots=True)
class Message:
    id: int
    content: str | None
    kind: int
    private: bool = False
    sender: tuple[str, int] | None = None  # user, agent_bot or contact, and which
    source_id: str | None = None
    status: str = "sent"
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    content_type: str = "text"
    attachments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    created_at: float = 0


@dataclass(slots=True)
class Conversation:
    """`id` is the number that people see."""

    id: int
    inbox_id: int
    contact_id: int
    contact_inbox_id: int
    status: Status = "open"
    assignee: tuple[str, int] | None = None
    labels: list[str] = field(default_factory=list[str])
    custom: dict[str, Any] = field(default_factory=dict[str, Any])
    additional: dict[str, Any] = field(default_factory=dict[str, Any])
    messages: list[Message] = field(default_factory=list[Message])
    created_at: float = 0
    updated_at: float = 0
    last_activity_at: float = 0


@dataclass(slots=True)
class Hook:
    """An account's webhook."""

    id: int
    url: str
    secret: str
    subscriptions: list[str]
    name: str = ""
