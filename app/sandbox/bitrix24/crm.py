"""The portal's CRM as far as lines need it: leads, deals, contacts, and what is written on their timelines."""

from typing import Any, Final, cast

from app.sandbox.bitrix24.asked import Asked, Refused
from app.sandbox.bitrix24.methods import Method

_FIELDS: Final = {
    "TITLE": {"type": "string", "isReadOnly": False, "title": "Title"},
    "STATUS_ID": {"type": "crm_status", "isReadOnly": False, "title": "Stage"},
    "UF_CRM_CITY": {"type": "string", "isReadOnly": False, "title": "UF_CRM_CITY", "formLabel": "City"},
}


def _get(kind: str) -> Method:
    def method(asked: Asked) -> Any:
        found = asked.portal.cards[kind].get(asked.number("id"))
        if found is None:
            raise Refused("", 400, "Not found")
        return {"ID": str(asked.number("id")), **found}

    return method


def _update(kind: str) -> Method:
    def method(asked: Asked) -> Any:
        found = asked.portal.cards[kind].get(asked.number("id"))
        if found is None:
            raise Refused("", 400, "Not found")
        found |= {name: str(value) for name, value in asked.group("fields").items()}
        return True

    return method


def _add(kind: str) -> Method:
    def method(asked: Asked) -> Any:
        number = asked.portal.number()
        known = {"ASSIGNED_BY_ID": "1", "STATUS_SEMANTIC_ID": "P", "CLOSED": "N"}
        asked.portal.cards[kind][number] = known | asked.group("fields")
        return number

    return method


def _list(kind: str) -> Method:
    def method(asked: Asked) -> Any:
        wanted = asked.group("filter")
        cards = asked.portal.cards[kind].items()
        return [{"ID": str(number), **card} for number, card in cards if _fits(card, wanted)]

    return method


def _fits(card: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for name, value in wanted.items():
        allowed = [str(one) for one in cast("list[Any]", value if isinstance(value, list) else [value])]
        if str(card.get(name, "")) not in allowed:
            return False
    return True


def _fields(_asked: Asked) -> Any:
    return _FIELDS


def by_phone(asked: Asked) -> Any:
    given = asked.params["values"]
    values = list(cast("dict[str, Any]", given).values()) if isinstance(given, dict) else cast("list[Any]", given)
    wanted = {_digits(str(one)) for one in values}
    found = [
        number
        for number, card in asked.portal.cards["contact"].items()
        if wanted & {_digits(str(one["VALUE"])) for one in card.get("PHONE", [])}
    ]
    return {"CONTACT": found} if found else []


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def comment(asked: Asked) -> Any:
    fields = asked.group("fields")
    kind, ref = str(fields["ENTITY_TYPE"]), int(fields["ENTITY_ID"])
    if ref not in asked.portal.cards.get(kind, {}):
        raise Refused("", 400, "Not found")
    number = asked.portal.number()
    known = {"ID": str(number), "ENTITY_ID": str(ref), "ENTITY_TYPE": kind}
    asked.portal.comments.append({**known, "COMMENT": str(fields["COMMENT"]), "AUTHOR_ID": str(asked.user)})
    return number


def comments(asked: Asked) -> Any:
    wanted = {name: str(value) for name, value in asked.group("filter").items()}
    found = [one for one in asked.portal.comments if all(one.get(name) == value for name, value in wanted.items())]
    return found[::-1][:50]


CRM: Final[dict[str, Method]] = {
    "crm.lead.get": _get("lead"),
    "crm.deal.get": _get("deal"),
    "crm.contact.get": _get("contact"),
    "crm.lead.update": _update("lead"),
    "crm.deal.update": _update("deal"),
    "crm.deal.add": _add("deal"),
    "crm.contact.add": _add("contact"),
    "crm.lead.list": _list("lead"),
    "crm.deal.list": _list("deal"),
    "crm.lead.fields": _fields,
    "crm.deal.fields": _fields,
    "crm.duplicate.findbycomm": by_phone,
    "crm.timeline.comment.add": comment,
    "crm.timeline.comment.list": comments,
}
