"""What Kommo shows of its chats, as events and read-backs. Ids are those of the hooks, so that both meet."""

import html
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime

from app.channels.kommo.client import MOST_IDS, NOT_ALLOWED, KommoClient
from app.channels.kommo.payloads import LONGEST_NAME, kind_of, media_of, moment, ref_of
from app.channels.kommo.payloads.chats import AttachmentShape, TalkMessageShape, TalkShape
from app.channels.kommo.payloads.crm import NoteShape
from app.channels.kommo.webhook import note_author
from app.channels.looking import one_by_one
from app.domain.account import Connection, Lane
from app.domain.errors import AppError, NeedsHuman, NotFound, NotStarted
from app.domain.ids import ChatId, ContactId, ExternalId, LeadId
from app.domain.messages import Address, Author, ChannelEvent, EventKind, LookedInto, ReadBack, SeenMessage

CHAT_EVENTS = ["incoming_chat_message", "outgoing_chat_message"]
NOTES = "notes"  # stands for a talk: what people wrote on leads
NOT_DELIVERED = "error"  # what Kommo's delivery_status becomes, moments after it took the message
EPOCH = datetime.fromtimestamp(0, UTC)  # as in webhooks: the moment of receipt takes its place


async def read_back(
    client: KommoClient, connection: Connection, to: Address, *, since: datetime, lane: Lane = Lane.HANDOFF
) -> ReadBack:
    """All that the chat shows since then. Complete only where every talk of the chat could be read to its end."""
    seen: dict[str, SeenMessage] = {}
    try:
        talks, is_whole = await _talks_of(client, connection, to, since=since, lane=lane)
        for talk in talks:
            messages = client.messages(connection, talk_id=talk.talk_id, since=since, lane=lane)
            seen |= {message.id: _seen(message) async for message in messages}
    except NotFound:
        is_whole = False  # a talk that is gone may have held it
    except NeedsHuman as error:
        if error.code != NOT_ALLOWED:
            raise
        is_whole = False
    return ReadBack(complete=is_whole, messages=tuple(sorted(seen.values(), key=lambda one: one.at)))


def outgoing_since(
    client: KommoClient, connection: Connection, chats: Sequence[tuple[Address, datetime]]
) -> AsyncIterator[LookedInto]:
    """What the company wrote, people and programs."""
    return one_by_one(chats, lambda to, since: _outgoing(client, connection, to, since=since))


async def _outgoing(client: KommoClient, connection: Connection, to: Address, *, since: datetime) -> list[ChannelEvent]:
    """The known talk alone is asked, for this is a frequent poll."""
    known = TalkShape(
        talk_id=to.talk_id or "",
        chat_id=to.chat_id,
        contact_id=to.contact_id,
        entity_id=to.lead_id,
        entity_type="lead",
    )
    talks = [known] if to.talk_id else (await _talks_of(client, connection, to, since=since))[0]
    events = [
        event_of(talk, message, family="poll")
        for talk in talks
        async for message in client.messages(connection, talk_id=talk.talk_id, since=since, lane=Lane.HANDOFF)
    ]
    return _in_order(event for event in events if event.author is not Author.CUSTOMER)


async def missed(
    client: KommoClient, connection: Connection, *, since: datetime, until: datetime | None = None
) -> AsyncIterator[LookedInto]:
    """The messages behind the account's chat events since then. Events name the talk, never the words."""
    talk_ids, contacts = await _named_by_events(client, connection, since=since, until=until)
    talks = await _talks_of_contacts(client, connection, talk_ids, contacts, since=since)
    # A chat's older talk comes before its newer one.
    for talk_id in sorted(talk_ids | talks.keys(), key=lambda one: talks[one].updated_at if one in talks else 0):
        try:
            talk = talks.get(talk_id) or await client.talk(connection, talk_id=talk_id, lane=Lane.SYNC)
            messages = client.messages(connection, talk_id=talk_id, since=since, lane=Lane.SYNC)
            events = [event_of(talk, message, family="reconcile") async for message in messages if talk.chat_id]
        except NotFound:
            continue  # deleted in between; its messages are nobody's any more
        except (NotStarted, NeedsHuman):
            raise
        except AppError as error:
            yield LookedInto(talk_id, trouble=error.code)
        else:
            yield LookedInto(talk_id, tuple(_in_order(events)))
    notes = await _missed_notes(client, connection, since=since, until=until)
    if notes.events or notes.trouble:
        yield notes


