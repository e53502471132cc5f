"""Leads, deals and contacts of the CRM. Their ids say what they are: `lead:12`, `deal:34`, `contact:55`.

A chat without a card is its own: `chat:5`, on which nothing can be written. What Bitrix24's cards do not have (tags)
stands in our own record.
"""

from typing import Any, Final

from app.channels.bitrix24.client import BitrixClient, calls
from app.channels.bitrix24.client.calls import Card
from app.channels.bitrix24.payloads.chats import phone_in
from app.channels.bitrix24.payloads.crm import NOTE_MARK, CardShape, PersonShape
from app.domain.account import Connection, Lane
from app.domain.errors import NotFound, Rejected
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.inspection import LeadSeen
from app.domain.people import Contact, Seller
from app.domain.phones import Phone, e164

LONGEST_TITLE: Final = 200
MOST_CONTACTS: Final = 5
_KINDS: Final[dict[str, Card]] = {"lead": "lead", "deal": "deal", "contact": "contact"}
_FOR_TEXT: Final = frozenset({"string", "text"})


def card_of(lead_id: str | None) -> tuple[Card, str] | None:
    """The kind of a card and its number; None for a chat that is its own card."""
    kind, _, ref = (lead_id or "").partition(":")
    return (_KINDS[kind], ref) if kind in _KINDS and ref.isdecimal() else None


async def note(client: BitrixClient, connection: Connection, lead_id: LeadId, text: str) -> ExternalId | None:
    card = card_of(lead_id)
    if card is None:
        return None  # it stands in our own record of the conversation
    return ExternalId(f"note:{await client.added(connection, calls.comment(*card, marked(text)))}")


async def find_notes(client: BitrixClient, connection: Connection, lead_id: LeadId, text: str) -> list[ExternalId]:
    card = card_of(lead_id)
    found = await client.comments(connection, *card) if card else []
    return [ExternalId(f"note:{one.id}") for one in found if one.text == marked(text)]


async def fill(client: BitrixClient, connection: Connection, lead_id: LeadId, *, name: str, value: str) -> None:
    card = card_of(lead_id)
    if card is None:
        return
    code = await _code_of(client, connection, card[0], name)
    await client.ask(connection, calls.change_card(*card, {code: value}, lane=Lane.CRM))


async def _code_of(client: BitrixClient, connection: Connection, kind: Card, name: str) -> str:
    """A field by its code or by the name that people gave it."""
    wanted = name.strip().casefold()
    for code, one in (await client.fields(connection, kind)).items():
        if wanted in {code.casefold(), one.title.strip().casefold(), one.label.strip().casefold()}:
            if one.type not in _FOR_TEXT or one.is_fixed:
                raise Rejected("The field is not one for text.", code="field_not_text", hint=_hint(name))
            return code
    raise Rejected("The card has no such field.", code="field_missing", hint=_hint(name))


def _hint(name: str) -> str:
    return f"In Bitrix24: CRM > Settings > Custom fields, add a field of the type text named {name}, then replay it."


async def assign(client: BitrixClient, connection: Connection, lead_id: LeadId, seller_id: str, *, lane: Lane) -> None:
    card = card_of(lead_id)
    if card is not None:
        fields = {"ASSIGNED_BY_ID": calls.whole(seller_id)}
        await client.ask(connection, calls.change_card(*card, fields, lane=lane))


async def responsible(client: BitrixClient, connection: Connection, lead_id: LeadId, *, lane: Lane) -> str | None:
    card = card_of(lead_id)
    return (await client.card(connection, *card, lane=lane)).assigned_to if card else None


async def seen(client: BitrixClient, connection: Connection, lead_id: LeadId) -> LeadSeen:
    card = card_of(lead_id)
    if card is None:
        return LeadSeen(str(lead_id), "", True, "", "", None, (), (), ())
    found = await client.card(connection, *card, lane=Lane.CRM)
    contacts = (f"contact:{found.contact_id}",) if found.contact_id else ()
    who = (found.category, found.stage, found.assigned_to)
    return LeadSeen(str(lead_id), found.title, found.is_open, *who, contacts, (), ())


