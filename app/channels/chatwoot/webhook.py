"""Chatwoot's webhooks, of an agent bot and of an account, read into channel events. Pure.

Both tell the same in the same words, so an event has one id whoever brings it. Who wrote is told by the direction,
for a contact has no type. A conversation's own events become the chat's owner: open is people's, pending is the bot's.
What is new to us becomes an event of no consequence. A time that is missing is `EPOCH`: the moment of receipt.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from pydantic import ValidationError

from app.channels.base import Undecodable
from app.channels.chatwoot.payloads import (
    LONGEST_NAME,
    LONGEST_TEXT,
    OUTGOING,
    TEMPLATE,
    ConversationShape,
    MessageShape,
    Shape,
    Text,
    moment,
)
from app.domain.ids import ChatId, ContactId, ExternalId, LeadId
from app.domain.knocking import Greeting, Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, ParsedBody, Trouble

EPOCH: Final = datetime.fromtimestamp(0, UTC)
PATH_ONLY: Final = "path-only"  # the signing secret of an account whose server signs nothing, said by its operator
WINDOW: Final = timedelta(minutes=5)
MOST_MEDIA: Final = 15  # attachments of one message, as the vendor bounds them

_LARGEST: Final = {False: 512 * 2**10, True: 4 * 2**20}
_OWNERS: Final = {"open": Author.HUMAN, "snoozed": Author.HUMAN, "pending": Author.BOT}
_STATUS_EVENTS: Final = frozenset({"conversation_status_changed", "conversation_updated"})


def verify(knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
    """`sha256=` HMAC over the time and the raw body, within five minutes.

    A secret may hold several, apart by blanks: the bot's webhook and the account's are signed with different ones.
    Where the operator has said that the server signs nothing, whoever brings the secret path is believed, nobody else.
    """
    known = [one for secret in secrets for one in secret.split()]
    if PATH_ONLY in known and knocked.by_path:
        return True
    known = [one for one in known if one != PATH_ONLY]
    given = knocked.headers.get("x-chatwoot-signature", "").strip()
    at = knocked.headers.get("x-chatwoot-timestamp", "").strip()
    if not given.isascii() or not (at.isascii() and at.isdecimal() and len(at) <= 12):  # noqa: PLR2004
        return False
    if abs(now.timestamp() - int(at)) > WINDOW.total_seconds():
        return False
    signed = at.encode() + b"." + knocked.body
    wanted = ["sha256=" + hmac.new(one.encode(), signed, hashlib.sha256).hexdigest() for one in known]
    return any(hmac.compare_digest(one, given) for one in wanted)


def greet(query: Mapping[str, str]) -> Greeting | None:
    """Chatwoot asks for nothing in particular."""
    del query
    return None


class _Told(Shape):
    """What stands beside the message or the conversation of an event."""

    event: Text = ""
    account: Any = None
    inbox: Any = None
    inbox_id: Any = None
    conversation: Any = None
    messages: Any = None
    changed_attributes: Any = None


def parse(body: bytes, *, generous: bool = False) -> ParsedBody:
    """Decode a webhook body.

    Raises:
        Undecodable: the body is broken or larger than the bounds.
    """
    tree = _tree(body, generous=generous)
    try:
        told = _Told.model_validate(tree)
    except ValidationError:
        told = _Told()
    reader = _READERS.get(told.event.partition(".")[0], _nothing)
    try:
        events = tuple(reader(told, tree))
    except ValidationError:
        events = ()
    return ParsedBody(_account_of(told, tree), events or (_other(told, tree),))


def _tree(body: bytes, *, generous: bool) -> dict[str, Any]:
    if len(body) > _LARGEST[generous]:
        raise Undecodable("too large")
    try:
        told: Any = json.loads(body, parse_int=_number, parse_constant=lambda _: None)
        # JSON can spell half characters, which the database cannot store; what is unreadable is no event of ours.
        told = json.loads(json.dumps(told, ensure_ascii=False).encode(errors="ignore"), parse_int=_number)
    except (ValueError, RecursionError):
        raise Undecodable("not JSON") from None
    if not isinstance(told, dict):
        raise Undecodable("not an object")
    return _group(told)


def _number(digits: str) -> int | str:
    """Python refuses to read a number of thousands of digits."""
    return int(digits) if len(digits) < 20 else digits[:40]  # noqa: PLR2004


def _account_of(told: _Told, tree: dict[str, Any]) -> str | None:
    """`<account>:<inbox>`; older servers name the account of a conversation only in its message."""
    about = _group(told.conversation) or tree
    message: Any = _first(_at(about, "messages"))
    account = _id(_at(told.account, "id")) or _id(_at(about, "account", "id")) or _id(_at(message, "account_id"))
    inbox = _id(_at(told.inbox, "id")) or _id(_at(about, "inbox_id"))
    return f"{account or '?'}:{inbox or '?'}" if account or inbox else None


def _at(node: Any, *path: str) -> Any:
    for step in path:
        node = _group(node).get(step)
    return node


def _group(node: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", node) if isinstance(node, dict) else {}


def _items(node: Any) -> list[Any]:
    return cast("list[Any]", node) if isinstance(node, list) else []


def _first(node: Any) -> Any:
    return next(iter(_items(node)), None)


def _word(value: Any) -> str:
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def _id(value: Any) -> str:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdecimal() and len(text) < 19 and text.strip("0") else ""  # noqa: PLR2004


def _message(told: _Told, tree: dict[str, Any]) -> Iterator[ChannelEvent]:
    chat = _id(_at(told.conversation, "id"))
    message = MessageShape.model_validate(tree)
    if not chat or not _id(message.id) or message.direction in (TEMPLATE, "activity"):
        return
    contact = _id(_at(told.conversation, "meta", "sender", "id")) or _id(
        _at(told.conversation, "contact_inbox", "contact_id")
    )
    origin = _at(told.conversation, "channel")
    yield from events_of(
        message,
        chat=chat,
        contact=contact,
        origin=origin.replace("\x00", "") if isinstance(origin, str) else "",
        family=told.event,
    )


def events_of(message: MessageShape, *, chat: str, contact: str, origin: str, family: str) -> Iterator[ChannelEvent]:
    """A message as it stands in a conversation; each further attachment is an event of its own."""
    author, sender = message.written_by(), message.sender
    kept = [media for one in message.attachments[:MOST_MEDIA] if (media := one.media())]
    known: dict[str, Any] = {
        "at": moment(message.created_at) or EPOCH,
        "contact_id": ContactId(contact) if contact else None,
        "lead_id": LeadId(chat),
        "author": author,
        "author_id": sender.id[:LONGEST_NAME] if sender else "",
        "author_name": sender.name[:LONGEST_NAME] if sender else "",
        "family": family,
    }
    text = message.content[:LONGEST_TEXT]
    if message.private:
        yield ChannelEvent(EventKind.NOTE, ExternalId(f"note:{message.id}"), text=text, **known)
        return
    known |= {"chat_id": ChatId(chat), "talk_id": chat, "origin": origin_of(origin)}
    for number, media in enumerate(kept or [None]):
        yield ChannelEvent(
            EventKind.MESSAGE,
            ExternalId(f"{message.id}:{number + 1}" if number else message.id),
            text="" if number else text,
            message_kind=media.kind if media else MessageKind.TEXT,
            media=media,
            **known,
        )


def origin_of(channel: str) -> str:
    """The messenger behind an inbox in the words that the rest of us has for it."""
    name = channel.removeprefix("Channel::").lower()[:LONGEST_NAME]
    return {"facebookpage": "facebook", "twiliosms": "twilio"}.get(name, name)


def _changed(told: _Told, tree: dict[str, Any]) -> Iterator[ChannelEvent]:
    """What became of a message: it was not delivered, or the customer has tapped one of its answers."""
    message = MessageShape.model_validate(tree)
    contact = _id(_at(told.conversation, "meta", "sender", "id"))
    contact = contact or _id(_at(told.conversation, "contact_inbox", "contact_id"))
    kind = _at(told.conversation, "channel")
    origin = kind.replace("\x00", "") if isinstance(kind, str) else ""
    asked = _id(_at(told.conversation, "id"))
    yield from tapped(message, chat=asked, contact=contact, origin=origin, family=told.event)
    latest = _first(_at(told.conversation, "messages"))
    if not message.status and _id(_at(latest, "id")) == message.id:
        message = message.model_copy(update={"status": str(_at(latest, "status") or "")})
    chat = _id(_at(told.conversation, "id"))
    if not chat or message.private or message.direction != OUTGOING or not message.has_failed:
        return
    yield ChannelEvent(
        EventKind.RECEIPT,
        ExternalId(f"failed:{message.id}"),
        moment(message.created_at) or EPOCH,
        chat_id=ChatId(chat),
        lead_id=LeadId(chat),
        author=Author.BOT,
        about=ExternalId(message.id),
        trouble=trouble_of(str(message.content_attributes.get("external_error") or "")),
        family=told.event,
    )


def tapped(message: MessageShape, *, chat: str, contact: str, origin: str, family: str) -> Iterator[ChannelEvent]:
    """On a website the answer is written onto the message that asked; it counts once, as the customer's own words."""
    chosen = _group(_first(message.content_attributes.get("submitted_values")))
    value = _word(chosen.get("value"))
    title = _word(chosen.get("title")) or value
    if not title or not chat or message.private or message.direction != OUTGOING:
        return
    yield ChannelEvent(
        EventKind.MESSAGE,
        ExternalId(f"{message.id}:tapped"),
        EPOCH,
        chat_id=ChatId(chat),
        talk_id=chat,
        contact_id=ContactId(contact) if contact else None,
        lead_id=LeadId(chat),
        author=Author.CUSTOMER,
        author_id=contact,
        text=title[:LONGEST_TEXT],
        choice=value[:LONGEST_NAME],
        origin=origin_of(origin),
        family=family,
    )


