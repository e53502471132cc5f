"""Every request that we can make of a portal, as a value. Pure: what is here can be held against the vendor's schemas.

The names are the vendor's own, capital letters and all: `im.*` and `imopenlines.*` shout, v2 does not.
"""

from typing import Any, Final, Literal

from app.channels.bitrix24.client.refusals import Call
from app.channels.bitrix24.payloads.credentials import Credentials
from app.domain.account import Lane
from app.domain.errors import Rejected

Card = Literal["lead", "deal", "contact"]
EVENT_TYPES: Final = (
    *("ONIMBOTV2MESSAGEADD", "ONIMBOTV2MESSAGEUPDATE", "ONIMBOTV2MESSAGEDELETE", "ONIMBOTV2JOINCHAT"),
    *("ONIMBOTV2DELETE", "ONIMBOTV2CONTEXTGET", "ONIMBOTV2COMMANDADD", "ONIMBOTV2REACTIONCHANGE"),
)
LARGEST_FETCH: Final = 100
LARGEST_RECENTS: Final = 200
LARGEST_DIALOG: Final = 50
TYPING_SECONDS: Final = 30


def whole(ref: str) -> int:
    """An id as the vendor's JSON wants it."""
    if not (ref.isascii() and ref.isdecimal()) or len(ref) > 18:  # noqa: PLR2004
        raise Rejected("An id of Bitrix24 is a number.")
    return int(ref)


def chat_number(dialog_id: str) -> int:
    """The chat behind a dialog: `chat5` is 5."""
    return whole(dialog_id.removeprefix("chat"))


def register_bot(known: Credentials, *, webhook_url: str = "") -> Call:
    """Gives the bot of this code, and makes it where there is none."""
    how = {"eventMode": "webhook", "webhookUrl": webhook_url} if webhook_url else {"eventMode": "fetch"}
    fields = {
        "code": known.bot_code,
        "botToken": known.key_of_bot,
        "properties": {"name": known.bot_name},
        "type": "openline",
        "isSupportOpenline": True,
        **how,
    }
    return Call("imbot.v2.Bot.register", {"fields": fields}, Lane.SYNC, acts=True)


def bot(known: Credentials, *, lane: Lane = Lane.SYNC) -> Call:
    return Call("imbot.v2.Bot.get", {"code": known.bot_code, "botToken": known.key_of_bot}, lane)


def update_bot(known: Credentials, bot_id: int, *, webhook_url: str = "") -> Call:
    """How the bot hears of things from now on."""
    how = {"eventMode": "webhook", "webhookUrl": webhook_url} if webhook_url else {"eventMode": "fetch"}
    params = {"botId": bot_id, "botToken": known.key_of_bot, "fields": how}
    return Call("imbot.v2.Bot.update", params, Lane.SYNC, acts=True)


def fetch(known: Credentials, bot_id: int, *, offset: int | None) -> Call:
    """The bot's events; an offset says that all before it were stored. Asked again, it gives the same."""
    params: dict[str, Any] = {"botId": bot_id, "botToken": known.key_of_bot, "limit": LARGEST_FETCH}
    return Call("imbot.v2.Event.get", params | ({} if offset is None else {"offset": offset}), Lane.HANDOFF)


def say_as_bot(known: Credentials, bot_id: int, *, dialog_id: str, text: str) -> Call:
    params = {
        "botId": bot_id,
        "botToken": known.key_of_bot,
        "dialogId": dialog_id,
        "fields": {"message": text},
    }
    return Call("imbot.v2.Chat.Message.send", params, Lane.REPLY, acts=True)


def read_as_bot(known: Credentials, bot_id: int, *, dialog_id: str) -> Call:
    params = {"botId": bot_id, "botToken": known.key_of_bot, "dialogId": dialog_id}
    return Call("imbot.v2.Chat.Message.read", params, Lane.SYNC, acts=True)


def type_as_bot(known: Credentials, bot_id: int, *, dialog_id: str) -> Call:
    params = {"botId": bot_id, "botToken": known.key_of_bot, "dialogId": dialog_id, "duration": TYPING_SECONDS}
    return Call("imbot.v2.Chat.InputAction.notify", params, Lane.SYNC, acts=True)


def file_link(known: Credentials, bot_id: int, *, file_id: str) -> Call:
    params = {"botId": bot_id, "botToken": known.key_of_bot, "fileId": whole(file_id)}
    return Call("imbot.v2.File.download", params, Lane.SYNC)


def say_as_user(*, dialog_id: str, text: str) -> Call:
    return Call("im.message.add", {"DIALOG_ID": dialog_id, "MESSAGE": text}, Lane.REPLY, acts=True)


