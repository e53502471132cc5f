"""Kommo's contacts and users as people."""

import phonenumbers

from app.channels.kommo.client import MOST_IDS, KommoClient
from app.channels.kommo.payloads import UserShape
from app.domain.account import Connection
from app.domain.ids import ContactId, LeadId
from app.domain.people import Contact, Seller

_LEAST_WITH_COUNTRY = 12  # digits: eleven may be a national number that looks like another country's


async def contact(client: KommoClient, connection: Connection, contact_id: ContactId) -> Contact:
    """A contact, its phones, and its leads that are neither won nor lost, in Kommo's order."""
    shape = await client.contact(connection, contact_id=contact_id)
    ids = [lead.id for lead in shape.leads]
    is_open: dict[str, bool] = {}
    for start in range(0, len(ids), MOST_IDS):
        leads = client.leads(connection, ids=ids[start : start + MOST_IDS])
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
    )


def e164(raw: str) -> str:
    """A phone as the world writes it where its country is certain, else its digits as they were typed."""
    digits = "".join(char for char in raw if char.isascii() and char.isdecimal())
    has_country = raw.strip().startswith(("+", "00")) or len(digits) >= _LEAST_WITH_COUNTRY
    if not has_country:
        return digits
    try:
        number = phonenumbers.parse(f"+{digits.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return digits
    is_known = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_known else digits
