"""New contacts: checked whole before any of them is there. Kommo looks for no doubles: two posts are two contacts."""

from typing import Any, Literal

from pydantic import Field

from app.sandbox import crm
from app.sandbox.account import Account
from app.sandbox.api_v4.lead_changes import Embedded, TagRef, check_tag, made_tag
from app.sandbox.entities import Contact
from app.sandbox.errors import not_a_choice
from app.sandbox.exchange import Answer, Call, hal
from app.sandbox.validation import Strict, read_list, request_id_of
from app.sandbox.world import World

PHONE_FIELD_ID = 570_001
MOST_OF_ONE_KIND = 40


class ContactValue(Strict):
    value: str = Field(min_length=1)
    enum_id: int | None = None
    enum_code: Literal["WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER"] | None = None


class ContactField(Strict):
    field_id: int | None = None
    field_code: str | None = None
    values: list[ContactValue] = Field(min_length=1, max_length=MOST_OF_ONE_KIND)


class NewContact(Strict):
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    responsible_user_id: int | None = None
    created_by: int | None = None
    updated_by: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    custom_fields_values: list[ContactField] | None = None
    tags_to_add: list[TagRef] = Field(default_factory=list[TagRef])
    embedded: Embedded | None = Field(default=None, alias="_embedded")
    request_id: str | int | None = None


def add_contacts(world: World, call: Call) -> Answer:
    asked = read_list(NewContact, call)
    for n, new in enumerate(asked):
        check(call.account, new, request_id=request_id_of({"request_id": new.request_id}, n))
    shown: list[dict[str, Any]] = []
    for n, new in enumerate(asked):
        contact = make(world, call.account, new)
        request_id = request_id_of({"request_id": new.request_id}, n)
        shown.append({"id": contact.id, "request_id": request_id, "_links": call.href(f"contacts/{contact.id}")})
    call.account.touch()
    return hal({"_links": call.href("contacts"), "_embedded": {"contacts": shown}})


def check(account: Account, new: NewContact, *, request_id: str) -> None:
    """Every value must be one that this account knows."""
    check_responsible(account, new.responsible_user_id, request_id=request_id)
    for n, one in enumerate(new.custom_fields_values or []):
        if one.field_id != PHONE_FIELD_ID and one.field_code != "PHONE":
            raise not_a_choice(f"custom_fields_values.{n}.field_id", request_id=request_id)
    for n, ref in enumerate(tags_of(new)):
        check_tag(account, ref, at=f"tags_to_add.{n}", request_id=request_id)


def check_responsible(account: Account, user_id: int | None, *, request_id: str) -> None:
    user = account.users.get(user_id or account.current_user_id)
    if user is None or not user.is_active:
        raise not_a_choice("responsible_user_id", request_id=request_id)


def tags_of(new: NewContact) -> list[TagRef]:
    return [*new.tags_to_add, *((new.embedded.tags or []) if new.embedded else [])]


def make(world: World, account: Account, new: NewContact) -> Contact:
    """The contact is there, and its subscribers are told."""
    values = [value.value for one in new.custom_fields_values or [] for value in one.values]
    name = new.name or f"{new.first_name} {new.last_name}".strip()
    contact = crm.add_contact(world, account, name=name, phone=values[0] if values else "")
    contact.phone = values[0] if values else ""
    contact.responsible_user_id = new.responsible_user_id or account.current_user_id
    contact.tags = [made_tag(world, account, ref) for ref in tags_of(new)]
    crm.tell_contact(world, account, contact)
    return contact
