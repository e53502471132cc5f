"""One call of the portal's REST: who asks and with what, and the refusals that it may meet."""

from typing import Any, cast

from app.sandbox.bitrix24.world import Bot, Chat, Portal

Params = dict[str, Any]


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
