"""The shapes in which the server shows things: REST has numbers where webhooks have words."""

from datetime import UTC, datetime
from typing import Any

from app.sandbox.chatwoot.entities import API, TYPE_WORDS, Bot, Contact, Conversation, Hook, Inbox, Message, User
from app.sandbox.chatwoot.world import World


def contact(world: World, one: Contact, *, with_inboxes: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "phone_number": one.phone_number,
        "identifier": one.identifier,
        "blocked": False,
        "thumbnail": "",
        "custom_attributes": one.custom,
        "additional_attributes": one.additional,
        "availability_status": "offline",
        "created_at": one.created_at,
        "last_activity_at": one.created_at,
    }
    if with_inboxes:
        shown["contact_inboxes"] = [
            {"source_id": each.source_id, "inbox": inbox(world.inboxes[each.inbox_id])}
            for each in world.contact_inboxes.values()
            if each.contact_id == one.id
        ]
    return shown


def inbox(one: Inbox) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "channel_id": one.id,
        "channel_type": one.channel_type,
        "lock_to_single_conversation": one.lock_to_single,
        **({"webhook_url": one.webhook_url} if one.channel_type == API else {}),
    }


def agent(one: User) -> dict[str, Any]:
    return {
        "id": one.id,
        "account_id": 1,
        "name": one.name,
        "available_name": one.name,
        "email": f"{one.id}@example.com",
        "role": one.role,
        "confirmed": True,
        "availability_status": "online",
        "auto_offline": True,
        "thumbnail": "",
    }


def bot(one: Bot, *, for_admin: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "description": None,
        "outgoing_url": one.outgoing_url,
        "bot_type": "webhook",
        "bot_config": {},
        "account_id": 1,
    }
    return shown | ({"access_token": one.token, "secret": one.secret} if for_admin else {})


def hook(one: Hook) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "url": one.url,
        "account_id": 1,
        "subscriptions": one.subscriptions,
        "secret": one.secret,
    }


def sender(world: World, who: tuple[str, int] | None) -> dict[str, Any] | None:
    """As REST shows it: everybody with a type."""
    if who is None:
        return None
    kind, number = who
    if kind == "user":
        user = world.users[number]
        return {"id": number, "name": user.name, "available_name": user.name, "type": "user", "thumbnail": ""}
    if kind == "agent_bot":
        return {"id": number, "name": world.bots[number].name, "type": "agent_bot", "thumbnail": ""}
    return contact(world, world.contacts[number], with_inboxes=False) | {"type": "contact"}


def message(world: World, talk: Conversation, one: Message) -> dict[str, Any]:
    """As REST shows it: the type is a number and so is the time."""
    shown: dict[str, Any] = {
        "id": one.id,
        "content": one.content,
        "inbox_id": talk.inbox_id,
        "conversation_id": talk.id,
        "message_type": one.kind,
        "content_type": one.content_type,
        "status": one.status,
        "content_attributes": one.attributes,
        "created_at": int(one.created_at),
        "private": one.private,
        "source_id": one.source_id,
    }
    if (who := sender(world, one.sender)) is not None:
        shown["sender"] = who
    return shown | ({"attachments": one.attachments} if one.attachments else {})


def conversation(world: World, talk: Conversation) -> dict[str, Any]:
    """The whole object, without a wrapper."""
    chat = [one for one in talk.messages if not one.private]
    return {
        "id": talk.id,
        "account_id": 1,
        "uuid": f"00000000-0000-4000-8000-{talk.id:012d}",
        "inbox_id": talk.inbox_id,
        "status": talk.status,
        "labels": list(talk.labels),
        "custom_attributes": talk.custom,
        "additional_attributes": talk.additional,
        "can_reply": True,
        "muted": False,
        "priority": None,
        "snoozed_until": None,
        "unread_count": 0,
        "created_at": int(talk.created_at),
        "updated_at": talk.updated_at,
        "timestamp": int(talk.last_activity_at),
        "last_activity_at": int(talk.last_activity_at),
        "waiting_since": 0,
        "first_reply_created_at": None,
        "agent_last_seen_at": 0,
        "messages": [message(world, talk, chat[-1])] if chat else [],
        "last_non_activity_message": message(world, talk, talk.messages[-1]) if talk.messages else None,
        "meta": meta(world, talk),
    }


def meta(world: World, talk: Conversation) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "sender": contact(world, world.contacts[talk.contact_id], with_inboxes=False),
        "channel": world.inboxes[talk.inbox_id].channel_type,
        "hmac_verified": False,
    }
    if talk.assignee is not None:
        kind = "AgentBot" if talk.assignee[0] == "agent_bot" else "User"
        shown |= {"assignee": sender(world, talk.assignee), "assignee_type": kind}
    return shown


def hook_conversation(world: World, talk: Conversation) -> dict[str, Any]:
    """As webhooks show it."""
    chat = [one for one in talk.messages if not one.private]
    link = world.contact_inboxes[talk.contact_inbox_id]
    who = contact(world, world.contacts[talk.contact_id], with_inboxes=False)
    return {
        "additional_attributes": talk.additional,
        "can_reply": True,
        "channel": world.inboxes[talk.inbox_id].channel_type,
        "contact_inbox": {
            "id": link.id,
            "contact_id": link.contact_id,
            "inbox_id": link.inbox_id,
            "source_id": link.source_id,
            "hmac_verified": False,
        },
        "id": talk.id,
        "inbox_id": talk.inbox_id,
        "messages": [message(world, talk, chat[-1])] if chat else [],
        "labels": list(talk.labels),
        "meta": meta(world, talk) | {"sender": {**who, "type": "contact"}},
        "status": talk.status,
        "custom_attributes": talk.custom,
        "snoozed_until": None,
        "unread_count": 0,
        "first_reply_created_at": None,
        "priority": None,
        "waiting_since": 0,
        "created_at": int(talk.created_at),
        "updated_at": talk.updated_at,
        "timestamp": int(talk.last_activity_at),
        "last_activity_at": int(talk.last_activity_at),
        "account": {"id": 1, "name": "Loja Exemplo"},
    }


def hook_message(world: World, talk: Conversation, one: Message, event: str) -> dict[str, Any]:
    """As webhooks show it: the type is a word, the time ISO 8601, and a contact has no type."""
    shown: dict[str, Any] = {
        "account": {"id": 1, "name": "Loja Exemplo"},
        "additional_attributes": {},
        "content_attributes": one.attributes,
        "content_type": one.content_type,
        "content": one.content.rstrip("\n") if one.content else one.content,
        "conversation": hook_conversation(world, talk),
        "created_at": datetime.fromtimestamp(one.created_at, UTC).isoformat(timespec="milliseconds"),
        "id": one.id,
        "inbox": {"id": talk.inbox_id, "name": world.inboxes[talk.inbox_id].name},
        "message_type": TYPE_WORDS[one.kind],
        "private": one.private,
        "sender": hook_sender(world, one.sender),
        "source_id": one.source_id,
        "event": event,
    }
    return shown | ({"attachments": one.attachments} if one.attachments else {})


def hook_sender(world: World, who: tuple[str, int] | None) -> dict[str, Any] | None:
    if who is None:
        return None
    kind, number = who
    if kind == "user":
        return {"id": number, "name": world.users[number].name, "email": f"{number}@example.com", "type": "user"}
    if kind == "agent_bot":
        return {"id": number, "name": world.bots[number].name, "type": "agent_bot"}
    shown = contact(world, world.contacts[number], with_inboxes=False)
    return shown | {"account": {"id": 1, "name": "Loja Exemplo"}, "avatar": ""}
