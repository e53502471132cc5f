"""The account itself, its users, its stages and its lead fields."""

from typing import Any

from app.sandbox.api_v4.paging import page_of
from app.sandbox.entities import CustomField, User
from app.sandbox.errors import refuse
from app.sandbox.exchange import Answer, Call, hal
from app.sandbox.validation import texts
from app.sandbox.world import World


def get_account(world: World, call: Call) -> Answer:
    del world
    account = call.account
    body: dict[str, Any] = {
        "id": account.id,
        "name": account.subdomain,
        "subdomain": account.subdomain,
        "created_at": account.created_at,
        "created_by": 0,
        "updated_at": account.created_at,
        "updated_by": 0,
        "current_user_id": account.current_user_id,
        "country": "BR",
        "currency": "BRL",
        "currency_symbol": "R$",
        "customers_mode": "disabled",
        "is_unsorted_on": True,
        "mobile_feature_version": 0,
        "is_loss_reason_enabled": True,
        "is_helpbot_enabled": False,
        "is_technical_account": account.plan == "technical",
        "contact_name_display_order": 1,
        "_links": call.href("account"),
    }
    asked = texts(call, "with")
    return hal(body | {name: value for name, value in extras(call).items() if name in asked} | embedded(asked))


def extras(call: Call) -> dict[str, Any]:
    return {
        "amojo_id": call.account.amojo_id,
        "uuid": call.account.amojo_id,
        "version": 11,
        "drive_url": f"{call.base_url}/drive",
        "is_api_filter_enabled": True,
    }


def embedded(asked: list[str]) -> dict[str, Any]:
    choices: dict[str, Any] = {
        "amojo_rights": {"can_direct": True, "can_create_groups": True},
        "users_groups": [{"id": 0, "name": "Vendas", "uuid": None}],
        "task_types": [{"id": 1, "name": "Follow-up", "color": None, "icon_id": None, "code": "FOLLOW_UP"}],
        "datetime_settings": {
            "date_pattern": "d.m.Y H:i",
            "short_date_pattern": "d.m.Y",
            "short_time_pattern": "H:i",
            "timezone": "America/Sao_Paulo",
            "timezone_offset": "-03:00",
        },
    }
    shown = {name: value for name, value in choices.items() if name in asked}
    return {"_embedded": shown} if shown else {}


def list_users(world: World, call: Call) -> Answer:
    del world
    users = list(call.account.users.values())
    return page_of(call, users, name="users", show=lambda user: user_view(call, user), counted=True)


def get_user(world: World, call: Call) -> Answer:
    del world
    user = call.account.users.get(call.numbers[0])
    if user is None:
        raise refuse(404, "User not found.")
    return hal(user_view(call, user))


def user_view(call: Call, user: User) -> dict[str, Any]:
    asked = texts(call, "with")
    body: dict[str, Any] = {"id": user.id, "name": user.name, "email": user.email, "lang": "pt"}
    body |= {"amojo_id": user.amojo_id} if "amojo_id" in asked else {}
    body |= {"phone_number": user.phone} if "phone_number" in asked else {}
    body |= {"rights": rights(user), "_links": call.href(f"users/{user.id}")}
    inner: dict[str, Any] = {}
    if "role" in asked:
        inner["roles"] = [] if user.is_admin else [{"id": 3141, "name": "Vendas", "_links": call.href("roles/3141")}]
    if "group" in asked:
        inner["groups"] = [{"id": 267_688, "name": "Equipe A"}]
    return body | ({"_embedded": inner} if inner else {})


def rights(user: User) -> dict[str, Any]:
    letter = "A" if user.is_admin else "G"
    card = {"view": letter, "edit": letter, "add": letter, "delete": letter, "export": letter}
    return {
        "leads": card,
        "contacts": card,
        "companies": card,
        "tasks": {"edit": letter, "delete": letter},
        "mail_access": user.is_admin,
        "catalog_access": user.is_admin,
        "status_rights": None,
        "is_admin": user.is_admin,
        "is_free": False,
        "is_active": user.is_active,
        "group_id": 267_688,
        "role_id": None if user.is_admin else 3141,
    }


def list_lead_fields(world: World, call: Call) -> Answer:
    del world
    fields = list(call.account.fields.values())
    return page_of(call, fields, name="custom_fields", show=lambda one: field_view(call, one), counted=True)


def field_view(call: Call, one: CustomField) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "type": one.type,
        "account_id": call.account.id,
        "code": one.code,
        "sort": 500,
        "is_api_only": False,
        "enums": one.enums,
        "group_id": None,
        "required_statuses": [],
        "is_deletable": True,
        "is_predefined": False,
        "entity_type": "leads",
        "remind": None,
        "_links": call.href(f"leads/custom_fields/{one.id}"),
    }


def list_pipelines(world: World, call: Call) -> Answer:
    del world
    account = call.account
    names = ("Novo", "Em conversa", "Ganho", "Perdido")
    statuses = [
        {"id": status_id, "name": name, "sort": n * 10, "pipeline_id": account.pipeline_id, "account_id": account.id}
        for n, (status_id, name) in enumerate(zip(account.status_ids, names, strict=True), start=1)
    ]
    pipeline = {"id": account.pipeline_id, "name": "Vendas", "sort": 1, "is_main": True, "is_archive": False}
    pipeline |= {"account_id": account.id, "_embedded": {"statuses": statuses}}
    return hal({"_total_items": 1, "_links": call.href("leads/pipelines"), "_embedded": {"pipelines": [pipeline]}})
