"""Conversations: made by every call, labels and attributes replaced, a status that says whose they are."""

import asyncio
from typing import Any, Final, cast

from app.sandbox.chatwoot import uploads, views
from app.sandbox.chatwoot.asked import NOT_FOUND, Answer, Asked, items
from app.sandbox.chatwoot.entities import API, INCOMING, OUTGOING, Bot, Conversation, Message, User
from app.sandbox.chatwoot.world import Wrong

PAGE: Final = 25
STATUSES: Final = ("open", "resolved", "pending", "snoozed")
LONGEST: Final = 150_000
LONGEST_VALUE: Final = 1_500
LARGEST: Final = 9_999_999_999
A_MOMENT: Final = 0.02  # what a job in the background takes


async def create(asked: Asked) -> Answer:
    world, source = asked.world, asked.text("source_id")
    contact_id, inbox_id = asked.number("contact_id"), asked.number("inbox_id")
    if contact_id is None or inbox_id is None:
        link = next((one for one in world.contact_inboxes.values() if one.source_id == source), None)
        if link is None:
            raise NOT_FOUND
    else:
        if contact_id not in world.contacts:
            raise NOT_FOUND
        link = world.link(contact_id, asked.inbox(inbox_id).id, source)
    wanted = asked.text("status") or "open"
    if wanted not in STATUSES:
        raise Wrong(422, {"error": f"'{wanted}' is not a valid status"})
    custom = asked.hash("custom_attributes")
    _check_attributes(custom)
    if world.slowness:
        await asyncio.sleep(world.slowness)
    made = world.add_conversation(link, status=wanted, custom=custom)
    return 200, views.conversation(world, made)


async def listing(asked: Asked) -> Answer:
    status, page = asked.query.get("status", "open"), int(asked.query.get("page", "1"))
    inbox = asked.query.get("inbox_id")
    found = [one for one in asked.world.conversations.values() if asked.sees(one.inbox_id)]
    found = [one for one in found if status in ("all", one.status) and inbox in (None, str(one.inbox_id))]
    found.sort(key=lambda talk: -talk.last_activity_at)
    shown = [views.conversation(asked.world, one) for one in found[(page - 1) * PAGE : page * PAGE]]
    counts = {"mine_count": 0, "unassigned_count": 0, "assigned_count": 0, "all_count": len(found)}
    return 200, {"data": {"meta": counts, "payload": shown}}


async def show(asked: Asked) -> Answer:
    return 200, views.conversation(asked.world, asked.talk())


async def toggle_status(asked: Asked) -> Answer:
    """A bot that gives pending to people is told neither success nor failure."""
    talk, wanted = asked.talk(), asked.text("status")
    wanted = wanted or ("resolved" if talk.status == "open" else "open")
    if wanted not in STATUSES:
        raise Wrong(422, {"error": f"'{wanted}' is not a valid status"})
    is_handoff = isinstance(asked.caller, Bot) and talk.status == "pending" and wanted == "open"
    asked.world.set_status(talk, wanted)
    if isinstance(asked.caller, User) and not asked.caller.is_admin and wanted == "open":
        asked.world.set_assignee(talk, ("user", asked.caller.id))
    told = {"success": None if is_handoff else True, "conversation_id": talk.id}
    return 200, {"meta": {}, "payload": told | {"current_status": talk.status, "snoozed_until": None}}


async def set_attributes(asked: Asked) -> Answer:
    """All of them are replaced."""
    talk, wanted = asked.talk(), asked.hash("custom_attributes")
    _check_attributes(wanted)
    talk.custom = dict(wanted)
    return 200, {"custom_attributes": talk.custom}


def _check_attributes(wanted: dict[str, Any]) -> None:
    for value in wanted.values():
        too_long = isinstance(value, str) and len(value) > LONGEST_VALUE
        if too_long or (isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST):
            raise Wrong(422, {"message": "Custom attributes is too long", "attributes": ["custom_attributes"]})


async def set_labels(asked: Asked) -> Answer:
    """All of them are replaced."""
    talk = asked.talk()
    talk.labels = asked.texts(asked.body.get("labels"))
    return 200, {"payload": talk.labels}


async def show_labels(asked: Asked) -> Answer:
    return 200, {"payload": asked.talk().labels}


