"""What an account holds: plain values without behaviour, named as the vendor names them."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class User:
    id: int
    name: str
    phone: str
    email: str
    amojo_id: str
    is_active: bool = True
    is_admin: bool = False


@dataclass(slots=True)
class Tag:
    id: int
    name: str


@dataclass(slots=True)
class Contact:
    id: int
    name: str
    phone: str
    author_id: str
    responsible_user_id: int
    created_at: int
    updated_at: int
    lead_ids: list[int] = field(default_factory=list[int])
    chat_ids: list[str] = field(default_factory=list[str])
    tags: list[Tag] = field(default_factory=list[Tag])


@dataclass(slots=True)
class Lead:
    id: int
    name: str
    status_id: int
    pipeline_id: int
    responsible_user_id: int
    created_at: int
    updated_at: int
    created_by: int = 0
    updated_by: int = 0
    price: int = 0
    loss_reason_id: int | None = None
    closed_at: int | None = None
    contact_ids: list[int] = field(default_factory=list[int])
    tags: list[Tag] = field(default_factory=list[Tag])
    fields: dict[int, list[dict[str, Any]]] = field(default_factory=dict[int, list[dict[str, Any]]])


@dataclass(slots=True)
class Author:
    id: str
    type: str
    name: str
    user_id: int | None = None


@dataclass(slots=True)
class Attachment:
    type: str
    link: str
    file_name: str


@dataclass(slots=True)
class Message:
    id: str
    seq: int
    chat_id: str
    talk_id: int
    text: str
    message_type: str
    created_at: int
    is_incoming: bool
    author: Author
    attachment: Attachment | None = None
    delivery_status: str = "delivered"


@dataclass(slots=True)
class Talk:
    id: int
    chat_id: str
    contact_id: int
    lead_id: int | None
    origin: str
    created_at: int
    updated_at: int
    is_closed: bool = False
    is_read: bool = False
    messages: list[Message] = field(default_factory=list[Message])


@dataclass(slots=True)
class Chat:
    id: str
    name: str
    contact_id: int
    lead_id: int | None
    origin: str
    seller_id: int | None = None
    talk_id: int = 0
    talk_ids: list[int] = field(default_factory=list[int])
    touched: int = 0
    last_incoming_at: int = 0
    messages: list[Message] = field(default_factory=list[Message])


@dataclass(slots=True)
class Note:
    id: int
    seq: int  # one counter for messages and notes: what came first within a second
    entity: str
    entity_id: int
    note_type: str
    params: dict[str, Any]
    created_by: int
    created_at: int
    updated_at: int
    responsible_user_id: int
    source: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Event:
    id: str
    type: str
    created_by: int
    created_at: int
    contact_id: int
    lead_id: int | None
    talk_id: int
    origin: str
    message_id: str | None = None


@dataclass(slots=True)
class Webhook:
    id: int
    destination: str
    settings: list[str]
    sort: int
    created_at: int
    updated_at: int
    created_by: int
    disabled: bool = False
    bad_answers: deque[float] = field(default_factory=deque[float])


@dataclass(slots=True)
class CustomField:
    id: int
    name: str
    code: str | None
    type: str
    enums: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class Bot:
    id: int
    name: str
    field_id: int
    is_active: bool = True
    template: str | None = None  # what its template step sends, also to somebody who has not written


@dataclass(slots=True)
class Template:
    id: int
    name: str
    content: str
    type: str
    waba_category: str | None
    waba_language: str | None
    review: str | None
    created_at: int
    updated_at: int
