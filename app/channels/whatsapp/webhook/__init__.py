"""WhatsApp's webhooks, read into channel events. Pure: the same body always gives the same events and ids.

One body may tell of many messages, statuses and numbers. Only what customers write or put on a message as a reaction,
what people write on the phone, and what did not arrive has consequences; edits, other statuses, histories, what another
agent answers in our stead (standby) and whatever Meta invents next is kept and answered by nobody.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from app.channels.whatsapp.payloads import (
    LONGEST_NAME,
    Group,
    group_of,
    groups_of,
    moment,
    ref_of,
    trouble_of,
    who,
    word_at,
)
from app.channels.whatsapp.webhook.bodies import MESSAGES, MOST_AFTERWARDS, MOST_AT_THE_DOOR, Change, changes_of, decode
from app.channels.whatsapp.webhook.content import content_of
from app.domain.ids import ChatId, ContactId, ExternalId, LeadId
from app.domain.knocking import Greeting, Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, ParsedBody, Trouble
from app.domain.people import Who

EPOCH: Final = datetime.fromtimestamp(0, UTC)
# Meta's own header, and the one of 360dialog, which does not pass Meta's on.
SIGNATURES: Final = ("x-hub-signature-256", "x-360dialog-signature")
_SCHEME: Final = "sha256="
# What was read or played has arrived, and of the three any may be left out.
_ARRIVED: Final = ("delivered", "read", "played")
_LONGEST_CHALLENGE: Final = 256
_ORIGIN: Final = "waba"
# Whose words an echo carries: people on the phone, or another program on this number.
_ECHOES: Final = {"smb_message_echoes": Author.HUMAN, "message_echoes": Author.BOT}
# What WhatsApp itself tells of a customer: another phone, or another id for us.
_CHANGES: Final = frozenset({"user_changed_number", "user_changed_user_id"})


def verify(knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
    """Whether one of the account's secrets made one of the signatures, over the bytes as they came."""
    del now
    given = [knocked.headers[name].strip() for name in SIGNATURES if name in knocked.headers]
    claims = [one.removeprefix(_SCHEME).lower().encode("utf-8", "replace") for one in given]
    valid = False
    for secret in filter(None, secrets):
        right = hmac.new(secret.encode(), knocked.body, hashlib.sha256).hexdigest().encode()
        for claim in claims:
            valid |= hmac.compare_digest(right, claim)  # all of them, whichever is right
    return valid


def greet(query: Mapping[str, str]) -> Greeting | None:
    """Meta's check: the challenge, as the bare body, and the token that was typed in beside the address."""
    challenge = query.get("hub.challenge", "")
    is_check = query.get("hub.mode") == "subscribe" and 0 < len(challenge) <= _LONGEST_CHALLENGE
    return Greeting(challenge, query.get("hub.verify_token", "")) if is_check else None


def parse(body: bytes, *, generous: bool = False) -> ParsedBody:
    """Decode a webhook body; the events of each number apart.

    Raises:
        Undecodable: the body is broken or larger than the bounds.
    """
    changes = changes_of(decode(body), most=MOST_AFTERWARDS if generous else MOST_AT_THE_DOOR)
    ours: dict[str | None, list[ChannelEvent]] = {change.ref: [] for change in changes if change.ref is not None}
    first = next(iter(ours), None)
    for change in changes:  # what names no number is about all of them: it goes with the first
        ours.setdefault(change.ref or first, []).extend(_events(change))
    parts = [ParsedBody(ref, tuple(events)) for ref, events in ours.items()] or [ParsedBody(None, ())]
    return ParsedBody(parts[0].account_ref, parts[0].events, others=tuple(parts[1:]))


def _events(change: Change) -> Iterator[ChannelEvent]:
    found = list(_told(change))
    yield from found or [_other(change.field, change.value)]


def _told(change: Change) -> Iterator[ChannelEvent]:
    value, field = change.value, change.field
    if field == MESSAGES:
        cards = _cards(value)
        for item in groups_of(value.get("messages")):
            yield (
                _customers(item, cards)
                or _reaction(item)
                or _changed(item)
                or _other(f"message:{word_at(item, 'type')}", item)
            )
        for item in groups_of(value.get("statuses")):
            yield _status(item)
        for item in groups_of(value.get("errors")):
            yield _other("errors", item)
    elif field in _ECHOES:
        for item in groups_of(value.get("message_echoes")):
            yield _echo(field, item) or _other(f"{field}:{word_at(item, 'type')}", item)
    elif field == "user_preferences":
        for item in groups_of(value.get("user_preferences")):
            yield _preference(item) or _other(field, item)


def _cards(value: Group) -> dict[str, Group]:
    """Who is who, by every id that a card comes with: paired by id, for nobody promises the order."""
    found: dict[str, Group] = {}
    for card in groups_of(value.get("contacts")):
        found |= {key: card for key in (word_at(card, "wa_id"), word_at(card, "user_id")) if key}
    return found


def _customers(item: Group, cards: Mapping[str, Group]) -> ChannelEvent | None:
    phone, user_id = word_at(item, "from"), word_at(item, "from_user_id")
    if word_at(item, "group_id"):
        return None  # a group is no chat of one customer: nobody is answered there
    card = cards.get(phone) or cards.get(user_id) or {}
    name = word_at(card, "profile", "name")[:LONGEST_NAME]
    person = who(phone, user_id or word_at(card, "user_id"))
    return _message("messages", item, person, author=Author.CUSTOMER, name=name)


