"""What is written on a conversation for people: notes, labels, attributes, its agent, and whose it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from app.channels.chatwoot.client import ChatwootClient
from app.channels.chatwoot.payloads import (
    LONGEST_VALUE,
    ConversationShape,
    attribute_key,
    label_title,
)
from app.domain.account import Connection, Lane
from app.domain.errors import NotFound, Rejected
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.inspection import FieldSeen, LeadSeen

_OPEN: Final = "open"


@dataclass(frozen=True, slots=True)
class Card:
    """A conversation, or else a contact."""

    lead_id: LeadId | None
    contact_id: ContactId | None


async def note(
    client: ChatwootClient, connection: Connection, lead_id: str, text: str, *, lane: Lane = Lane.CRM
) -> ExternalId:
    new = {"content": text, "message_type": "outgoing", "private": True}
    return ExternalId(f"note:{await client.say(connection, number=lead_id, new=new, lane=lane)}")


async def find_notes(
    client: ChatwootClient, connection: Connection, lead_id: str, text: str, *, lane: Lane = Lane.CRM
) -> list[ExternalId]:
    """Among the conversation's latest messages. The server takes line ends away from the end of a text."""
    found = await client.messages(connection, number=lead_id, lane=lane)
    same = [one for one in found if one.private and one.content.strip() == text.strip()]
    return [ExternalId(f"note:{one.id}") for one in same]


async def label(
    client: ChatwootClient, connection: Connection, lead_id: str, *, add: list[str], remove: list[str]
) -> None:
    """As Chatwoot spells labels; others stay, whoever sets them at the same moment."""
    added = list(dict.fromkeys(title for name in add if (title := label_title(name))))
    removed = [title for name in remove if (title := label_title(name)) and title not in added]
    if added or removed:
        await client.add_labels(connection, number=lead_id, add=added, remove=removed)


async def fill(client: ChatwootClient, connection: Connection, lead_id: str, wanted: dict[str, str]) -> None:
    """Read, merged, written: the server replaces all of them. Whoever calls lets nobody else in meanwhile."""
    there = (await client.conversation(connection, number=lead_id, lane=Lane.CRM)).custom_attributes
    mine = {key: value[:LONGEST_VALUE] for name, value in wanted.items() if (key := attribute_key(name))}
    if any(there.get(key) != value for key, value in mine.items()):
        await client.set_attributes(connection, number=lead_id, attributes={**there, **mine})


async def assign(client: ChatwootClient, connection: Connection, lead_id: str, seller_id: str, *, lane: Lane) -> None:
    """The server says 200 and nothing when it knows no such agent."""
    given = await client.assign(connection, number=lead_id, agent_id=seller_id, lane=lane)
    if given is None or given.id != seller_id:
        raise Rejected("Chatwoot did not give the conversation to this agent.", hint="Is the agent in the inbox?")


async def open_to_people(client: ChatwootClient, connection: Connection, chat_id: str, *, lane: Lane) -> None:
    now = await client.toggle_status(connection, number=chat_id, status=_OPEN, lane=lane)
    if now != _OPEN:
        raise Rejected("Chatwoot did not open the conversation.", hint="Open it there.")


async def add_task(
    client: ChatwootClient,
    connection: Connection,
    text: str,
    *,
    due: datetime,
    on: Card,
    seller_id: str | None,
    lane: Lane,
) -> ExternalId:
    said = await _with_mention(client, connection, text, seller_id=seller_id, lane=lane)
    said = f"{said} ({due:%Y-%m-%d %H:%M})"  # by the clock of whoever asks: the account's
    if on.lead_id is not None:
        return await note(client, connection, on.lead_id, said, lane=lane)
    if on.contact_id is None:
        raise Rejected("A task needs a conversation or a contact.", code="no_card")
    return ExternalId(await client.contact_note(connection, contact_id=on.contact_id, text=said, lane=lane))


async def _with_mention(
    client: ChatwootClient, connection: Connection, text: str, *, seller_id: str | None, lane: Lane
) -> str:
    """In the words by which Chatwoot notifies an agent."""
    agents = await client.agents(connection, lane=lane) if seller_id else []
    name = next((agent.name for agent in agents if agent.id == seller_id), "")
    plain = "".join(char for char in name if char not in "[]()")
    return f"[@{plain}](mention://user/{seller_id}/{quote(plain)}) {text}" if plain else text


async def find_tasks(
    client: ChatwootClient, connection: Connection, lead_id: str, text: str, *, lane: Lane
) -> list[ExternalId]:
    try:
        found = await client.messages(connection, number=lead_id, lane=lane)
    except NotFound:
        return []
    return [ExternalId(f"note:{one.id}") for one in found if one.private and text in one.content]


def seen(shape: ConversationShape) -> LeadSeen:
    """A conversation as the card that it is."""
    attributes = {key: str(value) for key, value in shape.custom_attributes.items() if value is not None}
    return LeadSeen(
        id=shape.id,
        name=shape.sender.name if shape.sender else "",
        is_open=not shape.is_done,
        pipeline_id=shape.inbox_id,
        status_id=shape.status,
        responsible_user_id=shape.person_in_charge(),
        contact_ids=(shape.sender.id,) if shape.sender else (),
        tags=tuple(shape.labels),
        fields=tuple(FieldSeen(key, key, "", (value,)) for key, value in attributes.items()),
    )
