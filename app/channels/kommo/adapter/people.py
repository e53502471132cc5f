"""Kommo's contacts and users as people."""

from app.channels.kommo.client import MOST_IDS, KommoClient
from app.channels.kommo.payloads.crm import ContactShape, UserShape
from app.domain.account import Connection, Lane
from app.domain.ids import ContactId, LeadId
from app.domain.people import Contact, Seller
from app.domain.phones import e164


async def contact(
    client: KommoClient, connection: Connection, contact_id: ContactId, *, lane: Lane = Lane.CRM
) -> Contact:
    """A contact, its phones, and its leads that are neither won nor lost, in Kommo's order."""
    shape = await client.contact(connection, contact_id=contact_id, lane=lane)
    return await with_open_leads(client, connection, shape, lane=lane)


async def with_open_leads(client: KommoClient, connection: Connection, shape: ContactShape, *, lane: Lane) -> Contact:
    """What a contact's card says, after its leads were asked which of them are open."""
    ids = [lead.id for lead in shape.leads]
    is_open: dict[str, bool] = {}
    for start in range(0, len(ids), MOST_IDS):
        leads = client.leads(connection, ids=ids[start : start + MOST_IDS], lane=lane)
        is_open |= {lead.id: lead.is_open async for lead in leads}
    return Contact(
        external_id=ContactId(shape.id),
        name=shape.name,
        phones=tuple(dict.fromkeys(phone for raw in shape.phones() if (phone := e164(raw)))),
        open_leads=tuple(LeadId(lead_id) for lead_id in ids if is_open.get(lead_id)),
    )


def seller(user: UserShape) -> Seller:
    """A user of the account."""
    return Seller(
        external_id=user.id,
        name=user.name,
        phone=e164(user.phone_number),
        messenger_id=user.amojo_id,
        is_active=user.is_active,
        is_admin=user.is_admin,
        groups=tuple(group.name for group in user.groups if group.name),
        roles=tuple(role.name for role in user.roles if role.name),
    )