async def bulk(asked: Asked) -> Answer:
    """A job in the background merges: removes, then adds."""
    if asked.text("type") != "Conversation":
        raise Wrong(422, {"success": False})
    labels = asked.hash("labels")
    add, remove = asked.texts(labels.get("add")), asked.texts(labels.get("remove"))
    wanted = [int(one) for one in asked.texts(asked.body.get("ids")) if one.isdecimal()]
    talks = [talk for one in wanted if (talk := asked.world.conversations.get(one)) and asked.sees(talk.inbox_id)]

    def merge() -> None:
        for talk in talks:
            kept = [one for one in talk.labels if one not in remove]
            talk.labels = list(dict.fromkeys([*kept, *add]))

    asyncio.get_running_loop().call_later(A_MOMENT, merge)
    return 200, None


async def assign(asked: Asked) -> Answer:
    talk, number = asked.talk(), asked.number("assignee_id")
    if number is None:
        asked.world.set_assignee(talk, None)
        return 200, None
    if asked.text("assignee_type") == "AgentBot":
        asked.world.set_assignee(talk, ("agent_bot", number) if number in asked.world.bots else None)
        return 200, views.sender(asked.world, talk.assignee)
    user = asked.world.users.get(number)
    asked.world.set_assignee(talk, ("user", number) if user else None)
    return 200, views.agent(user) if user else None


async def typing(asked: Asked) -> Answer:
    asked.talk()
    return 200, None


async def say(asked: Asked) -> Answer:
    """Whatever goes wrong here is 422."""
    talk, world = asked.talk(), asked.world
    content, wanted = asked.text("content"), asked.text("message_type") or "outgoing"
    if wanted not in ("incoming", "outgoing"):
        raise Wrong(422, {"error": f"'{wanted}' is not a valid message_type"})
    if wanted == "incoming" and world.inboxes[talk.inbox_id].channel_type != API:
        raise Wrong(422, {"error": "Incoming messages are only allowed in Api inboxes"})
    if content is not None and len(content) > LONGEST:
        raise Wrong(422, {"error": f"Validation failed: Content is too long (maximum is {LONGEST} characters)"})
    uploads.check(world.inboxes[talk.inbox_id], asked.files)
    number = world.number()
    made = Message(
        number,
        content,
        INCOMING if wanted == "incoming" else OUTGOING,
        private=asked.body.get("private") in (True, "true", "1", 1),
        sender=_sender(asked, talk, is_incoming=wanted == "incoming"),
        source_id=asked.text("source_id"),
        attributes=asked.hash("content_attributes"),
        content_type=_content_type(asked),
        attachments=uploads.kept(world, number, asked.files),
    )
    return 200, views.message(world, talk, world.add_message(talk, made))


def _content_type(asked: Asked) -> str:
    """Answers to tap are titles with their values, and nothing else."""
    wanted = asked.text("content_type") or "text"
    if wanted not in ("text", "input_select"):
        raise Wrong(422, {"error": f"'{wanted}' is not a valid content_type"})
    given = items(asked.hash("content_attributes").get("items"))
    if wanted == "input_select" and not (given and all(map(_is_item, given))):
        raise Wrong(422, {"error": "Validation failed: Content attributes contains invalid items"})
    return wanted


def _is_item(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    named = cast("dict[str, object]", item)
    return named.keys() == {"title", "value"} and all(named.values())


def _sender(asked: Asked, talk: Conversation, *, is_incoming: bool) -> tuple[str, int]:
    if is_incoming:
        return "contact", talk.contact_id
    if isinstance(asked.caller, Bot):
        return "agent_bot", asked.caller.id
    number = asked.number("sender_id")
    if asked.text("sender_type") == "AgentBot" and number in asked.world.bots:
        return "agent_bot", number
    return "user", asked.caller.id


async def messages(asked: Asked) -> Answer:
    """The latest twenty, or those before one; up to a hundred after one."""
    talk, world = asked.talk(), asked.world
    before, after = asked.query.get("before"), asked.query.get("after")
    found = [one for one in talk.messages if before is None or one.id < int(before)]
    found = [one for one in found if after is None or one.id > int(after)]
    shown = found[:100] if after is not None else found[-20:]
    told = {"labels": talk.labels, "contact": views.meta(world, talk)["sender"]}
    return 200, {"meta": told, "payload": [views.message(world, talk, one) for one in shown]}
