"""What a webhook's user may do in the dialogs of which it is a member, and read of the sessions."""

from typing import Any

from app.sandbox.bitrix24.asked import Asked, Refused
from app.sandbox.bitrix24.world import Chat, Message, Portal, chat_view, message_view, user_view


def me(asked: Asked) -> Any:
    return {**user_view(asked.portal.users[asked.user]), "phones": False}


def recents(asked: Asked) -> Any:
    """The dialogs of the webhook's user, the one that moved last first."""
    mine = [one for one in asked.portal.chats.values() if asked.user in one.members and one.messages]
    mine.sort(key=lambda one: one.messages[-1].id, reverse=True)
    offset, limit = int(asked.params.get("OFFSET", 0)), int(asked.params.get("LIMIT", 50))
    page = mine[offset : offset + limit]
    return {"items": [_recent(one) for one in page], "hasMore": len(mine) > offset + len(page), "hasMorePages": False}


def _recent(chat: Chat) -> Any:
    last = chat.messages[-1]
    message = {"id": last.id, "text": last.text, "author_id": last.author, "date": last.date}
    lines = {"id": chat.session, "status": 20, "date_create": last.date}
    known = {"id": f"chat{chat.id}", "chat_id": chat.id, "type": "chat", "title": chat.name, "message": message}
    return {**known, "chat": _snake(chat), "lines": lines, "pinned": False}


def _snake(chat: Chat) -> Any:
    known = {"id": chat.id, "name": chat.name, "owner": chat.operator, "type": "lines", "entity_type": "LINES"}
    data = {"entity_data_1": chat.data_1, "entity_data_2": chat.data_2, "entity_data_3": "N"}
    return {**known, "entity_id": chat.entity_id, **data, "message_type": "L"}


def dialog(asked: Asked) -> Any:
    chat = asked.chat_of_mine("DIALOG_ID", asked.user)
    limit = min(int(asked.params.get("LIMIT", 20)), 50)
    if "FIRST_ID" in asked.params:
        found = [one for one in chat.messages if one.id > asked.number("FIRST_ID")][:limit]
    else:
        found = chat.messages[-limit:]
    messages = [_dialog_message(chat, one) for one in reversed(found)]
    return {"chat_id": chat.id, "messages": messages, "users": _users(asked.portal, found), "files": []}


def _dialog_message(chat: Chat, one: Message) -> Any:
    view = message_view(chat, one)
    return {
        "id": one.id,
        "chat_id": chat.id,
        "author_id": one.author,
        "date": one.date,
        "text": one.text,
        "params": view["params"],
    }


def _users(portal: Portal, found: list[Message]) -> list[Any]:
    return [user_view(portal.users[number]) for number in sorted({one.author for one in found if one.author})]


def say_as_user(asked: Asked) -> Any:
    chat = asked.chat_of_mine("DIALOG_ID", asked.user)
    return asked.portal.write(chat, asked.user, asked.text("MESSAGE")).id


def seen_by_user(asked: Asked) -> Any:
    chat = asked.chat_of_mine("DIALOG_ID", asked.user)
    asked.portal.seen.append({"chat": chat.id, "what": "seen", "by": asked.user})
    return True


def history(asked: Asked) -> Any:
    """By the session's number for anybody; by the chat's only for its members."""
    if asked.text("SESSION_ID"):
        wanted = asked.number("SESSION_ID")
        chat = next((one for one in asked.portal.chats.values() if one.session == wanted), None)
    else:
        chat = asked.chat_of_mine("CHAT_ID", asked.user)
    if chat is None:
        raise Refused("ACCESS_DENIED", 403)
    messages = {str(one.id): _history_message(chat, one) for one in chat.messages}
    users = {str(one["id"]): {**one, "id": str(one["id"])} for one in _users(asked.portal, chat.messages)}
    known = {"chatId": chat.id, "canJoin": "Y", "sessionId": chat.session, "userId": f"chat{chat.id}"}
    view = {**chat_view(chat), "id": str(chat.id)}
    return {**known, "message": messages or [], "users": users or [], "chat": {str(chat.id): view}, "files": []}


def _history_message(chat: Chat, one: Message) -> Any:
    """In a history a new line is a mark of the portal's own."""
    text = one.text.replace("\n", "[br]")
    who = {"chatid": str(chat.id), "senderid": str(one.author), "recipientid": f"chat{chat.id}"}
    return {
        "id": str(one.id),
        **who,
        "date": one.date,
        "text": text,
        "textlegacy": text,
        "params": message_view(chat, one)["params"],
    }
