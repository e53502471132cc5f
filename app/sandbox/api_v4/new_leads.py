"""New leads: of contacts that are there (`/leads`), or together with a new one (`/leads/complex`)."""

from typing import Any

from pydantic import Field

from app.sandbox import crm
from app.sandbox.api_v4 import new_contacts
from app.sandbox.api_v4.lead_changes import FieldPatch, LeadPatch, TagRef, change_fields, change_tags, check
from app.sandbox.api_v4.new_contacts import NewContact
from app.sandbox.entities import Contact, Lead
from app.sandbox.errors import not_a_choice
from app.sandbox.exchange import Answer, Call, hal
from app.sandbox.validation import Strict, read_list, request_id_of
from app.sandbox.world import World

MOST_COMPLEX = 50


class LinkedContact(Strict):
    id: int
    is_main: bool | None = None


class LeadEmbedded(Strict):
    tags: list[TagRef] | None = None
    contacts: list[LinkedContact] = Field(default_factory=list[LinkedContact])


class LeadFields(Strict):
    """What both ways of making a lead share."""

    name: str = ""
    price: int | None = None
    status_id: int | None = None
    pipeline_id: int | None = None
    responsible_user_id: int | None = None
    created_by: int | None = None
    updated_by: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    custom_fields_values: list[FieldPatch] | None = None
    tags_to_add: list[TagRef] = Field(default_factory=list[TagRef])
    request_id: str | int | None = None

    def as_patch(self, tags: list[TagRef] | None) -> LeadPatch:
        """The same as a change, which is checked and done in the same way."""
        return LeadPatch(
            name=self.name or None,
            price=self.price,
            status_id=self.status_id,
            pipeline_id=self.pipeline_id,
            responsible_user_id=self.responsible_user_id,
            custom_fields_values=self.custom_fields_values,
            tags_to_add=[*self.tags_to_add, *(tags or [])],
        )


class NewLead(LeadFields):
    embedded: LeadEmbedded | None = Field(default=None, alias="_embedded")

    def patch(self) -> LeadPatch:
        return self.as_patch(self.embedded.tags if self.embedded else None)


class ComplexContact(NewContact):
    id: int | None = None


class ComplexEmbedded(Strict):
    tags: list[TagRef] | None = None
    contacts: list[ComplexContact] = Field(default_factory=list[ComplexContact], max_length=1)


class ComplexLead(LeadFields):
    embedded: ComplexEmbedded | None = Field(default=None, alias="_embedded")

    def patch(self) -> LeadPatch:
        return self.as_patch(self.embedded.tags if self.embedded else None)

    def contact(self) -> ComplexContact | None:
        return self.embedded.contacts[0] if self.embedded and self.embedded.contacts else None


def add_leads(world: World, call: Call) -> Answer:
    asked = read_list(NewLead, call)
    for n, new in enumerate(asked):
        request_id = request_id_of({"request_id": new.request_id}, n)
        check(call.account, new.patch(), request_id=request_id)
        for m, linked in enumerate(new.embedded.contacts if new.embedded else []):
            if linked.id not in call.account.contacts:
                raise not_a_choice(f"_embedded.contacts.{m}.id", request_id=request_id)
    shown: list[dict[str, Any]] = []
    for n, new in enumerate(asked):
        contacts = [call.account.contacts[one.id] for one in (new.embedded.contacts if new.embedded else [])]
        lead = make(world, call, new.patch(), contacts)
        request_id = request_id_of({"request_id": new.request_id}, n)
        shown.append({"id": lead.id, "request_id": request_id, "_links": call.href(f"leads/{lead.id}")})
    return hal({"_links": call.href("leads"), "_embedded": {"leads": shown}})


def add_complex(world: World, call: Call) -> Answer:
    """A lead and its contact in one call; the answer is a plain list. Doubles are not merged here."""
    asked = read_list(ComplexLead, call, most=MOST_COMPLEX)
    for n, new in enumerate(asked):
        check_complex(call, new, request_id=request_id_of({"request_id": new.request_id}, n))
    shown: list[dict[str, Any]] = []
    for n, new in enumerate(asked):
        contact = contact_for(world, call, new.contact())
        lead = make(world, call, new.patch(), [contact] if contact else [])
        ids = {"id": lead.id, "contact_id": contact.id if contact else None, "company_id": None}
        shown.append(ids | {"request_id": [request_id_of({"request_id": new.request_id}, n)], "merged": False})
    return hal(shown)


def check_complex(call: Call, new: ComplexLead, *, request_id: str) -> None:
    check(call.account, new.patch(), request_id=request_id)
    contact = new.contact()
    if contact is not None and contact.id is not None and contact.id not in call.account.contacts:
        raise not_a_choice("_embedded.contacts.0.id", request_id=request_id)
    if contact is not None:
        new_contacts.check(call.account, contact, request_id=request_id)


def contact_for(world: World, call: Call, asked: ComplexContact | None) -> Contact | None:
    if asked is None:
        return None
    known = call.account.contacts.get(asked.id or 0)
    return known or new_contacts.make(world, call.account, asked)


def make(world: World, call: Call, patch: LeadPatch, contacts: list[Contact]) -> Lead:
    """The lead is there at the start of its pipeline, or where it was asked to be; its subscribers are told."""
    account = call.account
    lead = crm.add_bare_lead(world, account, name=patch.name or "")
    lead.name = lead.name or f"Lead #{lead.id}"
    lead.price, lead.created_by = patch.price or 0, account.current_user_id
    lead.status_id = patch.status_id or lead.status_id
    lead.responsible_user_id = patch.responsible_user_id or lead.responsible_user_id
    for contact in contacts:
        lead.contact_ids.append(contact.id)
        contact.lead_ids.append(lead.id)
    change_fields(account, lead, patch)
    change_tags(world, account, lead, patch=patch)
    crm.tell_lead(world, account, lead)
    account.touch()
    return lead
