"""What belongs to the account: agents, bots, inboxes, labels, webhooks."""

import re
import secrets
from typing import Any, Final

from app.sandbox.chatwoot import views
from app.sandbox.chatwoot.asked import NOT_FOUND, Answer, Asked
from app.sandbox.chatwoot.entities import Hook, User
from app.sandbox.chatwoot.world import ACCOUNT, invalid

TITLE: Final = re.compile(r"[\w][\w-]+")
EVENTS: Final = frozenset(
    {
        *("conversation_created", "conversation_updated", "conversation_status_changed", "message_created"),
        *("message_updated", "contact_created", "contact_updated", "webwidget_triggered", "inbox_created"),
        *("inbox_updated", "conversation_typing_on", "conversation_typing_off"),
    }
)


async def show(asked: Asked) -> Answer:
    del asked
    return 200, {"id": ACCOUNT, "name": "Loja Exemplo", "locale": "pt_BR", "domain": None, "status": "active"}


async def agents(asked: Asked) -> Answer:
    return 200, [views.agent(one) for one in asked.world.users.values()]


async def bots(asked: Asked) -> Answer:
    is_admin = isinstance(asked.caller, User) and asked.caller.is_admin
    return 200, [views.bot(one, for_admin=is_admin) for one in asked.world.bots.values()]


async def change_bot(asked: Asked) -> Answer:
    asked.admin()
    bot = asked.world.bots.get(asked.numbers[0])
    if bot is None:
        raise NOT_FOUND
    bot.outgoing_url = asked.text("outgoing_url") or ("" if "outgoing_url" in asked.body else bot.outgoing_url)
    bot.name = asked.text("name") or bot.name
    return 200, views.bot(bot, for_admin=True)


async def inbox(asked: Asked) -> Answer:
    found = asked.inbox(asked.numbers[0])
    if not asked.sees(found.id):
        raise NOT_FOUND
    return 200, views.inbox(found)


async def inbox_bot(asked: Asked) -> Answer:
    bot = asked.world.bot_of(asked.inbox(asked.numbers[0]).id)
    return 200, {"agent_bot": views.bot(bot, for_admin=False) if bot else {}}


async def set_inbox_bot(asked: Asked) -> Answer:
    asked.admin()
    found, number = asked.inbox(asked.numbers[0]), asked.number("agent_bot")
    if number is not None and number not in asked.world.bots:
        raise NOT_FOUND
    found.bot_id = number
    return 204, None


async def labels(asked: Asked) -> Answer:
    return 200, {"payload": list(asked.world.labels.values())}


async def add_label(asked: Asked) -> Answer:
    """The title in small letters; letters, digits, `_` and `-`, and only once."""
    asked.admin()
    told = asked.hash("label") or asked.body
    title = str(told.get("title") or "").lower()
    if not TITLE.fullmatch(title):
        raise invalid("Title is invalid", "title")
    if any(one["title"] == title for one in asked.world.labels.values()):
        raise invalid("Title has already been taken", "title")
    made: dict[str, Any] = {"id": asked.world.number(), "title": title, "description": told.get("description")}
    made |= {"color": told.get("color") or "#1f93ff", "show_on_sidebar": bool(told.get("show_on_sidebar"))}
    asked.world.labels[made["id"]] = made
    return 200, made


async def hooks(asked: Asked) -> Answer:
    asked.admin()
    return 200, {"payload": {"webhooks": [views.hook(one) for one in asked.world.hooks.values()]}}


async def add_hook(asked: Asked) -> Answer:
    asked.admin()
    told = asked.hash("webhook") or asked.body
    url, wanted = str(told.get("url") or ""), asked.texts(told.get("subscriptions"))
    if not url.startswith(("http://", "https://")) or any(one.url == url for one in asked.world.hooks.values()):
        raise invalid("Url has already been taken" if url else "Url can't be blank", "url")
    if not wanted or not set(wanted) <= EVENTS:
        raise invalid("Subscriptions Invalid events", "subscriptions")
    made = Hook(asked.world.number(), url, secrets.token_hex(16), wanted, str(told.get("name") or ""))
    asked.world.hooks[made.id] = made
    return 200, {"payload": {"webhook": views.hook(made)}}


async def drop_hook(asked: Asked) -> Answer:
    asked.admin()
    if asked.world.hooks.pop(asked.numbers[0], None) is None:
        raise NOT_FOUND
    return 200, None
