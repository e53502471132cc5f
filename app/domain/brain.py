"""The words between the engine and whatever writes the replies."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.ids import AccountId, ConversationId
from app.domain.messages import Author, Media, MessageKind


class ReplyAction(StrEnum):
    """What a brain wants to happen. REPLY sends the balloons; HANDOFF gives the chat to a person; NONE stays quiet."""

    REPLY = "reply"
    HANDOFF = "handoff"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the conversation so far. Commands and internal notes are never among them."""

    author: Author
    text: str
    at: datetime
    kind: MessageKind = MessageKind.TEXT
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """Everything a brain is told about one turn. `burst` is what it must answer, oldest first."""

    account_id: AccountId
    conversation_id: ConversationId
    turn: int
    epoch: int
    burst: tuple[Line, ...]
    history: tuple[Line, ...]
    locale: str  # the conversation's language as known so far: pt-BR, es or en
    timezone: str
    now: datetime
    deadline: datetime
    contact_id: str | None = None
    lead_id: str | None = None
    business: str = ""  # what the account calls itself; empty: it has not said


@dataclass(frozen=True, slots=True)
class Proposal:
    """A brain's answer. `balloons` are sent in order; `reason` is a code for counters, never customer text."""

    action: ReplyAction
    balloons: tuple[str, ...] = ()
    locale: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the account's own knowledge. `score` is comparable within one search only."""

    title: str
    text: str
    locale: str
    score: float
