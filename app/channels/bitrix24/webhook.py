"""What a portal tells, read into channel events: its webhooks, and the same events as they are fetched. Pure.

Three spellings of one thing: a bot's events (`ONIMBOTV2...`) as JSON when they are fetched and as a PHP form when they
are pushed, with every scalar a text; the events of the older bot API and of lines (`ONIMBOTMESSAGEADD`,
`ONOPENLINEMESSAGEADD`), which a plain outgoing webhook may carry; and what a poll of dialogs found. The same message
has the same id in all of them. What is new to us, or of no line, becomes an event of no consequence.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import unquote_to_bytes

from pydantic import ValidationError

from app.channels.base import Undecodable
from app.channels.bitrix24.payloads import LONGEST_NAME, LONGEST_REF
from app.channels.bitrix24.payloads.chats import (
    EPOCH,
    LINES,
    ChatShape,
    DialogShape,
    FileShape,
    MessageShape,
    UserShape,
    media_of,
    moment,
    ref_of,
    words,
)
from app.channels.form import DOOR, WORKER, decode
from app.domain.ids import ChatId, ExternalId
from app.domain.knocking import Greeting, Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, ParsedBody

FETCHED: Final = "fetched"  # the name under which fetched events are kept as a body
POLLED: Final = "polled"
_LONGEST_KEY: Final = 80  # every character of the name may be written as three
_WITH_MESSAGE: Final = frozenset({"ONIMBOTV2MESSAGEADD", "ONIMBOTV2COMMANDADD"})
_OLD_MESSAGE: Final = "ONIMBOTMESSAGEADD"
_LINE_MESSAGE: Final = "ONOPENLINEMESSAGEADD"
_JOINED: Final = frozenset({"ONIMBOTV2JOINCHAT", "ONIMBOTJOINCHAT"})

Told = Mapping[str, Any]


def verify(knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
    """By the `application_token` of the form's own `auth`; that of the bot inside the data counts for nothing."""
    del now
    given = [value for key, _, value in (field.partition(b"=") for field in knocked.body.split(b"&")) if _is_token(key)]
    known = [one.encode() for one in secrets if one]
    fits = [hmac.compare_digest(unquote_to_bytes(told.replace(b"+", b" ")), one) for told in given[:2] for one in known]
    return len(given) == 1 and any(fits)


def _is_token(key: bytes) -> bool:
    """The one field that counts, however its brackets are written. Told twice, it counts for nothing."""
    return len(key) <= _LONGEST_KEY and unquote_to_bytes(key) == b"auth[application_token]"


def greet(query: Mapping[str, str]) -> Greeting | None:
    """Bitrix24 asks for nothing in particular."""
    del query
    return None


def parse(body: bytes, *, generous: bool = False) -> ParsedBody:
    """Decode a body.

    Raises:
        Undecodable: the body is broken or larger than the bounds.
    """
    if body.lstrip()[:1] == b"{":
        return ParsedBody(None, tuple(_kept(body)))
    tree = cast("dict[str, Any]", decode(body, WORKER if generous else DOOR))
    portal = str(_group(tree, "auth").get("domain", "")).strip().lower()
    name, data = str(tree.get("event", ""))[:LONGEST_NAME].upper(), _group(tree, "data")
    digest = _digest({"event": name, "data": data, "ts": tree.get("ts", "")})
    return ParsedBody(portal[:LONGEST_REF] or None, tuple(_events(name, data, fallback=digest)))


def _kept(body: bytes) -> Iterator[ChannelEvent]:
    """What was fetched or polled, as we keep it: the vendor's own objects under one name."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Undecodable("not JSON") from None
    if not isinstance(told, dict):
        raise Undecodable("not an object")
    tree = cast("dict[str, Any]", told)
    for event in _items(tree, FETCHED):
        number = ref_of(str(event.get("eventId", "")))
        fallback = f"event:{number}" if number else _digest(event)
        data = {"date": event.get("date"), **_group(event, "data")}
        yield from _events(str(event.get("type", ""))[:LONGEST_NAME].upper(), data, fallback=fallback)
    for dialog in _items(tree, POLLED):
        yield from polled(dialog)


def _events(name: str, data: Told, *, fallback: str) -> Iterator[ChannelEvent]:
    """The one event of a body. `fallback` is its id where the vendor gives none."""
    try:
        yield _read(name, data, fallback)
    except (ValidationError, ValueError, TypeError, AttributeError):
        yield _other(name, fallback)


def _read(name: str, data: Told, fallback: str) -> ChannelEvent:
    if name in _WITH_MESSAGE:
        message, chat = MessageShape.model_validate(_group(data, "message")), _chat(data)
        files = _files(data)
        return event_of(chat, message, _user(data), files=files, family=name) or _other(name, fallback)
    if name == _OLD_MESSAGE:
        return _old(data, name) or _other(name, fallback)
    if name == _LINE_MESSAGE:
        return _of_line(data, name) or _other(name, fallback)
    if name in _JOINED:
        return _joined(data, name, fallback) or _other(name, fallback)
    return _other(name, fallback)


def event_of(
    chat: ChatShape,
    message: MessageShape,
    user: UserShape | None,
    *,
    files: Mapping[str, FileShape] | None = None,
    family: str,
) -> ChannelEvent | None:
    """A message of a line's chat; None for one of another chat, and for what the system wrote there."""
    number = ref_of(message.id or "")
    if not chat.is_of_a_line or not chat.dialog or number is None:
        return None
    author = user.written_by() if user else Author.HUMAN
    media = media_of(message, files or {})
    is_spoken = not message.is_system and message.author_id is not None
    return ChannelEvent(
        kind=EventKind.MESSAGE if is_spoken else EventKind.OTHER,
        external_id=ExternalId(number),
        at=message.at,
        chat_id=ChatId(chat.dialog[:LONGEST_REF]),
        talk_id=chat.session_id,
        contact_id=chat.contact_id,
        lead_id=chat.lead_id,
        author=author,
        author_id=(message.author_id or "")[:LONGEST_REF],
        author_name=(user.name if user else "")[:LONGEST_NAME],
        message_kind=media.kind if media else MessageKind.TEXT,
        text=words(message.text),
        media=media,
        origin=chat.connector,
        family=family,
    )


