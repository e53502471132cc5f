"""A change to a lead: what it may hold, checking all of it, and doing it."""

from dataclasses import replace
from typing import Any

from pydantic import Field

from app.sandbox.account import Account
from app.sandbox.crm import CLOSED_STATUS_IDS, lead_changed, tag_named
from app.sandbox.entities import CustomField, Lead, Tag
from app.sandbox.errors import invalid, not_a_choice
from app.sandbox.validation import Strict
from app.sandbox.world import World

TEXT_TYPES = frozenset({"text", "textarea", "url"})


class TagRef(Strict):
    id: int | None = None
    name: str | None = Field(default=None, min_length=1)


class FieldValue(Strict):
    value: Any = None
    enum_id: int | None = None
    enum_code: str | None = None


class FieldPatch(Strict):
    field_id: int | None = None
    field_code: str | None = None
    values: list[FieldValue] | None = Field(min_length=1)


class Embedded(Strict):
    tags: list[TagRef] | None = None


class LeadPatch(Strict):
    id: int | None = None
    name: str | None = None
    price: int | None = None
    status_id: int | None = None
    pipeline_id: int | None = None
    loss_reason_id: int | None = None
    responsible_user_id: int | None = None
    created_by: int | None = None
    updated_by: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    closed_at: int | None = None
    custom_fields_values: list[FieldPatch] | None = None
    tags_to_add: list[TagRef] = Field(default_factory=list[TagRef])
    tags_to_delete: list[TagRef] = Field(default_factory=list[TagRef])
    embedded: Embedded | None = Field(default=None, alias="_embedded")
    request_id: str | int | None = None


def check(account: Account, patch: LeadPatch, *, request_id: str) -> None:
    """Every value must be one that this account knows."""
    if patch.status_id not in (None, *account.status_ids):
        raise not_a_choice("status_id", request_id=request_id)
    if patch.pipeline_id not in (None, account.pipeline_id):
        raise not_a_choice("pipeline_id", request_id=request_id)
    user = account.users.get(patch.responsible_user_id or 0)
    if patch.responsible_user_id is not None and (user is None or not user.is_active):
        raise not_a_choice("responsible_user_id", request_id=request_id)
    for n, one in enumerate(patch.custom_fields_values or []):
        check_field(account, one, at=f"custom_fields_values.{n}", request_id=request_id)
    for name, refs in tag_lists(patch):
        for n, ref in enumerate(refs):
            check_tag(account, ref, at=f"{name}.{n}", request_id=request_id)


def tag_lists(patch: LeadPatch) -> list[tuple[str, list[TagRef]]]:
    whole = patch.embedded.tags or [] if patch.embedded else []
    return [("tags_to_add", patch.tags_to_add), ("tags_to_delete", patch.tags_to_delete), ("_embedded.tags", whole)]


def check_tag(account: Account, ref: TagRef, *, at: str, request_id: str) -> None:
    if ref.name is None and not any(tag.id == ref.id for tag in account.tags.values()):
        raise not_a_choice(at, request_id=request_id)


def check_field(account: Account, patch: FieldPatch, *, at: str, request_id: str) -> None:
    field = field_of(account, patch)
    if field is None:
        raise not_a_choice(f"{at}.field_id", request_id=request_id)
    for m, value in enumerate(patch.values or []):
        place = f"{at}.values.{m}"
        if field.enums is not None:
            check_choice(field, value, at=place, request_id=request_id)
        elif field.type in TEXT_TYPES and not isinstance(value.value, str):
            raise invalid(
                "InvalidType", f"{place}.value", "This value should be of type string.", request_id=request_id
            )


def check_choice(field: CustomField, value: FieldValue, *, at: str, request_id: str) -> None:
    choices = field.enums or []
    if not any(
        value.enum_id == one["id"] or (value.value is not None and value.value == one["value"]) for one in choices
    ):
        raise not_a_choice(f"{at}.enum_id", request_id=request_id)


def field_of(account: Account, patch: FieldPatch) -> CustomField | None:
    if patch.field_id is not None:
        return account.fields.get(patch.field_id)
    return next((one for one in account.fields.values() if one.code and one.code == patch.field_code), None)


def change(world: World, account: Account, lead: Lead, *, patch: LeadPatch) -> None:
    before = replace(lead)
    named = ("name", "price", "status_id", "loss_reason_id", "responsible_user_id")
    for name in named:
        value = getattr(patch, name)
        if value is not None:
            setattr(lead, name, value)
    change_fields(account, lead, patch)
    change_tags(world, account, lead, patch=patch)
    lead_changed(world, account, lead, before=before, changed_by=account.current_user_id)
    if patch.closed_at is not None and lead.status_id in CLOSED_STATUS_IDS:
        lead.closed_at = patch.closed_at


def change_fields(account: Account, lead: Lead, patch: LeadPatch) -> None:
    for one in patch.custom_fields_values or []:
        field = field_of(account, one)
        if field is None:
            continue
        values = [stored_value(field, value) for value in one.values or [] if value.value != ""]
        lead.fields.pop(field.id, None)
        if values:
            lead.fields[field.id] = values


def stored_value(field: CustomField, value: FieldValue) -> dict[str, Any]:
    for choice in field.enums or []:
        if choice["id"] == value.enum_id or choice["value"] == value.value:
            return {"value": choice["value"], "enum_id": choice["id"], "enum_code": None}
    return {"value": value.value}


def change_tags(world: World, account: Account, lead: Lead, *, patch: LeadPatch) -> None:
    """`_embedded.tags` replaces the whole set; the two lists add and take away."""
    if patch.embedded is not None and "tags" in patch.embedded.model_fields_set:
        lead.tags = [made_tag(world, account, ref) for ref in patch.embedded.tags or []]
    gone = {made_tag(world, account, ref).id for ref in patch.tags_to_delete}
    added = [made_tag(world, account, ref) for ref in patch.tags_to_add]
    kept = {tag.id: tag for tag in [*lead.tags, *added] if tag.id not in gone}
    lead.tags = list(kept.values())


def made_tag(world: World, account: Account, ref: TagRef) -> Tag:
    if ref.name is not None:
        return tag_named(world, account, ref.name)
    return next(tag for tag in account.tags.values() if tag.id == ref.id)
