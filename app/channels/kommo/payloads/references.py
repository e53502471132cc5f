"""Whom an item of a webhook is about: the lead, the contact and the author that it names. Pure."""

from app.channels.form import Tree, text_at
from app.channels.kommo.payloads import ref_of
from app.domain.ids import ContactId, LeadId


def own_lead(family: str, item: Tree) -> LeadId | None:
    is_lead = family.startswith("leads[") and family != "leads[note]"
    number = number_of(text_at(item, "id" if is_lead else "lead_id"))
    return LeadId(number) if number else None


def own_contact(family: str, item: Tree) -> ContactId | None:
    # Companies share the prefix `contacts` and say so in `type`.
    is_contact = family.startswith("contacts[") and family != "contacts[note]" and text_at(item, "type") != "company"
    number = number_of(text_at(item, "id")) if is_contact else None
    return ContactId(number) if number else None


def contact_of(item: Tree) -> ContactId | None:
    number = number_of(text_at(item, "contact_id"))
    return ContactId(number) if number else None


def lead_of(item: Tree) -> LeadId | None:
    """The lead that the item is linked to. Kommo says it twice; where the two disagree, none is named."""
    kinds = {text_at(item, "entity_type"), text_at(item, "element_type")} - {""}
    numbers = {text_at(item, "entity_id"), text_at(item, "element_id")} - {""}
    if not kinds or not kinds <= {"lead", "leads", "2"} or len(numbers) != 1:
        return None
    number = number_of(numbers.pop())
    return LeadId(number) if number else None


def author_id_of(author: Tree) -> str:
    return number_of(text_at(author, "user_id")) or ref_of(text_at(author, "id")) or ""


def number_of(value: str) -> str | None:
    """An id of a CRM entity; Kommo writes 0 for none."""
    is_id = value.isascii() and value.isdecimal() and len(value) <= 20 and value.strip("0")  # noqa: PLR2004
    return value if is_id else None