def polled(dialog: Told) -> Iterator[ChannelEvent]:
    """The messages of one dialog that a poll found, oldest first. One that cannot be read hides no other."""
    try:
        chat, told = ChatShape.model_validate(_group(dialog, "chat")), DialogShape.model_validate(dialog)
    except ValidationError:
        yield _other(POLLED, _digest(dialog))
        return
    known = {user.id: user for user in told.users}
    files = {one.id: one for one in told.files}
    for message in sorted(told.messages, key=lambda one: (one.at, len(one.id or ""), one.id or "")):
        user = known.get(message.author_id or "")
        event = event_of(chat, message, user, files=files, family=POLLED)
        if event is not None:
            yield event


def _old(data: Told, family: str) -> ChannelEvent | None:
    """A message of the older bot API."""
    params = _group(data, "PARAMS")
    told = _group(data, "USER")
    user = UserShape.model_validate(told) if told else None
    return event_of(_old_chat(params), MessageShape.model_validate(dict(params)), user, family=family)


def _old_chat(params: Told) -> ChatShape:
    return ChatShape(
        id=str(params.get("CHAT_ID") or params.get("TO_CHAT_ID") or ""),
        dialog_id=str(params.get("DIALOG_ID") or ""),
        entity_type=str(params.get("CHAT_ENTITY_TYPE") or ""),
        entity_id=str(params.get("CHAT_ENTITY_ID") or ""),
        data_1=str(params.get("CHAT_ENTITY_DATA_1") or ""),
        data_2=str(params.get("CHAT_ENTITY_DATA_2") or ""),
    )


def _of_line(data: Told, family: str) -> ChannelEvent | None:
    """A message of a line that is fed by somebody's own connector. It names no session and no card."""
    first = (_items(data, "DATA") or [dict[str, Any]()])[0]
    connector, told = _group(first, "connector"), _group(first, "message")
    parts = [str(connector.get(name) or "") for name in ("connector_id", "line_id", "chat_id", "user_id")]
    chat_id = str(_group(first, "chat").get("id") or "")
    chat = ChatShape(id=chat_id, entity_type=LINES, entity_id="|".join(parts))
    message = MessageShape.model_validate({**told, "author_id": told.get("user_id"), "date": told.get("date")})
    is_customer = str(told.get("user_id") or "") == parts[3]
    return event_of(chat, message, UserShape(id=message.author_id or "", connector=is_customer), family=family)


def _joined(data: Told, family: str, fallback: str) -> ChannelEvent | None:
    """The bot is in a line's chat: a session has begun, and it answers. So the chat is the bot's again."""
    chat = _old_chat(_group(data, "PARAMS")) if "PARAMS" in data else _chat(data)
    if not chat.is_of_a_line or not chat.dialog:
        return None
    return ChannelEvent(
        kind=EventKind.OWNER,
        external_id=ExternalId(f"joined:{fallback}"[:LONGEST_REF]),
        at=moment(str(data.get("date") or "")),
        chat_id=ChatId(chat.dialog[:LONGEST_REF]),
        talk_id=chat.session_id,
        contact_id=chat.contact_id,
        lead_id=chat.lead_id,
        author=Author.BOT,
        author_name="Bitrix24",
        origin=chat.connector,
        family=family,
    )


def _other(family: str, external_id: str) -> ChannelEvent:
    return ChannelEvent(
        kind=EventKind.OTHER,
        external_id=ExternalId(external_id[:LONGEST_REF]),
        at=EPOCH,
        message_kind=MessageKind.OTHER,
        family=family,
    )


def _chat(data: Told) -> ChatShape:
    return ChatShape.model_validate(_group(data, "chat"))


def _user(data: Told) -> UserShape | None:
    told = _group(data, "user")
    return UserShape.model_validate(told) if told else None


def _files(data: Told) -> dict[str, FileShape]:
    files = [FileShape.model_validate(one) for one in _items(data, "files")]
    return {one.id: one for one in files}


def _group(tree: Told, name: str) -> dict[str, Any]:
    """The group under a name; empty where there is none or a value."""
    found = tree.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _items(tree: Told, name: str) -> list[dict[str, Any]]:
    """The groups of a list, whether it is written as one or as PHP writes it in a form."""
    found: Any = tree.get(name)
    if isinstance(found, dict):
        found = list(cast("dict[str, Any]", found).values())
    every = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", one) for one in every if isinstance(one, dict)]


def _digest(told: Any) -> str:
    """An id for what has none: the same content always gets the same one."""
    content = json.dumps(told, sort_keys=True, default=str)
    return "hash:" + hashlib.sha256(content.encode(errors="replace")).hexdigest()[:32]
