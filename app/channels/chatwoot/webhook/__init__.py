"""Chatwoot's webhooks, of an agent bot and of an account, read into channel events. Pure.

Both tell the same in the same words, so an event has one id whoever brings it. Who wrote is told by the direction,
for a contact has no type. A conversation's own events become the chat's owner: open is people's, pending is the bot's.
What is new to us becomes an event of no consequence. A time that is missing is `EPOCH`: the moment of receipt.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from app.channels.chatwoot.payloads import (
    LONGEST_NAME,
    OUTGOING,
    TEMPLATE,
    ConversationShape,
    MessageShape,
    Shape,
    Text,
    moment,
)
from app.channels.chatwoot.webhook.bodies import at, first_of, group_of, id_of, now_of, tree_of
from app.channels.chatwoot.webhook.content import EPOCH, events_of, tapped, trouble_of
from app.domain.ids import ChatId, ContactId, ExternalId, LeadId
from app.domain.knocking import Greeting, Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, ParsedBody

PATH_ONLY: Final = "path-only"  # the signing secret of an account whose server signs nothing, said by its operator
WINDOW: Final = timedelta(minutes=5)

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
    tree = tree_of(body, generous=generous)
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


def _account_of(told: _Told, tree: dict[str, Any]) -> str | None:
    """`<account>:<inbox>`; older servers name the account of a conversation only in its message."""
    about = group_of(told.conversation) or tree
    message: Any = first_of(at(about, "messages"))
    account = id_of(at(told.account, "id")) or id_of(at(about, "account", "id")) or id_of(at(message, "account_id"))
    inbox = id_of(at(told.inbox, "id")) or id_of(at(about, "inbox_id"))
    return f"{account or '?'}:{inbox or '?'}" if account or inbox else None


def _message(told: _Told, tree: dict[str, Any]) -> Iterator[ChannelEvent]:
    chat = id_of(at(told.conversation, "id"))
    message = MessageShape.model_validate(tree)
    if not chat or not id_of(message.id) or message.direction in (TEMPLATE, "activity"):
        return
    contact = id_of(at(told.conversation, "meta", "sender", "id")) or id_of(
        at(told.conversation, "contact_inbox", "contact_id")
    )
    origin = at(told.conversation, "channel")
    yield from events_of(
        message,
        chat=chat,
        contact=contact,
        origin=origin.replace("\x00", "") if isinstance(origin, str) else "",
        family=told.event,
    )


def _changed(told: _Told, tree: dict[str, Any]) -> Iterator[ChannelEvent]:
    """What became of a message: it was not delivered, or the customer has tapped one of its answers."""
    message = MessageShape.model_validate(tree)
    contact = id_of(at(told.conversation, "meta", "sender", "id"))
    contact = contact or id_of(at(told.conversation, "contact_inbox", "contact_id"))
    kind = at(told.conversation, "channel")
    origin = kind.replace("\x00", "") if isinstance(kind, str) else ""
    asked = id_of(at(told.conversation, "id"))
    yield from tapped(message, chat=asked, contact=contact, origin=origin, family=told.event)
    latest = first_of(at(told.conversation, "messages"))
    if not message.status and id_of(at(latest, "id")) == message.id:
        message = message.model_copy(update={"status": str(at(latest, "status") or "")})
    chat = id_of(at(told.conversation, "id"))
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


def _conversation(told: _Told, tree: dict[str, Any]) -> Iterator[ChannelEvent]:
    """Whose the chat is now, where that has changed: by its status, or by the agent who was given it."""
    one = ConversationShape.model_validate(tree)
    owner, by, what = _owner(told, one)
    if owner is None or not id_of(one.id):
        return
    at = moment(one.updated_at) or one.moved_at() or EPOCH
    yield ChannelEvent(
        EventKind.OWNER,
        ExternalId(f"owner:{one.id}:{what}:{at.timestamp():.3f}"),
        at,
        chat_id=ChatId(one.id),
        talk_id=one.id,
        contact_id=ContactId(one.sender.id) if one.sender and id_of(one.sender.id) else None,
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
    status = now_of(told.changed_attributes, "status") if told.event in _STATUS_EVENTS else None
    if isinstance(status, str) and status in _OWNERS:
        return _OWNERS[status], by, status
    if told.event == "conversation_updated" and agent and id_of(now_of(told.changed_attributes, "assignee_id")):
        return Author.HUMAN, by, f"agent{agent.id}"
    return None, by, ""


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
