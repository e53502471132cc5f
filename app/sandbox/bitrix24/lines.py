"""How a chat of an open line changes hands, which chats a card has, and who works in the portal."""

from typing import Any

from app.sandbox.bitrix24.asked import Asked, Refused
from app.sandbox.bitrix24.world import Chat


def to_queue(asked: Asked) -> Any:
    return _leave(asked, asked.chat("CHAT_ID"), to=None)


def to_person(asked: Asked) -> Any:
    if asked.text("CLIENT_ID") not in {one.token for one in asked.portal.bots.values()}:
        raise Refused("BOT_ID_ERROR")
    user = asked.portal.users.get(asked.number("USER_ID"))
    if user is None or user.bot or user.connector:
        raise Refused("OPERATOR_WRONG")
    return _leave(asked, asked.chat("CHAT_ID"), to=user.id)


def _leave(asked: Asked, chat: Chat, *, to: int | None) -> bool:
    bots = {one.id for one in asked.portal.bots.values()}
    if chat.operator not in bots:
        raise Refused("WRONG_CHAT", 400, "Operator is not a bot")
    chat.members -= bots
    chat.operator = to or max(number for number, one in asked.portal.users.items() if not one.bot and not one.connector)
    chat.members.add(chat.operator)
    return True


def from_user(asked: Asked) -> Any:
    chat = asked.chat("CHAT_ID")
    chat.members.discard(asked.user)  # whoever gives a chat away is out of it
    chat.operator = asked.number("USER_ID")
    chat.members.add(chat.operator)
    return True


def chats_of(asked: Asked) -> Any:
    kind, ref = asked.text("CRM_ENTITY_TYPE").upper(), asked.number("CRM_ENTITY")
    found = [one for one in asked.portal.chats.values() if one.bound.get(kind) == ref]
    return [{"CHAT_ID": str(one.id), "CONNECTOR_ID": one.connector, "CONNECTOR_TITLE": "Chat"} for one in found]


def users(asked: Asked) -> Any:
    people = [one for one in asked.portal.users.values() if not one.bot and not one.connector]
    known = {"LAST_NAME": "", "ACTIVE": True, "USER_TYPE": "employee"}
    return [{"ID": str(one.id), "NAME": one.name, **known, "PERSONAL_MOBILE": one.phone} for one in people]
