"""Contacts: made, found exactly, changed by merging."""

from typing import Any, Final

from app.sandbox.chatwoot import views
from app.sandbox.chatwoot.asked import Answer, Asked, group, items
from app.sandbox.chatwoot.entities import Contact
from app.sandbox.chatwoot.world import Wrong

PAGE: Final = 15
KNOWN: Final = ("name", "identifier", "email", "phone_number", "custom_attributes", "additional_attributes")
FILTERED: Final = ("phone_number", "identifier", "email", "name")


async def create(asked: Asked) -> Answer:
    inbox_id = asked.number("inbox_id")
    if inbox_id is not None:
        asked.inbox(inbox_id)
    told = _known(asked)
    made = await asked.world.add_contact(told, inbox_id=inbox_id, source_id=asked.text("source_id"))
    link = next((one for one in asked.world.contact_inboxes.values() if one.contact_id == made.id), None)
    shown = {"inbox": views.inbox(asked.world.inboxes[link.inbox_id]), "source_id": link.source_id} if link else None
    empty = {"inbox": None, "source_id": None}
    return 200, {"payload": {"contact": views.contact(asked.world, made), "contact_inbox": shown or empty}}


def _known(asked: Asked) -> dict[str, Any]:
    told: dict[str, Any] = {name: asked.text(name) for name in KNOWN[:4] if name in asked.body}
    return told | {name: asked.hash(name) for name in KNOWN[4:] if name in asked.body}


async def show(asked: Asked) -> Answer:
    return 200, {"payload": views.contact(asked.world, asked.contact())}


async def change(asked: Asked) -> Answer:
    """The whole record is validated, whatever was changed; attributes are merged."""
    one, told = asked.contact(), _known(asked)
    asked.world.check_contact(told, one)
    for name in ("name", "identifier", "email", "phone_number"):
        if name in told:
            setattr(one, name, told[name])
    one.custom = {**one.custom, **told.get("custom_attributes", {})}
    one.additional = {**one.additional, **told.get("additional_attributes", {})}
    return 200, {"payload": views.contact(asked.world, one)}


async def drop(asked: Asked) -> Answer:
    """With everything that was ever said."""
    asked.admin()
    one, world = asked.contact(), asked.world
    del world.contacts[one.id]
    for number, link in list(world.contact_inboxes.items()):
        if link.contact_id == one.id:
            del world.contact_inboxes[number]
    for number, talk in list(world.conversations.items()):
        if talk.contact_id == one.id:
            del world.conversations[number]
    return 200, None


async def find(asked: Asked) -> Answer:
    """Among those that have an e-mail, a phone or an identifier."""
    conditions = items(asked.body.get("payload"))
    if not conditions:
        raise Wrong(422, {"error": "Invalid query"})
    resolved = [c for c in asked.world.contacts.values() if c.email or c.phone_number or c.identifier]
    found = [one for one in resolved if _holds(one, conditions)]
    page = int(asked.query.get("page", "1"))
    shown = found[(page - 1) * PAGE : page * PAGE]
    payload = [views.contact(asked.world, one) for one in shown]
    return 200, {"meta": {"count": len(found), "current_page": page}, "payload": payload}


def _holds(one: Contact, conditions: list[Any]) -> bool:
    """From left to right, with the word that stands behind each."""
    result, joined = False, "OR"
    for condition in map(group, conditions):
        if condition.get("attribute_key") not in FILTERED:
            raise Wrong(422, {"error": "Invalid attribute key"})
        if condition.get("filter_operator") not in ("equal_to", "not_equal_to"):
            raise Wrong(422, {"error": "Invalid operator"})
        now = _equals(one, condition["attribute_key"], condition.get("values"))
        now = now if condition["filter_operator"] == "equal_to" else not now
        result = (result and now) if joined == "AND" else (result or now)
        joined = condition.get("query_operator") or "OR"
    return result


def _equals(one: Contact, key: str, values: Any) -> bool:
    wanted = [str(value) for value in items(values)]
    if key == "phone_number":  # the server puts the plus there itself
        wanted = [f"+{value.lstrip('+')}" for value in wanted]
        return one.phone_number in wanted
    held = getattr(one, key)
    return held is not None and str(held).lower() in [value.lower() for value in wanted]


async def link(asked: Asked) -> Answer:
    one, inbox = asked.contact(), asked.inbox(asked.number("inbox_id"))
    made = asked.world.link(one.id, inbox.id, asked.text("source_id"))
    return 200, {"source_id": made.source_id, "inbox": views.inbox(inbox)}


async def conversations(asked: Asked) -> Answer:
    """Newest activity first, at most twenty."""
    one = asked.contact()
    theirs = [talk for talk in asked.world.conversations.values() if talk.contact_id == one.id]
    theirs.sort(key=lambda talk: -talk.last_activity_at)
    return 200, {"payload": [views.conversation(asked.world, talk) for talk in theirs[:20]]}


async def note(asked: Asked) -> Answer:
    one, content = asked.contact(), asked.hash("note").get("content")
    if not content:
        raise Wrong(422, {"error": "param is missing or the value is empty: note"})
    made = {"id": asked.world.number(), "contact_id": one.id, "content": content}
    asked.world.notes.append(made)
    return 200, made
