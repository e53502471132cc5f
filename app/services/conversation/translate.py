"""From what a channel tells to what a mailbox holds: who may command, and what is only text. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.conversation import (
    Command,
    CustomerMessage,
    Event,
    OutgoingMessage,
    PauseReason,
    Reacted,
    Undelivered,
    Verb,
)
from app.domain.feedback import thumb_of
from app.domain.messages import Author, ChannelEvent, EventKind, Landing, Trouble
from app.services.bot_control import commands
from app.services.conversation.wording import Phrase, say
from app.store.inbox import Chat, MailboxEvent

# Our own notes start with this; whatever starts with it is never read as a command.
NOTE_MARK = "[Ponte]"
_EPOCH = datetime.fromtimestamp(0, UTC)
# A channel's clock may be ahead of ours by this much.
CLOCKS_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Order:
    """A command that means something else than the chat it was typed in. `scope` None: the id may be anything."""

    scope: str | None
    ref: str
    command: Command
    key: str
    typed_in: Chat | None = None  # where to answer when the id means nothing


@dataclass(frozen=True, slots=True)
class Translated:
    events: tuple[MailboxEvent, ...] = ()
    orders: tuple[Order, ...] = ()


def translate(event: ChannelEvent, *, received_at: datetime, locale: str) -> Translated:
    """What the mailboxes get for one channel event."""
    if event.kind is EventKind.NOTE:
        return _note(event, received_at, locale)
    if event.chat_id is None or event.kind in (EventKind.GESTURE, EventKind.OTHER):
        return Translated()
    chat = _chat(event, received_at)
    if event.kind is EventKind.ARRIVED:
        return Translated((MailboxEvent(chat, event.external_id, None, chat.at, _landing(event)),))
    is_message = event.kind is EventKind.MESSAGE
    if is_message and event.author is Author.HUMAN and commands.is_command(event.text):
        return _typed_in_chat(event, chat, locale)
    told = _message(event, chat.at, received_at) if is_message else _wordless(event, chat.at)
    return Translated((MailboxEvent(chat, event.external_id, told, chat.at, _landing(event)),))


def _landing(event: ChannelEvent) -> Landing | None:
    """Whether the message that a RECEIPT or ARRIVED is about has arrived."""
    if event.about is None or event.kind not in (EventKind.RECEIPT, EventKind.ARRIVED):
        return None
    return Landing(event.about, None if event.kind is EventKind.ARRIVED else event.trouble or Trouble.REFUSED)


def _when(event: ChannelEvent, received_at: datetime) -> datetime:
    """The channel's own time; ours where it tells none or one that is still to come, which nothing could follow."""
    return event.at if _EPOCH < event.at <= received_at + CLOCKS_APART else received_at


def _chat(event: ChannelEvent, received_at: datetime) -> Chat:
    return Chat(
        str(event.chat_id),
        _when(event, received_at),
        event.talk_id,
        event.contact_id,
        event.lead_id,
        event.origin,
        event.names,
    )


def _message(event: ChannelEvent, at: datetime, received_at: datetime) -> Event:
    if event.author is Author.CUSTOMER:
        said = (event.text, event.message_kind, at, received_at, event.external_id)
        return CustomerMessage(*said, media=event.media, choice=event.choice, author_name=event.author_name)
    return OutgoingMessage(
        *(event.text, event.message_kind, at, event.external_id, event.author, event.author_id, event.author_name),
        media=event.media,
    )


def _wordless(event: ChannelEvent, at: datetime) -> Event | None:
    """Who gives the chat to a person, or back to the bot, by the channel's own buttons, steers as with a command."""
    if event.kind is EventKind.OWNER:
        verb = Verb.TAKE if event.author is Author.HUMAN else Verb.RELEASE
        return Command(verb, event.author_name or event.author_id, at, reason=PauseReason.HUMAN, wordless=True)
    if event.kind is EventKind.RECEIPT:
        return Undelivered(event.trouble or Trouble.REFUSED, at, event.about)
    if event.kind is EventKind.REACTION and event.about is not None:
        return Reacted(event.about, thumb_of(event.text), at)
    return None


def _typed_in_chat(event: ChannelEvent, chat: Chat, locale: str) -> Translated:
    typed = commands.parse(event.text)
    by = event.author_name or event.author_id
    command = command_of(typed, by=by, at=chat.at, locale=locale)
    if typed is not None and typed.target and command.verb is not Verb.UNKNOWN:
        return Translated(orders=(Order(None, typed.target, command, f"order:{event.external_id}", chat),))
    return Translated((MailboxEvent(chat, event.external_id, command, chat.at),))


def _note(event: ChannelEvent, received_at: datetime, locale: str) -> Translated:
    typed = commands.parse(event.text) if event.author is Author.HUMAN else None
    if typed is None or event.text.startswith(NOTE_MARK):
        return Translated()
    at = _when(event, received_at)
    command = command_of(typed, by=event.author_name or event.author_id, at=at, locale=locale)
    if typed.target and command.verb is not Verb.UNKNOWN:
        scope, ref = None, typed.target
    elif event.lead_id:
        scope, ref = "lead", str(event.lead_id)
    else:
        scope, ref = "contact", str(event.contact_id or "")
    return Translated(orders=(Order(scope, ref, command, event.external_id),) if ref else ())


def command_of(typed: commands.Command | None, *, by: str, at: datetime, locale: str, exact: bool = False) -> Command:
    """The command that was typed, or the hint about what was wrong with it."""
    if typed is None:
        return Command(Verb.UNKNOWN, by, at, exact=exact)
    if typed.problem:
        return Command(Verb.UNKNOWN, by, at, exact=exact, hint=say(Phrase(typed.problem), locale))
    if typed.verb is Verb.UNKNOWN:
        hint = say(Phrase.DID_YOU_MEAN, locale, suggestion=typed.suggestion or "/ajuda")
        return Command(Verb.UNKNOWN, by, at, exact=exact, hint=hint)
    return Command(Verb(typed.verb.value), by, at, exact=exact)


def reason_for(scope: str) -> PauseReason:
    """Why a conversation is off when a whole contact or lead was paused."""
    return {"contact": PauseReason.CONTACT, "lead": PauseReason.LEAD}.get(scope, PauseReason.COMMAND)
