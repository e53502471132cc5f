"""Leads: read, search, change. A change is checked whole before any of it happens."""

from collections.abc import Callable
from typing import Any

from app.sandbox.account import Account
from app.sandbox.api_v4.lead_changes import LeadPatch, change, check
from app.sandbox.api_v4.paging import page_of
from app.sandbox.entities import Lead
from app.sandbox.errors import not_a_choice, refuse
from app.sandbox.exchange import Answer, Call, hal, nothing
from app.sandbox.validation import numbers, read, read_list, request_id_of, span, texts
from app.sandbox.world import World


def get_lead(world: World, call: Call) -> Answer:
    del world
    lead = call.account.leads.get(call.numbers[0])
    return hal(lead_view(call, lead)) if lead else nothing()


def list_leads(world: World, call: Call) -> Answer:
    del world
    found = list(filter(lead_filter(call), call.account.leads.values()))
    order = dict(call.query())
    for key in ("updated_at", "created_at", "id"):
        if f"order[{key}]" in order:
            found.sort(key=lambda lead, key=key: getattr(lead, key), reverse=order[f"order[{key}]"] == "desc")
    return page_of(call, found, name="leads", show=lambda lead: lead_view(call, lead))


def lead_filter(call: Call) -> Callable[[Lead], bool]:
    ids, people = numbers(call, "filter[id]"), numbers(call, "filter[responsible_user_id]")
    words = dict(call.query()).get("query", "").casefold()
    changed, made = span(call, "filter[updated_at]"), span(call, "filter[created_at]")

    def is_wanted(lead: Lead) -> bool:
        if (ids and lead.id not in ids) or (people and lead.responsible_user_id not in people):
            return False
        if words and words not in searchable(call.account, lead):
            return False
        return changed(lead.updated_at) and made(lead.created_at)

    return is_wanted


def searchable(account: Account, lead: Lead) -> str:
    people = [account.contacts[contact_id] for contact_id in lead.contact_ids]
    return " ".join([lead.name, *(f"{one.name} {one.phone}" for one in people)]).casefold()


def patch_one(world: World, call: Call) -> Answer:
    lead = call.account.leads.get(call.numbers[0])
    if lead is None:
        raise refuse(404, "Lead not found.")
    patch = read(LeadPatch, call)
    check(call.account, patch, request_id="0")
    change(world, call.account, lead, patch=patch)
    return hal(changed_view(call, lead))


def patch_many(world: World, call: Call) -> Answer:
    asked = read_list(LeadPatch, call)
    pairs: list[tuple[Lead, LeadPatch]] = []
    for n, patch in enumerate(asked):
        request_id = request_id_of({"request_id": patch.request_id}, n)
        lead = call.account.leads.get(patch.id or 0)
        if lead is None:
            raise not_a_choice("id", request_id=request_id)
        check(call.account, patch, request_id=request_id)
        pairs.append((lead, patch))
    for lead, patch in pairs:
        change(world, call.account, lead, patch=patch)
    shown = [changed_view(call, lead) for lead, _ in pairs]
    return hal({"_links": call.href("leads"), "_embedded": {"leads": shown}})


def changed_view(call: Call, lead: Lead) -> dict[str, Any]:
    return {"id": lead.id, "updated_at": lead.updated_at, "_links": call.href(f"leads/{lead.id}")}


def lead_view(call: Call, lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "name": lead.name,
        "price": lead.price,
        "responsible_user_id": lead.responsible_user_id,
        "group_id": 0,
        "status_id": lead.status_id,
        "pipeline_id": lead.pipeline_id,
        "loss_reason_id": lead.loss_reason_id,
        "created_by": lead.created_by,
        "updated_by": lead.updated_by,
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
        "closed_at": lead.closed_at,
        "closest_task_at": None,
        "is_deleted": False,
        "custom_fields_values": fields_view(call.account, lead),
        "score": None,
        "account_id": call.account.id,
        "labor_cost": None,
        "_links": call.href(f"leads/{lead.id}"),
        "_embedded": embedded_view(call, lead),
    }


def fields_view(account: Account, lead: Lead) -> list[dict[str, Any]] | None:
    shown: list[dict[str, Any]] = []
    for field_id, values in lead.fields.items():
        field = account.fields[field_id]
        named = {"field_id": field.id, "field_name": field.name, "field_code": field.code, "field_type": field.type}
        shown.append(named | {"values": values})
    return shown or None


def embedded_view(call: Call, lead: Lead) -> dict[str, Any]:
    tags = [{"id": tag.id, "name": tag.name, "color": None} for tag in lead.tags]
    shown: dict[str, Any] = {"tags": tags, "companies": []}
    if "contacts" in texts(call, "with"):
        shown["contacts"] = [
            {"id": contact_id, "is_main": n == 0, "_links": call.href(f"contacts/{contact_id}")}
            for n, contact_id in enumerate(lead.contact_ids)
        ]
    return shown
