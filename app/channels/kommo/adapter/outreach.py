"""Writing to somebody who has not written: the contact and the lead found or made, a task, an approved template.

Kommo knows no idempotency key, so what makes something is never repeated here: whoever asked looks again first.
"""

from datetime import datetime
from itertools import islice
from typing import Any, Final

from app.channels.kommo.adapter import people
from app.channels.kommo.client import KommoClient
from app.channels.kommo.client.calls import whole
from app.channels.kommo.payloads import NOTE_MARK
from app.channels.kommo.payloads.crm import ContactShape
from app.domain.account import Connection, Lane
from app.domain.errors import Rejected
from app.domain.ids import ContactId, ExternalId, LeadId
from app.domain.messages import Address
from app.domain.people import Contact
from app.domain.phones import ALL_TAIL, SAFE_TAIL, Phone, is_same, tail
from app.domain.templates import Approved

MOST_LOOKED_AT: Final = 500  # cards of one search: enough for any shared ending, and no flood
LONGEST_NAME: Final = 200


async def find_contacts(client: KommoClient, connection: Connection, phone: Phone, *, lane: Lane) -> list[Contact]:
    """Every contact that has this phone in any of its forms, oldest first.

    Kommo searches text, so a phone that was typed with dashes is found by its last four digits only.
    """
    for length in (SAFE_TAIL, ALL_TAIL):
        found = await _having(client, connection, phone, words=tail(phone, length), lane=lane)
        if found:
            break
    found.sort(key=lambda one: whole(one.id))
    return [await people.with_open_leads(client, connection, one, lane=lane) for one in islice(found, 5)]


async def _having(
    client: KommoClient, connection: Connection, phone: Phone, *, words: str, lane: Lane
) -> list[ContactShape]:
    found: list[ContactShape] = []
    seen = 0
    async for card in client.contacts_like(connection, words=words, lane=lane):
        seen += 1
        if any(is_same(phone, typed) for typed in card.phones()):
            found.append(card)
        if seen >= MOST_LOOKED_AT:
            break
    return found


async def create_contact(
    client: KommoClient, connection: Connection, phone: Phone, *, name: str, seller_id: str | None, lane: Lane
) -> ContactId:
    """A new contact with this phone."""
    new: dict[str, Any] = {
        "name": (name or phone.e164)[:LONGEST_NAME],
        "custom_fields_values": [
            {"field_code": "PHONE", "values": [{"value": phone.e164, "enum_code": "WORK"}]},
        ],
    }
    new |= {"responsible_user_id": whole(seller_id)} if seller_id else {}
    return ContactId(await client.add_contact(connection, new=new, lane=lane))


async def create_lead(
    client: KommoClient, connection: Connection, contact_id: ContactId, *, name: str, seller_id: str | None, lane: Lane
) -> LeadId:
    """A new lead of a contact, at the start of the account's main pipeline."""
    new: dict[str, Any] = {"name": name[:LONGEST_NAME], "_embedded": {"contacts": [{"id": whole(contact_id)}]}}
    new |= {"responsible_user_id": whole(seller_id)} if seller_id else {}
    return LeadId(await client.add_lead(connection, new=new, lane=lane))


def card_of(lead_id: LeadId | None, contact_id: ContactId | None) -> tuple[str, str]:
    """Where a task is seen: on the lead, else on the contact."""
    if lead_id:
        return "leads", lead_id
    if contact_id:
        return "contacts", contact_id
    raise Rejected("A task needs a lead or a contact.", hint="Name one of them.")


async def add_task(
    client: KommoClient,
    connection: Connection,
    text: str,
    *,
    on: tuple[str, str],
    due: datetime,
    seller_id: str | None,
    lane: Lane,
) -> ExternalId:
    """A task on a card, for the one who is named, else for whoever the token is of."""
    new: dict[str, Any] = {
        "text": _marked(text),
        "complete_till": int(due.timestamp()),
        "entity_id": whole(on[1]),
        "entity_type": on[0],
        "task_type_id": 1,
    }
    new |= {"responsible_user_id": whole(seller_id)} if seller_id else {}
    return ExternalId(f"task:{await client.add_task(connection, new=new, lane=lane)}")


async def find_tasks(
    client: KommoClient, connection: Connection, text: str, *, on: tuple[str, str], lane: Lane
) -> list[ExternalId]:
    """The ids of the card's tasks with exactly this text (after an unknown outcome)."""
    tasks = client.tasks_on(connection, on=on, lane=lane)
    return [ExternalId(f"task:{task.id}") async for task in tasks if task.text == _marked(text)]


async def run_template(
    client: KommoClient, connection: Connection, to: Address, template: Approved, *, lane: Lane
) -> None:
    """Run the Salesbot whose one step sends an approved template to the lead's contact; WayLost where it cannot."""
    if template.bot_id is None or to.lead_id is None:
        raise Rejected("A template is sent by a Salesbot, on a lead.", hint="Save the text with its salesbot_id.")
    await client.run_bot(connection, bot_id=template.bot_id, lead_id=to.lead_id, lane=lane)


async def approved_templates(client: KommoClient, connection: Connection) -> list[str]:
    """The names of the templates that WhatsApp has approved, of those that Kommo shows us."""
    return [one.name async for one in client.templates(connection) if one.is_approved]


def _marked(text: str) -> str:
    return text if text.startswith(NOTE_MARK) else NOTE_MARK + text