def trouble_of(said: str) -> Trouble:
    """What the messenger behind the inbox says, where it is WhatsApp; its numbers are in the text."""
    codes = {"131047": Trouble.WINDOW_CLOSED, "63016": Trouble.WINDOW_CLOSED, "131050": Trouble.OPTED_OUT}
    codes |= {"131026": Trouble.UNREACHABLE, "63003": Trouble.UNREACHABLE, "21610": Trouble.OPTED_OUT}
    return next((trouble for code, trouble in codes.items() if code in said), Trouble.REFUSED)


def _conversation(told: _Told, tree: dict[str, Any]) -> Iterator[ChannelEvent]:
    """Whose the chat is now, where that has changed: by its status, or by the agent who was given it."""
    one = ConversationShape.model_validate(tree)
    owner, by, what = _owner(told, one)
    if owner is None or not _id(one.id):
        return
    at = moment(one.updated_at) or one.moved_at() or EPOCH
    yield ChannelEvent(
        EventKind.OWNER,
        ExternalId(f"owner:{one.id}:{what}:{at.timestamp():.3f}"),
        at,
        chat_id=ChatId(one.id),
        talk_id=one.id,
        contact_id=ContactId(one.sender.id) if one.sender and _id(one.sender.id) else None,
        lead_id=LeadId(one.id),
        author=owner,
        author_id=by[0],
        author_name=by[1],
        family=told.event,
    )


