"""Chatwoot's contacts and agents as people.

A phone has no unique index there, so several contacts may have it; whoever makes one looks first.
"""

from typing import Any, Final

from app.channels.chatwoot.client import ChatwootClient, place_of
from app.channels.chatwoot.client.api import whole
from app.channels.chatwoot.payloads import LONGEST_NAME, AgentShape, ConversationShape, PersonShape
from app.domain.account import Connection, Lane
from app.domain.ids import ContactId, LeadId
from app.domain.people import Contact, Seller
from app.domain.phones import Phone, e164, forms

MOST_CONTACTS: Final = 5
MOST_CONVERSATIONS: Final = 50
PAGES: Final = 3


async def contact(client: ChatwootClient, connection: Connection, contact_id: str, *, lane: Lane) -> Contact:
    """A contact, its phone, and its conversations in this inbox that are not resolved."""
    shape = await client.contact(connection, contact_id=contact_id, lane=lane)
    return await _with_conversations(client, connection, shape, lane=lane)


async def _with_conversations(
    client: ChatwootClient, connection: Connection, shape: PersonShape, *, lane: Lane
) -> Contact:
    found = await client.conversations_of(connection, contact_id=shape.id, lane=lane)
    mine = [one for one in found if one.inbox_id == str(place_of(connection).inbox) and not one.is_done]
    phone = e164(shape.phone_number)
    open_leads = tuple(LeadId(one.id) for one in mine)
    return Contact(ContactId(shape.id), shape.name, (phone,) if phone else (), open_leads)


async def find_contacts(client: ChatwootClient, connection: Connection, phone: Phone, *, lane: Lane) -> list[Contact]:
    """Everybody with this phone in any form that a messenger writes it in, oldest first."""
    equal = [("phone_number", f"+{digits}") for digits in sorted(forms(phone.e164))]
    found = await client.filter_contacts(connection, equal=equal, lane=lane)
    found.sort(key=lambda one: whole(one.id))
    return [await _with_conversations(client, connection, one, lane=lane) for one in found[:MOST_CONTACTS]]


async def create_contact(
    client: ChatwootClient, connection: Connection, phone: Phone, *, name: str, lane: Lane
) -> ContactId:
    new = {"name": (name or phone.e164)[:LONGEST_NAME], "phone_number": phone.e164}
    return ContactId((await client.add_contact(connection, new=new, lane=lane)).id)


async def create_conversation(
    client: ChatwootClient, connection: Connection, contact_id: str, *, seller_id: str | None
) -> LeadId:
    """One that the bot has, if the inbox has the bot."""
    person = await client.contact(connection, contact_id=contact_id, lane=Lane.PROACTIVE)
    source_id = await source_in(client, connection, person)
    new: dict[str, Any] = {"source_id": source_id, "contact_id": whole(contact_id)}
    new |= {"assignee_id": whole(seller_id)} if seller_id else {}
    return LeadId((await client.add_conversation(connection, new=new, lane=Lane.PROACTIVE)).id)


async def source_in(client: ChatwootClient, connection: Connection, person: PersonShape, *, wished: str = "") -> str:
    """The contact's own source id in this inbox; made where it has none yet."""
    inbox = str(place_of(connection).inbox)
    known = [one.source_id for one in person.contact_inboxes if one.inbox and one.inbox.id == inbox]
    wished = wished or person.phone_number.removeprefix("+") or f"contact-{person.id}"
    if known:
        return known[0]
    return (await client.contact_inbox(connection, contact_id=person.id, source_id=wished)).source_id


def seller(agent: AgentShape) -> Seller:
    """An agent. Chatwoot keeps no phone of theirs."""
    roles = (agent.role,) if agent.role else ()
    return Seller(agent.id, agent.name, is_active=agent.confirmed, is_admin=agent.is_admin, roles=roles)


async def open_conversations_of(
    client: ChatwootClient, connection: Connection, seller_ids: list[str]
) -> list[tuple[LeadId, str]]:
    """Among the open ones that were active last."""
    found: list[ConversationShape] = []
    for page in range(1, PAGES + 1):
        some = await client.conversations(connection, status="open", page=page, lane=Lane.SYNC)
        found += some
        if not some:
            break
    theirs = [(LeadId(one.id), one.person_in_charge() or "") for one in found]
    return [one for one in theirs if one[1] in seller_ids][:MOST_CONVERSATIONS]