def read_as_user(*, dialog_id: str) -> Call:
    return Call("im.dialog.read", {"DIALOG_ID": dialog_id}, Lane.SYNC, acts=True)


def type_as_user(*, dialog_id: str) -> Call:
    return Call("im.dialog.writing", {"DIALOG_ID": dialog_id}, Lane.SYNC, acts=True)


def me() -> Call:
    """Whose webhook it is."""
    return Call("im.user.get", {}, Lane.SYNC)


def users(*, start: int) -> Call:
    return Call("user.get", {"start": start}, Lane.SYNC)


def recents(*, offset: int, lane: Lane) -> Call:
    """The webhook's user's dialogs, the one that moved last first."""
    params = {"SKIP_DIALOG": "Y", "LIMIT": LARGEST_RECENTS, "OFFSET": offset}
    return Call("im.recent.list", params, lane)


def dialog(*, dialog_id: str, after: int, lane: Lane) -> Call:
    """The messages of a dialog that are newer than this one."""
    return Call("im.dialog.messages.get", {"DIALOG_ID": dialog_id, "FIRST_ID": after, "LIMIT": LARGEST_DIALOG}, lane)


def history(*, dialog_id: str, session_id: str | None, lane: Lane) -> Call:
    """A session whole. By its own id also for whoever is no member of the chat."""
    asked = {"SESSION_ID": whole(session_id)} if session_id else {"CHAT_ID": chat_number(dialog_id)}
    return Call("imopenlines.session.history.get", asked, lane)


def to_the_queue(*, chat: int) -> Call:
    """The bot leaves the chat to the next operator who is free."""
    return Call("imopenlines.bot.session.operator", {"CHAT_ID": chat}, Lane.HANDOFF, acts=True)


def to_a_person(known: Credentials, *, chat: int, user_id: str) -> Call:
    """The bot leaves at once, so that nobody answers twice."""
    params = {"CHAT_ID": chat, "USER_ID": whole(user_id), "LEAVE": "Y", "CLIENT_ID": known.key_of_bot}
    return Call("imopenlines.bot.session.transfer", params, Lane.HANDOFF, acts=True)


def from_user_to_person(*, chat: int, user_id: str) -> Call:
    """Where no bot is: the webhook's user gives the chat on."""
    return Call("imopenlines.operator.transfer", {"CHAT_ID": chat, "USER_ID": whole(user_id)}, Lane.HANDOFF, acts=True)


def card(kind: Card, ref: str, *, lane: Lane) -> Call:
    return Call(f"crm.{kind}.get", {"id": whole(ref)}, lane)


def change_card(kind: Card, ref: str, fields: dict[str, Any], *, lane: Lane) -> Call:
    return Call(f"crm.{kind}.update", {"id": whole(ref), "fields": fields}, lane, acts=True)


def add_card(kind: Card, fields: dict[str, Any], *, lane: Lane) -> Call:
    return Call(f"crm.{kind}.add", {"fields": fields}, lane, acts=True)


def fields_of(kind: Card) -> Call:
    return Call(f"crm.{kind}.fields", {}, Lane.CRM)


def open_cards(kind: Card, filters: dict[str, Any], *, lane: Lane) -> Call:
    """Those that are neither won nor lost: the newest fifty."""
    is_open = {"STATUS_SEMANTIC_ID": "P"} if kind == "lead" else {"CLOSED": "N"}
    columns = ["ID", "ASSIGNED_BY_ID", "STATUS_SEMANTIC_ID" if kind == "lead" else "CLOSED"]
    return Call(f"crm.{kind}.list", {"select": columns, "filter": filters | is_open}, lane)


def by_phone(phones: list[str], *, lane: Lane) -> Call:
    """The contacts that have one of these phones; the vendor compares digits."""
    return Call("crm.duplicate.findbycomm", {"type": "PHONE", "values": phones, "entity_type": "CONTACT"}, lane)


def comment(kind: Card, ref: str, text: str) -> Call:
    fields = {"ENTITY_ID": whole(ref), "ENTITY_TYPE": kind, "COMMENT": text}
    return Call("crm.timeline.comment.add", {"fields": fields}, Lane.CRM, acts=True)


def comments(kind: Card, ref: str) -> Call:
    params = {
        "select": ["ID", "COMMENT"],
        "filter": {"ENTITY_ID": whole(ref), "ENTITY_TYPE": kind},
        "order": {"ID": "DESC"},
    }
    return Call("crm.timeline.comment.list", params, Lane.CRM)
