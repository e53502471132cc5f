"""What a decision asks for. The engine writes it with the new state, and carries it out after the commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.conversation.state import Conversation, OpenTurn, PauseReason
from app.domain.feedback import Rating, Thumb
from app.domain.flows import Errand
from app.domain.ids import ExternalId
from app.domain.messages import Author, Media, MessageKind


@dataclass(frozen=True, slots=True)
class Remember:
    """Add a line to the history."""

    author: Author
    text: str
    kind: MessageKind
    at: datetime
    external_id: ExternalId | None = None
    author_id: str = ""
    fold: int | None = None
    received_at: datetime | None = None
    media: Media | None = None
    choice: str = ""


@dataclass(frozen=True, slots=True)
class AskReply:
    """Ask the brain on this rung of the ladder."""

    turn: OpenTurn


@dataclass(frozen=True, slots=True)
class AnswerAtOnce:
    """The turn needs no brain: the flow has answered it in the transaction that opened it."""

    turn: OpenTurn


@dataclass(frozen=True, slots=True)
class CloseTurn:
    number: int
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The customer of this turn has heard that we are still looking."""

    number: int


class NoteKind(StrEnum):
    """What a note on the lead says."""

    STATE = "state"
    HELP = "help"
    HINT = "hint"
    BRIEF = "brief"
    BRAIN = "brain"
    DOUBT = "doubt"
    REFUSED = "refused"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    UNANSWERED = "unanswered"
    OTHER_BOT = "other_bot"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class Note:
    """Write an internal note on the lead; the words are chosen when the effect is carried out.

    `times` were offered to the customer; they are those of the salesperson whom `text` names.
    """

    kind: NoteKind
    text: str = ""
    times: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class SetTags:
    add: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetField:
    """Fill a field of the lead, by the name that the CRM shows."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class RunErrand:
    """Have something done outside for the flow; `ErrandDone` is the answer."""

    errand: Errand


@dataclass(frozen=True, slots=True)
class Assign:
    """Tell the salesperson who is responsible for the lead, and make sure that somebody is.

    `passed`: so many have been told already and have let the customer wait; it is the next one's.
    """

    reason: PauseReason
    passed: int = 0


@dataclass(frozen=True, slots=True)
class FindTimes:
    """Look for free times that the customer whom nobody answered can be offered; `TimesFound` is the answer."""


@dataclass(frozen=True, slots=True)
class AskBack:
    """The messenger refused this line, for its window is closed: a template may ask for a word, else a person looks."""

    line: int


@dataclass(frozen=True, slots=True)
class SetOptOut:
    opted_out: bool


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the operators; `cause` is told once an hour at most."""

    cause: str


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The customer is asked, on this line, how the hand-over that ended in this epoch was."""

    epoch: int
    line: int
    seller: str


@dataclass(frozen=True, slots=True)
class Rated:
    """The customer has answered that question."""

    epoch: int
    rating: Rating


@dataclass(frozen=True, slots=True)
class Thumbed:
    """The customer's reaction to this line, which sent a part of this turn's answer; None: it is no thumb."""

    turn: int
    line: int
    thumb: Thumb | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Log:
    """A line of the audit."""

    who: str
    what: str
    why: str = ""
    details: Mapping[str, str] = field(default_factory=dict[str, str])


Effect = (
    Remember
    | AskReply
    | AnswerAtOnce
    | CloseTurn
    | Told
    | Note
    | SetTags
    | SetField
    | Assign
    | FindTimes
    | AskBack
    | RunErrand
    | SetOptOut
    | Notify
    | Surveyed
    | Rated
    | Thumbed
    | Log
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state, what must be done, and a word that says why."""

    state: Conversation
    effects: tuple[Effect, ...] = ()
    verdict: str = ""
