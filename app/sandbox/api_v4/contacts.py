"""Contacts: read one, search many. The phone is in the PHONE field, as it is nowhere else."""

from typing import Any

from app.sandbox.api_v4.paging import page_of
from app.sandbox.entities import Contact
from app.sandbox.exchange import Answer, Call, hal, nothing
from app.sandbox.validation import numbers, span, texts
from app.sandbox.world import World


def get_contact(world: World, call: Call) -> Answer:
    del world
    contact = call.account.contacts.get(call.numbers[0])
    return hal(contact_view(call, contact)) if contact else nothing()


def list_contacts(world: World, call: Call) -> Answer:
    del world
    words = dict(call.query()).get("query", "").casefold()
    ids, recent = numbers(call, "filter[id]"), span(call, "filter[updated_at]")
    found = [
        contact
        for contact in call.account.contacts.values()
        if (not ids or contact.id in ids)
        and words in f"{contact.name} {contact.phone}".casefold()
        and recent(contact.updated_at)
    ]
    return page_of(call, found, name="contacts", show=lambda contact: contact_view(call, contact))


def contact_view(call: Call, contact: Contact) -> dict[str, Any]:
    first, _, last = contact.name.partition(" ")
    return {
        "id": contact.id,
        "name": contact.name,
        "first_name": first,
        "last_name": last,
        "responsible_user_id": contact.responsible_user_id,
        "group_id": 0,
        "created_by": 0,
        "updated_by": 0,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "closest_task_at": None,
        "is_deleted": False,
        "is_unsorted": False,
        "custom_fields_values": [phone_field(contact)] if contact.phone else None,
        "account_id": call.account.id,
        "_links": call.href(f"contacts/{contact.id}"),
        "_embedded": embedded_view(call, contact),
    }


def phone_field(contact: Contact) -> dict[str, Any]:
    return {
        "field_id": 570_001,
        "field_name": "Telefone",
        "field_code": "PHONE",
        "field_type": "multitext",
        "values": [{"value": contact.phone, "enum_id": 570_011, "enum_code": "WORK"}],
    }


def embedded_view(call: Call, contact: Contact) -> dict[str, Any]:
    shown: dict[str, Any] = {"tags": [{"id": tag.id, "name": tag.name, "color": None} for tag in contact.tags]}
    shown["companies"] = []
    if "leads" in texts(call, "with"):
        shown["leads"] = [{"id": lead_id, "_links": call.href(f"leads/{lead_id}")} for lead_id in contact.lead_ids]
    return shown
