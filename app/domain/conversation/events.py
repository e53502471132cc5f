"""What can happen to a conversation. Some wait in its mailbox, the others are told by whoever holds its lock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.brain import Proposal
from app.domain.content import Content
from app.domain.conversation.state import PauseReason, TimerKind
from app.domain.feedback import Thumb
from app.domain.flows import ErrandDone
from app.domain.ids import ExternalId
from app.domain.messages import Author, Media, MessageKind, Trouble


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    text: str
    kind: MessageKind
    at: datetime
    received_at: datetime
    external_id: ExternalId
    media: Media | None = None
    author_name: str = ""  # as the messenger shows it
    choice: str = ""  # the id of what was tapped, where it was not written


@dataclass(frozen=True, slots=True)
class WordsHeard:
    """The customer's message `fold` is a voice, and these are its words: they are in its line by now."""

    fold: int
    text: str


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """Something was written to the customer: by a person, by another program, or by us (then it is an echo)."""

    text: str
    kind: MessageKind
    at: datetime
    external_id: ExternalId
    author: Author
    author_id: str = ""
    author_name: str = ""
    media: Media | None = None


class Verb(StrEnum):
    """What a salesperson can tell the bot."""

    TAKE = "take"
    RELEASE = "release"
    STATUS = "status"
    HELP = "help"
    SKIP = "skip"  # the flow goes on with its next step
    RESET = "reset"  # the flow asks for its step anew, or begins anew if it is over
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Command:
    """A salesperson steers. `exact` is False where the channel's time has a resolution of a second."""

    verb: Verb
    by: str
    at: datetime
    exact: bool = False
    until: datetime | None = None
    why: str = ""
    reason: PauseReason = PauseReason.COMMAND
    hint: str = ""  # what to tell the salesperson about a command that cannot be carried out
    silent: bool = False  # the caller gets the answer; no note
    wordless: bool = False  # nobody typed it: the channel tells whose the chat is now
    anew: bool = False  # of a release: no salesperson is talking there any more, whenever the last one wrote


@dataclass(frozen=True, slots=True)
class ReplyProposed:
    turn: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    """A rung brought nothing usable. `last`: the ladder has no further one."""

    turn: int
    rung: int
    reason: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class ReplyAwaited:
    """A brain takes its time. At `until` its rung has failed; at `notice_at` the customer is told that we look."""

    turn: int
    rung: int
    until: datetime | None = None
    notice_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimerFired:
    kind: TimerKind


@dataclass(frozen=True, slots=True)
class HandoffRequested:
    reason: PauseReason
    by: str = ""
    note: str = ""  # for the brief on the lead


@dataclass(frozen=True, slots=True)
class SendRequested:
    """A keyed caller has written a message; it takes the same fence as a reply.

    With `quiet_since` it goes only if neither the customer nor a person has written after that: a follow-up.
    `pieces` is the text as the channel carries it, where it is longer than one message may be.
    """

    text: str
    idempotency_key: str
    quiet_since: datetime | None = None
    pieces: tuple[str, ...] = ()
    content: Content | None = None  # what the channel shows of it beside the words


@dataclass(frozen=True, slots=True)
class TimesFound:
    """Free times for a customer whom nobody answered, in order and all of one salesperson; none: nothing is free.

    `zone` is the customer's; `place` names it where the customer could mistake it.
    """

    starts: tuple[datetime, ...] = ()
    seller: str = ""
    zone: str = "UTC"
    place: str = ""


class Outcome(StrEnum):
    """What became of a send."""

    ACCEPTED = "accepted"  # the channel took it; without an id its echo must confirm it
    NOT_STARTED = "not_started"
    REFUSED = "refused"
    ABSENT = "absent"
    CANT_TELL = "cant_tell"


@dataclass(frozen=True, slots=True)
class DeliveryReported:
    number: int
    attempt: int
    outcome: Outcome
    external_id: ExternalId | None = None
    reason: str = ""
    at: datetime | None = None
    not_before: datetime | None = None
    in_words: bool = False  # what it carries cannot be shown: from now on it is said in words


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The messenger did not deliver what the channel had taken: the message `about`, where it says which."""

    trouble: Trouble
    at: datetime
    about: ExternalId | None = None


@dataclass(frozen=True, slots=True)
class Reacted:
    """The customer has put a thumb on the message `about`; without one: took it off, or put another sign there."""

    about: ExternalId
    thumb: Thumb | None
    at: datetime


Event = (
    CustomerMessage
    | OutgoingMessage
    | Command
    | ReplyProposed
    | ReplyFailed
    | ReplyAwaited
    | TimerFired
    | HandoffRequested
    | SendRequested
    | DeliveryReported
    | Undelivered
    | Reacted
    | TimesFound
    | ErrandDone
    | WordsHeard
)
