"""Messages in words that belong to no vendor: what a channel reports and what we ask it to send."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.ids import ChatId, ContactId, ExternalId, LeadId


class MessageKind(StrEnum):
    """What a message carries. Anything a vendor invents later is OTHER."""

    TEXT = "text"
    PICTURE = "picture"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    OTHER = "other"


class Author(StrEnum):
    """Who wrote a message, as the channel tells it. BOT is any program, ours included."""

    CUSTOMER = "customer"
    HUMAN = "human"
    BOT = "bot"


class EventKind(StrEnum):
    """What a channel event is about.

    MESSAGE   somebody wrote in the chat (see its author)
    NOTE      somebody wrote an internal note on the lead; it has a lead and no chat
    LINK      the chat's talk, contact or lead is now this (talk opened, closed, moved)
    OWNER     the chat was given to a person (`author` HUMAN) or back to the bot (BOT), without a word
    REACTION  the customer put the sign in `text` on the message `about`; no text: took it off
    RECEIPT   the messenger did not deliver a message of ours, whose id is in `about`; `trouble` says why
    GESTURE   what is no saying (a reaction), by the id of a message: kept, so that no look takes it for one
    ARRIVED   the messenger did deliver the message of ours that is in `about`
    OTHER     stored, acknowledged, of no consequence here
    """

    MESSAGE = "message"
    NOTE = "note"
    LINK = "link"
    OWNER = "owner"
    REACTION = "reaction"
    RECEIPT = "receipt"
    GESTURE = "gesture"
    ARRIVED = "arrived"
    OTHER = "other"


class Trouble(StrEnum):
    """Why a messenger did not deliver what it had taken."""

    WINDOW_CLOSED = "window_closed"  # the customer's last message is too long ago for free words
    OPTED_OUT = "opted_out"  # the customer has blocked or unsubscribed us
    UNREACHABLE = "unreachable"  # nobody has this number there
    REFUSED = "refused"  # anything else


@dataclass(frozen=True, slots=True)
class Landing:
    """What the messenger tells of a message of ours, by its id: why it did not arrive, or None: it did."""

    message_id: ExternalId
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment. The link may expire and must pass the outbound guard before it is fetched."""

    kind: MessageKind
    link: str
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class ChannelEvent:
    """One thing that a channel told us, decoded. `external_id` is the dedupe key within (account, channel)."""

    kind: EventKind
    external_id: ExternalId
    at: datetime  # the channel's own time, UTC
    chat_id: ChatId | None = None
    talk_id: str | None = None  # where the chat is answered just now: a CRM's talk, the very address that wrote
    contact_id: ContactId | None = None
    lead_id: LeadId | None = None
    author: Author = Author.CUSTOMER
    author_id: str = ""  # the channel's user id of a salesperson, else the channel's author id
    author_name: str = ""
    message_kind: MessageKind = MessageKind.TEXT
    text: str = ""
    media: Media | None = None
    origin: str = ""  # the messenger behind the channel, such as waba
    family: str = ""  # the vendor's own name of the event, for metrics and debugging
    about: ExternalId | None = None  # the message that it is about: of a RECEIPT, ARRIVED (ours), a REACTION
    trouble: Trouble | None = None  # of a RECEIPT
    choice: str = ""  # the id of what the customer tapped; its title is the text
    # By which a messenger knows whoever has the chat, the surest first; empty: its id alone.
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """A webhook body, decoded. `account_ref` is the vendor's account id that the body claims, if any.

    `others` is what the same body tells of further accounts, where a vendor puts several into one.
    """

    account_ref: str | None
    events: tuple[ChannelEvent, ...]
    others: "tuple[ParsedBody, ...]" = ()

    @property
    def accounts(self) -> tuple[str, ...]:
        """All that it tells of, each once."""
        found = [part.account_ref for part in (self, *self.others) if part.account_ref is not None]
        return tuple(dict.fromkeys(found))

    def of(self, account_ref: str) -> "ParsedBody":
        """What it tells of this account; itself where it tells nothing of it."""
        return next((part for part in (self, *self.others) if part.account_ref == account_ref), self)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a conversation lives at the channel."""

    chat_id: ChatId
    talk_id: str | None = None
    contact_id: ContactId | None = None
    lead_id: LeadId | None = None

    @property
    def receives(self) -> str:
        """Where a messenger's customer is answered: at the address that wrote, else at the chat's own name."""
        return self.talk_id or self.chat_id


@dataclass(frozen=True, slots=True)
class Sent:
    """A send that the channel accepted.

    `external_id` is None where the way of sending returns no id.
    `talk_id` is set when the message went through another talk than the one we knew.
    """

    way: str
    external_id: ExternalId | None
    talk_id: str | None = None


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message found when a conversation is read back."""

    external_id: ExternalId
    author: Author
    text: str
    at: datetime
    has_failed: bool = False  # the messenger has refused what the channel had taken


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the channel shows of a conversation since a time. `complete` is False where something may be missing."""

    complete: bool
    messages: tuple[SeenMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class LookedInto:
    """A talk, or the notes, with what happened there in order; or the code of the error that hid it."""

    talk_id: str
    events: tuple[ChannelEvent, ...] = ()
    trouble: str = ""


def normalise(text: str) -> str:
    """The words of a message without the accidents of transport: NFC, no CR, no edge or doubled white space."""
    return " ".join(unicodedata.normalize("NFC", text.replace("\x00", "")).split())


def words_of(text: str) -> str:
    """A fixed-length fingerprint of a message's words; equal for two messages that say the same."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()[:32]