def _changed(item: Group) -> ChannelEvent | None:
    """Somebody has another phone or another id from now on: the chat goes with them, and is answered there."""
    before = who(word_at(item, "from"), word_at(item, "from_user_id"))
    now = who(word_at(item, "system", "wa_id"), word_at(item, "system", "user_id"))
    if word_at(item, "type") != "system" or word_at(item, "system", "type") not in _CHANGES or not (before and now):
        return None
    return ChannelEvent(
        kind=EventKind.LINK,
        external_id=ExternalId(ref_of(word_at(item, "id")) or _hash("system", item)),
        at=_time(item),
        chat_id=ChatId(before.key),
        talk_id=now.address,
        names=tuple(dict.fromkeys((*before.names, *now.names))),
        origin=_ORIGIN,
        family="messages:system",
    )


def _reaction(item: Group) -> ChannelEvent | None:
    """A sign that a customer has put on a message, or taken off."""
    person = who(word_at(item, "from"), word_at(item, "from_user_id"))
    about, sign = ref_of(word_at(item, "reaction", "message_id")), word_at(item, "reaction", "emoji")
    if word_at(item, "type") != "reaction" or word_at(item, "group_id") or person is None or about is None:
        return None
    return ChannelEvent(
        kind=EventKind.REACTION,
        external_id=ExternalId(ref_of(word_at(item, "id")) or _hash("reaction", item)),
        at=_time(item),
        chat_id=ChatId(person.key),
        contact_id=ContactId(person.key),
        lead_id=LeadId(person.key),
        names=person.names,
        author_id=person.key,
        text=sign[:LONGEST_NAME],
        origin=_ORIGIN,
        family="messages:reaction",
        about=ExternalId(about),
    )


def _echo(field: str, item: Group) -> ChannelEvent | None:
    """Something that was written on this number by somebody else than us, to a customer."""
    whom = who(word_at(item, "to"), word_at(item, "to_user_id"))
    return _message(field, item, whom, author=_ECHOES[field], name="")


def _message(family: str, item: Group, person: Who | None, *, author: Author, name: str) -> ChannelEvent | None:
    content = content_of(item)
    if person is None or content is None:
        return None
    return ChannelEvent(
        kind=EventKind.MESSAGE,
        external_id=ExternalId(ref_of(word_at(item, "id")) or _hash(family, item)),
        at=_time(item),
        chat_id=ChatId(person.key),
        contact_id=ContactId(person.key),
        lead_id=LeadId(person.key),
        names=person.names,
        talk_id=person.address if author is Author.CUSTOMER else None,
        author=author,
        author_id=person.key if author is Author.CUSTOMER else "",
        author_name=name,
        message_kind=content.kind,
        text=content.text,
        media=content.media,
        choice=content.choice,
        origin=_ORIGIN,
        family=f"{family}:{word_at(item, 'type')}"[:LONGEST_NAME],
    )


def _status(item: Group) -> ChannelEvent:
    """Only whether it arrived matters; when it is told twice, it is one."""
    status, about = word_at(item, "status"), ref_of(word_at(item, "id"))
    person = who(word_at(item, "recipient_id"), word_at(item, "recipient_user_id"))
    if about is None or person is None or status not in ("failed", *_ARRIVED):
        return _other(f"status:{status}", item)
    if status in _ARRIVED:
        return replace(_receipt(f"status:{about}:{status}", item, person, about=about), kind=EventKind.ARRIVED)
    return _receipt(f"status:{about}:failed", item, person, trouble=_trouble(item), about=about)


def _trouble(item: Group) -> Trouble:
    """The first that is more than a refusal; of several errors one may be general."""
    codes = [word_at(one, "code") for one in groups_of(item.get("errors"))]
    found = [trouble_of(int(code)) for code in codes if code.isascii() and code.isdecimal() and len(code) <= 9]  # noqa: PLR2004
    return next((one for one in found if one is not Trouble.REFUSED), Trouble.REFUSED)


def _preference(item: Group) -> ChannelEvent | None:
    """The customer has stopped our marketing by a button of WhatsApp's own."""
    person = who(word_at(item, "wa_id"), word_at(item, "user_id"))
    if word_at(item, "value") != "stop" or person is None:
        return None
    return _receipt(_hash("user_preferences", item), item, person, trouble=Trouble.OPTED_OUT)


def _receipt(
    external_id: str, item: Group, person: Who, *, trouble: Trouble | None = None, about: str | None = None
) -> ChannelEvent:
    return ChannelEvent(
        kind=EventKind.RECEIPT,
        external_id=ExternalId(external_id),
        at=_time(item),
        chat_id=ChatId(person.key),
        contact_id=ContactId(person.key),
        lead_id=LeadId(person.key),
        names=person.names,
        origin=_ORIGIN,
        family=external_id.partition(":")[0],
        about=ExternalId(about) if about else None,
        trouble=trouble,
    )


def _other(family: str, item: Group) -> ChannelEvent:
    """What is stored and acknowledged, and nothing else."""
    return ChannelEvent(
        kind=EventKind.OTHER,
        external_id=ExternalId(_hash(family, item)),
        at=_time(item),
        message_kind=MessageKind.OTHER,
        origin=_ORIGIN,
        family=family[:LONGEST_NAME],
    )


def _time(item: Group) -> datetime:
    return moment(word_at(group_of(item), "timestamp")) or EPOCH


def _hash(family: str, item: Group) -> str:
    """An id for what has none: the same content always gets the same one."""
    try:
        content = json.dumps([family, item], sort_keys=True)
    except RecursionError:  # nested deeper than anybody would
        content = json.dumps([family, sorted(item)])
    return "hash:" + hashlib.sha256(content.encode()).hexdigest()[:32]
