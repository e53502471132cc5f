"""What a message of Chatwoot's says, whoever shows it to us: the webhook, or the conversation read back. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from app.channels.chatwoot.payloads import LONGEST_NAME, LONGEST_TEXT, OUTGOING, MessageShape, moment
from app.channels.chatwoot.webhook.bodies import first_of, group_of, word_of
from app.domain.ids import ChatId, ContactId, ExternalId, LeadId
from app.domain.messages import Author, ChannelEvent, EventKind, MessageKind, Trouble

EPOCH: Final = datetime.fromtimestamp(0, UTC)
MOST_MEDIA: Final = 15  # attachments of one message, as the vendor bounds them


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


def tapped(message: MessageShape, *, chat: str, contact: str, origin: str, family: str) -> Iterator[ChannelEvent]:
    """On a website the answer is written onto the message that asked; it counts once, as the customer's own words."""
    chosen = group_of(first_of(message.content_attributes.get("submitted_values")))
    value = word_of(chosen.get("value"))
    title = word_of(chosen.get("title")) or value
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