async def contact(client: BitrixClient, connection: Connection, contact_id: ContactId, *, lane: Lane) -> Contact:
    """A contact with what is open of theirs; a lead that no contact has yet; or whom the messenger alone knows."""
    card = card_of(contact_id)
    if card is None:
        phone = phone_in(contact_id)
        return Contact(contact_id, "", (phone,) if phone else ())
    found = await client.card(connection, *card, lane=lane)
    if card[0] != "contact":
        return _person(contact_id, found, [LeadId(str(contact_id))] if found.is_open else [])
    return _person(contact_id, found, await _open_of(client, connection, card[1], lane=lane))


async def _open_of(client: BitrixClient, connection: Connection, ref: str, *, lane: Lane) -> list[LeadId]:
    filters = {"CONTACT_ID": calls.whole(ref)}
    deals = await client.open_cards(connection, "deal", filters, lane=lane)
    leads = await client.open_cards(connection, "lead", filters, lane=lane)
    return [LeadId(f"deal:{one.id}") for one in deals] + [LeadId(f"lead:{one.id}") for one in leads]


def _person(contact_id: ContactId, found: CardShape, leads: list[LeadId]) -> Contact:
    phones = dict.fromkeys(phone for raw in found.phones if (phone := e164(raw.value)))
    name = f"{found.name} {found.last_name}".strip()
    return Contact(contact_id, name, tuple(phones), tuple(leads))


async def find_contacts(client: BitrixClient, connection: Connection, phone: Phone, *, lane: Lane) -> list[Contact]:
    """Oldest first."""
    numbers = await client.contacts_with(connection, [phone.e164, phone.e164.removeprefix("+")], lane=lane)
    found: list[Contact] = []
    for number in sorted(set(numbers), key=calls.whole)[:MOST_CONTACTS]:
        try:
            found.append(await contact(client, connection, ContactId(f"contact:{number}"), lane=lane))
        except NotFound:
            continue
    return found


async def create_contact(
    client: BitrixClient, connection: Connection, phone: Phone, *, name: str, seller_id: str | None
) -> ContactId:
    fields: dict[str, Any] = {
        "NAME": (name or phone.e164)[:LONGEST_TITLE],
        "PHONE": [{"VALUE": phone.e164, "VALUE_TYPE": "WORK"}],
        **_assigned(seller_id),
    }
    return ContactId(
        f"contact:{await client.added(connection, calls.add_card('contact', fields, lane=Lane.PROACTIVE))}"
    )


async def create_lead(
    client: BitrixClient, connection: Connection, contact_id: ContactId, *, name: str, seller_id: str | None
) -> LeadId:
    """A deal of the contact: a lead of Bitrix24 is somebody who is no contact yet."""
    card = card_of(contact_id)
    if card is None or card[0] != "contact":
        raise Rejected("A deal belongs to a contact of the CRM.", hint="Find or make the contact first.")
    fields = {"TITLE": name[:LONGEST_TITLE], "CONTACT_ID": calls.whole(card[1]), **_assigned(seller_id)}
    return LeadId(f"deal:{await client.added(connection, calls.add_card('deal', fields, lane=Lane.PROACTIVE))}")


def _assigned(seller_id: str | None) -> dict[str, Any]:
    return {"ASSIGNED_BY_ID": calls.whole(seller_id)} if seller_id else {}


async def open_leads_of(
    client: BitrixClient, connection: Connection, seller_ids: list[str]
) -> list[tuple[LeadId, str]]:
    """Leads and deals, fifty at most."""
    filters = {"ASSIGNED_BY_ID": [calls.whole(one) for one in seller_ids]}
    found: list[tuple[LeadId, str]] = []
    for kind in ("deal", "lead"):
        cards = await client.open_cards(connection, kind, filters, lane=Lane.SYNC)
        found += [(LeadId(f"{kind}:{one.id}"), one.assigned_to) for one in cards if one.assigned_to]
    return found[:50]


def seller(person: PersonShape) -> Seller:
    """A user of the portal. Bots and customers of lines are none."""
    return Seller(
        external_id=person.id,
        name=f"{person.name} {person.last_name}".strip() or person.id,
        phone=e164(person.mobile) or e164(person.work_phone),
        is_active=person.active,
    )


def marked(text: str) -> str:
    """A note's text as ours."""
    return text if text.startswith(NOTE_MARK.strip()) else NOTE_MARK + text
