"""Kommo's account webhooks, read into channel events. Pure: the same body always gives the same events and ids.

Every family of https://developers.kommo.com/docs/webhooks-general is recognised, several may share a body, and what is
new to us becomes an event of no consequence, so that nothing is lost. A time that is missing or absurd is reported as
`EPOCH`, and whoever stores the event replaces that by the moment of receipt: the hook itself says nothing better.
"""

import hashlib
import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from app.channels.form import DOOR, WORKER, Node, Tree, decode, group_at, items_of, text_at
from app.channels.kommo.payloads import (
    LONGEST_NAME,
    LONGEST_REF,
    NOTE_MARK,
    author_of,
    kind_of,
    media_of,
    moment,
    ref_of,
)
from app.channels.kommo.payloads.references import author_id_of, contact_of, lead_of, number_of, own_contact, own_lead
from app.domain.ids import ChatId, ContactId, ExternalId, LeadId
from app.domain.knocking import Greeting, Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, ParsedBody

EPOCH: Final = datetime.fromtimestamp(0, UTC)

_ENTITIES = frozenset({"leads", "contacts", "companies", "unsorted", "task"})
_COMMON_NOTE = frozenset({"4", "common"})


def verify(knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
    """Whatever comes: Kommo signs nothing."""
    del knocked, secrets, now
    return True


def greet(query: Mapping[str, str]) -> Greeting | None:
    """Kommo asks for nothing in particular."""
    del query
    return None


def parse(body: bytes, *, generous: bool = False) -> ParsedBody:
    """Decode a webhook body.

    Raises:
        Undecodable: the body is broken or larger than the bounds.
    """
    tree = decode(body, WORKER if generous else DOOR)
    account_ref = text_at(tree, "account", "id").strip()
    return ParsedBody(account_ref[:LONGEST_REF] or None, tuple(_events(tree)))


def _events(tree: Tree) -> Iterator[ChannelEvent]:
    for family, node in tree.items():
        if family == "account":
            continue
        if family == "add" and _holds_messages(node):
            yield from _read_all("message", "add", node)
        elif isinstance(node, dict) and (family in _ENTITIES or family in _WRAPPED):
            for action, items in node.items():
                yield from _read_all(family, action, items)
        else:
            yield _other(family[:LONGEST_NAME], {family: node})


def _holds_messages(node: Node) -> bool:
    """Kommo's own sample shows the message hook without its `message` wrapper."""
    return isinstance(node, dict) and any("chat_id" in item for item in items_of(node))


def _read_all(family: str, action: str, node: Node) -> Iterator[ChannelEvent]:
    name = f"{family}[{action}]"[:LONGEST_NAME]
    reader = _READERS.get((family, action))
    if isinstance(node, str):
        yield _other(name, {"value": node})
        return
    for item in items_of(node):
        yield (reader and reader(name, item)) or _other(name, item)


def _incoming(family: str, item: Tree) -> ChannelEvent | None:
    is_outgoing = text_at(item, "type") == "outgoing"
    return _message(family, item, author_of(text_at(item, "author", "type"), is_outgoing=is_outgoing))


def _outgoing(family: str, item: Tree) -> ChannelEvent | None:
    return _message(family, item, author_of(text_at(item, "author", "type"), is_outgoing=True))


def _message(family: str, item: Tree, author: Author) -> ChannelEvent | None:
    chat_id = ref_of(text_at(item, "chat_id"))
    if chat_id is None:
        return None  # becomes OTHER under a hashed id, so that reconciliation may still bring the real one
    attachment = group_at(item, "attachment")
    kind = kind_of(text_at(item, "message_type"), text_at(attachment, "type"))
    return ChannelEvent(
        kind=EventKind.MESSAGE,
        external_id=ExternalId(ref_of(text_at(item, "id")) or _hash(family, item)),
        at=_time(item, "created_at"),
        chat_id=ChatId(chat_id),
        talk_id=ref_of(text_at(item, "talk_id")),
        contact_id=contact_of(item),
        lead_id=lead_of(item),
        author=author,
        author_id=author_id_of(group_at(item, "author")),
        author_name=text_at(item, "author", "name")[:LONGEST_NAME],
        message_kind=kind,
        text=text_at(item, "text"),
        media=media_of(
            kind, text_at(attachment, "type"), text_at(attachment, "link"), text_at(attachment, "file_name")
        ),
        origin=text_at(item, "origin")[:LONGEST_NAME],
        family=family,
    )


def _talk(family: str, item: Tree) -> ChannelEvent | None:
    talk_id, chat_id = ref_of(text_at(item, "talk_id")), ref_of(text_at(item, "chat_id"))
    if talk_id is None or chat_id is None:
        return None
    # A talk that opens and is given its lead within one second reports both with the same times.
    digest = _hash(family, item).removeprefix("hash:")[:8]
    return ChannelEvent(
        kind=EventKind.LINK,
        external_id=ExternalId(f"talk:{talk_id}:{text_at(item, 'updated_at')[:20]}:{digest}"),
        at=_time(item, "updated_at", "created_at"),
        chat_id=ChatId(chat_id),
        talk_id=talk_id,
        contact_id=contact_of(item),
        lead_id=lead_of(item),
        origin=text_at(item, "origin")[:LONGEST_NAME],
        family=family,
    )


def _note(family: str, item: Tree) -> ChannelEvent | None:
    note = group_at(item, "note") or item
    element, kind = number_of(text_at(note, "element_id")), text_at(note, "element_type")
    lead = element if kind == "2" or (not kind and family == "leads[note]") else None
    contact = element if kind == "1" or (not kind and family == "contacts[note]") else None
    if text_at(note, "note_type") not in _COMMON_NOTE or not (lead or contact):
        return None
    note_id, text = ref_of(text_at(note, "id")), _unescaped(text_at(note, "text"))
    return ChannelEvent(
        kind=EventKind.NOTE,
        external_id=ExternalId(f"note:{note_id}" if note_id else _hash(family, note)),
        at=_time(note, "created_at"),
        contact_id=ContactId(contact) if contact else None,
        lead_id=LeadId(lead) if lead else None,
        author=note_author(text, text_at(note, "created_by")),
        author_id=number_of(text_at(note, "created_by")) or "",
        author_name=_note_author_name(text_at(note, "metadata")),
        text=text,
        family=family,
    )


def _unescaped(text: str) -> str:
    """Notes arrive HTML-escaped. Python refuses to read a number of thousands of digits, also inside `&#...;`."""
    try:
        return html.unescape(text)
    except ValueError:
        return text


def note_author(text: str, created_by: str) -> Author:
    """Ours carry our mark; user 0 is Kommo's robot; everything else was written by a person."""
    return Author.BOT if text.startswith(NOTE_MARK) or created_by == "0" else Author.HUMAN


def _note_author_name(metadata: str) -> str:
    """Newer accounts add a JSON text that names the author."""
    try:
        found: Any = json.loads(metadata[:2_048])
        name: Any = found["event_source"]["author_name"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    if not isinstance(name, str):
        return ""
    # JSON can spell NUL and half characters, which the database cannot store.
    return name[:LONGEST_NAME].replace("\x00", "").encode(errors="ignore").decode()


def _other(family: str, item: Tree) -> ChannelEvent:
    """What is stored and acknowledged, and says at most which lead or contact it was about."""
    note = group_at(item, "note") or item
    return ChannelEvent(
        kind=EventKind.OTHER,
        external_id=ExternalId(_hash(family, item)),
        at=_time(note, "updated_at", "last_modified", "created_at", "date_create"),
        contact_id=own_contact(family, item) or contact_of(note),
        lead_id=own_lead(family, item) or lead_of(note),
        message_kind=MessageKind.OTHER,
        family=family,
    )


def _time(item: Tree, *names: str) -> datetime:
    return next((at for name in names if (at := moment(text_at(item, name)))), EPOCH)


def _hash(family: str, item: Tree) -> str:
    """An id for what has none: the same content always gets the same one."""
    content = json.dumps([family, item], sort_keys=True)
    return "hash:" + hashlib.sha256(content.encode()).hexdigest()[:32]


_Reader = Callable[[str, Tree], ChannelEvent | None]
_READERS: Final[dict[tuple[str, str], _Reader]] = {
    ("message", "add"): _incoming,
    ("outgoing_message", "add"): _outgoing,
    ("talk", "add"): _talk,
    ("talk", "update"): _talk,
    ("leads", "note"): _note,
    ("contacts", "note"): _note,
}
_WRAPPED: Final = frozenset({family for family, _ in _READERS})
