"""Twilio's webhooks: whether they are Twilio's, and what they tell. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from app.channels import form
from app.channels.twilio.payloads import (
    ARRIVED,
    EPOCH,
    FAILED,
    LONGEST_NAME,
    code_in,
    ref_of,
    reference_of,
    trouble_of,
    who,
)
from app.channels.twilio.webhook import signature
from app.channels.twilio.webhook.content import Content, contents_of
from app.domain.ids import ChatId, ContactId, ExternalId, LeadId
from app.domain.knocking import Greeting, Knocked
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, ParsedBody, Trouble
from app.domain.people import Who

ORIGIN: Final = "twilio"
_RECEIVED: Final = frozenset({"received", "receiving"})


def verify(knocked: Knocked, secrets: Sequence[str], *, now: datetime) -> bool:
    """By one of the account's auth tokens; a second one is good while it is rotated. Twilio signs no time."""
    del now
    return signature.verify(knocked, secrets)


def greet(query: Mapping[str, str]) -> Greeting | None:
    """Twilio checks no address."""
    del query


def parse(body: bytes, *, generous: bool = False) -> ParsedBody:
    """Decode a webhook body.

    Raises:
        Undecodable: the body is broken or larger than the bounds.
    """
    tree = form.decode(body, form.WORKER if generous else form.DOOR)
    said = {name: value for name, value in tree.items() if isinstance(value, str)}
    status = said.get("MessageStatus") or said.get("SmsStatus", "")
    is_theirs = status in _RECEIVED or (not status and "Body" in said)
    ours = said.get("To" if is_theirs else "From", "")
    events = _messages(said) if is_theirs else _status(status, said)
    return ParsedBody(reference_of(said.get("AccountSid", ""), ours), events or (_other("unknown", said),))


def _messages(said: Mapping[str, str]) -> tuple[ChannelEvent, ...]:
    """What a customer wrote: one event for its words and first attachment, one more for each further attachment.

    What is no saying is known by its id: the list of messages shows it too, and does not tell it from the others.
    """
    person = who(*(said.get(name, "") for name in ("From", "WaId", "ExternalUserId")))
    sid = ref_of(said.get("MessageSid", "") or said.get("SmsSid", ""))
    contents = contents_of(said)
    if person is None or sid is None:
        return ()
    if not contents:
        return (_gesture(sid, said),)
    return tuple(
        customers(sid if not number else f"{sid}:{number}", person, one, said=said)
        for number, one in enumerate(contents)
    )


def customers(
    external_id: str, person: Who, content: Content, *, said: Mapping[str, str], at: datetime = EPOCH
) -> ChannelEvent:
    """A customer's message: the webhook tells no time, a list does."""
    return ChannelEvent(
        kind=EventKind.MESSAGE,
        external_id=ExternalId(external_id),
        at=at,
        chat_id=ChatId(person.key),
        contact_id=ContactId(person.key),
        lead_id=LeadId(person.key),
        names=person.names,
        talk_id=person.address,
        author=Author.CUSTOMER,
        author_id=person.key,
        author_name=said.get("ProfileName", "")[:LONGEST_NAME],
        message_kind=content.kind,
        text=content.text,
        media=content.media,
        choice=content.choice,
        origin=ORIGIN,
        family=f"message:{said.get('MessageType', '')}"[:LONGEST_NAME],
    )


def _gesture(sid: str, said: Mapping[str, str]) -> ChannelEvent:
    return ChannelEvent(
        kind=EventKind.GESTURE,
        external_id=ExternalId(sid),
        at=EPOCH,
        message_kind=MessageKind.OTHER,
        origin=ORIGIN,
        family=f"message:{said.get('MessageType', '')}"[:LONGEST_NAME],
    )


def _status(status: str, said: Mapping[str, str]) -> tuple[ChannelEvent, ...]:
    """Only whether it arrived matters, and once: nothing comes behind it, in whatever order the rest is told."""
    about, person = ref_of(said.get("MessageSid", "") or said.get("SmsSid", "")), who(said.get("To", ""))
    if about is None or not status:
        return ()
    if status in ARRIVED and person is not None:
        return (_told(f"status:{about}:{status}", status, person, about, kind=EventKind.ARRIVED),)
    if status not in FAILED or person is None:
        return (_other(f"status:{status}", {"MessageSid": about}),)
    trouble = trouble_of(code_in(said.get("ErrorCode", "")))
    return (_told(f"status:{about}:failed", status, person, about, kind=EventKind.RECEIPT, trouble=trouble),)


def _told(
    external_id: str, status: str, person: Who, about: str, *, kind: EventKind, trouble: Trouble | None = None
) -> ChannelEvent:
    """What became of a message of ours."""
    return ChannelEvent(
        kind=kind,
        external_id=ExternalId(external_id),
        at=EPOCH,
        chat_id=ChatId(person.key),
        contact_id=ContactId(person.key),
        lead_id=LeadId(person.key),
        names=person.names,
        origin=ORIGIN,
        family=f"status:{status}",
        about=ExternalId(about),
        trouble=trouble,
    )


def _other(family: str, said: Mapping[str, str]) -> ChannelEvent:
    """What is stored and acknowledged, and nothing else; the same content always gets the same id."""
    content = json.dumps([family, said], sort_keys=True)
    return ChannelEvent(
        kind=EventKind.OTHER,
        external_id=ExternalId("hash:" + hashlib.sha256(content.encode()).hexdigest()[:32]),
        at=EPOCH,
        message_kind=MessageKind.OTHER,
        origin=ORIGIN,
        family=family[:LONGEST_NAME],
    )
