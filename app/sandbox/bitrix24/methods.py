"""What each method does and answers, in the shapes of the vendor's samples. A refusal is its code and its status."""

from collections.abc import Callable
from typing import Any, Final, cast

from app.sandbox.bitrix24.world import Bot, Chat, Message, Portal, User, chat_view, message_view, user_view

Params = dict[str, Any]
Method = Callable[["Asked"], Any]


class Refused(Exception):
    """What the portal says instead of doing it."""

    def __init__(self, code: str, status: int = 400, description: str = "") -> None:
        super().__init__(code)
        self.code, self.status, self.description = code, status, description or code


class Asked:
    """One call: who asks, and with what. Numbers may be texts."""

    def __init__(self, portal: Portal, user: int, params: Params) -> None:
        self.portal, self.user, self.params = portal, user, params

    def number(self, name: str) -> int:
        return int(self.params[name])

    def text(self, name: str) -> str:
        return str(self.params.get(name, ""))

    def group(self, name: str) -> Params:
        return cast("Params", self.params.get(name) or {})

    def bot(self) -> Bot:
        wanted = self.number("botId")
        bot = next((one for one in self.portal.bots.values() if one.id == wanted), None)
        if bot is None:
            raise Refused("BOT_NOT_FOUND")
        if not self.text("botToken"):
            raise Refused("BOT_TOKEN_NOT_SPECIFIED")
        if self.text("botToken") != bot.token:
            raise Refused("BOT_OWNERSHIP_ERROR", 403)
        return bot

    def chat(self, name: str) -> Chat:
        found = self.portal.chats.get(int(self.text(name).removeprefix("chat") or 0))
        if found is None:
            raise Refused("CHAT_NOT_FOUND", 404)
        return found

    def chat_of_mine(self, name: str, member: int) -> Chat:
        chat = self.chat(name)
        if member not in chat.members:
            raise Refused("ACCESS_DENIED", 403)
        return chat


def register(asked: Asked) -> Any:
    fields = asked.group("fields")
    token, code = str(fields.get("botToken", "")), str(fields["code"])
    if not token or len(token) > 40:  # noqa: PLR2004 - the vendor's own limit
        raise Refused("BOT_TOKEN_INVALID_LENGTH" if token else "BOT_TOKEN_NOT_SPECIFIED")
    bot = asked.portal.bots.get(code)
    if bot is None:
        number = 400 + len(asked.portal.bots)
        mode = str(fields.get("eventMode", "fetch"))
        bot = Bot(number, code, token, mode, str(fields.get("webhookUrl", "")))
        name = str(cast("Params", fields["properties"])["name"])
        asked.portal.bots[code] = bot
        asked.portal.users[number] = User(number, name, bot=True)
    elif bot.token != token:
        raise Refused("BOT_OWNERSHIP_ERROR", 403)
    return _bot(asked, bot)


def get_bot(asked: Asked) -> Any:
    bot = asked.portal.bots.get(asked.text("code"))
    if bot is None:
        raise Refused("BOT_NOT_FOUND")
    return _bot(asked, bot)


def update_bot(asked: Asked) -> Any:
    bot, fields = asked.bot(), asked.group("fields")
    bot.mode = str(fields.get("eventMode", bot.mode))
    bot.webhook_url = str(fields.get("webhookUrl", bot.webhook_url))
    return _bot(asked, bot)


def _bot(asked: Asked, bot: Bot) -> Any:
    known = {"id": bot.id, "code": bot.code, "type": "openline", "eventMode": bot.mode, "isSupportOpenline": True}
    return {"bot": known, "users": [user_view(asked.portal.users[bot.id])]}


def events(asked: Asked) -> Any:
    """Everything before the offset is forgotten; the rest comes again until it is."""
    bot, limit = asked.bot(), int(asked.params.get("limit", 100))
    offset = int(asked.params.get("offset", 0))
    bot.queue = [one for one in bot.queue if one["eventId"] >= offset]
    page = bot.queue[:limit]
    after = page[-1]["eventId"] + 1 if page else offset
    return {"events": page, "nextOffset": after, "hasMore": len(bot.queue) > len(page)}


def say_as_bot(asked: Asked) -> Any:
    bot = asked.bot()
    chat = asked.chat_of_mine("dialogId", bot.id)
    text = str(asked.group("fields").get("message", ""))
    if not text:
        raise Refused("MESSAGE_EMPTY")
    return {"id": asked.portal.write(chat, bot.id, text[:20_000]).id, "uuidMap": {}}


def seen_by_bot(asked: Asked) -> Any:
    bot = asked.bot()
    chat = asked.chat_of_mine("dialogId", bot.id)
    what = "typing" if "duration" in asked.params else "read"
    asked.portal.seen.append({"chat": chat.id, "what": what, "by": bot.id})
    return (
        {"result": True} if what == "typing" else {"chatId": chat.id, "lastId": 0, "counter": 0, "viewedMessages": []}
    )


def file_link(asked: Asked) -> Any:
    asked.bot()
    if asked.number("fileId") not in asked.portal.files:
        raise Refused("FILE_NOT_FOUND", 404)
    return {"downloadUrl": f"{{base}}/rest/download.json?token=imbot%7C{asked.number('fileId')}"}


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


METHODS: Final[dict[str, Method]] = {
    "imbot.v2.Bot.register": register,
    "imbot.v2.Bot.get": get_bot,
    "imbot.v2.Bot.update": update_bot,
    "imbot.v2.Event.get": events,
    "imbot.v2.Chat.Message.send": say_as_bot,
    "imbot.v2.Chat.Message.read": seen_by_bot,
    "imbot.v2.Chat.InputAction.notify": seen_by_bot,
    "imbot.v2.File.download": file_link,
    "im.user.get": me,
    "im.recent.list": recents,
    "im.dialog.messages.get": dialog,
    "im.message.add": say_as_user,
    "im.dialog.writing": seen_by_user,
    "im.dialog.read": seen_by_user,
    "imopenlines.session.history.get": history,
    "imopenlines.bot.session.operator": to_queue,
    "imopenlines.bot.session.transfer": to_person,
    "imopenlines.operator.transfer": from_user,
    "imopenlines.crm.chat.get": chats_of,
    "user.get": users,
}
