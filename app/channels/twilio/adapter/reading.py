"""What Twilio's list of messages says: what went out, and what customers wrote when no webhook came."""

from collections.abc import AsyncIterator
from datetime import datetime

from app.channels.twilio.client import TwilioClient, home_of
from app.channels.twilio.payloads import FAILED, MediaShape, MessageShape, kind_of, who
from app.channels.twilio.webhook import customers
from app.channels.twilio.webhook.content import Content
from app.domain.account import Connection, Lane
from app.domain.errors import AppError, NeedsHuman, NotStarted
from app.domain.ids import ExternalId
from app.domain.messages import Address, Author, ChannelEvent, LookedInto, Media, MessageKind, ReadBack, SeenMessage
from app.domain.people import Who
from app.domain.phones import forms


async def read_back(
    client: TwilioClient, connection: Connection, to: Address, *, since: datetime, lane: Lane
) -> ReadBack:
    """Ours and every other program's, oldest first."""
    found: list[MessageShape] = []
    is_whole = True
    for address in addresses(to):
        part, ends = await client.with_person(connection, address, since=since.replace(microsecond=0), lane=lane)
        found, is_whole = [*found, *part], is_whole and ends
    return ReadBack(is_whole, tuple(_seen(one) for one in sorted(found, key=lambda one: one.at)))


def addresses(to: Address) -> list[str]:
    """Wherever a message of ours may have gone: the list is asked by one address at a time, as it was sent to. Pure.

    Also under the other forms of the phone, for the customer may have written from another address meanwhile.
    """
    others = sorted(form for one in (to.receives, to.chat_id) if one.isdecimal() for form in forms(one))
    return list(dict.fromkeys((to.receives, to.chat_id, *others)))


def _seen(one: MessageShape) -> SeenMessage:
    return SeenMessage(ExternalId(one.sid), Author.BOT, one.body, one.at, has_failed=one.status in FAILED)


async def missed(
    client: TwilioClient, connection: Connection, *, since: datetime, until: datetime | None
) -> AsyncIterator[LookedInto]:
    """Customer by customer. Attachments that cannot be read hide no other customer's words.

    The list does not say what is a reaction. One that a webhook told of is known by its id; any other may be a message
    (a thumb is often a yes), and counts as one.
    """
    talks: dict[str, list[tuple[Who, MessageShape]]] = {}
    found = await client.received(connection, since=since.replace(microsecond=0), until=until)
    for one in sorted(found, key=lambda one: one.at):
        person = who(one.sender)
        if person is not None:
            talks.setdefault(person.key, []).append((person, one))
    for key, messages in talks.items():
        yield await _talk(client, connection, key, messages)


async def _talk(
    client: TwilioClient, connection: Connection, key: str, messages: list[tuple[Who, MessageShape]]
) -> LookedInto:
    events: list[ChannelEvent] = []
    try:
        for person, one in messages:
            events += await _events(client, connection, person, one)
    except (NotStarted, NeedsHuman):
        raise
    except AppError as error:
        return LookedInto(key, tuple(events), error.code)
    return LookedInto(key, tuple(events))


async def _events(client: TwilioClient, connection: Connection, person: Who, one: MessageShape) -> list[ChannelEvent]:
    """The same ids as the webhook's: the message's own, with a number behind for each further attachment."""
    files = await client.media_of(connection, one.sid) if one.num_media not in ("", "0") else []
    media = [_media(connection, one, file) for file in files]
    contents = [Content(found.kind, "" if number else one.body, found) for number, found in enumerate(media)]
    contents = contents or [Content(MessageKind.TEXT if one.body else MessageKind.OTHER, one.body)]
    return [
        customers(one.sid if not number else f"{one.sid}:{number}", person, content, said={}, at=one.at)
        for number, content in enumerate(contents)
    ]


def _media(connection: Connection, one: MessageShape, file: MediaShape) -> Media:
    link = home_of(connection).of_account(f"Messages/{one.sid}/Media/{file.sid}")
    return Media(kind_of(file.content_type), link)
