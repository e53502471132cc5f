"""The words between the engine and whatever writes the replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.content import Content
from app.domain.ids import AccountId, ConversationId
from app.domain.messages import Author, Media, MessageKind


class ReplyAction(StrEnum):
    """What a brain wants to happen.

    REPLY sends the balloons, and so does BOOK, which says that an appointment stands and names its receipt. HANDOFF
    gives the chat to a person. NOTE writes on the lead and stays quiet towards the customer, NONE just stays quiet.
    """

    REPLY = "reply"
    BOOK = "book"
    HANDOFF = "handoff"
    NOTE = "note"
    NONE = "none"


SPEAKING = frozenset({ReplyAction.REPLY, ReplyAction.BOOK})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the conversation so far. Commands and internal notes are never among them."""

    author: Author
    text: str
    at: datetime
    kind: MessageKind = MessageKind.TEXT
    media: Media | None = None
    media_id: int | None = None  # of our own copy of the attachment, where there is one
    seconds: int | None = None  # of a recording, where its file tells
    transcript: str = ""  # of a voice message that was heard: its words, which are in the text too
    choice: str = ""  # the id of what the customer tapped; the text is its title


@dataclass(frozen=True, slots=True)
class SellerName:
    """The salesperson who has the lead, as a brain may name her."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PersonKnown:
    """What is known of the customer from before; what is not is empty. `topics` are their last ones, newest first.

    `consent` is about being written to first: granted, refused or unknown. Answering is another matter.
    """

    name: str = ""
    place: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    consent: str = "unknown"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a first message is written when no customer has: the trigger and what the form or the download told."""

    trigger: str
    data: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """Everything a brain is told about one turn. `burst` is what it must answer, oldest first.

    With an `occasion` the burst is empty and the reply is the first message of a conversation.
    """

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
    channel: str = ""
    seller: SellerName | None = None
    is_open: bool = True  # inside the account's business hours
    hours: Mapping[str, str] = field(default_factory=dict[str, str])  # the business hours, by day as people write them
    window_until: datetime | None = None  # free text may be sent until then; None: the channel has no window
    token: str = ""  # valid for this turn only: for its callback and its tools
    occasion: Occasion | None = None
    dry_run: bool = False  # a replay: whatever tools are called change nothing
    profile: PersonKnown | None = None  # None: nothing is known, or the account keeps no profiles


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost: the model, and the tokens it read and wrote."""

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A brain's answer. `balloons` are sent in order; `reason` is a code for counters, never customer text.

    `contents` stand beside them, place by place: what the balloon of that place carries beside its words. It may be
    shorter than they are.
    """

    action: ReplyAction
    balloons: tuple[str, ...] = ()
    locale: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    reason: str = ""
    receipt: str = ""  # of the booking that BOOK speaks of
    usage: Usage | None = None
    contents: tuple[Content | None, ...] = ()


class BrainFailed(Exception):
    """No usable answer. `code` is for counters; `detail` is for the builder and holds nothing of the customer's."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def failed_execution(execution_id: str) -> str:
    """How the detail of a failure ends that names the run in which it happened; by it a later report is linked."""
    return f" (execution {execution_id})"


class AnswersLater(Exception):
    """The brain has taken the question and will answer by callback."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the account's own knowledge. `score` is comparable within one search only."""

    title: str
    text: str
    locale: str
    score: float