async def _missed_notes(
    client: KommoClient, connection: Connection, *, since: datetime, until: datetime | None
) -> LookedInto:
    """What people wrote on leads since then, for a note may hold a command."""
    try:
        notes = [note async for note in client.notes(connection, since=since, until=until) if note.entity_id]
    except NotFound:
        return LookedInto(NOTES)
    except (NotStarted, NeedsHuman) as error:
        if error.code != NOT_ALLOWED:
            raise
        return LookedInto(NOTES)  # whoever may not read notes gets none of their commands; the rest goes on
    except AppError as error:
        return LookedInto(NOTES, trouble=error.code)
    return LookedInto(NOTES, tuple(_in_order(_note_of(note) for note in notes)))


def _note_of(note: NoteShape) -> ChannelEvent:
    """A note as its hook would have told it."""
    text = html.unescape(note.text)
    return ChannelEvent(
        kind=EventKind.NOTE,
        external_id=ExternalId(f"note:{note.id}"),
        at=moment(note.created_at) or EPOCH,
        lead_id=LeadId(note.entity_id or ""),
        author=note_author(text, note.created_by or ""),
        author_id=note.created_by or "",
        text=text,
        family="reconcile",
    )


async def _named_by_events(
    client: KommoClient, connection: Connection, *, since: datetime, until: datetime | None
) -> tuple[set[str], dict[str, bool]]:
    """The talks, and the contacts with whether an event of theirs named no talk."""
    talk_ids: set[str] = set()
    contacts: dict[str, bool] = {}
    async for event in client.events(connection, types=CHAT_EVENTS, since=since, until=until):
        talk_id, contact_id = event.talk_id(), event.contact_id()
        talk_ids |= {talk_id} if talk_id else set()
        if contact_id:
            contacts[contact_id] = contacts.get(contact_id, False) or talk_id is None
    return talk_ids, contacts


async def _talks_of_contacts(
    client: KommoClient, connection: Connection, talk_ids: set[str], contacts: dict[str, bool], *, since: datetime
) -> dict[str, TalkShape]:
    """Those that events meant, found through their contacts, fifty at a time."""
    talks: dict[str, TalkShape] = {}
    for some in _in_chunks(list(contacts)):
        async for talk in client.talks(connection, contact_ids=some, lane=Lane.SYNC):
            may_be_meant = contacts.get(talk.contact_id or "", False) and _moved_since(talk, since)
            if talk.talk_id in talk_ids or may_be_meant:
                talks[talk.talk_id] = talk
    return talks


def _in_chunks(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]


def _moved_since(talk: TalkShape, since: datetime) -> bool:
    return talk.updated_at >= int(since.timestamp())


async def _talks_of(
    client: KommoClient, connection: Connection, to: Address, *, since: datetime, lane: Lane = Lane.HANDOFF
) -> tuple[list[TalkShape], bool]:
    """The chat's known talk and those that moved since then; and whether there can be no other."""
    known = await client.talk(connection, talk_id=to.talk_id, lane=lane) if to.talk_id else None
    contact_id = to.contact_id or (known.contact_id if known else None)
    found = {known.talk_id: known} if known else {}
    if contact_id is None:
        return list(found.values()), False
    async for talk in client.talks(connection, contact_ids=[contact_id], lane=lane):
        if talk.chat_id == to.chat_id and _moved_since(talk, since):
            found[talk.talk_id] = talk
    return list(found.values()), True


def event_of(talk: TalkShape, message: TalkMessageShape, *, family: str) -> ChannelEvent:
    """A message of a talk as its hook would have told it."""
    attachment = message.attachment or AttachmentShape()
    kind = kind_of(message.message_type, attachment.type)
    return ChannelEvent(
        kind=EventKind.MESSAGE,
        external_id=ExternalId(ref_of(message.id) or message.id),
        at=moment(message.created_at) or EPOCH,
        chat_id=ChatId(talk.chat_id),
        talk_id=talk.talk_id,
        contact_id=ContactId(talk.contact_id) if talk.contact_id else None,
        lead_id=LeadId(talk.lead_id) if talk.lead_id else None,
        author=message.written_by(),
        author_id=message.author.user_id or ref_of(message.author.id) or "",
        author_name=message.author.name[:LONGEST_NAME],
        message_kind=kind,
        text=message.text,
        media=media_of(kind, attachment.type, attachment.link, attachment.file_name),
        origin=talk.origin[:LONGEST_NAME],
        family=family,
    )


def _seen(message: TalkMessageShape) -> SeenMessage:
    external_id, at = ExternalId(ref_of(message.id) or message.id), moment(message.created_at) or EPOCH
    has_failed = message.delivery_status == NOT_DELIVERED
    return SeenMessage(external_id, message.written_by(), message.text, at, has_failed)


def _in_order(events: Iterable[ChannelEvent]) -> list[ChannelEvent]:
    return sorted(events, key=lambda event: event.at)
