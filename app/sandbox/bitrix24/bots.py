"""What a chat bot may do: register itself, fetch its events, speak, show that it types or has read."""

from typing import Any, cast

from app.sandbox.bitrix24.asked import Asked, Params, Refused
from app.sandbox.bitrix24.world import Bot, User, user_view


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
