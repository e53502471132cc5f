"""The state of a conversation, and what it is made of.

Numbers are per conversation: folds count customer messages, turns count attempts to answer, lines count outbox rows.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app.domain.content import Content
from app.domain.flows import FlowState
from app.domain.ids import ExternalId
from app.domain.messages import MessageKind, words_of


class TimerKind(StrEnum):
    """BURST: the customer has probably finished. RESUME: the pause is over. SLA: a person should have answered.

    REPLY: a brain that answers by callback should have. NOTICE: the customer hears that we are still looking.
    OFFER: free times are being looked for; when it rings, the customer is told without them that nobody is there.
    FLOW: the flow wants to be woken: a reminder, the end of a step's time.
    SURVEY: the customer whom a person has let go may be asked how it was.
    """

    BURST = "burst"
    RESUME = "resume"
    SLA = "sla"
    OFFER = "offer"
    REPLY = "reply"
    NOTICE = "notice"
    FLOW = "flow"
    SURVEY = "survey"


class RowState(StrEnum):
    """Where an outbox row stands. PERSON: in doubt, a person decides. FAILED: refused for good."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    PERSON = "person"
    FAILED = "failed"


FINAL = (RowState.SENT, RowState.PERSON, RowState.FAILED)
UNFINISHED = (RowState.PENDING, RowState.SENDING)


class PauseReason(StrEnum):
    """Why the bot is off."""

    COMMAND = "command"
    HUMAN = "human"  # a salesperson wrote to the customer
    ASKED = "asked_for_person"
    UNKNOWN_ANSWER = "unknown"
    BRAIN_FAILED = "brain_failed"
    STALE = "stale"
    DOUBT = "doubt"  # a send whose outcome nobody can tell
    REFUSED = "refused"  # the channel refuses to carry our messages
    OPT_OUT = "opt_out"
    CONTACT = "contact"  # the whole contact is paused
    LEAD = "lead"  # the whole lead is paused
    MEDIA = "media"
    FLOW = "flow"  # the plan of a flow asks for a person
    FLOOD = "flood"  # more messages than the account wants its bot to answer


# The bot has given the chat away, and a customer waits for a person.
HANDED_OVER = frozenset(
    {
        PauseReason.ASKED,
        PauseReason.UNKNOWN_ANSWER,
        PauseReason.BRAIN_FAILED,
        PauseReason.STALE,
        PauseReason.DOUBT,
        PauseReason.REFUSED,
        PauseReason.MEDIA,
        PauseReason.FLOW,
        PauseReason.FLOOD,
    }
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A customer message that is not finally answered yet."""

    fold: int
    text: str
    kind: MessageKind
    at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """The one attempt to answer that is under way."""

    number: int
    epoch: int
    watermark: int
    answers: frozenset[int]
    rung: int = 0
    told: bool = False  # the customer has heard that we are still looking


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to the customer on its way. `answers` are the folds its turn covers; `farewell` may go while off.

    With a `content` the text is the same in words, and `words` are those that the channel will show of it.
    """

    number: int
    epoch: int
    text: str
    turn: int | None = None
    answers: frozenset[int] = frozenset()
    farewell: bool = False
    notice: bool = False  # a word in between, such as that it takes longer: nobody misses it
    state: RowState = RowState.PENDING
    attempt: int = 0
    refusals: int = 0  # those of the attempts that the messenger refused for no cause
    way: str = ""
    external_id: ExternalId | None = None
    reason: str = ""
    not_before: datetime | None = None
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    absent_since: datetime | None = None
    idempotency_key: str | None = None
    words: str = ""
    quiet_since: datetime | None = None  # goes only if nobody has written after that
    not_after: datetime | None = None  # when the channel's window closes
    content: Content | None = None

    def __post_init__(self) -> None:
        if not self.words:
            shown = self.content.words if self.content else self.text
            object.__setattr__(self, "words", words_of(shown))


@dataclass(frozen=True, slots=True)
class Pause:
    """Why the bot is off, by whom, and until when (None: until a person lifts it)."""

    reason: PauseReason
    by: str = ""
    until: datetime | None = None
    fixed: bool = False  # a person named the time; the automatic return leaves it alone


@dataclass(frozen=True, slots=True)
class Span:
    """So many messages since then."""

    since: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the customer writes, and until when the answers come slowly for that. See `pace.py`."""

    minute: Span | None = None
    day: Span | None = None
    slow_until: datetime | None = None
    told_at: datetime | None = None  # the customer has heard that the answers come slowly
    asked_at: datetime | None = None  # when an answer was last begun


@dataclass(frozen=True, slots=True)
class Survey:
    """The one question after a hand-over: whom it is about, and how far it has come. See `satisfaction.py`."""

    seller: str = ""  # who wrote to the customer last
    line: int | None = None  # the row that asks; None: nobody has been asked yet
    asked_at: datetime | None = None  # when the customer got it


@dataclass(frozen=True, slots=True)
class Conversation:
    """The whole state that decisions are made from. `pause is None` means that the bot is on."""

    pause: Pause | None = None
    epoch: int = 0
    control_at: datetime | None = None
    released_at: datetime | None = None
    resting: bool = False  # released, waits for the next message
    opted_out: bool = False
    folds: int = 0
    turns: int = 0
    lines: int = 0
    superseded: int = 0
    escalations: int = 0  # salespeople who let the customer wait since the hand-over
    locale: str | None = None
    last_customer_at: datetime | None = None
    last_human_at: datetime | None = None
    other_bot_at: datetime | None = None
    messages: tuple[Waiting, ...] = ()
    turn: OpenTurn | None = None
    flow: FlowState | None = None  # kept when it is over, so that it does not begin again
    survey: Survey | None = None  # a person has written in this hand-over, and the account asks how it was
    pace: Pace = Pace()
    rows: tuple[OutboxRow, ...] = ()
    timers: dict[TimerKind, datetime] = field(default_factory=dict[TimerKind, datetime])

    @property
    def bot_on(self) -> bool:
        return self.pause is None

    def with_timer(self, kind: TimerKind, due: datetime) -> "Conversation":
        return replace(self, timers={**self.timers, kind: due})

    def without_timer(self, kind: TimerKind) -> "Conversation":
        return replace(self, timers={k: due for k, due in self.timers.items() if k is not kind})