def _owner(told: _Told, one: ConversationShape) -> tuple[Author | None, tuple[str, str], str]:
    """Who has it, by name, and by what that is known."""
    agent = one.assignee if one.person_in_charge() else None
    by = (agent.id[:LONGEST_NAME], agent.name[:LONGEST_NAME]) if agent else ("", "")
    if told.event == "conversation_opened":
        return Author.HUMAN, by, "open"
    status = _now(told.changed_attributes, "status") if told.event in _STATUS_EVENTS else None
    if isinstance(status, str) and status in _OWNERS:
        return _OWNERS[status], by, status
    if told.event == "conversation_updated" and agent and _id(_now(told.changed_attributes, "assignee_id")):
        return Author.HUMAN, by, f"agent{agent.id}"
    return None, by, ""


def _now(changed: Any, name: str) -> Any:
    """What an attribute has become: a list of objects with one key each."""
    items = _items(changed) or [changed]
    return next((_at(item, name, "current_value") for item in items if _at(item, name) is not None), None)


def _nothing(told: _Told, tree: dict[str, Any]) -> Iterator[ChannelEvent]:
    del told, tree
    return iter(())


def _other(told: _Told, tree: dict[str, Any]) -> ChannelEvent:
    """What is stored and acknowledged, under an id that the same content always gets."""
    content = json.dumps(tree, sort_keys=True, default=str)
    digest = hashlib.sha256(content.encode()).hexdigest()[:32]
    return ChannelEvent(
        EventKind.OTHER,
        ExternalId(f"hash:{digest}"),
        EPOCH,
        message_kind=MessageKind.OTHER,
        family=told.event[:LONGEST_NAME],
    )


_READERS: Final = {
    "message_created": _message,
    "message_updated": _changed,
    "conversation_status_changed": _conversation,
    "conversation_updated": _conversation,
    "conversation_opened": _conversation,
}
