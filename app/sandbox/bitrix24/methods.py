"""The methods that the portal knows. Each answers in the shapes of the samples; a refusal is a code and a status."""

from collections.abc import Callable
from typing import Any, Final

from app.sandbox.bitrix24 import bots, dialogs, lines
from app.sandbox.bitrix24.asked import Asked

Method = Callable[[Asked], Any]

METHODS: Final[dict[str, Method]] = {
    "imbot.v2.Bot.register": bots.register,
    "imbot.v2.Bot.get": bots.get_bot,
    "imbot.v2.Bot.update": bots.update_bot,
    "imbot.v2.Event.get": bots.events,
    "imbot.v2.Chat.Message.send": bots.say_as_bot,
    "imbot.v2.Chat.Message.read": bots.seen_by_bot,
    "imbot.v2.Chat.InputAction.notify": bots.seen_by_bot,
    "imbot.v2.File.download": bots.file_link,
    "im.user.get": dialogs.me,
    "im.recent.list": dialogs.recents,
    "im.dialog.messages.get": dialogs.dialog,
    "im.message.add": dialogs.say_as_user,
    "im.dialog.writing": dialogs.seen_by_user,
    "im.dialog.read": dialogs.seen_by_user,
    "imopenlines.session.history.get": dialogs.history,
    "imopenlines.bot.session.operator": lines.to_queue,
    "imopenlines.bot.session.transfer": lines.to_person,
    "imopenlines.operator.transfer": lines.from_user,
    "imopenlines.crm.chat.get": lines.chats_of,
    "user.get": lines.users,
}
