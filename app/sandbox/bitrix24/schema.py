"""What each method takes, as the vendor's method schemas have it: names, base types, what is required; nothing else.

`*` marks what is required. A group has its own names below `name.`; one that ends in `...` opens a family (UF_CRM_1).
"""

from typing import Any, Final, cast

_BOT = "botId*:integer botToken:string"
_CARD = (
    "TITLE:string NAME:string LAST_NAME:string ASSIGNED_BY_ID:integer CONTACT_ID:integer COMMENTS:string PHONE:array"
    " STATUS_ID:string STAGE_ID:string SOURCE_ID:string UF_...:any"
)
TAKEN: Final[dict[str, str]] = {
    "imbot.v2.Bot.register": "fields*:object",
    "imbot.v2.Bot.register.fields": (
        "code*:string botToken:string properties*:object type:string eventMode:string webhookUrl:string"
        " isHidden:boolean isReactionsEnabled:boolean isSupportOpenline:boolean backgroundId:string"
    ),
    "imbot.v2.Bot.get": "botId:integer code:string botToken:string",
    "imbot.v2.Bot.update": f"{_BOT} fields*:object",
    "imbot.v2.Bot.update.fields": (
        "properties:object isHidden:boolean isReactionsEnabled:boolean isSupportOpenline:boolean backgroundId:string"
        " eventMode:string webhookUrl:string botToken:string"
    ),
    "imbot.v2.Event.get": f"{_BOT} offset:integer limit:integer withUserEvents:boolean",
    "imbot.v2.Chat.Message.send": f"{_BOT} dialogId*:string fields:object",
    "imbot.v2.Chat.Message.send.fields": (
        "message:string attach:array keyboard:array system:boolean urlPreview:boolean replyId:integer"
        " templateId:string forwardIds:object"
    ),
    "imbot.v2.Chat.Message.read": f"{_BOT} dialogId*:string messageId:integer",
    "imbot.v2.Chat.InputAction.notify": f"{_BOT} dialogId*:string statusMessageCode:string duration:integer",
    "imbot.v2.File.download": f"{_BOT} fileId*:integer",
    "im.user.get": "ID:integer AVATAR_HR:string",
    "im.recent.list": (
        "SKIP_OPENLINES:string SKIP_DIALOG:string SKIP_CHAT:string LAST_MESSAGE_DATE:datetime UNREAD_ONLY:string"
        " PARSE_TEXT:string GET_ORIGINAL_TEXT:string SKIP_UNDISTRIBUTED_OPENLINES:string ONLY_COPILOT:string"
        " ONLY_CHANNEL:string CAN_MANAGE_MESSAGES:string OFFSET:integer LIMIT:integer"
    ),
    "im.dialog.messages.get": "DIALOG_ID*:string LAST_ID:integer FIRST_ID:integer LIMIT:integer",
    "im.message.add": (
        "DIALOG_ID*:string MESSAGE*:string ATTACH:object KEYBOARD:object MENU:object SYSTEM:string"
        " URL_PREVIEW:string REPLY_ID:integer"
    ),
    "im.dialog.writing": "DIALOG_ID*:string",
    "im.dialog.read": "DIALOG_ID*:string MESSAGE_ID:integer",
    "imopenlines.session.history.get": "SESSION_ID:integer CHAT_ID:integer",
    "imopenlines.bot.session.operator": "CHAT_ID*:integer",
    "imopenlines.bot.session.transfer": (
        "CHAT_ID*:integer USER_ID:integer QUEUE_ID:integer TRANSFER_ID:string LEAVE:boolean CLIENT_ID:string"
    ),
    "imopenlines.operator.transfer": "CHAT_ID*:integer TRANSFER_ID:string USER_ID:integer QUEUE_ID:integer",
    "imopenlines.crm.chat.get": "CRM_ENTITY_TYPE*:string CRM_ENTITY*:integer ACTIVE_ONLY:char",
    "user.get": (
        "sort:string order:string FILTER:string ADMIN_MODE:boolean select:array IMAGE_RESIZE:string start:integer"
    ),
    "crm.lead.get": "id*:integer",
    "crm.deal.get": "id*:integer",
    "crm.contact.get": "id*:integer",
    "crm.lead.fields": "",
    "crm.deal.fields": "",
    "crm.lead.list": "select:array filter:object start:integer",
    "crm.deal.list": "select:array filter:object order:object start:integer",
    "crm.lead.update": "id*:integer fields:object params:object",
    "crm.lead.update.fields": _CARD,
    "crm.deal.update": "id*:integer fields:object params:object",
    "crm.deal.update.fields": _CARD,
    "crm.contact.add": "fields:object params:object",
    "crm.contact.add.fields": _CARD,
    "crm.deal.add": "fields:object params:object",
    "crm.deal.add.fields": _CARD,
    "crm.duplicate.findbycomm": "type*:string values*:array entity_type:string",
    "crm.timeline.comment.add": "fields*:object",
    "crm.timeline.comment.add.fields": "ENTITY_ID*:integer ENTITY_TYPE*:string COMMENT*:string FILES:any",
    "crm.timeline.comment.list": "select:array filter*:object order:object start:integer",
}


def wrong(method: str, given: dict[str, Any], under: str = "") -> str:
    """What is wrong with the parameters; nothing where they are as they should be."""
    rules = _rules(f"{method}.{under}" if under else method)
    for name, value in given.items():
        base = rules.get(name) or next((one for key, one in rules.items() if _opens(key, name)), None)
        if base is None:
            return f"unknown parameter {name}"
        if not _fits(value, base.rstrip("*")):
            return f"wrong type of {name}"
        if isinstance(value, dict) and f"{method}.{name}" in TAKEN:
            found = wrong(method, cast("dict[str, Any]", value), name)
            if found:
                return found
    missing = [name for name, base in rules.items() if base.endswith("*") and name not in given]
    return f"missing parameter {missing[0]}" if missing else ""


def _rules(name: str) -> dict[str, str]:
    """By name the base type, with a star where it is required."""
    pairs = [one.split(":") for one in TAKEN[name].split()]
    return {key.rstrip("*"): base + ("*" if key.endswith("*") else "") for key, base in pairs}


def _opens(key: str, name: str) -> bool:
    return key.endswith("...") and name.startswith(key.removesuffix("..."))


def _fits(value: Any, base: str) -> bool:
    """A form writes everything as text, and a list as a map of its places."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    fits = {
        "integer": is_number or (isinstance(value, str) and value.isdecimal()),
        "boolean": isinstance(value, bool) or str(value) in {"Y", "N", "0", "1"},
        "char": str(value) in {"Y", "N"},
        "object": isinstance(value, dict),
        "array": isinstance(value, list | dict),
        "any": True,
    }
    return fits.get(base, is_number or isinstance(value, str))
